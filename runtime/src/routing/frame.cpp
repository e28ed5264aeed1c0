#include "hawser/frame.hpp"

#include <cstdio>

#include "hawser/router.hpp"

namespace hawser {
namespace {

std::string brief(std::uint64_t low) {
  char text[17];
  std::snprintf(text, sizeof text, "%04x", static_cast<unsigned>(low & 0xffff));
  return text;
}

std::string describe(const frame_message& from) {
  std::string text;
  for (const auto& each : from.ports)
    text += " port " + brief(each.id.low) + (each.direct ? " direct" : "");
  return text;
}

struct printer {
  std::string operator()(const data_frame& f) const {
    return "DATA " + std::to_string(f.number) + describe(f.message);
  }

  std::string operator()(const fin_frame& f) const {
    return "FIN " + std::to_string(f.number) + " " + std::string{to_string(f.reason)};
  }

  std::string operator()(const outbox_frame& f) const { return "OUTBOX" + describe(f.message); }

  std::string operator()(const end_frame& f) const {
    return "END " + std::to_string(f.number) + " for epoch " + std::to_string(f.peer_epoch)
           + " binder " + brief(f.binder.waypoint.low);
  }

  std::string operator()(const announce_frame& f) const {
    return "ANNOUNCE " + brief(f.at.waypoint.low) + " epoch " + std::to_string(f.epoch);
  }

  std::string operator()(const bind_frame& f) const {
    return "BIND epoch " + std::to_string(f.epoch) + " from " + std::to_string(f.number);
  }

  std::string operator()(const start_frame& f) const {
    return "START epoch " + std::to_string(f.epoch) + " from " + std::to_string(f.number);
  }

  std::string operator()(const decline_frame&) const { return "DECLINE"; }

  std::string operator()(const credit_frame& f) const {
    return "CREDIT taken " + std::to_string(f.taken) + " limit " + std::to_string(f.limit.messages)
           + "/" + std::to_string(f.limit.bytes);
  }

  std::string operator()(const broken_frame& f) const {
    return "BROKEN " + std::string{to_string(f.reason)};
  }

  std::string operator()(const gone_frame&) const { return "GONE"; }

  std::string operator()(const run_frame& f) const {
    return "RUN " + std::to_string(f.number) + " of " + std::to_string(f.messages.size());
  }
};

} // namespace

std::string to_string(const frame& from) {
  if (const auto* to_window = std::get_if<window_frame>(&from))
    return "WINDOW " + brief(to_window->target.low) + describe(to_window->message);
  if (const auto* watch = std::get_if<window_watch_frame>(&from))
    return "WATCH " + brief(watch->window.low);
  if (const auto* closed = std::get_if<window_closed_frame>(&from))
    return "CLOSED " + brief(closed->window.low);
  const auto& routed = std::get<routed_frame>(from);
  return brief(routed.origin.low) + " -> " + brief(routed.target.low) + " "
         + std::visit(printer{}, routed.what);
}

std::string to_string(const waypoint_snapshot& from) {
  constexpr std::string_view states[] = {"open", "moved", "closing"};
  auto text = brief(from.id.low) + " of " + brief(from.channel.low) + " side "
              + std::to_string(from.side) + " epoch " + std::to_string(from.epoch) + " "
              + std::string{states[static_cast<std::size_t>(from.now)]} + ", sent "
              + std::to_string(from.sent) + ", received " + std::to_string(from.received);
  if (from.out)
    text += ", posts to " + brief(from.out->waypoint.low);
  if (from.successor)
    text += ", moved to " + brief(from.successor->waypoint.low);
  for (const auto& each : from.in)
    text += ", fed by " + brief(each.waypoint.low);
  if (from.early != 0)
    text += ", early " + std::to_string(from.early);
  return text;
}

} // namespace hawser

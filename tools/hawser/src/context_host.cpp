#include "context_host.hpp"

#include <exception>

#include <caf/error.hpp>
#include <caf/sec.hpp>

namespace hawser::tool {
namespace {

behaviour_setup::given read(const message_event& ev) {
  const auto& from = ev.data();
  behaviour_setup::given made;
  made.name = from["name"].as<std::string>().value_or("");
  made.index = from["index"].as<std::size_t>().value_or(0);
  made.count = from["count"].as<std::size_t>().value_or(1);
  made.arguments = from["arguments"].as<object>().value_or(object{});
  made.console = ev.source();
  for (std::size_t i = 1; i < ev.ports().size(); ++i)
    made.ports.emplace_back(from["ports"][i - 1].as<std::string>().value_or(""), ev.ports()[i]);
  return made;
}

} // namespace

value to_value(assignment what) {
  array ports;
  ports.reserve(what.ports.size());
  for (auto& name : what.ports)
    ports.push_back(std::move(name));
  array ends;
  ends.reserve(what.ends.size());
  for (const auto each : what.ends)
    ends.push_back(static_cast<double>(each));
  return object{{"name", std::move(what.name)},
                {"run", std::move(what.runs)},
                {"index", what.index},
                {"count", what.count},
                {"arguments", std::move(what.arguments)},
                {"ports", std::move(ports)},
                {"ends", std::move(ends)}};
}

/// A context that has no assignment yet.
struct context_host::waiting_room {
  listener_id listener = listener_id::none;
  std::vector<message_event_init> early; ///< Messages for the behaviour.
  std::uint64_t early_bytes = 0;
};

start_function context_host::start() {
  return [host = shared_from_this()](browsing_context* self) {
    auto room = std::make_shared<waiting_room>();
    room->listener = self->add_event_listener(
      "message", [=](message_event& ev) { host->receive(self, *room, ev); });
  };
}

void context_host::receive(browsing_context* self, waiting_room& in, const message_event& ev) {
  const auto taken_bytes = self->registry().window_inbound().taken_bytes;
  if (ev.source() != runner_) {
    in.early_bytes = taken_bytes;
    in.early.push_back({ev.data(), ev.origin(), ev.last_event_id(), ev.source(), ev.ports()});
    return;
  }
  ++assignments_;
  assignment_bytes_ += taken_bytes - in.early_bytes;
  auto early = std::exchange(in.early, {});
  self->remove_event_listener(in.listener); // `in` may be gone now.
  begin(self, ev);
  for (auto& each : early) {
    if (!self->has_behavior())
      return; // It is about to end, and gets no more.
    message_event kept{"message", std::move(each)};
    self->registry().window_events().dispatch_event(kept);
  }
}

void context_host::begin(browsing_context* self, const message_event& assigned) {
  const auto* runs = behaviours_.find(assigned.data()["run"].as<std::string>().value_or(""));
  HAWSER_ASSERT(runs != nullptr && !assigned.ports().empty(), "the runner assigns what is there");
  auto setup = std::make_shared<behaviour_setup>(self, read(assigned));
  // Kept until the context has ended, with the port that tells the runner when that is.
  self->attach_functor([setup, until_then = assigned.ports()[0]] {});
  self->add_event_listener("error", [host = shared_from_this()](error_event& failure) {
    host->report_failure(failure.message());
  });
  watch_closes(assigned);
  try {
    runs->start(self, *setup);
  } catch (const std::exception& thrown) {
    fail(self, "behaviour " + runs->name + " threw at its start: " + thrown.what());
  } catch (...) {
    fail(self, "behaviour " + runs->name + " threw at its start");
  }
}

// A port that is handed on takes no listener along.
void context_host::watch_closes(const message_event& assigned) {
  const auto ends = assigned.data()["ends"];
  for (std::size_t i = 1; i < assigned.ports().size(); ++i)
    if (const auto end = ends[i - 1].as<double>())
      assigned.ports()[i].add_event_listener(
        "close", [host = shared_from_this(), number = *end](close_event& ev) {
          host->runner_.post_message(
            object{{"closed", number}, {"reason", std::string{to_string(ev.reason())}}}, "*");
        });
}

// Tells the runner what went wrong; it ends the run.
void context_host::report_failure(const std::string& what) const {
  runner_.post_message(object{{"failed", what}}, "*");
}

void context_host::fail(browsing_context* self, const std::string& what) const {
  report_failure(what);
  self->registry().stop_deliveries();
  self->quit(caf::make_error(caf::sec::runtime_error, what));
}

} // namespace hawser::tool

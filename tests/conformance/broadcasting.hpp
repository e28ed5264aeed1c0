#pragma once

#include <memory>
#include <string>
#include <utility>

#include "surroundings.hpp"
#include "test_context.hpp"

namespace hawser::test {

/// Contexts whose broadcast channels reach one another. Their origin is `https://one.example`
/// unless told.
class broadcasting_context : public test_context {
public:
  explicit broadcasting_context(std::shared_ptr<broadcast_hub> hub, limits bounds = {})
    : broadcasting_context(std::move(hub), *origin::parse("https://one.example"), bounds) {}

  broadcasting_context(std::shared_ptr<broadcast_hub> hub, hawser::origin origin,
                       limits bounds = {})
    : test_context("one", std::move(origin), bounds) {
    registry().share_broadcasts(std::move(hub));
  }
};

inline std::shared_ptr<broadcast_hub> make_hub() {
  return std::make_shared<broadcast_hub>();
}

/// Of how many names these contexts have open channels, if each name is open in one of them only.
template <class... Contexts>
std::size_t names_open(const std::shared_ptr<broadcast_hub>& hub, Contexts&... contexts) {
  auto* around = surroundings::present();
  return around == nullptr ? hub->names() : (around->hub(contexts)->names() + ...);
}

/// Writes down `LABEL:DATA`, or `LABEL:messageerror`, for each event of a channel.
inline void note(const broadcast_channel& channel, trace& into, const std::string& label) {
  const auto line = [&into, label](message_event& ev) {
    into.push_back(label + ":" + (ev.type() == "message" ? to_string(ev.data()) : ev.type()));
  };
  channel.on_message(line);
  channel.on_message_error(line);
}

} // namespace hawser::test

#include "hawser/channel.hpp"

#include "channel_state.hpp"

namespace hawser {
namespace detail {

void intrusive_add_ref(channel_state* target) noexcept {
  target->one_.more.refs.fetch_add(1, std::memory_order_relaxed);
}

bool add_ref_if_any(channel_state* target) noexcept {
  auto& refs = target->one_.more.refs;
  auto seen = refs.load(std::memory_order_relaxed);
  while (seen != 0)
    if (refs.compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed))
      return true;
  return false;
}

void intrusive_release(channel_state* target) noexcept {
  if (target->one_.more.refs.fetch_sub(1, std::memory_order_acq_rel) == 1)
    delete target;
}

std::pair<endpoint, endpoint> channel_state::make_pair(ref<const shared_limits> bounds,
                                                       creation_place at, history owners) {
  auto* made = new channel_state{std::move(bounds), at};
  std::pair both{endpoint{ref<channel_state>::adopt(made), 0},
                 endpoint{ref<channel_state>::adopt(made), 1}};
  if (owners == history::kept)
    for (const unsigned side : {0U, 1U})
      made->inbox(side).keep_history();
  return both;
}

} // namespace detail

direction_statistics channel_observer::towards(unsigned side) const {
  HAWSER_ASSERT(side < 2, "a channel has the sides 0 and 1");
  return channel_ ? channel_->inbox(side).statistics() : direction_statistics{};
}

std::uint64_t channel_observer::holder(unsigned side) const {
  HAWSER_ASSERT(side < 2, "a channel has the sides 0 and 1");
  return channel_ ? channel_->inbox(side).holder() : 0;
}

std::optional<close_reason> channel_observer::closed() const {
  if (!channel_)
    return std::nullopt;
  const auto first = channel_->inbox(0).ended();
  return first ? first : channel_->inbox(1).ended();
}

std::string_view to_string(port_state state) noexcept {
  switch (state) {
    case port_state::disabled:
      return "disabled";
    case port_state::enabled:
      return "enabled";
    case port_state::in_transit:
      return "in transit";
    case port_state::draining:
      return "draining";
    case port_state::closed:
      return "closed";
  }
  return "unknown state";
}

port_sighting channel_observer::sight(unsigned side) const {
  HAWSER_ASSERT(side < 2, "a channel has the sides 0 and 1");
  HAWSER_ASSERT(channel_, "an empty channel_observer was asked for a port");
  auto seen = channel_->inbox(side).sight();
  seen.holder = holder(side);
  return seen;
}

creation_place channel_observer::made_at() const noexcept {
  return channel_ ? channel_->made_at() : creation_place{};
}

std::pair<endpoint, endpoint> endpoint::make_pair(const limits& bounds, creation_place at,
                                                  history owners) {
  return detail::channel_state::make_pair(detail::shared_limits::of(bounds), at, owners);
}

endpoint& endpoint::operator=(endpoint&& other) noexcept {
  if (this != &other) {
    close(close_reason::undeliverable);
    at_ = std::move(other.at_);
  }
  return *this;
}

const limits& endpoint::bounds() const noexcept {
  return at_.channel()->bounds(at_.side());
}

void endpoint::close(close_reason reason) noexcept {
  if (!at_)
    return;
  auto dropped = inbox().close(detail::mailbox::rest::drop, &peer_inbox(), reason);
  peer_inbox().end({reason, inbox().untaken()});
  at_ = {};
  detail::bury(std::move(dropped));
}

void endpoint::sever(close_reason reason) noexcept {
  if (!at_)
    return;
  auto dropped = inbox().close(detail::mailbox::rest::drop, &peer_inbox(), reason);
  peer_inbox().end({reason, std::nullopt});
  at_ = {};
  detail::bury(std::move(dropped));
}

void endpoint::close_for_peer(close_reason reason) noexcept {
  inbox().close(detail::mailbox::rest::keep, &peer_inbox(), reason);
  peer_inbox().end({reason, std::nullopt});
}

} // namespace hawser

#include "pending.hpp"

#include <algorithm>
#include <string>

#include "hawser/event.hpp"
#include "registry_core.hpp"

namespace hawser {
namespace detail {

void pending_posts::posted(port& source, std::uint64_t bytes) noexcept {
  source.pending_bytes_ += bytes;
  sum_ += bytes;
}

void pending_posts::moved_in(port& which) noexcept {
  which.pending_bytes_ = which.end().peer_inbox().own_amount();
  sum_ += which.pending_bytes_;
}

void pending_posts::moved_out(port& which) noexcept {
  sum_ -= std::exchange(which.pending_bytes_, 0);
}

void pending_posts::closed(port& which) {
  count_anew(which);
  if (which.pending_bytes_ == 0)
    return;
  if (!left_behind_)
    left_behind_ = std::make_unique<estates>();
  auto& [all, look_again_at] = *left_behind_;
  all.push_back({which.end().observe(), 1 - which.end().side(), which.pending_bytes_});
  which.pending_bytes_ = 0;
  if (all.size() < look_again_at)
    return;
  forget_drained();
  look_again_at = std::max(std::size_t{64}, 2 * all.size());
}

bool pending_posts::has_room(const registry_core& core, port& source, std::uint64_t bytes) {
  if (fits(bytes))
    return true;
  count_anew(source);
  if (fits(bytes))
    return true;
  core.for_each_port([this](port& which) { count_anew(which); });
  forget_drained();
  return fits(bytes);
}

void pending_posts::count_anew(port& which) noexcept {
  const auto now = which.end() ? which.end().peer_inbox().own_amount() : 0;
  sum_ += now - which.pending_bytes_;
  which.pending_bytes_ = now;
}

void pending_posts::forget_drained() {
  if (!left_behind_)
    return;
  for (auto& each : left_behind_->all) {
    const auto now = each.channel.towards(each.side).queued_bytes();
    sum_ += now - each.bytes;
    each.bytes = now;
  }
  std::erase_if(left_behind_->all, [](const estate& each) { return each.bytes == 0; });
}

error registry_core::admit(port& source, std::uint64_t bytes) {
  if (pending.has_room(*this, source, bytes) || source.end().peer_inbox().closed())
    return {};
  return {errc::quota_exceeded_error, "context '" + name() + "' has posted "
                                        + std::to_string(pending.bytes())
                                        + " bytes that nobody has taken, the limit is "
                                        + std::to_string(bounds().posted_bytes_per_context_max)};
}

// -- the event ----------------------------------------------------------------------------------

void port::watch_low() {
  if (!detached())
    end_.peer_inbox().watch_low();
}

void registry_core::deliver_low(port& target) {
  if (!target.events_ || !target.events_->has_listener(low_event)) {
    target.end_.peer_inbox().unwatch_low();
    return;
  }
  event ev{low_event};
  target.events_->dispatch_trusted(ev);
}

} // namespace detail

namespace {

detail::port& require(const detail::ref<detail::port>& port) {
  HAWSER_ASSERT(port, "an empty message_port was used");
  port->require_context();
  return *port;
}

} // namespace

std::uint64_t message_port::buffered_amount() const {
  const auto& source = require(port_);
  return source.detached() ? 0 : source.end().peer_inbox().buffered_amount();
}

std::uint64_t message_port::buffered_amount_low_threshold() const {
  const auto& source = require(port_);
  return source.detached() ? 0 : source.end().peer_inbox().low_threshold();
}

void message_port::buffered_amount_low_threshold(std::uint64_t bytes) const {
  const auto& source = require(port_);
  if (!source.detached())
    source.end().peer_inbox().low_threshold(bytes);
}

void message_port::on_buffered_amount_low(event_listener callback) const {
  auto& source = require(port_);
  source.watch_low();
  source.events().handler(detail::low_event, std::move(callback));
}

} // namespace hawser

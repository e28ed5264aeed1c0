// What applications and hosts see of a link.

#include "hawser/link.hpp"

#include "linking/link_core.hpp"

namespace hawser {

std::string_view to_string(link_end why) noexcept {
  switch (why) {
    case link_end::closed:
      return "closed";
    case link_end::lost:
      return "lost";
    case link_end::silent:
      return "silent";
    case link_end::not_hawser:
      return "not hawser";
    case link_end::version:
      return "version";
    case link_end::refused:
      return "refused";
    case link_end::duplicate:
      return "duplicate";
    case link_end::malformed:
      return "malformed";
    case link_end::rule:
      return "rule";
    case link_end::limit:
      return "limit";
    case link_end::handshake:
      return "handshake";
  }
  return "unknown";
}

link::link(side which, node_facts own, std::uint64_t now_ms, link_limits bounds)
  : core_(std::make_unique<detail::link_core>(which, std::move(own), now_ms, bounds)) {}

link::link(link&&) noexcept = default;
link& link::operator=(link&&) noexcept = default;
link::~link() = default;

void link::receive(std::span<const std::byte> bytes, std::uint64_t now_ms) {
  core_->receive(bytes, now_ms);
}

void link::tick(std::uint64_t now_ms) {
  core_->tick(now_ms);
}

void link::disconnect(std::string text) {
  core_->over(link_end::lost, std::move(text), true);
}

void link::accept(link_session newest) {
  core_->accept(newest);
}

void link::end(link_end why, std::string text) {
  core_->end(why, std::move(text));
}

void link::send(const frame& what) {
  core_->send(what);
}

bool link::take_output(std::vector<std::byte>& to, std::size_t bytes_max) {
  return core_->take_output(to, bytes_max);
}

bool link::has_output() const noexcept {
  return core_->has_output();
}

std::optional<link_event> link::next_event() {
  if (core_->events.empty())
    return std::nullopt;
  auto next = std::move(core_->events.front());
  core_->events.pop_front();
  return next;
}

void link::recycle(link_event::frames&& used) noexcept {
  core_->recycle(std::move(used));
}

bool link::congested() const noexcept {
  return core_->congested();
}

std::uint64_t link::silent_ms(std::uint64_t now_ms) const noexcept {
  return core_->silent_ms(now_ms);
}

bool link::open() const noexcept {
  return core_->now() == detail::link_core::state::open;
}

bool link::over() const noexcept {
  return core_->now() == detail::link_core::state::ended;
}

link_session link::agreed() const noexcept {
  return core_->agreed();
}

std::uint64_t link::bytes_in() const noexcept {
  return core_->bytes_in;
}

std::uint64_t link::bytes_out() const noexcept {
  return core_->bytes_out;
}

} // namespace hawser

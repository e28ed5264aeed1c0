// What reports tell of one end of a channel.

#include "hawser/channel.hpp"
#include "mailbox.hpp"
#include "receiver.hpp"

namespace hawser::detail {

mailbox_extras& mailbox::with_extras_locked() {
  if (auto* made = extras())
    return *made;
  auto* made = new mailbox_extras;
  extras_.store(made, std::memory_order_release);
  return *made;
}

direction_statistics mailbox::statistics() const {
  const std::scoped_lock guard{lock_};
  direction_statistics counted{posted_messages_, posted_bytes_.load(std::memory_order_relaxed),
                               taken_messages_.load(std::memory_order_relaxed),
                               taken_bytes_.load(std::memory_order_relaxed)};
  if (closing_.load(std::memory_order_relaxed) == closing::dropped) {
    counted.dropped_messages = counted.posted_messages - counted.taken_messages;
    counted.dropped_bytes = counted.posted_bytes - counted.taken_bytes;
  }
  return counted;
}

port_sighting mailbox::sight() const {
  port_sighting seen;
  seen.inbound = statistics();
  const std::scoped_lock guard{lock_};
  if (!open_locked()) {
    const bool dropped = closing_.load(std::memory_order_relaxed) == closing::dropped;
    seen.state = dropped ? port_state::closed : port_state::draining;
    seen.closed_as = closed_as_;
  } else if (place_ != place::owned) {
    seen.state = port_state::in_transit;
  } else {
    seen.state = enabled_ ? port_state::enabled : port_state::disabled;
  }
  if (const auto* more = extras()) {
    seen.label = more->label;
    seen.owners = more->owners;
  }
  return seen;
}

std::uint64_t mailbox::holder() const {
  const std::scoped_lock guard{lock_};
  return (std::uint64_t{holder_high_} << 32) | holder_low_;
}

void mailbox::keep_history() {
  const std::scoped_lock guard{lock_};
  with_extras_locked().keeps_history = true;
}

void mailbox::note_owner_locked(mailbox_extras& extras, std::uint64_t holder) {
  if (!extras.keeps_history)
    return;
  auto& owners = extras.owners;
  if (owners.size() == owners_max)
    owners.erase(owners.begin());
  owners.push_back(holder);
}

void mailbox::note_label(const std::string& text) {
  const std::scoped_lock guard{lock_};
  with_extras_locked().label = text;
}

} // namespace hawser::detail

// What reports tell of one end of a channel.

#include "hawser/channel.hpp"
#include "mailbox.hpp"
#include "receiver.hpp"

namespace hawser::detail {

mailbox_extras& mailbox::with_extras_locked() {
  if (!extras_)
    extras_ = std::make_unique<mailbox_extras>();
  return *extras_;
}

port_sighting mailbox::sight() const {
  port_sighting seen;
  seen.inbound = statistics();
  const std::scoped_lock guard{lock_};
  if (closed_) {
    seen.state = dropped_ ? port_state::closed : port_state::draining;
    seen.closed_as = closed_as_;
  } else if (owner_ == nullptr) {
    seen.state = port_state::in_transit;
  } else {
    seen.state = enabled_ ? port_state::enabled : port_state::disabled;
  }
  if (extras_) {
    seen.label = extras_->label;
    seen.owners = extras_->owners;
  }
  return seen;
}

void mailbox::keep_history() {
  const std::scoped_lock guard{lock_};
  with_extras_locked().keeps_history = true;
}

void mailbox::note_owner_locked(std::uint64_t holder) {
  if (!extras_->keeps_history)
    return;
  auto& owners = extras_->owners;
  if (owners.size() == owners_max)
    owners.erase(owners.begin());
  owners.push_back(holder);
}

void mailbox::note_label(const std::string& text) {
  const std::scoped_lock guard{lock_};
  with_extras_locked().label = text;
}

} // namespace hawser::detail

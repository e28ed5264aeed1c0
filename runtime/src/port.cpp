#include "port.hpp"

#include "registry_core.hpp"

namespace hawser {
namespace detail {

void intrusive_add_ref(port* target) noexcept {
  intrusive_add_ref(static_cast<receiver*>(target));
}

void intrusive_release(port* target) noexcept {
  intrusive_release(static_cast<receiver*>(target));
}

void port_events::report_exception(const event& ev, std::exception_ptr exception) {
  if (auto* core = owner_.core())
    core->host.report_exception(ev, describe(owner_), std::move(exception));
}

port::port(ref<ready_list> list, std::uint64_t id, std::uint8_t room) noexcept
  : receiver(std::move(list), 2, 1),
    room_(room),
    id_high_(static_cast<std::uint16_t>(id >> 32)),
    id_low_(static_cast<std::uint32_t>(id)) {}

port* port::make(ref<ready_list> list, std::uint64_t id, const endpoint& end) {
  const auto& at = end.own_carrier();
  if (auto* room = at.channel()->take_room(at.side()))
    return ::new (room) port{std::move(list), id, static_cast<std::uint8_t>(at.side())};
  return new port{std::move(list), id, no_room};
}

port* port::make_first(ref<ready_list> list, std::uint64_t id, const endpoint& end) noexcept {
  const auto& at = end.own_carrier();
  return ::new (at.channel()->take_new_room(at.side()))
    port{std::move(list), id, static_cast<std::uint8_t>(at.side())};
}

void port::dispose() noexcept {
  const auto room = room_;
  if (room == no_room) {
    delete this;
    return;
  }
  this->~port();
  channel_state::leave_room(this, room);
}

void port::require_context() const {
  if (const auto* owner = core(); owner != nullptr && !owner->may_be_used_here())
    owner->used_elsewhere(describe(*this));
}

void port::entangle(endpoint end) {
  end_ = std::move(end);
  auto& owner = *list_core();
  owner.pending.moved_in(*this);
  end_.inbox().attach(*this, owner.own_window->id);
}

void port::entangle_new(endpoint end) {
  end_ = std::move(end);
  end_.inbox().attach_new(*this, list_core()->own_window->id);
}

endpoint port::disentangle(uncounted_side in, std::int64_t* carried_bytes) {
  if (detached())
    return {};
  detached_ = true;
  list_core()->pending.moved_out(*this);
  const auto weight = end_.inbox().detach(in);
  if (carried_bytes != nullptr)
    *carried_bytes += weight;
  auto end = std::move(end_);
  retire();
  return end;
}

void port::start() {
  if (!detached())
    end_.inbox().enable();
}

void port::close(close_reason reason) {
  if (detached())
    return;
  detached_ = true;
  // IMPLEMENTATION-DEFINED(I1): what waits in an enabled queue is still delivered.
  if (end_.inbox().enabled() && !end_.inbox().idle()) {
    end_.close_for_peer(reason);
    // Wakes the port in case it is idle, so that it is retired in the end.
    if (mark_scheduled())
      enlist();
    return;
  }
  leave(reason);
}

void port::leave(close_reason reason) {
  if (auto* owner = core())
    owner->pending.closed(*this);
  end_.inbox().detach();
  end_.close(reason);
  retire();
}

void port::abandon(close_reason reason) {
  detached_ = true;
  abandoned_ = true;
  if (events_)
    events_->clear_listeners();
  if (end_) {
    end_.inbox().detach();
    end_.close(reason);
  }
}

port_events& port::events() {
  if (!events_)
    events_ = std::make_unique<port_events>(*this);
  return *events_;
}

receiver::delivered port::deliver_one(registry_core& core, bool may_end) {
  if (!end_)
    return delivered::nothing;
  if (pulled_ && !detached_) {
    if (end_.inbox().take_low()) {
      core.deliver_low(*this);
      return delivered::one;
    }
    clear_scheduled(); // The next push wakes the host, which looks for itself.
    if (end_.inbox().low_due() && mark_scheduled()) { // It fell right before that.
      intrusive_release(this);                        // Whoever works on it has a reference.
      return delivered::one;
    }
    if (unreachable())
      close(close_reason::context_unreachable);
    return delivered::nothing;
  }
  __builtin_prefetch(events_.get()); // While the message is taken.
  message msg;
  close_notice notice;
  bool drained = false;
  // One that is closing comes back to an empty mailbox, to leave.
  switch (end_.inbox().take(msg, notice, &end_.peer_inbox(), mailbox::when_empty::unschedule,
                            may_end && !detached_ ? &drained : nullptr)) {
    case taken::message:
      core.deliver(*this, msg);
      if (!drained)
        return delivered::one;
      if (!detached_ && unreachable())
        close(close_reason::context_unreachable);
      return delivered::last;
    case taken::close:
      core.deliver_close(*this, notice);
      return delivered::one;
    case taken::low:
      if (!detached_)
        core.deliver_low(*this);
      return delivered::one;
    case taken::nothing:
      break;
  }
  if (detached_) {
    leave(close_reason::closed_by_peer); // Its peer has been told already.
  } else if (unreachable()) {
    close(close_reason::context_unreachable);
  }
  return delivered::nothing;
}

void port::handle_dropped() noexcept {
  if (drop_handle_of_many())
    return;
  if (list_closed() || !end_) { // There is nothing to look at.
    drop_handle_and_reference();
    return;
  }
  const auto last = ref<port>::adopt(this);
  if (drop_handle() && mark_scheduled())
    enlist();
}

// HTML #ports-and-garbage-collection: a message listener keeps the port alive.
bool port::unreachable() const noexcept {
  return handles() == 0
         && !(events_
              && (events_->has_listener("message") || events_->has_listener("messageerror")));
}

void port::retire() {
  if (events_) {
    // Nothing of the channel can arrive any more; what the application dispatches still can.
    events_->clear_listeners("message");
    events_->clear_listeners("messageerror");
    events_->clear_listeners("close");
    events_->clear_listeners(low_event);
  }
  if (auto* owner = core())
    owner->remove(*this);
}

const std::string& port::label() const noexcept {
  static const std::string none;
  return events_ && events_->label ? *events_->label : none;
}

void port::label(std::string text) {
  if (!detached())
    end_.inbox().note_label(text);
  events().label = std::make_unique<std::string>(std::move(text));
}

void registry_core::refused(const port& source, const error& err) {
  ++statistics.posts_refused;
  host.report_refused_post(describe(source), err);
}

std::string describe(const port& which) {
  auto text = "MessagePort " + std::to_string(which.id());
  if (!which.label().empty())
    text += " '" + which.label() + "'";
  return text;
}

} // namespace detail

// -- message_port -------------------------------------------------------------------------------

message_port::message_port(const message_port& other) noexcept
  : port_(detail::ref<detail::port>::adopt(other.port_.get())) {
  if (port_)
    port_->handle_copied();
}

message_port& message_port::operator=(message_port other) noexcept {
  std::swap(port_, other.port_);
  return *this;
}

message_port::~message_port() {
  if (auto* target = port_.leak())
    target->handle_dropped();
}

namespace {

detail::port& require(const detail::ref<detail::port>& port) {
  HAWSER_ASSERT(port, "an empty message_port was used");
  port->require_context();
  return *port;
}

} // namespace

// A port whose context has ended is as any detached port: nothing happens.

error message_port::post_message(const value& data, const transfer_list& transfer) const {
  auto& source = require(port_);
  auto* core = source.core();
  if (core == nullptr)
    return {};
  auto err = core->post(source, data, transfer);
  if (err)
    core->refused(source, err);
  return err;
}

error message_port::post_message(value data) const {
  auto& source = require(port_);
  auto* core = source.core();
  if (core == nullptr)
    return {};
  auto err =
    data.active() ? core->post(source, data, {}) : core->post_plain(source, std::move(data));
  if (err)
    core->refused(source, err);
  return err;
}

void message_port::start() const {
  require(port_).start();
}

void message_port::close() const {
  require(port_).close(close_reason::closed_by_peer);
}

event_target& message_port::target() const {
  return require(port_).events();
}

void message_port::on_message(event_listener callback) const {
  target().handler("message", std::move(callback));
  start();
}

void message_port::on_message_error(event_listener callback) const {
  target().handler("messageerror", std::move(callback));
}

void message_port::on_close(event_listener callback) const {
  target().handler("close", std::move(callback));
}

listener_id message_port::add_event_listener(std::string type, event_listener callback,
                                             listen how) const {
  if (type == detail::low_event)
    require(port_).watch_low();
  return target().add_event_listener(std::move(type), std::move(callback), how);
}

void message_port::remove_event_listener(listener_id id) const {
  target().remove_event_listener(id);
}

void message_port::dispatch_event(event& ev) const {
  const auto alive = port_; // A listener may drop the last handle.
  target().dispatch_event(ev);
}

bool message_port::detached() const {
  return require(port_).detached();
}

void message_port::label(std::string text) const {
  require(port_).label(std::move(text));
}

const std::string& message_port::label() const {
  return require(port_).label();
}

std::string to_string(const message_port& port) {
  const auto* target = detail::port_handle::get(port);
  return target == nullptr ? "MessagePort none" : detail::describe(*target);
}

} // namespace hawser

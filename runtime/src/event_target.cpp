#include "hawser/event_target.hpp"

#include <utility>

#include "hawser/detail/node_memory.hpp"
#include "hawser/event.hpp"

namespace hawser {

// A chain, in the order of adding; a replacement stands right before what it replaces, with the
// same number.
struct event_target::listener : detail::in_node_memory {
  listener(listener_id number, std::string event_type, event_listener what, listen when)
    : id(number), type(std::move(event_type)), callback(std::move(what)), how(when) {}

  listener_id id;
  std::string type;
  event_listener callback;
  listen how;
  bool is_handler = false;
  bool removed = false;
  std::unique_ptr<listener> next = nullptr;
};

namespace {

// Without recursion, however long the chain is. Destroying a listener may run code of the
// application.
template <class Listener>
void destroy_chain(std::unique_ptr<Listener> first) noexcept {
  while (first)
    first = std::move(first->next);
}

} // namespace

event_target::event_target() noexcept = default;

event_target::~event_target() {
  destroy_chain(std::move(first_));
}

template <class Matches>
event_target::listener* event_target::find(Matches matches) const noexcept {
  for (auto* it = first_.get(); it != nullptr; it = it->next.get())
    if (!it->removed && matches(*it))
      return it;
  return nullptr;
}

void event_target::append(std::unique_ptr<listener> added) noexcept {
  auto* target = added.get();
  (last_ == nullptr ? first_ : last_->next) = std::move(added);
  last_ = target;
}

listener_id event_target::add_event_listener(std::string type, event_listener callback,
                                             listen how) {
  const auto id = static_cast<listener_id>(++last_id_);
  append(std::make_unique<listener>(id, std::move(type), std::move(callback), how));
  return id;
}

void event_target::remove_event_listener(listener_id id) noexcept {
  if (auto* found = find([id](const listener& entry) { return entry.id == id; }))
    forget(*found);
  sweep();
}

void event_target::handler(std::string type, event_listener callback) {
  auto* found =
    find([&type](const listener& entry) { return entry.is_handler && entry.type == type; });
  if (found == nullptr) {
    if (callback) {
      add_event_listener(std::move(type), std::move(callback));
      last_->is_handler = true;
    }
    return;
  }
  if (!callback) {
    forget(*found);
    return sweep();
  }
  // The old one may be running: it stays alive until no dispatch is in progress, and the new one
  // takes its place in the order.
  auto replacement =
    std::make_unique<listener>(found->id, std::move(type), std::move(callback), listen::always);
  replacement->is_handler = true;
  auto* place = &first_;
  while (place->get() != found)
    place = &(*place)->next;
  replacement->next = std::move(*place);
  *place = std::move(replacement);
  forget(*found);
  sweep();
}

void event_target::dispatch_event(event& ev) {
  ev.trusted_ = false;
  dispatch(ev);
}

void event_target::dispatch_trusted(event& ev) {
  ev.trusted_ = true;
  dispatch(ev);
}

// DOM #concept-event-listener-inner-invoke.
void event_target::dispatch(event& ev) {
  ev.target_ = this;
  ev.stopped_ = false;
  ++dispatches_;
  const auto newest = static_cast<listener_id>(last_id_);
  for (auto* it = first_.get(); it != nullptr && !ev.stopped_; it = it->next.get()) {
    auto& entry = *it;
    if (entry.id > newest)
      break; // What is added meanwhile does not see this event.
    if (entry.removed || entry.type != ev.type())
      continue;
    if (entry.how == listen::once)
      forget(entry);
    try {
      entry.callback(ev);
    } catch (...) {
      report_exception(ev, std::current_exception());
    }
  }
  --dispatches_;
  ev.target_ = nullptr;
  sweep();
}

bool event_target::has_listener(std::string_view type) const noexcept {
  return find([type](const listener& entry) { return entry.type == type; }) != nullptr;
}

void event_target::clear_listeners() noexcept {
  for (auto* it = first_.get(); it != nullptr; it = it->next.get())
    forget(*it);
  sweep();
}

void event_target::clear_listeners(std::string_view type) noexcept {
  for (auto* it = first_.get(); it != nullptr; it = it->next.get())
    if (it->type == type)
      forget(*it);
  sweep();
}

void event_target::forget(listener& which) noexcept {
  which.removed = true;
  dirty_ = true;
}

// Destroys removed listeners once none can be running. Destroying one may run code of the
// application that comes back here, so the chain is put in order first.
void event_target::sweep() noexcept {
  if (dispatches_ != 0 || !dirty_)
    return;
  dirty_ = false;
  std::unique_ptr<listener> doomed;
  auto* end = &doomed;
  last_ = nullptr;
  for (auto* place = &first_; *place;) {
    if (!(*place)->removed) {
      last_ = place->get();
      place = &last_->next;
      continue;
    }
    *end = std::move(*place);
    *place = std::move((*end)->next);
    end = &(*end)->next;
  }
  destroy_chain(std::move(doomed));
}

} // namespace hawser

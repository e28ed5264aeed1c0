#include "hawser/event_target.hpp"

#include <algorithm>

#include "hawser/event.hpp"

namespace hawser {

listener_id event_target::add_event_listener(std::string type, event_listener callback,
                                             listen how) {
  const auto id = static_cast<listener_id>(++last_id_);
  listeners_.push_back(
    std::make_unique<listener>(listener{id, std::move(type), std::move(callback), how, false}));
  return id;
}

void event_target::remove_event_listener(listener_id id) noexcept {
  const auto found = std::ranges::find_if(
    listeners_, [id](const auto& entry) { return entry->id == id && !entry->removed; });
  if (found != listeners_.end())
    forget(**found);
  sweep();
}

void event_target::handler(std::string type, event_listener callback) {
  const auto found = std::ranges::find_if(listeners_, [&type](const auto& entry) {
    return entry->is_handler && !entry->removed && entry->type == type;
  });
  if (found == listeners_.end()) {
    if (callback) {
      add_event_listener(std::move(type), std::move(callback));
      listeners_.back()->is_handler = true;
    }
    return;
  }
  if (!callback) {
    forget(**found);
    return sweep();
  }
  // The old one may be running: it stays alive until no dispatch is in progress, and the new one
  // takes its place in the order.
  auto replacement = std::make_unique<listener>(
    listener{(*found)->id, std::move(type), std::move(callback), listen::always, true});
  (*found)->removed = true;
  std::swap(*found, replacement);
  retired_.push_back(std::move(replacement));
  dirty_ = true;
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
  const auto count = listeners_.size(); // What is added meanwhile does not see this event.
  for (std::size_t i = 0; i < count && !ev.stopped_; ++i) {
    auto& entry = *listeners_[i];
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
  return std::ranges::any_of(
    listeners_, [type](const auto& entry) { return !entry->removed && entry->type == type; });
}

void event_target::clear_listeners() noexcept {
  for (auto& entry : listeners_)
    forget(*entry);
  sweep();
}

void event_target::clear_listeners(std::string_view type) noexcept {
  for (auto& entry : listeners_)
    if (entry->type == type)
      forget(*entry);
  sweep();
}

void event_target::forget(listener& which) noexcept {
  which.removed = true;
  dirty_ = true;
}

// Destroys removed listeners once none can be running. Destroying one may run code of the
// application that comes back here, so the list is put in order first.
void event_target::sweep() noexcept {
  if (dispatches_ != 0 || !dirty_)
    return;
  dirty_ = false;
  auto doomed = std::move(retired_);
  retired_.clear();
  const auto kept = std::stable_partition(listeners_.begin(), listeners_.end(),
                                          [](const auto& entry) { return !entry->removed; });
  doomed.insert(doomed.end(), std::make_move_iterator(kept),
                std::make_move_iterator(listeners_.end()));
  listeners_.erase(kept, listeners_.end());
}

} // namespace hawser

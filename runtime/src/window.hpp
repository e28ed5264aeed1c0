#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "hawser/window_proxy.hpp"
#include "mailbox.hpp"
#include "receiver.hpp"

namespace hawser::detail {

/// The part of a context that others hold on to: its window's message queue. HTML #window.
class window {
public:
  window(ref<const shared_limits> bounds, std::string context_name);

  static window_proxy make_proxy(ref<window> target) { return window_proxy{std::move(target)}; }

  static window* get(const window_proxy& proxy) noexcept { return proxy.window_.get(); }

  friend void intrusive_add_ref(window* target) noexcept;
  friend void intrusive_release(window* target) noexcept;

  /// Does only the caller hold on to it?
  bool held_once() const noexcept { return refs_.load(std::memory_order_acquire) == 1; }

  lone_mailbox inbox;
  const std::string name;
  const std::uint64_t id;
  std::atomic<bool> closed{false};

private:
  std::atomic<std::uint32_t> refs_{1};
};

/// Delivers what arrives at a context's window.
class window_receiver : public receiver {
public:
  window_receiver(ref<window> target, ref<ready_list> list);

  bool deliver_one(registry_core& core) override;

private:
  ref<window> window_;
};

} // namespace hawser::detail

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "hawser/detail/node_memory.hpp"
#include "hawser/window_proxy.hpp"
#include "mailbox.hpp"
#include "receiver.hpp"

namespace hawser::detail {

/// The part of a context that others hold on to: its window's message queue. HTML #window.
class window : public in_node_memory {
public:
  window(ref<const shared_limits> bounds, std::string context_name);

  static window_proxy make_proxy(ref<window> target) { return window_proxy{std::move(target)}; }

  static window* get(const window_proxy& proxy) noexcept { return proxy.window_.get(); }

  friend void intrusive_add_ref(window* target) noexcept;
  friend void intrusive_release(window* target) noexcept;

  /// Does only the caller hold on to it?
  bool held_once() const noexcept { return refs_.load(std::memory_order_acquire) == 1; }

  const std::string& name() const noexcept;

  lone_mailbox inbox;
  const std::uint64_t id;
  std::atomic<bool> closed{false};

private:
  std::atomic<std::uint32_t> refs_{1};
  const std::unique_ptr<const std::string> name_; // most have none
};

/// Delivers what arrives at a context's window.
class window_receiver : public receiver, public in_node_memory {
public:
  window_receiver(window& target, ref<ready_list> list);

  delivered deliver_one(registry_core& core, bool may_end) override;
};

} // namespace hawser::detail

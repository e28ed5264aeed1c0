#pragma once

#include <concepts>
#include <initializer_list>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "hawser/array_buffer.hpp"
#include "hawser/detail/node_memory.hpp"
#include "hawser/message_port.hpp"
#include "hawser/value.hpp"

namespace hawser {

/// What may stand in a transfer list. A `value` must hold a port or a buffer; others are refused
/// when posted. Anything else is refused when compiled.
using transferable = std::variant<message_port, array_buffer, value>;

namespace detail {

/// An item of an initializer list, which can be moved out of it.
struct initial_transferable {
  template <std::convertible_to<transferable> T>
  initial_transferable(T item) : content(std::move(item)) {}

  mutable transferable content;
};

} // namespace detail

/// What moves with a message instead of being copied. HTML #transferable-objects.
///
/// `{port2}`, `{port, buffer}`, or `add` one by one.
class transfer_list {
public:
  transfer_list() = default;

  transfer_list(std::initializer_list<detail::initial_transferable> items) {
    items_.reserve(items.size());
    for (const auto& item : items)
      add(std::move(item.content));
  }

  explicit transfer_list(const std::vector<message_port>& ports)
    : items_(ports.begin(), ports.end()) {}

  void add(transferable item) { items_.push_back(std::move(item)); }

  std::span<const transferable> items() const noexcept { return items_; }

private:
  std::vector<transferable, detail::node_allocator<transferable>> items_;
};

} // namespace hawser

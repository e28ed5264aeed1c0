#pragma once

#include <initializer_list>
#include <utility>
#include <variant>
#include <vector>

#include "hawser/array_buffer.hpp"
#include "hawser/message_port.hpp"
#include "hawser/value.hpp"

namespace hawser {

/// What may stand in a transfer list. A `value` must hold a port or a buffer; others are refused
/// when posted. Anything else is refused when compiled.
using transferable = std::variant<message_port, array_buffer, value>;

/// What moves with a message instead of being copied. HTML #transferable-objects.
///
/// `{port2}`, `{port, buffer}`, or `add` one by one.
class transfer_list {
public:
  transfer_list() = default;

  transfer_list(std::initializer_list<transferable> items) : items_(items) {}

  explicit transfer_list(const std::vector<message_port>& ports)
    : items_(ports.begin(), ports.end()) {}

  void add(transferable item) { items_.push_back(std::move(item)); }

  const std::vector<transferable>& items() const noexcept { return items_; }

private:
  std::vector<transferable> items_;
};

} // namespace hawser

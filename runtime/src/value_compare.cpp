// Equality of values, with a list of pairs still to compare instead of recursion.

#include <algorithm>
#include <cmath>

#include "hawser/message_port.hpp"
#include "hawser/value.hpp"

namespace hawser {
namespace {

using pending_pairs = std::vector<std::pair<const value*, const value*>>;

bool same_number(double lhs, double rhs) noexcept {
  return lhs == rhs || (std::isnan(lhs) && std::isnan(rhs));
}

bool push_members(const object& lhs, const object& rhs, pending_pairs& pending) {
  if (lhs.size() != rhs.size())
    return false;
  for (const auto& [key, content] : lhs) {
    const auto* other = rhs.find(key);
    if (other == nullptr)
      return false;
    pending.emplace_back(&content, other);
  }
  return true;
}

bool push_items(const std::vector<value>& lhs, const std::vector<value>& rhs,
                pending_pairs& pending) {
  if (lhs.size() != rhs.size())
    return false;
  for (std::size_t i = 0; i < lhs.size(); ++i)
    pending.emplace_back(&lhs[i], &rhs[i]);
  return true;
}

bool push_entries(const map& lhs, const map& rhs, pending_pairs& pending) {
  if (lhs.entries.size() != rhs.entries.size())
    return false;
  for (std::size_t i = 0; i < lhs.entries.size(); ++i) {
    pending.emplace_back(&lhs.entries[i].first, &rhs.entries[i].first);
    pending.emplace_back(&lhs.entries[i].second, &rhs.entries[i].second);
  }
  return true;
}

// Compares one level; what lies below goes to `pending`.
bool equal_here(const value& lhs, const value& rhs, pending_pairs& pending) {
  if (lhs.is_number() && rhs.is_number())
    return same_number(*lhs.as<double>(), *rhs.as<double>());
  if (lhs.type() != rhs.type())
    return false;
  switch (lhs.type()) {
    case value_type::undefined:
    case value_type::null:
      return true;
    case value_type::boolean:
      return *lhs.get_if<bool>() == *rhs.get_if<bool>();
    case value_type::int32:
    case value_type::number:
      return false; // Unreachable: numbers were compared above.
    case value_type::string:
      return *lhs.get_if<std::string>() == *rhs.get_if<std::string>();
    case value_type::big_integer:
      return *lhs.get_if<big_integer>() == *rhs.get_if<big_integer>();
    case value_type::date:
      return same_number(lhs.get_if<date>()->time, rhs.get_if<date>()->time);
    case value_type::array:
      return push_items(*lhs.get_if<array>(), *rhs.get_if<array>(), pending);
    case value_type::object:
      return push_members(*lhs.get_if<object>(), *rhs.get_if<object>(), pending);
    case value_type::map:
      return push_entries(*lhs.get_if<map>(), *rhs.get_if<map>(), pending);
    case value_type::set:
      return push_items(lhs.get_if<set>()->items, rhs.get_if<set>()->items, pending);
    case value_type::array_buffer:
      return std::ranges::equal(lhs.get_if<array_buffer>()->bytes(),
                                rhs.get_if<array_buffer>()->bytes());
    case value_type::error:
      return *lhs.get_if<error_object>() == *rhs.get_if<error_object>();
    case value_type::port:
      return *lhs.get_if<message_port>() == *rhs.get_if<message_port>();
    case value_type::platform_object:
      return *lhs.get_if<std::shared_ptr<const platform_object>>()
             == *rhs.get_if<std::shared_ptr<const platform_object>>();
    case value_type::transferred:
      return lhs.transferred_index() == rhs.transferred_index();
  }
  return false;
}

} // namespace

bool operator==(const value& lhs, const value& rhs) {
  pending_pairs pending{{&lhs, &rhs}};
  while (!pending.empty()) {
    const auto [left, right] = pending.back();
    pending.pop_back();
    const bool shared =
      left->has_node() && right->has_node() && left->payload_.node == right->payload_.node;
    if (!shared && !equal_here(*left, *right, pending))
      return false;
  }
  return true;
}

} // namespace hawser

// Equality of values, with a list of pairs still to compare instead of recursion.

#include <algorithm>
#include <cmath>
#include <functional>
#include <unordered_set>

#include "value_children.hpp"
#include "value_internals.hpp"

namespace hawser {
namespace {

using inside = detail::value_internals;

bool same_number(double lhs, double rhs) noexcept {
  return lhs == rhs || (std::isnan(lhs) && std::isnan(rhs));
}

// Pairs of containers that are equal if everything else is. Only what has several references can
// be met a second time.
class assumed_equal {
public:
  /// Was the pair met before?
  bool met(const value& lhs, const value& rhs) {
    const auto* left = inside::node(lhs);
    const auto* right = inside::node(rhs);
    if (detail::unique(left) || detail::unique(right))
      return false;
    return !pairs_.emplace(left, right).second;
  }

private:
  using node_pair = std::pair<const void*, const void*>;

  struct hash {
    std::size_t operator()(const node_pair& of) const noexcept {
      const std::hash<const void*> one;
      return one(of.first) * 31 + one(of.second);
    }
  };

  std::unordered_set<node_pair, hash> pairs_;
};

class comparison {
public:
  bool run(const value& lhs, const value& rhs) {
    pending_.emplace_back(&lhs, &rhs);
    while (!pending_.empty()) {
      const auto [left, right] = pending_.back();
      pending_.pop_back();
      const bool shared = inside::has_node(*left) && inside::has_node(*right)
                          && inside::node(*left) == inside::node(*right);
      if (!shared && !equal_here(*left, *right))
        return false;
    }
    return true;
  }

private:
  // Compares one level; what lies below becomes pending.
  bool equal_here(const value& lhs, const value& rhs) {
    if (lhs.is_number() && rhs.is_number())
      return same_number(*lhs.as<double>(), *rhs.as<double>());
    if (lhs.type() != rhs.type())
      return false;
    switch (lhs.type()) {
      case value_type::undefined:
      case value_type::null:
        return true;
      case value_type::boolean:
        return same<bool>(lhs, rhs);
      case value_type::int32:
      case value_type::number:
        return false; // Unreachable: numbers were compared above.
      case value_type::string:
        return same<std::string_view>(lhs, rhs);
      case value_type::big_integer:
        return same<big_integer>(lhs, rhs);
      case value_type::date:
        return same_number(lhs.get_if<date>()->time, rhs.get_if<date>()->time);
      case value_type::reg_exp:
        return same<reg_exp>(lhs, rhs);
      case value_type::wrapper:
        return equal_here(lhs.get_if<primitive_wrapper>()->primitive,
                          rhs.get_if<primitive_wrapper>()->primitive);
      case value_type::dom_exception:
        return same<dom_exception>(lhs, rhs);
      case value_type::array_buffer:
        return std::ranges::equal(lhs.get_if<array_buffer>()->bytes(),
                                  rhs.get_if<array_buffer>()->bytes());
      case value_type::shared_array_buffer:
        return same_object(*lhs.get_if<shared_array_buffer>(), *rhs.get_if<shared_array_buffer>());
      case value_type::array_buffer_view:
        return same<array_buffer_view>(lhs, rhs);
      case value_type::blob:
        return same<blob>(lhs, rhs);
      case value_type::file:
        return same<file>(lhs, rhs);
      case value_type::file_list:
        return same<file_list>(lhs, rhs);
      case value_type::image_data:
        return same<image_data>(lhs, rhs);
      case value_type::port:
        return same<message_port>(lhs, rhs);
      case value_type::platform_object:
        return same<std::shared_ptr<const platform_object>>(lhs, rhs);
      case value_type::record:
        return equal_records(lhs, rhs);
      case value_type::transferred:
        return lhs.transferred_index() == rhs.transferred_index();
      case value_type::reference:
        return inside::reference_index(lhs) == inside::reference_index(rhs);
      case value_type::error: {
        const auto& left = *lhs.get_if<error_object>();
        const auto& right = *rhs.get_if<error_object>();
        return left.name == right.name && left.message == right.message && left.stack == right.stack
               && equal_children(lhs, rhs);
      }
      case value_type::array:
      case value_type::object:
      case value_type::map:
      case value_type::set:
        return lhs.size() == rhs.size() && equal_children(lhs, rhs);
    }
    return false;
  }

  bool equal_records(const value& lhs, const value& rhs) {
    const auto& left = *inside::node_as<detail::record_node>(lhs);
    const auto& right = *inside::node_as<detail::record_node>(rhs);
    if (left.type != nullptr && right.type != nullptr && *left.type == *right.type)
      return left.type->equal(left, right);
    if (left.name() != right.name())
      return false;
    pending_.emplace_back(&left.as_object(), &right.as_object());
    return true;
  }

  template <class T>
  static bool same(const value& lhs, const value& rhs) {
    return *lhs.get_if<T>() == *rhs.get_if<T>();
  }

  bool equal_children(const value& lhs, const value& rhs) {
    const auto count = detail::child_count(lhs);
    if (count != detail::child_count(rhs))
      return false;
    if (assumed_.met(lhs, rhs))
      return true;
    for (std::size_t i = 0; i < count; ++i) {
      const auto child = detail::child_at(lhs, i);
      const auto* other = child.named ? named(rhs, child.key) : detail::child_at(rhs, i).content;
      if (other == nullptr || inside::is_hole(*child.content) != inside::is_hole(*other))
        return false;
      pending_.emplace_back(child.content, other);
    }
    return true;
  }

  static const value* named(const value& in, std::string_view key) {
    if (const auto* error = in.get_if<error_object>())
      return &*error->cause;
    if (const auto* elements = in.get_if<array>())
      return elements->members().find(key);
    return in.get_if<object>()->find(key);
  }

  std::vector<std::pair<const value*, const value*>> pending_;
  assumed_equal assumed_;
};

} // namespace

bool operator==(const value& lhs, const value& rhs) {
  return comparison{}.run(lhs, rhs);
}

} // namespace hawser

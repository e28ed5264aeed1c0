#include "value_children.hpp"

namespace hawser::detail {

std::size_t child_count(const value& from) noexcept {
  switch (from.type()) {
    case value_type::array: {
      const auto& content = *from.get_if<array>();
      return content.size() + content.members().size();
    }
    case value_type::object:
    case value_type::set:
      return from.size();
    case value_type::map:
      return from.size() * 2;
    case value_type::error:
      return from.get_if<error_object>()->cause ? 1 : 0;
    default:
      return 0; // Everything else is whole.
  }
}

child_value child_at(const value& from, std::size_t position) noexcept {
  const auto member = [](const object::member& which) {
    return child_value{&which.second, which.first, 0, true};
  };
  switch (from.type()) {
    case value_type::array: {
      const auto& content = *from.get_if<array>();
      if (position < content.size())
        return {content.begin() + position, {}, position, false};
      return member(content.members().begin()[position - content.size()]);
    }
    case value_type::object:
      return member(from.get_if<object>()->begin()[position]);
    case value_type::map: {
      const auto& entry = from.get_if<map>()->begin()[position / 2];
      return {position % 2 == 0 ? &entry.first : &entry.second, {}, position / 2, false};
    }
    case value_type::set:
      return {from.get_if<set>()->begin() + position, {}, position, false};
    case value_type::error:
      return {&*from.get_if<error_object>()->cause, "cause", 0, true};
    default:
      panic("a child was asked of a value that has none");
  }
}

} // namespace hawser::detail

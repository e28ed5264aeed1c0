// Writing values: the short way. Numbers, constants and short text in an array or an object are
// written in a row. Whatever is something else or is to be refused is left to the general way.

#include "encoding.hpp"
#include "unicode.hpp"
#include "value_internals.hpp"

namespace hawser::detail {

using wire::major;

namespace {

bool is_short_text(std::string_view content) noexcept {
  return content.size() < wire_writer::shared_bytes_min && text_form_of(content) == text_form::utf8;
}

// A constant, a number or short text in UTF-8, which cannot be refused.
bool is_plain(const value& from) noexcept {
  return from.type() == value_type::string
           ? is_short_text(*from.get_if<std::string_view>())
           : from.type() >= value_type::null && from.type() <= value_type::number;
}

} // namespace

inline void encoding::write_plain(const value& from) {
  switch (from.type()) {
    case value_type::int32:
      return out_.integer(value_internals::int32(from));
    case value_type::number:
      return out_.number(value_internals::number(from));
    case value_type::string:
      return out_.short_string(major::text, *from.get_if<std::string_view>());
    case value_type::boolean:
      return out_.byte(*from.get_if<bool>() ? wire::byte_true : wire::byte_false);
    default:
      return out_.byte(wire::byte_null);
  }
}

// What is plain from there on is written; where that ends.
const value* encoding::write_run(const value* at, const value* end) {
  while (at != end) {
    if (at->is_number()) {
      at = out_.numbers(at, end);
      continue;
    }
    if (!is_plain(*at))
      return at;
    write_plain(*at++);
  }
  return at;
}

const object::member* encoding::write_run(const object::member* at, const object::member* end) {
  // The value first: where the general way is to go on, it looks at the name itself.
  for (; at != end && is_plain(at->second) && is_short_text(at->first); ++at) {
    out_.short_string(major::text, at->first);
    write_plain(at->second);
  }
  return at;
}

} // namespace hawser::detail

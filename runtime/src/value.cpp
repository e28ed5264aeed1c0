#include "hawser/value.hpp"

#include "value_internals.hpp"

namespace hawser {
namespace {

const value undefined_value;

} // namespace

std::string_view to_string(value_type type) noexcept {
  switch (type) {
    case value_type::undefined:
      return "undefined";
    case value_type::null:
      return "null";
    case value_type::boolean:
      return "boolean";
    case value_type::int32:
      return "int32";
    case value_type::number:
      return "number";
    case value_type::transferred:
      return "transferred";
    case value_type::reference:
      return "reference";
    case value_type::string:
      return "string";
    case value_type::big_integer:
      return "big integer";
    case value_type::date:
      return "date";
    case value_type::reg_exp:
      return "regular expression";
    case value_type::wrapper:
      return "primitive wrapper";
    case value_type::error:
      return "error";
    case value_type::dom_exception:
      return "DOM exception";
    case value_type::array:
      return "array";
    case value_type::object:
      return "object";
    case value_type::map:
      return "map";
    case value_type::set:
      return "set";
    case value_type::array_buffer:
      return "array buffer";
    case value_type::shared_array_buffer:
      return "shared array buffer";
    case value_type::array_buffer_view:
      return "array buffer view";
    case value_type::blob:
      return "blob";
    case value_type::file:
      return "file";
    case value_type::file_list:
      return "file list";
    case value_type::image_data:
      return "image data";
    case value_type::port:
      return "port";
    case value_type::platform_object:
      return "platform object";
    case value_type::record:
      return "record";
  }
  return "unknown type";
}

namespace detail {

const record_node* record_in(const value& from, const record_type& type) noexcept {
  if (from.type() != value_type::record)
    return nullptr;
  const auto* node = value_internals::node_as<record_node>(from);
  if (node->type != nullptr)
    return *node->type == type ? node : nullptr;
  const auto* foreign = static_cast<const foreign_record*>(node);
  return foreign->interface_name == type.name ? foreign->decoded_as(type) : nullptr;
}

value make_foreign_record(std::string name, value fields) {
  return value_internals::adopt(new foreign_record{std::move(name), std::move(fields)});
}

} // namespace detail

std::string_view value::record_name() const noexcept {
  return type() == value_type::record ? static_cast<detail::record_node*>(payload_.node)->name()
                                      : std::string_view{};
}

const value& value::record_fields() const {
  return type() == value_type::record
           ? static_cast<detail::record_node*>(payload_.node)->as_object()
           : undefined_value;
}

const void* value::identity() const noexcept {
  switch (type()) {
    case value_type::array_buffer:
      return get_if<array_buffer>()->identity();
    case value_type::shared_array_buffer:
      return get_if<shared_array_buffer>()->identity();
    case value_type::platform_object:
      return get_if<std::shared_ptr<const platform_object>>()->get();
    case value_type::string:
    case value_type::big_integer:
    case value_type::port: // Whoever meets one looks it up in the transfer list.
      return nullptr;
    default:
      return has_node() ? payload_.node : nullptr;
  }
}

const value& value::element(std::size_t index) const noexcept {
  const auto* elements = get_if<hawser::array>();
  return elements == nullptr ? undefined_value : (*elements)[index];
}

const value& value::operator[](std::string_view key) const {
  if (const auto* elements = get_if<hawser::array>())
    return elements->members()[key];
  if (type() == value_type::record)
    return record_fields()[key];
  const auto* members = get_if<hawser::object>();
  return members == nullptr ? undefined_value : (*members)[key];
}

std::span<const value> value::items() const noexcept {
  if (const auto* elements = get_if<hawser::array>())
    return {elements->begin(), elements->end()};
  if (const auto* members = get_if<hawser::set>())
    return {members->begin(), members->end()};
  return {};
}

std::span<const object::member> value::members() const {
  if (type() == value_type::record)
    return record_fields().members();
  if (const auto* content = get_if<hawser::object>())
    return {content->begin(), content->end()};
  return {};
}

std::span<const map::entry> value::entries() const noexcept {
  if (const auto* content = get_if<hawser::map>())
    return {content->begin(), content->end()};
  return {};
}

std::size_t value::size() const {
  switch (type()) {
    case value_type::string:
      return get_if<std::string_view>()->size();
    case value_type::array:
      return get_if<hawser::array>()->size();
    case value_type::object:
      return get_if<hawser::object>()->size();
    case value_type::map:
      return get_if<hawser::map>()->size();
    case value_type::set:
      return get_if<hawser::set>()->size();
    case value_type::array_buffer:
      return get_if<array_buffer>()->size();
    case value_type::shared_array_buffer:
      return get_if<shared_array_buffer>()->size();
    case value_type::array_buffer_view:
      return get_if<array_buffer_view>()->length();
    case value_type::blob:
      return get_if<blob>()->size();
    case value_type::file:
      return get_if<file>()->content.size();
    case value_type::file_list:
      return get_if<file_list>()->files.size();
    case value_type::record:
      return record_fields().size();
    default:
      return 0; // Everything else has no parts to count.
  }
}

std::optional<double> value::as_double() const noexcept {
  if (type() == value_type::int32)
    return payload_.int32;
  if (type() == value_type::number)
    return payload_.number;
  return std::nullopt;
}

std::optional<std::int64_t> value::as_int64() const noexcept {
  if (type() == value_type::int32)
    return payload_.int32;
  if (const auto* large = get_if<hawser::big_integer>())
    return large->to_int64();
  if (type() != value_type::number)
    return std::nullopt;
  constexpr double beyond = 9223372036854775808.0; // 2^63, the first double that does not fit
  const double number = payload_.number;
  if (!(number >= -beyond && number < beyond))
    return std::nullopt;
  const auto whole = static_cast<std::int64_t>(number);
  return static_cast<double>(whole) == number ? std::optional{whole} : std::nullopt;
}

std::optional<std::uint64_t> value::as_uint64() const noexcept {
  if (const auto* large = get_if<hawser::big_integer>())
    return large->to_uint64();
  if (const auto number = as_int64())
    return *number >= 0 ? std::optional{static_cast<std::uint64_t>(*number)} : std::nullopt;
  constexpr double beyond = 18446744073709551616.0; // 2^64
  if (type() != value_type::number || !(payload_.number > 0 && payload_.number < beyond))
    return std::nullopt;
  // Doubles from 2^63 on are whole.
  return payload_.number < beyond / 2 ? std::nullopt
                                      : std::optional{static_cast<std::uint64_t>(payload_.number)};
}

} // namespace hawser

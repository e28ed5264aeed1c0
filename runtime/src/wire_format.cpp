#include "wire_format.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace hawser::detail::wire {
namespace {

constexpr std::array<std::pair<std::string_view, record>, 17> records = {{
  {"Array", record::array},
  {"ArrayBuffer", record::array_buffer},
  {"BigInt", record::big_int},
  {"Blob", record::blob},
  {"Boolean", record::boolean},
  {"DOMException", record::dom_exception},
  {"Date", record::date},
  {"File", record::file},
  {"FileList", record::file_list},
  {"ImageData", record::image_data},
  {"ImmutableArrayBuffer", record::immutable_array_buffer},
  {"MessagePort", record::message_port},
  {"Number", record::number},
  {"PlatformObject", record::platform_object},
  {"RegExp", record::reg_exp},
  {"String", record::string},
  {"Struct", record::structure},
}};

struct tagged_kind {
  view_kind kind;
  std::uint8_t little; ///< The tag for little-endian elements; for big-endian ones it is four less.
};

constexpr std::array<tagged_kind, 12> typed_arrays = {{
  {view_kind::uint8, 64},
  {view_kind::uint8_clamped, 68},
  {view_kind::uint16, 69},
  {view_kind::uint32, 70},
  {view_kind::big_uint64, 71},
  {view_kind::int8, 72},
  {view_kind::int16, 77},
  {view_kind::int32, 78},
  {view_kind::big_int64, 79},
  {view_kind::float16, 84},
  {view_kind::float32, 85},
  {view_kind::float64, 86},
}};

constexpr bool little = std::endian::native == std::endian::little;
constexpr std::uint8_t step_to_big = 4;

} // namespace

std::optional<record> record_named(std::string_view name) noexcept {
  const auto found = std::ranges::find(records, name, [](const auto& one) { return one.first; });
  if (found != records.end())
    return found->second;
  if (name.ends_with("Error"))
    return record::error;
  return view_named(name) ? std::optional{record::view} : std::nullopt;
}

std::optional<view_kind> view_named(std::string_view name) noexcept {
  for (unsigned number = 0; number <= static_cast<unsigned>(view_kind::data_view); ++number)
    if (to_string(static_cast<view_kind>(number)) == name)
      return static_cast<view_kind>(number);
  return std::nullopt;
}

std::optional<std::uint64_t> typed_array_tag(view_kind kind) noexcept {
  const auto found = std::ranges::find(typed_arrays, kind, &tagged_kind::kind);
  if (found == typed_arrays.end())
    return std::nullopt;
  return little || element_size(kind) == 1 ? found->little : found->little - step_to_big;
}

std::optional<typed_array> typed_array_tagged(std::uint64_t number) noexcept {
  for (const auto& one : typed_arrays) {
    if (one.little == number)
      return typed_array{one.kind, !little && element_size(one.kind) > 1};
    if (element_size(one.kind) > 1 && one.little - step_to_big == static_cast<int>(number))
      return typed_array{one.kind, little};
  }
  return std::nullopt;
}

} // namespace hawser::detail::wire

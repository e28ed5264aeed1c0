#include "hawser/array_buffer_view.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "half_float.hpp"
#include "hawser/value.hpp"

namespace hawser {
namespace {

std::size_t buffer_size(const array_buffer_view::buffer_type& buffer) noexcept {
  return std::visit([](const auto& bytes) { return bytes.size(); }, buffer);
}

// May the buffer change its length while views of it exist?
bool length_changes(const array_buffer_view::buffer_type& buffer) noexcept {
  if (const auto* own = std::get_if<array_buffer>(&buffer))
    return own->resizable();
  return std::get<shared_array_buffer>(buffer).growable();
}

template <class T>
T read(const std::byte* from) noexcept {
  T made;
  std::memcpy(&made, from, sizeof made);
  return made;
}

} // namespace

std::string_view to_string(view_kind kind) noexcept {
  switch (kind) {
    case view_kind::int8:
      return "Int8Array";
    case view_kind::uint8:
      return "Uint8Array";
    case view_kind::uint8_clamped:
      return "Uint8ClampedArray";
    case view_kind::int16:
      return "Int16Array";
    case view_kind::uint16:
      return "Uint16Array";
    case view_kind::int32:
      return "Int32Array";
    case view_kind::uint32:
      return "Uint32Array";
    case view_kind::float16:
      return "Float16Array";
    case view_kind::float32:
      return "Float32Array";
    case view_kind::float64:
      return "Float64Array";
    case view_kind::big_int64:
      return "BigInt64Array";
    case view_kind::big_uint64:
      return "BigUint64Array";
    case view_kind::data_view:
      return "DataView";
  }
  return "unknown view";
}

std::size_t element_size(view_kind kind) noexcept {
  switch (kind) {
    case view_kind::int8:
    case view_kind::uint8:
    case view_kind::uint8_clamped:
    case view_kind::data_view:
      return 1;
    case view_kind::int16:
    case view_kind::uint16:
    case view_kind::float16:
      return 2;
    case view_kind::int32:
    case view_kind::uint32:
    case view_kind::float32:
      return 4;
    case view_kind::float64:
    case view_kind::big_int64:
    case view_kind::big_uint64:
      return 8;
  }
  return 1;
}

// ECMAScript #sec-initializetypedarrayfromarraybuffer, #sec-dataview-buffer-byteoffset-bytelength.
result<array_buffer_view> array_buffer_view::make(view_kind kind, buffer_type buffer,
                                                  std::size_t byte_offset,
                                                  std::optional<std::size_t> length) {
  const auto element = element_size(kind);
  const auto trouble = [kind](errc code, const std::string& what) {
    return error{code, std::string{to_string(kind)} + ": " + what};
  };
  if (const auto* own = std::get_if<array_buffer>(&buffer); own != nullptr && own->detached())
    return trouble(errc::type_error, "the buffer was transferred already");
  const auto size = buffer_size(buffer);
  if (byte_offset % element != 0)
    return trouble(errc::range_error, "byte offset " + std::to_string(byte_offset)
                                        + " is no multiple of " + std::to_string(element));
  if (byte_offset > size)
    return trouble(errc::range_error, "byte offset " + std::to_string(byte_offset)
                                        + " is beyond a buffer of " + std::to_string(size));
  const auto rest = size - byte_offset;
  if (length && *length > rest / element)
    return trouble(errc::range_error, std::to_string(*length) + " elements from byte "
                                        + std::to_string(byte_offset) + " do not fit a buffer of "
                                        + std::to_string(size));
  if (!length && !length_changes(buffer)) {
    if (rest % element != 0)
      return trouble(errc::range_error,
                     std::to_string(rest) + " bytes are no multiple of " + std::to_string(element));
    length = rest / element;
  }
  return array_buffer_view{kind, std::move(buffer), byte_offset, length};
}

bool array_buffer_view::out_of_bounds() const noexcept {
  if (const auto* own = std::get_if<array_buffer>(&buffer_); own != nullptr && own->detached())
    return true;
  const auto size = buffer_size(buffer_);
  return byte_offset_ > size || (length_ && *length_ > (size - byte_offset_) / element_size(kind_));
}

std::size_t array_buffer_view::byte_offset() const noexcept {
  return out_of_bounds() ? 0 : byte_offset_;
}

std::size_t array_buffer_view::byte_length() const noexcept {
  if (out_of_bounds())
    return 0;
  const auto element = element_size(kind_);
  return length_ ? *length_ * element : (buffer_size(buffer_) - byte_offset_) / element * element;
}

std::span<const std::byte> array_buffer_view::bytes() const noexcept {
  const auto length = byte_length();
  if (length == 0)
    return {};
  const auto show = [&](const auto& buffer) -> std::span<const std::byte> {
    return buffer.bytes().subspan(byte_offset_, length);
  };
  return std::visit(show, buffer_);
}

std::span<std::byte> array_buffer_view::mutable_bytes() {
  const auto length = byte_length();
  if (length == 0)
    return {};
  const auto show = [&](auto& buffer) -> std::span<std::byte> {
    return buffer.bytes().subspan(byte_offset_, length);
  };
  return std::visit(show, buffer_);
}

value array_buffer_view::element(std::size_t index) const {
  if (index >= length())
    return {};
  const auto* at = bytes().data() + index * element_size(kind_);
  switch (kind_) {
    case view_kind::int8:
      return read<std::int8_t>(at);
    case view_kind::uint8:
    case view_kind::uint8_clamped:
    case view_kind::data_view:
      return read<std::uint8_t>(at);
    case view_kind::int16:
      return read<std::int16_t>(at);
    case view_kind::uint16:
      return read<std::uint16_t>(at);
    case view_kind::int32:
      return read<std::int32_t>(at);
    case view_kind::uint32:
      return read<std::uint32_t>(at);
    case view_kind::float16:
      return detail::half_to_double(read<std::uint16_t>(at));
    case view_kind::float32:
      return double{read<float>(at)};
    case view_kind::float64:
      return read<double>(at);
    case view_kind::big_int64:
      return big_integer{read<std::int64_t>(at)};
    case view_kind::big_uint64:
      return big_integer::from_unsigned(read<std::uint64_t>(at));
  }
  return {};
}

bool operator==(const array_buffer_view& lhs, const array_buffer_view& rhs) noexcept {
  return lhs.kind_ == rhs.kind_ && lhs.out_of_bounds() == rhs.out_of_bounds()
         && lhs.byte_offset() == rhs.byte_offset() && std::ranges::equal(lhs.bytes(), rhs.bytes());
}

} // namespace hawser

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "hawser/error.hpp"
#include "hawser/value.hpp"
#include "hawser/wire_limits.hpp"

namespace hawser {

namespace detail {
class decoding;
} // namespace detail

/// Reads a value in the wire format out of bytes that arrive piece by piece.
///
/// Every sequence of bytes gives a value or a `data_decode_error` that names the byte; the memory
/// it takes is bounded by a small multiple of the bytes read and by the limits. To be used by one
/// thread at a time. Needs no stack however deep the value is.
class value_decoder {
public:
  explicit value_decoder(wire_options options = {});
  value_decoder(value_decoder&&) noexcept;
  value_decoder& operator=(value_decoder&&) noexcept;
  ~value_decoder();

  /// Reads on where the last piece ended, in the middle of a number or a text if need be, and keeps
  /// no reference to `bytes`. Bytes behind the value are an error. After an error, so is every call
  /// but `take`, which repeats it.
  error feed(std::span<const std::byte> bytes);

  /// Has the last byte of the value been read?
  bool complete() const noexcept;

  /// Bytes read so far.
  std::uint64_t position() const noexcept;

  /// The value, or what was wrong with it; an incomplete one is an error too. The decoder is then
  /// ready for the next value.
  result<value> take();

private:
  std::unique_ptr<detail::decoding> state_;
};

/// A whole value at once, which is faster: a size beyond the end is seen when it is read.
result<value> decode(std::span<const std::byte> from, const wire_options& options = {});

} // namespace hawser

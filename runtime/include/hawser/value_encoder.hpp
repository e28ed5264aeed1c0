#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "hawser/error.hpp"
#include "hawser/value.hpp"
#include "hawser/wire_limits.hpp"
#include "hawser/wire_sink.hpp"

namespace hawser {

namespace detail {
class encoding;
} // namespace detail

/// Writes values in the wire format, which `runtime/WIRE.md` describes byte by byte.
///
/// To be used by one thread at a time. Keeps its working memory, so that one encoder for many
/// values is cheaper than many encoders. Needs no stack however deep the values are.
class value_encoder {
public:
  explicit value_encoder(wire_options options = {});
  value_encoder(value_encoder&&) noexcept;
  value_encoder& operator=(value_encoder&&) noexcept;
  ~value_encoder();

  /// Writes one value, its version byte first. `data_clone_error` for what cannot leave the process
  /// or stand in this scope (ports, shared memory, detached buffers, text that is not Unicode) and
  /// for a limit, saying where in the value; the sink has then got a part of the bytes.
  error encode(const value& from, wire_sink& to);

private:
  std::unique_ptr<detail::encoding> state_;
};

/// The same, appended to a vector, which an error leaves as it was.
error encode(const value& from, std::vector<std::byte>& to, const wire_options& options = {});

} // namespace hawser

#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "encoded_data_sources.hpp"
#include "growing_bytes.hpp"
#include "hawser/encoded_data.hpp"
#include "hawser/value.hpp"
#include "hawser/wire_sink.hpp"

namespace hawser::detail {

/// Makes data of what an encoder writes. Keeps its memory for the next small one.
class encoded_data_sink final : public wire_sink {
public:
  void write(std::span<const std::byte> bytes) override { copied_.append(bytes); }

  void write_shared(std::span<const std::byte> bytes, const value& owner) override {
    if (bytes.size() < kept_bytes_min)
      return write(bytes);
    kept_.push_back({copied_.size(), bytes, owner});
  }

  void clear() noexcept {
    copied_.clear();
    kept_.clear();
  }

  /// What has been written since the last `clear`, which has to be the next call.
  encoded_data take() {
    if (!kept_.empty())
      return encoded_data_sources::gathered(std::exchange(copied_, {}), std::exchange(kept_, {}));
    if (copied_.size() < adopted_bytes_min)
      return encoded_data::copy_of(copied_.bytes());
    return encoded_data_sources::owned(std::exchange(copied_, {}));
  }

private:
  // From here on, to copy what was encoded is dearer than new memory for the next,
  static constexpr std::size_t adopted_bytes_min = 4096;
  // and to copy what is to be encoded is dearer than to send it from where it is.
  static constexpr std::size_t kept_bytes_min = std::size_t{1} << 16;

  growing_bytes copied_;
  std::vector<kept_bytes> kept_;
};

} // namespace hawser::detail

#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hawser {

/// Immutable bytes with a media type. Copies, slices and posts share the bytes, from any thread;
/// they live as long as any of these. File API #blob-section.
class blob {
public:
  blob() = default;

  /// The type is made lower case; one with characters outside of printable ASCII is dropped.
  explicit blob(std::vector<std::byte> content, std::string type = {});
  explicit blob(std::string_view text, std::string type = {});

  std::size_t size() const noexcept { return content_.size(); }

  const std::string& type() const noexcept { return type_; }

  std::span<const std::byte> bytes() const noexcept { return content_; }

  /// The bytes as they are, whatever they mean.
  std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(content_.data()), content_.size()};
  }

  /// The part from `begin` to before `end`, both cut to the size.
  blob slice(std::size_t begin, std::size_t end, std::string type = {}) const;

  friend bool operator==(const blob& lhs, const blob& rhs) noexcept;

private:
  std::shared_ptr<const std::vector<std::byte>> owned_;
  std::span<const std::byte> content_;
  std::string type_;
};

/// A blob with a name. File API #file-section.
struct file {
  blob content;
  std::string name;
  double last_modified = 0; ///< Milliseconds since 1970-01-01 UTC.

  friend bool operator==(const file&, const file&) = default;
};

/// File API #filelist-section.
struct file_list {
  std::vector<file> files;

  friend bool operator==(const file_list&, const file_list&) = default;
};

} // namespace hawser

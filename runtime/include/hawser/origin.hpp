#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hawser/error.hpp"

namespace hawser {

namespace detail {
struct known_scheme;
} // namespace detail

/// Who a context speaks for. HTML #concept-origin.
///
/// Either a tuple of scheme, host and port, or opaque: equal to itself and its copies only. A value
/// type; comparing two tuples compares three fields, comparing opaque origins compares a number
/// that is unique in this process.
class origin {
public:
  /// A new opaque origin, unequal to every other.
  static origin opaque();

  /// The origin of an absolute URL, in UTF-8. URL #concept-url-origin.
  ///
  /// What the URL Standard's parser forgives is forgiven: white space around, tabs and newlines
  /// anywhere, slashes in any number and either way round. Scheme and host come out in their one
  /// canonical spelling: lower case, percent-escapes decoded, international names as `xn--`,
  /// addresses as in `127.0.0.1` and `[::1]`. A default port is left out; user, path, query and
  /// fragment do not count.
  ///
  /// The schemes `http`, `https`, `ws`, `wss`, `ftp` and `hawser` give tuples; `blob` gives the
  /// origin of the URL it holds; every other scheme (`data:`, `about:`, `file:` ...) gives a new
  /// opaque origin. `syntax_error`, naming what is wrong, for a text that is no absolute URL.
  static result<origin> parse(std::string_view url);

  /// Does a context at this URL have the origin of whoever opens it? True for `about:blank`,
  /// `about:srcdoc` and `javascript:` URLs. HTML #determining-the-origin.
  static bool is_inherited(std::string_view url);

  bool is_opaque() const noexcept { return opaque_id_ != 0; }

  /// Empty for an opaque origin.
  std::string_view scheme() const noexcept;

  /// An IPv6 address stands in brackets. Empty for an opaque origin.
  const std::string& host() const noexcept { return host_; }

  /// Absent for the scheme's default port.
  std::optional<std::uint16_t> port() const noexcept { return port_; }

  /// HTML #same-origin.
  friend bool operator==(const origin&, const origin&) = default;

  /// Some order, for containers.
  friend std::strong_ordering operator<=>(const origin& lhs, const origin& rhs) noexcept;

private:
  origin() = default;

  static result<origin> of_blob(std::string_view url, std::string_view rest);

  const detail::known_scheme* scheme_ = nullptr; // in a table; none for an opaque origin
  std::string host_;
  std::uint64_t opaque_id_ = 0;
  std::optional<std::uint16_t> port_;
};

/// `https://example.org:8080`, or `null` for an opaque origin.
/// HTML #ascii-serialisation-of-an-origin.
std::string to_string(const origin& from);

} // namespace hawser

#include "key_depth.hpp"

namespace hawser::tool {
namespace {

/// Walks over a text and knows where it is.
class scanner {
public:
  explicit scanner(std::string_view text) noexcept : rest_(text) {}

  bool at_end() const noexcept { return rest_.empty(); }

  char next() const noexcept { return rest_.front(); }

  bool at(std::string_view what) const noexcept { return rest_.starts_with(what); }

  place where() const noexcept { return where_; }

  void skip(std::size_t letters) noexcept {
    for (; letters > 0 && !rest_.empty(); --letters) {
      const bool line_ends = rest_.front() == '\n';
      where_ = line_ends ? place{where_.line + 1, 1} : place{where_.line, where_.column + 1};
      rest_.remove_prefix(1);
    }
  }

  void skip_comment() noexcept {
    while (!at_end() && next() != '\n')
      skip(1);
  }

  // From its first quotation mark to its last; a text on one line ends with the line at the latest.
  void skip_text() noexcept {
    const char mark = next();
    const bool long_text = at("\"\"\"") || at("'''");
    const auto end = rest_.substr(0, long_text ? 3 : 1);
    skip(end.size());
    while (!at_end() && !at(end) && (long_text || next() != '\n'))
      skip(mark == '"' && next() == '\\' ? 2 : 1);
    skip(at(end) ? end.size() : 0);
  }

private:
  std::string_view rest_;
  place where_{1, 1};
};

} // namespace

std::optional<place> find_deep_key(std::string_view toml) noexcept {
  std::uint32_t dots = 0;
  for (scanner at{toml}; !at.at_end();) {
    switch (at.next()) {
      case '#':
        at.skip_comment();
        break;
      case '"':
      case '\'':
        at.skip_text();
        break;
      case '.':
        if (++dots >= key_parts_max)
          return at.where();
        at.skip(1);
        break;
      case '=':
      case ',':
      case '[':
      case ']':
      case '{':
      case '}':
      case '\n':
        dots = 0;
        at.skip(1);
        break;
      default:
        at.skip(1);
    }
  }
  return std::nullopt;
}

} // namespace hawser::tool

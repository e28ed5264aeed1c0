#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace hawser::tool {

/// Where something stands in a file, both from 1; line 0 is the file as a whole.
struct place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// Beyond these, problems are only counted, and what was meant is not looked for.
inline constexpr std::size_t problems_shown_max = 100;

/// The name out of `known` that `name` was probably meant to be, empty if none is near.
std::string_view nearest(std::string_view name, const std::vector<std::string_view>& known);

/// What is wrong with one file: everything, so that it can be repaired in one go.
class problems {
public:
  explicit problems(std::string file) : file_(std::move(file)) {}

  void add(place where, std::string what);

  /// Nothing goes by that name: says so, and what was probably meant.
  void add_unknown(place where, std::string_view kind, std::string_view name,
                   const std::vector<std::string_view>& known);

  bool empty() const noexcept { return all_.empty(); }

  std::size_t size() const noexcept { return all_.size(); }

  const std::string& file() const noexcept { return file_; }

  /// `file:line:column: what` for each, in the order of the file; beyond a hundred only their
  /// number.
  void print(std::FILE* to) const;

private:
  struct entry {
    place where;
    std::string what;
  };

  std::string file_;
  std::vector<entry> all_;
};

/// `'text'`, with what a terminal would not print made visible.
std::string in_quotes(std::string_view text);

} // namespace hawser::tool

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "topology.hpp"

namespace hawser::tool {

/// Compares the lines that contexts print with those a topology expects.
class expectation {
public:
  explicit expectation(const expected_lines& wanted);

  void see(const std::string& line);

  /// Has every expected line been seen?
  bool met() const noexcept { return seen_ == wanted_.lines.size(); }

  /// Was something printed that must not be?
  bool broken() const noexcept { return !unexpected_.empty(); }

  bool wants_lines() const noexcept { return !wanted_.lines.empty(); }

  std::size_t seen() const noexcept { return seen_; }

  std::size_t wanted() const noexcept { return wanted_.lines.size(); }

  /// The expected lines that have not come, in the order of the file.
  std::vector<std::string> missing() const;

  /// The first lines nobody expects, if only expected ones may be printed.
  const std::vector<std::string>& unexpected() const noexcept { return unexpected_; }

private:
  bool take(const std::string& line);

  expected_lines wanted_;
  std::unordered_map<std::string, std::size_t> left_; // how often each must still come
  std::size_t seen_ = 0;
  std::vector<std::string> unexpected_;
};

} // namespace hawser::tool

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <hawser/value.hpp>

namespace bench {

/// Values of one kind, the same in every run and on both sides.
struct corpus {
  std::string_view name;
  std::string_view what;
  std::uint64_t count; ///< Values to be encoded per run; one after the other, and round again.
  std::uint64_t quick_count;
  std::vector<hawser::value> (*make)();
};

const std::vector<corpus>& corpora();

/// The values as JSON on one line, for the other side to make the same of. A typed array is
/// `{"$view": "Float64Array", "elements": [...]}`.
std::string to_json(const std::vector<hawser::value>& values);

} // namespace bench

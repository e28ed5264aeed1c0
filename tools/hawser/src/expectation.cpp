#include "expectation.hpp"

namespace hawser::tool {
namespace {

constexpr std::size_t unexpected_kept_max = 20;

} // namespace

expectation::expectation(const expected_lines& wanted) : wanted_(wanted) {
  for (const auto& line : wanted_.lines)
    ++left_[line];
}

bool expectation::take(const std::string& line) {
  const auto found = left_.find(line);
  if (found == left_.end() || found->second == 0)
    return false;
  if (wanted_.order == line_order::given && wanted_.lines[seen_] != line)
    return false;
  --found->second;
  ++seen_;
  return true;
}

void expectation::see(const std::string& line) {
  if (!take(line) && wanted_.only && unexpected_.size() < unexpected_kept_max)
    unexpected_.push_back(line);
}

std::vector<std::string> expectation::missing() const {
  std::vector<std::string> lines;
  auto left = left_;
  // What is left of equal lines are the last ones.
  for (auto line = wanted_.lines.rbegin(); line != wanted_.lines.rend(); ++line)
    if (auto& count = left[*line]; count > 0) {
      --count;
      lines.push_back(*line);
    }
  return {lines.rbegin(), lines.rend()};
}

} // namespace hawser::tool

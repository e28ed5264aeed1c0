#include "hawser/value_graph.hpp"

#include <limits>

#include "value_copier.hpp"

namespace hawser {

value_graph::part value_graph::declare() {
  parts_.emplace_back();
  return static_cast<part>(parts_.size() - 1);
}

void value_graph::define(part which, value content) {
  const auto index = static_cast<std::size_t>(which);
  HAWSER_ASSERT(index < parts_.size(), "a part was defined that its value_graph did not declare");
  parts_[index] = std::move(content);
}

value value_graph::build(const value& root) const {
  const auto keep = [](const value& leaf, detail::value_copier&) -> result<value> { return leaf; };
  detail::value_copier copier{keep, std::numeric_limits<std::size_t>::max(), parts_};
  return *copier.copy(root);
}

} // namespace hawser

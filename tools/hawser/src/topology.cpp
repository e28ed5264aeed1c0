#include "topology.hpp"

#include <algorithm>
#include <charconv>

namespace hawser::tool {

std::uint32_t topology::find(std::string_view name) const {
  const auto dot = name.find('.');
  const auto its = std::ranges::find(groups, name.substr(0, dot), &context_group::name);
  if (its == groups.end())
    return no_context;
  std::uint32_t index = 0;
  if (dot != std::string_view::npos)
    std::from_chars(name.data() + dot + 1, name.data() + name.size(), index);
  return its->first + index;
}

} // namespace hawser::tool

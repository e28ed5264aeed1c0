#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "hawser/value.hpp"

namespace hawser {

/// Builds values that refer to each other in circles, which immutable values cannot do by
/// themselves: parts are declared, described with references to each other, and then built.
///
/// ```
/// value_graph graph;
/// const auto page = graph.declare();
/// graph.define(page, object{{"title", "Home"}, {"next", graph.reference(page)}});
/// const value home = graph.build(graph.reference(page));
/// ```
///
/// All containers that a build makes stay alive together, as long as one of them is referred to.
class value_graph {
public:
  enum class part : std::uint32_t {};

  part declare();

  /// Stands for the part wherever a value can stand. To be used in this graph only: posting it is
  /// a `data_clone_error`.
  value reference(part which) const noexcept {
    return {value_type::reference, static_cast<std::uint32_t>(which)};
  }

  /// What the part is; the last definition counts.
  void define(part which, value content);

  /// The value with every reference in it, and in what it refers to, resolved. May be called again.
  /// A reference to a part that is not defined, or is defined as itself, is a programming mistake
  /// and stops the process.
  value build(const value& root) const;

private:
  std::vector<std::optional<value>> parts_;
};

} // namespace hawser

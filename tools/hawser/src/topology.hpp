#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <hawser/node.hpp>
#include <hawser/value.hpp>

#include "problems.hpp"

namespace hawser {
struct behaviour;
} // namespace hawser

namespace hawser::tool {

/// Stands for "no context".
inline constexpr std::uint32_t no_context = ~std::uint32_t{0};

/// Stands for "no node": the topology runs in one process.
inline constexpr std::uint32_t no_node = ~std::uint32_t{0};

/// One `[node.NAME]`: a process that runs some of the contexts.
struct planned_node {
  std::string name;
  std::string listen; ///< `host:port`; empty if the topology leaves that to the command line.
  std::optional<tls_files> tls;
  /// Killed so long after all contexts have begun, if at all.
  std::optional<double> kill_after_s;
  place where;
};

/// What one `[[context]]` describes: one context, or several alike.
struct context_group {
  std::string name;
  std::string url;
  const behaviour* runs = nullptr;
  value arguments; ///< An object, complete, with defaults filled in.
  std::uint32_t parent = no_context;
  std::vector<std::uint32_t> nodes; ///< Members are dealt out to them in turn; none: one process.
  std::uint32_t first = 0; ///< Its members are the contexts `first` to `first + count - 1`.
  std::uint32_t count = 1;
  bool numbered = false; ///< Members are called `name.0`, `name.1`...
  place where;
};

/// One channel between two contexts.
struct planned_channel {
  struct end {
    std::uint32_t context = no_context;
    std::string port;
  };

  std::string name;
  end ends[2];
};

enum class line_order : std::uint8_t { any, given };

/// What must happen for the run to be a success.
struct expected_lines {
  std::vector<std::string> lines;
  line_order order = line_order::any;
  bool only = false;   ///< Nothing else may be printed.
  bool closed = false; ///< Every context must have ended as well.
  std::optional<double> deadline_s;
};

/// A topology file that has been read and found right. Contexts are numbered in file order.
struct topology {
  std::string title;
  std::vector<planned_node> nodes; ///< In file order; empty if everything runs in one process.
  std::vector<context_group> groups;
  std::vector<std::uint32_t> group_of; ///< For each context.
  std::vector<planned_channel> channels;
  expected_lines expects;

  /// Of the file's text: two nodes with the same one run the same topology.
  std::uint64_t fingerprint = 0;

  std::size_t contexts() const noexcept { return group_of.size(); }

  const context_group& group(std::uint32_t context) const { return groups[group_of[context]]; }

  std::uint32_t node_of(std::uint32_t context) const {
    const auto& its = group(context);
    return its.nodes.empty() ? no_node : its.nodes[(context - its.first) % its.nodes.size()];
  }

  /// The context of that name, which there is.
  std::uint32_t find(std::string_view name) const;

  std::string name_of(std::uint32_t context) const {
    const auto& its = group(context);
    return its.numbered ? its.name + "." + std::to_string(context - its.first) : its.name;
  }
};

} // namespace hawser::tool

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <hawser/behaviour.hpp>

#include "problems.hpp"
#include "read_topology.hpp"
#include "table_reader.hpp"
#include "topology.hpp"

namespace hawser::tool {

/// Is this what contexts and nodes may be called?
bool is_name(std::string_view text) noexcept;

/// Turns the tables of a file into a topology, contexts first, since everything else names them.
class topology_reader {
public:
  topology_reader(const behaviour_catalogue& behaviours, problems& found)
    : behaviours_(behaviours), found_(found) {}

  /// The topology, as good as the file allows: use it only if no problem was found.
  topology read(const toml::table& file);

private:
  // -- contexts (read_topology.cpp) -----------------------------------------------------------

  void read_context(const toml::table& table);
  void read_name(table_reader& from, context_group& into);
  void read_count(table_reader& from, context_group& into);
  void read_origin(table_reader& from, context_group& into);
  void read_behaviour(table_reader& from, context_group& into);
  void resolve_parents();
  void refuse_cycles();
  void inherit_origins();
  void read_expectations(const toml::table& table);
  void check_expected_line(const located<std::string>& line);

  /// The context of that name; reports it if there is none.
  std::uint32_t resolve(std::string_view name, place where);
  /// The contexts of that name, one or a numbered group.
  const context_group* resolve_group(const located<std::string>& name);
  void add_unknown_context(std::string_view name, place where);

  // -- nodes (read_nodes.cpp) -----------------------------------------------------------------

  void read_nodes(const toml::table& all);
  void read_node(std::string_view name, place where, const toml::node& content);
  void read_tls(table_reader& from, planned_node& into);
  void read_nodes_of_context(table_reader& from, context_group& into);
  void settle_nodes();
  void settle_nested(context_group& nested, std::optional<place> where);
  void refuse_unknown_order(place order, const std::vector<located<std::string>>& lines);

  // -- arguments (read_arguments.cpp) ---------------------------------------------------------

  void read_arguments(const toml::table* given, const behaviour& of, context_group& into);
  value read_argument(const toml::node& node, const behaviour_argument& wanted);

  // -- channels (read_channels.cpp) -----------------------------------------------------------

  void read_channel(const toml::table& table);
  void read_ends(table_reader& from, const std::string& name);
  void read_ring(table_reader& from, const std::string& name);
  void read_chain(table_reader& from, const std::string& name);
  void read_star(table_reader& from, const std::string& name);
  std::optional<std::vector<located<std::string>>> read_pattern_ports(table_reader& from);
  /// False when no more channels of the pattern are worth looking at.
  bool connect(const std::string& name, planned_channel::end first, planned_channel::end second,
               place first_place, place second_place);
  bool claim_port(const planned_channel::end& which, place where);
  void require_ports();

  const behaviour_catalogue& behaviours_;
  problems& found_;
  topology made_;
  std::unordered_map<std::string, std::uint32_t> groups_;    // by name
  std::vector<std::optional<located<std::string>>> parents_; // for each group
  std::vector<std::optional<place>> node_keys_;              // where each group says its node
  std::vector<std::unordered_set<std::string>> ports_;       // for each context
  std::unordered_set<std::string> channel_names_;
};

} // namespace hawser::tool

// Which nodes a topology has, and on which of them each context is.

#include <algorithm>
#include <filesystem>
#include <utility>

#include <hawser/origin.hpp>

#include "listen_address.hpp"
#include "reader.hpp"

namespace hawser::tool {
namespace {

constexpr double seconds_max = 86400;

// A node speaks for the origin `hawser://NAME`, and hosts have one spelling.
bool is_node_name(std::string_view name) {
  const auto url = "hawser://" + std::string{name};
  const auto parsed = origin::parse(url);
  return is_name(name) && parsed && to_string(*parsed) == url;
}

} // namespace

void topology_reader::read_nodes(const toml::table& all) {
  for (const auto& [key, content] : all)
    read_node(key.str(), place_of(key), content);
  // The parser sorts by name.
  std::ranges::sort(made_.nodes, [](const planned_node& left, const planned_node& right) {
    return std::pair{left.where.line, left.where.column}
           < std::pair{right.where.line, right.where.column};
  });
}

void topology_reader::read_node(std::string_view name, place where, const toml::node& content) {
  const auto* table = content.as_table();
  if (table == nullptr) {
    found_.add(where, "a node is a table, written [node.NAME], but "
                        + in_quotes("node." + std::string{name}) + " is "
                        + std::string{type_name(content)});
    return;
  }
  if (!is_node_name(name))
    found_.add(where, "a node is named as a host would be, with small letters, digits, '-' and "
                      "'_', not "
                        + in_quotes(name));
  planned_node node{std::string{name}, {}, {}, {}, where};
  table_reader from{*table, "[node." + std::string{name} + "]", found_};
  if (auto listen = from.text("listen")) {
    if (!parse_listen_address(listen->content))
      found_.add(listen->where, "an address to listen on is written 'host:port', as in "
                                "'127.0.0.1:0', not "
                                  + in_quotes(listen->content));
    node.listen = std::move(listen->content);
  }
  read_tls(from, node);
  if (const auto kill = from.number("kill_after_s")) {
    node.kill_after_s = kill->content;
    if (!(kill->content >= 0 && kill->content <= seconds_max))
      found_.add(kill->where, "'kill_after_s' must be at least 0 and at most 86400 seconds");
  }
  from.refuse_others();
  made_.nodes.push_back(std::move(node));
}

// Files are named from where the topology is.
void topology_reader::read_tls(table_reader& from, planned_node& into) {
  tls_files files;
  const std::pair<const char*, std::string*> keys[] = {
    {"certificate", &files.certificate}, {"key", &files.key}, {"authorities", &files.authorities}};
  std::string missing;
  for (const auto& [key, file] : keys) {
    if (const auto text = from.text(key))
      *file = (std::filesystem::path{found_.file()}.parent_path() / text->content).string();
    if (!from.has(key))
      missing += (missing.empty() ? "" : " and ") + in_quotes(key);
  }
  if (missing.empty())
    into.tls = std::move(files);
  else if (from.has("certificate") || from.has("key") || from.has("authorities"))
    found_.add(into.where,
               "node " + in_quotes(into.name) + " has a part of what TLS needs, but no " + missing);
}

void topology_reader::read_nodes_of_context(table_reader& from, context_group& into) {
  const auto names = from.text_or_texts("node");
  node_keys_.push_back(names ? std::optional{from.where_is("node")} : std::nullopt);
  if (!names)
    return;
  if (names->empty() || names->size() > into.count)
    found_.add(from.where_is("node"), "'node' names " + std::to_string(names->size())
                                        + " nodes for " + std::to_string(into.count)
                                        + (into.count == 1 ? " context" : " contexts"));
  for (const auto& name : *names) {
    const auto found = std::ranges::find(made_.nodes, name.content, &planned_node::name);
    if (found != made_.nodes.end()) {
      into.nodes.push_back(static_cast<std::uint32_t>(found - made_.nodes.begin()));
      continue;
    }
    std::vector<std::string_view> known;
    for (const auto& each : made_.nodes)
      known.push_back(each.name);
    found_.add_unknown(name.where, "node", name.content, known);
  }
}

// Parents and nodes are known.
void topology_reader::settle_nodes() {
  if (made_.nodes.empty() || !found_.empty())
    return;
  for (std::size_t i = 0; i < made_.groups.size(); ++i) {
    auto& group = made_.groups[i];
    if (group.parent != no_context)
      settle_nested(group, node_keys_[i]);
    else if (group.nodes.empty())
      found_.add(group.where,
                 "context " + in_quotes(group.name) + " does not say on which 'node' it is");
  }
}

// A context is where its parent is, and that where its own is: the outermost one decides.
void topology_reader::settle_nested(context_group& nested, std::optional<place> where) {
  auto outermost = nested.parent;
  while (made_.group(outermost).parent != no_context)
    outermost = made_.group(outermost).parent;
  const auto on = made_.node_of(outermost);
  if (on == no_node)
    return; // Reported for the outermost.
  if (std::ranges::any_of(nested.nodes, [on](std::uint32_t each) { return each != on; }))
    found_.add(*where, "context " + in_quotes(nested.name) + " is nested in "
                         + in_quotes(made_.name_of(nested.parent)) + ", which is on node "
                         + in_quotes(made_.nodes[on].name));
  nested.nodes = {on};
}

// Nobody sees in which order two machines print.
void topology_reader::refuse_unknown_order(place order,
                                           const std::vector<located<std::string>>& lines) {
  auto first = no_context;
  for (const auto& line : lines) {
    const auto name = std::string_view{line.content}.substr(0, line.content.find(" | "));
    const auto context = resolve(name, line.where);
    if (first == no_context)
      first = context;
    if (made_.node_of(context) == made_.node_of(first))
      continue;
    found_.add(order,
               "lines of different nodes come in no known order: " + in_quotes(made_.name_of(first))
                 + " is on node " + in_quotes(made_.nodes[made_.node_of(first)].name) + ", "
                 + in_quotes(made_.name_of(context)) + " on node "
                 + in_quotes(made_.nodes[made_.node_of(context)].name));
    return;
  }
}

} // namespace hawser::tool

#include <algorithm>

#include "reader.hpp"

namespace hawser::tool {
namespace {

constexpr std::string_view pattern_names[] = {"ends", "ring", "chain", "star"};

// Of several ports under one name, `spoke.7` is one; its number may be anything.
bool goes_by(std::string_view name, const behaviour_port& declared) noexcept {
  if (name == declared.name)
    return true;
  if (declared.arity != port_arity::any_number || !name.starts_with(declared.name))
    return false;
  const auto rest = name.substr(declared.name.size());
  return rest.size() > 1 && rest[0] == '.'
         && rest.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

} // namespace

void topology_reader::read_channel(const toml::table& table) {
  table_reader from{table, "[[channel]]", found_};
  std::string name;
  if (const auto text = from.text("name")) {
    name = text->content;
    if (!channel_names_.insert(name).second)
      found_.add(text->where, "there is a channel " + in_quotes(name) + " already");
  }
  const auto patterns =
    std::ranges::count_if(pattern_names, [&](auto each) { return from.has(each); });
  if (patterns > 1)
    found_.add(from.where(), "a [[channel]] has only one of 'ends', 'ring', 'chain' and 'star'");
  if (from.has("ends"))
    read_ends(from, name);
  else if (from.has("ring"))
    read_ring(from, name);
  else if (from.has("chain"))
    read_chain(from, name);
  else if (from.has("star"))
    read_star(from, name);
  else
    found_.add(from.where(), "this [[channel]] does not say what it connects: 'ends', 'ring', "
                             "'chain' or 'star' is missing");
  from.know({"ends", "ring", "chain", "star", "ports"});
  from.refuse_others();
}

void topology_reader::read_ends(table_reader& from, const std::string& name) {
  const auto texts = from.texts("ends");
  if (from.has("ports"))
    found_.add(from.where_is("ports"), "'ends' name their ports themselves: leave 'ports' out");
  if (!texts)
    return;
  if (texts->size() != 2) {
    found_.add(from.where_is("ends"),
               "a channel has two 'ends', not " + std::to_string(texts->size()));
    return;
  }
  planned_channel::end ends[2];
  bool complete = true;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& [text, where] = (*texts)[i];
    const auto colon = text.find(':');
    if (colon == std::string::npos) {
      found_.add(where, "an end is written 'context:port', not " + in_quotes(text));
      complete = false;
      continue;
    }
    ends[i] = {resolve(std::string_view{text}.substr(0, colon), where), text.substr(colon + 1)};
    complete = complete && ends[i].context != no_context;
  }
  if (complete)
    connect(name, std::move(ends[0]), std::move(ends[1]), (*texts)[0].where, (*texts)[1].where);
}

std::optional<std::vector<located<std::string>>> topology_reader::read_pattern_ports(
  table_reader& from) {
  auto ports = from.texts("ports");
  if (!from.has("ports"))
    found_.add(from.where(), "'ports' is missing: the names of both ends of every channel");
  if (!ports)
    return std::nullopt;
  if (ports->size() == 2)
    return ports;
  found_.add(from.where_is("ports"), "'ports' are two names, not " + std::to_string(ports->size()));
  return std::nullopt;
}

void topology_reader::read_ring(table_reader& from, const std::string& name) {
  const auto of = from.text("ring");
  const auto ports = read_pattern_ports(from);
  const auto* group = of ? resolve_group(*of) : nullptr;
  if (group == nullptr || !ports)
    return;
  for (std::uint32_t i = 0; i < group->count; ++i)
    if (!connect(name, {group->first + i, (*ports)[0].content},
                 {group->first + (i + 1) % group->count, (*ports)[1].content}, (*ports)[0].where,
                 (*ports)[1].where))
      return;
}

void topology_reader::read_chain(table_reader& from, const std::string& name) {
  const auto of = from.text("chain");
  const auto ports = read_pattern_ports(from);
  const auto* group = of ? resolve_group(*of) : nullptr;
  if (group == nullptr || !ports)
    return;
  for (std::uint32_t i = 0; i + 1 < group->count; ++i)
    if (!connect(name, {group->first + i, (*ports)[0].content},
                 {group->first + i + 1, (*ports)[1].content}, (*ports)[0].where, (*ports)[1].where))
      return;
}

void topology_reader::read_star(table_reader& from, const std::string& name) {
  const auto of = from.texts("star");
  const auto ports = read_pattern_ports(from);
  if (!of)
    return;
  if (of->size() != 2) {
    found_.add(from.where_is("star"), "a 'star' is the hub and the spokes, two names");
    return;
  }
  const auto hub = resolve((*of)[0].content, (*of)[0].where);
  const auto* spokes = resolve_group((*of)[1]);
  if (hub == no_context || spokes == nullptr || !ports)
    return;
  for (std::uint32_t i = 0; i < spokes->count; ++i)
    if (!connect(name, {hub, (*ports)[0].content + "." + std::to_string(i)},
                 {spokes->first + i, (*ports)[1].content}, (*ports)[0].where, (*ports)[1].where))
      return;
}

bool topology_reader::connect(const std::string& name, planned_channel::end first,
                              planned_channel::end second, place first_place, place second_place) {
  if (made_.channels.size() == topology_channels_max) {
    found_.add(first_place,
               "there are more than " + std::to_string(topology_channels_max) + " channels");
    return false;
  }
  const bool first_fits = claim_port(first, first_place);
  const bool second_fits = claim_port(second, second_place);
  if (!first_fits || !second_fits)
    return false;
  made_.channels.push_back({name, {std::move(first), std::move(second)}});
  return true;
}

bool topology_reader::claim_port(const planned_channel::end& which, place where) {
  const auto* runs = made_.group(which.context).runs;
  if (runs == nullptr)
    return true; // Reported before.
  const auto declared = std::ranges::any_of(
    runs->ports, [&](const behaviour_port& each) { return goes_by(which.port, each); });
  if (!declared) {
    std::vector<std::string_view> known;
    for (const auto& each : runs->ports)
      known.push_back(each.name);
    found_.add_unknown(where, "port of behaviour " + in_quotes(runs->name) + ":", which.port,
                       known);
    return false;
  }
  if (ports_[which.context].insert(which.port).second)
    return true;
  found_.add(where, "context " + in_quotes(made_.name_of(which.context)) + " has a port "
                      + in_quotes(which.port) + " already");
  return false;
}

// Reported once for each group, however many members lack the port.
void topology_reader::require_ports() {
  for (const auto& group : made_.groups) {
    if (group.runs == nullptr)
      continue; // Reported before.
    for (const auto& wanted : group.runs->ports) {
      if (wanted.arity != port_arity::one)
        continue;
      for (auto member = group.first; member < group.first + group.count; ++member)
        if (!ports_[member].contains(wanted.name)) {
          found_.add(group.where, "no channel ends at port " + in_quotes(wanted.name)
                                    + " of context " + in_quotes(made_.name_of(member))
                                    + ", which behaviour " + in_quotes(group.runs->name)
                                    + " needs");
          break;
        }
    }
  }
}

} // namespace hawser::tool

#include "read_topology.hpp"

#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <hawser/origin.hpp>

#include "key_depth.hpp"
#include "reader.hpp"

namespace hawser::tool {
namespace {

// FNV-1a: the same on every machine.
std::uint64_t fingerprint_of(std::string_view text) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char letter : text)
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3;
  return hash;
}

std::optional<std::string> read_text(const std::string& file, problems& found) {
  std::error_code failure;
  const auto status = std::filesystem::status(file, failure);
  if (std::filesystem::is_directory(status)) {
    found.add({}, "this is a folder, not a file");
    return std::nullopt;
  }
  std::ifstream stream{file, std::ios::binary};
  if (!stream) {
    found.add({}, std::string{"cannot be read: "} + std::strerror(errno));
    return std::nullopt;
  }
  std::string text;
  std::vector<char> block(std::size_t{1} << 16);
  while (stream.read(block.data(), static_cast<std::streamsize>(block.size())),
         stream.gcount() > 0) {
    text.append(block.data(), static_cast<std::size_t>(stream.gcount()));
    if (text.size() > topology_bytes_max) {
      found.add({}, "has more than " + std::to_string(topology_bytes_max >> 20)
                      + " MiB, which is the most a topology may have");
      return std::nullopt;
    }
  }
  return text;
}

} // namespace

bool is_name(std::string_view text) noexcept {
  constexpr std::string_view letters{
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"};
  return !text.empty() && text.size() <= 100
         && text.find_first_not_of(letters) == std::string_view::npos;
}

topology topology_reader::read(const toml::table& file) {
  table_reader from{file, "the file", found_};
  if (auto title = from.text("title"))
    made_.title = std::move(title->content);
  if (const auto* nodes = from.table("node"))
    read_nodes(*nodes);
  const auto contexts = from.tables("context");
  for (const auto* table : contexts)
    read_context(*table);
  if (!from.has("context"))
    found_.add({1, 1}, "there is no [[context]]");
  resolve_parents();
  refuse_cycles();
  settle_nodes();
  if (found_.empty())
    inherit_origins();
  ports_.resize(made_.contexts());
  const auto problems_before = found_.size();
  for (const auto* table : from.tables("channel"))
    read_channel(*table);
  if (found_.size() == problems_before) // Otherwise a missing end may be one that is misspelt.
    require_ports();
  if (const auto* table = from.table("expect"))
    read_expectations(*table);
  from.refuse_others();
  return std::move(made_);
}

// -- contexts -----------------------------------------------------------------------------------

void topology_reader::read_context(const toml::table& table) {
  table_reader from{table, "[[context]]", found_};
  context_group group;
  group.where = from.where();
  read_name(from, group);
  read_count(from, group);
  read_origin(from, group);
  read_behaviour(from, group);
  read_nodes_of_context(from, group);
  parents_.push_back(from.text("parent"));
  from.refuse_others();
  group.first = static_cast<std::uint32_t>(made_.contexts());
  made_.group_of.insert(made_.group_of.end(), group.count,
                        static_cast<std::uint32_t>(made_.groups.size()));
  made_.groups.push_back(std::move(group));
}

void topology_reader::read_name(table_reader& from, context_group& into) {
  const auto name = from.text("name");
  if (!name) {
    if (!from.has("name"))
      found_.add(from.where(), "this [[context]] has no 'name'");
    return;
  }
  into.name = name->content;
  into.where = name->where;
  if (!is_name(into.name)) {
    found_.add(name->where, "a context is named with up to 100 letters, digits, '-' and '_', not "
                              + in_quotes(into.name));
    return;
  }
  const auto [found, added] =
    groups_.emplace(into.name, static_cast<std::uint32_t>(made_.groups.size()));
  if (!added)
    found_.add(name->where, "there is a context " + in_quotes(into.name) + " already, in line "
                              + std::to_string(made_.groups[found->second].where.line));
}

void topology_reader::read_count(table_reader& from, context_group& into) {
  const auto count = from.integer("count");
  into.numbered = count.has_value();
  const auto left = static_cast<std::int64_t>(topology_contexts_max - made_.contexts());
  const auto wanted = count ? count->content : 1;
  if (wanted < 1)
    found_.add(count->where, "'count' must be at least 1");
  else if (wanted > left)
    found_.add(count ? count->where : from.where(), "with this there are more than "
                                                      + std::to_string(topology_contexts_max)
                                                      + " contexts");
  else
    into.count = static_cast<std::uint32_t>(wanted);
}

void topology_reader::read_origin(table_reader& from, context_group& into) {
  const auto text = from.text("origin");
  if (!text)
    return;
  into.url = text->content;
  if (into.url == "about:blank")
    return;
  if (const auto parsed = origin::parse(into.url); !parsed)
    found_.add(text->where, "this is no origin: " + parsed.error().what());
}

void topology_reader::read_behaviour(table_reader& from, context_group& into) {
  const auto* arguments = from.table("args");
  const auto name = from.text("run");
  if (!name) {
    if (!from.has("run"))
      found_.add(from.where(), "this [[context]] has no 'run', the behaviour it runs");
    return;
  }
  into.runs = behaviours_.find(name->content);
  if (into.runs != nullptr) {
    const auto usable = !from.has("args") || arguments != nullptr;
    if (usable)
      read_arguments(arguments, *into.runs, into);
    return;
  }
  std::vector<std::string_view> known;
  for (const auto& each : behaviours_.all())
    known.push_back(each.name);
  found_.add_unknown(name->where, "behaviour", name->content, known);
}

void topology_reader::add_unknown_context(std::string_view name, place where) {
  std::vector<std::string_view> known;
  if (found_.size() < problems_shown_max) // With many contexts each search takes its time.
    for (const auto& each : made_.groups)
      known.push_back(each.name);
  found_.add_unknown(where, "context", name, known);
}

std::uint32_t topology_reader::resolve(std::string_view name, place where) {
  const auto dot = name.find('.');
  const auto found = groups_.find(std::string{name.substr(0, dot)});
  if (found == groups_.end()) {
    add_unknown_context(name.substr(0, dot), where);
    return no_context;
  }
  const auto& group = made_.groups[found->second];
  if (dot == std::string_view::npos) {
    if (!group.numbered)
      return group.first;
    found_.add(where, in_quotes(name) + " has a 'count': say which, for example "
                        + in_quotes(group.name + ".0"));
    return no_context;
  }
  std::uint32_t index = 0;
  const auto digits = name.substr(dot + 1);
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  const bool canonical = digits.size() == 1 || !digits.starts_with('0');
  if (failure == std::errc{} && end == digits.data() + digits.size() && canonical && group.numbered
      && index < group.count)
    return group.first + index;
  found_.add(where,
             "there is no " + in_quotes(name) + "; "
               + (group.numbered
                    ? "the last is " + in_quotes(made_.name_of(group.first + group.count - 1))
                    : in_quotes(group.name) + " has no 'count'"));
  return no_context;
}

const context_group* topology_reader::resolve_group(const located<std::string>& name) {
  const auto found = groups_.find(name.content);
  if (found != groups_.end())
    return &made_.groups[found->second];
  add_unknown_context(name.content, name.where);
  return nullptr;
}

void topology_reader::resolve_parents() {
  for (std::size_t i = 0; i < made_.groups.size(); ++i)
    if (const auto& parent = parents_[i])
      made_.groups[i].parent = resolve(parent->content, parent->where);
}

// Whoever follows the parents of a cycle comes back; each cycle is reported where it was entered.
void topology_reader::refuse_cycles() {
  enum class mark : std::uint8_t { unseen, on_the_way, done };
  std::vector<mark> marks(made_.groups.size(), mark::unseen);
  for (std::uint32_t start = 0; start < made_.groups.size(); ++start) {
    std::vector<std::uint32_t> way;
    auto at = start;
    while (at != no_context && marks[at] == mark::unseen) {
      marks[at] = mark::on_the_way;
      way.push_back(at);
      const auto parent = made_.groups[at].parent;
      at = parent == no_context ? no_context : made_.group_of[parent];
    }
    if (at != no_context && marks[at] == mark::on_the_way) {
      const auto& group = made_.groups[at];
      found_.add(parents_[at]->where, "context " + in_quotes(group.name) + " is nested in itself");
    }
    for (const auto each : way)
      marks[each] = mark::done;
  }
}

// A context without an origin has its parent's, which is what the system makes of `about:blank`.
void topology_reader::inherit_origins() {
  for (auto& group : made_.groups)
    if (group.url.empty())
      group.url = "about:blank";
}

// -- expectations -------------------------------------------------------------------------------

void topology_reader::read_expectations(const toml::table& table) {
  table_reader from{table, "[expect]", found_};
  auto& expects = made_.expects;
  const auto lines = from.texts("lines");
  if (lines)
    for (const auto& line : *lines) {
      check_expected_line(line);
      expects.lines.push_back(line.content);
    }
  if (const auto order = from.text("order")) {
    if (order->content == "given") {
      expects.order = line_order::given;
      if (lines && found_.empty())
        refuse_unknown_order(order->where, *lines);
    } else if (order->content != "any")
      found_.add_unknown(order->where, "order", order->content, {"any", "given"});
  }
  if (const auto only = from.boolean("only"))
    expects.only = only->content;
  if (const auto closed = from.boolean("closed"))
    expects.closed = closed->content;
  if (const auto deadline = from.number("deadline_s")) {
    expects.deadline_s = deadline->content;
    if (!(deadline->content > 0 && deadline->content <= 86400))
      found_.add(deadline->where, "'deadline_s' must be more than 0 and at most 86400 seconds");
  }
  from.refuse_others();
}

void topology_reader::check_expected_line(const located<std::string>& line) {
  const auto bar = line.content.find(" | ");
  if (bar == std::string::npos)
    found_.add(line.where, "an expected line is written as it is shown, 'context | text'");
  else
    resolve(std::string_view{line.content}.substr(0, bar), line.where);
}

// -- the file -----------------------------------------------------------------------------------

std::optional<topology> read_topology(const std::string& file,
                                      const behaviour_catalogue& behaviours, problems& found) {
  const auto text = read_text(file, found);
  if (!text)
    return std::nullopt;
  if (const auto where = find_deep_key(*text)) {
    found.add(*where, "this key has more than " + std::to_string(key_parts_max) + " parts");
    return std::nullopt;
  }
  try {
    const auto parsed = toml::parse(*text);
    auto made = topology_reader{behaviours, found}.read(parsed);
    made.fingerprint = fingerprint_of(*text);
    if (found.empty())
      return made;
  } catch (const toml::parse_error& failure) {
    const auto& begin = failure.source().begin;
    found.add({begin.line, begin.column}, std::string{failure.description()});
  }
  return std::nullopt;
}

} // namespace hawser::tool

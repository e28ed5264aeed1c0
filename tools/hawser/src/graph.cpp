#include "graph.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace hawser::tool {
namespace {

/// The contexts of a picture: those of the topology, and whoever else holds a port.
struct picture {
  struct node {
    std::string name;
    std::string url;
    std::vector<std::size_t> nested;
    bool top = true;
  };

  std::vector<node> nodes;
  std::unordered_map<std::string, std::size_t> by_name;
};

picture arrange(const topology& what, const std::vector<channel_report>& channels) {
  picture made;
  for (std::uint32_t i = 0; i < what.contexts(); ++i) {
    made.by_name.emplace(what.name_of(i), i);
    made.nodes.push_back({what.name_of(i), what.group(i).url, {}, true});
  }
  for (std::uint32_t i = 0; i < what.contexts(); ++i)
    if (const auto parent = what.group(i).parent; parent != no_context) {
      made.nodes[parent].nested.push_back(i);
      made.nodes[i].top = false;
    }
  for (const auto& channel : channels)
    for (const auto& end : channel.ends)
      if (made.by_name.emplace(end.context, made.nodes.size()).second)
        made.nodes.push_back({end.context, {}, {}, true});
  return made;
}

// What a picture must not take for its own language.
std::string escaped(const std::string& text, const char* special, const char* const* replacements) {
  std::string made;
  for (const char letter : text) {
    const std::string_view all{special};
    const auto found = all.find(letter);
    if (found == std::string_view::npos)
      made += letter;
    else
      made += replacements[found];
  }
  return made;
}

std::string for_dot(const std::string& text) {
  static constexpr const char* replacements[] = {"\\\"", "\\\\", " "};
  return escaped(text, "\"\\\n", replacements);
}

std::string for_mermaid(const std::string& text) {
  static constexpr const char* replacements[] = {"#quot;", "#lt;", "#gt;", "#35;", " ", "#124;"};
  return escaped(text, "\"<>#\n|", replacements);
}

// "baton", then one line for each direction that was used.
std::string label(const channel_report& of, const char* line_break,
                  std::string (*escape)(const std::string&)) {
  auto text = escape(of.name);
  for (const auto& end : of.ends) {
    if (end.posted_messages == 0)
      continue;
    if (!text.empty())
      text += line_break;
    text += escape(end.context) + " posted " + std::to_string(end.posted_messages);
  }
  return text.empty() ? "unused" : text;
}

struct box_style {
  std::string (*begin)(std::size_t node, const std::string& name);
  const char* end;
};

constexpr box_style dot_box{[](std::size_t node, const std::string& name) {
                              return "  subgraph cluster_node_" + std::to_string(node)
                                     + " {\n    label=\"node " + for_dot(name)
                                     + "\"; style=filled; color=\"#f4f1e8\";\n";
                            },
                            "  }\n"};

constexpr box_style mermaid_box{[](std::size_t node, const std::string& name) {
                                  return "  subgraph node" + std::to_string(node) + "[\"node "
                                         + for_mermaid(name) + "\"]\n";
                                },
                                "  end\n"};

void draw_dot_node(const picture& from, std::size_t which, std::size_t depth, std::string& into) {
  // Nested as deeply as the contexts are; a picture has few of them.
  const auto& node = from.nodes[which];
  const std::string indent(2 * depth, ' ');
  const auto id = std::to_string(which);
  auto text = for_dot(node.name);
  if (!node.url.empty())
    text += "\\n" + for_dot(node.url);
  if (node.nested.empty()) {
    into += indent + "n" + id + " [label=\"" + text + "\"];\n";
    return;
  }
  into += indent + "subgraph cluster_" + id + " {\n";
  into += indent + "  label=\"\"; style=\"rounded\"; color=\"#8a99ad\";\n";
  into += indent + "  n" + id + " [label=\"" + text + "\", style=\"rounded,filled,bold\"];\n";
  for (const auto child : node.nested)
    draw_dot_node(from, child, depth + 1, into);
  into += indent + "}\n";
}

void draw_mermaid_node(const picture& from, std::size_t which, std::size_t depth,
                       std::string& into) {
  const auto& node = from.nodes[which];
  const std::string indent(2 * depth, ' ');
  const auto id = std::to_string(which);
  auto text = for_mermaid(node.name);
  if (!node.url.empty())
    text += "<br>" + for_mermaid(node.url);
  if (node.nested.empty()) {
    into += indent + "n" + id + "(\"" + text + "\")\n";
    return;
  }
  into += indent + "subgraph g" + id + "[\" \"]\n";
  into += indent + "  n" + id + "(\"" + text + "\")\n";
  for (const auto child : node.nested)
    draw_mermaid_node(from, child, depth + 1, into);
  into += indent + "end\n";
}

// A box for each node of the topology, and those outside whose node is not known.
void draw_nodes(const topology& what, const picture& from, const box_style& style,
                void (*draw)(const picture&, std::size_t, std::size_t, std::string&),
                std::string& into) {
  for (std::size_t node = 0; node < what.nodes.size(); ++node) {
    into += style.begin(node, what.nodes[node].name);
    for (std::uint32_t i = 0; i < what.contexts(); ++i)
      if (from.nodes[i].top && what.node_of(i) == node)
        draw(from, i, 2, into);
    into += style.end;
  }
  for (std::size_t i = what.nodes.empty() ? 0 : what.contexts(); i < from.nodes.size(); ++i)
    if (from.nodes[i].top)
      draw(from, i, 1, into);
}

std::string omitted(const std::vector<channel_report>& channels) {
  return channels.size() <= channels_drawn_max
           ? std::string{}
           : std::to_string(channels.size() - channels_drawn_max) + " more channels are not drawn";
}

} // namespace

std::string to_dot(const topology& what, const std::vector<channel_report>& channels) {
  const auto from = arrange(what, channels);
  auto title = for_dot(what.title);
  if (const auto more = omitted(channels); !more.empty())
    title += (title.empty() ? "" : "\\n") + more;
  std::string text{"digraph hawser {\n"
                   "  rankdir=LR; fontname=\"sans-serif\"; fontsize=14; labelloc=t;\n"
                   "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#eef3fa\", "
                   "color=\"#33507a\", fontname=\"sans-serif\", fontsize=12];\n"
                   "  edge [color=\"#33507a\", fontname=\"sans-serif\", fontsize=10];\n"};
  text += "  label=\"" + title + "\";\n";
  draw_nodes(what, from, dot_box, draw_dot_node, text);
  for (std::size_t i = 0; i < std::min(channels.size(), channels_drawn_max); ++i) {
    const auto& channel = channels[i];
    const auto& [first, second] = channel.ends;
    const char* arrows = first.posted_messages == 0 ? second.posted_messages == 0 ? "none" : "back"
                         : second.posted_messages == 0 ? "forward"
                                                       : "both";
    text += "  n" + std::to_string(from.by_name.at(first.context)) + " -> n"
            + std::to_string(from.by_name.at(second.context)) + " [label=\""
            + label(channel, "\\n", for_dot) + "\", dir=" + arrows
            + (channel.planned ? "" : ", style=dashed") + "];\n";
  }
  return text + "}\n";
}

std::string to_mermaid(const topology& what, const std::vector<channel_report>& channels) {
  const auto from = arrange(what, channels);
  std::string text;
  if (!what.title.empty())
    text += "---\ntitle: \"" + for_mermaid(what.title) + "\"\n---\n";
  text += "flowchart LR\n";
  draw_nodes(what, from, mermaid_box, draw_mermaid_node, text);
  for (std::size_t i = 0; i < std::min(channels.size(), channels_drawn_max); ++i) {
    const auto& channel = channels[i];
    text += "  n" + std::to_string(from.by_name.at(channel.ends[0].context))
            + (channel.planned ? " <-->|\"" : " <-.->|\"") + label(channel, "<br>", for_mermaid)
            + "\"| n" + std::to_string(from.by_name.at(channel.ends[1].context)) + "\n";
  }
  if (const auto more = omitted(channels); !more.empty())
    text += "  %% " + more + "\n";
  return text;
}

} // namespace hawser::tool

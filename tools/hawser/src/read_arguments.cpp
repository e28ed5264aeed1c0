#include <algorithm>
#include <cmath>

#include "reader.hpp"

namespace hawser::tool {
namespace {

std::string_view wanted_type(argument_type type) noexcept {
  switch (type) {
    case argument_type::text:
      return "a text";
    case argument_type::integer:
      return "an integer";
    case argument_type::number:
      return "a number";
    case argument_type::boolean:
      return "a boolean";
  }
  return "something else";
}

std::string bounds_of(const behaviour_argument& of) {
  std::string text;
  if (of.at_least)
    text = "at least " + to_string(value{*of.at_least});
  if (of.at_most)
    text += (text.empty() ? "at most " : " and at most ") + to_string(value{*of.at_most});
  return text;
}

// Not-a-number is outside of every bound.
bool within_bounds(double number, const behaviour_argument& of) noexcept {
  return !std::isnan(number) && (!of.at_least || number >= *of.at_least)
         && (!of.at_most || number <= *of.at_most);
}

} // namespace

value topology_reader::read_argument(const toml::node& node, const behaviour_argument& wanted) {
  switch (wanted.type) {
    case argument_type::text:
      if (const auto* text = node.as_string())
        return text->get();
      break;
    case argument_type::boolean:
      if (const auto* boolean = node.as_boolean())
        return boolean->get();
      break;
    case argument_type::integer:
      if (const auto* integer = node.as_integer())
        return integer->get();
      break;
    case argument_type::number:
      if (node.is_number())
        return *node.value<double>();
      break;
  }
  found_.add(place_of(node), "argument " + in_quotes(wanted.name) + " must be "
                               + std::string{wanted_type(wanted.type)} + ", but this is "
                               + std::string{type_name(node)});
  return {};
}

void topology_reader::read_arguments(const toml::table* given, const behaviour& of,
                                     context_group& into) {
  object arguments;
  std::vector<std::string_view> known;
  for (const auto& wanted : of.arguments) {
    known.push_back(wanted.name);
    const auto* node = given == nullptr ? nullptr : given->get(wanted.name);
    if (node == nullptr) {
      if (wanted.fallback.is_undefined())
        found_.add(given == nullptr ? into.where : place_of(*given),
                   "argument " + in_quotes(wanted.name) + " of behaviour " + in_quotes(of.name)
                     + " is missing");
      arguments.set(wanted.name, wanted.fallback);
      continue;
    }
    auto content = read_argument(*node, wanted);
    if (content.type() == value_type::big_integer || content.is_number()) {
      const auto number = *node->value<double>();
      if (!within_bounds(number, wanted))
        found_.add(place_of(*node), "argument " + in_quotes(wanted.name) + " must be "
                                      + (std::isnan(number) ? "a number" : bounds_of(wanted)));
    }
    arguments.set(wanted.name, std::move(content));
  }
  into.arguments = std::move(arguments);
  if (given == nullptr)
    return;
  for (const auto& [key, node] : *given)
    if (of.arguments.end() == std::ranges::find(of.arguments, key.str(), [](const auto& each) {
          return std::string_view{each.name};
        }))
      found_.add_unknown(place_of(key), "argument of behaviour " + in_quotes(of.name) + ":",
                         key.str(), known);
}

} // namespace hawser::tool

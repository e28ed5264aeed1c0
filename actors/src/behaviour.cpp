#include "hawser/behaviour.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace hawser {
namespace {

// Is it `base` itself, or one of several that share the name, as `base.7`?
bool goes_by(std::string_view name, std::string_view base) noexcept {
  return name.starts_with(base) && (name.size() == base.size() || name[base.size()] == '.');
}

bool fits(const value& content, argument_type type) {
  switch (type) {
    case argument_type::text:
      return content.get_if<std::string_view>() != nullptr;
    case argument_type::integer:
      return content.as<std::int64_t>().has_value();
    case argument_type::number:
      return content.is_number();
    case argument_type::boolean:
      return content.get_if<bool>() != nullptr;
  }
  return false;
}

void require(bool holds, const behaviour& about, const std::string& what) {
  if (!holds)
    throw std::invalid_argument("behaviour '" + about.name + "' " + what);
}

void check(const behaviour& added) {
  require(!added.name.empty(), added, "has no name");
  require(static_cast<bool>(added.start), added, "has nothing to start");
  std::set<std::string_view> names;
  for (const auto& each : added.arguments) {
    require(names.insert(each.name).second, added, "has two arguments '" + each.name + "'");
    require(each.fallback.is_undefined() || fits(each.fallback, each.type), added,
            "has an argument '" + each.name + "' whose default is of another type");
  }
  names.clear();
  for (const auto& each : added.ports)
    require(names.insert(each.name).second, added, "has two ports '" + each.name + "'");
}

} // namespace

std::string_view to_string(argument_type type) noexcept {
  switch (type) {
    case argument_type::text:
      return "text";
    case argument_type::integer:
      return "integer";
    case argument_type::number:
      return "number";
    case argument_type::boolean:
      return "boolean";
  }
  return "unknown";
}

std::string_view to_string(port_arity arity) noexcept {
  switch (arity) {
    case port_arity::one:
      return "one";
    case port_arity::optional:
      return "optional";
    case port_arity::any_number:
      return "any number";
  }
  return "unknown";
}

void behaviour_catalogue::add(behaviour added) {
  check(added);
  require(find(added.name) == nullptr, added, "exists already");
  all_.push_back(std::move(added));
}

const behaviour* behaviour_catalogue::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(all_, name, &behaviour::name);
  return found == all_.end() ? nullptr : &*found;
}

const value& behaviour_setup::find_argument(std::string_view argument_name) const {
  if (const auto* found = given_.arguments.find(argument_name))
    return *found;
  throw std::invalid_argument("the behaviour declares no argument '" + std::string{argument_name}
                              + "'");
}

void behaviour_setup::throw_unfitting(std::string_view argument_name) const {
  throw std::invalid_argument("the argument '" + std::string{argument_name}
                              + "' does not fit in the type the behaviour asks for");
}

message_port behaviour_setup::port(std::string_view port_name) const {
  const auto found = std::ranges::find(
    given_.ports, port_name, [](const auto& each) { return std::string_view{each.first}; });
  return found == given_.ports.end() ? message_port{} : found->second;
}

std::vector<message_port> behaviour_setup::ports(std::string_view port_name) const {
  std::vector<message_port> all;
  for (const auto& [name, port] : given_.ports)
    if (goes_by(name, port_name))
      all.push_back(port);
  return all;
}

window_proxy behaviour_setup::child(std::string_view context_name) const {
  const auto children = self_->children();
  const auto found = std::ranges::find_if(
    children, [&](const window_proxy& each) { return each.name() == context_name; });
  if (found == children.end())
    throw std::invalid_argument("no context '" + std::string{context_name} + "' is nested in '"
                                + given_.name + "'");
  return *found;
}

void behaviour_setup::print(std::string_view lines) const {
  given_.console.post_message(std::string{lines}, "*");
}

void behaviour_setup::progress(double done) const {
  given_.console.post_message(object{{"progress", done}}, "*");
}

} // namespace hawser

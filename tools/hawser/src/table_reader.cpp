#include "table_reader.hpp"

#include <algorithm>

namespace hawser::tool {

place place_of(const toml::node& node) noexcept {
  const auto& begin = node.source().begin;
  return {begin.line, begin.column};
}

place place_of(const toml::key& key) noexcept {
  const auto& begin = key.source().begin;
  return {begin.line, begin.column};
}

std::string_view type_name(const toml::node& node) noexcept {
  switch (node.type()) {
    case toml::node_type::none:
      return "nothing";
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number";
    case toml::node_type::boolean:
      return "a boolean";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date or time";
  }
  return "something else";
}

table_reader::table_reader(const toml::table& table, std::string what, problems& found)
  : table_(table), what_(std::move(what)), found_(found) {}

const toml::node* table_reader::find(std::string_view key) {
  known_.push_back(key);
  return table_.get(key);
}

void table_reader::wrong_type(const toml::node& node, std::string_view key,
                              std::string_view wanted) {
  found_.add(place_of(node), in_quotes(key) + " must be " + std::string{wanted} + ", but this is "
                               + std::string{type_name(node)});
}

std::optional<located<std::string>> table_reader::text(std::string_view key) {
  const auto* node = find(key);
  if (node == nullptr)
    return std::nullopt;
  if (const auto* content = node->as_string())
    return located<std::string>{content->get(), place_of(*node)};
  wrong_type(*node, key, "a text");
  return std::nullopt;
}

std::optional<located<std::int64_t>> table_reader::integer(std::string_view key) {
  const auto* node = find(key);
  if (node == nullptr)
    return std::nullopt;
  if (const auto* content = node->as_integer())
    return located<std::int64_t>{content->get(), place_of(*node)};
  wrong_type(*node, key, "an integer");
  return std::nullopt;
}

std::optional<located<double>> table_reader::number(std::string_view key) {
  const auto* node = find(key);
  if (node == nullptr)
    return std::nullopt;
  if (node->is_number())
    return located<double>{*node->value<double>(), place_of(*node)};
  wrong_type(*node, key, "a number");
  return std::nullopt;
}

std::optional<located<bool>> table_reader::boolean(std::string_view key) {
  const auto* node = find(key);
  if (node == nullptr)
    return std::nullopt;
  if (const auto* content = node->as_boolean())
    return located<bool>{content->get(), place_of(*node)};
  wrong_type(*node, key, "a boolean");
  return std::nullopt;
}

std::optional<std::vector<located<std::string>>> table_reader::texts(std::string_view key) {
  const auto* node = find(key);
  if (node == nullptr)
    return std::nullopt;
  const auto* array = node->as_array();
  if (array == nullptr) {
    wrong_type(*node, key, "an array of texts");
    return std::nullopt;
  }
  std::vector<located<std::string>> all;
  bool complete = true;
  for (const auto& element : *array) {
    if (const auto* content = element.as_string()) {
      all.push_back({content->get(), place_of(element)});
    } else {
      wrong_type(element, key, "an array of texts");
      complete = false;
    }
  }
  return complete ? std::optional{std::move(all)} : std::nullopt;
}

std::optional<std::vector<located<std::string>>> table_reader::text_or_texts(std::string_view key) {
  const auto* node = table_.get(key);
  if (node != nullptr && node->is_array())
    return texts(key);
  auto one = text(key);
  if (!one)
    return std::nullopt;
  return std::vector{*std::move(one)};
}

const toml::table* table_reader::table(std::string_view key) {
  const auto* node = find(key);
  if (node == nullptr)
    return nullptr;
  if (const auto* content = node->as_table())
    return content;
  wrong_type(*node, key, "a table");
  return nullptr;
}

std::vector<const toml::table*> table_reader::tables(std::string_view key) {
  std::vector<const toml::table*> all;
  const auto* node = find(key);
  if (node == nullptr)
    return all;
  const auto wanted = "an array of tables, written [[" + std::string{key} + "]]";
  const auto* array = node->as_array();
  if (array == nullptr) {
    wrong_type(*node, key, wanted);
    return all;
  }
  for (const auto& element : *array) {
    if (const auto* content = element.as_table())
      all.push_back(content);
    else
      wrong_type(element, key, wanted);
  }
  return all;
}

place table_reader::where_is(std::string_view key) const {
  const auto found = table_.find(key);
  return found == table_.cend() ? where() : place_of(found->first);
}

void table_reader::refuse_others() {
  for (const auto& [key, node] : table_)
    if (std::ranges::find(known_, key.str()) == known_.end())
      found_.add_unknown(place_of(key), "key in " + what_ + ":", key.str(), known_);
}

} // namespace hawser::tool

#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "problems.hpp"

namespace hawser::tool {

/// Something from the file and where it stands.
template <class T>
struct located {
  T content;
  place where;
};

place place_of(const toml::node& node) noexcept;
place place_of(const toml::key& key) noexcept;

/// The node's type in the words of TOPOLOGY.md, with an article.
std::string_view type_name(const toml::node& node) noexcept;

/// Reads one table key by key, and reports what has the wrong type and what nobody asked for.
class table_reader {
public:
  /// `what` as in "[[context]]".
  table_reader(const toml::table& table, std::string what, problems& found);

  std::optional<located<std::string>> text(std::string_view key);
  std::optional<located<std::int64_t>> integer(std::string_view key);
  std::optional<located<double>> number(std::string_view key);
  std::optional<located<bool>> boolean(std::string_view key);
  std::optional<std::vector<located<std::string>>> texts(std::string_view key);
  /// One text, or an array of them.
  std::optional<std::vector<located<std::string>>> text_or_texts(std::string_view key);
  const toml::table* table(std::string_view key);

  /// The tables of `[[key]]`.
  std::vector<const toml::table*> tables(std::string_view key);

  bool has(std::string_view key) const { return table_.contains(key); }

  place where_is(std::string_view key) const;

  place where() const { return place_of(table_); }

  /// Keys that are right although nobody asks for them this time.
  void know(std::initializer_list<std::string_view> keys) { known_.insert(known_.end(), keys); }

  /// Reports every key that is not known. Call it last.
  void refuse_others();

private:
  const toml::node* find(std::string_view key);
  void wrong_type(const toml::node& node, std::string_view key, std::string_view wanted);

  const toml::table& table_;
  std::string what_;
  problems& found_;
  std::vector<std::string_view> known_;
};

} // namespace hawser::tool

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "hawser/value.hpp"

namespace hawser::detail {

/// Where in a message something stands, as a developer writes it: `data.items[3].reply`.
class value_path {
public:
  void enter(std::string_view key) { steps_.emplace_back(key); }

  void enter(std::size_t index) { steps_.emplace_back(index); }

  void leave() { steps_.pop_back(); }

  std::size_t depth() const noexcept { return steps_.size(); }

  std::string text() const;

private:
  std::vector<std::variant<std::string_view, std::size_t>> steps_;
};

/// Refuses data that is nested deeper than `depth_max` levels.
error check_depth(const value& data, std::size_t depth_max);

/// Replaces the leaves of a value that stand for more than themselves (ports, buffers, platform
/// objects, placeholders) and rebuilds the containers above them; everything else stays shared.
///
/// A value that occurs several times is replaced once, so that identity is kept. Recursion is
/// bounded by `depth_max`.
class value_rewriter {
public:
  using replace = std::function<result<value>(const value& leaf, value_rewriter& rewriter)>;

  value_rewriter(replace leaf, std::size_t depth_max)
    : leaf_(std::move(leaf)), depth_max_(depth_max) {}

  result<value> rewrite(const value& from);

  const value_path& path() const noexcept { return path_; }

private:
  result<value> rewrite_new(const value& from);
  result<value> rewrite_array(const array& from);
  result<value> rewrite_object(const object& from);
  result<value> rewrite_map(const map& from);
  result<value> rewrite_set(const set& from);

  replace leaf_;
  std::size_t depth_max_;
  value_path path_;
  std::unordered_map<const void*, value> done_;
};

} // namespace hawser::detail

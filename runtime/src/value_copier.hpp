#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "hawser/error.hpp"
#include "hawser/value.hpp"
#include "value_children.hpp"

namespace hawser::detail {

/// Copies a value where it must not be shared: leaves that stand for more than themselves (ports,
/// buffers, platform objects, placeholders) are replaced, and the containers above them built anew.
/// What has no such leaf below it stays shared.
///
/// A part that occurs several times is copied once, so that identity is kept; parts that refer to
/// each other in circles become a graph. Needs no stack however deep the value is.
class value_copier {
public:
  /// What to put in place of a leaf. May ask the copier to copy something else meanwhile.
  using replace = std::function<result<value>(const value& leaf, value_copier& copier)>;

  /// `parts` are what references of a `value_graph` stand for. Containers nested deeper than
  /// `depth_max` give `data_clone_error`.
  value_copier(replace leaf, std::size_t depth_max,
               std::span<const std::optional<value>> parts = {})
    : leaf_(std::move(leaf)), depth_max_(depth_max), parts_(parts) {}

  result<value> copy(const value& from);

  /// Where it is, as a developer writes it: `data.items[3].reply`.
  std::string path() const;

  /// What paths begin with instead of `data`.
  void call_root(std::string_view name) { root_ = name; }

  std::size_t depth() const noexcept { return frames_.size(); }

private:
  // A container whose children are being copied into another.
  struct frame {
    value from;
    value made;
    std::size_t next = 0;
    std::size_t at = 0; ///< The child that is being copied, or was last.
  };

  struct copied {
    value made;
    std::size_t open_at = 0; // The number of its frame plus one, until it is complete.
  };

  const value& follow(const value& from) const;
  result<value> visit(const value& from);
  result<value> copy_leaf(const value& from);
  static value make_shell(const value& from);
  static void put(const frame& into, value child);
  void finish(const frame& done);
  static void recount(const value& container);
  void bind_circles();
  void bind_graph(const std::vector<std::size_t>& group);

  replace leaf_;
  std::string root_ = "data";
  std::size_t depth_max_;
  std::span<const std::optional<value>> parts_;
  std::vector<frame> frames_;
  std::size_t outer_frames_ = 0; // Those of the copies that a leaf interrupted.
  std::unordered_map<const void*, copied> done_;
  std::vector<value> shells_;
  bool circular_ = false;
};

} // namespace hawser::detail

#include "rewrite.hpp"

namespace hawser::detail {
namespace {

// The shared part of a value, by which it is recognised when it occurs again.
const void* identity(const value& from) {
  switch (from.type()) {
    case value_type::array:
      return from.get_if<array>();
    case value_type::object:
      return from.get_if<object>();
    case value_type::map:
      return from.get_if<map>();
    case value_type::set:
      return from.get_if<set>();
    case value_type::array_buffer:
      return from.get_if<array_buffer>()->identity();
    case value_type::platform_object:
      return from.get_if<std::shared_ptr<const platform_object>>()->get();
    default:
      return nullptr; // Ports and placeholders are looked up by whoever replaces them.
  }
}

} // namespace

error check_depth(const value& data, std::size_t depth_max) {
  if (data.depth() <= depth_max)
    return {};
  return {errc::data_clone_error, "data: nested " + std::to_string(data.depth())
                                    + " levels deep, the limit is " + std::to_string(depth_max)};
}

std::string value_path::text() const {
  std::string made{"data"};
  for (const auto& step : steps_) {
    if (const auto* index = std::get_if<std::size_t>(&step))
      made += "[" + std::to_string(*index) + "]";
    else
      made.append(".").append(std::get<std::string_view>(step));
  }
  return made;
}

result<value> value_rewriter::rewrite(const value& from) {
  if (!from.active())
    return from;
  const auto* key = identity(from);
  if (key == nullptr)
    return rewrite_new(from);
  if (const auto found = done_.find(key); found != done_.end())
    return found->second;
  auto made = rewrite_new(from);
  if (made)
    done_.emplace(key, *made);
  return made;
}

result<value> value_rewriter::rewrite_new(const value& from) {
  if (path_.depth() > depth_max_)
    return error{errc::data_clone_error,
                 path_.text() + ": nested deeper than " + std::to_string(depth_max_) + " levels"};
  switch (from.type()) {
    case value_type::array:
      return rewrite_array(*from.get_if<array>());
    case value_type::object:
      return rewrite_object(*from.get_if<object>());
    case value_type::map:
      return rewrite_map(*from.get_if<map>());
    case value_type::set:
      return rewrite_set(*from.get_if<set>());
    default:
      return leaf_(from, *this);
  }
}

result<value> value_rewriter::rewrite_array(const array& from) {
  array made;
  made.reserve(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    path_.enter(i);
    auto item = rewrite(from[i]);
    path_.leave();
    if (!item)
      return item;
    made.push_back(*std::move(item));
  }
  return value{std::move(made)};
}

result<value> value_rewriter::rewrite_object(const object& from) {
  object made;
  for (const auto& [key, content] : from) {
    path_.enter(key);
    auto member = rewrite(content);
    path_.leave();
    if (!member)
      return member;
    made.set(key, *std::move(member));
  }
  return value{std::move(made)};
}

result<value> value_rewriter::rewrite_map(const map& from) {
  map made;
  for (std::size_t i = 0; i < from.entries.size(); ++i) {
    path_.enter(i);
    auto key = rewrite(from.entries[i].first);
    auto content = key ? rewrite(from.entries[i].second) : key;
    path_.leave();
    if (!content)
      return content;
    made.entries.emplace_back(*std::move(key), *std::move(content));
  }
  return value{std::move(made)};
}

result<value> value_rewriter::rewrite_set(const set& from) {
  auto items = rewrite_array(from.items);
  if (!items)
    return items;
  return value{set{*items->get_if<array>()}};
}

} // namespace hawser::detail

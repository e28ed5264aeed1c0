// What values are made of, and how it comes and goes.

#include "hawser/value.hpp"

#include <algorithm>
#include <array>

#include "value_internals.hpp"

namespace hawser {
namespace {

using detail::content_node;
using detail::count;
using detail::value_node;

// What a leaf adds to the estimate, and whether posting it needs more than sharing it.
void describe(value_node& node, const big_integer& content) {
  node.bytes += content.magnitude().size() * sizeof(std::uint32_t);
}

void describe(value_node&, const date&) {}

void describe(value_node& node, const reg_exp& content) {
  node.bytes += content.source().size();
}

void describe(value_node& node, const primitive_wrapper& content) {
  node.bytes += content.primitive.byte_size();
}

void describe(value_node& node, const error_object& content) {
  node.bytes += content.name.size() + content.stack.size();
  node.bytes += content.message ? content.message->size() : 0;
  if (!content.cause)
    return;
  node.depth = 2;
  count(node, *content.cause);
}

void describe(value_node& node, const dom_exception& content) {
  node.bytes += content.name.size() + content.message.size() + content.stack.size();
}

void describe(value_node& node, const array_buffer& content) {
  node.bytes += content.size();
  node.active = true;
}

void describe(value_node& node, const shared_array_buffer&) {
  node.active = true; // The bytes are there once, however often they are posted.
}

void describe(value_node& node, const array_buffer_view& content) {
  if (const auto* buffer = std::get_if<array_buffer>(&content.buffer()))
    node.bytes += buffer->size();
  node.active = true;
}

void describe(value_node& node, const blob& content) {
  node.bytes += content.size() + content.type().size();
}

void describe(value_node& node, const file& content) {
  describe(node, content.content);
  node.bytes += content.name.size();
}

void describe(value_node& node, const file_list& content) {
  for (const auto& one : content.files)
    describe(node, one);
}

void describe(value_node& node, const image_data& content) {
  describe(node, content.pixels());
}

void describe(value_node& node, const message_port&) {
  node.active = true;
}

void describe(value_node& node, const std::shared_ptr<const platform_object>&) {
  node.active = true;
}

template <class T>
value_node* make_node(T content) {
  auto node = std::make_unique<content_node<T>>(detail::value_tag<T>::type, std::move(content));
  node->bytes = sizeof(*node);
  describe(*node, node->content);
  return node.release();
}

// Text up to this size lies behind its node even if a string was given up for it.
constexpr std::size_t inlined_bytes_max = 256;

value_node* make_text(std::string_view content) {
  auto* room = detail::allocate_node(sizeof(detail::string_node) + content.size());
  auto* node = ::new (room) detail::string_node;
  auto* letters = reinterpret_cast<char*>(node + 1);
  content.copy(letters, content.size());
  node->text = {letters, content.size()};
  node->bytes = sizeof(detail::string_node) + content.size();
  return node;
}

value_node* make_long_text(std::string content) {
  auto* node = new detail::long_string_node{std::move(content)};
  node->bytes = sizeof(*node) + node->text.size();
  return node;
}

void delete_text(value_node* node) {
  auto* text = static_cast<detail::string_node*>(node);
  if (!text->inlined())
    return delete static_cast<detail::long_string_node*>(text);
  const auto bytes = sizeof(detail::string_node) + text->text.size();
  text->~string_node();
  detail::free_node(node, bytes);
}

template <class T>
void delete_as(value_node* node) {
  delete static_cast<content_node<T>*>(node);
}

template <class List>
void delete_list(value_node* node) {
  List::node::discard(static_cast<typename List::node*>(node));
}

void delete_record(detail::record_node* node) {
  if (node->type != nullptr)
    node->type->discard(node);
  else
    delete static_cast<detail::foreign_record*>(node);
}

void delete_node(value_node* node) {
  switch (node->type) {
    case value_type::string:
      return delete_text(node);
    case value_type::big_integer:
      return delete_as<big_integer>(node);
    case value_type::date:
      return delete_as<date>(node);
    case value_type::reg_exp:
      return delete_as<reg_exp>(node);
    case value_type::wrapper:
      return delete_as<primitive_wrapper>(node);
    case value_type::error:
      return delete_as<error_object>(node);
    case value_type::dom_exception:
      return delete_as<dom_exception>(node);
    case value_type::array:
      return delete_list<array>(node);
    case value_type::object:
      return delete_list<object>(node);
    case value_type::map:
      return delete_list<map>(node);
    case value_type::set:
      return delete_list<set>(node);
    case value_type::array_buffer:
      return delete_as<array_buffer>(node);
    case value_type::shared_array_buffer:
      return delete_as<shared_array_buffer>(node);
    case value_type::array_buffer_view:
      return delete_as<array_buffer_view>(node);
    case value_type::blob:
      return delete_as<blob>(node);
    case value_type::file:
      return delete_as<file>(node);
    case value_type::file_list:
      return delete_as<file_list>(node);
    case value_type::image_data:
      return delete_as<image_data>(node);
    case value_type::port:
      return delete_as<message_port>(node);
    case value_type::platform_object:
      return delete_as<std::shared_ptr<const platform_object>>(node);
    case value_type::record:
      return delete_record(static_cast<detail::record_node*>(node));
    case value_type::undefined:
    case value_type::null:
    case value_type::boolean:
    case value_type::int32:
    case value_type::number:
    case value_type::transferred:
    case value_type::reference:
      break; // These have no node.
  }
  panic("a value node of a type that has none");
}

void delete_graph(detail::graph_storage* graph) {
  for (auto* node : graph->nodes)
    delete_node(node);
  delete graph;
}

} // namespace

namespace detail {

// Deleting a container deletes its children; a list instead of recursion keeps the stack flat
// however deep the value is. Plain values of few levels, which most messages are, do without.
void destroy(value_node* node) noexcept {
  constexpr std::uint32_t recursed_depth_max = 16;
  if (node->type == value_type::string && !node->in_graph) // The commonest part of all.
    return delete_text(node);
  if (node->depth <= recursed_depth_max && !node->active && !node->in_graph)
    return delete_node(node);
  thread_local std::vector<value_node*>* pending = nullptr;
  if (pending != nullptr) {
    pending->push_back(node);
    return;
  }
  if (node->depth == 1)
    return delete_node(node);
  std::vector<value_node*> doomed{node};
  pending = &doomed;
  while (!doomed.empty()) {
    auto* next = doomed.back();
    doomed.pop_back();
    if (next->in_graph)
      delete_graph(next->graph);
    else
      delete_node(next);
  }
  pending = nullptr;
}

} // namespace detail

value::value(std::string_view content) : value(make_text(content)) {}

value::value(std::string&& content)
  : value(content.size() <= inlined_bytes_max ? make_text(content)
                                              : make_long_text(std::move(content))) {}

value::value(hawser::big_integer content) : value(make_node(std::move(content))) {}
value::value(date content) : value(make_node(content)) {}
value::value(reg_exp content) : value(make_node(std::move(content))) {}
value::value(dom_exception content) : value(make_node(std::move(content))) {}
value::value(array_buffer content) : value(make_node(std::move(content))) {}
value::value(shared_array_buffer content) : value(make_node(std::move(content))) {}
value::value(array_buffer_view content) : value(make_node(std::move(content))) {}
value::value(blob content) : value(make_node(std::move(content))) {}
value::value(file content) : value(make_node(std::move(content))) {}
value::value(file_list content) : value(make_node(std::move(content))) {}
value::value(image_data content) : value(make_node(std::move(content))) {}
value::value(const message_port& content) : value(make_node(content)) {}

value::value(primitive_wrapper content) {
  const auto type = content.primitive.type();
  const bool wraps = type == value_type::boolean || type == value_type::int32
                     || type == value_type::number || type == value_type::string
                     || type == value_type::big_integer;
  *this = wraps ? value{make_node(std::move(content))} : std::move(content.primitive);
}

// ECMAScript #sec-error-objects: any other name is that of a plain Error.
value::value(error_object content) {
  static constexpr std::array<std::string_view, 6> kinds = {
    "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError"};
  if (std::ranges::find(kinds, content.name) == kinds.end())
    content.name = "Error";
  *this = value{make_node(std::move(content))};
}

value::value(std::shared_ptr<const platform_object> content)
  : value(make_node(std::move(content))) {
  HAWSER_ASSERT(*get_if<std::shared_ptr<const platform_object>>(),
                "a value was made from an empty platform object pointer");
}

} // namespace hawser

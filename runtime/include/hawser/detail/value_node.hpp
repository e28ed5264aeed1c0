#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hawser/detail/node_memory.hpp"

namespace hawser {

/// What a `value` is. `int32` and `number` are both the Web's Number; an int32 is kept exact.
enum class value_type : std::uint8_t {
  undefined,
  null,
  boolean,
  int32,
  number,
  transferred, ///< Only inside a message on its way; never seen by an application.
  reference,   ///< Only inside a `value_graph` that is being described.
  string,
  big_integer,
  date,
  reg_exp,
  wrapper,
  error,
  dom_exception,
  array,
  object,
  map,
  set,
  array_buffer,
  shared_array_buffer,
  array_buffer_view,
  blob,
  file,
  file_list,
  image_data,
  port,
  platform_object,
  record,
};

std::string_view to_string(value_type type) noexcept;

} // namespace hawser

namespace hawser::detail {

struct graph_storage;

/// The shared part of every value that does not fit in 16 bytes. Immutable once a second reference
/// to it exists.
struct value_node : in_node_memory {
  static constexpr std::uint32_t depth_max = (1 << 22) - 1;

  std::atomic<std::uint32_t> refs{1};
  value_type type;
  bool active : 1 = false;      ///< Holds a port, a buffer or a platform object somewhere below.
  bool in_graph : 1 = false;    ///< Belongs to a graph, which counts references to all its nodes.
  std::uint32_t depth : 22 = 1; ///< Levels: 1 for a leaf, `depth_max` for as many and more.
  union {
    std::uint64_t bytes;  ///< Estimated size of the whole subtree.
    graph_storage* graph; ///< If `in_graph`.
  };

  explicit value_node(value_type t) noexcept : type(t), bytes(0) {}

  using in_node_memory::operator new;
  using in_node_memory::operator delete;

  // For content that wants to lie on larger boundaries.
  static void* operator new(std::size_t size, std::align_val_t boundary) {
    return ::operator new(size, boundary);
  }
  static void operator delete(void* room, std::size_t, std::align_val_t boundary) noexcept {
    ::operator delete(room, boundary);
  }
};

// With it an array of two is a cache line: 24 bytes and 80 before.
static_assert(sizeof(void*) != 8 || sizeof(value_node) == 16);

/// Values that refer to each other in circles live and die together. References from one to another
/// are not counted; a reference from outside to any of them keeps all.
struct graph_storage {
  std::atomic<std::uint32_t> refs{0};
  std::uint64_t bytes = 0;
  std::vector<value_node*> nodes;
};

void destroy(value_node* node) noexcept;

inline std::atomic<std::uint32_t>& refs_of(value_node* node) noexcept {
  return node->in_graph ? node->graph->refs : node->refs;
}

inline void retain(value_node* node) noexcept {
  refs_of(node).fetch_add(1, std::memory_order_relaxed);
}

inline void release(value_node* node) noexcept {
  auto& refs = refs_of(node);
  // Nobody else can take a reference to what has only this one, and most have: a locked
  // instruction less for each part of a message.
  if (refs.load(std::memory_order_acquire) == 1
      || refs.fetch_sub(1, std::memory_order_acq_rel) == 1)
    destroy(node);
}

inline std::uint64_t bytes_of(const value_node* node) noexcept {
  return node->in_graph ? node->graph->bytes : node->bytes;
}

/// May its one holder change it?
inline bool unique(const value_node* node) noexcept {
  return !node->in_graph && node->refs.load(std::memory_order_acquire) == 1;
}

/// Text. Short text lies right behind the node; of long text the string it came in is kept.
struct string_node : value_node {
  std::string_view text;

  string_node() noexcept : value_node(value_type::string) {}

  bool inlined() const noexcept { return text.data() == reinterpret_cast<const char*>(this + 1); }
};

struct long_string_node : string_node {
  std::string owned;

  explicit long_string_node(std::string content) noexcept : owned(std::move(content)) {
    text = owned;
  }
};

/// Content of a fixed size.
template <class T>
struct content_node : value_node {
  T content;

  content_node(value_type t, T c) : value_node(t), content(std::move(c)) {}
};

} // namespace hawser::detail

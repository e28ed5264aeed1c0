#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <utility>

#include "hawser/detail/value_node.hpp"
#include "hawser/panic.hpp"

namespace hawser {

class value;

namespace detail {

/// A container's node: its items lie right behind it, so that a container is one allocation.
template <class T, class Extra>
struct list_node : value_node {
  using item = T;

  std::uint32_t size = 0;
  std::uint32_t capacity = 0;
  [[no_unique_address]] Extra extra{};

  explicit list_node(value_type t) noexcept : value_node(t) {
    depth = 2;
    bytes = sizeof(list_node);
  }

  T* items() noexcept { return std::launder(reinterpret_cast<T*>(this + 1)); }

  static list_node* make(value_type type, std::size_t capacity) {
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    HAWSER_ASSERT(capacity <= most, "a container of more than 2^32 - 1 items was built");
    static_assert(alignof(T) <= alignof(list_node));
    void* room = allocate_node(bytes_for(capacity));
    auto* made = ::new (room) list_node{type};
    made->capacity = static_cast<std::uint32_t>(capacity);
    return made;
  }

  static void discard(list_node* node) noexcept {
    std::destroy_n(node->items(), node->size);
    const auto bytes = bytes_for(node->capacity);
    node->~list_node();
    free_node(node, bytes);
  }

private:
  static constexpr std::size_t bytes_for(std::size_t capacity) noexcept {
    return sizeof(list_node) + capacity * sizeof(T);
  }
};

struct no_extra {};

inline no_extra copy_of(const no_extra&) noexcept {
  return {};
}

inline void count(value_node&, const no_extra&) noexcept {}

template <class T>
std::unique_ptr<T> copy_of(const std::unique_ptr<T>& from) {
  return from ? std::make_unique<T>(*from) : nullptr;
}

/// What the containers have in common: a shared node that is copied before it is changed.
///
/// Copying is cheap and safe between threads; changing is for one thread at a time, as with any
/// container.
template <class T, value_type Type, class Extra = no_extra>
class shared_list {
public:
  using node = list_node<T, Extra>;
  using const_iterator = const T*;
  using iterator = const T*;

  shared_list() noexcept = default;

  shared_list(const shared_list& other) noexcept : node_(other.node_) {
    if (node_ != nullptr)
      retain(node_);
  }

  shared_list(shared_list&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}

  shared_list& operator=(shared_list other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }

  ~shared_list() {
    if (node_ != nullptr)
      release(node_);
  }

  std::size_t size() const noexcept { return node_ == nullptr ? 0 : node_->size; }

  bool empty() const noexcept { return size() == 0; }

  const T* begin() const noexcept { return node_ == nullptr ? nullptr : node_->items(); }

  const T* end() const noexcept { return node_ == nullptr ? nullptr : node_->items() + size(); }

  void reserve(std::size_t count) {
    if (count > size())
      make_room(count - size());
  }

protected:
  friend class hawser::value;

  /// Makes sure that it may be changed, and has room for so many more items.
  void make_room(std::size_t more) {
    if (node_ == nullptr || node_->capacity - node_->size < more || !unique(node_))
      renew(more);
  }

  void renew(std::size_t more) {
    const bool own = node_ != nullptr && unique(node_);
    const auto wanted = size() + more;
    // One by one it grows by doubling; asked for many at once it takes just these.
    const std::size_t grown = more == 1 ? std::max<std::size_t>(4, size() * 2) : 0;
    auto* made = node::make(Type, std::max(wanted, grown));
    const shared_list old = std::exchange(*this, shared_list{made});
    if (old.node_ == nullptr)
      return;
    auto* to = made->items();
    if (own) {
      made->extra = std::move(old.node_->extra);
      std::uninitialized_move_n(old.node_->items(), old.node_->size, to);
      made->size = old.node_->size;
      made->bytes = old.node_->bytes;
      made->depth = old.node_->depth;
      made->active = old.node_->active;
    } else {
      made->extra = copy_of(old.node_->extra);
      std::uninitialized_copy_n(old.node_->items(), old.node_->size, to);
      made->size = old.node_->size;
      recount();
    }
  }

  T& append(T item) {
    make_room(1);
    auto* made = ::new (node_->items() + node_->size) T(std::move(item));
    ++node_->size;
    count(*node_, *made);
    return *made;
  }

  /// After items were replaced.
  void recount() {
    node_->bytes = sizeof(node);
    node_->depth = 2;
    node_->active = false;
    for (const T& item : *this)
      count(*node_, item);
    count(*node_, node_->extra);
  }

  /// Puts a value in the place of one of its own.
  template <class Value>
  void replace(Value& place, Value with) {
    const bool plain = place.depth() == 0 && !place.active() && node_->bytes < Value::byte_size_max;
    const auto bytes = place.byte_size();
    place = std::move(with);
    if (!plain)
      return recount();
    node_->bytes -= bytes;
    count(*node_, place);
  }

  T& at_index(std::size_t index) noexcept { return node_->items()[index]; }

  /// The node for a value, which takes over the reference.
  node* take() && {
    if (node_ == nullptr)
      node_ = node::make(Type, 0);
    return std::exchange(node_, nullptr);
  }

  explicit shared_list(node* owned) noexcept : node_(owned) {}

  node* node_ = nullptr;
};

} // namespace detail
} // namespace hawser

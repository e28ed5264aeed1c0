#include "hawser/detail/node_memory.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <new>
#include <vector>

namespace hawser::detail {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#  define HAWSER_KEEP_FREE_NODES 0
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#    define HAWSER_KEEP_FREE_NODES 0
#  endif
#endif
#ifndef HAWSER_KEEP_FREE_NODES
#  define HAWSER_KEEP_FREE_NODES 1
#endif

#if HAWSER_KEEP_FREE_NODES

namespace {

constexpr std::size_t step = 16; // between two sizes, and what all are aligned to
constexpr std::size_t sizes = 16;
constexpr std::size_t bytes_max = step * sizes;

constexpr std::uint32_t batch_blocks = 32;
constexpr std::uint32_t kept_max = 2 * batch_blocks; // of one size, by one thread
constexpr std::size_t batches_max = 1024;            // of one size, between the threads

struct block {
  block* next;
};

// Free blocks of one size. While `count` is not 0 `first` is not null.
struct stack {
  block* first = nullptr;
  std::uint32_t count = 0;

  void push(void* room) noexcept {
    first = ::new (room) block{first};
    ++count;
  }

  void* pop() noexcept {
    auto* taken = first;
    first = taken->next;
    --count;
    return taken;
  }
};

// Whole batches of one size that one thread had too many of and another may want.
class exchange {
public:
  bool give(block* batch) noexcept {
    const std::scoped_lock guard{lock_};
    if (batches_.size() == batches_max)
      return false;
    if (batches_.capacity() == 0) {
      try {
        batches_.reserve(batches_max);
      } catch (const std::bad_alloc&) {
        return false;
      }
    }
    batches_.push_back(batch);
    some_.store(true, std::memory_order_relaxed);
    return true;
  }

  block* take() noexcept {
    // A thread that gets nothing back asks for every block.
    if (!some_.load(std::memory_order_relaxed))
      return nullptr;
    const std::scoped_lock guard{lock_};
    if (batches_.empty())
      return nullptr;
    auto* batch = batches_.back();
    batches_.pop_back();
    some_.store(!batches_.empty(), std::memory_order_relaxed);
    return batch;
  }

private:
  std::mutex lock_;
  std::vector<block*> batches_;
  std::atomic<bool> some_ = false; ///< Is there a batch? Written under the lock.
};

// Never destroyed: threads may end after everything else has.
exchange& exchange_of(std::size_t size) {
  static auto& all = *new std::array<exchange, sizes>;
  return all[size];
}

// A thread's own. Has no destructor, so that it can be used as long as the thread runs.
struct thread_stock {
  std::array<stack, sizes> free;
  bool watched = false; ///< Will be given back when the thread ends.
  bool ended = false;   ///< Has been; nothing is kept any more.
};

// The model saves a call each time; so much room there always is.
[[gnu::tls_model("initial-exec")]] constinit thread_local thread_stock stock;

void drop(block* first) noexcept {
  while (first != nullptr) {
    auto* next = first->next;
    ::operator delete(first);
    first = next;
  }
}

struct thread_end {
  ~thread_end() {
    stock.ended = true;
    stock.watched = false;
    for (auto& each : stock.free) {
      drop(each.first);
      each = {};
    }
  }
};

void watch_this_thread() {
  thread_local const thread_end watch;
  static_cast<void>(watch);
  stock.watched = true;
}

void* allocate_first(std::size_t size) {
  auto& own = stock.free[size];
  if (!stock.ended) {
    if (!stock.watched)
      watch_this_thread();
    own.first = exchange_of(size).take();
    own.count = own.first == nullptr ? 0 : batch_blocks;
  }
  return own.count != 0 ? own.pop() : ::operator new((size + 1) * step);
}

void free_last(void* room, std::size_t size) noexcept {
  if (stock.ended)
    return ::operator delete(room);
  auto& own = stock.free[size];
  auto* batch = own.first;
  auto* last = batch;
  for (std::uint32_t i = 1; i < batch_blocks; ++i)
    last = last->next;
  own.first = last->next;
  own.count -= batch_blocks;
  last->next = nullptr;
  if (!exchange_of(size).give(batch))
    drop(batch);
  own.push(room);
}

std::size_t size_for(std::size_t bytes) noexcept {
  return (bytes - 1) / step;
}

} // namespace

void* allocate_node(std::size_t bytes) {
  if (bytes > bytes_max)
    return ::operator new(bytes);
  const auto size = size_for(bytes);
  auto& own = stock.free[size];
  return own.count != 0 ? own.pop() : allocate_first(size);
}

void free_node(void* room, std::size_t bytes) noexcept {
  if (bytes > bytes_max)
    return ::operator delete(room);
  const auto size = size_for(bytes);
  auto& own = stock.free[size];
  if (own.count == kept_max || !stock.watched) [[unlikely]] {
    if (stock.ended)
      return ::operator delete(room);
    if (!stock.watched)
      watch_this_thread();
    if (own.count == kept_max)
      return free_last(room, size);
  }
  own.push(room);
}

#else

void* allocate_node(std::size_t bytes) {
  return ::operator new(bytes);
}

void free_node(void* room, std::size_t) noexcept {
  ::operator delete(room);
}

#endif

} // namespace hawser::detail

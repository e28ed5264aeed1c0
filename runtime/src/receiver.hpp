#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "hawser/detail/ref.hpp"
#include "hawser/port_registry.hpp"

namespace hawser::detail {

class ready_list;
class registry_core;
class turn_queue;

/// Something that messages arrive at and that can stand in a ready list: a receiver of a context,
/// or what a router puts in the place of a peer on another node.
///
/// `scheduled` says that it stands in its owner's ready list or is being worked on. Posters set it
/// inside the mailbox's lock, the owner clears it there when it finds the mailbox empty, so no
/// message is left behind and none wakes twice.
class mailbox_owner {
public:
  /// The caller has those references and handles.
  explicit mailbox_owner(ref<ready_list> list, std::uint32_t references = 1,
                         std::uint32_t handles = 0) noexcept;

  mailbox_owner(const mailbox_owner&) = delete;
  mailbox_owner& operator=(const mailbox_owner&) = delete;

  friend void intrusive_add_ref(mailbox_owner* target) noexcept {
    target->counts_.fetch_add(reference, std::memory_order_relaxed);
  }

  friend void intrusive_release(mailbox_owner* target) noexcept { target->release(reference); }

  /// Marks it scheduled; true if it was not. Along with the mark goes a reference, which belongs to
  /// the list into which the caller then must put it.
  bool mark_scheduled() noexcept {
    auto seen = counts_.load();
    while ((seen & scheduled) == 0)
      if (counts_.compare_exchange_weak(seen, seen + scheduled + reference))
        return true;
    return false;
  }

  void clear_scheduled() noexcept { counts_.fetch_and(~scheduled); }

  /// Puts it, which has just been marked, into its ready list and wakes whose list that is if
  /// nobody has. Any thread. Once the list is closed nothing happens.
  void enlist() noexcept;

  /// The same for one whose mailbox the caller has locked: it cannot let go of the mailbox
  /// meanwhile, so that it and its list are there as long.
  void enlist_locked() noexcept;

protected:
  virtual ~mailbox_owner();

  /// Destroys it, the last reference being gone.
  virtual void dispose() noexcept { delete this; }

  /// Whose list it stands in; null for a router's. Gone once the list is closed.
  registry_core* list_core() const noexcept;

  /// Has the context or the router ended? What belongs to it may be gone then.
  bool list_closed() const noexcept;

  // -- the handles of an application, if it has such ------------------------------------------

  std::uint32_t handles() const noexcept {
    return static_cast<std::uint32_t>(counts_.load() / handle);
  }

  /// The caller has a reference for it already.
  void add_handle() noexcept { counts_.fetch_add(handle, std::memory_order_relaxed); }

  void add_handle_and_reference() noexcept {
    counts_.fetch_add(handle + reference, std::memory_order_relaxed);
  }

  void drop_handle_and_reference() noexcept { release(handle + reference); }

  /// Was it the last one? Its reference stays with the caller.
  bool drop_handle() noexcept { return counts_.fetch_sub(handle) / handle == 1; }

  /// The same with its reference, but only if it is not the last one.
  bool drop_handle_of_many() noexcept {
    auto seen = counts_.load(std::memory_order_relaxed);
    while (seen / handle > 1)
      if (counts_.compare_exchange_weak(seen, seen - handle - reference, std::memory_order_acq_rel,
                                        std::memory_order_relaxed))
        return true;
    return false;
  }

private:
  friend class ready_list;
  friend class turn_queue;

  // A reference, and perhaps a handle with it.
  void release(std::uint64_t counts) noexcept {
    const auto before = counts_.fetch_sub(counts, std::memory_order_acq_rel);
    if ((before & all_references) == reference)
      dispose();
  }

  // In one word, since what changes two of them is then one locked instruction.
  static constexpr std::uint64_t scheduled = 1;
  static constexpr std::uint64_t reference = 2;
  static constexpr std::uint64_t handle = std::uint64_t{1} << 32;
  static constexpr std::uint64_t all_references = handle - reference;

  ref<ready_list> list_;
  mailbox_owner* next_ready_ = nullptr; // in the ready list or, later, in the turn queue
  std::atomic<std::uint64_t> counts_;
};

/// Something of a context that messages arrive at: a port, the window or the broadcast channels. A
/// context's ready list holds nothing else.
class receiver : public mailbox_owner {
public:
  using mailbox_owner::mailbox_owner;

  /// What it had to deliver: with `nothing` and `last` it is not scheduled any more.
  enum class delivered : std::uint8_t { nothing, one, last };

  /// Delivers one event. It tells the `last` one only if it `may_end`, and not of each: a poster
  /// that is faster than this context would have to put it into the ready list for every message.
  virtual delivered deliver_one(registry_core& core, bool may_end) = 0;
};

/// Those of one context, or one router, that have something waiting: many threads push, the owner's
/// own takes everything at once. Holds a reference to each.
///
/// Its one word says too whether the context sleeps: a push is one locked instruction, and who
/// pushes first to a context that sleeps wakes it.
class ready_list {
public:
  explicit ready_list(std::shared_ptr<waker> waker, registry_core* core = nullptr) noexcept
    : waker_(std::move(waker)), core_(core) {}

  ready_list(const ready_list&) = delete;
  ready_list& operator=(const ready_list&) = delete;

  friend void intrusive_add_ref(ready_list* target) noexcept { target->add_refs(1); }

  void add_refs(std::uint32_t count) noexcept { refs_.fetch_add(count, std::memory_order_relaxed); }

  friend void intrusive_release(ready_list* target) noexcept {
    if (target->refs_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete target;
  }

  /// Takes over a reference to `entry`, unless it is closed: false then.
  [[nodiscard]] bool push(mailbox_owner* entry) noexcept;

  /// Appends everything pushed so far, in the order of pushing.
  void move_to(turn_queue& queue) noexcept {
    if (is_entry(top_.load(std::memory_order_relaxed)))
      move_all_to(queue);
  }

  /// Wakes the context whether or not anything is in the list.
  void wake() noexcept {
    begin_turn();
    waker_->wake();
  }

  /// From here on pushing wakes nobody, the context being awake.
  void begin_turn() noexcept {
    auto* found = asleep;
    if (top_.load(std::memory_order_relaxed) == asleep)
      top_.compare_exchange_strong(found, awake());
  }

  /// From here on the first push wakes; false if something was pushed before that took effect.
  [[nodiscard]] bool end_turn() noexcept {
    auto* found = awake();
    return top_.compare_exchange_strong(found, asleep) || !is_entry(found);
  }

  /// The context has ended: what is in the list is let go, and nothing is pushed any more. The
  /// owner's thread.
  void close() noexcept;

  bool closed() const noexcept { return top_.load() == gone(); }

  registry_core* core() const noexcept { return core_; }

private:
  // What is in the place of an entry while there is none.
  static constexpr mailbox_owner* asleep = nullptr;
  static mailbox_owner* awake() noexcept { return reinterpret_cast<mailbox_owner*>(marks); }
  static mailbox_owner* gone() noexcept { return reinterpret_cast<mailbox_owner*>(marks + 1); }

  static bool is_entry(const mailbox_owner* top) noexcept {
    return top != asleep && top != awake() && top != gone();
  }

  static void append(mailbox_owner* stacked, turn_queue& to) noexcept;
  void move_all_to(turn_queue& queue) noexcept;

  static inline std::max_align_t marks[2]; // Their addresses are nobody else's.

  std::atomic<mailbox_owner*> top_{asleep};
  std::shared_ptr<waker> waker_;
  registry_core* const core_;
  std::atomic<std::uint32_t> refs_{1};
};

inline bool mailbox_owner::list_closed() const noexcept {
  return list_->closed();
}

inline registry_core* mailbox_owner::list_core() const noexcept {
  return list_->core();
}

/// What a context or a router is working on, in the order of their turns. One thread's; holds a
/// reference to each.
class turn_queue {
public:
  turn_queue() = default;

  ~turn_queue() { clear(); }

  turn_queue(const turn_queue&) = delete;
  turn_queue& operator=(const turn_queue&) = delete;

  bool empty() const noexcept { return first_ == nullptr; }

  void push_back(ref<mailbox_owner> entry) noexcept;

  /// Must not be empty.
  ref<mailbox_owner> pop_front() noexcept;

  /// Null if it is empty.
  const mailbox_owner* back() const noexcept { return last_; }

  void clear() noexcept;

private:
  mailbox_owner* first_ = nullptr;
  mailbox_owner* last_ = nullptr;
};

} // namespace hawser::detail

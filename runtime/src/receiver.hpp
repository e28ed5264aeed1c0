#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "hawser/detail/ref.hpp"
#include "hawser/port_registry.hpp"

namespace hawser::detail {

class ended_list;
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
  explicit mailbox_owner(ref<ready_list> list) noexcept;

  mailbox_owner(const mailbox_owner&) = delete;
  mailbox_owner& operator=(const mailbox_owner&) = delete;

  friend void intrusive_add_ref(mailbox_owner* target) noexcept {
    target->counts_.fetch_add(reference, std::memory_order_relaxed);
  }

  friend void intrusive_release(mailbox_owner* target) noexcept {
    const auto before = target->counts_.fetch_sub(reference, std::memory_order_acq_rel);
    if ((before & all_references) == reference)
      target->dispose();
  }

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
  /// nobody has. Any thread.
  void enlist() noexcept;

  /// The same for one whose mailbox the caller has locked: it cannot let go of the mailbox
  /// meanwhile, so that its list is there as long.
  void enlist_locked(ended_list& ended) noexcept;

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

  // In one word, since what changes two of them is then one locked instruction.
  static constexpr std::uint64_t scheduled = 1;
  static constexpr std::uint64_t reference = 2;
  static constexpr std::uint64_t handle = std::uint64_t{1} << 32;
  static constexpr std::uint64_t all_references = handle - reference;

  ref<ready_list> list_;
  mailbox_owner* next_ready_ = nullptr; // in the ready list or, later, in the turn queue
  std::atomic<std::uint64_t> counts_{reference};
};

/// What was put into a list that had been closed is let go when this is destroyed: after the lock
/// has been left under which that was found.
class ended_list {
public:
  ended_list() noexcept = default;
  ~ended_list();

  ended_list(const ended_list&) = delete;
  ended_list& operator=(const ended_list&) = delete;

private:
  friend class mailbox_owner;

  ref<ready_list> list_;
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
class ready_list {
public:
  explicit ready_list(std::shared_ptr<waker> waker, registry_core* core = nullptr) noexcept
    : waker_(std::move(waker)), core_(core) {}

  ~ready_list() { drop_all(); }

  ready_list(const ready_list&) = delete;
  ready_list& operator=(const ready_list&) = delete;

  friend void intrusive_add_ref(ready_list* target) noexcept {
    target->refs_.fetch_add(1, std::memory_order_relaxed);
  }

  friend void intrusive_release(ready_list* target) noexcept {
    if (target->refs_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete target;
  }

  /// Takes over a reference to `entry`. False if the list is closed: the caller, who keeps it
  /// alive meanwhile, must `drop_all`.
  [[nodiscard]] bool push(mailbox_owner* entry) noexcept;

  void drop_all() noexcept;

  /// Appends everything pushed so far, in the order of pushing.
  void move_to(turn_queue& queue) noexcept;

  /// Wakes the context whether or not anything is in the list.
  void wake() noexcept {
    woken_.store(true);
    waker_->wake();
  }

  /// From here on pushing wakes nobody, the context being awake.
  void begin_turn() noexcept {
    if (!woken_.load(std::memory_order_relaxed)) // A store would cost as much as a lock.
      woken_.store(true);
  }

  /// From here on the first push wakes; false if something was pushed before that took effect.
  [[nodiscard]] bool end_turn() noexcept {
    woken_.store(false);
    return head_.load() == nullptr || woken_.exchange(true);
  }

  /// The context has ended: what is in the list, and what is still pushed by posters that were on
  /// their way, is let go.
  void close() noexcept;

  bool closed() const noexcept { return closed_.load(); }

  registry_core* core() const noexcept { return core_; }

private:
  mailbox_owner* take_all() noexcept;

  std::atomic<mailbox_owner*> head_{nullptr};
  std::shared_ptr<waker> waker_;
  registry_core* const core_;
  std::atomic<std::uint32_t> refs_{1};
  std::atomic<bool> woken_{false};
  std::atomic<bool> closed_{false};
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

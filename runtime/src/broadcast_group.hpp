#pragma once

// What contexts share of their broadcast channels. Everything here is used from any thread.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "hawser/detail/ref.hpp"
#include "hawser/origin.hpp"
#include "mailbox.hpp"
#include "message.hpp"

namespace hawser {

class broadcast_relay;

} // namespace hawser

namespace hawser::detail {

class broadcast_group;

/// Is it a message, or does it stand where messages were lost?
enum class broadcast_kind : std::uint8_t { message, gap };

/// What a broadcast message carries beside its data.
struct broadcast_post {
  std::shared_ptr<const broadcast_group> group;
  std::uint64_t place = 0;  ///< When it was posted, in the history of the group.
  std::uint64_t sender = 0; ///< When the sending channel was made; no two have the same place.
  std::string origin;       ///< The sender's, serialized.
  broadcast_kind kind = broadcast_kind::message;
  bool to_be_rebuilt = false;           ///< As in `message`.
  std::optional<agent_cluster> cluster; ///< As in `message_extras`.
  encoded_data encoded = {};            ///< As in `message`.
};

/// Messages of one group that found no room in an inbox, since it was last told.
struct broadcast_gap {
  std::uint64_t messages = 0;
  std::uint64_t sender = 0;     ///< Of all of them; 0 if they had several.
  std::uint64_t on_the_way = 0; ///< How many of them never got to this process.
};

/// The queue of one context for the messages of all its broadcast channels.
class broadcast_inbox {
public:
  explicit broadcast_inbox(ref<const shared_limits> bounds) noexcept : queue(std::move(bounds)) {}

  broadcast_inbox(const broadcast_inbox&) = delete;
  broadcast_inbox& operator=(const broadcast_inbox&) = delete;

  friend void intrusive_add_ref(broadcast_inbox* target) noexcept {
    target->refs_.fetch_add(1, std::memory_order_relaxed);
  }

  friend void intrusive_release(broadcast_inbox* target) noexcept {
    if (target->refs_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete target;
  }

  /// Appends a message, or, if there is no room, makes sure that a gap of its group is in the
  /// queue. There is never more than one of a group, so that gaps are bounded too.
  void push(const value& data, std::uint64_t bytes, std::shared_ptr<const broadcast_post> post);

  /// Makes sure that a gap is there for messages that were lost before they came to any queue.
  void miss(const broadcast_post& post, std::uint64_t messages);

  /// What is known of the gap that was taken from the queue; the next loss makes another.
  broadcast_gap take_gap(const broadcast_group& group);

  lone_mailbox queue;

private:
  void note_gap(const broadcast_post& post, const broadcast_gap& more);

  std::mutex lock_;
  std::map<const broadcast_group*, broadcast_gap> gaps_; // guarded by lock_
  std::atomic<std::uint32_t> refs_{1};
};

/// The open channels of one origin and name, in whatever context.
///
/// It orders what happens to it: making a channel and posting a message each take the next place in
/// its history. A channel gets the messages with a later place than its own.
class broadcast_group {
public:
  explicit broadcast_group(std::string channel_name) : name(std::move(channel_name)) {}

  using inboxes = std::vector<ref<broadcast_inbox>>;

  struct posting {
    std::uint64_t place;
    std::shared_ptr<const inboxes> to; ///< In the order they joined.
  };

  /// A channel was made in a context that is a member.
  std::uint64_t next_place();

  /// The same in a context that becomes one.
  std::uint64_t join(ref<broadcast_inbox> member);

  /// Returns whether any member is left.
  bool leave(const broadcast_inbox& member);

  posting begin_post();

  const std::string name;

private:
  std::mutex lock_;
  std::uint64_t last_place_ = 0;
  std::shared_ptr<const inboxes> members_ = std::make_shared<const inboxes>();
};

/// What `broadcast_hub` is made of: the groups that have members.
class broadcast_directory {
public:
  struct membership {
    std::shared_ptr<broadcast_group> group;
    std::uint64_t place;
  };

  membership join(const origin& who, const std::string& name, ref<broadcast_inbox> member);

  void leave(const origin& who, const std::string& name, const broadcast_inbox& member);

  /// Null if there is none.
  std::shared_ptr<broadcast_group> find(const origin& who, const std::string& name) const;

  void relay_through(std::shared_ptr<broadcast_relay> relay);

  /// Tells the relay, if there is one.
  void carry(const origin& from, const std::string& name, const value& data) const;

  std::size_t size() const;

private:
  mutable std::mutex lock_;
  std::map<std::pair<origin, std::string>, std::shared_ptr<broadcast_group>> groups_;
  std::atomic<bool> relayed_{false};       // is there a relay?
  std::shared_ptr<broadcast_relay> relay_; // guarded by lock_
};

} // namespace hawser::detail

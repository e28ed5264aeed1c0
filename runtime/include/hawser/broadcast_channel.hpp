#pragma once

// Broadcast channels: one message to everybody of one origin who listens under one name.
//
//   context a              hub                      context b
//   channel "news" --.                          .-> channel "news"
//   channel "news" <-+-- "news" of https://x --+--> channel "news"
//   channel "talk"   '-- ...                    '   ...
//
// Nobody needs to be introduced: the name is all that the contexts of an origin share. Each context
// has one queue for all its broadcast channels, so that within a context every message reaches the
// channels of its name in the order in which they were made, and all of them before the next
// message. Between contexts only the order of each sender is kept.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "hawser/detail/ref.hpp"
#include "hawser/error.hpp"
#include "hawser/event_listener.hpp"

namespace hawser {

class event_target;
class origin;
class value;
class encoded_data;

namespace detail {
class broadcast_directory;
class broadcast_handle;
class broadcaster;
class context_broadcasts;
void intrusive_add_ref(broadcaster* target) noexcept;
void intrusive_release(broadcaster* target) noexcept;
} // namespace detail

/// Takes what the contexts of a hub broadcast to hubs elsewhere.
class broadcast_relay {
public:
  virtual ~broadcast_relay() = default;

  /// A context of that origin has posted to the channels of that name. Called on its thread, which
  /// shall not be held up, and for each sender in its order. Others have `data`, too: it may be
  /// read only.
  virtual void carry(const origin& from, const std::string& name, const value& data) = 0;
};

/// Where the contexts that share it find one another's broadcast channels. Used from any thread;
/// the contexts keep it alive.
class broadcast_hub {
public:
  broadcast_hub();
  ~broadcast_hub();

  broadcast_hub(const broadcast_hub&) = delete;
  broadcast_hub& operator=(const broadcast_hub&) = delete;

  /// How many pairs of origin and name some open channel has.
  std::size_t names() const;

  /// What is posted here goes through `relay` as well, from now on; null ends that. There is one at
  /// a time.
  void relay_through(std::shared_ptr<broadcast_relay> relay);

  /// Brings a message from another hub to every channel of that origin and name, and to no relay.
  /// Those of one caller arrive in their order.
  void deliver(const origin& from, const std::string& name, encoded_data data);

  /// So many messages from another hub will never come: the channels get `messageerror` in their
  /// place, as for a queue that was full.
  void miss(const origin& from, const std::string& name, std::uint64_t messages);

private:
  friend class detail::context_broadcasts;

  std::unique_ptr<detail::broadcast_directory> directory_;
};

/// A channel that all contexts of its origin may share by naming it. HTML #broadcastchannel.
///
/// A small reference, copied freely; the context that made it owns the channel. Use it only inside
/// its context: any other use is a programming mistake and stops the process. A default-made handle
/// refers to no channel.
///
/// The channel listens from the moment it is made; there is nothing to start. It stays open while
/// it has a listener of messages or a handle, and until its context ends.
class broadcast_channel {
public:
  broadcast_channel() noexcept = default;
  broadcast_channel(const broadcast_channel& other) noexcept;
  broadcast_channel(broadcast_channel&& other) noexcept = default;
  broadcast_channel& operator=(broadcast_channel other) noexcept;
  ~broadcast_channel();

  explicit operator bool() const noexcept { return static_cast<bool>(channel_); }

  const std::string& name() const;

  /// Posts to every other open channel of this origin and name, in this context and others.
  /// HTML #dom-broadcastchannel-postmessage.
  ///
  /// Never blocks; listeners run later, each in its own context. The data is serialized once, here,
  /// and every receiver gets a copy of its own. Nothing can be transferred.
  ///
  /// Errors, with nothing posted: `invalid_state_error` on a closed channel, whatever the data;
  /// `data_clone_error` for data that cannot be sent, with its path. A receiver whose queue is full
  /// is no error here: it alone misses the message, and is told with a `messageerror` event where
  /// the message would have come, IMPLEMENTATION-DEFINED(I10). After the context has ended, posting
  /// succeeds and reaches nobody. An error that the caller does not look at is still reported to
  /// the context's host.
  error post_message(const value& data) const;

  /// Nothing arrives any more, not even what has been posted already. HTML
  /// #dom-broadcastchannel-close.
  void close() const;

  bool closed() const;

  /// The handler attributes.
  void on_message(event_listener callback) const;
  void on_message_error(event_listener callback) const;

  /// As on `event_target`.
  listener_id add_event_listener(std::string type, event_listener callback,
                                 listen how = listen::always) const;
  void remove_event_listener(listener_id id) const;
  void dispatch_event(event& ev) const;

  /// Do both refer to the same channel object? Two of one name are different objects.
  friend bool operator==(const broadcast_channel&, const broadcast_channel&) noexcept = default;

private:
  friend class detail::broadcast_handle;

  explicit broadcast_channel(detail::ref<detail::broadcaster> channel) noexcept;

  event_target& target() const;

  detail::ref<detail::broadcaster> channel_;
};

/// `BroadcastChannel 2 'news'`: its number in its context and its name.
std::string to_string(const broadcast_channel& channel);

} // namespace hawser

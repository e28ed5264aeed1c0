#pragma once

#include <cstdint>
#include <string>

#include "hawser/detail/ref.hpp"
#include "hawser/error.hpp"
#include "hawser/event_listener.hpp"

namespace hawser {

class event_target;
class transfer_list;
class value;

namespace detail {
class port;
class port_handle;
void intrusive_add_ref(port* target) noexcept;
void intrusive_release(port* target) noexcept;
} // namespace detail

/// One end of a channel as its owner sees it. HTML #message-ports.
///
/// A small reference, copied freely; the context's registry owns the port itself. Use it only
/// inside its context: any other use is a programming mistake and stops the process. A default-made
/// handle refers to no port.
///
/// A port lives while it has a `message` listener or a handle. When neither is left it is closed,
/// and its peer gets `close` with reason `context_unreachable`.
class message_port {
public:
  message_port() noexcept = default;
  message_port(const message_port& other) noexcept;
  message_port(message_port&& other) noexcept = default;
  message_port& operator=(message_port other) noexcept;
  ~message_port();

  explicit operator bool() const noexcept { return static_cast<bool>(port_); }

  /// Posts a message to the peer. HTML #message-port-post-message-steps.
  ///
  /// Never blocks; the peer's listeners run later, in the peer's context. What stands in `transfer`
  /// moves with the message and is detached here. Posting on a closed or detached port, or to a
  /// peer that is gone, succeeds and delivers nothing, as the standard wants it; the transfer list
  /// is detached all the same.
  ///
  /// Errors, all before anything has changed: `data_clone_error` for what cannot be sent, with its
  /// path; `quota_exceeded_error` when the peer's queue is full or this context has posted too much
  /// that nobody has taken. An error that the caller does not
  /// look at is still reported to the context's host.
  error post_message(const value& data, const transfer_list& transfer) const;
  error post_message(value data) const;

  /// Enables the port message queue. What has been waiting is delivered in later tasks.
  void start() const;

  /// Ends the channel. This side is detached at once; messages already waiting in an enabled queue
  /// are still delivered, those in a disabled one are lost. The peer gets what was posted before
  /// and then `close`.
  void close() const;

  /// The handler attributes. Setting `on_message`, even to `nullptr`, enables the queue as `start`
  /// does; the others do not.
  void on_message(event_listener callback) const;
  void on_message_error(event_listener callback) const;
  void on_close(event_listener callback) const;

  /// Bytes posted here that the receiver's loop has not taken, wherever the peer is at the moment.
  /// 0 on a port that is detached or whose peer has dropped them.
  ///
  /// A message counts its data, its buffers, 64 bytes for each port or buffer it transfers, and all
  /// that waits inside those ports, at any depth: what waited when they set out, and what is posted
  /// to them until they are taken out of this queue. Bytes posted to a port on its way therefore
  /// count twice, here and at their own sender. Beyond 64 queues inside each other what is posted
  /// on the way does not reach the outermost.
  std::uint64_t buffered_amount() const;

  /// When `buffered_amount` falls from above this to it or below, `bufferedamountlow` is fired: a
  /// plain event, as a task of its own in this context, once for any number of falls until it runs.
  /// By then more may have been posted. What the peer drops by closing is a fall, too. 0 at first.
  ///
  /// It belongs to the channel's end: when the port is moved, its new owner finds it as it was, and
  /// gets the event for a fall that nobody has been told of. Listeners do not move.
  std::uint64_t buffered_amount_low_threshold() const;
  void buffered_amount_low_threshold(std::uint64_t bytes) const;
  void on_buffered_amount_low(event_listener callback) const;

  /// As on `event_target`. None of these enables the queue.
  listener_id add_event_listener(std::string type, event_listener callback,
                                 listen how = listen::always) const;
  void remove_event_listener(listener_id id) const;
  void dispatch_event(event& ev) const;

  /// Has it been closed or transferred away? Then nothing reaches the channel through it.
  bool detached() const;

  /// A name for logs and reports. Does not travel.
  void label(std::string text) const;
  const std::string& label() const;

  /// Do both refer to the same port?
  friend bool operator==(const message_port&, const message_port&) noexcept = default;

private:
  friend class detail::port_handle;

  event_target& target() const;

  detail::ref<detail::port> port_;
};

/// Both ports of a new channel. HTML #message-channels.
struct message_channel {
  message_port port1;
  message_port port2;
};

/// `MessagePort 7 'control'`: its number in its context and its label.
std::string to_string(const message_port& port);

} // namespace hawser

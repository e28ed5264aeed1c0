#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "decoding.hpp"
#include "hawser/port_registry.hpp"
#include "mailbox.hpp"
#include "message.hpp"
#include "pending.hpp"
#include "port.hpp"
#include "receiver.hpp"
#include "serialize.hpp"
#include "window.hpp"

namespace hawser::detail {

class arrival;
class context_broadcasts;

/// How the platform objects that a context exposes are rebuilt, by the names of their interfaces.
using exposed_interfaces = std::map<std::string, port_registry::rebuild, std::less<>>;

/// The listeners of a context's window.
class window_events : public event_target {
public:
  explicit window_events(registry_host& host) noexcept : host_(host) {}

  using event_target::dispatch_trusted;

protected:
  void report_exception(const event& ev, std::exception_ptr exception) override {
    host_.report_exception(ev, "window", std::move(exception));
  }

private:
  registry_host& host_;
};

/// A number that one thread changes and others may read.
class counter {
public:
  counter& operator+=(std::uint64_t amount) noexcept {
    count_.store(count_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    return *this;
  }

  counter& operator++() noexcept { return *this += 1; }

  counter& operator--() noexcept { return *this += ~std::uint64_t{0}; }

  operator std::uint64_t() const noexcept { return count_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> count_{0};
};

/// `registry_statistics` while they are being counted.
struct live_statistics {
  counter ports;
  counter channels_made;
  counter messages_posted;
  counter messages_delivered;
  counter bytes_delivered;
  counter ports_received;
  counter posts_refused;

  registry_statistics snapshot() const noexcept {
    return {ports,           channels_made,  messages_posted, messages_delivered,
            bytes_delivered, ports_received, posts_refused};
  }
};

class value_copier;

/// What `port_registry` is made of, within reach of its ports.
class registry_core : public in_node_memory {
public:
  registry_core(registry_host& host, std::shared_ptr<waker> waker, hawser::origin origin,
                const limits& bounds, std::string name);
  ~registry_core();

  registry_core(const registry_core&) = delete;
  registry_core& operator=(const registry_core&) = delete;

  message_channel make_channel(creation_place at);
  message_port adopt(endpoint end);
  bool run_turn(std::size_t deliveries_max);
  void suspend();
  void resume();
  void close(close_reason reason);

  bool stopping() const noexcept { return stopped || termination.stop_requested(); }

  // -- posting (post.cpp) ---------------------------------------------------------------------

  /// HTML #message-port-post-message-steps.
  error post(port& source, const value& data, const transfer_list& transfer);

  /// The same for data that is shared as it is, without a transfer list: most messages are so.
  error post_plain(port& source, value&& data);

  void count_post() noexcept {
    ++statistics.messages_posted;
    constexpr std::uint16_t first = 256;
    // Workers that look hinder each other: with 4096 a fan-out was up to 20 % slower, with 512 45.
    constexpr std::uint16_t then = 32768;
    if (++turn_posts % then == first)
      host.report_long_turn();
  }

  /// A post at that port has failed.
  void refused(const port& source, const error& err);

  /// HTML #window-post-message-steps from here on, the target origin being parsed.
  error post_to_window(window& target, const value& data, const transfer_list& transfer,
                       window_message sender);

  /// HTML #structuredclone.
  result<value> structured_clone(const value& data, const transfer_list& transfer);

  // -- delivering (deliver.cpp) ---------------------------------------------------------------

  void deliver(port& target, message& msg);
  void deliver_close(port& target, close_notice notice);
  void deliver_low(port& target);
  void deliver_to_window(message& msg);
  std::optional<result<received_message>> receive(port& from);

  // -- broadcast channels (broadcast.cpp) ------------------------------------------------------

  context_broadcasts& own_broadcasts();

  // -- use from elsewhere -----------------------------------------------------------------------

  /// Does this context run on this thread? One whose host does not mark its turns is given credit.
  bool may_be_used_here() const noexcept {
    const auto* running = current();
    return running == this || (running == nullptr && !strict);
  }

  /// Stops the process because `what` of this context was used where it may not be.
  [[noreturn]] void used_elsewhere(const std::string& what) const;

  // -- ports ----------------------------------------------------------------------------------

  void add(port& which) noexcept;
  void remove(port& which) noexcept;

  template <class Visit>
  void for_each_port(Visit visit) const {
    for (port* it = ports_; it != nullptr; it = it->next_)
      visit(*it);
  }

  const limits& bounds() const noexcept { return shared_bounds->values; }

  const std::string& name() const noexcept { return own_window->name(); }

  registry_host& host;
  const hawser::origin origin;
  const ref<const shared_limits> shared_bounds;
  const ref<ready_list> ready;
  const ref<window> own_window;
  window_events window_target;
  /// None before an interface is exposed.
  std::unique_ptr<exposed_interfaces> exposed;
  live_statistics statistics;
  serialization_scope scope; ///< How this context serializes.
  pending_posts pending;
  bool strict = false; ///< The host marks its turns, so that a stray use can be told.
  history owners = history::forgotten;
  bool close_events = true; ///< Unless the host wants strict HTML.
  bool stopped = false;     ///< No event after the current one.
  bool suspended = false;   ///< The same, for a while.
  bool closed = false;
  std::uint16_t turn_posts = 0;                   ///< Posted since this turn began, modulo 2^16.
  std::shared_ptr<broadcast_hub> hub;             ///< None before it is needed or given.
  std::unique_ptr<context_broadcasts> broadcasts; ///< None before it is needed.
  std::stop_token termination; ///< As `stopped`, from outside; posts are in vain then.

  port_registry* facade = nullptr; ///< Whose core this is.

  static registry_core*& current() noexcept { return current_; }

private:
  friend class context_broadcasts;

  message_port adopt_new(endpoint end);
  error admit(port& source, std::uint64_t bytes);
  error push_alone(port& source, message&& msg);
  void push_with_ports(port& source, bool travelling, message&& msg);

  error rebuild_for(arrival& event, message& msg);
  error decode(message& msg);
  result<received_message> deserialize(message& msg);
  result<value> deserialize_leaf(const value& from, value_copier& copier, const message& msg,
                                 const std::vector<message_port>& ports) const;
  result<std::vector<message_port>> receive_ports(message& msg);

  struct delivery {
    std::size_t count = 0;
    bool drained = false; ///< There is no more, and the receiver is not scheduled any more.
  };

  delivery deliver_some(receiver& from, std::size_t deliveries_max, bool may_end);

  // Asked for with every post; the model saves a call each time, and eight bytes there always are.
  [[gnu::tls_model("initial-exec")]] static constinit inline thread_local registry_core* current_ =
    nullptr;

  port* ports_ = nullptr;
  std::uint64_t last_port_id_ = 0;
  ref<window_receiver> window_receiver_;
  turn_queue turns_;
  std::unique_ptr<decoding> decoder_; ///< None before a message has come from another node.
};

/// Sets the thread's current registry for a while.
class current_registry_guard {
public:
  explicit current_registry_guard(registry_core* core) noexcept
    : previous_(std::exchange(registry_core::current(), core)) {}

  ~current_registry_guard() { registry_core::current() = previous_; }

  current_registry_guard(const current_registry_guard&) = delete;
  current_registry_guard& operator=(const current_registry_guard&) = delete;

private:
  registry_core* previous_;
};

} // namespace hawser::detail

#pragma once

// A context without an actor: a registry, a host that writes down what it is told, and turns that
// are run only when the registry asked for one, so that a lost wake-up is a lost message.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "hawser/event.hpp"
#include "hawser/port_registry.hpp"
#include "test_registry.hpp"

namespace hawser::test {

/// What happened, one line each.
using trace = std::vector<std::string>;

/// What a thread sleeps on until one of its contexts has work.
class doorbell {
public:
  void ring() noexcept;

  /// Returns once it has rung since the last call.
  void wait();

private:
  std::mutex lock_;
  std::condition_variable rings_;
  bool rung_ = false;
};

/// Counts wake-ups, remembers the last one, and rings a bell if it has one.
class test_waker : public waker {
public:
  void wake() noexcept override;

  unsigned wakes() const noexcept { return wakes_.load(); }

  /// Was it woken since the last call?
  bool take() noexcept { return pending_.exchange(false); }

  void again() noexcept { pending_.store(true); }

  void attach(std::shared_ptr<doorbell> bell) { bell_ = std::move(bell); }

private:
  std::atomic<unsigned> wakes_{0};
  std::atomic<bool> pending_{false};
  std::shared_ptr<doorbell> bell_;
};

/// A registry and its host. Its origin is `https://NAME.example` unless told.
///
/// A test acts as the host: it uses the handles directly. `run` marks code as the context's own,
/// which is needed where the sender matters; from then on only such code may use its handles.
class test_context : public registry_host {
public:
  explicit test_context(std::string name = "context", limits bounds = {});
  test_context(std::string name, hawser::origin origin, limits bounds = {});
  ~test_context() override;

  test_context(const test_context&) = delete;
  test_context& operator=(const test_context&) = delete;

  test_registry& registry() noexcept { return registry_; }

  /// To use its registry when everything has arrived; so does what that causes.
  class access {
  public:
    explicit access(test_registry& used) : used_(used) { arrive(); }

    ~access() { arrive(); }

    access(const access&) = delete;
    access& operator=(const access&) = delete;

    test_registry* operator->() const noexcept { return &used_; }

  private:
    test_registry& used_;
  };

  access operator->() noexcept { return access{registry_}; }

  template <class Code>
  decltype(auto) run(Code code) {
    const registry_scope scope{registry_};
    return code();
  }

  /// Runs a turn if the registry was woken or had more to do; false if there was no reason to.
  bool step(std::size_t deliveries_max = 0);

  test_waker& waker() noexcept { return *waker_; }

  trace exceptions;  ///< `message at MessagePort 1: what`
  trace refused;     ///< `MessagePort 1: DataCloneError: ...`
  trace undecodable; ///< `MessagePort 1: DataDecodeError: ...`

private:
  void report_exception(const event& ev, std::string_view where,
                        std::exception_ptr exception) override;
  void report_refused_post(std::string_view where, const error& err) override;
  void report_undecodable(std::string_view where, const error& err) override;

  std::shared_ptr<test_waker> waker_;
  test_registry registry_;
};

/// Runs turns, one context after the other, until none of them is woken any more.
template <class... Contexts>
void settle(Contexts&... contexts) {
  while ((static_cast<unsigned>(contexts.step()) + ...) != 0) {}
}

/// A channel between two contexts: `port1` belongs to the first, `port2` to the second.
message_channel connect(test_context& first, test_context& second);

/// Writes down what arrives at ports, for as long as it lives.
class inbox {
public:
  inbox() = default;

  explicit inbox(const message_port& port) { listen(port); }

  ~inbox() { *self_ = nullptr; }

  inbox(const inbox&) = delete;
  inbox& operator=(const inbox&) = delete;

  /// Listens for every event and enables the queue.
  void listen(const message_port& port);

  /// Listens for every event at a broadcast channel.
  void listen(const broadcast_channel& channel);

  /// Listens for every event at a window.
  void listen(event_target& window);

  /// The data of each message as text, `messageerror`, `close REASON[, N undelivered]`.
  trace seen;
  std::vector<value> data;
  std::vector<message_port> ports; ///< All that were transferred, in order.

private:
  void note(message_event& ev);
  void note(close_event& ev);

  /// A listener that outlives the inbox does nothing.
  template <class Event>
  auto noting() {
    return [self = self_](Event& ev) {
      if (*self != nullptr)
        (*self)->note(ev);
    };
  }

  std::shared_ptr<inbox*> self_ = std::make_shared<inbox*>(this);
};

/// Carries ports from one context to another inside messages of a channel of its own.
class ferry {
public:
  ferry(test_context& from, test_context& to);

  /// Posts the port but delivers nothing.
  void load(const message_port& port) { check(near_.post_message(nullptr, {port})); }

  /// Runs both contexts until nothing is left to do; the last port that arrived.
  message_port unload();

  /// The same; `use` gets each port in the event that brings it.
  message_port unload_with(const std::function<void(const message_port&)>& use);

  message_port carry(const message_port& port) {
    load(port);
    return unload();
  }

private:
  static void check(const error& err);

  test_context& from_;
  test_context& to_;
  message_port near_;
  message_port far_;
  inbox arrived_;
};

} // namespace hawser::test

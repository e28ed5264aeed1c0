#include "hawser/scoped_context.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>

#include "context_reporter.hpp"
#include "hawser/detail/caf_compat.hpp"
#include "system_state.hpp"
#include "worker_object.hpp"

namespace hawser {
namespace {

// A wake-up for a thread that waits.
class thread_waker : public waker {
public:
  void wake() noexcept override {
    {
      const std::scoped_lock guard{lock_};
      woken_ = true;
    }
    changed_.notify_one();
  }

  // False when the deadline passed without a wake-up.
  bool await(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock guard{lock_};
    const bool woken = changed_.wait_until(guard, deadline, [this] { return woken_; });
    woken_ = false;
    return woken;
  }

private:
  std::mutex lock_;
  std::condition_variable changed_;
  bool woken_ = false;
};

} // namespace

class scoped_context::host {
public:
  host(std::shared_ptr<detail::system_state> state, std::string_view at)
    : system(std::move(state)),
      url(at),
      waker(std::make_shared<thread_waker>()),
      reporter(*system),
      registry(reporter, waker, detail::origin_of(url, nullptr), system->default_limits, "main"),
      scope_(std::in_place, registry) {
    reporter.speak_for(registry.window());
    reporter.attach(registry.window_events());
    registry.strict_html(system->strict);
    system->open_ports.opened(registry, "main");
    registry.share_broadcasts(system->broadcasts);
    system->directory.add(
      {.actor = {}, .window = registry.window(), .parent = 0, .url = &url, .registry = &registry});
  }

  ~host() {
    registry.close(close_reason::context_closed);
    detail::end_contexts(system->directory.remove(registry.window().id(), false));
  }

  host(const host&) = delete;
  host& operator=(const host&) = delete;

  // Delivers events until `done` says so. False when the deadline passed first.
  template <class Done>
  bool run_until(Done done, time_point deadline) {
    while (!done()) {
      if (registry.run_turn(1)) {
        if (std::chrono::steady_clock::now() >= deadline)
          return done();
        continue;
      }
      // What arrived during the turn at a port that `receive` looks at has woken nobody.
      if (done())
        return true;
      if (!waker->await(deadline))
        return done();
    }
    return true;
  }

  std::shared_ptr<detail::system_state> system;
  std::string url;
  std::shared_ptr<thread_waker> waker;
  detail::context_reporter reporter;
  port_registry registry;

private:
  std::optional<registry_scope> scope_;
};

scoped_context::scoped_context(system& sys, std::string_view url)
  : host_(std::make_unique<host>(sys.state_, url)) {}

scoped_context::~scoped_context() = default;

port_registry& scoped_context::registry() noexcept {
  return host_->registry;
}

const origin& scoped_context::origin() const noexcept {
  return host_->registry.origin();
}

window_proxy scoped_context::window() const {
  return host_->registry.window();
}

message_channel scoped_context::make_channel(const char* file, std::uint32_t line) {
  return host_->registry.make_channel(file, line);
}

broadcast_channel scoped_context::make_broadcast_channel(std::string name) {
  return host_->registry.make_broadcast_channel(std::move(name));
}

window_proxy scoped_context::open(std::string_view url, start_function start,
                                  open_options options) {
  const auto own = window();
  return host_->system->open(url, std::move(start), std::move(options), {&origin(), own.id(), own});
}

worker scoped_context::make_worker(worker_script script, worker_options options) {
  return detail::make_worker({host_->system, host_->registry, host_->reporter}, std::move(script),
                             std::move(options));
}

shared_worker scoped_context::make_shared_worker(worker_script script, worker_options options) {
  return detail::make_shared_worker({host_->system, host_->registry, host_->reporter},
                                    std::move(script), std::move(options));
}

void scoped_context::on_message(event_listener callback) {
  host_->registry.window_events().handler("message", std::move(callback));
}

void scoped_context::on_error(event_listener callback) {
  host_->registry.window_events().handler("error", std::move(callback));
}

result<received_message> scoped_context::receive(const message_port& port, time_point deadline) {
  std::optional<result<received_message>> taken;
  const auto take = [&] {
    taken = host_->registry.receive(port);
    return taken.has_value();
  };
  if (!host_->run_until(take, deadline))
    return error{errc::timeout_error, "no message arrived on " + to_string(port) + " in time"};
  return *std::move(taken);
}

result<received_message> scoped_context::receive(const message_port& port, duration patience) {
  return receive(port, std::chrono::steady_clock::now() + patience);
}

bool scoped_context::run_until(const std::function<bool()>& done, time_point deadline) {
  return host_->run_until(done, deadline);
}

bool scoped_context::run_until(const std::function<bool()>& done, duration patience) {
  return run_until(done, std::chrono::steady_clock::now() + patience);
}

} // namespace hawser

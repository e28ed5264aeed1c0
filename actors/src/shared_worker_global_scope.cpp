// The inside of a shared worker. HTML #dom-sharedworker, its last steps.
//
// A client arrives as a CAF message with two ends of channels: the port that the worker's `connect`
// event brings, and a lifeline, which nobody posts to and which closes when the client's context
// ends. When the last lifeline has closed and nothing is left to deliver, so is the worker.

#include <caf/message_handler.hpp>

#include "context_reporter.hpp"
#include "hawser/detail/context_messages.hpp"
#include "hawser/worker_global_scope.hpp"
#include "reported_target.hpp"
#include "worker_setup.hpp"

namespace hawser {
namespace {

// How many turns a worker that has lost its last client gets for what had been posted by then; what
// is left after that is not delivered.
constexpr std::size_t last_turns_max = 1024;

// What a client costs of the ports a context may own.
constexpr std::size_t ports_per_client = 2;

} // namespace

shared_worker_global_scope::shared_worker_global_scope(caf::actor_config& cfg,
                                                       detail::shared_worker_setup setup)
  : worker_global_scope(cfg, std::move(setup.scope)),
    key_(std::make_unique<const detail::shared_worker_key>(std::move(setup.key))),
    start_(std::move(setup.start)) {
  *setup.made = registry().window().id();
}

shared_worker_global_scope::~shared_worker_global_scope() = default;

void shared_worker_global_scope::on_connect(event_listener callback) {
  events().handler("connect", std::move(callback));
}

void shared_worker_global_scope::run_start_function() {
  const auto start = std::exchange(start_, nullptr);
  run([&] { start(this); });
}

caf::message_handler shared_worker_global_scope::own_handlers() {
  return worker_global_scope::own_handlers().or_else(
    [this](const detail::connect_client& msg) { accept(*msg.client); });
}

void shared_worker_global_scope::accept(detail::connection& client) {
  if (registry().stopped())
    return; // Both ends close as undeliverable.
  unused_ = false;
  last_turns_ = 0;
  if (registry().statistics().ports + ports_per_client
      > registry().bounds().ports_per_context_max) {
    client.port.close(close_reason::limit);
    client.lifeline.close(close_reason::limit);
    count_out_client();
    end_turn();
    return;
  }
  const auto number = ++last_client_;
  const auto lifeline = registry().adopt(std::move(client.lifeline));
  lifeline.label("lifeline of client " + std::to_string(number));
  registry().always_tell_close(lifeline);
  lifeline.on_close([this, number] { forget_client(number); });
  lifelines_.emplace(number, lifeline);
  const auto port = registry().adopt(std::move(client.port));
  message_event connect{"connect", {.data = "", .ports = {port}, .source_port = port}};
  own_events().dispatch_trusted(connect);
}

void shared_worker_global_scope::forget_client(std::uint64_t number) {
  lifelines_.erase(number);
  count_out_client();
}

void shared_worker_global_scope::count_out_client() {
  unused_ = system().shared_workers.disconnect(*key_, registry().window().id());
}

// A client may have posted just before it ended, so what is ready is delivered first.
void shared_worker_global_scope::end_turn() {
  if (!unused_ || registry().stopped())
    return;
  if (busy() && ++last_turns_ < last_turns_max)
    return;
  if (system().shared_workers.retire_unused(*key_, registry().window().id()))
    close();
}

void shared_worker_global_scope::close() {
  system().shared_workers.retire(*key_, registry().window().id());
  worker_global_scope::close();
}

void shared_worker_global_scope::leave() {
  system().shared_workers.retire(*key_, registry().window().id());
  worker_global_scope::leave();
  lifelines_.clear();
}

} // namespace hawser

#include "far_places.hpp"

#include <utility>

#include "hawser/panic.hpp"

namespace hawser::test {
namespace {

// Sends whatever comes back to where it came from.
void echo(browsing_context* self) {
  self->on_message(
    [](message_event& ev) { static_cast<void>(ev.source().post_message(ev.data(), "*")); });
}

} // namespace

far_places::far_places(hawser::system& own, strictness how)
  : own_(own),
    far_({}, how),
    near_node_(own, options_of("near")),
    far_node_(*far_, options_of("far")) {
  const auto port = far_node_.listen("127.0.0.1", 0);
  HAWSER_ASSERT(port, "a node of a test cannot listen");
  address_ = "hawser://127.0.0.1:" + std::to_string(*port);
  HAWSER_ASSERT(near_node_.connect(address_), "the nodes of a test cannot connect");
  echo_ = open("https://echo.example/", echo);
}

// Each trusts the other in everything.
node_options far_places::options_of(const std::string& name) {
  node_options options;
  options.name = name;
  options.workers_for = {"*"};
  for (const auto* each : {"near", "far"})
    options.grants[each] = {"*"};
  return options;
}

worker_options far_places::place(caf::actor_system& of_owner, const worker_script& what,
                                 worker_options how) {
  const bool near_owner = &of_owner == &own_.actors();
  if (near_owner)
    at_far_->put(*far_, what);
  else
    at_near_->put(own_, what);
  how.node = near_owner ? "far" : "near";
  return how;
}

void far_places::define(worker_script script) {
  far_->define_worker_script(std::move(script));
}

std::string far_places::refusal(const std::string& why) const {
  return "node far refused: " + why;
}

window_proxy far_places::open(std::string_view url, start_function start) {
  const auto name = "page" + std::to_string(++opened_);
  far_node_.publish(name, far_->open(url, std::move(start)));
  return near_node_.open(address_ + "/" + name);
}

std::size_t far_places::contexts_open() const {
  return far_->statistics().contexts_open - 1; // Without the echo.
}

// What a node's contexts have posted leaves it in the order in which they did, as far as the turns
// of one end go, and so what comes back has behind it, at both nodes, all that was posted before.
// The first time it may overtake a worker that is being asked for, which takes the node a task of
// its own; the second time it cannot.
bool far_places::settle() {
  constexpr int round_trips = 2;
  for (int i = 0; i < round_trips; ++i) {
    scoped_context probe{own_, "https://probe.example/"};
    bool back = false;
    probe.on_message([&back] { back = true; });
    if (echo_.post_message(nullptr, "*") || !probe.run_until([&back] { return back; }, patience))
      return false;
  }
  return true;
}

bool far_places::end_all() {
  far_->close_all();
  return far_.all_end();
}

// -- scripts -------------------------------------------------------------------------------------

void far_places::library::put(hawser::system& at, const worker_script& script) {
  if (!script.dedicated() && !script.shared())
    return; // It is meant by its name alone.
  const std::scoped_lock guard{lock_};
  const auto [known, added] = entries_.try_emplace(script.name());
  if (script.dedicated())
    known->second.dedicated.push_back(script.dedicated());
  known->second.shared = script.shared();
  if (!added)
    return;
  const auto dedicated = [self = shared_from_this(),
                          name = script.name()](dedicated_worker_global_scope* scope) {
    self->next_dedicated(name)(scope);
  };
  const auto shared = [self = shared_from_this(), name = script.name()](
                        shared_worker_global_scope* scope) { self->shared(name)(scope); };
  if (script.dedicated() && script.shared())
    at.define_worker_script({script.name(), [dedicated, shared](auto* scope) {
                               if constexpr (requires { shared(scope); })
                                 shared(scope);
                               else
                                 dedicated(scope);
                             }});
  else if (script.dedicated())
    at.define_worker_script({script.name(), dedicated});
  else
    at.define_worker_script({script.name(), shared});
}

std::function<void(dedicated_worker_global_scope*)> far_places::library::next_dedicated(
  const std::string& name) {
  const std::scoped_lock guard{lock_};
  auto& waiting = entries_.at(name).dedicated;
  auto next = std::move(waiting.front());
  waiting.pop_front();
  return next;
}

std::function<void(shared_worker_global_scope*)> far_places::library::shared(
  const std::string& name) {
  const std::scoped_lock guard{lock_};
  return entries_.at(name).shared;
}

} // namespace hawser::test

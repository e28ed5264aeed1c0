#pragma once

// What differs between CAF 0.18.7 and CAF 1.1, and nothing else.

#include <chrono>
#include <string>
#include <utility>

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/config.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>
#include <caf/resumable.hpp>

#if CAF_VERSION >= 10000
#  include <caf/anon_mail.hpp>
#  include <caf/scheduler.hpp>
#else
#  include <caf/execution_unit.hpp>
#  include <caf/scheduler/abstract_coordinator.hpp>
#endif

namespace hawser::detail {

#if CAF_VERSION >= 10000

/// What runs an actor.
using execution_unit = caf::scheduler;

inline caf::mailbox_element_ptr make_anonymous_element(caf::message content) {
  return caf::make_mailbox_element(nullptr, caf::make_message_id(), std::move(content));
}

inline void set_config_file(caf::actor_system_config& config, std::string path) {
  config.config_file_path(std::move(path));
}

/// Has a worker run it, which takes over a reference. `unit` as for `enqueue`.
inline void run_later(caf::resumable& what, execution_unit* unit, caf::actor_system& actors) {
  auto& by = unit != nullptr ? *unit : actors.scheduler();
  by.schedule(&what);
}

/// Work for the scheduler that is no actor.
class job : public caf::resumable {
public:
  void ref_resumable() const noexcept final { add_ref(); }
  void deref_resumable() const noexcept final { release(); }

protected:
  virtual void add_ref() const noexcept = 0;
  virtual void release() const noexcept = 0;
};

#else

/// What runs an actor.
using execution_unit = caf::execution_unit;

inline caf::mailbox_element_ptr make_anonymous_element(caf::message content) {
  return caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::move(content));
}

inline void set_config_file(caf::actor_system_config& config, std::string path) {
  config.config_file_path = std::move(path);
}

/// Has a worker run it, which takes over a reference. `unit` as for `enqueue`.
inline void run_later(caf::resumable& what, execution_unit* unit, caf::actor_system& actors) {
  if (unit != nullptr)
    unit->exec_later(&what);
  else
    actors.scheduler().enqueue(&what);
}

/// Work for the scheduler that is no actor.
class job : public caf::resumable {
public:
  void intrusive_ptr_add_ref_impl() final { add_ref(); }
  void intrusive_ptr_release_impl() final { release(); }

protected:
  virtual void add_ref() const noexcept = 0;
  virtual void release() const noexcept = 0;
};

#endif

/// Sends to the actor itself, later, and without a sender: a broker of CAF 0.18 keeps what comes
/// after its end, and would keep itself.
template <class Self, class Content>
void send_later(Self& self, std::chrono::milliseconds delay, Content content) {
#if CAF_VERSION >= 10000
  caf::anon_mail(std::move(content)).delay(delay).send(caf::actor_cast<caf::actor>(&self));
#else
  self.delayed_anon_send(caf::actor_cast<caf::actor>(&self), delay, std::move(content));
#endif
}

/// Sends without a sender; `unit` is the one that runs the calling actor, null outside of any.
inline void enqueue(caf::abstract_actor& target, caf::message content, execution_unit* unit) {
  target.enqueue(make_anonymous_element(std::move(content)), unit);
}

} // namespace hawser::detail

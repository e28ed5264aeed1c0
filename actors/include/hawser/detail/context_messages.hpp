#pragma once

// The messages that contexts and nodes get from hawser through CAF: all of them, with their type
// ids.

#include <functional>
#include <memory>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

namespace hawser::detail {

/// Something is ready in the router of a node, whose actor gets this. Contexts are woken otherwise.
struct wake_up {};

/// The context shall end: its parent has, or the system is closing.
struct close_context {};

struct connection;

/// A client asks a shared worker in. Never leaves the process; whoever handles it empties it.
struct connect_client {
  std::shared_ptr<connection> client;
};

/// To be done by a node's actor, on its thread. Never leaves the process.
struct node_task {
  std::shared_ptr<std::function<void()>> work;
};

/// Time passes for a node's actor.
struct node_tick {};

template <class Inspector>
bool inspect(Inspector& f, node_tick& x) {
  return f.object(x).fields();
}

template <class Inspector>
bool inspect(Inspector& f, wake_up& x) {
  return f.object(x).fields();
}

template <class Inspector>
bool inspect(Inspector& f, close_context& x) {
  return f.object(x).fields();
}

} // namespace hawser::detail

// Away from `caf::first_custom_type_id`, where an application's own block begins. Define it to
// another number, the same in every part of a program, if an application needs these ids itself.
#ifndef HAWSER_CAF_TYPE_ID_BASE
#  define HAWSER_CAF_TYPE_ID_BASE (caf::first_custom_type_id + 800)
#endif

CAF_BEGIN_TYPE_ID_BLOCK(hawser, HAWSER_CAF_TYPE_ID_BASE)
CAF_ADD_TYPE_ID(hawser, (hawser::detail::wake_up))
CAF_ADD_TYPE_ID(hawser, (hawser::detail::close_context))
CAF_ADD_TYPE_ID(hawser, (hawser::detail::connect_client))
CAF_ADD_TYPE_ID(hawser, (hawser::detail::node_task))
CAF_ADD_TYPE_ID(hawser, (hawser::detail::node_tick))
CAF_END_TYPE_ID_BLOCK(hawser)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hawser::detail::connect_client)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hawser::detail::node_task)

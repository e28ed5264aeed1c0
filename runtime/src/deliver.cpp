// Delivering: rebuilding a message in its receiver's context and dispatching its event.
// HTML #structureddeserializewithtransfer.

#include <limits>

#include "arrival.hpp"
#include "hawser/event.hpp"
#include "record_types.hpp"
#include "registry_core.hpp"
#include "serialized_object.hpp"
#include "value_copier.hpp"

namespace hawser::detail {
namespace {

// What the application throws while rebuilding makes the message undecodable, as its errors do.
result<std::shared_ptr<const platform_object>> rebuild_with(const port_registry::rebuild& how,
                                                            const value& content) {
  try {
    return how(content);
  } catch (const std::exception& thrown) {
    return error{errc::data_decode_error, thrown.what()};
  } catch (...) {
    return error{errc::data_decode_error, "an exception of an unknown type"};
  }
}

const port_registry::rebuild* find_interface(const exposed_interfaces& among,
                                             std::string_view name) {
  const auto found = among.find(name);
  return found == among.end() ? nullptr : &found->second;
}

bool shares_memory(const value& from) {
  if (const auto* view = from.get_if<array_buffer_view>())
    return std::holds_alternative<shared_array_buffer>(view->buffer());
  return from.type() == value_type::shared_array_buffer;
}

void close_all(const std::vector<message_port>& ports) {
  for (const auto& each : ports)
    port_handle::get(each)->close(close_reason::undeliverable);
}

} // namespace

// What each kind of leaf that only the receiver can complete becomes here.
result<value> registry_core::deserialize_leaf(const value& from, value_copier& copier,
                                              const message& msg,
                                              const std::vector<message_port>& ports) const {
  if (from.type() == value_type::transferred)
    return value{ports.at(from.transferred_index())};
  if (msg.extras && msg.extras->cluster && *msg.extras->cluster != scope.cluster()
      && shares_memory(from))
    return error{errc::data_decode_error,
                 copier.path() + ": shared memory cannot leave its agent cluster"};
  if (from.type() == value_type::record) {
    auto fields = copier.copy(from.record_fields());
    return fields ? rebuild_record(std::string{from.record_name()}, *fields) : fields;
  }
  const auto* object = from.get_if<std::shared_ptr<const platform_object>>();
  if (object == nullptr)
    return from; // Buffers that were copied when posted are this message's own.
  const auto& sent = static_cast<const serialized_object&>(**object);
  const auto* how = exposed ? find_interface(*exposed, sent.interface_name()) : nullptr;
  if (how == nullptr)
    return error{errc::data_decode_error,
                 copier.path() + ": this context exposes no " + std::string{sent.interface_name()}};
  auto content = copier.copy(sent.content());
  if (!content)
    return content;
  auto rebuilt = rebuild_with(*how, *content);
  if (!rebuilt)
    return error{rebuilt.error().code(), copier.path() + ": " + rebuilt.error().what()};
  return value{*std::move(rebuilt)};
}

result<std::vector<message_port>> registry_core::receive_ports(message& msg) {
  std::vector<message_port> received;
  if (!msg.extras || msg.extras->ports.empty())
    return received;
  auto& arriving = msg.extras->ports;
  if (statistics.ports + arriving.size() > bounds().ports_per_context_max) {
    for (auto& end : arriving)
      end.close(close_reason::limit);
    return error{errc::quota_exceeded_error, "the context owns " + std::to_string(statistics.ports)
                                               + " ports and cannot take "
                                               + std::to_string(arriving.size()) + " more"};
  }
  received.reserve(arriving.size());
  for (auto& end : arriving) {
    received.push_back(adopt(std::move(end)));
    ++statistics.ports_received;
  }
  return received;
}

// Of a message that came from another node.
error registry_core::decode(message& msg) {
  if (const auto trouble = msg.encoded.trouble(); !trouble.empty())
    return {errc::data_decode_error, std::string{trouble}};
  if (!decoder_)
    decoder_ = std::make_unique<decoding>(wire_options{node_wire_limits, wire_scope::message, 0});
  decoder_->reset(msg.extras ? msg.extras->ports.size() : 0);
  const auto pieces = msg.encoded.pieces();
  for (std::size_t i = 0; i < pieces.size(); ++i)
    decoder_->feed(pieces[i],
                   i + 1 == pieces.size() ? decoding::rest::none : decoding::rest::may_follow);
  if (auto err = decoder_->take(msg.data))
    return err;
  msg.to_be_rebuilt = msg.data.active();
  msg.encoded.reset();
  return {};
}

result<received_message> registry_core::deserialize(message& msg) {
  auto ports = receive_ports(msg);
  if (!ports)
    return ports.error();
  if (msg.encoded)
    if (auto err = decode(msg)) {
      close_all(*ports);
      return err;
    }
  received_message made{std::move(msg.data), *std::move(ports)};
  if (!msg.to_be_rebuilt)
    return made;
  const auto leaf = [&](const value& from, value_copier& copier) {
    return deserialize_leaf(from, copier, msg, made.ports);
  };
  // What a sender was allowed to nest, a receiver can unnest, whatever its own bound on posting.
  value_copier copier{leaf, std::numeric_limits<std::size_t>::max()};
  auto rebuilt = copier.copy(made.data);
  if (!rebuilt) {
    close_all(made.ports);
    return rebuilt.error();
  }
  made.data = *std::move(rebuilt);
  return made;
}

error registry_core::rebuild_for(arrival& event, message& msg) {
  if (msg.encoded && !msg.extras) {
    if (auto err = decode(msg)) {
      event.spoil();
      return err;
    }
    if (!msg.to_be_rebuilt) {
      event.bring(std::move(msg.data));
      return {};
    }
  }
  auto received = deserialize(msg);
  if (!received) {
    event.spoil();
    return received.error();
  }
  event.bring(*std::move(received));
  return {};
}

// HTML #message-port-post-message-steps, the queued task.
void registry_core::deliver(port& target, message& msg) {
  ++statistics.messages_delivered;
  statistics.bytes_delivered += msg.bytes;
  arrival made{target};
  if (msg.plain())
    made.bring(std::move(msg.data));
  else if (const auto err = rebuild_for(made, msg))
    host.report_undecodable(describe(target), err);
  if (target.events_)
    target.events_->dispatch_trusted(made.event());
}

std::optional<result<received_message>> registry_core::receive(port& from) {
  if (from.detached())
    return error{errc::invalid_state_error, describe(from) + " is closed or was transferred"};
  from.pulled_ = true;
  from.start();
  auto& inbox = from.end_.inbox();
  message msg;
  close_notice notice;
  if (inbox.take(msg, notice, &from.end_.peer_inbox(), mailbox::when_empty::stay)
      == taken::message) {
    ++statistics.messages_delivered;
    statistics.bytes_delivered += msg.bytes;
    return deserialize(msg);
  }
  if (const auto reason = inbox.ended(); reason && inbox.idle())
    return error{errc::invalid_state_error, "the channel of " + describe(from)
                                              + " has ended: " + std::string{to_string(*reason)}};
  return std::nullopt;
}

void registry_core::deliver_close(port& target, close_notice notice) {
  close_event ev{notice.reason, notice.undelivered};
  if (target.events_ && (close_events || target.always_hears_close()))
    target.events_->dispatch_trusted(ev);
  // The listeners have seen the last event there will be; keeping them would keep alive what they
  // hold, often the port itself.
  if (target.events_ && !target.detached()) {
    target.events_->clear_listeners("message");
    target.events_->clear_listeners("messageerror");
    target.events_->clear_listeners("close");
    target.events_->clear_listeners(low_event);
  }
}

// HTML #window-post-message-steps, step 8: the target's origin is looked at when the task runs.
void registry_core::deliver_to_window(message& msg) {
  auto& sender = *msg.extras->window;
  if (sender.target_origin && *sender.target_origin != origin)
    return;
  ++statistics.messages_delivered;
  statistics.bytes_delivered += msg.bytes;
  arrival made;
  made.came_from(std::move(sender.origin), std::move(sender.source));
  if (const auto err = rebuild_for(made, msg))
    host.report_undecodable("window", err);
  window_target.dispatch_trusted(made.event());
}

} // namespace hawser::detail

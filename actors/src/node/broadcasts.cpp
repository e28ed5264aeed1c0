#include "node/broadcasts.hpp"

#include <algorithm>

#include "hawser/frame.hpp"
#include "hawser/value_encoder.hpp"
#include "node/node_actor.hpp"

namespace hawser::detail {
namespace {

// Of a message beside its data, about.
constexpr std::uint64_t parcel_bytes = 64;

// Told of at a time.
constexpr std::uint64_t missed_max = 0xffff'ffff;

value as_loss(const broadcast_topic& topic, std::uint64_t messages) {
  return object{
    {"origin", topic.first}, {"name", topic.second}, {"missed", std::min(messages, missed_max)}};
}

std::string count_of(std::uint64_t messages) {
  return std::to_string(messages) + (messages == 1 ? " broadcast message" : " broadcast messages");
}

} // namespace

// -- broadcast_outbox ---------------------------------------------------------------------------

void broadcast_outbox::carry(const origin& from, const std::string& name, const value& data) {
  if (from.is_opaque() || audience.load(std::memory_order_relaxed) == 0)
    return;
  parcel next{{to_string(from), name}, {}, 0};
  std::vector<std::byte> bytes;
  // What cannot be encoded is no error here, as for ports: its receivers get `messageerror`.
  if (const auto err = encode(data, bytes, {node_wire_limits, wire_scope::message, 0}))
    next.content = object{{"origin", next.topic.first}, {"name", name}, {"trouble", err.what()}};
  else
    next.content = object{{"origin", next.topic.first},
                          {"name", name},
                          {"data", array_buffer::immutable_copy_of(bytes)}};
  next.bytes = bytes.size() + name.size() + parcel_bytes;
  {
    const std::scoped_lock guard{lock_};
    const bool room = waiting_.parcels.empty() || waiting_bytes_ + next.bytes <= bytes_max_;
    // What comes after a loss must not come before it.
    if (!room || !waiting_.missed.empty()) {
      ++waiting_.missed[next.topic];
    } else {
      waiting_bytes_ += next.bytes;
      waiting_.parcels.push_back(std::move(next));
    }
    if (std::exchange(asked_, true))
      return;
  }
  wake_();
}

broadcast_outbox::contents broadcast_outbox::take() {
  const std::scoped_lock guard{lock_};
  asked_ = false;
  waiting_bytes_ = 0;
  return std::exchange(waiting_, {});
}

// -- far_broadcasts, outwards -------------------------------------------------------------------

far_broadcasts::far_broadcasts(node_actor& on, std::function<void()> wake)
  : node_(on),
    outbox_(std::make_shared<broadcast_outbox>(std::move(wake), on.options.broadcast_bytes_max)) {
  node_.system().broadcasts->relay_through(outbox_);
}

far_broadcasts::~far_broadcasts() {
  node_.system().broadcasts->relay_through(nullptr);
}

void far_broadcasts::reached(const node_id& which, const std::string& name) {
  outlets_[which] = {name};
  outbox_->audience = outlets_.size();
}

void far_broadcasts::lost(const node_id& which) {
  outlets_.erase(which);
  outbox_->audience = outlets_.size();
}

void far_broadcasts::send_waiting() {
  const auto what = outbox_->take();
  const registry_scope scope{node_.lobby()};
  for (auto& [which, to] : outlets_) {
    for (const auto& next : what.parcels)
      send(which, to, next);
    for (const auto& [topic, messages] : what.missed)
      if (!to.refused && may_hear(to, topic.first))
        miss(which, to, topic, messages);
  }
}

// Who may not speak for an origin has no part in what is said there either.
bool far_broadcasts::may_hear(outlet& to, const std::string& origin) {
  if (node_.may_speak_for(to.name, origin))
    return true;
  constexpr std::size_t lines_max = 64;
  if (to.withheld.size() < lines_max && to.withheld.insert(origin).second)
    node_.system().log.write(component::node, spdlog::level::info, "broadcasts_withheld",
                             "node {} may not speak for {}: what is broadcast there is not sent "
                             "to it",
                             to.name, origin);
  return false;
}

void far_broadcasts::send(const node_id& which, outlet& to, const broadcast_outbox::parcel& next) {
  if (to.refused || !may_hear(to, next.topic.first))
    return;
  if (!to.port)
    connect(which, to);
  const auto waiting = to.port.buffered_amount();
  const bool room = waiting == 0 || waiting + next.bytes <= node_.options.broadcast_bytes_max;
  if (!to.missed.empty() || !room || to.port.post_message(next.content))
    miss(which, to, next.topic, 1);
}

void far_broadcasts::miss(const node_id& which, outlet& to, const broadcast_topic& topic,
                          std::uint64_t messages) {
  if (to.missed.empty())
    node_.complain(which, "broadcasts_dropped",
                   "node " + to.name
                     + " takes broadcasts too slowly: those beyond broadcast_bytes_max are "
                       "dropped");
  to.missed[topic] += messages;
  if (!to.port)
    connect(which, to);
  if (to.port.buffered_amount() <= to.port.buffered_amount_low_threshold())
    tell_missed(which);
}

// There is room again. The losses stand where the messages would have been.
void far_broadcasts::tell_missed(const node_id& which) {
  const auto found = outlets_.find(which);
  if (found == outlets_.end() || found->second.missed.empty())
    return;
  auto& to = found->second;
  std::uint64_t sum = 0;
  for (const auto& [topic, messages] : std::exchange(to.missed, {})) {
    if (to.port.post_message(as_loss(topic, messages)))
      to.missed[topic] += messages;
    else
      sum += messages;
  }
  node_.complain(which, "broadcasts_dropped",
                 count_of(sum) + " for node " + to.name
                   + " were dropped, because it takes them too slowly");
}

void far_broadcasts::connect(const node_id& which, outlet& to) {
  const auto channel = node_.lobby().make_channel();
  to.port = channel.port1;
  to.port.label("broadcasts to node " + to.name);
  to.port.buffered_amount_low_threshold(node_.options.broadcast_bytes_max / 2);
  to.port.on_buffered_amount_low([this, which] { tell_missed(which); });
  // Whether or not the outlet is still there, the end is told with what it took along.
  to.port.on_close([this, which, name = to.name, port = to.port](close_event& ev) {
    channel_closed(which, name, port, ev);
  });
  static_cast<void>(
    node_.lobby_of(which).post_message(object{{"broadcasts", true}}, "*", {channel.port2}));
}

void far_broadcasts::channel_closed(const node_id& which, const std::string& name,
                                    const message_port& port, const close_event& ev) {
  const auto untaken = ev.undelivered().value_or(0);
  if (untaken != 0)
    node_.system().log.write(component::node, spdlog::level::warn, "broadcasts_lost",
                             "{} had not been taken by node {}: {}", count_of(untaken), name,
                             explain(ev.reason()));
  const auto found = outlets_.find(which);
  if (found == outlets_.end() || found->second.port != port)
    return; // The connection was lost.
  found->second.refused = true;
  node_.complain(which, "broadcasts_refused",
                 "node " + name + " takes no broadcasts: " + std::string{explain(ev.reason())});
}

// -- far_broadcasts, inwards --------------------------------------------------------------------

void far_broadcasts::listen_to(const node_id& which, message_port port) {
  auto& from = inlets_[which];
  if (from)
    from.close(); // One is enough.
  from = std::move(port);
  from.on_close([this, which] {
    if (const auto found = inlets_.find(which); found != inlets_.end() && found->second.detached())
      inlets_.erase(found);
  });
  // What has arrived is heard even when the connection has ended meanwhile.
  from.on_message([this, which, name = node_.name_of(which)](message_event& ev) {
    take_in(which, name, ev.data());
  });
}

void far_broadcasts::take_in(const node_id& from, const std::string& peer, const value& said) {
  const auto claimed = said["origin"].as<std::string>();
  const auto name = said["name"].as<std::string>();
  if (!claimed || !name)
    return node_.complain(from, "peer_misbehaved",
                          "node " + peer + " sent a broadcast from nobody");
  const auto origin = origin::parse(*claimed);
  if (!origin || to_string(*origin) != *claimed || !node_.may_speak_for(peer, *claimed))
    return node_.complain(from, "origin_refused",
                          "node " + peer + " may not speak for " + *claimed
                            + ": its broadcast was refused");
  auto& hub = *node_.system().broadcasts;
  if (const auto missed = said["missed"].as<std::uint32_t>())
    return hub.miss(*origin, *name, *missed);
  const auto& data = said["data"];
  if (const auto* buffer = data.get_if<array_buffer>())
    return hub.deliver(*origin, *name, encoded_data::copy_of(buffer->bytes()));
  auto why = said["trouble"].as<std::string>().value_or("");
  if (why.empty())
    why = "a broadcast without data";
  hub.deliver(*origin, *name, encoded_data::unencodable(why));
}

} // namespace hawser::detail

#include "frame_samples.hpp"

#include <limits>

#include "samples.hpp"

namespace hawser::test {
namespace {

// All bytes differ, so that none can be in another's place.
template <class Id>
Id id_of(std::uint8_t last) {
  return {0x0011223344556677, 0x8899aabbccddee00 | last};
}

constexpr std::uint64_t below_zero(std::uint64_t by) {
  return std::uint64_t{0} - by;
}

encoded_data data_of(std::string_view hex) {
  return encoded_data::copy_of(from_hex(hex));
}

encoded_data trouble_of(std::string_view why) {
  return encoded_data::unencodable(why);
}

frame_message hawser_text() {
  return {data_of("01 66 68 61 77 73 65 72"), {}, 8, 0};
}

// Its peer stayed behind.
port_descriptor fresh_port() {
  port_descriptor made;
  made.id = id_of<waypoint_id>(0x10);
  made.channel = id_of<channel_id>(0x11);
  made.epoch = 1;
  made.predecessor = id_of<waypoint_id>(0x12);
  made.direct = true;
  made.sent = {2, 0};
  made.allowed = {258, 1048576};
  made.open_posts = {{2, 10}};
  made.taken = {3, 0};
  made.granted = {259, 1048576};
  return made;
}

// Has moved before, with much on its way, and its tallies of bytes have gone below zero.
port_descriptor moved_port() {
  port_descriptor made;
  made.id = id_of<waypoint_id>(0x13);
  made.channel = id_of<channel_id>(0x14);
  made.side = 1;
  made.epoch = 5;
  made.peer_epoch = 4;
  made.predecessor = id_of<waypoint_id>(0x15);
  made.sent = {1000, 70000};
  made.allowed = {1001, 70001};
  made.open_posts = {{3, 300}, {1, 2000000}};
  made.taken = {900, below_zero(40)};
  made.unread = {2, 50};
  made.granted = {901, below_zero(1)};
  made.outbox = {4, 60};
  return made;
}

frame routed(waypoint_frame what) {
  return routed_frame{id_of<waypoint_id>(1), id_of<waypoint_id>(2), std::move(what)};
}

link_address address(std::uint8_t last) {
  return {id_of<node_id>(0x20), id_of<waypoint_id>(last)};
}

std::vector<frame_sample> make_samples() {
  const auto key = id_of<bind_key>(0x31);
  const auto own_key = id_of<bind_key>(0x32);
  auto from_window = hawser_text();
  from_window.ports = {fresh_port()};
  return {
    {"ee02 -> ee01 DATA 7", routed(data_frame{7, hawser_text()})},
    {"ee02 -> ee01 DATA 300",
     routed(data_frame{300, {trouble_of("data.f: a function cannot be cloned"), {}, 16384, 2}})},
    {"ee02 -> ee01 DATA 0 port ee10 direct port 0000 port ee13",
     routed(data_frame{0, {data_of("01 f6"), {fresh_port(), {}, moved_port()}, 128, 1}})},
    {"ee02 -> ee01 FIN 8 closed_by_peer", routed(fin_frame{8, close_reason::closed_by_peer, 5, 1})},
    {"ee02 -> ee01 FIN 0 context_crashed",
     routed(fin_frame{0, close_reason::context_crashed, {}, 0})},
    {"ee02 -> ee01 OUTBOX", routed(outbox_frame{hawser_text()})},
    {"ee02 -> ee01 END 9 for epoch 3 binder ee22", routed(end_frame{9, 3, address(0x22), 2, 130})},
    {"ee02 -> ee01 ANNOUNCE ee23 epoch 6", routed(announce_frame{address(0x23), 6, key,
                                                                 "h\xc3\xa4"
                                                                 "fen:4242",
                                                                 1})},
    {"ee02 -> ee01 BIND epoch 6 from 9", routed(bind_frame{key, 6, 9, own_key})},
    {"ee02 -> ee01 BIND epoch 7 from 9", routed(bind_frame{key, 7, 9, {}})},
    {"ee02 -> ee01 START epoch 6 from 10", routed(start_frame{6, 10})},
    {"ee02 -> ee01 DECLINE", routed(decline_frame{})},
    {"ee02 -> ee01 CREDIT taken 12 limit 268/18446744073709551614",
     routed(credit_frame{12, {268, below_zero(2)}, 1})},
    {"ee02 -> ee01 BROKEN node_lost", routed(broken_frame{close_reason::node_lost})},
    {"ee02 -> ee01 GONE", routed(gone_frame{})},
    {"ee02 -> ee01 RUN 7 of 2",
     routed(
       run_frame{7, {{data_of("01 66 68 61 77 73 65 72"), 8, 0}, {data_of("01 f6"), 300, 1}}})},
    {"WINDOW ee40 port ee10 direct",
     window_frame{id_of<window_id>(0x40),
                  {"https://a.example", "https://b.example", id_of<window_id>(0x41), "main"},
                  std::move(from_window)}},
    {"WINDOW ee42", window_frame{id_of<window_id>(0x42), {"null", {}, {}, ""}, hawser_text()}},
    {"WATCH ee42", window_watch_frame{id_of<window_id>(0x42)}},
    {"CLOSED ee42", window_closed_frame{id_of<window_id>(0x42)}},
  };
}

// -- what a frame says ----------------------------------------------------------------------------

// Every struct is taken apart by structured bindings, so that a new field cannot be forgotten.
class teller {
public:
  std::string text;

  void tell(std::uint64_t from) { text += std::to_string(from) + " "; }
  void tell(bool from) { text += from ? "true " : "false "; }
  void tell(std::uint32_t from) { tell(std::uint64_t{from}); }
  void tell(std::uint8_t from) { tell(std::uint64_t{from}); }
  void tell(close_reason from) { text += std::string{to_string(from)} + " "; }
  void tell(const std::string& from) { text += std::to_string(from.size()) + ":" + from + " "; }

  template <class Tag>
  void tell(const random_id<Tag>& from) {
    tell(from.high);
    tell(from.low);
  }

  template <class T>
  void tell(const std::optional<T>& from) {
    tell(from.has_value());
    if (from)
      tell(*from);
  }

  template <class T>
  void tell(const std::vector<T>& from) {
    tell(from.size());
    for (const auto& each : from)
      tell(each);
  }

  template <class... Fields>
  void tell_all(const Fields&... fields) {
    (tell(fields), ...);
  }

  void tell(const flow_tally& from) {
    const auto& [messages, bytes] = from;
    tell_all(messages, bytes);
  }

  void tell(const link_address& from) {
    const auto& [node, waypoint] = from;
    tell_all(node, waypoint);
  }

  void tell(const port_descriptor& from) {
    const auto& [id, channel, side, epoch, peer_epoch, predecessor, direct, sent, allowed,
                 open_posts, taken, unread, granted, outbox] = from;
    tell_all(id, channel, side, epoch, peer_epoch, predecessor, direct, sent, allowed, open_posts,
             taken, unread, granted, outbox);
  }

  void tell(const frame_message& from) {
    const auto& [data, ports, bytes, hops] = from;
    text += data ? to_hex(data.joined()) + " | " : "nothing ";
    tell(std::string{data.trouble()});
    tell_all(ports, bytes, hops);
  }

  void tell(const data_frame& from) {
    const auto& [number, message] = from;
    tell_all(number, message);
  }

  void tell(const fin_frame& from) {
    const auto& [number, reason, taken, hops] = from;
    tell_all(number, reason, taken, hops);
  }

  void tell(const outbox_frame& from) { tell(from.message); }

  void tell(const end_frame& from) {
    const auto& [number, peer_epoch, binder, binder_epoch, session] = from;
    tell_all(number, peer_epoch, binder, binder_epoch, session);
  }

  void tell(const announce_frame& from) {
    const auto& [at, epoch, key, contact, hops] = from;
    tell_all(at, epoch, key, contact, hops);
  }

  void tell(const bind_frame& from) {
    const auto& [key, epoch, number, own_key] = from;
    tell_all(key, epoch, number, own_key);
  }

  void tell(const start_frame& from) {
    const auto& [epoch, number] = from;
    tell_all(epoch, number);
  }

  void tell(const decline_frame&) {}

  void tell(const credit_frame& from) {
    const auto& [taken, limit, hops] = from;
    tell_all(taken, limit, hops);
  }

  void tell(const broken_frame& from) { tell(from.reason); }

  void tell(const gone_frame&) {}

  void tell(const run_message& from) {
    const auto& [data, bytes, hops] = from;
    text += to_hex(data.joined()) + " | ";
    tell_all(bytes, hops);
  }

  void tell(const run_frame& from) {
    const auto& [number, messages] = from;
    tell_all(number, messages);
  }

  void tell(const routed_frame& from) {
    const auto& [target, origin, what] = from;
    tell_all(target, origin, what.index());
    std::visit([this](const auto& each) { tell(each); }, what);
  }

  void tell(const window_frame& from) {
    const auto& [target, facts, message] = from;
    const auto& [sender, target_origin, source, source_name] = facts;
    tell_all(target, sender, target_origin, source, source_name, message);
  }

  void tell(const window_watch_frame& from) {
    const auto& [window] = from;
    tell(window);
  }

  void tell(const window_closed_frame& from) {
    const auto& [window] = from;
    tell(window);
  }
};

} // namespace

const std::vector<frame_sample>& frame_samples() {
  static const auto all = make_samples();
  return all;
}

std::string all_of(const frame& from) {
  teller made;
  made.tell(std::uint64_t{from.index()});
  std::visit([&](const auto& each) { made.tell(each); }, from);
  return std::move(made.text);
}

} // namespace hawser::test

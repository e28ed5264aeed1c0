#pragma once

// Links without connections: bytes carried by hand, in time that passes when a test says so.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hawser/link.hpp"

namespace hawser::test {

/// One side, and a line for everything that has happened to it.
class link_side {
public:
  explicit link_side(link::side which, node_facts own, link_limits bounds = {},
                     std::uint64_t now_ms = 0)
    : line(which, std::move(own), now_ms, bounds) {}

  /// Takes note of what has happened, and accepts whoever introduces itself.
  void note() {
    while (auto next = line.next_event()) {
      if (auto* who = std::get_if<link_event::introduced>(&next->what)) {
        seen.push_back("introduced " + who->peer.name);
        peer = who->peer;
        if (accepts)
          line.accept(newest);
      } else if (const auto* up = std::get_if<link_event::opened>(&next->what)) {
        seen.push_back("opened " + std::to_string(up->session));
      } else if (auto* arrived = std::get_if<link_event::frames>(&next->what)) {
        for (auto& each : *arrived)
          frames.push_back(std::move(each));
      } else if (const auto* time = std::get_if<link_event::measured>(&next->what)) {
        seen.push_back("round trip " + std::to_string(time->round_trip_ms));
      } else {
        const auto& how = std::get<link_event::ended>(next->what);
        seen.push_back(std::string{how.by_peer ? "ended by peer " : "ended "}
                       + std::string{to_string(how.why)} + ": " + how.text);
      }
    }
  }

  std::vector<std::byte> output(std::size_t bytes_max = std::size_t{1} << 30) {
    std::vector<std::byte> bytes;
    line.take_output(bytes, bytes_max);
    return bytes;
  }

  void feed(std::span<const std::byte> bytes, std::uint64_t now_ms = 0) {
    line.receive(bytes, now_ms);
    note();
  }

  link line;
  node_facts peer;
  std::vector<std::string> seen;
  std::vector<frame> frames;
  link_session newest = 0;
  bool accepts = true;
};

inline node_facts facts_of(std::uint64_t id, std::string name) {
  return {{id, id}, std::move(name), {}, {}};
}

/// Two sides, `a` being the initiator.
class link_pair {
public:
  explicit link_pair(link_limits bounds = {})
    : a(link::side::initiator, facts_of(1, "a"), bounds),
      b(link::side::acceptor, facts_of(2, "b"), bounds) {}

  /// Carries all there is, so many bytes at a time.
  void carry(std::uint64_t now_ms = 0, std::size_t at_a_time = std::size_t{1} << 30) {
    while (a.line.has_output() || b.line.has_output()) {
      give(a, b, now_ms, at_a_time);
      give(b, a, now_ms, at_a_time);
    }
  }

  link_side a;
  link_side b;

private:
  static void give(link_side& from, link_side& to, std::uint64_t now_ms, std::size_t at_a_time) {
    const auto all = from.output();
    for (std::size_t at = 0; at < all.size(); at += at_a_time)
      to.feed(std::span{all}.subspan(at, std::min(at_a_time, all.size() - at)), now_ms);
  }
};

/// A numbered message between two waypoints.
inline frame numbered(std::uint64_t origin, std::uint64_t target, std::uint64_t number,
                      std::size_t bytes) {
  frame_message message;
  message.data = encoded_data::copy_of(std::vector<std::byte>(bytes, std::byte{7}));
  message.bytes = bytes;
  return routed_frame{{target, target}, {origin, origin}, data_frame{number, std::move(message)}};
}

/// The same with a new end for the receiver.
inline frame with_port(frame carrier, std::uint64_t id) {
  port_descriptor port;
  port.id = {id, id};
  port.channel = {id, 1};
  port.predecessor = {id, 2};
  std::get<data_frame>(std::get<routed_frame>(carrier).what).message.ports.push_back(port);
  return carrier;
}

inline std::uint64_t number_of(const frame& from) {
  return std::get<data_frame>(std::get<routed_frame>(from).what).number;
}

} // namespace hawser::test

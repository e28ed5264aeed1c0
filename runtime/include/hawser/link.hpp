#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hawser/frame_codec.hpp"
#include "hawser/node_id.hpp"

namespace hawser {

namespace detail {
class link_core;
} // namespace detail

/// Every bound of a link. Zero is not "unlimited" anywhere.
struct link_limits {
  /// From the first byte until both sides are up; then the attempt has failed.
  std::uint64_t handshake_ms_max = 5000;

  /// A side that has had nothing to say for so long says that it is there.
  std::uint64_t heartbeat_ms = 1000;

  /// A peer that has been silent for so long is lost, whatever its connection looks like.
  std::uint64_t silence_ms_max = 5000;

  /// One record of the handshake.
  std::size_t hello_bytes_max = std::size_t{1} << 14;

  /// Frames that are larger go in pieces, so that small ones of other channels pass.
  std::size_t piece_bytes_max = std::size_t{1} << 16;

  /// Frames on their way in pieces at a time; more of them wait.
  std::size_t pieces_at_once_max = 64;

  /// What the peer's frames in pieces may amount to before they are complete.
  std::uint64_t incomplete_bytes_max = std::uint64_t{5} << 29;

  /// Bytes waiting to be sent at which the link is congested, and at which it is not any more.
  std::uint64_t congested_bytes = std::uint64_t{1} << 23;
  std::uint64_t relieved_bytes = std::uint64_t{1} << 21;

  /// Frames that are no messages and wait to be sent. Nothing holds them back: a peer that makes
  /// others answer and does not read loses its link.
  std::uint64_t control_bytes_max = std::uint64_t{1} << 26;

  frame_limits frames = {};
};

/// What a node says of itself.
struct node_facts {
  node_id id;
  std::string name;
  std::string contact;              ///< Where it listens, in the words of the shell; may be empty.
  std::vector<std::string> origins; ///< It wishes to speak for, beside its own.
};

/// May a node have this name? Up to 255 small ASCII letters, digits, `.`, `-` and `_`: as in a
/// certificate and an origin.
bool is_node_name(std::string_view text) noexcept;

/// Why a connection came to an end. Values travel: never reuse or renumber one.
enum class link_end : std::uint8_t {
  closed = 0,     ///< The peer's node ends in order.
  lost = 1,       ///< The connection broke.
  silent = 2,     ///< The peer said nothing for too long.
  not_hawser = 3, ///< The peer speaks something else.
  version = 4,    ///< No version is known to both.
  refused = 5,    ///< Policy: a name, an origin, a certificate.
  duplicate = 6,  ///< The two nodes are connected already.
  malformed = 7,  ///< Bytes that are no frame.
  rule = 8,       ///< A broken rule of the protocol.
  limit = 9,      ///< Too much of something.
  handshake = 10, ///< It took too long.
};

std::string_view to_string(link_end why) noexcept;

/// What has happened on a link.
struct link_event {
  /// The peer has said who it is: `accept` or `end`.
  struct introduced {
    node_facts peer;
  };

  /// Both sides are up.
  struct opened {
    link_session session;
  };

  /// Nothing comes any more.
  struct ended {
    link_end why;
    std::string text; ///< In a sentence, the peer's own if it said so.
    bool by_peer = false;
  };

  /// How long a small record takes there and back.
  struct measured {
    std::uint64_t round_trip_ms;
  };

  /// In order.
  using frames = std::vector<frame>;

  std::variant<introduced, opened, frames, measured, ended> what;
};

/// One connection of two nodes: the handshake, frames in batches and in pieces, signs of life.
/// `runtime/WIRE.md` describes the bytes.
///
/// A pure state machine for one thread: it is fed with bytes and the time, and asked for bytes and
/// events.
class link {
public:
  enum class side : std::uint8_t { initiator, acceptor };

  /// `now_ms` is on any clock that never goes back; all times must be on the same.
  link(side which, node_facts own, std::uint64_t now_ms, link_limits bounds = {});
  link(link&&) noexcept;
  link& operator=(link&&) noexcept;
  ~link();

  /// Bytes from the peer.
  void receive(std::span<const std::byte> bytes, std::uint64_t now_ms);

  /// Time passes. To be called every `heartbeat_ms` or more often, when all that has arrived has
  /// been handed in: when it comes much later, the peer is not blamed for the time between.
  void tick(std::uint64_t now_ms);

  /// The connection is gone.
  void disconnect(std::string text);

  /// After `introduced`. `newest` is the newest session there has been with that node.
  void accept(link_session newest);

  /// Says why and ends; what is still to be sent is forgotten but for that.
  void end(link_end why, std::string text);

  /// Only between `opened` and `ended`.
  void send(const frame& what);

  /// Appends up to about so many bytes for the peer. False if there were none.
  bool take_output(std::vector<std::byte>& to, std::size_t bytes_max);

  /// Is there anything to be sent?
  bool has_output() const noexcept;

  std::optional<link_event> next_event();

  /// Takes back the memory of an event's frames, for the next ones.
  void recycle(link_event::frames&& used) noexcept;

  /// More waits than should, until less does again.
  bool congested() const noexcept;

  /// How long the peer has said nothing.
  std::uint64_t silent_ms(std::uint64_t now_ms) const noexcept;

  bool open() const noexcept;
  bool over() const noexcept;

  /// The session that this side has agreed to, 0 before. The peer may know it although the link was
  /// never open here.
  link_session agreed() const noexcept;

  std::uint64_t bytes_in() const noexcept;
  std::uint64_t bytes_out() const noexcept;

private:
  std::unique_ptr<detail::link_core> core_;
};

} // namespace hawser

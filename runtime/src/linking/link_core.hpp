#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "hawser/link.hpp"
#include "linking/lanes.hpp"

namespace hawser::detail {

/// A record is a kind, the length of its body, and the body. Values travel.
enum class link_record : std::uint8_t {
  hello = 1,
  start = 2,
  batch = 3,
  piece = 4,
  ping = 5,
  pong = 6,
  bye = 7,
  ready = 8,
};

/// What `link` is made of: handshake and records (link_core.cpp), what the handshake says
/// (hello.cpp).
class link_core {
public:
  link_core(link::side which, node_facts own, std::uint64_t now_ms, link_limits bounds);

  void receive(std::span<const std::byte> bytes, std::uint64_t now_ms);
  void tick(std::uint64_t now_ms);
  void accept(link_session newest);
  void end(link_end why, std::string text);
  void over(link_end why, std::string text, bool by_peer);
  void send(const frame& what);
  bool take_output(std::vector<std::byte>& to, std::size_t bytes_max);
  bool has_output() const noexcept {
    return !control_.empty() || pong_due_.has_value() || !lanes_.empty();
  }
  bool congested() noexcept;
  void recycle(std::vector<frame>&& used) noexcept;
  std::uint64_t silent_ms(std::uint64_t now_ms) const noexcept { return now_ms - heard_ms_; }

  /// What the handshake has come to.
  enum class state : std::uint8_t {
    greeting,   ///< Waits for the peer's hello.
    introduced, ///< Waits for the shell to accept it.
    starting,   ///< Acceptor: waits for the initiator's start.
    started,    ///< Initiator: waits for the acceptor to be ready.
    open,
    ended,
  };

  state now() const noexcept { return state_; }

  link_session agreed() const noexcept { return agreed_; }

  std::deque<link_event> events;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;

private:
  using bytes_view = std::span<const std::byte>;

  std::size_t take_records(bytes_view bytes);
  bool may_come(link_record kind);
  bool recognize(bytes_view bytes);
  void on_record(link_record kind, bytes_view body);
  void on_hello(bytes_view body);
  void on_start(bytes_view body);
  void on_ready(bytes_view body);
  void on_frames(error err, std::vector<frame>& frames);
  void on_ping(bytes_view body);
  void on_pong(bytes_view body);
  void on_bye(bytes_view body);
  void greet();
  void open();
  void write(link_record kind, bytes_view body);
  void write_number(link_record kind, std::uint64_t number);
  std::string not_understood(std::uint16_t from, std::uint16_t to) const;

  const link::side side_;
  const node_facts own_;
  const link_limits bounds_;
  const std::uint64_t began_ms_;
  state state_ = state::greeting;
  std::uint64_t heard_ms_;
  std::uint64_t said_ms_;
  std::uint64_t ticked_ms_;
  std::uint64_t now_ms_;
  link_session peer_newest_ = 0;
  link_session own_newest_ = 0;
  link_session agreed_ = 0;                // 0 before
  std::optional<std::uint64_t> pinged_ms_; // with no answer yet
  bool recognized_ = false;                // the peer's first bytes
  bool prefaced_ = false;                  // own first bytes are gone
  bool congested_ = false;
  std::vector<std::byte> partial_;        // of a record that has not come whole
  std::vector<std::byte> control_;        // whole records, before any frames
  std::optional<std::uint64_t> pong_due_; // to the newest ping
  std::vector<frame> arrived_;
  outgoing_lanes lanes_;
  incoming_lanes incoming_;
};

/// What a hello says: its versions, then a value, so that more can be added.
struct hello {
  std::uint16_t version_min = 0;
  std::uint16_t version_max = 0;
  node_facts facts;
  link_session newest = 0; ///< Of the acceptor's, with the initiator.
};

inline constexpr std::uint16_t link_version_min = 1;
inline constexpr std::uint16_t link_version_max = 1;

void encode_hello(const hello& from, std::vector<std::byte>& to);
result<hello> decode_hello(std::span<const std::byte> from);

/// The first bytes of every connection, from both sides: a record's kind is among them.
inline constexpr std::string_view link_magic = "HAWSER\r\n";

} // namespace hawser::detail

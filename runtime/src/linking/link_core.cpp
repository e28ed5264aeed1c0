// The connection of two nodes, without the connection.

#include "linking/link_core.hpp"

#include <algorithm>
#include <utility>

#include "big_endian.hpp"

namespace hawser::detail {
namespace {

constexpr std::size_t head_bytes = 5; // kind and length
constexpr std::size_t record_bytes_max = std::size_t{1} << 26;

constexpr std::size_t farewell_bytes_max = 1024;

// No two nodes have connected so often since they last agreed.
constexpr auto session_jump_max = link_session{1} << 32;

std::string versions(std::uint16_t from, std::uint16_t to) {
  return from == to ? "version " + std::to_string(from)
                    : "versions " + std::to_string(from) + " to " + std::to_string(to);
}

} // namespace

link_core::link_core(link::side which, node_facts own, std::uint64_t now_ms, link_limits bounds)
  : side_(which),
    own_(std::move(own)),
    bounds_(bounds),
    began_ms_(now_ms),
    heard_ms_(now_ms),
    said_ms_(now_ms),
    ticked_ms_(now_ms),
    now_ms_(now_ms),
    lanes_(bounds.piece_bytes_max, bounds.pieces_at_once_max),
    incoming_(bounds.frames, bounds.pieces_at_once_max, bounds.incomplete_bytes_max) {
  if (side_ == link::side::initiator)
    greet();
}

// The acceptor keeps silent until the initiator has said who it is.
void link_core::greet() {
  std::vector<std::byte> body;
  encode_hello({link_version_min, link_version_max, own_, own_newest_}, body);
  write(link_record::hello, body);
}

void link_core::write(link_record kind, bytes_view body) {
  const auto at = control_.size();
  control_.resize(at + head_bytes);
  control_[at] = static_cast<std::byte>(kind);
  store_big_endian(static_cast<std::uint32_t>(body.size()), control_.data() + at + 1);
  control_.insert(control_.end(), body.begin(), body.end());
}

void link_core::write_number(link_record kind, std::uint64_t number) {
  std::byte body[sizeof number];
  store_big_endian(number, body);
  write(kind, body);
}

// -- in ------------------------------------------------------------------------------------------

void link_core::receive(bytes_view bytes, std::uint64_t now_ms) {
  if (state_ == state::ended)
    return;
  now_ms_ = now_ms;
  heard_ms_ = now_ms;
  bytes_in += bytes.size();
  // A record may be the last one, which forgets what is partial: it is not read from there.
  auto whole = std::exchange(partial_, {});
  if (!whole.empty()) {
    whole.insert(whole.end(), bytes.begin(), bytes.end());
    bytes = whole;
  }
  const auto taken = static_cast<std::ptrdiff_t>(take_records(bytes));
  if (state_ == state::ended)
    return;
  if (whole.empty())
    whole.assign(bytes.begin() + taken, bytes.end());
  else
    whole.erase(whole.begin(), whole.begin() + taken);
  partial_ = std::move(whole);
}

// As many whole records as there are; returns their bytes.
std::size_t link_core::take_records(bytes_view bytes) {
  std::size_t taken = 0;
  if (!recognized_) {
    if (!recognize(bytes) || bytes.size() < link_magic.size())
      return 0;
    recognized_ = true;
    taken = link_magic.size();
  }
  while (state_ != state::ended) {
    const auto rest = bytes.subspan(taken);
    if (rest.size() < head_bytes)
      return taken;
    const auto kind = static_cast<link_record>(rest[0]);
    if (!may_come(kind))
      return taken;
    const std::size_t length = load_big_endian<std::uint32_t>(rest.data() + 1);
    const auto most = state_ == state::open ? record_bytes_max : bounds_.hello_bytes_max;
    if (length > most) {
      end(link_end::limit, "a record of " + std::to_string(length) + " bytes, where "
                             + std::to_string(most) + " may be");
      return taken;
    }
    if (rest.size() < head_bytes + length)
      return taken;
    on_record(kind, rest.subspan(head_bytes, length));
    taken += head_bytes + length;
  }
  return taken;
}

// Known before the body has come.
bool link_core::may_come(link_record kind) {
  switch (kind) {
    case link_record::bye:
      return true;
    case link_record::hello:
      if (state_ == state::greeting)
        return true;
      end(link_end::rule, "a second hello");
      return false;
    case link_record::start:
      if (state_ == state::starting)
        return true;
      end(link_end::rule, "a start out of place");
      return false;
    case link_record::ready:
      if (state_ == state::started)
        return true;
      end(link_end::rule, "a ready out of place");
      return false;
    case link_record::batch:
    case link_record::piece:
    case link_record::ping:
    case link_record::pong:
      if (state_ == state::open)
        return true;
      end(link_end::rule, "a record of frames or signs of life before the handshake is done");
      return false;
  }
  end(link_end::malformed, "a record of no known kind");
  return false;
}

// The same from either side's point of view, as the peer is told it too.
std::string link_core::not_understood(std::uint16_t from, std::uint16_t to) const {
  const bool initiator = side_ == link::side::initiator;
  const auto own = versions(link_version_min, link_version_max);
  const auto other = versions(from, to);
  return "the initiator speaks " + (initiator ? own : other)
         + " of the link protocol, the acceptor " + (initiator ? other : own);
}

bool link_core::recognize(bytes_view bytes) {
  const auto count = std::min(bytes.size(), link_magic.size());
  for (std::size_t i = 0; i < count; ++i)
    if (static_cast<char>(bytes[i]) != link_magic[i]) {
      const bool http = i == 1 && static_cast<char>(bytes[1]) == 'T';
      // A handshake, or an alert.
      const bool tls = i == 0 && (bytes[0] == std::byte{0x16} || bytes[0] == std::byte{0x15});
      // No word to somebody who would not understand it.
      control_.clear();
      over(link_end::not_hawser,
           http  ? "the peer speaks HTTP, it is no hawser node"
           : tls ? "the peer speaks TLS, for which this node has no certificate"
                 : "the peer does not speak hawser's protocol",
           false);
      return false;
    }
  return true;
}

void link_core::on_record(link_record kind, bytes_view body) {
  switch (kind) {
    case link_record::hello:
      return on_hello(body);
    case link_record::start:
      return on_start(body);
    case link_record::ready:
      return on_ready(body);
    case link_record::batch:
    case link_record::piece: {
      auto err = kind == link_record::batch ? incoming_.batch(body, arrived_)
                                            : incoming_.piece(body, arrived_);
      return on_frames(std::move(err), arrived_);
    }
    case link_record::ping:
      return on_ping(body);
    case link_record::pong:
      return on_pong(body);
    case link_record::bye:
      return on_bye(body);
  }
}

void link_core::on_frames(error err, std::vector<frame>& frames) {
  if (!frames.empty())
    events.push_back({std::exchange(frames, {})});
  if (!err)
    return;
  end(err.code() == errc::quota_exceeded_error ? link_end::limit : link_end::malformed, err.what());
}

void link_core::recycle(std::vector<frame>&& used) noexcept {
  if (!arrived_.empty() || arrived_.capacity() >= used.capacity())
    return;
  used.clear();
  arrived_ = std::move(used);
}

void link_core::on_hello(bytes_view body) {
  auto said = decode_hello(body);
  if (!said)
    return end(link_end::malformed, said.error().what());
  if (said->version_max < link_version_min || said->version_min > link_version_max)
    return end(link_end::version, not_understood(said->version_min, said->version_max));
  if (said->facts.id == own_.id)
    return end(link_end::duplicate, "a node was to be connected to itself");
  peer_newest_ = said->newest;
  state_ = state::introduced;
  events.push_back({link_event::introduced{std::move(said->facts)}});
}

void link_core::accept(link_session newest) {
  if (state_ != state::introduced)
    return;
  own_newest_ = newest;
  if (peer_newest_ > own_newest_ + session_jump_max)
    return end(link_end::rule, "a session that cannot be");
  if (side_ == link::side::acceptor) {
    state_ = state::starting;
    return greet();
  }
  agreed_ = std::max(newest, peer_newest_) + 1;
  state_ = state::started;
  write_number(link_record::start, agreed_);
}

void link_core::on_start(bytes_view body) {
  if (body.size() != sizeof(link_session))
    return end(link_end::malformed, "a start that is none");
  const auto session = load_big_endian<std::uint64_t>(body.data());
  if (session <= own_newest_ || session > own_newest_ + session_jump_max)
    return end(link_end::rule, "a session that cannot be");
  agreed_ = session;
  write_number(link_record::ready, agreed_);
  open();
}

// Not before: others that hear of this connection from here may ask the acceptor about it.
void link_core::on_ready(bytes_view body) {
  if (body.size() != sizeof(link_session) || load_big_endian<std::uint64_t>(body.data()) != agreed_)
    return end(link_end::malformed, "a ready that is none");
  open();
}

void link_core::open() {
  state_ = state::open;
  events.push_back({link_event::opened{agreed_}});
}

// However many have come since the last output, the newest is answered: a peer that asks and does
// not read costs nothing.
void link_core::on_ping(bytes_view body) {
  if (body.size() != sizeof(std::uint64_t))
    return end(link_end::malformed, "a ping that is none");
  pong_due_ = load_big_endian<std::uint64_t>(body.data());
}

void link_core::on_pong(bytes_view body) {
  if (body.size() != sizeof(std::uint64_t))
    return end(link_end::malformed, "a pong that is none");
  // An older one tells of a queue that has been waited for since.
  if (load_big_endian<std::uint64_t>(body.data()) == pinged_ms_)
    events.push_back({link_event::measured{now_ms_ - *std::exchange(pinged_ms_, std::nullopt)}});
}

void link_core::on_bye(bytes_view body) {
  if (body.empty())
    return end(link_end::malformed, "a farewell without a reason");
  const auto known =
    static_cast<std::uint8_t>(body[0]) <= static_cast<std::uint8_t>(link_end::handshake);
  const auto why = known ? static_cast<link_end>(body[0]) : link_end::closed;
  std::string text;
  for (const auto each : body.subspan(1, std::min(body.size() - 1, farewell_bytes_max)))
    text += each < std::byte{' '} || each > std::byte{'~'} ? '?' : static_cast<char>(each);
  control_.clear();
  over(why, std::move(text), true);
}

// -- time and the end ----------------------------------------------------------------------------

void link_core::tick(std::uint64_t now_ms) {
  // While this side itself had no time to look, what the peer said may not have been read.
  const auto since = now_ms - std::exchange(ticked_ms_, now_ms);
  if (since > 2 * bounds_.heartbeat_ms)
    heard_ms_ = std::min(heard_ms_ + since - 2 * bounds_.heartbeat_ms, now_ms);
  now_ms_ = now_ms;
  if (state_ == state::ended)
    return;
  if (state_ != state::open) {
    if (now_ms - began_ms_ >= bounds_.handshake_ms_max)
      end(link_end::handshake,
          (bytes_in == 0 ? "nothing was heard within " : "the handshake was not done within ")
            + std::to_string(bounds_.handshake_ms_max) + " ms");
    return;
  }
  if (now_ms - heard_ms_ >= bounds_.silence_ms_max)
    return over(link_end::silent,
                "the peer has said nothing for " + std::to_string(now_ms - heard_ms_) + " ms",
                false);
  if (now_ms - said_ms_ >= bounds_.heartbeat_ms) {
    said_ms_ = now_ms;
    if (!control_.empty())
      return; // The last one has not gone yet.
    pinged_ms_ = now_ms;
    write_number(link_record::ping, now_ms);
  }
}

void link_core::end(link_end why, std::string text) {
  if (state_ == state::ended)
    return;
  std::vector<std::byte> body{static_cast<std::byte>(why)};
  for (const char each : std::string_view{text}.substr(0, farewell_bytes_max))
    body.push_back(static_cast<std::byte>(each));
  control_.clear();
  // The peer may have another connection with this node, and can tell only if it knows who this is.
  if (why == link_end::duplicate && side_ == link::side::acceptor && state_ == state::introduced)
    greet();
  write(link_record::bye, body);
  over(why, std::move(text), false);
}

void link_core::over(link_end why, std::string text, bool by_peer) {
  if (state_ == state::ended)
    return;
  state_ = state::ended;
  pong_due_.reset();
  incoming_ =
    incoming_lanes{bounds_.frames, bounds_.pieces_at_once_max, bounds_.incomplete_bytes_max};
  lanes_ = outgoing_lanes{bounds_.piece_bytes_max, bounds_.pieces_at_once_max};
  events.push_back({link_event::ended{why, std::move(text), by_peer}});
}

// -- out -----------------------------------------------------------------------------------------

void link_core::send(const frame& what) {
  if (state_ != state::open)
    return;
  lanes_.push(what);
  if (lanes_.control_bytes() > bounds_.control_bytes_max)
    end(link_end::limit, "the peer does not read what it is answered");
}

bool link_core::take_output(std::vector<std::byte>& to, std::size_t bytes_max) {
  const auto before = to.size();
  if (pong_due_)
    write_number(link_record::pong, *std::exchange(pong_due_, std::nullopt));
  if (!control_.empty() && !std::exchange(prefaced_, true))
    for (const char each : link_magic)
      to.push_back(static_cast<std::byte>(each));
  to.insert(to.end(), control_.begin(), control_.end());
  control_.clear();
  while (to.size() - before < bytes_max) {
    const auto at = to.size();
    to.resize(at + head_bytes);
    const auto kind = lanes_.next(to);
    if (!kind) {
      to.resize(at);
      break;
    }
    to[at] = static_cast<std::byte>(*kind);
    store_big_endian(static_cast<std::uint32_t>(to.size() - at - head_bytes), to.data() + at + 1);
  }
  bytes_out += to.size() - before;
  return to.size() != before;
}

bool link_core::congested() noexcept {
  const auto waiting = lanes_.bytes();
  congested_ = waiting >= (congested_ ? bounds_.relieved_bytes : bounds_.congested_bytes);
  return congested_;
}

} // namespace hawser::detail

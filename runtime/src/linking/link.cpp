// The connection of two nodes, without the connection.

#include "hawser/link.hpp"

#include <algorithm>

#include "big_endian.hpp"
#include "linking/link_core.hpp"

namespace hawser {
namespace detail {
namespace {

constexpr std::size_t head_bytes = 5; // kind and length
constexpr std::size_t record_bytes_max = std::size_t{1} << 26;

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
    now_ms_(now_ms),
    lanes_(bounds.piece_bytes_max, bounds.pieces_at_once_max),
    incoming_(bounds.frames, bounds.pieces_at_once_max, bounds.incomplete_bytes_max) {
  if (side_ == link::side::initiator)
    greet();
}

// The acceptor keeps silent until the initiator has said who it is.
void link_core::greet() {
  for (const char each : link_magic)
    control_.push_back(static_cast<std::byte>(each));
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

// -- in ------------------------------------------------------------------------------------------

void link_core::receive(bytes_view bytes, std::uint64_t now_ms) {
  if (state_ == state::ended)
    return;
  now_ms_ = now_ms;
  heard_ms_ = now_ms;
  bytes_in += bytes.size();
  if (!partial_.empty()) {
    partial_.insert(partial_.end(), bytes.begin(), bytes.end());
    const auto taken = take_record(partial_);
    partial_.erase(partial_.begin(), partial_.begin() + static_cast<std::ptrdiff_t>(taken));
    return;
  }
  const auto taken = take_record(bytes);
  partial_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(taken), bytes.end());
}

// As many whole records as there are; returns their bytes.
std::size_t link_core::take_record(bytes_view bytes) {
  std::size_t taken = 0;
  if (state_ == state::greeting) {
    if (!recognize(bytes))
      return bytes.size();
    if (bytes.size() < link_magic.size() + head_bytes)
      return 0;
  }
  while (state_ != state::ended) {
    const auto skipped = state_ == state::greeting ? link_magic.size() : 0;
    const auto rest = bytes.subspan(taken + skipped);
    if (rest.size() < head_bytes)
      return taken;
    const auto kind = static_cast<link_record>(rest[0]);
    const std::size_t length = load_big_endian<std::uint32_t>(rest.data() + 1);
    const auto most = state_ == state::open ? record_bytes_max : bounds_.hello_bytes_max;
    if (length > most) {
      end(link_end::limit, "a record of " + std::to_string(length) + " bytes, where "
                             + std::to_string(most) + " may be");
      return bytes.size();
    }
    if (rest.size() < head_bytes + length)
      return taken;
    on_record(kind, rest.subspan(head_bytes, length));
    taken += skipped + head_bytes + length;
  }
  return bytes.size();
}

bool link_core::recognize(bytes_view bytes) {
  const auto count = std::min(bytes.size(), link_magic.size());
  for (std::size_t i = 0; i < count; ++i)
    if (static_cast<char>(bytes[i]) != link_magic[i]) {
      const bool http = bytes.size() >= 4 && static_cast<char>(bytes[0]) == 'H'
                        && static_cast<char>(bytes[1]) == 'T';
      // No word to somebody who would not understand it.
      control_.clear();
      over(link_end::not_hawser,
           http ? "the peer answers in HTTP, it is no hawser node"
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
    case link_record::batch:
    case link_record::piece: {
      if (state_ != state::open)
        return end(link_end::rule, "frames before the handshake is done");
      auto err = kind == link_record::batch ? incoming_.batch(body, arrived_)
                                            : incoming_.piece(body, arrived_);
      return on_frames(std::move(err), arrived_);
    }
    case link_record::ping:
      return write(link_record::pong, body);
    case link_record::pong:
      return on_pong(body);
    case link_record::bye:
      return on_bye(body);
  }
  end(link_end::malformed, "a record of no known kind");
}

void link_core::on_frames(error err, std::vector<frame>& frames) {
  if (!frames.empty())
    events.push_back({std::exchange(frames, {})});
  if (!err)
    return;
  end(err.code() == errc::quota_exceeded_error ? link_end::limit : link_end::malformed, err.what());
}

void link_core::on_hello(bytes_view body) {
  if (state_ != state::greeting)
    return end(link_end::rule, "a second hello");
  auto said = decode_hello(body);
  if (!said)
    return end(link_end::malformed, said.error().what());
  if (said->version_max < link_version_min || said->version_min > link_version_max)
    return end(link_end::version, "the peer speaks "
                                    + versions(said->version_min, said->version_max)
                                    + " of the link protocol, this node "
                                    + versions(link_version_min, link_version_max));
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
  if (side_ == link::side::acceptor) {
    state_ = state::starting;
    return greet();
  }
  const auto session = std::max(newest, peer_newest_) + 1;
  std::byte body[sizeof session];
  store_big_endian(session, body);
  write(link_record::start, body);
  open(session);
}

void link_core::on_start(bytes_view body) {
  if (state_ != state::starting || body.size() != sizeof(link_session))
    return end(link_end::rule, "a start out of place");
  const auto session = load_big_endian<std::uint64_t>(body.data());
  constexpr auto jump_max = link_session{1} << 32;
  if (session <= own_newest_ || session > own_newest_ + jump_max)
    return end(link_end::rule, "a session that cannot be");
  open(session);
}

void link_core::open(link_session session) {
  state_ = state::open;
  events.push_back({link_event::opened{session}});
}

void link_core::on_pong(bytes_view body) {
  if (body.size() != sizeof(std::uint64_t))
    return end(link_end::malformed, "a pong that is none");
  const auto sent = load_big_endian<std::uint64_t>(body.data());
  if (sent <= now_ms_)
    events.push_back({link_event::measured{now_ms_ - sent}});
}

void link_core::on_bye(bytes_view body) {
  if (body.empty())
    return end(link_end::malformed, "a farewell without a reason");
  const auto known =
    static_cast<std::uint8_t>(body[0]) <= static_cast<std::uint8_t>(link_end::handshake);
  const auto why = known ? static_cast<link_end>(body[0]) : link_end::closed;
  std::string text;
  constexpr std::size_t text_bytes_max = 1024;
  for (const auto each : body.subspan(1, std::min(body.size() - 1, text_bytes_max)))
    text += static_cast<char>(each) < ' ' ? '?' : static_cast<char>(each);
  control_.clear();
  over(why, std::move(text), true);
}

// -- time and the end ----------------------------------------------------------------------------

void link_core::tick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  if (state_ == state::ended)
    return;
  if (state_ != state::open) {
    if (now_ms - began_ms_ >= bounds_.handshake_ms_max)
      end(link_end::handshake,
          "the handshake took longer than " + std::to_string(bounds_.handshake_ms_max) + " ms");
    return;
  }
  if (now_ms - heard_ms_ >= bounds_.silence_ms_max)
    return over(link_end::silent,
                "the peer has said nothing for " + std::to_string(now_ms - heard_ms_) + " ms",
                false);
  if (now_ms - said_ms_ >= bounds_.heartbeat_ms) {
    said_ms_ = now_ms;
    std::byte body[sizeof now_ms];
    store_big_endian(now_ms, body);
    write(link_record::ping, body);
  }
}

void link_core::end(link_end why, std::string text) {
  if (state_ == state::ended)
    return;
  std::vector<std::byte> body{static_cast<std::byte>(why)};
  for (const char each : text)
    body.push_back(static_cast<std::byte>(each));
  control_.clear();
  write(link_record::bye, body);
  over(why, std::move(text), false);
}

void link_core::over(link_end why, std::string text, bool by_peer) {
  if (state_ == state::ended)
    return;
  state_ = state::ended;
  partial_ = {};
  lanes_ = outgoing_lanes{bounds_.piece_bytes_max, bounds_.pieces_at_once_max};
  events.push_back({link_event::ended{why, std::move(text), by_peer}});
}

// -- out -----------------------------------------------------------------------------------------

void link_core::send(const frame& what) {
  if (state_ == state::open)
    lanes_.push(what);
}

bool link_core::take_output(std::vector<std::byte>& to, std::size_t bytes_max) {
  const auto before = to.size();
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

} // namespace detail

std::string_view to_string(link_end why) noexcept {
  switch (why) {
    case link_end::closed:
      return "closed";
    case link_end::lost:
      return "lost";
    case link_end::silent:
      return "silent";
    case link_end::not_hawser:
      return "not hawser";
    case link_end::version:
      return "version";
    case link_end::refused:
      return "refused";
    case link_end::duplicate:
      return "duplicate";
    case link_end::malformed:
      return "malformed";
    case link_end::rule:
      return "rule";
    case link_end::limit:
      return "limit";
    case link_end::handshake:
      return "handshake";
  }
  return "unknown";
}

link::link(side which, node_facts own, std::uint64_t now_ms, link_limits bounds)
  : core_(std::make_unique<detail::link_core>(which, std::move(own), now_ms, bounds)) {}

link::link(link&&) noexcept = default;
link& link::operator=(link&&) noexcept = default;
link::~link() = default;

void link::receive(std::span<const std::byte> bytes, std::uint64_t now_ms) {
  core_->receive(bytes, now_ms);
}

void link::tick(std::uint64_t now_ms) {
  core_->tick(now_ms);
}

void link::disconnect(std::string text) {
  core_->over(link_end::lost, std::move(text), true);
}

void link::accept(link_session newest) {
  core_->accept(newest);
}

void link::end(link_end why, std::string text) {
  core_->end(why, std::move(text));
}

void link::send(const frame& what) {
  core_->send(what);
}

bool link::take_output(std::vector<std::byte>& to, std::size_t bytes_max) {
  return core_->take_output(to, bytes_max);
}

bool link::has_output() const noexcept {
  return core_->has_output();
}

std::optional<link_event> link::next_event() {
  if (core_->events.empty())
    return std::nullopt;
  auto next = std::move(core_->events.front());
  core_->events.pop_front();
  return next;
}

bool link::congested() const noexcept {
  return core_->congested();
}

std::uint64_t link::silent_ms(std::uint64_t now_ms) const noexcept {
  return core_->silent_ms(now_ms);
}

bool link::open() const noexcept {
  return core_->now() == detail::link_core::state::open;
}

bool link::over() const noexcept {
  return core_->now() == detail::link_core::state::ended;
}

std::uint64_t link::bytes_in() const noexcept {
  return core_->bytes_in;
}

std::uint64_t link::bytes_out() const noexcept {
  return core_->bytes_out;
}

} // namespace hawser

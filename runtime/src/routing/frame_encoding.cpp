// Frames as bytes: this direction. A small frame is put together on the stack and appended at once.

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string_view>

#include "big_endian.hpp"
#include "frame_format.hpp"
#include "hawser/frame_codec.hpp"
#include "hawser/panic.hpp"
#include "unicode.hpp"

namespace hawser {
namespace {

using namespace detail::frame_format;

// Texts for people are not worth refusing a frame: they are cut to what every node takes.
constexpr auto shown_text_bytes_max = frame_limits{}.text_bytes_max;

std::string_view cut(std::string_view text) {
  if (text.size() <= shown_text_bytes_max)
    return text;
  auto size = shown_text_bytes_max;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80)
    --size; // Not in the middle of a character.
  return text.substr(0, size);
}

class frame_writer {
public:
  enum class data { written, left_out };

  frame_writer(std::vector<std::byte>& to, std::size_t room, data how = data::written)
    : to_(to), with_data_(how == data::written), used_(room) {
    static_assert(frame_room_max <= sizeof block_);
    HAWSER_ASSERT(room <= frame_room_max, "too much room was asked for before a frame");
    std::memset(block_.data(), 0, room);
  }

  void put(const routed_frame& from) {
    std::visit(
      [&](const auto& what) {
        byte(static_cast<std::uint8_t>(kind_of<std::decay_t<decltype(what)>>));
        id(from.target);
        id(from.origin);
        put(what);
      },
      from.what);
  }

  void put(const window_frame& from) {
    byte(static_cast<std::uint8_t>(kind_of<window_frame>));
    id(from.target);
    const auto& facts = from.facts;
    byte((facts.target_origin ? window_target_origin : 0) | (facts.source ? window_source : 0));
    text(facts.origin);
    if (facts.target_origin)
      text(*facts.target_origin);
    if (facts.source)
      id(facts.source);
    shown_text(facts.source_name);
    put(from.message);
  }

  void put(const window_watch_frame& from) {
    byte(static_cast<std::uint8_t>(kind_of<window_watch_frame>));
    id(from.window);
  }

  void put(const window_closed_frame& from) {
    byte(static_cast<std::uint8_t>(kind_of<window_closed_frame>));
    id(from.window);
  }

  void flush() {
    to_.insert(to_.end(), block_.begin(), block_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ = 0;
  }

private:
  // -- the kinds ----------------------------------------------------------------------------------

  void put(const data_frame& f) {
    number(f.number);
    put(f.message);
  }

  void put(const fin_frame& f) {
    number(f.number);
    byte(static_cast<std::uint8_t>(f.reason));
    byte(f.taken ? fin_taken : 0);
    if (f.taken)
      number(*f.taken);
    number(f.hops);
  }

  void put(const outbox_frame& f) { put(f.message); }

  void put(const end_frame& f) {
    number(f.number);
    number(f.peer_epoch);
    put(f.binder);
    number(f.binder_epoch);
    number(f.session);
  }

  void put(const announce_frame& f) {
    put(f.at);
    number(f.epoch);
    id(f.key);
    text(f.contact);
    number(f.hops);
  }

  void put(const bind_frame& f) {
    byte(f.own_key ? bind_own_key : 0);
    id(f.key);
    number(f.epoch);
    number(f.number);
    if (f.own_key)
      id(f.own_key);
  }

  void put(const start_frame& f) {
    number(f.epoch);
    number(f.number);
  }

  void put(const decline_frame&) {}

  void put(const credit_frame& f) {
    number(f.taken);
    put(f.limit);
    number(f.hops);
  }

  void put(const broken_frame& f) { byte(static_cast<std::uint8_t>(f.reason)); }

  void put(const gone_frame&) {}

  void put(const run_frame& f) {
    number(f.number);
    number(f.messages.size());
    for (const auto& each : f.messages) {
      number(each.bytes);
      number(each.hops);
      number(each.data.size());
      for (const auto& piece : each.data.pieces())
        raw(piece);
    }
  }

  // -- what they consist of -----------------------------------------------------------------------

  void put(const frame_message& from) {
    const auto trouble = from.data.trouble();
    byte(trouble.empty() ? 0 : message_trouble);
    number(from.bytes);
    number(from.hops);
    number(from.ports.size());
    for (const auto& each : from.ports)
      put(each);
    if (!trouble.empty())
      return shown_text(trouble);
    number(from.data.size());
    if (with_data_)
      for (const auto& each : from.data.pieces())
        raw(each);
  }

  void put(const port_descriptor& from) {
    id(from.id);
    if (!from.id)
      return;
    id(from.channel);
    byte(from.direct ? port_direct : 0);
    byte(from.side);
    number(from.epoch);
    number(from.peer_epoch);
    id(from.predecessor);
    put(from.sent);
    put(from.allowed);
    put(from.taken);
    put(from.unread);
    put(from.granted);
    put(from.outbox);
    number(from.open_posts.size());
    for (const auto& run : from.open_posts)
      put(run);
  }

  void put(const link_address& from) {
    id(from.node);
    id(from.waypoint);
  }

  void put(const flow_tally& from) {
    number(from.messages);
    number(from.bytes);
  }

  // -- bytes --------------------------------------------------------------------------------------

  void byte(unsigned from) {
    make_room(1);
    block_[used_++] = static_cast<std::byte>(from);
  }

  template <class Tag>
  void id(const random_id<Tag>& from) {
    make_room(id_bytes);
    detail::store_big_endian(from.high, &block_[used_]);
    detail::store_big_endian(from.low, &block_[used_ + sizeof from.high]);
    used_ += id_bytes;
  }

  void number(std::uint64_t from) {
    make_room(number_bytes_max);
    for (; from >= number_more; from >>= number_bits)
      block_[used_++] = static_cast<std::byte>(from | number_more);
    block_[used_++] = static_cast<std::byte>(from);
  }

  // What is no UTF-8 would be refused over there, and a script can make such text.
  void text(std::string_view from) {
    if (detail::text_form_of(from) != detail::text_form::utf8)
      return text(detail::with_replacements(from));
    number(from.size());
    raw(std::as_bytes(std::span{from}));
  }

  void shown_text(std::string_view from) {
    if (detail::text_form_of(from) != detail::text_form::utf8)
      return shown_text(detail::with_replacements(from));
    text(cut(from));
  }

  void raw(std::span<const std::byte> bytes) {
    if (bytes.size() <= std::min(copied_bytes_max, block_.size() - used_)) {
      std::memcpy(&block_[used_], bytes.data(), bytes.size());
      used_ += bytes.size();
      return;
    }
    const auto needed = to_.size() + used_ + bytes.size();
    if (needed > to_.capacity()) // At least doubled: many frames are appended to one vector.
      to_.reserve(std::max(needed, 2 * to_.capacity()));
    flush();
    to_.insert(to_.end(), bytes.begin(), bytes.end());
  }

  void make_room(std::size_t bytes) {
    if (block_.size() - used_ < bytes) [[unlikely]]
      flush();
  }

  // More is quicker appended by itself than copied twice.
  static constexpr std::size_t copied_bytes_max = 64;

  std::vector<std::byte>& to_;
  const bool with_data_;
  std::array<std::byte, 512> block_;
  std::size_t used_;
};

} // namespace

void encode(const frame& from, std::vector<std::byte>& to, std::size_t room) {
  frame_writer writer{to, room};
  std::visit([&](const auto& each) { writer.put(each); }, from);
  writer.flush();
}

void detail::encode_head(const frame& from, std::vector<std::byte>& to) {
  frame_writer writer{to, 0, frame_writer::data::left_out};
  std::visit([&](const auto& each) { writer.put(each); }, from);
  writer.flush();
}

} // namespace hawser

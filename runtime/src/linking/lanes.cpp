#include "linking/lanes.hpp"

#include <algorithm>
#include <utility>

#include "big_endian.hpp"

namespace hawser::detail {
namespace {

constexpr std::size_t length_bytes = 4;
constexpr std::size_t piece_head_bytes = 5; // its frame's number, and whether it is the last

void append_length(std::vector<std::byte>& to, std::uint32_t length) {
  const auto at = to.size();
  to.resize(at + length_bytes);
  store_big_endian(length, to.data() + at);
}

const run_frame* run_in(const frame& from) {
  const auto* routed = std::get_if<routed_frame>(&from);
  return routed == nullptr ? nullptr : std::get_if<run_frame>(&routed->what);
}

// The only one, if that is what it brings.
const frame_message* message_of(const frame& from) {
  if (const auto* to_window = std::get_if<window_frame>(&from))
    return &to_window->message;
  const auto* routed = std::get_if<routed_frame>(&from);
  if (routed == nullptr)
    return nullptr;
  if (const auto* data = std::get_if<data_frame>(&routed->what))
    return &data->message;
  const auto* outbox = std::get_if<outbox_frame>(&routed->what);
  return outbox == nullptr ? nullptr : &outbox->message;
}

// About what a frame comes to that is not encoded yet.
std::size_t data_bytes(const frame& of) {
  if (const auto* run = run_in(of)) {
    std::size_t all = 0;
    for (const auto& each : run->messages)
      all += each.data.size();
    return all;
  }
  const auto* message = message_of(of);
  return message == nullptr ? 0 : message->data.size();
}

// About windows everything goes in order, as if from one waypoint.
waypoint_id origin_of(const frame& from) {
  const auto* routed = std::get_if<routed_frame>(&from);
  return routed == nullptr ? waypoint_id{} : routed->origin;
}

// Whatever must not be overtaken once `what` waits.
void hold_up(std::unordered_set<waypoint_id>& with, const frame& what) {
  with.insert(origin_of(what));
  if (const auto* message = message_of(what))
    for (const auto& each : message->ports)
      with.insert(each.id);
}

} // namespace

// -- out -----------------------------------------------------------------------------------------

outgoing_lanes::large_frame* outgoing_lanes::in_the_way_of(const frame& what) {
  const auto* routed = std::get_if<routed_frame>(&what);
  for (auto& each : large_)
    if (each.held_up.contains(origin_of(what))
        || (routed != nullptr && each.held_up.contains(routed->target)))
      return &each;
  return nullptr;
}

// What waits for a piece may have been pushed before what waits there already.
void outgoing_lanes::wait_for(large_frame& first, const frame& what, std::uint64_t order) {
  hold_up(first.held_up, what);
  const auto at = std::ranges::upper_bound(first.waiting, order, {}, &waiting_frame::order);
  first.waiting.insert(at, {order, what});
  bytes_ += data_bytes(what);
}

void outgoing_lanes::push(const frame& what) {
  push(what, ++last_order_);
}

void outgoing_lanes::push(const frame& what, std::uint64_t order) {
  if (auto* first = large_.empty() ? nullptr : in_the_way_of(what))
    return wait_for(*first, what, order);
  if (const auto* message = message_of(what);
      message != nullptr && message->data.size() > piece_bytes_max_)
    return push_large(what, {}, order);
  // Nearly every other one is small, and needs no memory of its own.
  const bool first = small_.empty() || small_.back().bytes.size() >= piece_bytes_max_;
  auto* batch = first ? &begin_batch() : &small_.back();
  auto& bytes = batch->bytes;
  const auto at = bytes.size();
  encode(what, bytes, length_bytes);
  const auto size = bytes.size() - at - length_bytes;
  const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  if (size > piece_bytes_max_) {
    std::vector<std::byte> large{from + length_bytes, bytes.end()};
    bytes.erase(from, bytes.end());
    if (first) {
      small_.pop_back();
      --batches_begun_;
    }
    return push_large(what, std::move(large), order);
  }
  store_big_endian(static_cast<std::uint32_t>(size), bytes.data() + at);
  bytes_ += size + length_bytes;
  if (!first && at + size > piece_bytes_max_) {
    batch = &begin_batch();
    batch->bytes.assign(from, bytes.end());
    bytes.erase(from, bytes.end());
  }
  if (message_of(what) == nullptr && run_in(what) == nullptr) {
    batch->control_bytes += size;
    control_bytes_ += size;
  }
}

outgoing_lanes::small_batch& outgoing_lanes::begin_batch() {
  ++batches_begun_;
  return small_.emplace_back(small_batch{std::exchange(spare_, {})});
}

void outgoing_lanes::push_large(const frame& what, std::vector<std::byte> bytes,
                                std::uint64_t order) {
  // Behind the last of them, as if it had the same sender.
  if (large_.size() == pieces_at_once_max_)
    return wait_for(large_.back(), what, order);
  encoded_data data;
  if (bytes.empty()) {
    encode_head(what, bytes);
    data = message_of(what)->data;
  }
  auto& added = large_.emplace_back();
  added.number = ++last_number_;
  added.batches_before = batches_begun_;
  added.bytes = std::move(bytes);
  added.data = std::move(data);
  added.left = added.bytes.size() + added.data.size();
  bytes_ += added.left;
  hold_up(added.held_up, what);
}

void outgoing_lanes::large_frame::pass_on(std::size_t count, std::vector<std::byte>& to) {
  left -= count;
  while (count > 0) {
    const auto all = part == 0 ? std::span<const std::byte>{bytes} : data.pieces()[part - 1];
    const auto some = all.subspan(sent, std::min(count, all.size() - sent));
    to.insert(to.end(), some.begin(), some.end());
    count -= some.size();
    sent += some.size();
    if (sent == all.size()) {
      ++part;
      sent = 0;
    }
  }
}

std::optional<lane_record> outgoing_lanes::next(std::vector<std::byte>& to) {
  if (empty())
    return std::nullopt;
  // In turns, so that neither many small ones nor a few large ones keep the others waiting.
  const bool piece = (piece_next_ || small_.empty()) && find_piece();
  piece_next_ = !piece;
  if (piece) {
    next_piece(to);
    return lane_record::piece;
  }
  auto& batch = small_.front();
  bytes_ -= batch.bytes.size();
  control_bytes_ -= batch.control_bytes;
  to.insert(to.end(), batch.bytes.begin(), batch.bytes.end());
  batch.bytes.clear();
  spare_ = std::move(batch.bytes);
  small_.pop_front();
  ++batches_gone_;
  return lane_record::batch;
}

// Whose turn it is. A frame is there when its last piece is: that one must not overtake what was
// pushed before it.
bool outgoing_lanes::find_piece() {
  for (std::size_t i = 0; i < large_.size(); ++i) {
    const auto at = (turn_ + i) % large_.size();
    const auto& each = large_[at];
    if (each.left > piece_bytes_max_ || each.batches_before <= batches_gone_) {
      turn_ = at;
      return true;
    }
  }
  return false;
}

void outgoing_lanes::next_piece(std::vector<std::byte>& to) {
  auto& from = large_[turn_];
  const auto count = std::min(piece_bytes_max_, from.left);
  const bool last = count == from.left;
  append_length(to, from.number);
  to.push_back(std::byte{last ? std::uint8_t{1} : std::uint8_t{0}});
  from.pass_on(count, to);
  bytes_ -= count;
  if (!last) {
    ++turn_;
    return;
  }
  const auto waiting = std::move(from.waiting);
  large_.erase(large_.begin() + static_cast<std::ptrdiff_t>(turn_));
  for (const auto& each : waiting) {
    bytes_ -= data_bytes(each.what);
    push(each.what, each.order);
  }
}

// -- in ------------------------------------------------------------------------------------------

error incoming_lanes::batch(std::span<const std::byte> body, std::vector<frame>& to) {
  while (!body.empty()) {
    if (body.size() < length_bytes)
      return {errc::data_decode_error, "a batch ends within the length of a frame"};
    const std::size_t length = load_big_endian<std::uint32_t>(body.data());
    body = body.subspan(length_bytes);
    if (length > body.size())
      return {errc::data_decode_error, "a batch ends within a frame"};
    if (auto err = append_frame(body.first(length), bounds_, to))
      return err;
    body = body.subspan(length);
  }
  return {};
}

error incoming_lanes::piece(std::span<const std::byte> body, std::vector<frame>& to) {
  if (body.size() <= piece_head_bytes || (body[4] & std::byte{0xfe}) != std::byte{0})
    return {errc::data_decode_error, "a piece that is none"};
  const auto number = load_big_endian<std::uint32_t>(body.data());
  const bool last = body[4] != std::byte{0};
  const auto content = body.subspan(piece_head_bytes);
  const auto found = incomplete_.try_emplace(number).first;
  if (incomplete_.size() > pieces_at_once_max_)
    return {errc::quota_exceeded_error, "more frames in pieces than may be at a time"};
  auto& bytes = found->second;
  incomplete_bytes_ += content.size();
  if (bytes.size() + content.size() > bounds_.frame_bytes_max
      || incomplete_bytes_ > incomplete_bytes_max_)
    return {errc::quota_exceeded_error, "frames in pieces that are larger than they may be"};
  bytes.append(content);
  if (!last)
    return {};
  auto whole = std::move(bytes);
  incomplete_.erase(found);
  incomplete_bytes_ -= whole.size();
  return append_frame(std::move(whole), bounds_, to);
}

} // namespace hawser::detail

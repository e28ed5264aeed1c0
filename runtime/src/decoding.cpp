// Reading values: bytes, the heads of CBOR items, strings that arrive in pieces. RFC 8949
// section 3.

#include "decoding.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "big_endian.hpp"
#include "half_float.hpp"
#include "serialized_object.hpp"
#include "value_copier.hpp"

namespace hawser::detail {

using wire::major;

void decoding::feed(std::span<const std::byte> bytes, rest more) {
  if (trouble_)
    return;
  more_ = more;
  item_at_ = position();
  if (bytes.size()
      > options_.limits.encoded_bytes_max - std::min(position(), options_.limits.encoded_bytes_max))
    fail("more than " + std::to_string(options_.limits.encoded_bytes_max) + " bytes");
  else
    read(bytes);
}

void decoding::read(std::span<const std::byte> bytes) {
  if (held_size_ > 0) {
    const auto more = std::min(missing_of_head(), bytes.size());
    std::copy_n(bytes.begin(), more, held_.begin() + static_cast<std::ptrdiff_t>(held_size_));
    held_size_ += more;
    bytes = bytes.subspan(more);
    if (missing_of_head() > 0)
      return;
    begin_ = at_ = held_.data();
    end_ = begin_ + std::exchange(held_size_, 0);
    read_items();
    position_ += static_cast<std::uint64_t>(end_ - begin_);
  }
  begin_ = at_ = bytes.data();
  end_ = begin_ + bytes.size();
  if (position_ == 0 && at_ != end_ && !trouble_
      && std::to_integer<unsigned>(*at_++) != wire::version)
    fail("version " + std::to_string(std::to_integer<unsigned>(*begin_))
         + " of the wire format is not known here, " + std::to_string(wire::version) + " is");
  read_items();
  position_ += static_cast<std::uint64_t>(end_ - begin_) - held_size_;
}

void decoding::read_items() {
  while (at_ != end_ && !trouble_) {
    read_run();
    if (at_ == end_ || trouble_)
      return;
    if (body_.left > 0) {
      take_body();
      continue;
    }
    item_at_ = here();
    if (complete_)
      return fail("there are bytes behind the value");
    head item;
    if (!parse_head(item))
      return;
    if (body_.open)
      take_chunk(item);
    else
      take_item(item);
  }
}

// False if the head is cut off or is none.
bool decoding::parse_head(head& into) {
  into.first = std::to_integer<std::uint8_t>(*at_);
  const unsigned info = into.first & 31U;
  if (info < 24 || info == wire::info_indefinite) {
    into.argument = info;
    ++at_;
    return true;
  }
  if (info > 27) {
    fail("a byte that begins no item");
    return false;
  }
  const std::size_t width = std::size_t{1} << (info - 24);
  if (left() <= width) {
    hold_head();
    return false;
  }
  switch (width) {
    case 1:
      into.argument = std::to_integer<std::uint64_t>(at_[1]);
      break;
    case 2:
      into.argument = load_big_endian<std::uint16_t>(at_ + 1);
      break;
    case 4:
      into.argument = load_big_endian<std::uint32_t>(at_ + 1);
      break;
    default:
      into.argument = load_big_endian<std::uint64_t>(at_ + 1);
      break;
  }
  at_ += width + 1;
  return true;
}

void decoding::hold_head() {
  if (more_ == rest::none)
    return fail("the bytes end in the middle of the value");
  held_size_ = left();
  std::copy(at_, end_, held_.begin());
  at_ = end_;
}

std::size_t decoding::missing_of_head() const noexcept {
  const auto info = std::to_integer<unsigned>(held_[0]) & 31U;
  return (std::size_t{1} << (info - 24)) + 1 - held_size_;
}

void decoding::take_item(const head& item) {
  if (item.is_indefinite() && (item.kind() < major::bytes || item.kind() == major::tag))
    return fail("a byte that begins no item");
  switch (item.kind()) {
    case major::unsigned_integer:
    case major::negative_integer:
      return take_integer(item.kind(), item.argument);
    case major::bytes:
    case major::text:
      return take_string(item);
    case major::array:
    case major::map:
      return take_container(item);
    case major::tag:
      return take_tag(item.argument);
    case major::simple:
      return take_simple(item);
  }
}

void decoding::take_simple(const head& item) {
  switch (item.first) {
    case wire::byte_false:
    case wire::byte_true:
      if (refuse_other_tags("a boolean"))
        take_scalar(item.first == wire::byte_true);
      return;
    case wire::byte_null:
      if (refuse_other_tags("null"))
        take_scalar(nullptr);
      return;
    case wire::byte_undefined:
      return take_undefined();
    case wire::byte_half:
      return take_float(half_to_double(static_cast<std::uint16_t>(item.argument)));
    case wire::byte_float:
      return take_float(std::bit_cast<float>(static_cast<std::uint32_t>(item.argument)));
    case wire::byte_double:
      return take_float(std::bit_cast<double>(item.argument));
    case wire::byte_break:
      return take_break();
    default:
      return fail("simple value " + std::to_string(item.argument) + " means nothing here");
  }
}

// -- strings --------------------------------------------------------------------------------------

void decoding::take_string(const head& item) {
  body_.kind = item.kind();
  if (item.is_indefinite()) {
    body_.open = true;
    body_.chunked = true;
    return;
  }
  if (item.argument > left()) {
    if (more_ == rest::none)
      return fail("a string of " + std::to_string(item.argument) + " bytes where "
                  + std::to_string(left()) + " are left");
    body_.open = true;
    body_.left = item.argument;
    return;
  }
  const std::span<const std::byte> content{at_, static_cast<std::size_t>(item.argument)};
  at_ += item.argument;
  if (item.kind() == major::text)
    take_text({reinterpret_cast<const char*>(content.data()), content.size()});
  else
    take_bytes(content, nullptr);
}

void decoding::take_body() {
  const auto size = std::min(body_.left, left());
  if (!charge(size))
    return;
  body_.read.insert(body_.read.end(), at_, at_ + size);
  body_.left -= size;
  at_ += size;
  if (body_.left == 0 && !body_.chunked)
    end_string();
}

// A string of indefinite length consists of strings of its kind.
void decoding::take_chunk(const head& item) {
  if (item.first == wire::byte_break)
    return end_string();
  if (item.kind() != body_.kind || item.is_indefinite())
    return fail("something else between the pieces of a string");
  if (item.argument > left() && more_ == rest::none)
    return fail("a string of " + std::to_string(item.argument) + " bytes where "
                + std::to_string(left()) + " are left");
  body_.left = item.argument;
}

void decoding::end_string() {
  auto whole = std::exchange(body_, {});
  if (whole.kind == major::text)
    take_text({reinterpret_cast<const char*>(whole.read.data()), whole.read.size()});
  else
    take_bytes(whole.read, &whole.read);
}

// -- the end --------------------------------------------------------------------------------------

error decoding::take(value& into) {
  if (!trouble_ && !complete_) {
    item_at_ = position();
    fail("the bytes end in the middle of the value");
  }
  if (trouble_)
    return std::move(trouble_);
  if (!circular_) {
    into = std::move(root_);
    return {};
  }
  auto bound = bind_circles();
  if (!bound)
    return bound.error();
  into = *std::move(bound);
  return {};
}

void decoding::reset(std::size_t transferred_ports) {
  constexpr std::size_t kept_max = 1024;
  options_.transferred_ports = transferred_ports;
  position_ = item_at_ = promised_ = memory_ = 0;
  levels_ = 0;
  frames_.clear();
  if (frames_.capacity() > kept_max)
    frames_.shrink_to_fit();
  if (marked_.capacity() > 0)
    marked_ = {};
  tags_.clear();
  if (body_.open || body_.left > 0 || body_.read.capacity() > 0)
    body_ = {};
  held_size_ = 0;
  root_ = {};
  circular_ = complete_ = false;
  if (trouble_)
    trouble_ = {};
}

// The placeholders become what they stand for. Inside a platform object's content they are found
// too, where the copier would not look by itself.
result<value> decoding::bind_circles() {
  const auto leaf = [](const value& from, value_copier& copier) -> result<value> {
    if (from.type() == value_type::record) {
      auto fields = copier.copy(from.record_fields());
      return fields ? make_foreign_record(std::string{from.record_name()}, *fields) : fields;
    }
    const auto* object = from.get_if<std::shared_ptr<const platform_object>>();
    if (object == nullptr)
      return from;
    const auto& sent = static_cast<const serialized_object&>(**object);
    auto content = copier.copy(sent.content());
    if (!content)
      return content;
    return value{std::make_shared<const serialized_object>(std::string{sent.interface_name()},
                                                           *std::move(content))};
  };
  value_copier copier{leaf, std::numeric_limits<std::size_t>::max(), marked_};
  auto bound = copier.copy(root_);
  if (!bound)
    return error{errc::data_decode_error, bound.error().what()};
  return bound;
}

void decoding::fail(std::string why) {
  if (!trouble_)
    trouble_ = {errc::data_decode_error,
                "byte " + std::to_string(item_at_) + ": " + std::move(why)};
  at_ = end_;
}

} // namespace hawser::detail

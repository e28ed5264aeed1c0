// Reading values: numbers, strings, and the tags around them.

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "decoding.hpp"
#include "rfc3339.hpp"
#include "unicode.hpp"
#include "value_internals.hpp"

namespace hawser::detail {
namespace {

using inside = value_internals;
using wire::major;

// What a leaf with a node of its own takes, roughly.
constexpr std::uint64_t leaf_bytes = 96;
constexpr std::uint64_t buffer_bytes = 160;

value date_of(double seconds) {
  return date{std::round(seconds * 1000)};
}

// -1 - `argument`, as the format has negative integers.
big_integer negative_of(std::vector<std::uint32_t> digits) {
  std::size_t i = 0;
  while (i < digits.size() && ++digits[i] == 0)
    ++i;
  if (i == digits.size())
    digits.push_back(1);
  return big_integer::from_magnitude(std::move(digits)).negated();
}

// The same rule as `value(integral)`: nothing is lost.
value value_of(major sign, std::uint64_t argument) {
  constexpr std::uint64_t exact_max = std::uint64_t{1} << 53;
  if (argument <= std::uint64_t{std::numeric_limits<std::int32_t>::max()}) {
    const auto number = static_cast<std::int32_t>(argument);
    return sign == major::unsigned_integer ? number : ~number;
  }
  if (sign == major::unsigned_integer)
    return argument;
  if (argument < exact_max)
    return -1.0 - static_cast<double>(argument);
  return negative_of(
    {static_cast<std::uint32_t>(argument), static_cast<std::uint32_t>(argument >> 32)});
}

std::string_view text_of(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::byte> copy_unless(std::vector<std::byte>* owned,
                                   std::span<const std::byte> bytes) {
  return owned != nullptr ? std::move(*owned) : std::vector<std::byte>(bytes.begin(), bytes.end());
}

} // namespace

void decoding::take_scalar(value made) {
  if (tags_.mark != unmarked)
    marked_[tags_.mark] = made;
  tags_.clear();
  note_arrival();
  deliver(std::move(made));
}

// False, and an error, if a tag waits that this is not for.
bool decoding::refuse_other_tags(std::string_view what) {
  if (!tags_.content)
    return true;
  fail("tag " + std::to_string(tags_.number) + " around " + std::string{what});
  return false;
}

void decoding::take_integer(major sign, std::uint64_t argument) {
  if (!tags_.any())
    return take_scalar(value_of(sign, argument));
  if (tags_.content == wire::tag::reference && sign == major::unsigned_integer)
    return take_reference(argument);
  if (tags_.content == wire::tag::date) {
    const auto whole = static_cast<double>(argument);
    return charge(leaf_bytes)
             ? take_scalar(date_of(sign == major::unsigned_integer ? whole : -1 - whole))
             : void();
  }
  if (refuse_other_tags("an integer"))
    take_scalar(value_of(sign, argument));
}

void decoding::take_float(double number) {
  if (std::isnan(number))
    number = std::numeric_limits<double>::quiet_NaN(); // There is one for a script.
  if (tags_.content == wire::tag::date)
    return charge(leaf_bytes) ? take_scalar(date_of(number)) : void();
  if (refuse_other_tags("a float"))
    take_scalar(number);
}

void decoding::take_undefined() {
  if (tags_.content != wire::tag::hole)
    return refuse_other_tags("undefined") ? take_scalar(value{}) : void();
  if (tags_.mark != unmarked || frames_.empty() || frames_.back().what != kind::array)
    return fail("a hole outside of an array");
  take_scalar(inside::hole());
}

void decoding::take_text(std::string_view text) {
  if (text_form_of(text) != text_form::utf8)
    return fail("text that is not UTF-8");
  if (!tags_.any() && !frames_.empty() && frames_.back().at_key
      && frames_.back().what == kind::object) {
    auto& top = frames_.back();
    if (put_key(top, text) && top.remaining != indefinite) {
      --top.remaining;
      --promised_;
    }
    return;
  }
  if (!charge(sizeof(string_node) + text.size()))
    return;
  if (tags_.content == wire::tag::date_text) {
    const auto time = rfc3339_time(text);
    return time ? take_scalar(date{*time})
                : fail("'" + std::string{text.substr(0, 40)} + "' is no date");
  }
  if (tags_.content == wire::tag::reg_exp_text) {
    const auto made = reg_exp::make(text);
    return take_scalar(*made); // Without flags there is nothing to refuse.
  }
  if (refuse_other_tags("text"))
    take_scalar(text);
}

void decoding::take_bytes(std::span<const std::byte> bytes, std::vector<std::byte>* owned) {
  if (!charge(buffer_bytes + bytes.size()))
    return;
  if (!tags_.content)
    return take_scalar(array_buffer{copy_unless(owned, bytes)});
  switch (*tags_.content) {
    case wire::tag::wtf8:
      if (text_form_of(text_of(bytes)) == text_form::none)
        return fail("text that is not WTF-8");
      return take_scalar(text_of(bytes));
    case wire::tag::big_integer:
    case wire::tag::negative_big_integer:
      return take_big_integer(bytes);
    case wire::tag::typed_array_first:
      return take_typed_array(bytes, owned);
    default:
      refuse_other_tags("bytes");
      return;
  }
}

void decoding::take_big_integer(std::span<const std::byte> bytes) {
  std::vector<std::uint32_t> digits((bytes.size() + 3) / 4);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = std::to_integer<std::uint32_t>(bytes[bytes.size() - 1 - i]);
    digits[i / 4] |= byte << (i % 4 * 8);
  }
  if (tags_.content == wire::tag::negative_big_integer)
    take_scalar(negative_of(std::move(digits)));
  else
    take_scalar(big_integer::from_magnitude(std::move(digits)));
}

void decoding::take_typed_array(std::span<const std::byte> bytes, std::vector<std::byte>* owned) {
  const auto which = wire::typed_array_tagged(tags_.number);
  const auto size = element_size(which->kind);
  if (bytes.size() % size != 0)
    return fail(std::to_string(bytes.size()) + " bytes are no multiple of " + std::to_string(size));
  auto content = copy_unless(owned, bytes);
  if (which->swapped)
    for (auto at = content.begin(); at != content.end(); at += static_cast<std::ptrdiff_t>(size))
      std::reverse(at, at + static_cast<std::ptrdiff_t>(size));
  take_scalar(*array_buffer_view::make(which->kind, array_buffer{std::move(content)}));
}

void decoding::take_tag(std::uint64_t number) {
  const auto which = static_cast<wire::tag>(number);
  if (which == wire::tag::self_described)
    return;
  if (tags_.content == wire::tag::reference)
    return fail("tag " + std::to_string(number) + " inside of a reference");
  if (which == wire::tag::shareable) {
    if (tags_.mark != unmarked)
      return fail("a part that is marked twice");
    if (marked_.size() >= options_.limits.references_max)
      return fail("more than " + std::to_string(options_.limits.references_max) + " marked parts");
    if (!charge(sizeof(std::optional<value>)))
      return;
    tags_.mark = static_cast<std::uint32_t>(marked_.size());
    marked_.emplace_back();
    return;
  }
  if (!refuse_other_tags("tag " + std::to_string(number)))
    return;
  tags_.number = number;
  switch (which) {
    case wire::tag::reference:
      if (tags_.mark != unmarked)
        return fail("a reference that is marked");
      [[fallthrough]];
    case wire::tag::date_text:
    case wire::tag::date:
    case wire::tag::big_integer:
    case wire::tag::negative_big_integer:
    case wire::tag::record:
    case wire::tag::hole:
    case wire::tag::reg_exp_text:
    case wire::tag::set:
    case wire::tag::map:
    case wire::tag::wtf8:
    case wire::tag::reg_exp:
      tags_.content = which;
      return;
    default:
      if (!wire::typed_array_tagged(number))
        return fail("tag " + std::to_string(number) + " means nothing here");
      tags_.content = wire::tag::typed_array_first;
      return;
  }
}

void decoding::take_reference(std::uint64_t number) {
  if (number >= marked_.size())
    return fail("a reference to part " + std::to_string(number) + " of "
                + std::to_string(marked_.size()));
  const auto index = static_cast<std::uint32_t>(number);
  if (marked_[index])
    return take_scalar(*marked_[index]);
  circular_ = true;
  take_scalar(inside::reference(index));
}

} // namespace hawser::detail

// Writing values: what contains no other values.

#include <cmath>

#include "encoding.hpp"

namespace hawser::detail {

using wire::major;

encoding::outcome encoding::write_leaf(const value& from) {
  switch (from.type()) {
    case value_type::date:
      return write_date(*from.get_if<date>());
    case value_type::reg_exp: {
      const auto& content = *from.get_if<reg_exp>();
      begin_record("RegExp", 2);
      if (text(content.source()) == outcome::failed)
        return outcome::failed;
      return text(content.flags());
    }
    case value_type::wrapper:
      return write_wrapper(from.get_if<primitive_wrapper>()->primitive);
    case value_type::dom_exception:
      return write_dom_exception(*from.get_if<dom_exception>());
    case value_type::array_buffer:
      return write_buffer(*from.get_if<array_buffer>(), from);
    case value_type::array_buffer_view:
      return write_view(*from.get_if<array_buffer_view>(), from);
    case value_type::blob:
      return write_blob(*from.get_if<blob>(), from);
    case value_type::file:
      return write_file(*from.get_if<file>(), from);
    case value_type::file_list:
      return write_file_list(*from.get_if<file_list>(), from);
    case value_type::image_data:
      return write_image(*from.get_if<image_data>(), from);
    case value_type::shared_array_buffer:
      return refuse("shared memory cannot leave its process");
    case value_type::port:
      return refuse("a MessagePort must be in the transfer list");
    default:
      panic("a value was encoded as a leaf that is none");
  }
}

// Always under its tag, never as a plain integer, which would be a number: they are two types.
encoding::outcome encoding::write_big_integer(const big_integer& from) {
  auto digits = from.magnitude();
  if (from.negative()) {
    // The tag for negative ones counts from -1 on.
    for (auto& digit : digits)
      if (digit-- != 0)
        break;
  }
  std::vector<std::byte> content;
  content.reserve(digits.size() * sizeof(std::uint32_t));
  for (auto i = digits.size(); i-- > 0;)
    for (int shift = 24; shift >= 0; shift -= 8) {
      const auto byte = static_cast<std::byte>(digits[i] >> shift);
      if (!content.empty() || byte != std::byte{0})
        content.push_back(byte);
    }
  out_.tag(from.negative() ? wire::tag::negative_big_integer : wire::tag::big_integer);
  out_.head(major::bytes, content.size());
  out_.raw(content);
  return outcome::done;
}

// Whole milliseconds, which is what a script's dates are, are exact in the registered tag's seconds
// as far as a date reaches; the rest goes under a record.
encoding::outcome encoding::write_date(const date& from) {
  const double seconds = from.time / 1000;
  if (!std::isnan(from.time) && std::round(seconds * 1000) != from.time) {
    begin_record("Date", 1);
    out_.number(from.time);
    return outcome::done;
  }
  out_.tag(wire::tag::date);
  // As wide as a plain number is for every reader.
  constexpr double whole_max = 4294967295;
  if (std::abs(seconds) > whole_max || std::trunc(seconds) != seconds)
    out_.number(seconds);
  else if (seconds >= 0)
    out_.head(major::unsigned_integer, static_cast<std::uint64_t>(seconds));
  else
    out_.head(major::negative_integer, static_cast<std::uint64_t>(-seconds) - 1);
  return outcome::done;
}

encoding::outcome encoding::write_wrapper(const value& primitive) {
  switch (primitive.type()) {
    case value_type::boolean:
      begin_record("Boolean", 1);
      break;
    case value_type::string:
      begin_record("String", 1);
      break;
    case value_type::big_integer:
      begin_record("BigInt", 1);
      break;
    default:
      begin_record("Number", 1);
      break;
  }
  return write(primitive);
}

encoding::outcome encoding::write_dom_exception(const dom_exception& from) {
  const std::size_t arguments = from.requested ? 5 : from.quota ? 4 : from.stack.empty() ? 2 : 3;
  begin_record("DOMException", arguments);
  if (text(from.message) == outcome::failed || text(from.name) == outcome::failed)
    return outcome::failed;
  if (arguments > 2 && text(from.stack) == outcome::failed)
    return outcome::failed;
  for (const auto* number : {&from.quota, &from.requested}) {
    if (*number)
      out_.number(**number);
    else if (number == &from.quota && from.requested)
      out_.byte(wire::byte_undefined);
  }
  return outcome::done;
}

// As a value of its own. Whoever writes a buffer under a view asks first whether it is known.
encoding::outcome encoding::write_buffer(const array_buffer& from, const value& owner) {
  if (from.detached())
    return refuse("the buffer was transferred already");
  if (from.resizable())
    begin_record("ArrayBuffer", 2);
  else if (from.immutable())
    begin_record("ImmutableArrayBuffer", 1);
  bytes(from.bytes(), owner);
  if (from.resizable())
    out_.head(major::unsigned_integer, from.size_max());
  return outcome::done;
}

encoding::outcome encoding::write_view(const array_buffer_view& from, const value& owner) {
  const auto* buffer = std::get_if<array_buffer>(&from.buffer());
  if (buffer == nullptr)
    return refuse("shared memory cannot leave its process");
  if (buffer->detached())
    return refuse("the buffer was transferred already");
  if (from.out_of_bounds())
    return refuse("the view is out of the bounds of its buffer");
  const bool fixed = !buffer->resizable() && !buffer->immutable();
  const bool whole = from.byte_length() == buffer->size();
  const auto tag = wire::typed_array_tag(from.kind());
  if (tag && fixed && whole && shared_.repeated(buffer->identity()) == nullptr) {
    out_.head(major::tag, *tag);
    bytes(buffer->bytes(), owner);
    return outcome::done;
  }
  begin_record(to_string(from.kind()), from.length_tracking() ? 2 : 3);
  if (!write_if_known(buffer->identity())
      && write_buffer(*buffer, owner) == outcome::failed) // Cannot fail: it is attached.
    return outcome::failed;
  out_.head(major::unsigned_integer, from.byte_offset());
  if (!from.length_tracking())
    out_.head(major::unsigned_integer, from.length());
  return outcome::done;
}

encoding::outcome encoding::write_blob(const blob& from, const value& owner) {
  begin_record("Blob", 2);
  bytes(from.bytes(), owner);
  return text(from.type());
}

encoding::outcome encoding::write_file(const file& from, const value& owner) {
  begin_record("File", 4);
  bytes(from.content.bytes(), owner);
  if (text(from.name) == outcome::failed || text(from.content.type()) == outcome::failed)
    return outcome::failed;
  out_.number(from.last_modified);
  return outcome::done;
}

encoding::outcome encoding::write_file_list(const file_list& from, const value& owner) {
  begin_record("FileList", from.files.size());
  for (const auto& one : from.files)
    if (write_file(one, owner) == outcome::failed)
      return outcome::failed;
  return outcome::done;
}

encoding::outcome encoding::write_image(const image_data& from, const value& owner) {
  begin_record("ImageData", 4);
  if (write_view(from.pixels(), owner) == outcome::failed)
    return outcome::failed;
  out_.head(major::unsigned_integer, from.width());
  out_.head(major::unsigned_integer, from.height());
  return text(to_string(from.color_space()));
}

encoding::outcome encoding::write_transferred(const value& from) {
  if (options_.scope != wire_scope::message)
    return refuse("a transferred port travels only in a message");
  begin_record("MessagePort", 1);
  out_.head(major::unsigned_integer, from.transferred_index());
  return outcome::done;
}

} // namespace hawser::detail

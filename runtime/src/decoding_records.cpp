// Reading values: what is written as the name of a type and what it is constructed from, tag 27.

#include <limits>
#include <utility>

#include "decoding.hpp"
#include "serialized_object.hpp"
#include "value_internals.hpp"

namespace hawser::detail {
namespace {

using inside = value_internals;

// What a record became, or why it became nothing.
using outcome = result<value>;

error wrong(std::string why) {
  return {errc::data_decode_error, std::move(why)};
}

/// The arguments of one record, behind its name. Reading one that is missing or of another type
/// makes the record wrong, and gives something empty to go on with.
class arguments {
public:
  arguments(std::string_view name, std::span<value> given) : name_(name), given_(given) {}

  std::size_t count() const noexcept { return given_.size(); }

  const value& at(std::size_t index) const noexcept {
    static const value nothing;
    return index < given_.size() ? given_[index] : nothing;
  }

  bool has(std::size_t index) const noexcept { return !at(index).is_undefined(); }

  std::string text(std::size_t index) {
    return std::string{*content<std::string_view>(index, "text")};
  }

  double number(std::size_t index) {
    const auto found = at(index).as<double>();
    if (!found)
      note(index, "a number");
    return found.value_or(0);
  }

  std::uint64_t whole(std::size_t index,
                      std::uint64_t most = std::numeric_limits<std::size_t>::max()) {
    const auto found = at(index).as<std::uint64_t>();
    if (!found || *found > most)
      note(index, "a number from 0 to " + std::to_string(most));
    return found.value_or(0);
  }

  /// A copy of it; what it refers to stays one.
  template <class T>
  std::optional<T> some(std::size_t index, std::string_view what) {
    if (const auto* found = at(index).get_if<T>())
      return *found;
    note(index, what);
    return std::nullopt;
  }

  /// The bytes of a buffer that nothing else in the value shares, or a copy of them.
  std::span<const std::byte> bytes(std::size_t index) {
    const auto* found = at(index).get_if<array_buffer>();
    if (found == nullptr)
      note(index, "bytes");
    return found == nullptr ? std::span<const std::byte>{} : found->bytes();
  }

  /// Says so if there are more of them.
  void at_most(std::size_t most) {
    if (count() > most)
      note(most, "nothing");
  }

  bool fine() const noexcept { return wrong_.empty(); }

  error trouble() const { return wrong(wrong_); }

  void note(std::size_t index, std::string_view wanted) {
    if (fine())
      wrong_ = std::string{name_} + ": argument " + std::to_string(index + 1) + " is "
               + (index < count() ? "a " + std::string{to_string(at(index).type())} : "missing")
               + " and should be " + std::string{wanted};
  }

private:
  template <class T>
  const T* content(std::size_t index, std::string_view what) {
    static const T nothing{};
    const auto* found = at(index).get_if<T>();
    if (found == nullptr)
      note(index, what);
    return found == nullptr ? &nothing : found;
  }

  std::string_view name_;
  std::span<value> given_;
  std::string wrong_;
};

std::vector<std::byte> copied(std::span<const std::byte> bytes) {
  return {bytes.begin(), bytes.end()};
}

// What is only once there may be changed: nobody else has it.
outcome make_array(arguments& given, std::span<value> items) {
  given.at_most(2);
  auto members = given.some<object>(1, "an object");
  if (!given.at(0).get_if<array>() || !unique(inside::node(given.at(0))))
    given.note(0, "an array of its own");
  if (!given.fine())
    return given.trouble();
  auto made = std::move(items[0]);
  auto& node = *inside::node_as<array_node>(made);
  node.extra = std::make_unique<object>(*std::move(members));
  count(node, node.extra);
  return made;
}

outcome make_error(arguments& given, std::string_view name) {
  given.at_most(3);
  error_object made{std::string{name}};
  if (given.has(0))
    made.message = given.text(0);
  if (given.has(1))
    if (const auto options = given.some<object>(1, "an object"))
      if (const auto* cause = options->find("cause"))
        made.cause = *cause;
  if (given.has(2))
    made.stack = given.text(2);
  if (!given.fine())
    return given.trouble();
  return value{std::move(made)};
}

outcome make_dom_exception(arguments& given) {
  given.at_most(5);
  dom_exception made{given.text(1), given.text(0)};
  if (given.has(2))
    made.stack = given.text(2);
  if (given.has(3))
    made.quota = given.number(3);
  if (given.has(4))
    made.requested = given.number(4);
  if (!given.fine())
    return given.trouble();
  return value{std::move(made)};
}

outcome make_reg_exp(arguments& given) {
  given.at_most(2);
  const auto source = given.text(0);
  const auto flags = given.has(1) ? given.text(1) : std::string{};
  if (!given.fine())
    return given.trouble();
  auto made = reg_exp::make(source, flags);
  if (!made)
    return made.error();
  return value{*std::move(made)};
}

outcome make_buffer(arguments& given) {
  given.at_most(2);
  const auto content = given.bytes(0);
  const auto size_max = given.whole(1);
  if (given.fine() && size_max < content.size())
    given.note(1, "at least the " + std::to_string(content.size()) + " bytes there are");
  if (!given.fine())
    return given.trouble();
  array_buffer made(content.size(), static_cast<std::size_t>(size_max));
  std::copy(content.begin(), content.end(), made.bytes().begin());
  return value{std::move(made)};
}

outcome make_view(arguments& given, std::string_view name) {
  given.at_most(3);
  const auto buffer = given.some<array_buffer>(0, "a buffer");
  const auto offset = given.has(1) ? given.whole(1) : 0;
  std::optional<std::size_t> length;
  if (given.has(2))
    length = static_cast<std::size_t>(given.whole(2));
  if (!given.fine())
    return given.trouble();
  auto made = array_buffer_view::make(*wire::view_named(name), *buffer,
                                      static_cast<std::size_t>(offset), length);
  if (!made)
    return made.error();
  return value{*std::move(made)};
}

outcome make_blob(arguments& given) {
  given.at_most(2);
  blob made{copied(given.bytes(0)), given.has(1) ? given.text(1) : std::string{}};
  return given.fine() ? outcome{value{std::move(made)}} : given.trouble();
}

outcome make_file(arguments& given) {
  given.at_most(4);
  file made{blob{copied(given.bytes(0)), given.has(2) ? given.text(2) : std::string{}},
            given.text(1)};
  if (given.has(3))
    made.last_modified = given.number(3);
  return given.fine() ? outcome{value{std::move(made)}} : given.trouble();
}

outcome make_file_list(arguments& given) {
  file_list made;
  for (std::size_t i = 0; i < given.count() && given.fine(); ++i)
    if (auto one = given.some<file>(i, "a file"))
      made.files.push_back(*std::move(one));
  return given.fine() ? outcome{value{std::move(made)}} : given.trouble();
}

outcome make_image(arguments& given) {
  given.at_most(4);
  constexpr std::uint64_t side_max = std::numeric_limits<std::uint32_t>::max();
  const auto pixels = given.some<array_buffer_view>(0, "a view");
  const auto width = static_cast<std::uint32_t>(given.whole(1, side_max));
  const auto height = static_cast<std::uint32_t>(given.whole(2, side_max));
  const auto space = given.has(3) ? given.text(3) : "srgb";
  if (space != "srgb" && space != "display-p3")
    given.note(3, "'srgb' or 'display-p3'");
  if (!given.fine())
    return given.trouble();
  auto made = image_data::make(*pixels, width, height,
                               space == "srgb" ? color_space::srgb : color_space::display_p3);
  if (!made)
    return made.error();
  return value{*std::move(made)};
}

outcome make_wrapper(arguments& given, std::string_view what, bool fits) {
  given.at_most(1);
  if (!fits)
    given.note(0, what);
  return given.fine() ? outcome{value{primitive_wrapper{given.at(0)}}} : given.trouble();
}

outcome make_date(arguments& given) {
  given.at_most(1);
  const date made{given.number(0)};
  return given.fine() ? outcome{value{made}} : given.trouble();
}

outcome make_port(arguments& given, const wire_options& options) {
  given.at_most(1);
  const auto index = given.whole(0, std::numeric_limits<std::uint32_t>::max());
  if (!given.fine())
    return given.trouble();
  if (options.scope != wire_scope::message || index >= options.transferred_ports)
    return wrong("port " + std::to_string(index) + " of the message, which carries "
                 + std::to_string(options.transferred_ports));
  return value::make_transferred(static_cast<std::uint32_t>(index));
}

outcome make_platform_object(arguments& given, const wire_options& options) {
  given.at_most(2);
  auto name = given.text(0);
  if (given.count() < 2)
    given.note(1, "what it was serialized to");
  if (options.scope != wire_scope::message)
    return wrong("a " + name + " outside of a message");
  if (!given.fine())
    return given.trouble();
  return value{std::make_shared<const serialized_object>(std::move(name), given.at(1))};
}

// A struct of the application; what type it is turns out where it is asked for or delivered.
outcome make_struct(arguments& given) {
  given.at_most(2);
  auto name = given.text(0);
  if (given.count() < 2 || given.at(1).type() != value_type::object)
    given.note(1, "an object of fields");
  if (!given.fine())
    return given.trouble();
  return make_foreign_record(std::move(name), given.at(1));
}

outcome make(wire::record what, std::string_view name, std::span<value> items,
             const wire_options& options) {
  arguments given{name, items};
  const auto type = given.at(0).type();
  switch (what) {
    case wire::record::unnamed:
      return wrong("a record without a name");
    case wire::record::array:
      return make_array(given, items);
    case wire::record::array_buffer:
      return make_buffer(given);
    case wire::record::immutable_array_buffer: {
      given.at_most(1);
      const auto content = given.bytes(0);
      return given.fine() ? outcome{value{array_buffer::immutable_copy_of(content)}}
                          : given.trouble();
    }
    case wire::record::big_int:
      return make_wrapper(given, "a big integer", type == value_type::big_integer);
    case wire::record::blob:
      return make_blob(given);
    case wire::record::boolean:
      return make_wrapper(given, "a boolean", type == value_type::boolean);
    case wire::record::date:
      return make_date(given);
    case wire::record::dom_exception:
      return make_dom_exception(given);
    case wire::record::error:
      return make_error(given, name);
    case wire::record::file:
      return make_file(given);
    case wire::record::file_list:
      return make_file_list(given);
    case wire::record::image_data:
      return make_image(given);
    case wire::record::message_port:
      return make_port(given, options);
    case wire::record::number:
      return make_wrapper(given, "a number", given.at(0).is_number());
    case wire::record::platform_object:
      return make_platform_object(given, options);
    case wire::record::reg_exp:
      return make_reg_exp(given);
    case wire::record::string:
      return make_wrapper(given, "text", type == value_type::string);
    case wire::record::structure:
      return make_struct(given);
    case wire::record::view:
      return make_view(given, name);
  }
  return wrong("a record of no kind");
}

} // namespace

std::optional<value> decoding::make_record(frame& top) {
  auto& node = *inside::node_as<array_node>(top.made);
  std::span<value> items{node.items(), node.size};
  // Tag 21066 names its record itself.
  const bool named = top.record != wire::record::reg_exp || top.named;
  if (items.empty() && named) {
    fail("a record without a name");
    return std::nullopt;
  }
  const auto name = named ? *items[0].get_if<std::string_view>() : std::string_view{"RegExp"};
  auto made = make(top.record, name, named ? items.subspan(1) : items, options_);
  if (made)
    return *std::move(made);
  fail(made.error().what());
  return std::nullopt;
}

} // namespace hawser::detail

// How a value shows on a console.

#include <charconv>
#include <cmath>

#include "hawser/message_port.hpp"
#include "hawser/value.hpp"

namespace hawser {
namespace {

std::string number_text(double number) {
  if (std::isnan(number))
    return "NaN";
  if (std::isinf(number))
    return number < 0 ? "-Infinity" : "Infinity";
  if (number == 0 && std::signbit(number))
    return "-0";
  // ECMAScript #sec-numeric-types-number-tostring: plain digits up to 21 places and down to six
  // zeros after the point. The longest shortest text, -1.2345678901234567e-6 written out, has 25
  // characters.
  const double magnitude = std::abs(number);
  const bool plain = number == 0 || (magnitude >= 1e-6 && magnitude < 1e21);
  char digits[40];
  const auto done = std::to_chars(digits, digits + sizeof digits, number,
                                  plain ? std::chars_format::fixed : std::chars_format::scientific);
  std::string text{digits, done.ptr};
  // An exponent has no leading zero.
  if (const auto sign = text.find_first_of("+-", 1); !plain && text[sign + 1] == '0')
    text.erase(sign + 1, 1);
  return text;
}

std::string quoted(std::string_view text) {
  std::string made{"'"};
  for (const char letter : text) {
    switch (letter) {
      case '\n':
        made += "\\n";
        break;
      case '\t':
        made += "\\t";
        break;
      case '\'':
      case '\\':
        made += '\\';
        [[fallthrough]];
      default:
        made += letter;
    }
  }
  return made += '\'';
}

// ISO 8601 in UTC with milliseconds, as `Date.prototype.toISOString` writes it.
std::string date_text(double time) {
  // The Web's range: 100,000,000 days around 1970.
  if (!(std::abs(time) <= 8.64e15))
    return "Invalid Date";
  constexpr std::int64_t day_length = 86'400'000;
  const auto milliseconds = static_cast<std::int64_t>(time);
  const auto time_of_day = ((milliseconds % day_length) + day_length) % day_length;
  // <chrono> knows the years up to 32767 only. The calendar repeats every 400 years, so the date is
  // looked up near 1970 and the difference added.
  constexpr std::int64_t era_days = 146'097;
  const auto days = (milliseconds - time_of_day) / day_length;
  const auto eras = days / era_days;
  const std::chrono::year_month_day calendar{
    std::chrono::sys_days{std::chrono::days{days - eras * era_days}}};
  const int year = static_cast<int>(calendar.year()) + static_cast<int>(eras) * 400;
  char text[48];
  std::snprintf(text, sizeof text,
                year < 0 || year > 9999 ? "%+07d-%02u-%02uT%02d:%02d:%02d.%03dZ"
                                        : "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                year, static_cast<unsigned>(calendar.month()),
                static_cast<unsigned>(calendar.day()), static_cast<int>(time_of_day / 3'600'000),
                static_cast<int>(time_of_day / 60'000 % 60),
                static_cast<int>(time_of_day / 1'000 % 60), static_cast<int>(time_of_day % 1'000));
  return text;
}

std::string bytes_text(const array_buffer& buffer) {
  if (buffer.detached())
    return "ArrayBuffer(detached)";
  return "ArrayBuffer(" + std::to_string(buffer.size()) + ")";
}

// Recursion is bounded by the levels asked for.
class printer {
public:
  explicit printer(std::size_t depth_max) : levels_left_(depth_max) {}

  std::string text;

  void print(const value& from) {
    switch (from.type()) {
      case value_type::undefined:
      case value_type::null:
        text += to_string(from.type());
        return;
      case value_type::boolean:
        text += *from.get_if<bool>() ? "true" : "false";
        return;
      case value_type::int32:
      case value_type::number:
        text += number_text(*from.as<double>());
        return;
      case value_type::string:
        text += quoted(*from.get_if<std::string>());
        return;
      case value_type::big_integer:
        text += to_string(*from.get_if<big_integer>()) + 'n';
        return;
      case value_type::date:
        text += date_text(from.get_if<date>()->time);
        return;
      case value_type::array:
        return print_list("", "[", "]", *from.get_if<array>(),
                          [this](const value& item) { print(item); });
      case value_type::object:
        return print_list("", "{", "}", *from.get_if<object>(), [this](const auto& member) {
          print_key(member.first);
          print(member.second);
        });
      case value_type::map:
        return print_list("Map", "{", "}", from.get_if<map>()->entries, [this](const auto& entry) {
          print(entry.first);
          text += " => ";
          print(entry.second);
        });
      case value_type::set:
        return print_list("Set", "{", "}", from.get_if<set>()->items,
                          [this](const value& item) { print(item); });
      case value_type::array_buffer:
        text += bytes_text(*from.get_if<array_buffer>());
        return;
      case value_type::error:
        return print_error(*from.get_if<error_object>());
      case value_type::port:
        text += to_string(*from.get_if<message_port>());
        return;
      case value_type::platform_object:
        text += (*from.get_if<std::shared_ptr<const platform_object>>())->interface_name();
        text += " {}";
        return;
      case value_type::transferred:
        text += "transferred #" + std::to_string(from.transferred_index());
        return;
    }
  }

private:
  void print_key(std::string_view key) {
    const auto plain = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    bool bare = !key.empty();
    for (const char letter : key)
      bare = bare && plain(letter);
    text += bare ? std::string{key} : quoted(key);
    text += ": ";
  }

  void print_error(const error_object& from) {
    text += from.name;
    if (!from.message.empty())
      text += ": " + from.message;
  }

  template <class List, class PrintItem>
  void print_list(std::string_view name, const char* open, const char* close, const List& list,
                  PrintItem print_item) {
    if (!name.empty())
      text.append(name).append("(").append(std::to_string(list.size())).append(") ");
    text += open;
    if (list.size() == 0) {
      text += close;
      return;
    }
    if (levels_left_ == 0) {
      text.append(" ... ").append(close);
      return;
    }
    --levels_left_;
    const char* separator = " ";
    for (const auto& item : list) {
      text += separator;
      separator = ", ";
      print_item(item);
    }
    ++levels_left_;
    text.append(" ").append(close);
  }

  std::size_t levels_left_;
};

} // namespace

std::string to_string(const value& from, std::size_t depth_max) {
  if (const auto* plain = from.get_if<std::string>())
    return *plain;
  printer out{depth_max};
  out.print(from);
  return std::move(out.text);
}

} // namespace hawser

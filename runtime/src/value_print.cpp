// How a value shows on a console.

#include <algorithm>
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

std::string error_text(std::string_view name, std::string_view message) {
  std::string made{name};
  return message.empty() ? made : made.append(": ").append(message);
}

// Recursion is bounded by the levels asked for.
class printer {
public:
  explicit printer(const print_options& options) : options_(options) {
    options_.depth_max = std::min<std::size_t>(options_.depth_max, 1000);
  }

  std::string text;

  void print(const value& from) {
    if (text.size() > options_.bytes_max || print_as_circular(from))
      return;
    begins_at_ = text.size();
    from.visit([&](const auto& content) { show(from, content); });
    if (text.size() > options_.bytes_max && !full_) {
      full_ = true;
      text += "...";
    }
  }

private:
  void show(const value& from, std::monostate) {
    if (from.type() == value_type::transferred)
      text += "transferred #" + std::to_string(from.transferred_index());
    else
      text += to_string(from.type());
  }

  void show(const value&, std::nullptr_t) { text += "null"; }

  void show(const value&, bool content) { text += content ? "true" : "false"; }

  void show(const value&, std::int32_t content) { text += std::to_string(content); }

  void show(const value&, double content) { text += number_text(content); }

  void show(const value&, std::string_view content) {
    const auto room = options_.bytes_max - std::min(text.size(), options_.bytes_max);
    text += quoted(content.substr(0, room + 1));
  }

  void show(const value&, const big_integer& content) { text += to_string(content) + 'n'; }

  void show(const value&, const date& content) { text += date_text(content.time); }

  void show(const value&, const reg_exp& content) {
    text.append("/").append(content.source()).append("/").append(content.flags());
  }

  void show(const value&, const primitive_wrapper& content) {
    const auto type = content.primitive.type();
    text += type == value_type::boolean       ? "[Boolean: "
            : type == value_type::string      ? "[String: "
            : type == value_type::big_integer ? "[BigInt: "
                                              : "[Number: ";
    print(content.primitive);
    text += ']';
  }

  void show(const value& from, const error_object& content) {
    text += error_text(content.name, content.message.value_or(""));
    if (!content.cause)
      return;
    text += ' ';
    print_list(from, "{", "}", 1, [&](std::size_t) {
      text += "[cause]: ";
      print(*content.cause);
    });
  }

  void show(const value&, const dom_exception& content) {
    text += error_text("DOMException [" + content.name + "]", content.message);
  }

  void show(const value& from, const array& content) {
    const auto& members = content.members();
    // A run of holes is one item.
    std::vector<std::size_t> starts;
    for (std::size_t i = 0; i < content.size(); ++i)
      if (!content.hole(i) || i == 0 || !content.hole(i - 1))
        starts.push_back(i);
    print_list(from, "[", "]", starts.size() + members.size(), [&](std::size_t i) {
      if (i >= starts.size())
        return print_member(members.begin()[i - starts.size()]);
      const auto at = starts[i];
      if (!content.hole(at))
        return print(content[at]);
      const auto next = i + 1 < starts.size() ? starts[i + 1] : content.size();
      text += next - at == 1 ? "<1 empty item>" : "<" + std::to_string(next - at) + " empty items>";
    });
  }

  void show(const value& from, const object& content) {
    print_list(from, "{", "}", content.size(),
               [&](std::size_t i) { print_member(content.begin()[i]); });
  }

  void show(const value& from, const map& content) {
    text.append("Map(").append(std::to_string(content.size())).append(") ");
    print_list(from, "{", "}", content.size(), [&](std::size_t i) {
      print(content.begin()[i].first);
      text += " => ";
      print(content.begin()[i].second);
    });
  }

  void show(const value& from, const set& content) {
    text.append("Set(").append(std::to_string(content.size())).append(") ");
    print_list(from, "{", "}", content.size(), [&](std::size_t i) { print(content.begin()[i]); });
  }

  void show(const value&, const array_buffer& content) {
    if (content.detached())
      text += "ArrayBuffer(detached)";
    else
      print_buffer("ArrayBuffer", content.size(), content.resizable(), content.size_max());
  }

  void show(const value&, const shared_array_buffer& content) {
    print_buffer("SharedArrayBuffer", content.size(), content.growable(), content.size_max());
  }

  void show(const value& from, const array_buffer_view& content) {
    text.append(to_string(content.kind())).append("(");
    text += content.out_of_bounds() ? "out of bounds" : std::to_string(content.length());
    text += ')';
    if (content.kind() == view_kind::data_view || content.out_of_bounds())
      return;
    text += ' ';
    print_list(from, "[", "]", content.length(), [&](std::size_t i) { print(content.element(i)); });
  }

  void show(const value&, const blob& content) {
    text += "Blob { size: " + std::to_string(content.size()) + ", type: " + quoted(content.type());
    text += " }";
  }

  void show(const value&, const file& content) { print_file(content); }

  void show(const value& from, const file_list& content) {
    text.append("FileList(").append(std::to_string(content.files.size())).append(") ");
    print_list(from, "[", "]", content.files.size(),
               [&](std::size_t i) { print_file(content.files[i]); });
  }

  void show(const value&, const image_data& content) {
    text += "ImageData { width: " + std::to_string(content.width())
            + ", height: " + std::to_string(content.height())
            + ", colorSpace: " + quoted(to_string(content.color_space())) + " }";
  }

  void show(const value&, const message_port& content) { text += to_string(content); }

  void show(const value&, const std::shared_ptr<const platform_object>& content) {
    text.append(content->interface_name()).append(" {}");
  }

  void show(const value&, const record_view& content) {
    text.append(content.name).append(" ");
    print(content.fields);
  }

  void print_buffer(std::string_view name, std::size_t size, bool grows, std::size_t size_max) {
    text.append(name).append("(").append(std::to_string(size));
    if (grows)
      text += " of at most " + std::to_string(size_max);
    text += ')';
  }

  void print_file(const file& content) {
    text += "File { name: " + quoted(content.name) + ", size: "
            + std::to_string(content.content.size()) + ", type: " + quoted(content.content.type())
            + ", lastModified: " + number_text(content.last_modified) + " }";
  }

  void print_member(const object::member& member) {
    const auto plain = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    const auto& key = member.first;
    text += !key.empty() && std::ranges::all_of(key, plain) ? key : quoted(key);
    text += ": ";
    print(member.second);
  }

  // Something that encloses it is marked and referred to.
  bool print_as_circular(const value& from) {
    const auto above = std::ranges::find(open_, from.identity(), &enclosing::identity);
    if (from.identity() == nullptr || above == open_.end())
      return false;
    if (above->mark == 0)
      above->mark = ++marks_;
    text += "[Circular *" + std::to_string(above->mark) + "]";
    return true;
  }

  // What stands between brackets.
  template <class PrintItem>
  void print_list(const value& from, const char* opening, const char* closing, std::size_t count,
                  PrintItem print_item) {
    if (count == 0) {
      text.append(opening).append(closing);
      return;
    }
    if (open_.size() == options_.depth_max) {
      text.append(opening).append(" ... ").append(closing);
      return;
    }
    open_.push_back({from.identity(), begins_at_, 0});
    text += opening;
    const auto shown = std::min(count, options_.items_max);
    for (std::size_t i = 0; i < shown && !full_; ++i) {
      text += i == 0 ? " " : ", ";
      print_item(i);
    }
    if (shown < count && !full_)
      text += (shown == 0 ? " ... " : ", ... ") + std::to_string(count - shown) + " more items";
    text.append(" ").append(closing);
    const auto done = open_.back();
    open_.pop_back();
    if (done.mark != 0)
      text.insert(done.starts_at, "<ref *" + std::to_string(done.mark) + "> ");
  }

  struct enclosing {
    const void* identity;
    std::size_t starts_at;
    std::size_t mark;
  };

  print_options options_;
  std::vector<enclosing> open_;
  std::size_t begins_at_ = 0; // Where the text of the value being shown does.
  std::size_t marks_ = 0;
  bool full_ = false;
};

} // namespace

std::string to_string(const value& from, const print_options& options) {
  if (const auto* plain = from.get_if<std::string_view>())
    return std::string{*plain};
  printer out{options};
  out.print(from);
  return std::move(out.text);
}

} // namespace hawser

#include "rfc3339.hpp"

#include <chrono>
#include <cstddef>

namespace hawser::detail {
namespace {

// Reads a fixed layout from front to back and remembers whether it was met.
class reader {
public:
  explicit reader(std::string_view text) noexcept : rest_(text) {}

  int digits(std::size_t count) noexcept {
    int number = 0;
    for (std::size_t i = 0; i < count; ++i)
      number = number * 10 + digit();
    return number;
  }

  char one_of(std::string_view letters) noexcept {
    if (rest_.empty() || letters.find(rest_.front()) == std::string_view::npos) {
      fine_ = false;
      return '\0';
    }
    const char letter = rest_.front();
    rest_.remove_prefix(1);
    return letter;
  }

  double fraction() noexcept {
    if (rest_.empty() || rest_.front() != '.')
      return 0;
    rest_.remove_prefix(1);
    constexpr double scale_max = 1e15; // Digits beyond make no difference to a double.
    double digits_read = 0;
    double scale = 1;
    do {
      const auto next = digit();
      if (scale < scale_max) {
        digits_read = digits_read * 10 + next;
        scale *= 10;
      }
    } while (fine_ && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9');
    return digits_read / scale;
  }

  bool met() const noexcept { return fine_ && rest_.empty(); }

private:
  int digit() noexcept {
    const char letter = one_of("0123456789");
    return letter == '\0' ? 0 : letter - '0';
  }

  std::string_view rest_;
  bool fine_ = true;
};

} // namespace

std::optional<double> rfc3339_time(std::string_view text) noexcept {
  reader from{text};
  const auto year = from.digits(4);
  from.one_of("-");
  const auto month = from.digits(2);
  from.one_of("-");
  const auto day = from.digits(2);
  from.one_of("Tt ");
  const auto hour = from.digits(2);
  from.one_of(":");
  const auto minute = from.digits(2);
  from.one_of(":");
  const auto second = from.digits(2);
  const auto part = from.fraction();
  int offset_minutes = 0;
  if (const char sign = from.one_of("Zz+-"); sign == '+' || sign == '-') {
    const auto hours = from.digits(2);
    from.one_of(":");
    const auto minutes = from.digits(2);
    if (hours > 23 || minutes > 59)
      return std::nullopt;
    offset_minutes = (hours * 60 + minutes) * (sign == '+' ? 1 : -1);
  }
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!from.met() || !date.ok() || hour > 23 || minute > 59 || second > 60)
    return std::nullopt;
  const auto days = static_cast<double>(std::chrono::sys_days{date}.time_since_epoch().count());
  const double minutes = (days * 24 + hour) * 60 + minute - offset_minutes;
  return (minutes * 60 + second) * 1000 + part * 1000;
}

} // namespace hawser::detail

#include "problems.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace hawser::tool {
namespace {

constexpr std::size_t quoted_bytes_max = 80;

// How many letters must be inserted, removed, replaced or swapped with their neighbour.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before(to.size() + 1);
  std::vector<std::size_t> row(to.size() + 1);
  std::vector<std::size_t> next(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    next[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const bool same = from[i - 1] == to[j - 1];
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
        next[j] = std::min(next[j], before[j - 2] + 1);
    }
    std::swap(before, row);
    std::swap(row, next);
  }
  return row.back();
}

} // namespace

std::string_view nearest(std::string_view name, const std::vector<std::string_view>& known) {
  std::string_view best;
  auto best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
  if (name.size() > quoted_bytes_max)
    return best;
  for (const auto each : known) {
    if (each.size() > name.size() + best_distance || name.size() > each.size() + best_distance)
      continue;
    if (const auto found = distance(name, each); found < best_distance) {
      best = each;
      best_distance = found;
    }
  }
  return best;
}

std::string in_quotes(std::string_view text) {
  std::string made{"'"};
  for (const char letter : text.substr(0, quoted_bytes_max))
    made += static_cast<unsigned char>(letter) < ' ' || letter == '\x7f' ? '?' : letter;
  return made + (text.size() > quoted_bytes_max ? "...'" : "'");
}

void problems::add(place where, std::string what) {
  all_.push_back({where, std::move(what)});
}

void problems::add_unknown(place where, std::string_view kind, std::string_view name,
                           const std::vector<std::string_view>& known) {
  auto what = "unknown " + std::string{kind} + " " + in_quotes(name);
  if (all_.size() >= problems_shown_max) {
    add(where, std::move(what));
    return;
  }
  if (const auto meant = nearest(name, known); !meant.empty())
    what += "; did you mean " + in_quotes(meant) + "?";
  add(where, std::move(what));
}

void problems::print(std::FILE* to) const {
  auto sorted = all_;
  std::ranges::stable_sort(sorted, {}, [](const entry& each) {
    return std::tuple{each.where.line, each.where.column};
  });
  for (std::size_t i = 0; i < std::min(sorted.size(), problems_shown_max); ++i) {
    const auto& [where, what] = sorted[i];
    if (where.line == 0)
      std::fprintf(to, "%s: %s\n", file_.c_str(), what.c_str());
    else
      std::fprintf(to, "%s:%u:%u: %s\n", file_.c_str(), where.line, where.column, what.c_str());
  }
  if (sorted.size() > problems_shown_max)
    std::fprintf(to, "%s: ... and %zu more problems\n", file_.c_str(),
                 sorted.size() - problems_shown_max);
}

} // namespace hawser::tool

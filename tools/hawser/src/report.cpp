#include "report.hpp"

#include <algorithm>
#include <cinttypes>

#include <nlohmann/json.hpp>

#include "report_json.hpp"

namespace hawser::tool {
namespace {

constexpr std::size_t shown_max = 20; // of every list, on a screen

template <class Range, class Print>
void print_some(const Range& all, std::FILE* to, Print print) {
  for (std::size_t i = 0; i < std::min(all.size(), shown_max); ++i)
    print(all[i]);
  if (all.size() > shown_max)
    std::fprintf(to, "    ... and %zu more\n", all.size() - shown_max);
}

void print_names(const char* title, const std::vector<std::string>& names, std::FILE* to) {
  if (names.empty())
    return;
  std::fprintf(to, "  %s (%zu):\n", title, names.size());
  print_some(names, to,
             [to](const std::string& each) { std::fprintf(to, "    %s\n", each.c_str()); });
}

// 1234567 as "1.23 M": three digits are enough to compare.
std::string scaled(double number, double step, const char* const (&units)[5]) {
  std::size_t unit = 0;
  while (number >= step && unit < 4) {
    number /= step;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 || number >= 100 ? "%.0f %s" : "%.2f %s", number,
                units[unit]);
  return text;
}

std::string shown_bytes(std::uint64_t bytes) {
  return scaled(static_cast<double>(bytes), 1024, {"B", "KiB", "MiB", "GiB", "TiB"});
}

std::string shown_time(double seconds) {
  char text[32];
  if (seconds < 1)
    std::snprintf(text, sizeof text, "%.3g ms", seconds * 1000);
  else
    std::snprintf(text, sizeof text, "%.2f s", seconds);
  return text;
}

// Right-aligned but for trailing columns that are empty.
void print_aligned(const std::vector<std::vector<std::string>>& rows, std::FILE* to) {
  std::vector<std::size_t> widths(rows[0].size(), 0);
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].size());
  std::fputc('\n', to);
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += std::string(widths[i] - row[i].size() + (i == 0 ? 0 : 2), ' ') + row[i];
    line.erase(line.find_last_not_of(' ') + 1);
    std::fprintf(to, "%s\n", line.c_str());
  }
}

std::string shown_round_trip(const link_report& of) {
  if (!of.round_trip_ms)
    return "-";
  return *of.round_trip_ms == 0 ? "< 1 ms" : std::to_string(*of.round_trip_ms) + " ms";
}

void print_links(const run_report& of, std::FILE* to) {
  if (of.links.empty())
    return;
  std::vector<std::vector<std::string>> rows{{"link", "round trip", "there", "back"}};
  for (const auto& each : of.links)
    rows.push_back({each.from + " - " + each.to, shown_round_trip(each),
                    shown_bytes(each.bytes_out), shown_bytes(each.bytes_in)});
  print_aligned(rows, to);
}

void print_kills(const run_report& of, std::FILE* to) {
  const auto killed = std::ranges::count_if(of.nodes, &node_report::killed);
  if (killed == 0)
    return;
  std::uint64_t ports = 0;
  std::string reasons;
  for (const auto& [reason, count] : of.closes) {
    ports += count;
    reasons += (reasons.empty() ? ": " : ", ") + std::to_string(count) + " " + reason;
  }
  std::fprintf(to, "%zd killed; %" PRIu64 " ports to them closed at those who are left%s\n", killed,
               ports, reasons.c_str());
}

const char* sentence(const run_report& of) {
  switch (of.how) {
    case outcome::held:
      return "";
    case outcome::unmet:
      return of.unexpected.empty() ? "the run ended without all that was expected"
                                   : "something was printed that was not expected";
    case outcome::failed:
      return "a context failed";
    case outcome::late:
      return "the deadline passed";
    case outcome::interrupted:
      return "the run was interrupted";
  }
  return "";
}

} // namespace

double rate_of(const run_report& of) noexcept {
  return of.run_s > 0 ? static_cast<double>(of.messages) / of.run_s : 0;
}

std::string_view to_string(outcome how) noexcept {
  switch (how) {
    case outcome::held:
      return "held";
    case outcome::unmet:
      return "unmet";
    case outcome::failed:
      return "failed";
    case outcome::late:
      return "late";
    case outcome::interrupted:
      return "interrupted";
  }
  return "unknown";
}

int exit_code(const run_report& of) noexcept {
  switch (of.how) {
    case outcome::held:
      return of.stuck.empty() ? 0 : 1;
    case outcome::unmet:
    case outcome::failed:
    case outcome::late:
      return 1;
    case outcome::interrupted:
      return 128 + of.signal;
  }
  return 1;
}

void print_trouble(const run_report& of, std::FILE* to) {
  if (of.how == outcome::late)
    std::fprintf(to, "hawser: the deadline of %g s passed\n", of.deadline_s);
  else if (of.how != outcome::held)
    std::fprintf(to, "hawser: %s\n", sentence(of));
  if (!of.failures.empty()) {
    std::fprintf(to, "  failed (%zu):\n", of.failures.size());
    print_some(of.failures, to, [to](const context_failure& each) {
      std::fprintf(to, "    %s: %s\n", each.context.c_str(), each.what.c_str());
    });
  }
  if (of.how != outcome::held) {
    print_names("expected and not seen", of.missing, to);
    print_names("seen and not expected", of.unexpected, to);
    print_names("still open", of.open, to);
    print_names("nodes not heard of", of.unreached, to);
  }
  if (!of.queued.empty()) {
    std::fprintf(to, "  still queued (%zu):\n", of.queued.size());
    print_some(of.queued, to, [to](const waiting_messages& each) {
      std::fprintf(to, "    %s: %" PRIu64 " messages, %s\n", each.where.c_str(), each.messages,
                   shown_bytes(each.bytes).c_str());
    });
  }
  print_names("not even ended when told to, so the process ends without them", of.stuck, to);
  if (of.posts_refused > 0)
    std::fprintf(to, "  %" PRIu64 " posts were refused (--log warning shows which)\n",
                 of.posts_refused);
}

void print_table(const run_report& of, std::FILE* to) {
  std::vector<std::vector<std::string>> rows{
    {"contexts", "ports", "messages", "bytes", "rate", "time"},
    {std::to_string(of.contexts), std::to_string(of.ports), std::to_string(of.messages),
     shown_bytes(of.bytes), scaled(rate_of(of), 1000, {"/s", "k/s", "M/s", "G/s", "T/s"}),
     shown_time(of.run_s)}};
  if (!of.nodes.empty()) {
    rows[0].insert(rows[0].begin(), "node");
    rows[1].insert(rows[1].begin(), "all");
    std::vector<std::vector<std::string>> parts;
    for (const auto& each : of.nodes)
      if (each.killed)
        parts.push_back({each.name, "-", "-", "-", "-", "", ""});
      else
        parts.push_back({each.name, std::to_string(each.contexts), std::to_string(each.ports),
                         std::to_string(each.messages), shown_bytes(each.bytes), "", ""});
    rows.insert(rows.begin() + 1, parts.begin(), parts.end());
  }
  print_aligned(rows, to);
  print_links(of, to);
  if (of.nodes.empty())
    return;
  std::fprintf(to, "%zu processes%s\n", of.nodes.size(),
               of.hops ? (", final hops " + std::to_string(*of.hops)).c_str() : "");
  print_kills(of, to);
}

void print_json(const run_report& of, std::FILE* to) {
  // Lines may hold bytes that are no UTF-8.
  const auto text =
    to_json(of).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::fprintf(to, "%s\n", text.c_str());
}

} // namespace hawser::tool

#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "hawser/message_port.hpp"
#include "hawser/node_id.hpp"

namespace hawser::detail {

/// What other nodes have asked for a window that nobody has published yet. Each waits until it is
/// answered, until the node's patience ends, or until whoever asked has gone.
class window_questions {
public:
  using answering = std::function<void(const message_port& answer, const std::string& name)>;

  window_questions(std::chrono::milliseconds patience, std::size_t per_node_max)
    : patience_ms_(patience.count() > 0 ? static_cast<std::uint64_t>(patience.count()) : 0),
      per_node_max_(per_node_max) {}

  /// False if it may not wait.
  bool wait(const node_id& from, const std::string& name, const message_port& answer,
            std::uint64_t now_ms) {
    const auto others = std::ranges::count_if(
      waiting_, [&from](const auto& each) { return each.second.from == from; });
    if (patience_ms_ == 0 || static_cast<std::size_t>(others) >= per_node_max_)
      return false;
    const auto number = ++last_;
    waiting_.emplace(number, question{from, name, answer, now_ms + patience_ms_});
    answer.on_close([this, number] { waiting_.erase(number); });
    return true;
  }

  /// Somebody has published that window.
  void answer(const std::string& name, const answering& how) {
    settle([&name](const question& each) { return each.name == name; }, how);
  }

  void give_up(std::uint64_t now_ms, const answering& how) {
    settle([now_ms](const question& each) { return each.deadline_ms <= now_ms; }, how);
  }

private:
  struct question {
    node_id from;
    std::string name;
    message_port answer;
    std::uint64_t deadline_ms;
  };

  template <class Which>
  void settle(Which which, const answering& how) {
    std::erase_if(waiting_, [&which, &how](const auto& each) {
      if (!which(each.second))
        return false;
      how(each.second.answer, each.second.name);
      return true;
    });
  }

  const std::uint64_t patience_ms_;
  const std::size_t per_node_max_;
  std::map<std::uint64_t, question> waiting_;
  std::uint64_t last_ = 0;
};

} // namespace hawser::detail

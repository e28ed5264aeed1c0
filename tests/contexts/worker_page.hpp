#pragma once

// A page that owns workers, on the test's own thread.

#include <functional>
#include <string>
#include <thread>
#include <utility>

#include <hawser/hawser.hpp>

#include "test_system.hpp"

namespace hawser::test {

/// What arrived, as text, and a way to wait for it.
class worker_page {
public:
  explicit worker_page(strictness how = strictness::extended) : sys({}, how) {}

  /// Data of messages as text, `messageerror`, `error: MESSAGE` marked as handled, `closed REASON`.
  lines heard;

  /// Makes a worker and writes down what it does.
  worker make(std::function<void(dedicated_worker_global_scope*)> start,
              std::string name = "worker") {
    auto made = self.make_worker({std::move(name), std::move(start)});
    listen(made);
    return made;
  }

  void listen(const worker& to) {
    to.on_message([this](message_event& ev) { heard.push_back(to_string(ev.data())); });
    to.on_message_error([this] { heard.push_back("messageerror"); });
    to.on_error([this](error_event& ev) {
      heard.push_back("error: " + ev.message());
      ev.prevent_default();
    });
    to.on_close([this](close_event& ev) {
      heard.push_back("closed " + std::string{to_string(ev.reason())});
    });
  }

  void listen(const message_port& to) {
    to.on_message([this](message_event& ev) { heard.push_back(to_string(ev.data())); });
    to.on_close([this](close_event& ev) {
      heard.push_back("closed " + std::string{to_string(ev.reason())});
    });
  }

  /// Runs until so much has been heard; false when that takes too long.
  bool hears(std::size_t count) {
    return self.run_until([&] { return heard.size() >= count; }, patience);
  }

  /// Waits until so many workers are left, then delivers what they have left behind.
  bool settles_with(std::size_t workers) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (sys->statistics().contexts_open > workers + 1) {
      if (std::chrono::steady_clock::now() > deadline)
        return false;
      std::this_thread::yield();
    }
    // The window takes turns with the ports, so one fence lets one event of each go by.
    std::size_t before = 0;
    do {
      before = heard.size();
      if (!fence())
        return false;
    } while (heard.size() > before);
    return true;
  }

  test_system sys;
  scoped_context self{*sys, "https://page.example/"};

private:
  // Delivers a message to the page's own window.
  bool fence() {
    bool fenced = false;
    self.on_message([&] { fenced = true; });
    static_cast<void>(self.window().post_message("fence"));
    const bool arrived = self.run_until([&] { return fenced; }, patience);
    self.on_message(nullptr);
    return arrived;
  }
};

} // namespace hawser::test

#pragma once

// A page that owns workers, on the test's own thread.

#include <functional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include <hawser/hawser.hpp>

#include "test_system.hpp"
#include "worker_places.hpp"

namespace hawser::test {

/// What arrived, as text, and a way to wait for it.
class worker_page {
public:
  explicit worker_page(strictness how = strictness::extended)
    : sys({}, how), places(worker_places::make() ? worker_places::make()(*sys, how) : nullptr) {}

  /// Data of messages as text, `messageerror`, `error: MESSAGE` marked as handled, `closed REASON`.
  lines heard;

  /// Makes a worker and writes down what it does.
  worker make(std::function<void(dedicated_worker_global_scope*)> start,
              std::string name = "worker") {
    auto made = make_worker(self, {std::move(name), std::move(start)});
    listen(made);
    return made;
  }

  /// What a context does to make a worker where this test has them. Any thread.
  template <class Owner>
  worker make_worker(Owner& owner, worker_script script, worker_options options = {}) {
    auto how = placed(owner, script, std::move(options));
    return owner.make_worker(std::move(script), std::move(how));
  }

  template <class Owner>
  shared_worker make_shared_worker(Owner& owner, worker_script script,
                                   worker_options options = {}) {
    auto how = placed(owner, script, std::move(options));
    return owner.make_shared_worker(std::move(script), std::move(how));
  }

  /// Puts a script where workers of this page find it by its name alone.
  void define_worker_script(worker_script script) {
    if (places)
      places->define(std::move(script));
    else
      sys->define_worker_script(std::move(script));
  }

  /// What the error at a worker object says of a script that cannot be loaded.
  std::string refusal(const std::string& why) const { return places ? places->refusal(why) : why; }

  /// Opens a context elsewhere than this page is.
  window_proxy open_elsewhere(std::string_view url, start_function start) {
    return places ? places->open(url, std::move(start)) : sys->open(url, std::move(start));
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

  /// What has been posted and asked for is where it was meant for, and nothing is delivered here.
  bool arrives() const { return !places || places->settle(); }

  /// Contexts beside this page, workers or not.
  std::size_t others_open() const {
    return sys->statistics().contexts_open + (places ? places->contexts_open() : 0) - 1;
  }

  /// Waits until so many others are there, and delivers nothing.
  bool comes_to(std::size_t others) const {
    return wait([&] { return others_open() == others; });
  }

  /// Waits until no more than so many others are left, and what they have left behind is here.
  bool falls_to(std::size_t others) const {
    return arrives() && wait([&] { return others_open() <= others; }) && arrives();
  }

  /// The same, and delivers it.
  bool settles_with(std::size_t others) {
    if (!falls_to(others))
      return false;
    // The window takes turns with the ports, so one fence lets one event of each go by.
    std::size_t before = 0;
    do {
      before = heard.size();
      if (!arrives() || !fence())
        return false;
    } while (heard.size() > before);
    return true;
  }

  /// Ends all contexts, so that none of them uses what a test is about to destroy.
  bool end_all() {
    sys->close_all();
    return (!places || places->end_all()) && sys.all_end();
  }

  test_system sys;
  const std::unique_ptr<worker_places> places; ///< None if all contexts share the system.
  scoped_context self{*sys, "https://page.example/"};

private:
  template <class Owner>
  worker_options placed(Owner& owner, const worker_script& script, worker_options how) {
    if (!places)
      return how;
    if constexpr (std::is_base_of_v<caf::local_actor, Owner>)
      return places->place(static_cast<caf::local_actor&>(owner).system(), script, std::move(how));
    else
      return places->place(sys->actors(), script, std::move(how));
  }

  template <class Condition>
  static bool wait(Condition holds) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
      if (std::chrono::steady_clock::now() > deadline)
        return false;
      std::this_thread::yield();
    }
    return true;
  }

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

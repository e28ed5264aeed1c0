#pragma once

// Where workers run that contexts of a test make. With their owners unless a program says
// otherwise: then the same tests show what is different there.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <hawser/hawser.hpp>

namespace hawser::test {

/// The places of one test. Functions are called on the test's own thread unless they say otherwise.
class worker_places {
public:
  virtual ~worker_places() = default;

  /// How a context of that system makes its worker. Any thread.
  virtual worker_options place(caf::actor_system& of_owner, const worker_script& what,
                               worker_options how) = 0;

  /// Puts a script where workers of the test's own contexts find it by its name alone.
  virtual void define(worker_script script) = 0;

  /// What the error says of a script that cannot be loaded.
  virtual std::string refusal(const std::string& why) const = 0;

  /// Opens a context that does not share a process with those of the test's own system.
  virtual window_proxy open(std::string_view url, start_function start) = 0;

  /// How many contexts are open that are not in the test's own system.
  virtual std::size_t contexts_open() const = 0;

  /// What is on its way between systems arrives: workers that were asked for have started, and
  /// what those have posted that have ended is where it was posted to. False when it takes too
  /// long.
  [[nodiscard]] virtual bool settle() = 0;

  /// Ends all contexts that are not in the test's own system. False when that takes too long.
  [[nodiscard]] virtual bool end_all() = 0;

  /// Those of this program's tests; empty if all contexts share their test's system.
  using factory =
    std::function<std::unique_ptr<worker_places>(hawser::system& own, strictness how)>;

  static const factory& make() noexcept { return make_; }

  static void make(factory now) { make_ = std::move(now); }

private:
  static inline factory make_;
};

} // namespace hawser::test

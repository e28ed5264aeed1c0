#pragma once

// What tests of contexts share: things to write down from any thread, and deadlines.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace hawser::test {

/// How long a test waits for what must happen. Long, for slow machines and ThreadSanitizer, under
/// which 256 MiB between two nodes take 13 to 22 s for 0.6: nothing waits it out unless the code is
/// broken.
inline constexpr std::chrono::seconds patience{60};

using lines = std::vector<std::string>;

/// Lines that contexts write and a test reads.
class notebook {
public:
  void add(std::string line) {
    const std::scoped_lock guard{lock_};
    lines_.push_back(std::move(line));
    changed_.notify_all(); // Under the lock: whoever waits may destroy this as soon as it has it.
  }

  /// Catch2's checks belong to the test's own thread; contexts use this.
  void check(bool holds, const std::string& what) {
    if (!holds)
      add("FAILED: " + what);
  }

  /// Waits for that many lines, then gives all there are. Fewer when `patience` is exhausted.
  lines await(std::size_t count) const {
    std::unique_lock guard{lock_};
    changed_.wait_for(guard, patience, [&] { return lines_.size() >= count; });
    return lines_;
  }

  lines all() const { return await(0); }

private:
  mutable std::mutex lock_;
  mutable std::condition_variable changed_;
  lines lines_;
};

/// Holds threads up until it is opened.
class gate {
public:
  void open() {
    const std::scoped_lock guard{lock_};
    open_ = true;
    changed_.notify_all();
  }

  /// False when `patience` was exhausted.
  bool pass() const {
    std::unique_lock guard{lock_};
    return changed_.wait_for(guard, patience, [this] { return open_; });
  }

private:
  mutable std::mutex lock_;
  mutable std::condition_variable changed_;
  bool open_ = false;
};

} // namespace hawser::test

#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "hawser/worker_script.hpp"

namespace hawser::detail {

/// The worker scripts of a system, by name. Used by every thread.
class worker_scripts {
public:
  /// Throws `std::invalid_argument` if it has no name, no start function, or a name that is taken.
  void define(worker_script script);

  /// The script itself if it can be run, else the one defined under its name. None if there is
  /// none.
  std::optional<worker_script> load(const worker_script& wanted) const;

private:
  mutable std::mutex lock_;
  std::map<std::string, worker_script, std::less<>> defined_;
};

} // namespace hawser::detail

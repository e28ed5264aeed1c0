#include "worker_scripts.hpp"

#include <stdexcept>

namespace hawser::detail {
namespace {

bool runs(const worker_script& script) {
  return script.dedicated() || script.shared();
}

} // namespace

void worker_scripts::define(worker_script script) {
  if (script.name().empty())
    throw std::invalid_argument("a worker script must have a name");
  if (!runs(script))
    throw std::invalid_argument("worker script '" + script.name() + "' has no start function");
  const auto name = script.name();
  const std::scoped_lock guard{lock_};
  if (!defined_.try_emplace(name, std::move(script)).second)
    throw std::invalid_argument("worker script '" + name + "' is defined already");
}

std::optional<worker_script> worker_scripts::load(const worker_script& wanted) const {
  if (runs(wanted))
    return wanted;
  const std::scoped_lock guard{lock_};
  const auto found = defined_.find(wanted.name());
  return found == defined_.end() ? std::nullopt : std::optional{found->second};
}

} // namespace hawser::detail

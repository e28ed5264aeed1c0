#include "libraries.hpp"

#include <dlfcn.h>
#include <exception>
#include <stdexcept>

namespace hawser::tool {
namespace {

constexpr const char* entry_point = "hawser_behaviour_library";

std::string last_failure() {
  const char* what = dlerror();
  return what == nullptr ? "no reason is given" : what;
}

} // namespace

void load_library(const std::string& path, behaviour_catalogue& into) {
  // Without a slash the system would look for it in its own folders.
  const auto file = path.find('/') == std::string::npos ? "./" + path : path;
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    throw std::runtime_error("cannot load " + path + ": " + last_failure());
  const auto* entry = static_cast<const behaviour_library*>(dlsym(library, entry_point));
  if (entry == nullptr)
    throw std::runtime_error(path + " is no library of behaviours: it has no '" + entry_point
                             + "', which HAWSER_BEHAVIOUR_LIBRARY of <hawser/behaviour.hpp> "
                               "defines");
  if (entry->interface_version != behaviour_interface_version)
    throw std::runtime_error(path + " was built for version "
                             + std::to_string(entry->interface_version)
                             + " of the interface of behaviours, and this hawser has version "
                             + std::to_string(behaviour_interface_version) + ": build it anew");
  if (entry->caf_version != CAF_VERSION)
    throw std::runtime_error(path + " was built with CAF " + std::to_string(entry->caf_version)
                             + ", and this hawser with CAF " + std::to_string(CAF_VERSION)
                             + ": build it anew");
  try {
    entry->add_to(into);
  } catch (const std::exception& thrown) {
    throw std::runtime_error(path + ": " + thrown.what());
  }
}

} // namespace hawser::tool

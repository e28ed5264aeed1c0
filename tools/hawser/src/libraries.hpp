#pragma once

#include <string>

#include <hawser/behaviour.hpp>

namespace hawser::tool {

/// Adds the behaviours of a shared library, which stays loaded for good. Throws
/// `std::runtime_error` with a sentence if there is no such library, or none of behaviours for this
/// hawser.
void load_library(const std::string& path, behaviour_catalogue& into);

} // namespace hawser::tool

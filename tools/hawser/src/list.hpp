#pragma once

#include <cstdio>

#include <hawser/behaviour.hpp>

namespace hawser::tool {

/// Every behaviour with its ports and arguments, for people.
void print_behaviours(const behaviour_catalogue& all, std::FILE* to);

/// The same for programs.
void print_behaviours_json(const behaviour_catalogue& all, std::FILE* to);

} // namespace hawser::tool

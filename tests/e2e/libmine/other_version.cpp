// A library of behaviours for a hawser that is yet to come; none of its code may run.

#include <cstdlib>

#include <hawser/behaviour.hpp>

extern "C" {
extern const hawser::behaviour_library hawser_behaviour_library;
const hawser::behaviour_library hawser_behaviour_library{
  hawser::behaviour_interface_version + 1, CAF_VERSION,
  [](hawser::behaviour_catalogue&) { std::abort(); }};
}

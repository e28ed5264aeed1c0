// Two behaviours under one name.

#include <hawser/behaviour.hpp>

HAWSER_BEHAVIOUR_LIBRARY(catalogue) {
  const auto nothing = [](hawser::browsing_context*, hawser::behaviour_setup&) {};
  catalogue.add({.name = "twice", .help = "", .arguments = {}, .ports = {}, .start = nothing});
  catalogue.add({.name = "twice", .help = "", .arguments = {}, .ports = {}, .start = nothing});
}

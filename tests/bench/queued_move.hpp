#pragma once

#include <memory>

#include <hawser/system.hpp>

#include "workload.hpp"

namespace bench {

/// A port moves from one context to another and back while 100,000 messages wait at it, or none.
/// One operation is one move. In the end the messages are read and checked.
std::unique_ptr<workload> make_full_move(hawser::system& sys);
std::unique_ptr<workload> make_empty_move(hawser::system& sys);

} // namespace bench

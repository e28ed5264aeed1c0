#pragma once

#include "mailbox.hpp"

namespace hawser::detail {

/// Two ports can be sent away each inside a message that waits for the other; nobody can ever
/// receive them then. Called after a message with ports was put into the queue at `in`, whose own
/// endpoint is in transit: if that closed such a circle, everything in it is closed as
/// `undeliverable`: DEVIATION(D9). Whoever puts the last piece in place finds the circle, so none
/// is left behind.
void sink_if_circling(const carrier& in);

} // namespace hawser::detail

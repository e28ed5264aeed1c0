#pragma once

#include "hawser/error.hpp"
#include "hawser/transfer_list.hpp"
#include "hawser/value.hpp"

namespace hawser {

/// What posting `data` to oneself would bring, at once. HTML #dom-structuredclone.
///
/// Mutable parts of the clone are its own: buffers are copied, or moved when they stand in
/// `transfer`, as are ports; shared memory stays shared. What is immutable is not copied, for
/// nobody can tell.
///
/// Inside a context platform objects are rebuilt as that context exposes them; outside of any, a
/// value with a platform object gives `data_decode_error`. Errors otherwise as for `post_message`,
/// all before anything has changed.
result<value> structured_clone(const value& data, transfer_list transfer = {});

} // namespace hawser

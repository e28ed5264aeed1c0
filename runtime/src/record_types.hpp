#pragma once

#include <string>

#include "hawser/value.hpp"

namespace hawser::detail {

/// A record that has arrived: as the type of that name if this program has one, in which case
/// `fields` must fit it (`data_decode_error` with the path otherwise), else readable by its fields.
result<value> rebuild_record(const std::string& name, const value& fields);

} // namespace hawser::detail

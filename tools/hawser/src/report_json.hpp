#pragma once

#include <nlohmann/json_fwd.hpp>

#include "report.hpp"

namespace hawser::tool {

nlohmann::ordered_json to_json(const run_report& from);

/// The other way round. Throws `nlohmann::json::exception`.
run_report report_from_json(const nlohmann::ordered_json& from);

} // namespace hawser::tool

#pragma once

// All an application needs.

#include "hawser/browsing_context.hpp"
#include "hawser/event.hpp"
#include "hawser/message_port.hpp"
#include "hawser/origin.hpp"
#include "hawser/scoped_context.hpp"
#include "hawser/system.hpp"
#include "hawser/transfer_list.hpp"
#include "hawser/value.hpp"

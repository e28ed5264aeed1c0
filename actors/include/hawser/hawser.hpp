#pragma once

// All an application needs.

#include "hawser/broadcast_channel.hpp"
#include "hawser/browsing_context.hpp"
#include "hawser/event.hpp"
#include "hawser/message_port.hpp"
#include "hawser/node.hpp"
#include "hawser/origin.hpp"
#include "hawser/payload.hpp"
#include "hawser/scoped_context.hpp"
#include "hawser/shared_worker.hpp"
#include "hawser/structured_clone.hpp"
#include "hawser/system.hpp"
#include "hawser/transfer_list.hpp"
#include "hawser/value.hpp"
#include "hawser/value_graph.hpp"
#include "hawser/worker.hpp"

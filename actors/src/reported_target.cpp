#include "reported_target.hpp"

#include "hawser/event.hpp"

namespace hawser::detail {

void reported_target::fire_again(const message_event& arrived) {
  message_event ev{arrived.type(), {.data = arrived.data(), .ports = arrived.ports()}};
  dispatch_trusted(ev);
}

} // namespace hawser::detail

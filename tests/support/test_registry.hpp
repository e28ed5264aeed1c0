#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "hawser/port_registry.hpp"

namespace hawser::test {

class test_context;

/// What has been posted is where it was posted to. It is anyway, inside one process.
void arrive();

/// What others see of a context, and the channels it makes, depend on where it lives.
class test_registry : public port_registry {
public:
  test_registry(test_context& owner, std::shared_ptr<waker> waker, hawser::origin origin,
                hawser::limits bounds, std::string name);

  /// As the context that runs has it.
  window_proxy window();

  /// Between processes the second end has been away and is back.
  message_channel make_channel(const char* file = __builtin_FILE(),
                               std::uint32_t line = __builtin_LINE());

  /// Each process has a hub of its own.
  void share_broadcasts(std::shared_ptr<broadcast_hub> hub);

private:
  test_context& owner_;
};

} // namespace hawser::test

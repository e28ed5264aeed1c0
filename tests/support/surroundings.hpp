#pragma once

// Where the contexts of a test live. In one process unless a program says otherwise: then the same
// tests show what is different there.

#include <memory>

#include "hawser/broadcast_channel.hpp"
#include "hawser/channel.hpp"
#include "hawser/window_proxy.hpp"

namespace hawser::test {

class doorbell;
class test_context;

/// What lies between contexts that do not share a process. Functions are called on any thread.
class surroundings {
public:
  virtual ~surroundings() = default;

  /// Called for each context once it is made, and before it ends.
  virtual void enter(test_context& made) = 0;
  virtual void leave(test_context& ending) = 0;

  /// Everything that is on its way arrives.
  virtual void settle() = 0;

  /// Rings whenever there may be something to settle; none any more if it is null.
  virtual void attach(std::shared_ptr<doorbell> bell) = 0;

  /// The window of `whose` for the context that runs.
  virtual window_proxy window(test_context& whose) = 0;

  /// Where the context finds the broadcast channels of others.
  virtual std::shared_ptr<broadcast_hub> hub(test_context& whose) = 0;

  /// Takes an end of a channel from one context's process to the other's.
  virtual endpoint carry(endpoint end, test_context& from, test_context& to) = 0;

  /// Takes it elsewhere and back.
  virtual endpoint carry_around(endpoint end, test_context& home) = 0;

  /// Those of this program; null if all contexts share its process.
  static surroundings* present() noexcept { return present_; }

  static void present(surroundings* now) noexcept { present_ = now; }

private:
  static inline surroundings* present_ = nullptr;
};

} // namespace hawser::test

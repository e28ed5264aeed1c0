#include "shared_limits.hpp"

namespace hawser::detail {

constinit const shared_limits shared_limits::usual_{limits{}, 0};

ref<const shared_limits> shared_limits::of(const limits& from) {
  if (from == usual_.values)
    return ref<const shared_limits>{&usual_};
  return ref<const shared_limits>::adopt(new shared_limits{from, 1});
}

} // namespace hawser::detail

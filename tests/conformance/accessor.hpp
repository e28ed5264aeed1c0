#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "hawser/value.hpp"

namespace hawser::test {

/// Stands for what a script does with an accessor: code of the application that runs while a
/// message is serialized. It travels as a platform object named `Accessor`.
class accessor : public platform_object {
public:
  using steps = std::function<result<value>()>;

  explicit accessor(steps run) : run_(std::move(run)) {}

  std::string_view interface_name() const noexcept override { return "Accessor"; }

  result<value> serialize() const override { return run_(); }

private:
  steps run_;
};

inline value accessing(accessor::steps run) {
  return std::shared_ptr<const platform_object>{std::make_shared<accessor>(std::move(run))};
}

/// A message that no context rebuilds unless it exposes `Accessor`.
inline value unknown_object() {
  return accessing([] { return value{1}; });
}

/// A message that cannot be serialized.
inline value uncloneable() {
  return accessing([]() -> result<value> {
    return error{errc::data_clone_error, "a function cannot be cloned"};
  });
}

} // namespace hawser::test

#pragma once

#include <string>
#include <utility>

#include "hawser/value.hpp"

namespace hawser::detail {

/// A platform object on its way: the name of its interface and what its serialization steps gave.
class serialized_object : public platform_object {
public:
  serialized_object(std::string interface_name, value content)
    : name_(std::move(interface_name)), content_(std::move(content)) {}

  std::string_view interface_name() const noexcept override { return name_; }

  const value& content() const noexcept { return content_; }

  result<value> serialize() const override {
    return error{errc::data_clone_error, "a message on its way cannot be posted"};
  }

private:
  std::string name_;
  value content_;
};

} // namespace hawser::detail

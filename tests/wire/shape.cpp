#include "shape.hpp"

#include <bit>
#include <cmath>
#include <unordered_map>

#include "serialized_object.hpp"

namespace hawser::test {
namespace {

const detail::serialized_object* sent(const value& from) {
  const auto* object = from.get_if<std::shared_ptr<const platform_object>>();
  return object == nullptr ? nullptr
                           : dynamic_cast<const detail::serialized_object*>(object->get());
}

class shaping {
public:
  enum class integers : std::uint8_t { numbers, apart };

  explicit shaping(integers how) : integers_(how) {}

  std::string made;

  void add(const value& from) {
    const bool plain = from.type() == value_type::int32 && integers_ == integers::numbers;
    made += to_string(plain ? value_type::number : from.type());
    if (const auto number = from.is_number() ? from.as<double>() : std::nullopt)
      made +=
        std::isnan(*number) ? " NaN" : ' ' + std::to_string(std::bit_cast<std::uint64_t>(*number));
    if (from.identity() != nullptr && met(from.identity()))
      return;
    made += '(';
    for (const auto& item : from.items())
      add(item);
    if (const auto* elements = from.get_if<array>())
      for (const auto& member : elements->members())
        add(member.second);
    for (const auto& member : from.members()) {
      made += member.first + ':';
      add(member.second);
    }
    for (const auto& entry : from.entries()) {
      add(entry.first);
      add(entry.second);
    }
    if (const auto* error = from.get_if<error_object>(); error != nullptr && error->cause)
      add(*error->cause);
    if (const auto* view = from.get_if<array_buffer_view>())
      add_view(*view);
    if (const auto* image = from.get_if<image_data>())
      add_view(image->pixels());
    if (const auto* buffer = from.get_if<array_buffer>())
      add_buffer(*buffer);
    if (const auto* object = sent(from)) {
      made += object->interface_name();
      add(object->content());
    }
    made += ')';
  }

private:
  bool met(const void* identity) {
    const auto number = numbers_.size();
    const auto [at, added] = numbers_.emplace(identity, number);
    made += '#' + std::to_string(at->second);
    return !added;
  }

  void add_view(const array_buffer_view& view) {
    made += view.length_tracking() ? " tracking " : " ";
    const auto& buffer = std::get<array_buffer>(view.buffer());
    if (!met(buffer.identity()))
      add_buffer(buffer);
  }

  void add_buffer(const array_buffer& buffer) {
    made += buffer.immutable() ? " immutable" : "";
    made += buffer.resizable() ? " up to " + std::to_string(buffer.size_max()) : "";
  }

  integers integers_;
  std::unordered_map<const void*, std::size_t> numbers_;
};

} // namespace

std::string shape_of(const value& root) {
  shaping by{shaping::integers::numbers};
  by.add(root);
  return std::move(by.made);
}

bool alike(const value& lhs, const value& rhs) {
  if (shape_of(lhs) != shape_of(rhs))
    return false;
  const auto* left = sent(lhs);
  return left != nullptr ? left->content() == sent(rhs)->content() : lhs == rhs;
}

bool same(const value& lhs, const value& rhs) {
  shaping left{shaping::integers::apart};
  shaping right{shaping::integers::apart};
  left.add(lhs);
  right.add(rhs);
  return left.made == right.made && alike(lhs, rhs);
}

} // namespace hawser::test

#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "hawser/detail/for_each.hpp"
#include "hawser/payload_codec.hpp"
#include "hawser/value.hpp"

/// Makes a struct postable by naming its fields once, after it, in its namespace:
///
/// ```
/// struct order { std::string id; std::vector<item> items; std::optional<int> priority; };
/// HAWSER_PAYLOAD(order, id, items, priority)
///
/// port.post_message(order{"A-1", {}, 3});
/// port.on_message([](message_event& ev) { if (auto* got = ev.data().get_if<order>()) ... });
/// ```
///
/// It must be possible to make one without arguments, to copy it, and to read all fields. In one
/// process a post carries the struct itself behind a pointer, unless a field refers to what must be
/// moved or copied (a port, a buffer, a `value`). Elsewhere it is an object of these fields under
/// its name, written as here: a receiver that does not know the name reads it as such
/// (`data["id"]`). Fields it does not know are ignored, missing ones keep their defaults. What does
/// not fit the receiver's type is a `messageerror`. HTML #serializable-objects.
#define HAWSER_PAYLOAD(type, ...) HAWSER_PAYLOAD_AS(#type, type __VA_OPT__(, ) __VA_ARGS__)

/// The same under a name that is told apart from other programs' types: `"shop.order"`.
#define HAWSER_PAYLOAD_AS(interface_name, type, ...) \
  [[maybe_unused]] constexpr auto hawser_payload(const type*) noexcept { \
    [[maybe_unused]] typedef type described; \
    return ::hawser::detail::describe_payload<type>( \
      interface_name __VA_OPT__(, HAWSER_FOR_EACH(HAWSER_FIELD, __VA_ARGS__))); \
  }

#define HAWSER_FIELD(field_name) \
  ::hawser::detail::field { \
#    field_name, &described::field_name \
  }

/// Makes an enumeration postable: its values travel as the texts of their names, and others than
/// these are refused where they arrive. One that is posted all the same travels as a number.
///
/// ```
/// enum class side { buy, sell };
/// HAWSER_ENUM(side, buy, sell)
/// ```
#define HAWSER_ENUM(type, ...) \
  [[maybe_unused]] constexpr auto hawser_enum(const type*) noexcept { \
    using enum type; \
    return std::array{HAWSER_FOR_EACH(HAWSER_ENUMERATOR, __VA_ARGS__)}; \
  }

#define HAWSER_ENUMERATOR(enumerator) \
  ::hawser::detail::named_enumerator { \
#    enumerator, enumerator \
  }

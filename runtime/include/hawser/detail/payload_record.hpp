#pragma once

// Structs as records. Included by `payload_codec.hpp`.

#include "hawser/detail/record.hpp"
#include "hawser/payload_codec.hpp"

namespace hawser {

namespace detail {

template <class T>
struct record_type_of {
  static constexpr auto description = hawser_payload(static_cast<const T*>(nullptr));

  static const T& content(const record_node& from) noexcept {
    return static_cast<const typed_record<T>&>(from).content;
  }

  static value_node* make(T content) {
    static_cast<void>(&known);
    auto node = std::make_unique<typed_record<T>>(instance, std::move(content));
    node->bytes = sizeof(*node) + payload_codec<T>::bytes(node->content);
    node->active = is_active<T>();
    return node.release();
  }

  static value describe(const record_node& from) { return payload_codec<T>::fields(content(from)); }

  static result<value> rebuild(const value& from);

  static bool equal(const record_node& lhs, const record_node& rhs) {
    if constexpr (std::equality_comparable<T>)
      return content(lhs) == content(rhs);
    else
      return lhs.as_object() == rhs.as_object();
  }

  static void discard(record_node* node) noexcept { delete static_cast<typed_record<T>*>(node); }

  static inline const record_type instance{description.name, &typeid(T), &describe,
                                           &rebuild,         &equal,     &discard};
  static inline const bool known = register_record_type(instance);
};

template <class Description>
struct field_types;

template <class Struct, class... Fields>
struct field_types<payload_description<Struct, Fields...>> {
  using list = type_list<typename Fields::type...>;
};

} // namespace detail

template <payload T>
struct payload_codec<T> {
  static constexpr auto description = hawser_payload(static_cast<const T*>(nullptr));

  using parts = typename detail::field_types<std::remove_cv_t<decltype(description)>>::list;
  static constexpr bool active = false;

  static value encode(const T& from) { return from; }

  /// The fields as an object.
  static value fields(const T& from) {
    object made;
    const auto add = [&](const auto& one) {
      made.set(std::string{one.name}, detail::encode_part(from.*one.member));
    };
    std::apply([&add](const auto&... one) { (add(one), ...); }, description.fields);
    return made;
  }

  static error decode(const value& from, T& to) {
    if (from.type() == value_type::record) {
      if (const auto* same = from.get_if<T>()) {
        to = *same;
        return {};
      }
      return decode_fields(from.record_fields(), to);
    }
    if (from.type() != value_type::object)
      return detail::misfit(from, "an object with the fields of " + std::string{description.name});
    return decode_fields(from, to);
  }

  static std::uint64_t bytes(const T& from) {
    const auto sum = [&from](const auto&... one) {
      return (std::uint64_t{0} + ... + detail::bytes_of_part(from.*one.member));
    };
    return std::apply(sum, description.fields);
  }

private:
  static error decode_fields(const value& from, T& to) {
    error err;
    const auto decode_one = [&](const auto& one) {
      const auto& content = from[one.name];
      if (err || content.is_undefined())
        return; // Missing ones keep their defaults.
      if (auto inner = detail::decode_part(content, to.*one.member))
        err = detail::at_field(one.name, inner);
    };
    std::apply([&decode_one](const auto&... one) { (decode_one(one), ...); }, description.fields);
    return err;
  }
};

template <class T>
result<value> detail::record_type_of<T>::rebuild(const value& from) {
  T made{};
  if (auto err = payload_codec<T>::decode(from, made))
    return error{err.code(), std::string{description.name} + err.what()};
  return value{std::move(made)};
}

template <payload T>
value::value(T content) : value(detail::record_type_of<T>::make(std::move(content))) {}

template <class T>
const T* detail::record_content(const value& from) {
  const auto* found = record_in(from, record_type_of<T>::instance);
  return found == nullptr ? nullptr : &record_type_of<T>::content(*found);
}

template <class T>
std::optional<T> detail::decode_as(const value& from) {
  T made{};
  return decode_part(from, made) ? std::nullopt : std::optional<T>{std::move(made)};
}

/// A `T` made of a value: a record of that type, or anything its codec takes. `data_decode_error`
/// with the path of what does not fit.
template <class T>
result<T> decode(const value& from) {
  T made{};
  auto err = detail::decode_part(from, made);
  if (!err)
    return made;
  if constexpr (payload<T>)
    return error{err.code(), std::string{payload_codec<T>::description.name} + err.what()};
  else
    return error{err.code(), "data" + err.what()};
}

/// Anything with a codec as a value: containers of the standard library become arrays, objects,
/// maps and sets, whose structs are records.
template <class T>
value to_value(const T& from) {
  return detail::encode_part(from);
}

} // namespace hawser

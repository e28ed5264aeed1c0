// The first words of two nodes: a value, of which both read what they know.

#include <algorithm>

#include "big_endian.hpp"
#include "hawser/value_decoder.hpp"
#include "hawser/value_encoder.hpp"
#include "linking/link_core.hpp"

namespace hawser::detail {
namespace {

constexpr std::size_t versions_bytes = 4;
constexpr std::size_t number_bytes = 8;
constexpr std::size_t fixed_bytes = versions_bytes + 3 * number_bytes; // and the node's id, newest

value as_value(const hello& from) {
  array origins;
  for (const auto& each : from.facts.origins)
    origins.push_back(each);
  return object{{"name", from.facts.name}, {"contact", from.facts.contact}, {"origins", origins}};
}

} // namespace

void encode_hello(const hello& from, std::vector<std::byte>& to) {
  auto at = to.size();
  to.resize(at + fixed_bytes);
  const auto put = [&to, &at](auto number) {
    store_big_endian(number, to.data() + at);
    at += sizeof number;
  };
  put(from.version_min);
  put(from.version_max);
  put(from.facts.id.high);
  put(from.facts.id.low);
  put(from.newest);
  const auto err = hawser::encode(as_value(from), to);
  HAWSER_ASSERT(!err, "a hello cannot be encoded");
}

result<hello> decode_hello(std::span<const std::byte> from) {
  const auto wrong = [](std::string_view what) {
    return error{errc::data_decode_error, "a hello " + std::string{what}};
  };
  if (from.size() < versions_bytes)
    return wrong("without versions");
  hello said;
  said.version_min = load_big_endian<std::uint16_t>(from.data());
  said.version_max = load_big_endian<std::uint16_t>(from.data() + versions_bytes / 2);
  if (said.version_max < link_version_min || said.version_min > link_version_max)
    return said; // What follows may be anything.
  if (from.size() < fixed_bytes)
    return wrong("that ends too early");
  const auto number = [&from](std::size_t index) {
    return load_big_endian<std::uint64_t>(from.data() + versions_bytes + index * number_bytes);
  };
  said.facts.id = {number(0), number(1)};
  said.newest = number(2);
  const auto content = hawser::decode(from.subspan(fixed_bytes));
  if (!content)
    return wrong("that does not decode: " + content.error().what());
  const auto name = (*content)["name"].as<std::string>();
  const auto contact = (*content)["contact"].as<std::string>();
  if (!name || !contact)
    return wrong("that leaves something out");
  said.facts.name = *name;
  said.facts.contact = *contact;
  if (!said.facts.id || !is_node_name(said.facts.name))
    return wrong("without a name");
  if (const auto* origins = (*content)["origins"].get_if<array>())
    for (const auto& each : *origins)
      if (auto text = each.as<std::string>())
        said.facts.origins.push_back(*std::move(text));
  return said;
}

} // namespace hawser::detail

namespace hawser {

bool is_node_name(std::string_view text) noexcept {
  constexpr std::size_t name_bytes_max = 255;
  return !text.empty() && text.size() <= name_bytes_max && std::ranges::all_of(text, [](char each) {
    return (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9') || each == '.'
           || each == '-' || each == '_';
  });
}

} // namespace hawser

#include "corpus.hpp"

#include <cmath>
#include <random>
#include <utility>

#include <hawser/array_buffer_view.hpp>

#include <nlohmann/json.hpp>

#include "workload.hpp"

namespace bench {
namespace {

using hawser::value;
using generator = std::mt19937_64; // Its numbers are the same everywhere.

std::string word(generator& random, std::size_t length) {
  std::string made;
  for (std::size_t i = 0; i < length; ++i)
    made += static_cast<char>('a' + random() % 26);
  return made;
}

// What a program sends all day: an object of seven members, about 150 bytes.
value record(generator& random, int id) {
  return hawser::object{
    {"id", id},
    {"name", word(random, 12)},
    {"price", static_cast<double>(random() % 100'000) / 8 + 0.0625},
    {"active", random() % 2 == 0},
    {"parent", nullptr},
    {"tags", hawser::array{word(random, 5), word(random, 7)}},
    {"at", hawser::object{{"x", static_cast<int>(random() % 1000)}, {"y", -0.5 - id}}},
  };
}

std::vector<value> records() {
  generator random{1};
  std::vector<value> made;
  made.reserve(256);
  for (int i = 0; i < 256; ++i)
    made.push_back(record(random, i));
  return made;
}

// Four children below each inner node, a record at each of 1,024 leaves and names on the way.
value branch(generator& random, int levels, int& leaves) {
  if (levels == 0) {
    auto leaf = hawser::array{};
    for (int i = 0; i < 7; ++i)
      leaf.push_back(record(random, leaves++));
    return leaf;
  }
  hawser::array children;
  for (int i = 0; i < 4; ++i)
    children.push_back(branch(random, levels - 1, leaves));
  return hawser::object{{"name", word(random, 8)}, {"children", std::move(children)}};
}

std::vector<value> tree() {
  generator random{2};
  int leaves = 0;
  return {branch(random, 5, leaves)};
}

// 1,000 texts of up to 2,000 bytes, each fourth in another script than the Latin one.
std::vector<value> strings() {
  generator random{3};
  hawser::array made;
  for (int i = 0; i < 1000; ++i) {
    const auto length = static_cast<std::size_t>(std::exp2(static_cast<double>(random() % 11)));
    std::string text = word(random, length);
    if (i % 4 == 3)
      for (std::size_t j = 0; j < length / 2; ++j)
        text += "\u0436\u4e2d";
    made.push_back(std::move(text));
  }
  return {made};
}

// 50,000 integers and as many fractions, apart, since engines store them apart.
std::vector<value> numbers() {
  generator random{4};
  hawser::array whole;
  hawser::array real;
  for (int i = 0; i < 50'000; ++i) {
    whole.push_back(static_cast<std::int32_t>(random() % 2'000'000) - 1'000'000);
    real.push_back(static_cast<double>(random() % 1'000'000'000) / 1024 + 0.00048828125);
  }
  return {hawser::object{{"whole", std::move(whole)}, {"real", std::move(real)}}};
}

template <hawser::view_element T>
value view(generator& random, std::size_t bytes) {
  std::vector<T> elements(bytes / sizeof(T));
  for (auto& each : elements)
    each = static_cast<T>(random() % 128);
  return hawser::array_buffer_view::of(std::span<const T>{elements});
}

// Five kinds of each size from 64 bytes to 128 KiB, 1.25 MiB in all.
std::vector<value> typed_arrays() {
  generator random{5};
  hawser::array made;
  for (std::size_t bytes = 64; bytes <= std::size_t{128} << 10; bytes *= 2) {
    made.push_back(view<std::uint8_t>(random, bytes));
    made.push_back(view<std::int16_t>(random, bytes));
    made.push_back(view<std::int32_t>(random, bytes));
    made.push_back(view<float>(random, bytes));
    made.push_back(view<double>(random, bytes));
  }
  return {made};
}

nlohmann::ordered_json json_of(const value& from);

nlohmann::ordered_json json_of_elements(const hawser::array_buffer_view& from) {
  auto elements = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < from.length(); ++i)
    elements.push_back(json_of(from.element(i)));
  return {{"$view", to_string(from.kind())}, {"elements", std::move(elements)}};
}

nlohmann::ordered_json json_of(const value& from) {
  if (from.is_null())
    return nullptr;
  if (const auto* flag = from.get_if<bool>())
    return *flag;
  if (const auto whole = from.as<std::int64_t>())
    return *whole;
  if (const auto real = from.as<double>())
    return *real;
  if (const auto* text = from.get_if<std::string_view>())
    return *text;
  if (const auto* view = from.get_if<hawser::array_buffer_view>())
    return json_of_elements(*view);
  if (from.get_if<hawser::array>() != nullptr) {
    auto made = nlohmann::ordered_json::array();
    for (const auto& item : from.items())
      made.push_back(json_of(item));
    return made;
  }
  if (from.get_if<hawser::object>() == nullptr)
    fail("a corpus has something that JSON cannot say");
  auto made = nlohmann::ordered_json::object();
  for (const auto& [key, content] : from.members())
    made[key] = json_of(content);
  return made;
}

} // namespace

const std::vector<corpus>& corpora() {
  static const std::vector<corpus> all{
    {"records", "records of 150 bytes", 100'000, 2'000, records},
    {"tree", "a tree of 1 MB", 20, 2, tree},
    {"strings", "1,000 strings", 500, 10, strings},
    {"numbers", "100,000 numbers", 50, 4, numbers},
    {"typed_arrays", "60 typed arrays, 1.25 MiB", 500, 10, typed_arrays},
  };
  return all;
}

std::string to_json(const std::vector<value>& values) {
  auto made = nlohmann::ordered_json::array();
  for (const auto& each : values)
    made.push_back(json_of(each));
  return made.dump();
}

} // namespace bench

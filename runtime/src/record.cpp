#include "hawser/detail/record.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include "hawser/payload_codec.hpp"
#include "record_types.hpp"

namespace hawser::detail {
namespace {

// Types register while the program or a library of it starts, and contexts look them up.
struct known_types {
  std::mutex lock;
  std::multimap<std::string, const record_type*, std::less<>> by_name;

  static known_types& all() {
    static auto* types = new known_types; // Outlives every context.
    return *types;
  }
};

// Keeps the first of what several threads make at once.
const value& keep_first(std::atomic<const value*>& place, value made) {
  const auto* own = new value{std::move(made)};
  const value* first = nullptr;
  if (place.compare_exchange_strong(first, own, std::memory_order_acq_rel))
    return *own;
  delete own;
  return *first;
}

} // namespace

bool register_record_type(const record_type& type) {
  auto& types = known_types::all();
  const std::lock_guard guard{types.lock};
  types.by_name.emplace(type.name, &type);
  return true;
}

result<value> rebuild_record(const std::string& name, const value& fields) {
  auto& types = known_types::all();
  std::vector<const record_type*> candidates;
  {
    const std::lock_guard guard{types.lock};
    const auto [first, last] = types.by_name.equal_range(name);
    for (auto it = first; it != last; ++it)
      candidates.push_back(it->second);
  }
  if (candidates.empty())
    return make_foreign_record(name, fields);
  error first_trouble;
  for (const auto* type : candidates) {
    auto made = type->rebuild(fields);
    if (made)
      return made;
    if (!first_trouble)
      first_trouble = made.error();
  }
  return first_trouble;
}

record_node::~record_node() {
  delete plain.load(std::memory_order_relaxed);
}

std::string_view record_node::name() const noexcept {
  return type != nullptr ? type->name : static_cast<const foreign_record*>(this)->interface_name;
}

const value& record_node::as_object() const {
  if (const auto* made = plain.load(std::memory_order_acquire))
    return *made;
  return keep_first(plain, type->describe(*this));
}

foreign_record::foreign_record(std::string name, value fields)
  : record_node(nullptr), interface_name(std::move(name)) {
  bytes = sizeof *this + interface_name.size() + fields.byte_size();
  depth = static_cast<std::uint32_t>(std::min<std::size_t>(fields.depth() + 1, depth_max));
  active = true; // Where it arrives it may be decoded.
  plain.store(new value{std::move(fields)}, std::memory_order_relaxed);
}

foreign_record::~foreign_record() {
  delete decoded.load(std::memory_order_relaxed);
}

const record_node* foreign_record::decoded_as(const record_type& wanted) const {
  const auto* made = decoded.load(std::memory_order_acquire);
  if (made == nullptr) {
    auto rebuilt = wanted.rebuild(as_object());
    if (!rebuilt)
      return nullptr;
    made = &keep_first(decoded, *std::move(rebuilt));
  }
  return record_in(*made, wanted);
}

error misfit(const value& found, std::string_view expected) {
  std::string what{": found "};
  if (found.type() == value_type::record)
    what.append(found.record_name());
  else
    what.append(to_string(found.type()));
  return {errc::data_decode_error, what.append(", expected ").append(expected)};
}

error at_field(std::string_view name, const error& inner) {
  return {inner.code(), "." + std::string{name} + inner.what()};
}

error at_index(std::size_t index, const error& inner) {
  return {inner.code(), "[" + std::to_string(index) + "]" + inner.what()};
}

} // namespace hawser::detail

#include "hawser/blob.hpp"

#include <algorithm>
#include <utility>

namespace hawser {
namespace {

// File API #constructorBlob, on `type`.
std::string media_type(std::string type) {
  const auto printable = [](char c) { return c >= 0x20 && c <= 0x7e; };
  if (!std::ranges::all_of(type, printable))
    return {};
  for (char& letter : type)
    if (letter >= 'A' && letter <= 'Z')
      letter = static_cast<char>(letter - 'A' + 'a');
  return type;
}

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

} // namespace

blob::blob(std::vector<std::byte> content, std::string type)
  : owned_(std::make_shared<const std::vector<std::byte>>(std::move(content))),
    content_(*owned_),
    type_(media_type(std::move(type))) {}

blob::blob(std::string_view text, std::string type) : blob(bytes_of(text), std::move(type)) {}

blob blob::slice(std::size_t begin, std::size_t end, std::string type) const {
  auto part = *this;
  end = std::min(end, size());
  begin = std::min(begin, end);
  part.content_ = content_.subspan(begin, end - begin);
  part.type_ = media_type(std::move(type));
  return part;
}

bool operator==(const blob& lhs, const blob& rhs) noexcept {
  return lhs.type_ == rhs.type_ && std::ranges::equal(lhs.content_, rhs.content_);
}

} // namespace hawser

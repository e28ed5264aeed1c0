#include "hawser/encoded_data.hpp"

#include <cstring>
#include <new>

#include "encoded_data_sources.hpp"
#include "hawser/detail/node_memory.hpp"
#include "hawser/panic.hpp"

namespace hawser {
namespace {

using detail::encoded_block;
using holding = encoded_block::holding;

struct grown_block : encoded_block {
  detail::growing_bytes owned;
};

struct gathered_block : encoded_block {
  detail::growing_bytes owned;
  std::vector<detail::kept_bytes> kept;
  std::vector<std::span<const std::byte>> pieces;
  std::size_t size = 0;
};

} // namespace

void detail::destroy(encoded_block* block) noexcept {
  switch (block->what) {
    case holding::grown:
      return delete static_cast<grown_block*>(block);
    case holding::gathered:
      return delete static_cast<gathered_block*>(block);
    case holding::own:
    case holding::trouble:
      break;
  }
  const auto bytes = sizeof(encoded_block) + block->content.size();
  block->~encoded_block();
  free_node(block, bytes);
}

encoded_data encoded_data::behind(std::span<const std::byte> content, holding what) {
  auto* made = ::new (detail::allocate_node(sizeof(encoded_block) + content.size())) encoded_block;
  auto* room = reinterpret_cast<std::byte*>(made + 1);
  if (!content.empty())
    std::memcpy(room, content.data(), content.size());
  made->content = {room, content.size()};
  made->what = what;
  return encoded_data{made};
}

encoded_data encoded_data::copy_of(std::span<const std::byte> bytes) {
  return behind(bytes, holding::own);
}

encoded_data encoded_data::unencodable(std::string_view why) {
  HAWSER_ASSERT(!why.empty(), "data could not be encoded for no reason");
  return behind(std::as_bytes(std::span{why}), holding::trouble);
}

std::size_t encoded_data::gathered_size() const noexcept {
  return static_cast<const gathered_block*>(block_)->size;
}

std::span<const std::span<const std::byte>> encoded_data::gathered_pieces() const noexcept {
  return static_cast<const gathered_block*>(block_)->pieces;
}

std::vector<std::byte> encoded_data::joined() const {
  std::vector<std::byte> all;
  all.reserve(size());
  for (const auto& each : pieces())
    all.insert(all.end(), each.begin(), each.end());
  return all;
}

namespace detail {

encoded_data encoded_data_sources::owned(growing_bytes bytes, std::size_t skipped) {
  HAWSER_ASSERT(skipped <= bytes.size(), "data was to begin past its end");
  if (const auto data = bytes.bytes().subspan(skipped);
      skipped > data.size() / growing_bytes::spare_share)
    return encoded_data::copy_of(data);
  bytes.settle();
  auto* made = new grown_block;
  made->owned = std::move(bytes);
  made->content = made->owned.bytes().subspan(skipped);
  made->what = holding::grown;
  return encoded_data{made};
}

encoded_data encoded_data_sources::gathered(growing_bytes own, std::vector<kept_bytes> kept) {
  auto* made = new gathered_block;
  encoded_data holder{made};
  made->what = holding::gathered;
  own.settle();
  made->owned = std::move(own);
  made->kept = std::move(kept);
  std::size_t shown = 0;
  const auto show = [made](std::span<const std::byte> piece) {
    if (!piece.empty())
      made->pieces.push_back(piece);
    made->size += piece.size();
  };
  for (const auto& each : made->kept) {
    HAWSER_ASSERT(shown <= each.at && each.at <= made->owned.size(), "bytes to be kept nowhere");
    show(made->owned.bytes().subspan(shown, each.at - shown));
    show(each.bytes);
    shown = each.at;
  }
  show(made->owned.bytes().subspan(shown));
  return holder;
}

} // namespace detail

} // namespace hawser

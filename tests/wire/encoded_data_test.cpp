// Encoded data: what it keeps, for how long, and that it arrives whole from wherever it lies.

#include <algorithm>
#include <bit>
#include <functional>

#include <malloc.h>

#include <catch2/catch_test_macros.hpp>

#include "channel_state.hpp"
#include "encoded_data_sink.hpp"
#include "encoded_data_sources.hpp"
#include "hawser/event.hpp"
#include "hawser/value_encoder.hpp"
#include "link_pair.hpp"
#include "test_context.hpp"

namespace hawser {
namespace {

using bytes = std::vector<std::byte>;

bytes counted(std::size_t count, unsigned first) {
  bytes made;
  for (std::size_t i = 0; i < count; ++i)
    made.push_back(static_cast<std::byte>(first + i * 7));
  return made;
}

detail::growing_bytes grown(std::span<const std::byte> from) {
  detail::growing_bytes made;
  for (const auto& each : from)
    made.append({&each, 1});
  return made;
}

// Of its own 4 bytes with kept ones before, between and behind them.
encoded_data gathered(const std::vector<array_buffer>& kept) {
  const auto own = counted(4, 200);
  std::vector<detail::kept_bytes> list;
  const std::size_t places[] = {0, 1, 1, 4};
  for (std::size_t i = 0; i < kept.size(); ++i)
    list.push_back({places[i], std::as_const(kept[i]).bytes(), kept[i]});
  return detail::encoded_data_sources::gathered(grown(own), std::move(list));
}

std::vector<array_buffer> four_buffers() {
  return {array_buffer{counted(5, 1)}, array_buffer{counted(70, 2)}, array_buffer{counted(1, 3)},
          array_buffer{counted(33, 4)}};
}

bytes expected_of(const std::vector<array_buffer>& kept) {
  const auto own = counted(4, 200);
  bytes all;
  const auto add = [&all](std::span<const std::byte> more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  add(std::as_const(kept[0]).bytes());
  add(std::span{own}.first(1));
  add(std::as_const(kept[1]).bytes());
  add(std::as_const(kept[2]).bytes());
  add(std::span{own}.subspan(1));
  add(std::as_const(kept[3]).bytes());
  return all;
}

frame carrying(const encoded_data& data) {
  return routed_frame{{1, 1}, {2, 2}, data_frame{7, {data, {}, data.size(), 0}}};
}

// Of memory from `malloc`.
std::size_t usable_bytes(const std::byte* from) {
  return malloc_usable_size(std::bit_cast<void*>(from)); // Which changes nothing there.
}

const encoded_data& data_in(const frame& from) {
  return std::get<data_frame>(std::get<routed_frame>(from).what).message.data;
}

} // namespace

TEST_CASE("data is what it was made of", "[wire][data]") {
  const auto content = counted(300, 9);
  CHECK_FALSE(encoded_data{});
  CHECK(encoded_data{}.size() == 0);
  CHECK(encoded_data{}.pieces().empty());
  const auto copied = encoded_data::copy_of(content);
  CHECK(copied);
  CHECK(copied.pieces().size() == 1);
  CHECK(copied.joined() == content);
  const auto owned = detail::encoded_data_sources::owned(grown(content), 10);
  CHECK(owned.size() == 290);
  CHECK(owned.joined() == bytes(content.begin() + 10, content.end()));
  CHECK(detail::encoded_data_sources::owned(grown(content), 300).size() == 0);
  const auto nothing = encoded_data::copy_of({});
  CHECK(nothing);
  CHECK(nothing.joined().empty());
  const auto why = encoded_data::unencodable("a reason");
  CHECK(why);
  CHECK(why.trouble() == "a reason");
  CHECK(why.size() == 0);
  CHECK(why.joined().empty());
  CHECK(copied.trouble().empty());
  const auto buffers = four_buffers();
  const auto all = gathered(buffers);
  CHECK(all.pieces().size() == 6);
  CHECK(all.pieces()[0].data() == std::as_const(buffers[0]).data());
  CHECK(all.size() == expected_of(buffers).size());
  CHECK(all.joined() == expected_of(buffers));
}

TEST_CASE("data keeps little memory beside its own", "[wire][data]") {
  const auto content = counted(100'000, 3);
  const auto with_much_to_spare = [&content] {
    auto made = grown(content); // In steps of one.
    REQUIRE(usable_bytes(made.bytes().data()) > 120'000);
    return made;
  };
  const auto usable = [](const encoded_data& data) {
    return usable_bytes(data.pieces()[0].data());
  };
  SECTION("what is spare goes back") {
    const auto data = detail::encoded_data_sources::owned(with_much_to_spare());
    CHECK(data.joined() == content);
    CHECK(usable(data) < 112'500);
  }
  SECTION("also of what kept bytes lie in") {
    const array_buffer kept{counted(10, 1)};
    std::vector<detail::kept_bytes> list;
    list.push_back({content.size(), std::as_const(kept).bytes(), kept});
    const auto data = detail::encoded_data_sources::gathered(with_much_to_spare(), std::move(list));
    CHECK(data.size() == 100'010);
    CHECK(usable(data) < 112'500);
  }
}

TEST_CASE("of a frame no more is kept than its data is worth", "[wire][data][frame]") {
  const auto arrived = [](std::size_t ports, std::size_t size) {
    auto sent = test::numbered(1, 2, 3, size);
    auto& message = std::get<data_frame>(std::get<routed_frame>(sent).what).message;
    message.ports.resize(ports); // Each detached, and so 16 bytes.
    std::vector<std::byte> encoded;
    encode(sent, encoded);
    auto whole = grown(encoded);
    whole.settle();
    const auto all = whole.bytes();
    std::vector<frame> made;
    const auto err = detail::append_frame(std::move(whole), {}, made);
    REQUIRE_FALSE(err);
    const auto data = data_in(made.at(0));
    CHECK(data.joined() == data_in(sent).joined());
    const std::less<const std::byte*> before;
    const auto* at = data.pieces()[0].data();
    return !before(at, all.data()) && before(at, all.data() + all.size());
  };
  CHECK(arrived(0, 100'000)); // It is where it was.
  CHECK(arrived(100, 100'000));
  CHECK_FALSE(arrived(4000, 1));
  CHECK_FALSE(arrived(4000, 0));
  CHECK_FALSE(arrived(4000, 100'000));
}

TEST_CASE("the last handle lets go of what data keeps", "[wire][data]") {
  struct thing : platform_object {
    std::string_view interface_name() const noexcept override { return "thing"; }

    result<value> serialize() const override { return value{}; }
  };
  auto owner = std::make_shared<thing>();
  const std::weak_ptr<const thing> watch = owner;
  const auto content = counted(3, 0);
  std::vector<detail::kept_bytes> kept;
  kept.push_back({0, content, value{std::shared_ptr<const platform_object>{std::move(owner)}}});
  auto first = detail::encoded_data_sources::gathered({}, std::move(kept));
  auto second = first;
  auto third = std::move(first);
  CHECK_FALSE(first); // NOLINT(bugprone-use-after-move): that is what is asked.
  CHECK(second.pieces().data() == third.pieces().data());
  second.reset();
  CHECK_FALSE(watch.expired());
  third = {};
  CHECK(watch.expired());
}

TEST_CASE("gathered data arrives whole in pieces of every size", "[wire][data][link]") {
  const auto buffers = four_buffers();
  const auto sent = gathered(buffers);
  for (std::size_t piece = 1; piece < 200; ++piece) {
    CAPTURE(piece);
    link_limits bounds;
    bounds.piece_bytes_max = piece;
    test::link_pair both{bounds};
    both.carry();
    both.a.line.send(carrying(sent));
    both.carry(0, 1 + piece % 50);
    REQUIRE(both.b.frames.size() == 1);
    const auto& arrived = data_in(both.b.frames[0]);
    CHECK(arrived.pieces().size() == 1);
    CHECK(arrived.joined() == sent.joined());
  }
}

TEST_CASE("an encoder's sink keeps large buffers where they are", "[wire][data]") {
  detail::encoded_data_sink sink;
  value_encoder encoder;
  const auto encode_here = [&](const value& from) {
    REQUIRE_FALSE(encoder.encode(from, sink));
    auto made = sink.take();
    sink.clear();
    bytes meant;
    REQUIRE_FALSE(encode(from, meant));
    CHECK(made.joined() == meant);
    return made;
  };
  const array_buffer large{counted(100'000, 5)};
  const array_buffer small{counted(10'000, 6)};
  const auto data = encode_here(array{"before", large, small, "after"});
  REQUIRE(data.pieces().size() == 3);
  CHECK(data.pieces()[1].data() == std::as_const(large).data());
  CHECK(encode_here(array{1, "a text"}).pieces().size() == 1);
  CHECK(encode_here(array{small, small}).pieces().size() == 1);
  CHECK(encode_here(std::string(200'000, 'x')).size() > 200'000);
}

TEST_CASE("what a receiver gets in pieces is decoded where they lie", "[wire][data]") {
  detail::encoded_data_sink sink;
  value_encoder encoder{{.scope = wire_scope::message}};
  const array_buffer first{counted(std::size_t{1} << 16, 5)};
  const array_buffer second{counted(100'000, 6)};
  const value sent = array{"before", first, object{{"between", second}}, first, "after"};
  REQUIRE_FALSE(encoder.encode(sent, sink));
  detail::message msg;
  msg.encoded = sink.take();
  REQUIRE(msg.encoded.pieces().size() == 5);
  test::test_context context;
  auto [near, far] = endpoint::make_pair({});
  const auto port = context->adopt(std::move(far));
  value got;
  port.on_message([&got](message_event& ev) { got = ev.data(); });
  const auto outcome = near.peer_inbox().push(std::move(msg));
  REQUIRE(outcome == detail::pushed::queued);
  settle(context);
  CHECK(context.undecodable.empty());
  REQUIRE(got.size() == 5);
  CHECK(got[0] == "before");
  const auto same = [](const value& made, const array_buffer& meant) {
    const auto* buffer = made.get_if<array_buffer>();
    REQUIRE(buffer != nullptr);
    CHECK(std::ranges::equal(buffer->bytes(), std::as_const(meant).bytes()));
  };
  same(got[1], first);
  same(got[2]["between"], second);
  CHECK(got[3].identity() == got[1].identity());
  CHECK(got[4] == "after");
}

} // namespace hawser

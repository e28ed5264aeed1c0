// Buffers, views and shared memory.

#include <cstring>
#include <thread>

#include "clone_fixture.hpp"

namespace hawser {
namespace {

using test::clone_test;
using test::inbox;
using test::settle;
using test::test_context;
using test::trace;

array_buffer counted_bytes(std::size_t size) {
  array_buffer made{size};
  for (std::size_t i = 0; i < size; ++i)
    made.data()[i] = static_cast<std::byte>(i);
  return made;
}

array_buffer_view view_of(const array_buffer_view::buffer_type& buffer,
                          view_kind kind = view_kind::uint8, std::size_t offset = 0,
                          std::optional<std::size_t> length = {}) {
  return *array_buffer_view::make(kind, buffer, offset, length);
}

// -- copying --------------------------------------------------------------------------------------

TEST_CASE_METHOD(clone_test, "a buffer that is not listed is copied", "[buffers][AB-001]") {
  auto mine = counted_bytes(4);
  const auto arrived = sent(mine);
  auto theirs = *arrived.get_if<array_buffer>();
  mine.data()[0] = std::byte{100};
  theirs.data()[1] = std::byte{101};
  CHECK(theirs.data()[0] == std::byte{0});
  CHECK(mine.data()[1] == std::byte{1});
}

TEST_CASE_METHOD(clone_test, "a detached buffer cannot be cloned, wherever it is",
                 "[buffers][AB-002]") {
  array_buffer gone{2};
  const auto view = view_of(gone);
  gone.transfer();
  CHECK(refused(gone) == "DataCloneError: data: the buffer was transferred already");
  CHECK(refused(array{1, gone}) == "DataCloneError: data[1]: the buffer was transferred already");
  CHECK(refused(map{{"k", gone}}) == "DataCloneError: data[0]: the buffer was transferred already");
  CHECK(refused(object{{"v", view}})
        == "DataCloneError: data.v: the buffer was transferred already");
}

TEST_CASE_METHOD(clone_test, "a view keeps its kind and place over a copy of the whole buffer",
                 "[buffers][AB-003]") {
  const auto buffer = counted_bytes(16);
  const auto arrived = sent(array{view_of(buffer, view_kind::uint16, 4, 3), buffer});
  const auto& got = *arrived[0].get_if<array_buffer_view>();
  CHECK(got.kind() == view_kind::uint16);
  CHECK(got.byte_offset() == 4);
  CHECK(got.length() == 3);
  CHECK(got.byte_length() == 6);
  const auto& whole = std::get<array_buffer>(got.buffer());
  CHECK(whole.size() == 16);
  CHECK(same_object(whole, *arrived[1].get_if<array_buffer>()));
}

TEST_CASE_METHOD(clone_test, "every kind of view arrives", "[buffers][AB-004]") {
  const auto buffer = counted_bytes(16);
  for (int kind = 0; kind <= static_cast<int>(view_kind::data_view); ++kind) {
    const auto view = view_of(buffer, static_cast<view_kind>(kind));
    INFO(to_string(view.kind()));
    const auto arrived = sent(view);
    CHECK(*arrived.get_if<array_buffer_view>() == view);
    CHECK(arrived.get_if<array_buffer_view>()->element(1) == view.element(1));
  }
  CHECK(to_string(array_buffer_view::of({1.5F, -0.F})) == "Float32Array(2) [ 1.5, -0 ]");
  CHECK(to_string(array_buffer_view::of<std::uint64_t>({~std::uint64_t{0}}))
        == "BigUint64Array(1) [ 18446744073709551615n ]");
}

TEST_CASE_METHOD(clone_test, "a resizable buffer stays resizable", "[buffers][AB-005]") {
  const auto arrived = sent(array_buffer(3, 10));
  auto got = *arrived.get_if<array_buffer>();
  CHECK(got.size() == 3);
  CHECK(got.size_max() == 10);
  CHECK_FALSE(got.resize(10));
  CHECK(got.resize(11) == errc::range_error);
}

TEST_CASE_METHOD(clone_test, "a view without a length goes on following its buffer",
                 "[buffers][AB-006]") {
  array_buffer mine(4, 16);
  for (const bool moved : {false, true}) {
    const auto view = view_of(mine, view_kind::uint16, 2);
    REQUIRE(view.length_tracking());
    const auto arrived = moved ? sent(view, {mine}) : sent(view);
    const auto& got = *arrived.get_if<array_buffer_view>();
    CHECK(got.length() == 1);
    auto buffer = std::get<array_buffer>(got.buffer());
    REQUIRE_FALSE(buffer.resize(12));
    CHECK(got.length() == 5);
  }
}

TEST_CASE_METHOD(clone_test, "a view beyond the end of its buffer is refused",
                 "[buffers][AB-007]") {
  array_buffer buffer(8, 8);
  const auto view = view_of(buffer, view_kind::uint8, 4, 4);
  REQUIRE_FALSE(buffer.resize(6));
  CHECK(view.out_of_bounds());
  CHECK(refused(array{view})
        == "DataCloneError: data[0]: the view is out of the bounds of its buffer");
}

TEST_CASE_METHOD(clone_test, "a buffer that cannot be copied or queued is an error",
                 "[buffers][AB-008]") {
  test_context small{"small", limits{.queue_bytes_max = 1'000}};
  auto [near, far] = small->make_channel();
  CHECK(near.post_message(array_buffer{2'000}) == errc::quota_exceeded_error);
}

// -- transferring ---------------------------------------------------------------------------------

TEST_CASE_METHOD(clone_test, "a listed buffer is detached at once", "[buffers][AB-020]") {
  auto mine = counted_bytes(6);
  const auto view = view_of(mine, view_kind::uint8, 1);
  REQUIRE_FALSE(post(object{{"b", mine}}, {mine}));
  CHECK(mine.detached());
  CHECK(mine.size() == 0);
  CHECK(view.length() == 0);
  settle(sender, receiver);
  const auto& got = *at.data.back()["b"].get_if<array_buffer>();
  CHECK(got.size() == 6);
}

TEST_CASE_METHOD(clone_test, "a listed buffer is moved, not copied",
                 "[buffers][AB-020][WP-031][one_process]") {
  auto mine = counted_bytes(6);
  const auto* bytes = mine.data();
  CHECK(sent(mine, {mine}).get_if<array_buffer>()->data() == bytes);
}

TEST_CASE_METHOD(clone_test, "a message may hold only views of the listed buffer",
                 "[buffers][AB-021]") {
  auto mine = counted_bytes(6);
  const auto arrived =
    sent(array{view_of(mine, view_kind::uint8, 2, 3), view_of(mine, view_kind::data_view)}, {mine});
  CHECK(mine.detached());
  const auto& first = *arrived[0].get_if<array_buffer_view>();
  const auto& second = *arrived[1].get_if<array_buffer_view>();
  CHECK(first.element(0) == 2);
  CHECK(second.length() == 6);
  CHECK(
    same_object(std::get<array_buffer>(first.buffer()), std::get<array_buffer>(second.buffer())));
}

TEST_CASE_METHOD(clone_test, "a resizable buffer keeps its maximum when it moves",
                 "[buffers][AB-022]") {
  array_buffer mine(3, 10);
  const auto arrived = sent(mine, {mine});
  CHECK(arrived.get_if<array_buffer>()->resizable());
  CHECK(arrived.get_if<array_buffer>()->size() == 3);
  CHECK(arrived.get_if<array_buffer>()->size_max() == 10);
}

TEST_CASE_METHOD(clone_test, "a listed buffer with a view beyond its end is refused and stays",
                 "[buffers][AB-023]") {
  array_buffer buffer(8, 8);
  const auto view = view_of(buffer, view_kind::uint8, 4, 4);
  REQUIRE_FALSE(buffer.resize(6));
  CHECK(refused(view, {buffer})
        == "DataCloneError: data: the view is out of the bounds of its buffer");
  CHECK_FALSE(buffer.detached());
}

TEST_CASE_METHOD(clone_test, "an empty buffer moves once", "[buffers][AB-024]") {
  array_buffer empty;
  CHECK(sent(empty, {empty}).size() == 0);
  CHECK(empty.detached());
  at.seen.clear();
  CHECK(refused(nullptr, {empty})
        == "DataCloneError: transfer[0]: the buffer was transferred already");
}

TEST_CASE_METHOD(clone_test, "a moved buffer's bytes arrive unchanged", "[buffers][AB-025]") {
  auto mine = counted_bytes(100'000);
  const auto arrived = sent(mine, {mine});
  CHECK(
    std::ranges::equal(arrived.get_if<array_buffer>()->bytes(), counted_bytes(100'000).bytes()));
}

TEST_CASE_METHOD(clone_test, "a view is not transferable, nor is memory that must stay",
                 "[buffers][AB-026][TX-023][TX-024]") {
  const array_buffer buffer{2};
  CHECK(refused(1, {value{view_of(buffer)}})
        == "DataCloneError: transfer[0]: neither a port nor a buffer");
  const shared_array_buffer shared{2};
  CHECK(refused(shared, {value{shared}})
        == "DataCloneError: transfer[0]: shared memory is shared, not transferred");
  const auto immutable = array_buffer::immutable_copy_of(counted_bytes(3).bytes());
  CHECK(refused(immutable, {immutable})
        == "DataCloneError: transfer[0]: an immutable buffer cannot be transferred");
  CHECK(immutable.size() == 3);
}

TEST_CASE_METHOD(clone_test, "a pinned buffer is refused with a type error and intact",
                 "[buffers][TX-035]") {
  auto pinned = counted_bytes(2);
  pinned.pin();
  CHECK(refused(pinned, {pinned})
        == "TypeError: transfer[0]: the buffer is pinned and cannot be transferred");
  CHECK(pinned.size() == 2);
  CHECK(sent(pinned).size() == 2); // A copy is no trouble.
}

TEST_CASE_METHOD(clone_test, "buffers and ports listed in any order land at their places",
                 "[buffers][TX-053]") {
  auto channel = sender->make_channel();
  auto bytes = counted_bytes(4);
  const auto arrived = sent(array{channel.port2, view_of(bytes), channel.port1, bytes},
                            {channel.port1, bytes, channel.port2});
  REQUIRE(at.ports.size() == 2);
  CHECK(*arrived[2].get_if<message_port>() == at.ports[0]);
  CHECK(*arrived[0].get_if<message_port>() == at.ports[1]);
  CHECK(arrived[3].size() == 4);
  CHECK(arrived[1].get_if<array_buffer_view>()->element(3) == 3);
}

// -- shared memory --------------------------------------------------------------------------------

TEST_CASE_METHOD(clone_test, "shared memory is seen by both sides",
                 "[buffers][AB-040][one_process]") {
  const shared_array_buffer mine{4};
  const auto arrived = sent(mine);
  const auto theirs = *arrived.get_if<shared_array_buffer>();
  mine.bytes()[0] = std::byte{1};
  theirs.bytes()[1] = std::byte{2};
  CHECK(theirs.bytes()[0] == std::byte{1});
  CHECK(mine.bytes()[1] == std::byte{2});
}

TEST_CASE_METHOD(clone_test, "several shared buffers travel nested, growable ones too",
                 "[buffers][AB-041][one_process]") {
  const shared_array_buffer first{1};
  const shared_array_buffer growable(2, 8);
  const auto arrived = sent(object{{"list", array{first, growable}}, {"again", first}});
  const auto theirs = *arrived["list"][1].get_if<shared_array_buffer>();
  CHECK(theirs.growable());
  CHECK_FALSE(theirs.grow(6));
  CHECK(growable.size() == 6);
  CHECK(growable.grow(5) == errc::range_error);
  CHECK(growable.grow(9) == errc::range_error);
  CHECK(arrived["again"].identity() == arrived["list"][0].identity());
}

TEST_CASE_METHOD(clone_test, "a context that is not isolated cannot post shared memory",
                 "[buffers][AB-042]") {
  sender->isolate(cross_origin_isolation::not_isolated);
  CHECK(refused(array{shared_array_buffer{1}})
        == "DataCloneError: data[0]: this context is not isolated and cannot share memory");
}

// What another cluster hears of a shared buffer.
trace heard_by(test_context& other, inbox& at) {
  test_context sender{"sender", *origin::parse("https://here.example")};
  auto [near, far] = test::connect(sender, other);
  at.listen(far);
  CHECK_FALSE(near.post_message(object{{"memory", shared_array_buffer{1}}}));
  CHECK_FALSE(near.post_message("after"));
  settle(sender, other);
  return at.seen;
}

TEST_CASE("another agent cluster gets a messageerror, and the sender no error",
          "[buffers][AB-044][ME-005]") {
  inbox at;
  test_context foreign{"foreign", *origin::parse("https://elsewhere.example")};
  CHECK(heard_by(foreign, at) == trace{"messageerror", "after"});
  REQUIRE(foreign.undecodable.size() == 1);
  CHECK(foreign.undecodable[0].find("data.memory: shared memory cannot leave its ")
        != std::string::npos); // Agent cluster, or process.
  inbox at_apart;
  test_context apart{"apart", *origin::parse("https://here.example")};
  apart->join({7, apart->origin()});
  CHECK(heard_by(apart, at_apart) == trace{"messageerror", "after"});
}

TEST_CASE("contexts of one origin in one group share memory", "[buffers][AB-045][one_process]") {
  inbox at;
  test_context same{"same", *origin::parse("https://here.example")};
  CHECK(heard_by(same, at).front() != "messageerror");
}

TEST_CASE("shared memory outlives the context that made it", "[buffers][AB-046][one_process]") {
  test_context receiver{"receiver", *origin::parse("https://here.example")};
  inbox at;
  {
    test_context sender{"sender", *origin::parse("https://here.example")};
    auto [near, far] = test::connect(sender, receiver);
    at.listen(far);
    shared_array_buffer memory{2};
    memory.bytes()[1] = std::byte{5};
    REQUIRE_FALSE(near.post_message(memory));
    settle(sender, receiver);
  }
  CHECK(at.data.at(0).get_if<shared_array_buffer>()->bytes()[1] == std::byte{5});
}

TEST_CASE("shared memory that waited with a foreign cluster works back at home",
          "[buffers][AB-047][MV-010][one_process]") {
  test_context home{"home", *origin::parse("https://here.example")};
  test_context again{"again", *origin::parse("https://here.example")};
  test_context foreign{"foreign", *origin::parse("https://elsewhere.example")};
  auto [keeps, travels] = home->make_channel();
  shared_array_buffer memory{1};
  REQUIRE_FALSE(keeps.post_message(memory));
  test::ferry out{home, foreign};
  const auto abroad = out.carry(travels);
  REQUIRE_FALSE(keeps.post_message(memory));
  test::ferry back{foreign, again};
  inbox at{back.carry(abroad)};
  settle(home, foreign, again);
  REQUIRE(at.data.size() == 2);
  at.data[0].get_if<shared_array_buffer>()->bytes()[0] = std::byte{3};
  CHECK(memory.bytes()[0] == std::byte{3});
}

} // namespace
} // namespace hawser

// What the encoder does beside writing one field after the other.

#include <catch2/catch_test_macros.hpp>

#include "frame_samples.hpp"
#include "hawser/frame_codec.hpp"
#include "printing.hpp"
#include "samples.hpp"
#include "unicode.hpp"

using namespace hawser;
using namespace hawser::test;

namespace {

std::vector<std::byte> bytes_of(const frame& from) {
  std::vector<std::byte> made;
  encode(from, made);
  return made;
}

frame read_back(const frame& from) {
  const auto made = decode_frame(bytes_of(from));
  INFO((made ? "" : made.error().what()));
  REQUIRE(made);
  return *made;
}

frame troubled(std::string_view why) {
  data_frame made;
  made.message.data = encoded_data::unencodable(why);
  return routed_frame{{}, {}, std::move(made)};
}

std::string trouble_of(const frame& from) {
  const auto& data = std::get<data_frame>(std::get<routed_frame>(from).what).message.data;
  return std::string{data.trouble()};
}

} // namespace

TEST_CASE("a frame is appended to what is there", "[wire][frame]") {
  std::vector<std::byte> all;
  std::string expected;
  for (const auto& one : frame_samples()) {
    encode(one.content, all);
    expected += (expected.empty() ? "" : " ") + to_hex(bytes_of(one.content));
    CHECK(to_hex(all) == expected);
  }
}

TEST_CASE("data of every size around that of the encoder's block arrives", "[wire][frame]") {
  for (std::size_t size = 0; size < 2000; ++size) {
    std::vector<std::byte> data;
    for (std::size_t i = 0; i < size; ++i)
      data.push_back(static_cast<std::byte>(i * 7 + size));
    const frame sent =
      routed_frame{{}, {}, data_frame{1, {encoded_data::copy_of(data), {}, size, 0}}};
    CHECK(all_of(read_back(sent)) == all_of(sent));
  }
}

TEST_CASE("frames that are appended one by one do not move what is there each time",
          "[wire][frame]") {
  data_frame what;
  what.message.data = encoded_data::copy_of(std::vector<std::byte>(1000));
  const frame each = routed_frame{{}, {}, what};
  std::vector<std::byte> all;
  std::size_t moves = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto room = all.capacity();
    encode(each, all);
    moves += all.capacity() != room ? 1 : 0;
  }
  CHECK(moves < 20);
}

TEST_CASE("a message without data is read as one with none", "[wire][frame]") {
  const auto made = read_back(routed_frame{{}, {}, data_frame{}});
  const auto& data = std::get<data_frame>(std::get<routed_frame>(made).what).message.data;
  REQUIRE(data);
  CHECK(data.size() == 0);
  CHECK(data.trouble().empty());
}

TEST_CASE("text that is not UTF-8 is written with replacements", "[wire][frame]") {
  CHECK(trouble_of(read_back(troubled("a\xed\xa0\x80z"))) == "a\xef\xbf\xbdz");
  CHECK(trouble_of(read_back(troubled("a\xff\xc3"))) == "a\xef\xbf\xbd\xef\xbf\xbd");
  const auto made = read_back(window_frame{{}, {"null", "\xc0\x80", {}, "\xed\xb0\x80"}, {}});
  const auto& facts = std::get<window_frame>(made).facts;
  CHECK(facts.target_origin == "\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(facts.source_name == "\xef\xbf\xbd");
}

TEST_CASE("long text for people is cut in front of a character", "[wire][frame]") {
  const auto most = frame_limits{}.text_bytes_max;
  CHECK(trouble_of(read_back(troubled(std::string(most, 'x')))) == std::string(most, 'x'));
  CHECK(trouble_of(read_back(troubled(std::string(most + 1, 'x')))) == std::string(most, 'x'));
  CHECK(trouble_of(read_back(troubled(std::string(most - 1, 'x') + "\xf0\x9f\x9a\xa2")))
        == std::string(most - 1, 'x'));
  std::string surrogates;
  while (surrogates.size() <= most)
    surrogates += "\xed\xa0\x80";
  CHECK(trouble_of(read_back(troubled(surrogates))).size() == most / 3 * 3);
  const frame named = window_frame{{}, {"null", {}, {}, std::string(most + 5, 'n')}, {}};
  CHECK(std::get<window_frame>(read_back(named)).facts.source_name == std::string(most, 'n'));
}

TEST_CASE("an origin or a contact is never cut, but refused", "[wire][frame]") {
  const std::string text(frame_limits{}.text_bytes_max + 1, 'o');
  CHECK_FALSE(decode_frame(bytes_of(window_frame{{}, {text, {}, {}, ""}, {}})));
  CHECK_FALSE(decode_frame(bytes_of(routed_frame{{}, {}, announce_frame{{}, 1, {}, text, 0}})));
}

TEST_CASE("replacements keep what is text", "[wire][unicode]") {
  using detail::with_replacements;
  CHECK(with_replacements("").empty());
  CHECK(with_replacements("h\xc3\xa4"
                          "fen \xf0\x9f\x9a\xa2")
        == "h\xc3\xa4"
           "fen \xf0\x9f\x9a\xa2");
  CHECK(with_replacements("\xed\xa0\xbd\xed\xba\xa2") == "\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(with_replacements("\xf0\x9f\x9a") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

// Bytes that are no frame, and what is said about them.

#include <catch2/catch_test_macros.hpp>

#include "frame_samples.hpp"
#include "hawser/frame_codec.hpp"
#include "printing.hpp"
#include "samples.hpp"

using namespace hawser;
using namespace hawser::test;

namespace {

std::vector<std::byte> bytes_of(const frame& from) {
  std::vector<std::byte> made;
  encode(from, made);
  return made;
}

const std::string ids = " 00000000000000000000000000000001 00000000000000000000000000000002 ";
const std::string some_id = " 00000000000000000000000000000003 ";
const std::string no_id = " 00000000000000000000000000000000 ";

std::string refusal(const std::string& hex, const frame_limits& bounds = {}) {
  const auto made = decode_frame(from_hex(hex), bounds);
  if (made)
    return "read as " + to_string(*made);
  return made.error() == errc::data_decode_error ? made.error().what() : "an error of another kind";
}

std::string repeated(std::string_view part, std::size_t count) {
  std::string made;
  for (std::size_t i = 0; i < count; ++i)
    made += part;
  return made;
}

} // namespace

TEST_CASE("a frame that ends early is refused, wherever it ends", "[wire][frame]") {
  for (const auto& one : frame_samples()) {
    const auto whole = bytes_of(one.content);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      INFO(one.line << ", " << size << " bytes of " << whole.size());
      // In memory of its own, beyond which a sanitizer sees a read.
      const std::vector<std::byte> part(whole.begin(),
                                        whole.begin() + static_cast<std::ptrdiff_t>(size));
      const auto made = decode_frame(part);
      REQUIRE_FALSE(made);
      CHECK(made.error() == errc::data_decode_error);
      CHECK(made.error().what().starts_with("byte "));
    }
  }
}

TEST_CASE("a frame in which one byte has changed is another frame or refused", "[wire][frame]") {
  std::size_t read = 0;
  std::size_t refused = 0;
  for (const auto& one : frame_samples()) {
    auto bytes = bytes_of(one.content);
    const auto meant = all_of(one.content);
    for (auto& byte : bytes) {
      const auto before = byte;
      for (unsigned next = 0; next < 256; ++next) {
        byte = static_cast<std::byte>(next);
        if (byte == before)
          continue;
        const auto made = decode_frame(bytes);
        ++(made ? read : refused);
        // Nothing is passed over: other bytes say something else, and are how that is written.
        const bool fits = made ? bytes_of(*made) == bytes && all_of(*made) != meant
                               : made.error() == errc::data_decode_error;
        if (!fits)
          FAIL(one.line << " became " << to_hex(bytes));
      }
      byte = before;
    }
  }
  CHECK(read > 100'000);
  CHECK(refused > 10'000);
}

TEST_CASE("bytes behind a frame are refused", "[wire][frame]") {
  for (const auto& one : frame_samples()) {
    INFO(one.line);
    auto bytes = bytes_of(one.content);
    const auto size = bytes.size();
    bytes.push_back(std::byte{0});
    const auto made = decode_frame(bytes);
    REQUIRE_FALSE(made);
    CHECK(made.error().what() == "byte " + std::to_string(size) + ": expected nothing more");
  }
}

TEST_CASE("a refusal names the byte and what was expected there", "[wire][frame]") {
  CHECK(refusal("") == "byte 0: expected the kind of a frame, but the bytes end");
  CHECK(refusal("00" + ids) == "byte 0: expected the kind of a frame, not 0");
  CHECK(refusal("10" + ids) == "byte 0: expected the kind of a frame, not 16");
  CHECK(refusal("0b" + some_id + "00")
        == "byte 17: expected the waypoint a frame comes from, but the bytes end");
  CHECK(refusal("01" + ids) == "byte 33: expected the number of a message, but the bytes end");
  CHECK(refusal("01" + ids + "80")
        == "byte 33: expected the number of a message, but the bytes end");
  CHECK(refusal("01" + ids + "00 02 00 00 00 00")
        == "byte 34: expected the flags of a message, at most 1, not 2");
  CHECK(refusal("01" + ids + "00 00 00 00 00 05 01")
        == "byte 38: expected the data of a message in 5 bytes, but there are 1");
  CHECK(refusal("01" + ids + "00 01 00 00 00 00")
        == "byte 38: expected what the trouble is, in at least one byte");
  CHECK(refusal("01" + ids + "00 01 00 00 00 01 ff")
        == "byte 38: expected what the trouble is in UTF-8");
  CHECK(refusal("01" + ids + "00 01 00 00 00 03 ed a0 80")
        == "byte 38: expected what the trouble is in UTF-8");
  CHECK(refusal("02" + ids + "00 00 02 00")
        == "byte 35: expected the flags of a FIN, at most 1, not 2");
  CHECK(refusal("06" + ids + "01" + some_id + "00 00" + no_id)
        == "byte 52: expected a key of its own, not none");
  CHECK(refusal("0c" + some_id + "02 00" + no_id + "00 00 00 00 00 00")
        == "byte 19: expected the window a message comes from, not none");
  CHECK(refusal("0c" + some_id + "04")
        == "byte 17: expected the flags of a message for a window, at most 3, not 4");
  CHECK(refusal("0d 00") == "byte 1: expected the window to be watched, but the bytes end");
  CHECK(refusal("0e 00") == "byte 1: expected the window that has ended, but the bytes end");
}

TEST_CASE("a port is refused by what is wrong with it", "[wire][frame]") {
  const auto start = "01" + ids + "00 00 00 00 01" + some_id + some_id;
  const auto end = " 01 00" + some_id + "00 00 00 00 00 00 00 00 00 00 00 00 00 00";
  CHECK(refusal(start + "01 01" + end) == "read as 0002 -> 0001 DATA 0 port 0003 direct");
  CHECK(refusal(start + "02 00" + end)
        == "byte 70: expected the flags of a port, at most 1, not 2");
  CHECK(refusal(start + "00 02" + end) == "byte 71: expected a side, 0 or 1, not 2");
}

TEST_CASE("a run has messages, each with data", "[wire][frame]") {
  const auto start = "0f" + ids + "07 ";
  CHECK(refusal(start + "01 02 00 02 01 f6") == "read as 0002 -> 0001 RUN 7 of 1");
  CHECK(refusal(start + "00") == "byte 34: expected at least one message");
  CHECK(refusal(start + "02 02 00 02 01 f6")
        == "byte 34: expected as many bytes as would fill all messages of a run, not 2");
  CHECK(refusal(start + "01 02 00 01 01 f6")
        == "byte 37: expected the data of a message in at least 2 bytes, not 1");
  CHECK(refusal(start + "01 02 00 03 01 f6")
        == "byte 37: expected the data of a message in 3 bytes, but there are 2");
  CHECK(refusal(start + "03 " + repeated("02 00 02 01 f6 ", 3), {.run_messages_max = 2})
        == "byte 34: expected at most 2 messages of a run, not 3");
}

TEST_CASE("a number has one form", "[wire][frame]") {
  const auto start = "07" + ids + "00 ";
  const auto forms = {"80 00", "81 00", "ff 80 00", "80 80 80 80 80 80 80 80 80 00",
                      "80 80 80 80 80 80 80 80 80 80 00"};
  CHECK(refusal(start + "00") == "read as 0002 -> 0001 START epoch 0 from 0");
  CHECK(refusal(start + "80 01") == "read as 0002 -> 0001 START epoch 0 from 128");
  CHECK(refusal(start + "ff ff ff ff ff ff ff ff ff 01")
        == "read as 0002 -> 0001 START epoch 0 from 18446744073709551615");
  for (const auto* each : forms) {
    INFO(each);
    const auto said = refusal(start + each);
    CHECK(said.starts_with("byte 34: expected the number of the next message in "));
  }
  CHECK(refusal(start + "80 00").ends_with("in its shortest form"));
  CHECK(refusal(start + "ff ff ff ff ff ff ff ff ff 02").ends_with("in 64 bits"));
  CHECK(refusal(start + "ff ff ff ff ff ff ff ff ff 81 00").ends_with("in 64 bits"));
  CHECK(refusal(start + "ff ff ff ff ff ff ff ff ff 80").ends_with("in 64 bits"));
}

TEST_CASE("hops fit 32 bits", "[wire][frame]") {
  CHECK(refusal("09" + ids + "00 00 00 ff ff ff ff 0f")
        == "read as 0002 -> 0001 CREDIT taken 0 limit 0/0");
  CHECK(refusal("09" + ids + "00 00 00 80 80 80 80 10")
        == "byte 36: expected a count of hops in 32 bits");
}

TEST_CASE("every close reason there is can be sent, and no other", "[wire][frame]") {
  for (unsigned number = 0; number < 256; ++number) {
    const auto reason = static_cast<close_reason>(number);
    const auto bytes = bytes_of(routed_frame{{}, {}, broken_frame{reason}});
    INFO(number);
    const auto made = decode_frame(bytes);
    CHECK(static_cast<bool>(made) == (to_string(reason) != "unknown reason"));
    if (!made)
      CHECK(made.error().what()
            == "byte 33: expected a close reason, not " + std::to_string(number));
  }
}

TEST_CASE("a bound that is exceeded is told", "[wire][frame]") {
  const frame_limits bounds{
    .frame_bytes_max = 120, .ports_max = 2, .runs_max = 1, .text_bytes_max = 3};
  const auto start = "01" + ids + "00 00 00 00 ";
  CHECK(refusal(start + "02" + no_id + no_id + "00", bounds)
        == "read as 0002 -> 0001 DATA 0 port 0000 port 0000");
  CHECK(refusal(start + "03" + no_id + no_id + no_id + "00", bounds)
        == "byte 37: expected at most 2 ports, not 3");
  CHECK(refusal(start + "00 51" + repeated("00", 81), bounds) == "read as 0002 -> 0001 DATA 0");
  CHECK(refusal(start + "00 52" + repeated("00", 82), bounds)
        == "byte 120: expected the end of a frame, which is no longer than that");
  const auto port = "01" + some_id + some_id + "00 00 01 00" + some_id + repeated("00", 12);
  const frame_limits long_enough{.runs_max = 1};
  CHECK(refusal(start + port + "01 00 00 00", long_enough)
        == "read as 0002 -> 0001 DATA 0 port 0003");
  CHECK(refusal(start + port + "02 00 00 00 00 00", long_enough)
        == "byte 102: expected at most 1 runs of posts, not 2");
  CHECK(refusal("01" + ids + "00 01 00 00 00 03 616263", bounds) == "read as 0002 -> 0001 DATA 0");
  CHECK(refusal("01" + ids + "00 01 00 00 00 04 61626364", bounds)
        == "byte 38: expected what the trouble is in at most 3 bytes, not 4");
}

TEST_CASE("a count that the bytes cannot fill is refused", "[wire][frame]") {
  CHECK(refusal("01" + ids + "00 00 00 00 80 20" + no_id)
        == "byte 37: expected as many bytes as would fill all ports, not 4096");
}

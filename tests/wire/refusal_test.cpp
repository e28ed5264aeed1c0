// Bytes that are no value: what the error says, and that reading them costs no more than they do.

#include <catch2/catch_test_macros.hpp>

#include "hawser/value_decoder.hpp"
#include "hawser/value_encoder.hpp"
#include "printing.hpp"
#include "samples.hpp"

using namespace hawser;
using namespace hawser::test;

namespace {

std::string refusal(std::string_view hex, const wire_options& options = {}) {
  const auto bytes = from_hex(hex);
  const auto made = decode(bytes, options);
  if (made)
    return "read as " + to_string(*made);
  CHECK(made.error() == errc::data_decode_error);
  // Byte by byte there is an error too, if not always the same one: less is known.
  value_decoder decoder{options};
  for (const auto byte : bytes)
    if (decoder.feed({&byte, 1}))
      break;
  CHECK_FALSE(decoder.take());
  return made.error().what();
}

struct row {
  std::string_view hex;
  std::string_view says;
};

// A record of that name, as it starts on the wire.
std::string record(std::string_view name, std::size_t arguments) {
  const std::byte head[] = {std::byte{0x01}, std::byte{0xd8}, std::byte{27},
                            static_cast<std::byte>(0x81 + arguments),
                            static_cast<std::byte>(0x60 + name.size())};
  return to_hex(head) + " " + to_hex(std::as_bytes(std::span{name})) + " ";
}

} // namespace

TEST_CASE("what is not well-formed is refused by the byte", "[wire][refusal]") {
  const row rows[] = {
    {"", "byte 0: the bytes end in the middle of the value"},
    {"02 00", "byte 0: version 2 of the wire format is not known here, 1 is"},
    {"d9 d9f7 00", "byte 0: version 217 of the wire format is not known here, 1 is"},
    {"01", "byte 1: the bytes end in the middle of the value"},
    {"01 18", "byte 1: the bytes end in the middle of the value"},
    {"01 fb 00 00", "byte 1: the bytes end in the middle of the value"},
    {"01 1c", "byte 1: a byte that begins no item"},
    {"01 1f", "byte 1: a byte that begins no item"},
    {"01 3f", "byte 1: a byte that begins no item"},
    {"01 df", "byte 1: a byte that begins no item"},
    {"01 82 00", "byte 1: a container of 2 items where 1 bytes are left"},
    {"01 82 82 00 00", "byte 2: a container of 2 items where 2 bytes are left"},
    {"01 a1 00", "byte 1: a container of 1 items where 1 bytes are left"},
    {"01 9b ffffffffffffffff", "byte 1: a container of more items than there can be"},
    {"01 9a ffffffff 00", "byte 1: a container of 4294967295 items where 1 bytes are left"},
    {"01 bb 8000000000000000 00",
     "byte 1: a container of 9223372036854775808 items where 1 bytes are left"},
    {"01 5b ffffffffffffffff 00",
     "byte 1: a string of 18446744073709551615 bytes where 1 are left"},
    {"01 63 61 62", "byte 1: a string of 3 bytes where 2 are left"},
    {"01 ff", "byte 1: a break outside of a container of indefinite length"},
    {"01 81 ff", "byte 2: a break outside of a container of indefinite length"},
    {"01 bf 61 61 ff", "byte 4: a key without its value"},
    {"01 9f c1 ff", "byte 3: a break outside of a container of indefinite length"},
    {"01 5f 61 61 ff", "byte 2: something else between the pieces of a string"},
    {"01 7f 7f ff ff", "byte 2: something else between the pieces of a string"},
    {"01 5f 42 01", "byte 2: a string of 2 bytes where 1 are left"},
    {"01 e0", "byte 1: simple value 0 means nothing here"},
    {"01 f8 ff", "byte 1: simple value 255 means nothing here"},
  };
  for (const auto& [hex, says] : rows) {
    INFO(hex);
    CHECK(refusal(hex) == says);
  }
}

TEST_CASE("text that is not Unicode is refused", "[wire][refusal]") {
  for (const auto* hex : {"01 61 80", "01 61 ff", "01 62 c0 80", "01 62 c3 28", "01 63 e0 80 80",
                          "01 63 ed a0 80", "01 64 f0 80 80 80", "01 64 f4 90 80 80", "01 62 e2 82",
                          "01 68 61 61 61 61 61 61 61 c3", "01 a1 61 80 00"}) {
    INFO(hex);
    CHECK(refusal(hex).ends_with("text that is not UTF-8"));
  }
  CHECK(refusal("01 d9 0111 41 80") == "byte 4: text that is not WTF-8");
  CHECK(refusal("01 d9 0111 46 ed a0 80 ed b0 80") == "byte 4: text that is not WTF-8");
}

TEST_CASE("a key occurs once in an object, and is text", "[wire][refusal]") {
  CHECK(refusal("01 a2 61 61 00 61 61 00") == "byte 5: a second member of that name");
  CHECK(refusal("01 a2 01 00 61 31 00") == "byte 4: a second member of that name");
  CHECK(refusal("01 a1 f5 00") == "byte 2: the key of a member is a boolean");
  CHECK(refusal("01 a1 fb 3ff8000000000000 00") == "byte 2: the key of a member is a number");
  CHECK(refusal("01 a1 80 00") == "byte 2: the key of a member is a container");
  std::string many = "01 b8 28 "; // Enough for an index: 40, of which the last is the first again.
  for (int i = 0; i < 39; ++i) {
    const auto letters = "k" + std::to_string(i + 10);
    many += "63 " + to_hex(std::as_bytes(std::span{letters})) + " 00 ";
  }
  CHECK(refusal(many + "63 6b 31 30 00") == "byte 202: two members of one name");
  CHECK(decode(from_hex(many + "63 6b 31 00 00")));
}

TEST_CASE("tags are known and stand where they mean something", "[wire][refusal]") {
  const row rows[] = {
    {"01 c4 82 00 00", "byte 1: tag 4 means nothing here"},
    {"01 d9 0108 00", "byte 1: tag 264 means nothing here"},
    {"01 d8 4c 40", "byte 1: tag 76 means nothing here"},
    {"01 d8 53 50 00000000000000000000000000000000", "byte 1: tag 83 means nothing here"},
    {"01 db ffffffffffffffff 00", "byte 1: tag 18446744073709551615 means nothing here"},
    {"01 c1 61 61", "byte 2: tag 1 around text"},
    {"01 c1 f6", "byte 2: tag 1 around null"},
    {"01 c1 f7", "byte 2: tag 1 around undefined"},
    {"01 c0 61 61", "byte 2: 'a' is no date"},
    {"01 c2 01", "byte 2: tag 2 around an integer"},
    {"01 c2 c2 40", "byte 2: tag 2 around tag 2"},
    {"01 d8 1b 01", "byte 3: tag 27 around an integer"},
    {"01 d8 1b a0", "byte 3: tag 27 around a map"},
    {"01 d9 0102 a0", "byte 4: tag 258 around a map"},
    {"01 d9 0103 80", "byte 4: tag 259 around an array"},
    {"01 d8 56 47 00000000000000", "byte 3: 7 bytes are no multiple of 8"},
    {"01 d8 40 f5", "byte 3: tag 64 around a boolean"},
    {"01 d8 1f f7", "byte 3: a hole outside of an array"},
    {"01 d9 0102 81 d8 1f f7", "byte 7: a hole outside of an array"},
    {"01 81 d8 1f 00", "byte 4: tag 31 around an integer"},
    {"01 81 d8 1c d8 1f f7", "byte 6: a hole outside of an array"},
    {"01 a1 61 61 d8 1f f7", "byte 6: a hole outside of an array"},
  };
  for (const auto& [hex, says] : rows) {
    INFO(hex);
    CHECK(refusal(hex) == says);
  }
}

TEST_CASE("a reference is to something that was marked before", "[wire][refusal]") {
  CHECK(refusal("01 d8 1d 00") == "byte 3: a reference to part 0 of 0");
  CHECK(refusal("01 82 d8 1c 80 d8 1d 01") == "byte 7: a reference to part 1 of 1");
  CHECK(refusal("01 82 d8 1c 80 d8 1d 1b ffffffffffffffff")
        == "byte 7: a reference to part 18446744073709551615 of 1");
  CHECK(refusal("01 82 d8 1c 80 d8 1d 20") == "byte 7: tag 29 around an integer");
  CHECK(refusal("01 d8 1c d8 1c 80") == "byte 3: a part that is marked twice");
  CHECK(refusal("01 d8 1c d8 1d 00") == "byte 3: a reference that is marked");
  CHECK(refusal("01 d8 1d d8 1c 00") == "byte 3: tag 28 inside of a reference");
  // A view of itself.
  CHECK(refusal("01 d8 1c d8 1b 82 6a 55696e74384172726179 d8 1d 00")
          .ends_with("Uint8Array: argument 1 is a reference and should be a buffer"));
}

TEST_CASE("a record is one of those there are, and has what it is made of", "[wire][refusal]") {
  const std::pair<std::string, std::string_view> rows[] = {
    {"01 d8 1b 80", "a record without a name"},
    {"01 d8 1b 81 01", "a record without a name"},
    {"01 d8 1b 81 80", "a container that has no place in this record"},
    {record("Thing", 0), "no record is called 'Thing'"},
    {record("Number", 0), "Number: argument 1 is missing and should be a number"},
    {record("Number", 1) + "f5", "Number: argument 1 is a boolean and should be a number"},
    {record("Number", 2) + "01 01", "Number: argument 2 is a int32 and should be nothing"},
    {record("Error", 1) + "01", "Error: argument 1 is a int32 and should be text"},
    {record("Error", 2) + "61 61 80", "a container that has no place in this record"},
    {record("RegExp", 2) + "61 61 61 71", "there is no flag 'q'"},
    {record("ArrayBuffer", 2) + "42 0102 01",
     "ArrayBuffer: argument 2 is a int32 and should be at least the 2 bytes there are"},
    {record("ArrayBuffer", 2) + "41 01 20",
     "ArrayBuffer: argument 2 is a int32 and should be a number from 0 to 18446744073709551615"},
    {record("Uint16Array", 3) + "44 01020304 01 01",
     "Uint16Array: byte offset 1 is no multiple of 2"},
    {record("Uint16Array", 3) + "44 01020304 02 02",
     "Uint16Array: 2 elements from byte 2 do not fit a buffer of 4"},
    {record("Uint8Array", 3) + "41 01 00 1b ffffffffffffffff",
     "Uint8Array: 18446744073709551615 elements from byte 0 do not fit a buffer of 1"},
    {record("ImageData", 3) + "d8 44 44 00000000 02 01",
     "image data of 2 by 1 pixels over 4 bytes"},
    {record("ImageData", 3) + "d8 44 44 00000000 1b 0000000100000001 01",
     "ImageData: argument 2 is a number and should be a number from 0 to 4294967295"},
    {record("ImageData", 4) + "d8 44 44 00000000 01 01 61 78",
     "ImageData: argument 4 is a string and should be 'srgb' or 'display-p3'"},
    {record("FileList", 1) + "01", "FileList: argument 1 is a int32 and should be a file"},
    {record("Array", 2) + "80 80", "a container that has no place in this record"},
    {record("MessagePort", 1) + "00", "port 0 of the message, which carries 0"},
    {record("PlatformObject", 2) + "61 61 00", "a a outside of a message"},
  };
  for (const auto& [hex, says] : rows) {
    INFO(hex);
    const auto said = refusal(hex);
    INFO(said);
    CHECK(said.ends_with(says));
  }
  CHECK(
    refusal(record("MessagePort", 1) + "02", {.scope = wire_scope::message, .transferred_ports = 2})
      .ends_with("port 2 of the message, which carries 2"));
}

TEST_CASE("the elements of an array with named members are its own", "[wire][refusal]") {
  const auto shared = "01 82 d8 1c 81 01 d8 1b 83 65 4172726179 d8 1d 00 a1 61 61 01";
  CHECK(
    refusal(shared).ends_with("Array: argument 1 is a array and should be an array of its own"));
}

TEST_CASE("the limits of a decoder are exact", "[wire][refusal]") {
  CHECK(refusal("01 81 81 81 01", {.limits = {.depth_max = 3}}) == "read as [ [ [ 1 ] ] ]");
  CHECK(refusal("01 81 81 81 81 01", {.limits = {.depth_max = 3}})
        == "byte 4: nested deeper than 3 levels");
  CHECK(refusal("01 63 616263", {.limits = {.encoded_bytes_max = 5}}) == "read as abc");
  CHECK(refusal("01 64 61626364", {.limits = {.encoded_bytes_max = 5}})
        == "byte 0: more than 5 bytes");
  CHECK(refusal("01 82 d8 1c 80 80", {.limits = {.references_max = 1}}) == "read as [ [], [] ]");
  CHECK(refusal("01 82 d8 1c 80 d8 1c 80", {.limits = {.references_max = 1}})
        == "byte 5: more than 1 marked parts");
  CHECK(refusal("01 84 80 80 80 80", {.limits = {.decoded_bytes_max = 180}})
        == "byte 4: more than 180 bytes in memory");
}

TEST_CASE("the letters of long keys count as memory, however they are read", "[wire][refusal]") {
  object all;
  for (char letter = 'a'; letter < 'k'; ++letter)
    all.set(std::string(1000, letter), letter - 'a');
  std::vector<std::byte> bytes;
  REQUIRE_FALSE(encode(all, bytes));
  CHECK(refusal(to_hex(bytes), {.limits = {.decoded_bytes_max = 10'000}})
        == "byte 9038: more than 10000 bytes in memory");
  CHECK(decode(bytes, {.limits = {.decoded_bytes_max = 11'000}}));
}

TEST_CASE("levels are counted alike in both directions", "[wire][refusal]") {
  // An error with a cause, an array with members and a platform object are one level each.
  array named{1};
  named.set("x", array{});
  for (const value& all : {value{error_object{.cause = value{array{}}}}, value{named},
                           value{array{error_object{.message = "m", .stack = "s"}}},
                           value{map{{1, object{{"a", 1}}}}}}) {
    std::vector<std::byte> bytes;
    for (std::size_t depth = 0; depth < 4; ++depth) {
      const wire_options options{.limits = {.depth_max = depth}};
      std::vector<std::byte> bounded;
      const bool encodes = !encode(all, bounded, options);
      CHECK(encodes == (all.depth() <= depth));
      bytes.clear();
      REQUIRE_FALSE(encode(all, bytes));
      CHECK(static_cast<bool>(decode(bytes, options)) == encodes);
    }
  }
}

TEST_CASE("records cannot nest without end", "[wire][refusal]") {
  std::string hex = "01 ";
  for (int i = 0; i < 100; ++i)
    hex += "d8 1b 82 69 496d61676544617461 ";
  CHECK(refusal(hex).find("has no place in this record") != std::string::npos);
  hex = "01 ";
  for (int i = 0; i < 100; ++i)
    hex += "d8 1b 83 6e 506c6174666f726d4f626a656374 61 61 ";
  CHECK(refusal(hex + "00", {.limits = {.depth_max = 50}, .scope = wire_scope::message})
          .find("nested deeper than 50 levels")
        != std::string::npos);
}

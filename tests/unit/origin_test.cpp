#include <catch2/catch_test_macros.hpp>

#include "hawser/origin.hpp"
#include "printing.hpp"

namespace hawser {
namespace {

std::string serialized(std::string_view url) {
  const auto parsed = origin::parse(url);
  return parsed ? to_string(*parsed) : to_string(parsed.error());
}

TEST_CASE("an origin is scheme, host and port of a URL", "[origin]") {
  const auto parsed = origin::parse("https://user:secret@example.org:8080/path/?query#fragment");
  REQUIRE(parsed);
  CHECK(parsed->scheme() == "https");
  CHECK(parsed->host() == "example.org");
  CHECK(parsed->port() == 8080);
  CHECK_FALSE(parsed->is_opaque());
  CHECK(to_string(*parsed) == "https://example.org:8080");
}

TEST_CASE("the default port of a scheme is left out", "[origin]") {
  CHECK(serialized("http://a.example:80") == "http://a.example");
  CHECK(serialized("https://a.example:443/") == "https://a.example");
  CHECK(serialized("ws://a.example:80") == "ws://a.example");
  CHECK(serialized("wss://a.example:443") == "wss://a.example");
  CHECK(serialized("ftp://a.example:21") == "ftp://a.example");
  CHECK(serialized("http://a.example:443") == "http://a.example:443");
  CHECK(serialized("https://a.example:00443") == "https://a.example");
  CHECK(serialized("https://a.example:") == "https://a.example");
  CHECK(serialized("hawser://node.example:4242") == "hawser://node.example:4242");
  CHECK(serialized("https://a.example:0") == "https://a.example:0");
  CHECK(serialized("https://a.example:65535") == "https://a.example:65535");
}

TEST_CASE("spelling of scheme and host does not count", "[origin]") {
  CHECK(*origin::parse("HTTPS://Example.ORG") == *origin::parse("https://example.org:443/x"));
  CHECK(*origin::parse("https://a.example") != *origin::parse("http://a.example"));
  CHECK(*origin::parse("https://a.example") != *origin::parse("https://b.example"));
  CHECK(*origin::parse("https://a.example") != *origin::parse("https://a.example:444"));
}

TEST_CASE("slashes are forgiven in any number and either way round", "[origin]") {
  CHECK(serialized("https:a.example") == "https://a.example");
  CHECK(serialized("https:/\\/a.example\\path") == "https://a.example");
}

TEST_CASE("literal addresses are hosts", "[origin]") {
  CHECK(serialized("http://[::1]:8080/") == "http://[::1]:8080");
  CHECK(serialized("http://[2001:DB8::1]") == "http://[2001:db8::1]");
  CHECK(serialized("http://192.168.0.1:81") == "http://192.168.0.1:81");
}

TEST_CASE("other schemes have opaque origins, each unequal to the next", "[origin]") {
  const auto first = origin::parse("data:text/plain,hello");
  const auto second = origin::parse("data:text/plain,hello");
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->is_opaque());
  CHECK(first->host().empty());
  CHECK(*first == *first);
  CHECK(*first != *second);
  CHECK(to_string(*first) == "null");
  CHECK(serialized("about:blank") == "null");
  CHECK(serialized("file:///etc/hosts") == "null");
  CHECK(serialized("unknown+scheme-1.0://host") == "null");
}

TEST_CASE("a copy of an opaque origin is the same origin", "[origin]") {
  const auto first = origin::opaque();
  const auto copy = first;
  CHECK(copy == first);
  CHECK(origin::opaque() != first);
}

TEST_CASE("each kind of bad URL is refused with its reason", "[origin]") {
  const auto reason = [](std::string_view url) {
    const auto parsed = origin::parse(url);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error() == errc::syntax_error);
    return parsed.error().what();
  };
  CHECK(reason("") == "'' is not an absolute URL: it has no scheme");
  CHECK(reason("example.org") == "'example.org' is not an absolute URL: it has no scheme");
  CHECK(reason("://x") == "'://x' is not an absolute URL: it has no scheme");
  CHECK(reason("1http://x") == "'1http://x' is not an absolute URL: it has no scheme");
  CHECK(reason("ht tp://x") == "'ht tp://x' is not an absolute URL: it has no scheme");
  CHECK(reason("https://") == "'https://' is not an absolute URL: it has no host");
  CHECK(reason("https://?q") == "'https://?q' is not an absolute URL: it has no host");
  CHECK(reason("https://:80") == "'https://:80' is not an absolute URL: it has no host");
  CHECK(reason("https://user@") == "'https://user@' is not an absolute URL: it has no host");
  CHECK(reason("https://foo bar")
        == "'https://foo bar' is not an absolute URL: its host holds a space or control character");
  CHECK(reason("https://a%41")
        == "'https://a%41' is not an absolute URL: its host holds a forbidden character");
  CHECK(reason("https://b\xc3\xbc"
               "cher.example")
        == "'https://b\xc3\xbc"
           "cher.example' is not an absolute URL: its host is not ASCII; give "
           "the xn-- form");
  CHECK(reason("https://[1]")
        == "'https://[1]' is not an absolute URL: its host is not an IPv6 address");
  CHECK(reason("https://[::1")
        == "'https://[::1' is not an absolute URL: its host is not an IPv6 address");
  CHECK(reason("https://[::g]")
        == "'https://[::g]' is not an absolute URL: its host is not an IPv6 address");
  CHECK(reason("https://a:65536")
        == "'https://a:65536' is not an absolute URL: its port is not a number from 0 to 65535");
  CHECK(reason("https://a:-1")
        == "'https://a:-1' is not an absolute URL: its port is not a number from 0 to 65535");
  CHECK(reason("https://a:8x")
        == "'https://a:8x' is not an absolute URL: its port is not a number from 0 to 65535");
}

} // namespace
} // namespace hawser

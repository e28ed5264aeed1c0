#include <compare>
#include <vector>

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

TEST_CASE("origins have an order that agrees with their equality", "[origin]") {
  const std::vector<origin> all{*origin::parse("https://a.example"),
                                *origin::parse("https://a.example:444"),
                                *origin::parse("https://b.example"),
                                *origin::parse("http://a.example"),
                                origin::opaque(),
                                origin::opaque()};
  for (const auto& lhs : all)
    for (const auto& rhs : all) {
      CHECK(std::is_eq(lhs <=> rhs) == (lhs == rhs));
      CHECK((lhs < rhs) == (rhs > lhs));
    }
}

TEST_CASE("each kind of bad URL is refused with its reason", "[origin]") {
  struct one_case {
    std::string_view url;
    std::string_view reason;
  };
  constexpr std::string_view not_a_port = "its port is not a number from 0 to 65535";
  constexpr std::string_view no_host = "it has no host";
  constexpr std::string_view no_scheme = "it has no scheme";
  constexpr std::string_view space = "its host holds a space or control character";
  for (const auto& [url, reason] : {
         one_case{"", no_scheme},
         one_case{"example.org", no_scheme},
         one_case{"//example.org", no_scheme},
         one_case{"://x", no_scheme},
         one_case{"1http://x", no_scheme},
         one_case{"ht tp://x", no_scheme},
         one_case{"https://", no_host},
         one_case{"https:", no_host},
         one_case{"https:///", no_host},
         one_case{"https://?q", no_host},
         one_case{"https://#f", no_host},
         one_case{"https://:80", no_host},
         one_case{"https://user@", no_host},
         one_case{"https://user:secret@/x", no_host},
         one_case{"https://@:443", no_host},
         one_case{"https://\xc2\xad/", no_host}, // A soft hyphen, which vanishes.
         one_case{"http://foo bar", space},
         one_case{"https://a%20b", space},
         one_case{"https://a%00b", space},
         one_case{"https://%C3%BC%00b", space},
         one_case{"https://a\x7f", space},
         one_case{"https://a\x01z", space},
         one_case{"https://a%", "its host holds a forbidden character, '%'"},
         one_case{"https://a%zz", "its host holds a forbidden character, '%'"},
         one_case{"https://a%4", "its host holds a forbidden character, '%'"},
         one_case{"https://a%25b", "its host holds a forbidden character, '%'"},
         one_case{"https://a%40b", "its host holds a forbidden character, '@'"},
         one_case{"https://a<b", "its host holds a forbidden character, '<'"},
         one_case{"https://a|b", "its host holds a forbidden character, '|'"},
         one_case{"https://a^b", "its host holds a forbidden character, '^'"},
         one_case{"https://]", "its host holds a forbidden character, ']'"},
         one_case{"https://a[b", "its host holds a forbidden character, '['"},
         one_case{"https://\xe2\xa9\xb4", "its host holds a forbidden character, ':'"},
         one_case{"https://\xef\xbc\x85"
                  "41.com",
                  "its host holds a forbidden character, '%'"},
         one_case{"https://a:65536", not_a_port},
         one_case{"https://a:18446744073709551696", not_a_port},
         one_case{"https://a:-1", not_a_port},
         one_case{"https://a:+1", not_a_port},
         one_case{"https://a:8x", not_a_port},
         one_case{"https://a:80:80", not_a_port},
         one_case{"https://a:8 0", not_a_port},
         one_case{"foo://a b/", space},
         one_case{"foo://a:65536/", not_a_port},
         one_case{"foo://user@/", no_host},
         one_case{"foo://:80/", no_host},
         one_case{"foo://a\\b/", "its host holds a forbidden character, '\\'"},
         one_case{"foo://[::1/", "its host is an IPv6 address without a closing bracket"},
         one_case{"file://a b/", space},
         one_case{"file://a:80/", "its host holds a forbidden character, ':'"},
         one_case{"blob://a b/", space},
       }) {
    CAPTURE(url);
    const auto parsed = origin::parse(url);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error() == errc::syntax_error);
    CHECK(parsed.error().what()
          == "'" + std::string{url} + "' is not an absolute URL: " + std::string{reason});
  }
}

TEST_CASE("what the parser passes over does not count", "[origin]") {
  CHECK(serialized("  https://a.example  ") == "https://a.example");
  CHECK(serialized("\x01\x1fhttps://a.example\r\n ") == "https://a.example");
  CHECK(serialized("ht\ttp\ns://a.\r\nexa\tmple:4\n43/") == "https://a.example");
  CHECK(serialized("https:a.example") == "https://a.example");
  CHECK(serialized("https:/a.example") == "https://a.example");
  CHECK(serialized("https://///a.example") == "https://a.example");
  CHECK(serialized("https:\\\\a.example\\path") == "https://a.example");
  CHECK(serialized("https:/\\/a.example\\@b.example") == "https://a.example");
  CHECK(serialized("https://a.example?@b.example") == "https://a.example");
  CHECK(serialized("https://a.example#@b.example:81") == "https://a.example");
  CHECK(serialized("https://u:p@b.example@a.example/") == "https://a.example");
  CHECK(serialized("https://@a.example") == "https://a.example");
  CHECK(serialized("https://::@c@d.example:2") == "https://d.example:2");
  CHECK(serialized("https://a.example/b c<>|^ %") == "https://a.example");
}

TEST_CASE("a domain comes out in one spelling", "[origin]") {
  CHECK(serialized("https://%45x%61MPLE.org") == "https://example.org");
  CHECK(serialized("https://%e4%bd%a0%E5%A5%BD") == "https://xn--6qq79v");
  CHECK(serialized("https://example.org.") == "https://example.org.");
  CHECK(serialized("https://a..b") == "https://a..b");
  CHECK(serialized("https://a_b.-c-.example") == "https://a_b.-c-.example");
  CHECK(serialized("https://!$&'()*+,;=.example") == "https://!$&'()*+,;=.example");
  CHECK(serialized("https://" + std::string(300, 'a')) == "https://" + std::string(300, 'a'));
  CHECK(serialized("hawser://Node.Example:4242/x") == "hawser://node.example:4242");
}

TEST_CASE("an international domain comes out in ASCII", "[origin]") {
  // B\u00fcCHER, fa\u00df, full-width go and dots, a decomposed letter, a soft hyphen.
  CHECK(serialized("https://B\xc3\x9c"
                   "CHER.example")
        == "https://xn--bcher-kva.example");
  CHECK(serialized("https://XN--BCHER-KVA.example") == "https://xn--bcher-kva.example");
  CHECK(serialized("https://fa\xc3\x9f.example") == "https://xn--fa-hia.example");
  CHECK(
    serialized("https://\xef\xbd\x87\xef\xbd\x8f\xe3\x80\x82\xef\xbc\xaf\xef\xbc\xb2\xef\xbc\xa7")
    == "https://go.org");
  CHECK(serialized("https://u\xcc\x88.example") == "https://xn--tda.example");
  CHECK(serialized("https://a\xc2\xad"
                   "b.example")
        == "https://ab.example");
  CHECK(serialized("https://\xe6\x97\xa5\xe6\x9c\xac.xn--fa-hia")
        == "https://xn--wgv71a.xn--fa-hia");
  CHECK(*origin::parse("https://b\xc3\xbc"
                       "cher.example/x")
        == *origin::parse("HTTPS://b%C3%BCcher.example:443"));

  for (const std::string_view host : {
         "\xef\xbf\xbd",     // The replacement character.
         "\xc3\xbc\xff",     // No UTF-8.
         "%ff",              //
         "a\xe2\x80\x8d",    // A joiner that joins nothing.
         "%D7%90b",          // A letter written from right to left, and one from left.
         "xn--a.\xc3\xbc",   // Claims to be encoded and is not.
         "xn--te\xc5\xa1la", //
         "\xe2\x98\x83",     // A snowman: DEVIATION(D8).
       }) {
    CAPTURE(host);
    const auto parsed = origin::parse("https://" + std::string{host});
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().what().find("its host is not an internationalised domain name (")
          != std::string::npos);
  }
  CHECK(serialized("https://xn--n3h.example") == "https://xn--n3h.example"); // The snowman's.
}

TEST_CASE("an IPv4 address comes out as four decimal numbers", "[origin]") {
  struct one_case {
    std::string_view host;
    std::string_view address;
  };
  for (const auto& [host, address] : {
         one_case{"192.168.0.1", "192.168.0.1"},
         one_case{"192.168.0.1.", "192.168.0.1"},
         one_case{"127.1", "127.0.0.1"},
         one_case{"127.0x1", "127.0.0.1"},
         one_case{"0x7f.1", "127.0.0.1"},
         one_case{"0X7F000001", "127.0.0.1"},
         one_case{"2130706433", "127.0.0.1"},
         one_case{"017700000001", "127.0.0.1"},
         one_case{"0177.0.0.01", "127.0.0.1"},
         one_case{"1.2.65535", "1.2.255.255"},
         one_case{"1.16777215", "1.255.255.255"},
         one_case{"4294967295", "255.255.255.255"},
         one_case{"0x", "0.0.0.0"},
         one_case{"1.0x", "1.0.0.0"},
         one_case{"00.0x0.0", "0.0.0.0"},
         one_case{"%30%78%63%30%2e%30%32%35%30.01", "192.168.0.1"},
         one_case{"\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.1", "127.0.0.1"}, // Full-width digits.
         // These end in no number and are names.
         one_case{"1.2.3.4.5x", "1.2.3.4.5x"},
         one_case{"1.2.0xg", "1.2.0xg"},
         one_case{"256.com", "256.com"},
         one_case{"1..", "1.."},
       }) {
    CAPTURE(host);
    CHECK(serialized("http://" + std::string{host}) == "http://" + std::string{address});
  }
  for (const std::string_view host :
       {"256.0.0.1", "1.256.1", "1.2.65536", "1.2.3.256", "1.16777216", "4294967296", "0x100000000",
        "99999999999999999999999", "1.2.3.4.5", "09", "1.2.3.08", "a.1", "a.0x1", "1..2", ".1",
        "0x.a.09", "foo.0XfF.123"}) {
    CAPTURE(host);
    const auto parsed = origin::parse("http://" + std::string{host});
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error() == errc::syntax_error);
  }
}

TEST_CASE("an IPv6 address comes out in one spelling", "[origin]") {
  struct one_case {
    std::string_view address;
    std::string_view canonical;
  };
  for (const auto& [address, canonical] : {
         one_case{"::1", "::1"},
         one_case{"::", "::"},
         one_case{"0:0:0:0:0:0:0:0", "::"},
         one_case{"2001:DB8::1", "2001:db8::1"},
         one_case{"2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"},
         one_case{"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
         one_case{"1:0:0:2:0:0:3:4", "1::2:0:0:3:4"},
         one_case{"1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"},
         one_case{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
         one_case{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
         one_case{"1::", "1::"},
         one_case{"1:2:3:4:5:6::", "1:2:3:4:5:6::"},
         one_case{"::127.0.0.1", "::7f00:1"},
         one_case{"::ffff:1.2.3.4", "::ffff:102:304"},
         one_case{"1:2:3:4:5:6:255.0.255.0", "1:2:3:4:5:6:ff00:ff00"},
       }) {
    CAPTURE(address);
    CHECK(serialized("http://[" + std::string{address} + "]:8080/")
          == "http://[" + std::string{canonical} + "]:8080");
  }
  for (const std::string_view host : {"[]",
                                      "[:]",
                                      "[1]",
                                      "[::1",
                                      "[",
                                      "[::1]x",
                                      "[::g]",
                                      "[12345::]",
                                      "[1:2:3:4:5:6:7]",
                                      "[1:2:3:4:5:6:7:8:9]",
                                      "[1:2:3:4:5:6:7::8]",
                                      "[1::2::3]",
                                      "[:1::]",
                                      "[1:]",
                                      "[1:2:3:4:5:6:7:]",
                                      "[::1%25eth0]",
                                      "[::%31]",
                                      "[::1.2.3]",
                                      "[::1.2.3.4.5]",
                                      "[::1.2.3.256]",
                                      "[::01.2.3.4]",
                                      "[::1.2..4]",
                                      "[::.1.2.3]",
                                      "[::0x7f.0.0.1]",
                                      "[::a.2.3.4]",
                                      "[1:2:3:4:5:6:7:1.2.3.4]",
                                      "[::1.2.3.4:5]",
                                      "[::1 ]"}) {
    CAPTURE(host);
    const auto parsed = origin::parse("http://" + std::string{host} + "/");
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error() == errc::syntax_error);
    CHECK(parsed.error().what().find("IPv6") != std::string::npos);
  }
}

TEST_CASE("a blob URL has the origin of the URL in it", "[origin]") {
  CHECK(serialized("blob:https://a.example:8443/550e8400") == "https://a.example:8443");
  CHECK(serialized("BLOB:HTTP://A.example") == "http://a.example");
  CHECK(serialized("blob:hawser://node.example:1/x") == "hawser://node.example:1");
  for (const std::string_view url :
       {"blob:", "blob:550e8400", "blob:ftp://a.example/x", "blob:ws://a.example/x", "blob:data:,x",
        "blob:blob:https://a.example/x", "blob:https://a b/x", "blob:/x", "blob://a.example/x",
        "blob:file:///x"})
    CHECK(serialized(url) == "null");
}

TEST_CASE("a scheme that is not special says nothing about who speaks", "[origin]") {
  for (const std::string_view url : {"data:text/html,a b",
                                     "javascript:alert(1)",
                                     "about:blank",
                                     "mailto:a@b.example",
                                     "foo:",
                                     "foo:/a b",
                                     "foo://",
                                     "foo:///a",
                                     "foo://[::1]:80/",
                                     "foo://A%zz:80/",
                                     "foo://a:/",
                                     "foo://u:p@host",
                                     "file:",
                                     "file:/x",
                                     "file:///x",
                                     "file://c:/x",
                                     "file://C|/x",
                                     "file://host/x",
                                     "file:\\\\host\\x",
                                     "hawserx://a.example"})
    CHECK(serialized(url) == "null");
}

} // namespace
} // namespace hawser

// Broadcast channels over nodes.

#include <algorithm>
#include <atomic>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "two_nodes.hpp"

namespace hawser::test {
namespace {

constexpr std::string_view page = "https://page.example/";

/// Lets `what` be heard in a context of that node. Line 1 of the notebook is `who is ready`.
void listen(test_node& where, notebook& seen, const std::string& who, std::string_view url = page) {
  where.system().open(url, [&seen, who](browsing_context* self) {
    const auto news = self->make_broadcast_channel("news");
    news.on_message([&seen, who](message_event& ev) {
      seen.check(!ev.source() && ev.ports().empty(), "a broadcast has no source and no ports");
      seen.add(who + " got " + to_string(ev.data()) + " from " + ev.origin());
    });
    news.on_message_error([&seen, who](message_event& ev) {
      seen.add(who + " got messageerror, " + to_string(ev.data()));
    });
    seen.add(who + " is ready");
  });
}

lines heard(lines all) {
  std::erase_if(all, [](const std::string& line) { return line.ends_with("is ready"); });
  std::ranges::sort(all);
  return all;
}

bool knows(const lines& all, const std::string& part) {
  return std::ranges::any_of(
    all, [&part](const auto& line) { return line.find(part) != std::string::npos; });
}

TEST_CASE("a broadcast reaches the channels of its origin and name on every connected node, once",
          "[distributed][broadcast]") {
  notebook seen;
  test_node a{"a"};
  test_node b{"b"};
  test_node c{"c"};
  REQUIRE(a->connect(b.address()));
  REQUIRE(a->connect(c.address()));
  REQUIRE(b->connect(c.address()));
  listen(a, seen, "page at a");
  listen(b, seen, "page at b");
  listen(c, seen, "page at c");
  listen(c, seen, "stranger at c", "https://other.example/");
  REQUIRE(seen.await(4).size() == 4);
  scoped_context main{a.system(), page};
  const auto news = main.make_broadcast_channel("news");
  int echoes = 0;
  news.on_message([&echoes](message_event&) { ++echoes; });
  const auto elsewhere = main.make_broadcast_channel("other news");
  elsewhere.post_message("nobody listens");
  CHECK_FALSE(news.post_message("hello"));
  CHECK_FALSE(news.post_message("the end"));
  const std::string by = " from https://page.example";
  CHECK(heard(seen.await(10))
        == lines{"page at a got hello" + by, "page at a got the end" + by,
                 "page at b got hello" + by, "page at b got the end" + by,
                 "page at c got hello" + by, "page at c got the end" + by});
  // The answers of b and c go to the others too, and not back to where they come from.
  scoped_context at_b{b.system(), page};
  at_b.make_broadcast_channel("news").post_message("from b");
  CHECK(main.run_until([&echoes] { return echoes == 1; }, patience));
  CHECK(heard(seen.await(13)).size() == 9);
  at_b.make_broadcast_channel("news").post_message("from b again");
  CHECK(main.run_until([&echoes] { return echoes == 2; }, patience));
  CHECK(heard(seen.await(16)).size() == 12);
}

TEST_CASE("what each sender broadcasts arrives at other nodes in its order",
          "[distributed][broadcast]") {
  constexpr int messages = 5000;
  notebook seen;
  test_node a{"a"};
  test_node b{"b"};
  REQUIRE(a->connect(b.address()));
  b.system().open(page, [&seen](browsing_context* self) {
    const auto news = self->make_broadcast_channel("news");
    auto next = std::make_shared<std::map<std::string, int>>();
    news.on_message([&seen, next](message_event& ev) {
      const auto who = *ev.data()["who"].as<std::string>();
      const auto number = *ev.data()["number"].as<int>();
      auto& expected = (*next)[who];
      seen.check(number == expected, who + " " + std::to_string(number));
      if (++expected == messages)
        seen.add(who + " is complete");
    });
    seen.add("ready");
  });
  REQUIRE(seen.await(1).size() == 1);
  for (const std::string who : {"one", "two"})
    a.system().open(page, [who](browsing_context* self) {
      const auto news = self->make_broadcast_channel("news");
      for (int i = 0; i < messages; ++i)
        news.post_message(object{{"who", who}, {"number", i}});
      self->close();
    });
  auto all = seen.await(3);
  std::ranges::sort(all);
  CHECK(all == lines{"one is complete", "ready", "two is complete"});
}

TEST_CASE("every value crosses in a broadcast, and what cannot is a messageerror there",
          "[distributed][broadcast]") {
  notebook seen;
  test_node a{"a"};
  test_node b{"b"};
  REQUIRE(a->connect(b.address()));
  listen(b, seen, "b");
  REQUIRE(seen.await(1).size() == 1);
  scoped_context main{a.system(), page};
  const auto news = main.make_broadcast_channel("news");
  CHECK_FALSE(news.post_message(array{1, "two", array_buffer{3}, map{{"k", 4}}}));
  CHECK_FALSE(news.post_message(shared_array_buffer{8}));
  CHECK(news.post_message(main.make_channel().port1) == errc::data_clone_error);
  CHECK_FALSE(news.post_message("after"));
  const auto all = seen.await(4);
  REQUIRE(all.size() == 4);
  CHECK(all[1]
        == "b got " + to_string(value{array{1, "two", array_buffer{3}, map{{"k", 4}}}})
             + " from https://page.example");
  CHECK(all[2] == "b got messageerror, null");
  CHECK(all[3] == "b got after from https://page.example");
}

TEST_CASE("a node broadcasts for the origins it was granted, and others are refused and logged",
          "[distributed][broadcast][grants]") {
  notebook seen;
  test_node a{"a"};
  node_options options;
  options.grants["a"] = {"https://granted.example"};
  test_node b{"b", options};
  REQUIRE(a->connect(b.address()));
  for (const auto* url : {"https://page.example", "https://granted.example", "hawser://b"})
    listen(b, seen, url, url);
  REQUIRE(seen.await(3).size() == 3);
  for (const auto* url :
       {"https://page.example", "hawser://b", "data:,", "https://granted.example"}) {
    scoped_context main{a.system(), url};
    main.make_broadcast_channel("news").post_message("hello");
  }
  CHECK(heard(seen.await(4))
        == lines{"https://granted.example got hello from https://granted.example"});
  CHECK(b.log()
        == lines{"[warning] [node] origin_refused: node a may not speak for https://page.example: "
                 "its broadcast was refused",
                 "[warning] [node] origin_refused: node a may not speak for hawser://b: its "
                 "broadcast was refused"});
}

TEST_CASE("what is broadcast for an origin stays away from nodes that may not speak for it",
          "[distributed][broadcast][grants]") {
  notebook seen;
  node_options options;
  options.grants["b"] = {"https://shared.example"};
  test_node a{"a", options};
  test_node b{"b"};
  REQUIRE(a->connect(b.address()));
  listen(b, seen, "private", "https://private.example");
  listen(b, seen, "shared", "https://shared.example");
  REQUIRE(seen.await(2).size() == 2);
  for (const auto* url : {"https://private.example", "https://shared.example"}) {
    scoped_context main{a.system(), url};
    main.make_broadcast_channel("news").post_message("hello");
  }
  CHECK(heard(seen.await(3)) == lines{"shared got hello from https://shared.example"});
  CHECK(b.log().empty());
}

TEST_CASE("broadcasts go on after a connection was lost and made again",
          "[distributed][broadcast]") {
  notebook seen;
  test_node a{"a"};
  scoped_context main{a.system(), page};
  const auto news = main.make_broadcast_channel("news");
  for (const std::string word : {"first", "second"}) {
    test_node b{"b"};
    REQUIRE(a->connect(b.address()));
    const auto before = seen.all().size();
    listen(b, seen, "b");
    REQUIRE(seen.await(before + 1).size() == before + 1);
    news.post_message(word);
    CHECK(seen.await(before + 2).back() == "b got " + word + " from https://page.example");
  }
  news.post_message("to nobody");
  CHECK(seen.all().size() == 4);
}

/// How many messages the channels there say were lost.
int told_lost(const lines& log) {
  int sum = 0;
  for (const auto& line : log)
    if (const auto at = line.find(" of its messages were lost, on the way from another node");
        at != std::string::npos)
      sum += std::stoi(line.substr(line.rfind(' ', at - 1) + 1));
  return sum;
}

TEST_CASE("beyond the bound broadcasts are dropped for a slow node, which is told how many",
          "[distributed][broadcast]") {
  constexpr int messages = 2000;
  notebook seen;
  node_options options;
  options.broadcast_bytes_max = 1; // One at a time.
  test_node a{"a", options};
  test_node b{"b"};
  REQUIRE(a->connect(b.address()));
  std::atomic<int> got{0};
  std::atomic<int> gaps{0};
  b.system().open(page, [&](browsing_context* self) {
    const auto news = self->make_broadcast_channel("news");
    news.on_message([&, last = -1](message_event& ev) mutable {
      const auto number = *ev.data().as<int>();
      seen.check(number > last, std::to_string(number) + " after " + std::to_string(last));
      last = number;
      ++got;
    });
    news.on_message_error([&gaps](message_event&) { ++gaps; });
    seen.add("ready");
  });
  REQUIRE(seen.await(1).size() == 1);
  a.system().open(page, [](browsing_context* self) {
    const auto news = self->make_broadcast_channel("news");
    for (int i = 0; i < messages; ++i)
      news.post_message(i);
    self->close();
  });
  const auto deadline = std::chrono::steady_clock::now() + patience;
  // A gap is logged before the channel is told of it.
  while ((got + told_lost(b.log()) != messages || gaps == 0)
         && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  CHECK(got + told_lost(b.log()) == messages);
  CHECK(gaps > 0);
  CHECK(seen.all() == lines{"ready"});
  CHECK(knows(a.log(), "broadcasts_dropped: node b takes broadcasts too slowly"));
  CHECK(knows(a.log(), "for node b were dropped, because it takes them too slowly"));
}

} // namespace
} // namespace hawser::test

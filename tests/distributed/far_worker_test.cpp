// Workers and shared workers on other nodes.

#include <algorithm>
#include <stdexcept>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "two_nodes.hpp"

namespace hawser::test {
namespace {

node_options host_for(std::vector<std::string> clients) {
  node_options options;
  options.workers_for = std::move(clients);
  return options;
}

/// A page at a node, on the test's own thread, and what its workers say.
class page_at {
public:
  explicit page_at(test_node& where, std::string_view url = "https://page.example/")
    : self{where.system(), url} {}

  worker make(const std::string& script, const std::string& node, const std::string& name = {}) {
    auto made = self.make_worker(script, {.name = name, .node = node});
    made.on_message([this](message_event& ev) { heard.push_back(to_string(ev.data())); });
    made.on_message_error([this] { heard.push_back("messageerror"); });
    made.on_close([this](close_event& ev) {
      heard.push_back("closed " + std::string{to_string(ev.reason())});
    });
    hear_errors(made);
    return made;
  }

  shared_worker join(const std::string& script, const std::string& node,
                     const std::string& name = {}) {
    auto made = self.make_shared_worker(script, {.name = name, .node = node});
    made.port().on_message([this](message_event& ev) { heard.push_back(to_string(ev.data())); });
    made.port().on_close([this](close_event& ev) {
      heard.push_back("closed " + std::string{to_string(ev.reason())});
    });
    hear_errors(made);
    return made;
  }

  bool hears(std::size_t count) {
    return self.run_until([&] { return heard.size() >= count; }, patience);
  }

  scoped_context self;
  lines heard;

private:
  void hear_errors(const worker_handle& from) {
    from.on_error([this](error_event& ev) {
      heard.push_back("error: " + ev.message());
      ev.prevent_default();
    });
  }
};

/// Does the number of contexts at that node come to be this?
bool comes_to(test_node& where, std::uint64_t contexts) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (where.system().statistics().contexts_open != contexts) {
    if (std::chrono::steady_clock::now() > deadline)
      return false;
    std::this_thread::yield();
  }
  return true;
}

// Answers everything, and says at first who it is.
void echo(dedicated_worker_global_scope* self) {
  self->post_message(self->context_name() + " of " + to_string(self->origin()));
  self->on_message([self](message_event& ev) {
    if (!ev.ports().empty()) {
      ev.ports().front().post_message("over the port");
      return;
    }
    const auto text = to_string(ev.data());
    if (text == "throw")
      throw std::runtime_error("as it was told");
    if (text == "close")
      self->close();
    self->post_message("echo of " + text);
  });
}

TEST_CASE("a worker runs at a named node, and what is posted before it is there waits",
          "[distributed][worker]") {
  test_node a{"a"};
  test_node b{"b", host_for({"a"})};
  b.system().define_worker_script({"echo", echo});
  REQUIRE(a->connect(b.address()));
  page_at page{a};
  const auto made = page.make("echo", "b", "first");
  made.post_message(1);
  auto [port1, port2] = page.self.make_channel();
  made.post_message("take this", {port2});
  REQUIRE(page.hears(2));
  CHECK(page.heard == lines{"first of https://page.example", "echo of 1"});
  const auto over_the_port = page.self.receive(port1, patience);
  REQUIRE(over_the_port);
  CHECK(to_string(over_the_port->data) == "over the port");
  CHECK(b.system().contexts().front().kind == scope_kind::dedicated_worker);
  made.post_message("close");
  REQUIRE(page.hears(4));
  CHECK(page.heard.back() == "closed context_closed");
  CHECK(comes_to(b, 0));
}

TEST_CASE("a node's URL will do for a worker, and names are the same in capitals",
          "[distributed][worker]") {
  test_node a{"a"};
  test_node b{"b", host_for({"*"})};
  a.system().define_worker_script({"echo", echo});
  b.system().define_worker_script({"echo", echo});
  page_at page{a};
  const auto made = page.make("echo", b.address()); // Nobody has connected them before.
  REQUIRE(page.hears(1));
  const auto again = page.make("echo", "B");
  REQUIRE(page.hears(2));
  CHECK(b.system().statistics().contexts_open == 2);
  const auto here = page.make("echo", "A");
  REQUIRE(page.hears(3));
  CHECK(a.system().statistics().contexts_open == 2); // The page and its worker.
}

TEST_CASE("a worker for a node that is not connected yet waits for it", "[distributed][worker]") {
  test_node a{"a"};
  test_node b{"b", host_for({"a"})};
  b.system().define_worker_script({"echo", echo});
  page_at page{a};
  const auto made = page.make("echo", "b");
  made.post_message("early");
  REQUIRE(b->connect(a.address()));
  REQUIRE(page.hears(2));
  CHECK(page.heard == lines{"echo of https://page.example", "echo of early"});
}

TEST_CASE("what a worker at another node does not handle reaches its object",
          "[distributed][worker]") {
  test_node a{"a"};
  test_node b{"b", host_for({"a"})};
  b.system().define_worker_script({"echo", echo});
  b.system().define_worker_script(
    {"fails", [](dedicated_worker_global_scope*) { throw std::runtime_error("it cannot begin"); }});
  REQUIRE(a->connect(b.address()));
  page_at page{a};
  const auto made = page.make("echo", "b");
  made.post_message("throw");
  made.post_message("again");
  REQUIRE(page.hears(3));
  std::ranges::sort(page.heard);
  CHECK(page.heard
        == lines{"echo of again", "echo of https://page.example",
                 "error: worker scope: as it was told"});
  const auto failing = page.make("fails", "b");
  REQUIRE(page.hears(4));
  CHECK(page.heard.back() == "error: the start function: it cannot begin");
}

TEST_CASE("terminating a worker at another node ends it there, even while it is busy",
          "[distributed][worker]") {
  test_node a{"a"};
  test_node b{"b", host_for({"a"})};
  notebook seen;
  b.system().define_worker_script({"busy", [&seen](dedicated_worker_global_scope* self) {
                                     self->on_message([self, &seen](message_event&) {
                                       seen.add("busy");
                                       while (!self->closing())
                                         std::this_thread::yield();
                                       self->post_message("after the end");
                                       seen.add("done");
                                     });
                                   }});
  REQUIRE(a->connect(b.address()));
  page_at page{a};
  const auto made = page.make("busy", "b");
  made.post_message("work");
  REQUIRE(seen.await(1) == lines{"busy"});
  made.terminate();
  CHECK(seen.await(2) == lines{"busy", "done"});
  CHECK(comes_to(b, 0));
  CHECK(page.heard.empty());
}

TEST_CASE("a worker at another node ends with its owner", "[distributed][worker]") {
  test_node a{"a"};
  test_node b{"b", host_for({"a"})};
  b.system().define_worker_script({"echo", echo});
  REQUIRE(a->connect(b.address()));
  notebook seen;
  a.system().open("https://page.example/", [&seen](browsing_context* self) {
    const auto made = self->make_worker("echo", {.node = "b"});
    made.on_message([&seen, self](message_event&) {
      seen.add("it runs");
      self->close();
    });
  });
  REQUIRE(seen.await(1) == lines{"it runs"});
  CHECK(comes_to(b, 0));
  CHECK(comes_to(a, 0));
}

TEST_CASE("when a worker's node is lost its object is told, and so is the worker",
          "[distributed][worker]") {
  test_node a{"a"};
  page_at page{a};
  {
    test_node b{"b", host_for({"a"})};
    b.system().define_worker_script({"echo", echo});
    REQUIRE(a->connect(b.address()));
    page.make("echo", "b");
    REQUIRE(page.hears(1));
  }
  REQUIRE(page.hears(2));
  CHECK(page.heard == lines{"echo of https://page.example", "closed node_lost"});
  test_node b{"b", host_for({"c"})};
  b.system().define_worker_script({"echo", echo});
  {
    test_node c{"c"};
    REQUIRE(c->connect(b.address()));
    page_at other{c};
    other.make("echo", "b");
    REQUIRE(other.hears(1));
    REQUIRE(b.system().statistics().contexts_open == 1);
  }
  CHECK(comes_to(b, 0));
}

// What becomes of a worker that node b shall run for a page of `url` at node a.
lines refusal(node_options options, const std::string& script,
              std::string_view url = "https://page.example/") {
  test_node a{"a"};
  test_node b{"b", std::move(options)};
  b.system().define_worker_script(
    {"shared", [](shared_worker_global_scope*) { throw std::logic_error("never run"); }});
  b.system().define_worker_script({"echo", echo});
  REQUIRE(a->connect(b.address()));
  page_at page{a, url};
  page.make(script, "b");
  REQUIRE(page.hears(2));
  CHECK(b.system().statistics().contexts_opened == 0);
  REQUIRE(b.log().size() == 1);
  const std::string front =
    "[warning] [node] worker_refused: worker '" + script + "' for node a was refused: ";
  CHECK(b.log().front().starts_with(front));
  CHECK(page.heard.front() == "error: node b refused: " + b.log().front().substr(front.size()));
  return page.heard;
}

TEST_CASE("a node says why it starts no worker", "[distributed][worker][grants]") {
  const std::string closed = "closed closed_by_peer";
  const std::string refused = "error: node b refused: ";
  CHECK(refusal({}, "echo") == lines{refused + "it starts no workers for node a", closed});
  CHECK(refusal(host_for({"c"}), "echo")
        == lines{refused + "it starts no workers for node a", closed});
  CHECK(refusal(host_for({"a"}), "nothing")
        == lines{refused + "no worker script is called 'nothing'", closed});
  CHECK(refusal(host_for({"a"}), "shared")
        == lines{refused + "worker script 'shared' is not for dedicated workers", closed});
  auto strict = host_for({"a"});
  strict.grants["a"] = {"https://other.example"};
  CHECK(refusal(strict, "echo")
        == lines{refused + "node a may not speak for https://page.example", closed});
  CHECK(refusal(strict, "echo", "hawser://b/")
        == lines{refused + "node a may not speak for hawser://b", closed});
}

TEST_CASE("a node that cannot be reached is an error of the worker object",
          "[distributed][worker]") {
  node_options hasty;
  hasty.patience = std::chrono::milliseconds{50};
  test_node a{"a", hasty};
  page_at page{a};
  page.make("echo", "nowhere");
  REQUIRE(page.hears(2));
  CHECK(page.heard
        == lines{"error: node a is connected with no node 'nowhere'", "closed closed_by_peer"});
  page.make("echo", "hawser://127.0.0.1");
  REQUIRE(page.hears(4));
  CHECK(page.heard[2]
        == "error: 'hawser://127.0.0.1' is no address of a node: there is no port "
           "(hawser://host:port/name)");
  page.make("echo", "hawser://127.0.0.1:1");
  REQUIRE(page.hears(6));
  CHECK(page.heard[4] == "error: cannot connect to hawser://127.0.0.1:1: Connection refused");
  test_system alone;
  scoped_context main{*alone};
  std::string told;
  main.make_worker("echo", {.node = "b"}).on_error([&told](error_event& ev) {
    told = ev.message();
  });
  CHECK(main.run_until([&told] { return !told.empty(); }, patience));
  CHECK(told == "this system has no node, and so does not know node 'b'");
}

TEST_CASE("a node has so many workers at another, and another one when one has ended",
          "[distributed][worker]") {
  test_node a{"a"};
  auto options = host_for({"a"});
  options.workers_per_node_max = 2;
  test_node b{"b", options};
  b.system().define_worker_script({"echo", echo});
  REQUIRE(a->connect(b.address()));
  page_at page{a};
  const auto first = page.make("echo", "b");
  page.make("echo", "b");
  REQUIRE(page.hears(2));
  page.make("echo", "b");
  REQUIRE(page.hears(4));
  CHECK(page.heard[2] == "error: node b refused: it runs 2 workers for node a already");
  first.post_message("close");
  REQUIRE(comes_to(b, 1));
  page.heard.clear();
  page.make("echo", "b");
  CHECK(page.self.run_until(
    [&page] { return std::ranges::count(page.heard, "echo of https://page.example") == 1; },
    patience));
}

// Counts its clients, and tells each of them which it is and what it is called itself.
void count(shared_worker_global_scope* self) {
  self->on_connect([self, clients = 0](message_event& ev) mutable {
    const auto port = ev.ports().front();
    port.post_message(self->context_name() + " has client " + std::to_string(++clients));
    port.on_message([port](message_event& said) { port.post_message(said.data()); });
  });
}

// A page at that node becomes a client, and writes down what it is told.
void join_from(test_node& where, notebook& seen, const std::string& who, const worker_options& how,
               std::string_view url = "https://page.example/") {
  const auto before = seen.all().size();
  where.system().open(url, [&seen, who, how](browsing_context* self) {
    const auto made = self->make_shared_worker("count", how);
    made.port().on_message(
      [&seen, who](message_event& ev) { seen.add(who + ": " + to_string(ev.data())); });
    made.on_error([&seen](error_event& ev) { seen.add("FAILED: " + ev.message()); });
  });
  static_cast<void>(seen.await(before + 1));
}

TEST_CASE("a shared worker is shared by clients of several nodes, one for each origin and name",
          "[distributed][worker]") {
  notebook seen;
  test_node a{"a"};
  test_node b{"b", host_for({"a", "c"})};
  test_node c{"c"};
  b.system().define_worker_script({"count", count});
  REQUIRE(a->connect(b.address()));
  REQUIRE(c->connect(b.address()));
  join_from(a, seen, "a", {.node = "b"});
  join_from(b, seen, "b", {});
  join_from(c, seen, "c", {.node = "b"});
  join_from(c, seen, "c", {.name = "other", .node = "b"});
  join_from(a, seen, "stranger", {.node = "b"}, "https://stranger.example/");
  CHECK(seen.all()
        == lines{"a: count has client 1", "b: count has client 2", "c: count has client 3",
                 "c: other has client 1", "stranger: count has client 1"});
}

TEST_CASE("a shared worker at another node ends with its last client, and says why it is not there",
          "[distributed][worker]") {
  test_node b{"b", host_for({"a"})};
  b.system().define_worker_script({"count", count});
  b.system().define_worker_script({"echo", echo});
  {
    test_node a{"a"};
    REQUIRE(a->connect(b.address()));
    page_at page{a};
    page.join("echo", "b");
    REQUIRE(page.hears(2));
    std::ranges::sort(page.heard);
    CHECK(page.heard
          == lines{"closed closed_by_peer",
                   "error: node b refused: worker script 'echo' is not for shared workers"});
    {
      page_at client{a};
      client.join("count", "b");
      REQUIRE(client.hears(1));
      REQUIRE(b.system().statistics().contexts_open == 1);
    }
    CHECK(comes_to(b, 0));
    page.join("count", "b");
    REQUIRE(page.hears(3));
  }
  CHECK(comes_to(b, 0)); // The client's node is lost.
}

} // namespace
} // namespace hawser::test

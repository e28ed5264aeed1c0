// The report of ports that nobody has closed.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include <catch2/catch_test_macros.hpp>

#include "test_system.hpp"

using namespace hawser;
using test::lines;

namespace {

struct tracked_system {
  tracked_system() {
    settings.track_ports = true;
    settings.log_file = log_file.string();
    sys.emplace(settings);
  }

  ~tracked_system() {
    if (sys)
      sys->close_all();
    sys.reset();
    std::error_code ignored;
    std::filesystem::remove(log_file, ignored);
  }

  // Ends the system and reads what it has logged.
  lines end() {
    sys->close_all();
    sys.reset();
    return test::read_log(log_file);
  }

  std::filesystem::path log_file = test::temporary_path(".log");
  config settings;
  std::optional<hawser::system> sys;
};

} // namespace

TEST_CASE_METHOD(tracked_system, "ports that nobody has closed are reported with all that is known",
                 "[contexts][open_ports]") {
  test::gate ready;
  const auto frame = sys->open("https://frame.example/",
                               [&](browsing_context* self) {
                                 auto kept = std::make_shared<message_port>();
                                 self->on_message([&, kept](message_event& ev) {
                                   *kept = ev.ports().at(0);
                                   kept->label("reply");
                                   ready.open();
                                 });
                               },
                               {.name = "frame"});
  unsigned line = 0;
  sys->open("https://page.example/",
            [&](browsing_context* self) {
              auto [mine, its] = self->make_channel();
              line = __LINE__ - 1;
              auto [left, right] = self->make_channel();
              left.close(); // This one is taken care of.
              right.close();
              mine.on_message([mine = mine] {});
              mine.post_message("waits");
              frame.post_message("take it", "*", {its});
            },
            {.name = "page"});
  REQUIRE(ready.pass());
  const auto open = sys->open_ports();
  REQUIRE(open.size() == 2);
  const auto& page = open[0];
  const auto& reply = open[1];
  CHECK(page.channel == 1);
  CHECK(page.side == 0);
  CHECK(page.owner == "'page'");
  CHECK(page.peer == "'frame'");
  CHECK(page.seen.state == port_state::enabled);
  CHECK(page.owners == lines{"'page'"});
  CHECK(reply.channel == 1);
  CHECK(reply.side == 1);
  CHECK(reply.label == "reply");
  CHECK(reply.owner == "'frame'");
  CHECK(reply.seen.state == port_state::disabled);
  CHECK(reply.seen.inbound.queued_messages() == 1);
  CHECK(reply.owners == lines{"'page'", "'frame'"});
  CHECK(reply.made_at.line == line);
  const auto bytes = std::to_string(reply.seen.inbound.queued_bytes());
  const auto place = std::string{reply.made_at.file} + ":" + std::to_string(line);
  CHECK(to_string(reply)
        == "port2 'reply' of 'frame', disabled, 1 messages (" + bytes
             + " bytes) waiting, peer at 'page', made at " + place + ", owners: 'page' 'frame'");
  auto log = end();
  std::ranges::sort(log); // Which context ends first does not matter.
  REQUIRE(log.size() == 2);
  CHECK(log[0]
        == "[warning] [port] port_never_closed: port1 of 'page', ended as context_closed, 0 "
           "messages (0 bytes) lost, peer at 'frame', made at "
             + place + ", owners: 'page'");
  CHECK(log[1]
        == "[warning] [port] port_never_closed: port2 of 'frame', ended as context_closed, 1 "
           "messages ("
             + bytes + " bytes) lost, peer at 'page', made at " + place
             + ", owners: 'page' 'frame'");
}

TEST_CASE_METHOD(tracked_system, "a port on its way is in the report", "[contexts][open_ports]") {
  test::gate posted;
  sys->open("https://page.example/",
            [&](browsing_context* self) {
              auto [outer1, outer2] = self->make_channel();
              auto [inner1, inner2] = self->make_channel();
              outer1.post_message(nullptr, {inner2}); // outer2 is never started.
              self->on_message([outer1 = outer1, outer2 = outer2, inner1 = inner1] {});
              posted.open();
            },
            {.name = "page"});
  REQUIRE(posted.pass());
  const auto open = sys->open_ports();
  REQUIRE(open.size() == 4);
  CHECK(open[3].seen.state == port_state::in_transit);
  CHECK(open[3].owner == "'page'");
  const auto log = end();
  CHECK(log.size() == 4);
  CHECK(std::ranges::count_if(log,
                              [](const std::string& line) {
                                return line.find("port2 of 'page', ended as undeliverable")
                                       != std::string::npos;
                              })
        == 1);
}

TEST_CASE_METHOD(tracked_system, "a system whose ports are all closed reports none",
                 "[contexts][open_ports]") {
  sys->open("https://page.example/", [&](browsing_context* self) {
    for (int i = 0; i < 5000; ++i) {
      auto [port1, port2] = self->make_channel();
      port1.close();
      port2.close();
    }
    self->make_channel(); // Nobody holds its ports: they are let go.
    self->on_message([self] { self->close(); });
    self->window().post_message("end after that");
  });
  sys->await_all_closed();
  CHECK(sys->open_ports().empty());
  CHECK(end().empty());
}

TEST_CASE("nothing is tracked unless it is wanted", "[contexts][open_ports]") {
  test::test_system sys;
  test::gate made;
  sys->open("https://page.example/", [&](browsing_context* self) {
    self->on_message([kept = self->make_channel()] {});
    made.open();
  });
  REQUIRE(made.pass());
  CHECK(sys->open_ports().empty());
  sys->close_all();
  REQUIRE(sys.all_end());
  CHECK(sys.log().empty());
}

#include "context_host.hpp"

#include <exception>

#include <caf/error.hpp>
#include <caf/sec.hpp>

namespace hawser::tool {
namespace {

// Tells the runner what went wrong; it ends the run.
void report_failure(const window_proxy& console, const std::string& what) {
  console.post_message(object{{"failed", what}}, "*");
}

void fail(browsing_context* self, const window_proxy& console, const std::string& what) {
  report_failure(console, what);
  self->registry().stop_deliveries();
  self->quit(caf::make_error(caf::sec::runtime_error, what));
}

behaviour_setup::given read(const value& from, const message_event& ev) {
  behaviour_setup::given made;
  made.name = from["name"].as<std::string>().value_or("");
  made.index = from["index"].as<std::size_t>().value_or(0);
  made.count = from["count"].as<std::size_t>().value_or(1);
  made.arguments = from["arguments"].as<object>().value_or(object{});
  made.console = ev.source();
  for (std::size_t i = 1; i < ev.ports().size(); ++i)
    made.ports.emplace_back(from["ports"][i - 1].as<std::string>().value_or(""), ev.ports()[i]);
  return made;
}

} // namespace

value to_value(assignment what) {
  array ports;
  ports.reserve(what.ports.size());
  for (auto& name : what.ports)
    ports.emplace_back(std::move(name));
  return object{{"name", std::move(what.name)},
                {"run", std::move(what.runs)},
                {"index", what.index},
                {"count", what.count},
                {"arguments", std::move(what.arguments)},
                {"ports", std::move(ports)}};
}

start_function context_host::start() {
  return [host = shared_from_this()](browsing_context* self) {
    self->add_event_listener(
      "message", [self, host](message_event& ev) { host->begin(self, ev); }, listen::once);
  };
}

void context_host::begin(browsing_context* self, message_event& ev) {
  ++assignments_;
  assignment_bytes_ += self->registry().window_inbound().taken_bytes; // The first it has taken.
  const auto& console = ev.source();
  const auto* runs = behaviours_.find(ev.data()["run"].as<std::string>().value_or(""));
  if (runs == nullptr || ev.ports().empty()) {
    fail(self, console, "was given nothing it could run");
    return;
  }
  auto setup = std::make_shared<behaviour_setup>(self, read(ev.data(), ev));
  // Kept until the context has ended, with the port that tells the runner when that is.
  self->attach_functor([setup, until_then = ev.ports()[0]] {});
  self->add_event_listener(
    "error", [console](error_event& failure) { report_failure(console, failure.message()); });
  try {
    runs->start(self, *setup);
  } catch (const std::exception& thrown) {
    fail(self, console, "behaviour " + runs->name + " threw at its start: " + thrown.what());
  } catch (...) {
    fail(self, console, "behaviour " + runs->name + " threw at its start");
  }
}

} // namespace hawser::tool

// A node in a process of its own that does what it is told on standard input, and says on standard
// output what happens to the ends of channels it holds. The tests with real processes pull its
// strings:
//
//   make NAME            a channel, whose ends NAME.a and NAME.b are both held here
//   give END URL [idle]  to the puppet there; `idle`: it does not start the end
//   carry END OVER       to whoever holds the other end of OVER, in a message to it
//   post END COUNT       the next numbers
//   skip END             leaves a number out, which whoever holds the other end must notice
//   stream END on|off    for as long as it is on, wherever the end goes, some numbers every few ms
//   close END
//   start END            delivers what waits there
//   count END            says how many numbers were posted there and how many came
//   connect URL
//   ways                 says where the ends are that reach over nodes, and what is left of others
//
// It logs where hawser's own variables say, HAWSER_LOG_LEVEL and HAWSER_LOG_FILE, and else not.
//
// Whoever gets an end learns with it how many numbers were posted and have come, so that a number
// that is missing, comes twice or too early is noticed wherever it comes.

#include <chrono>
#include <cstdio>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <hawser/hawser.hpp>

#include "behaviours/number_sequence.hpp"

namespace {

using namespace hawser;

// One line at a time, whichever thread says it.
void say(const std::string& line) {
  const auto text = line + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

struct held_end {
  message_port port;
  std::int64_t posted = 0;
  tool::number_sequence came;
  bool streams = false;
  bool idle = false;
};

class puppet {
public:
  puppet(browsing_context* self, node& network) : self_(self), network_(network) {
    self_->on_message([this](message_event& ev) {
      if (ev.ports().empty())
        obey(ev.data());
      else
        adopt(ev);
    });
    self_->handle([this](caf::tick_atom) { stream(); });
    detail::send_later(*self_, pace, caf::tick_atom_v);
  }

private:
  static constexpr std::chrono::milliseconds pace{5};
  static constexpr int burst = 20;
  static constexpr std::uint64_t unread_bytes_max = 8192;

  void obey(const value& command) {
    const auto word = [&command](std::size_t i) {
      return command[i].as<std::string>().value_or("");
    };
    const auto what = word(0);
    const auto name = word(1);
    if (what == "make")
      return make(name);
    const auto found = held_.find(name);
    if (found == held_.end())
      return say("none " + name);
    auto& its = found->second;
    if (what == "give") {
      its.idle = word(3) == "idle";
      hand_on(name, [&](const value& data, const message_port& port) {
        return window_at(word(2)).post_message(data, "*", {port});
      });
    } else if (what == "carry") {
      hand_on(name, [&](const value& data, const message_port& port) {
        return held_.at(word(2)).port.post_message(data, {port});
      });
    } else if (what == "post") {
      post(its, std::stoi(word(2)));
    } else if (what == "skip") {
      ++its.posted;
    } else if (what == "stream") {
      its.streams = word(2) == "on";
      say("streams " + name);
    } else if (what == "close") {
      its.port.close();
      held_.erase(found);
      say("left " + name);
    } else if (what == "start") {
      start(name);
    } else {
      say("count " + name + tally(its));
    }
  }

  void make(const std::string& name) {
    auto [a, b] = self_->make_channel();
    for (const auto& [end, port] : {std::pair{name + ".a", a}, std::pair{name + ".b", b}}) {
      held_[end].port = port;
      start(end);
    }
    say("made " + name);
  }

  template <class Post>
  void hand_on(const std::string& name, Post post_it) {
    const auto its = held_.at(name);
    held_.erase(name);
    const auto err = post_it(object{{"end", name},
                                    {"posted", its.posted},
                                    {"expected", its.came.due},
                                    {"streams", its.streams},
                                    {"idle", its.idle}},
                             its.port);
    say(err ? "trouble " + name + " " + to_string(err) : "gave " + name);
  }

  void adopt(const message_event& ev) {
    const auto& data = ev.data();
    const auto name = data["end"].as<std::string>().value();
    held_[name] = {ev.ports().at(0),
                   data["posted"].as<std::int64_t>().value(),
                   {data["expected"].as<std::int64_t>().value()},
                   data["streams"].as<bool>().value(),
                   false};
    if (!data["idle"].as<bool>().value())
      start(name);
    say("got " + name);
  }

  void start(const std::string& name) {
    const auto& port = held_.at(name).port;
    port.on_close([this, name](close_event& ev) {
      const auto found = held_.find(name);
      if (found == held_.end())
        return;
      say("closed " + name + " " + std::string{to_string(ev.reason())} + tally(found->second));
      held_.erase(found);
    });
    port.on_message([this, name](message_event& ev) {
      if (!ev.ports().empty())
        return adopt(ev);
      auto& its = held_.at(name);
      const auto number = tool::number_in(ev.data());
      const auto due = its.came.due;
      if (!its.came.take(number))
        say("gap " + name + " " + std::to_string(number) + " for " + std::to_string(due));
    });
  }

  void post(held_end& which, int count) {
    for (int i = 0; i < count; ++i)
      if (const auto err = which.port.post_message(which.posted++))
        say("trouble " + to_string(err));
  }

  void stream() {
    for (auto& [name, each] : held_)
      if (each.streams && each.port.buffered_amount() <= unread_bytes_max)
        post(each, burst);
    detail::send_later(*self_, pace, caf::tick_atom_v);
  }

  static std::string tally(const held_end& of) {
    return " " + std::to_string(of.posted) + " " + std::to_string(of.came.due);
  }

  window_proxy window_at(const std::string& url) {
    auto& window = windows_[url];
    if (!window || window.closed())
      window = network_.open(url + "/puppet");
    return window;
  }

  browsing_context* self_;
  node& network_;
  std::map<std::string, held_end> held_;
  std::map<std::string, window_proxy> windows_;
};

std::string as_text(const link_address& from) {
  char text[52];
  std::snprintf(text, sizeof text, "%016llx.%016llx.%016llx",
                static_cast<unsigned long long>(from.node.low),
                static_cast<unsigned long long>(from.waypoint.high),
                static_cast<unsigned long long>(from.waypoint.low));
  return text;
}

void say_ways(const node& network) {
  std::size_t relays = 0;
  const auto all = network.waypoints();
  std::string line;
  for (const auto& each : all) {
    relays += each.successor ? 1 : 0;
    line += " " + as_text({network.id(), each.id}) + ">" + (each.out ? as_text(*each.out) : "-")
            + ">" + (each.successor ? as_text(*each.successor) : "-");
    for (const auto& from : each.in)
      line += ">" + as_text(from);
  }
  say("ways " + std::to_string(all.size()) + " " + std::to_string(relays) + line);
}

// hawser-puppet NAME HOST HEARTBEAT_MS SILENCE_MS
int run(const std::vector<std::string>& arguments, hawser::config& settings) {
  node_options options;
  options.name = arguments.at(0);
  options.links.heartbeat_ms = std::stoull(arguments.at(2));
  options.links.silence_ms_max = std::stoull(arguments.at(3));
  hawser::system sys{settings};
  node network{sys, options};
  const auto window = sys.open("hawser://" + options.name, [&](browsing_context* self) {
    auto made = std::make_shared<puppet>(self, network);
    self->attach_functor([made] {});
  });
  network.publish("puppet", window);
  const auto port = network.listen(arguments.at(1), 0, exposure::anybody);
  if (!port) {
    std::cerr << port.error().what() << '\n';
    sys.close_all();
    return 1;
  }
  say("listens hawser://" + arguments.at(1) + ":" + std::to_string(*port));
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words{line};
    array command;
    for (std::string word; words >> word;)
      command.push_back(word);
    if (command[0] == "ways") {
      say_ways(network);
    } else if (command[0] == "connect") {
      const auto made = network.connect(command[1].as<std::string>().value());
      say(made ? "connected " + *made : "trouble " + made.error().what());
    } else {
      static_cast<void>(window.post_message(std::move(command), "*"));
    }
  }
  sys.close_all();
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  hawser::config settings;
  settings.log_level = "off";
  if (const auto err = settings.read(1, argv)) {
    std::cerr << err.what() << '\n';
    return 1;
  }
  return run({argv + 1, argv + argc}, settings);
}

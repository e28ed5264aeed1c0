// Introductions: a hub that every spoke can talk to gives each two of them a channel of their own
// and steps out. From then on they talk to each other directly, and the hub is gone.

#include <algorithm>

#include "builtin.hpp"

namespace hawser::tool {
namespace {

void hub(browsing_context* self, behaviour_setup& setup) {
  const auto spokes = setup.ports("spoke");
  for (const auto& spoke : spokes)
    spoke.post_message(object{{"others", spokes.size() - 1}});
  for (std::size_t i = 0; i < spokes.size(); ++i)
    for (std::size_t k = i + 1; k < spokes.size(); ++k) {
      auto [for_i, for_k] = self->make_channel();
      spokes[i].post_message("meet", {for_i});
      spokes[k].post_message("meet", {for_k});
    }
  setup.print("introduced " + std::to_string(spokes.size()) + " spokes to one another, steps out");
  self->close();
}

/// Greets whoever it is introduced to, and ends when all have greeted it.
class spoke {
public:
  spoke(browsing_context* self, behaviour_setup& setup) : self_(self), setup_(setup) {}

  void hear_from_hub(const message_event& ev) {
    if (const auto others = ev.data()["others"].as<std::size_t>())
      others_ = *others;
    for (const auto& port : ev.ports()) {
      friends_.push_back(port);
      port.post_message("hello from " + setup_.name());
      port.on_message([this](message_event& greeting) { hear_from_friend(greeting); });
    }
    end_if_done();
  }

private:
  void hear_from_friend(const message_event& ev) {
    greetings_.push_back(to_string(ev.data()));
    end_if_done();
  }

  void end_if_done() {
    if (greetings_.size() < others_)
      return;
    std::ranges::sort(greetings_);
    for (const auto& greeting : greetings_)
      setup_.print(greeting);
    self_->close();
  }

  browsing_context* self_;
  behaviour_setup& setup_;
  std::size_t others_ = 0;
  std::vector<message_port> friends_;
  std::vector<std::string> greetings_;
};

void start_spoke(browsing_context* self, behaviour_setup& setup) {
  auto& state = setup.make<spoke>(self, setup);
  setup.port("hub").on_message([&state](message_event& ev) { state.hear_from_hub(ev); });
}

} // namespace

void add_star(behaviour_catalogue& into) {
  into.add(
    {.name = "star_hub",
     .help = "Introduces every two spokes to each other and ends.",
     .arguments = {},
     .ports = {{.name = "spoke", .help = "whom to introduce", .arity = port_arity::any_number}},
     .start = hub});
  into.add({.name = "star_spoke",
            .help = "Greets everyone it is introduced to, prints the greetings it gets and ends.",
            .arguments = {},
            .ports = {{.name = "hub", .help = "who introduces it"}},
            .start = start_spoke});
}

} // namespace hawser::tool

// A port changes hands again and again while its peer posts to it as fast as it can. Each runner
// takes some messages, hands the port on with the number it expects next, and ends once the port
// will not come back to it; the last one takes all that is left. A message that were lost, repeated
// or out of order would be noticed by its number.

#include "builtin.hpp"
#include "number_sequence.hpp"

namespace hawser::tool {
namespace {

/// Posts numbered messages in bursts, each burst an event of its own, so that runners run
/// meanwhile.
class starter {
public:
  starter(browsing_context* self, behaviour_setup& setup)
    : self_(self),
      setup_(setup),
      baton_(setup.port("baton")),
      messages_(setup.argument<std::int64_t>("messages")),
      burst_(setup.argument<std::int64_t>("burst")) {}

  void post_burst() {
    for (std::int64_t i = 0; i < burst_ && next_ < messages_; ++i)
      baton_.post_message(next_++);
    setup_.progress(static_cast<double>(next_) / static_cast<double>(messages_));
    if (next_ < messages_) {
      self_->window().post_message("go on");
      return;
    }
    baton_.post_message(end_mark(messages_));
    setup_.print("posted " + std::to_string(messages_) + " messages");
    if (!setup_.argument<bool>("stays"))
      self_->close();
  }

private:
  browsing_context* self_;
  behaviour_setup& setup_;
  message_port baton_;
  std::int64_t messages_;
  std::int64_t burst_;
  std::int64_t next_ = 0;
};

void start_starter(browsing_context* self, behaviour_setup& setup) {
  auto& state = setup.make<starter>(self, setup);
  self->on_message([&state] { state.post_burst(); });
  self->window().post_message("go");
}

/// Has the baton for a while.
class runner_on_the_track {
public:
  runner_on_the_track(browsing_context* self, behaviour_setup& setup)
    : self_(self),
      setup_(setup),
      next_runner_(setup.port("next")),
      takes_(setup.argument<std::int64_t>("takes")),
      turns_left_(next_runner_ ? setup.argument<std::int64_t>("turns") : 0) {}

  void take_over(const message_port& baton, std::int64_t expected, std::int64_t wrong) {
    baton_ = baton;
    numbers_ = {expected};
    wrong_ = wrong;
    taken_now_ = 0;
    baton_.on_message([this](message_event& ev) { take(ev.data()); });
  }

private:
  void take(const value& data) {
    if (const auto total = end_in(data)) {
      finish(*total);
      return;
    }
    wrong_ += numbers_.take(number_in(data)) ? 0 : 1;
    ++taken_;
    if (++taken_now_ == takes_ && turns_left_ > 0)
      hand_on();
  }

  void hand_on() {
    if (--turns_left_ == 0)
      setup_.print("took " + std::to_string(taken_) + " messages, " + verdict());
    next_runner_.post_message(object{{"expect", numbers_.due}, {"wrong", wrong_}}, {baton_});
    if (turns_left_ == 0 && !setup_.argument<bool>("stays"))
      self_->close();
  }

  void finish(std::int64_t total) {
    wrong_ += numbers_.take(total) ? 0 : 1;
    setup_.print(wrong_ == 0 ? std::to_string(total) + " messages in order, none lost or repeated"
                             : std::to_string(total) + " messages were posted, " + verdict());
    if (!setup_.argument<bool>("stays"))
      self_->close();
  }

  std::string verdict() const {
    return wrong_ == 0 ? "in order" : std::to_string(wrong_) + " times out of order";
  }

  browsing_context* self_;
  behaviour_setup& setup_;
  message_port next_runner_;
  message_port baton_;
  std::int64_t takes_;
  std::int64_t turns_left_;
  number_sequence numbers_;
  std::int64_t taken_ = 0;
  std::int64_t taken_now_ = 0; // in this turn
  std::int64_t wrong_ = 0;
};

void start_runner(browsing_context* self, behaviour_setup& setup) {
  auto& state = setup.make<runner_on_the_track>(self, setup);
  if (const auto baton = setup.port("baton"))
    state.take_over(baton, 0, 0);
  if (const auto previous = setup.port("previous"))
    previous.on_message([&state](message_event& ev) {
      state.take_over(ev.ports().at(0), ev.data()["expect"].as<std::int64_t>().value(),
                      ev.data()["wrong"].as<std::int64_t>().value());
    });
}

behaviour_argument stays() {
  return {.name = "stays",
          .type = argument_type::boolean,
          .help = "stay when there is nothing left to do",
          .fallback = false};
}

} // namespace

void add_relay_race(behaviour_catalogue& into) {
  into.add({.name = "relay_starter",
            .help = "Posts numbered messages to the baton port as fast as it can, and ends.",
            .arguments = {{.name = "messages",
                           .type = argument_type::integer,
                           .help = "how many",
                           .fallback = 100000,
                           .at_least = 1,
                           .at_most = 1e9},
                          {.name = "burst",
                           .type = argument_type::integer,
                           .help = "messages posted in one event",
                           .fallback = 100,
                           .at_least = 1,
                           .at_most = 1e6},
                          stays()},
            .ports = {{.name = "baton", .help = "whose peer is handed from runner to runner"}},
            .start = start_starter});
  into.add(
    {.name = "relay_runner",
     .help = "Takes messages from the baton, checks their order and hands the baton on; "
             "whoever may not hand it on any more takes all the rest.",
     .arguments = {{.name = "takes",
                    .type = argument_type::integer,
                    .help = "messages to take before handing on",
                    .fallback = 1000,
                    .at_least = 1,
                    .at_most = 1e9},
                   {.name = "turns",
                    .type = argument_type::integer,
                    .help = "how often to hand on, where the baton comes back",
                    .fallback = 1,
                    .at_least = 1,
                    .at_most = 1e6},
                   stays()},
     .ports =
       {{.name = "baton", .help = "where the first runner gets it", .arity = port_arity::optional},
        {.name = "previous", .help = "where the others get it", .arity = port_arity::optional},
        {.name = "next", .help = "where it goes", .arity = port_arity::optional}},
     .start = start_runner});
}

} // namespace hawser::tool

// What holds while nodes die. Writers make channels and send one end of each off among readers on
// all nodes, who hand it on and on; then nodes are killed. Every channel ends in one of two ways:
// the end mark arrives behind every number before it, or whoever is left gets `close` with a reason
// that fits, after numbers without a gap. Anything else throws, and that fails the run.

#include <map>
#include <stdexcept>

#include "builtin.hpp"
#include "number_sequence.hpp"

namespace hawser::tool {
namespace {

/// Throws unless the end of a channel may be put down to a node that was lost.
void require_loss(close_reason why, const std::string& of) {
  if (why != close_reason::node_lost && why != close_reason::undeliverable)
    throw std::runtime_error(of + " ended without need: " + std::string{to_string(why)});
}

/// Posts numbers until every victim is dead, then an end mark, and learns how its channel ended.
/// One whose channel is lost before that stays until it has been told of every victim.
class chaos_writer {
public:
  chaos_writer(browsing_context* self, behaviour_setup& setup)
    : self_(self),
      setup_(setup),
      burst_(setup.argument<std::int64_t>("burst")),
      victims_(setup.ports("victim")) {}

  void start() {
    auto [own, wandering] = self_->make_channel();
    own_ = own;
    own_.buffered_amount_low_threshold(unread_bytes_max);
    own_.on_buffered_amount_low([this] { post_some(); });
    own_.on_message(
      [this](message_event& ev) { end(to_string(ev.data()) + " messages arrived, in order"); });
    own_.on_close([this](close_event& ev) {
      if (std::exchange(over_, true))
        return;
      require_loss(ev.reason(), "the channel of " + setup_.name());
      end("close: " + std::string{explain(ev.reason())});
    });
    for (const auto& each : victims_) {
      each.start();
      each.on_close([this] {
        ++dead_;
        post_some();
        leave_if_done();
      });
    }
    setup_.port("first").post_message(object{{"expect", 0}, {"of", setup_.name()}}, {wandering});
    self_->on_message([this] { post_some(); });
    post_some();
  }

private:
  static constexpr std::uint64_t unread_bytes_max = 16384;

  // Each burst is an event of its own; while much is unread, the reader says when to go on.
  void post_some() {
    if (over_ || end_posted_)
      return;
    if (dead_ == victims_.size()) {
      end_posted_ = true;
      own_.post_message(end_mark(next_));
      return;
    }
    for (std::int64_t i = 0; i < burst_; ++i)
      own_.post_message(next_++);
    if (own_.buffered_amount() <= unread_bytes_max)
      self_->window().post_message("go on");
  }

  void end(const std::string& how) {
    over_ = true;
    setup_.print(how);
    leave_if_done();
  }

  void leave_if_done() {
    if (!over_ || dead_ != victims_.size())
      return;
    setup_.print("all arrived, or close told why not");
    self_->close();
  }

  browsing_context* self_;
  behaviour_setup& setup_;
  std::int64_t burst_;
  std::vector<message_port> victims_;
  message_port own_;
  std::int64_t next_ = 0;
  std::size_t dead_ = 0;
  bool end_posted_ = false;
  bool over_ = false;
};

/// Has any number of wandering ends for a while each, and hands them on along a ring; where the
/// ring is broken they turn back.
class chaos_reader {
public:
  explicit chaos_reader(behaviour_setup& setup)
    : setup_(setup),
      takes_(setup.argument<std::int64_t>("takes")),
      ways_{setup.port("next"), setup.port("previous")} {
    for (const std::size_t way : {0U, 1U}) {
      ways_[way].on_message([this](message_event& ev) { take_over(ev); });
      ways_[way].on_close([this, way] { ways_[way] = {}; });
    }
    for (const auto& each : setup.ports("first"))
      each.on_message([this](message_event& ev) { take_over(ev); });
  }

private:
  struct wandering_end {
    message_port port;
    std::string of;
    number_sequence numbers;
    std::int64_t taken = 0; // here
    std::size_t way = 0;
  };

  void take_over(const message_event& ev) {
    const auto which = ++last_;
    auto& its = held_[which];
    its = {ev.ports().at(0),
           ev.data()["of"].as<std::string>().value(),
           {ev.data()["expect"].as<std::int64_t>().value()},
           0,
           ev.data()["way"].as<std::size_t>().value_or(0)};
    its.port.on_close([this, which](close_event& end) {
      if (const auto found = held_.find(which); found != held_.end())
        lose(found, end.reason());
    });
    its.port.on_message([this, which](message_event& number) { take(which, number.data()); });
  }

  void lose(std::map<std::uint64_t, wandering_end>::iterator its, close_reason why) {
    const auto lost = std::move(its->second);
    held_.erase(its);
    require_loss(why, "the channel of " + lost.of);
    setup_.print(lost.of + ": " + std::to_string(lost.numbers.due)
                 + " messages in order, then close: " + std::string{explain(why)});
  }

  void take(std::uint64_t which, const value& data) {
    auto& its = held_.at(which);
    const auto end = end_in(data);
    const auto number = end ? *end : number_in(data);
    const auto due = its.numbers.due;
    if (!its.numbers.take(number))
      throw std::runtime_error("of " + its.of + ": " + std::to_string(number) + " came where "
                               + std::to_string(due) + " was due");
    if (end) {
      its.port.post_message(number);
      held_.erase(which); // What comes now is the writer's farewell.
      return;
    }
    if (++its.taken >= takes_)
      hand_on(which);
  }

  void hand_on(std::uint64_t which) {
    auto& its = held_.at(which);
    its.taken = 0;
    if (!ways_[its.way])
      its.way = 1 - its.way;
    if (!ways_[its.way])
      return; // There is nobody left.
    const auto err = ways_[its.way].post_message(
      object{{"expect", its.numbers.due}, {"of", its.of}, {"way", its.way}}, {its.port});
    if (err)
      throw std::runtime_error("an end cannot be handed on: " + to_string(err));
    held_.erase(which);
  }

  behaviour_setup& setup_;
  std::int64_t takes_;
  message_port ways_[2];
  std::map<std::uint64_t, wandering_end> held_;
  std::uint64_t last_ = 0;
};

} // namespace

void add_chaos(behaviour_catalogue& into) {
  into.add({.name = "chaos_writer",
            .help = "Makes a channel, sends one end off and posts numbers until every victim is "
                    "dead; ends when it knows that all have arrived, or from `close` why not, and "
                    "every victim is dead.",
            .arguments = {{.name = "burst",
                           .type = argument_type::integer,
                           .help = "messages posted in one event",
                           .fallback = 50,
                           .at_least = 1,
                           .at_most = 1e6}},
            .ports = {{.name = "first", .help = "who gets the end that wanders"},
                      {.name = "victim",
                       .help = "a context whose node will be killed",
                       .arity = port_arity::any_number}},
            .start = [](browsing_context* self, behaviour_setup& setup) {
              setup.make<chaos_writer>(self, setup).start();
            }});
  into.add(
    {.name = "chaos_reader",
     .help = "Takes numbers from the ends it is handed, checks their order and hands each "
             "end on along a ring.",
     .arguments = {{.name = "takes",
                    .type = argument_type::integer,
                    .help = "messages to take before handing on",
                    .fallback = 100,
                    .at_least = 1,
                    .at_most = 1e9}},
     .ports = {{.name = "first",
                .help = "where wandering ends come from first",
                .arity = port_arity::any_number},
               {.name = "previous", .help = "the neighbour before it"},
               {.name = "next", .help = "the neighbour behind it"}},
     .start = [](browsing_context*, behaviour_setup& setup) { setup.make<chaos_reader>(setup); }});
  into.add(
    {.name = "chaos_victim",
     .help = "Does nothing but be missed when its node is killed.",
     .arguments = {},
     .ports = {{.name = "mourner", .help = "who wants to know", .arity = port_arity::any_number}},
     .start = [](browsing_context*, behaviour_setup& setup) {
       setup.make<std::vector<message_port>>(setup.ports("mourner"));
     }});
}

} // namespace hawser::tool

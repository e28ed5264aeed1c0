// A token goes round a ring of contexts. The first one counts the laps and ends when there have
// been enough; then each ends because its neighbour has.

#include "builtin.hpp"

namespace hawser::tool {
namespace {

void count_laps(browsing_context* self, behaviour_setup& setup) {
  const auto next = setup.port("next");
  const auto laps = setup.argument<std::int64_t>("laps");
  setup.port("previous").on_message([=, &setup, lap = std::int64_t{0}](message_event& ev) mutable {
    const auto hops = ev.data().as<std::int64_t>().value() + 1;
    setup.progress(static_cast<double>(++lap) / static_cast<double>(laps));
    if (lap < laps) {
      next.post_message(hops);
      return;
    }
    setup.print(std::to_string(setup.count()) + " contexts, " + std::to_string(laps) + " laps, "
                + std::to_string(hops) + " hops");
    self->close();
  });
  next.post_message(0);
}

void pass_on(browsing_context* self, behaviour_setup& setup) {
  const auto next = setup.port("next");
  const auto previous = setup.port("previous");
  previous.on_close([self] { self->close(); });
  next.on_close([self] { self->close(); });
  previous.on_message(
    [next](message_event& ev) { next.post_message(ev.data().as<std::int64_t>().value() + 1); });
}

} // namespace

void add_ring(behaviour_catalogue& into) {
  into.add(
    {.name = "ring_member",
     .help = "Passes a token on; the first of all starts it, counts its laps and prints them.",
     .arguments = {{.name = "laps",
                    .type = argument_type::integer,
                    .help = "how often the token goes round",
                    .fallback = 10,
                    .at_least = 1,
                    .at_most = 1e9}},
     .ports = {{.name = "next", .help = "where the token goes"},
               {.name = "previous", .help = "where it comes from"}},
     .start = [](browsing_context* self, behaviour_setup& setup) {
       if (setup.index() == 0)
         count_laps(self, setup);
       else
         pass_on(self, setup);
     }});
}

} // namespace hawser::tool

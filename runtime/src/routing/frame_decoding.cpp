// Bytes as frames: this direction. What is read is another node's word, so nothing is believed;
// what every field is read with is in frame_bytes.hpp.

#include <string>
#include <utility>

#include "encoded_data_sources.hpp"
#include "frame_bytes.hpp"
#include "frame_format.hpp"
#include "growing_bytes.hpp"
#include "hawser/frame_codec.hpp"

namespace hawser {
namespace {

using namespace detail::frame_format;
using detail::frame_bytes;

class frame_reader : frame_bytes {
public:
  /// The data of a message may take over the memory of `owner`, which has what is read, if little
  /// else is in it.
  frame_reader(std::span<const std::byte> from, const frame_limits& bounds,
               detail::growing_bytes* owner = nullptr)
    : frame_bytes(from, bounds), owner_(owner) {}

  error run(frame& made) {
    if (left() > bounds_.frame_bytes_max) {
      at_ += bounds_.frame_bytes_max;
      fail("the end of a frame, which is no longer than that");
    }
    const auto first = byte("the kind of a frame");
    if (first == static_cast<std::uint8_t>(kind::window))
      read(made.emplace<window_frame>());
    else if (first == static_cast<std::uint8_t>(kind::window_watch))
      read(made.emplace<window_watch_frame>().window, "the window to be watched");
    else if (first == static_cast<std::uint8_t>(kind::window_closed))
      read(made.emplace<window_closed_frame>().window, "the window that has ended");
    else
      read(std::get<routed_frame>(made), first);
    if (at_ != end_)
      fail("nothing more");
    if (!trouble_.empty())
      return error{errc::data_decode_error, std::move(trouble_)};
    return {};
  }

private:
  using frame_bytes::read;

  // -- the kinds ----------------------------------------------------------------------------------

  void read(routed_frame& to, std::uint8_t first) {
    if (first != static_cast<std::uint8_t>(kind::run)
        && (first < static_cast<std::uint8_t>(kind::data)
            || first > static_cast<std::uint8_t>(kind::gone)))
      return fail_at(begin_, "the kind of a frame, not " + std::to_string(first));
    read(to.target, "the waypoint a frame is for");
    read(to.origin, "the waypoint a frame comes from");
    switch (static_cast<kind>(first)) {
      case kind::data:
        return read(std::get<data_frame>(to.what));
      case kind::fin:
        return read(to.what.emplace<fin_frame>());
      case kind::outbox:
        return read(to.what.emplace<outbox_frame>().message);
      case kind::end:
        return read(to.what.emplace<end_frame>());
      case kind::announce:
        return read(to.what.emplace<announce_frame>());
      case kind::bind:
        return read(to.what.emplace<bind_frame>());
      case kind::start:
        return read(to.what.emplace<start_frame>());
      case kind::decline:
        to.what.emplace<decline_frame>();
        return;
      case kind::credit:
        return read(to.what.emplace<credit_frame>());
      case kind::broken:
        return read(to.what.emplace<broken_frame>().reason);
      case kind::gone:
        to.what.emplace<gone_frame>();
        return;
      case kind::run:
        return read(to.what.emplace<run_frame>());
      case kind::window:
      case kind::window_watch:
      case kind::window_closed:
        return; // Has been told apart before.
    }
  }

  void read(data_frame& to) {
    to.number = number("the number of a message");
    read(to.message);
  }

  void read(fin_frame& to) {
    to.number = number("the number of a FIN");
    read(to.reason);
    const auto has = flags_of(fin_taken, "the flags of a FIN");
    if ((has & fin_taken) != 0)
      to.taken = number("how many messages were taken");
    to.hops = hops();
  }

  void read(end_frame& to) {
    to.number = number("the number of an END");
    to.peer_epoch = number("the epoch of the peer");
    read(to.binder);
    to.binder_epoch = number("the epoch of the binder");
    to.session = number("a session");
  }

  void read(announce_frame& to) {
    read(to.at);
    to.epoch = number("an epoch");
    read(to.key, "a key");
    to.contact = text("a contact");
    to.hops = hops();
  }

  void read(bind_frame& to) {
    const auto has = flags_of(bind_own_key, "the flags of a BIND");
    read(to.key, "a key");
    to.epoch = number("an epoch");
    to.number = number("the number of the next message");
    if ((has & bind_own_key) != 0)
      read_some(to.own_key, "a key of its own");
  }

  void read(start_frame& to) {
    to.epoch = number("an epoch");
    to.number = number("the number of the next message");
  }

  void read(credit_frame& to) {
    to.taken = number("how many messages were taken");
    read(to.limit);
    to.hops = hops();
  }

  void read(run_frame& to) {
    to.number = number("the number of a message");
    const auto* const before = at_;
    const auto messages =
      count(bounds_.run_messages_max, run_message_bytes_min, "messages of a run");
    if (messages == 0)
      fail_at(before, "at least one message");
    to.messages.reserve(messages);
    for (std::size_t i = 0; i < messages && trouble_.empty(); ++i)
      read(to.messages.emplace_back());
  }

  void read(run_message& to) {
    to.bytes = number("what a message counts");
    to.hops = hops();
    const auto* const before = at_;
    const auto bytes = string("the data of a message");
    if (bytes.size() < run_data_bytes_min)
      return fail_at(before, "the data of a message in at least "
                               + std::to_string(run_data_bytes_min) + " bytes, not "
                               + std::to_string(bytes.size()));
    to.data = encoded_data::copy_of(bytes);
  }

  void read(window_frame& to) {
    read(to.target, "the window a frame is for");
    auto& facts = to.facts;
    const auto has =
      flags_of(window_target_origin | window_source, "the flags of a message for a window");
    facts.origin = text("an origin");
    if ((has & window_target_origin) != 0)
      facts.target_origin = text("a target origin");
    if ((has & window_source) != 0)
      read_some(facts.source, "the window a message comes from");
    facts.source_name = text("the name of a window");
    read(to.message);
  }

  // -- what they consist of -----------------------------------------------------------------------

  void read(frame_message& to) {
    const auto has = flags_of(message_trouble, "the flags of a message");
    to.bytes = number("what a message counts");
    to.hops = hops();
    const auto ports = count(bounds_.ports_max, port_bytes_min, "ports");
    to.ports.reserve(ports);
    for (std::size_t i = 0; i < ports && trouble_.empty(); ++i)
      read(to.ports.emplace_back());
    if ((has & message_trouble) == 0) {
      const auto bytes = string("the data of a message");
      const auto skipped = static_cast<std::size_t>(bytes.data() - begin_);
      to.data = owner_ != nullptr && trouble_.empty() && at_ == end_
                  ? detail::encoded_data_sources::owned(std::move(*owner_), skipped)
                  : encoded_data::copy_of(bytes);
      return;
    }
    const auto* const before = at_;
    const auto why = text("what the trouble is");
    if (why.empty())
      return fail_at(before, "what the trouble is, in at least one byte");
    to.data = encoded_data::unencodable(why);
  }

  void read(port_descriptor& to) {
    read(to.id, "the waypoint of a port");
    if (!to.id)
      return; // It was detached.
    read(to.channel, "a channel");
    to.direct = (flags_of(port_direct, "the flags of a port") & port_direct) != 0;
    const auto* const before = at_;
    to.side = byte("a side");
    if (to.side > 1)
      fail_at(before, "a side, 0 or 1, not " + std::to_string(to.side));
    to.epoch = number("an epoch");
    to.peer_epoch = number("the epoch of the peer");
    read(to.predecessor, "a predecessor");
    for (auto* tally : {&to.sent, &to.allowed, &to.taken, &to.unread, &to.granted, &to.outbox})
      read(*tally);
    const auto runs = count(bounds_.runs_max, run_bytes_min, "runs of posts");
    to.open_posts.reserve(runs);
    for (std::size_t i = 0; i < runs && trouble_.empty(); ++i)
      read(to.open_posts.emplace_back());
  }

  void read(link_address& to) {
    read(to.node, "a node");
    read(to.waypoint, "a waypoint");
  }

  void read(flow_tally& to) {
    to.messages = number("a tally of messages");
    to.bytes = number("a tally of bytes");
  }

  void read(close_reason& to) {
    const auto* const before = at_;
    const auto read = byte("a close reason");
    if (read > static_cast<std::uint8_t>(close_reason_last))
      return fail_at(before, "a close reason, not " + std::to_string(read));
    to = static_cast<close_reason>(read);
  }

  detail::growing_bytes* owner_;
};

error append(frame_reader&& reader, std::vector<frame>& to) {
  auto err = reader.run(to.emplace_back());
  if (err)
    to.pop_back();
  return err;
}

} // namespace

result<frame> decode_frame(std::span<const std::byte> from, const frame_limits& bounds) {
  frame made;
  if (auto err = frame_reader{from, bounds}.run(made))
    return err;
  return made;
}

error detail::append_frame(std::span<const std::byte> from, const frame_limits& bounds,
                           std::vector<frame>& to) {
  return append({from, bounds}, to);
}

error detail::append_frame(growing_bytes&& from, const frame_limits& bounds,
                           std::vector<frame>& to) {
  auto whole = std::move(from);
  return append({whole.bytes(), bounds, &whole}, to);
}

} // namespace hawser

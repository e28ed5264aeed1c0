// What nodes ask each other. Every node has a context of its own for that, whose window goes by an
// id that all know; requests are messages with a port for the answer.

#include <algorithm>
#include <charconv>

#include "hawser/event.hpp"
#include "node/node_actor.hpp"

namespace hawser::detail {
namespace {

constexpr window_id lobby_id{0, 1};

std::string as_text(const window_id& id) {
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(id.high),
                static_cast<unsigned long long>(id.low));
  return text;
}

std::optional<window_id> as_window_id(const value& from) {
  const auto text = from.as<std::string>();
  constexpr std::size_t half = 16;
  if (!text || text->size() != 2 * half)
    return std::nullopt;
  window_id id;
  const auto read = [](const char* at, std::uint64_t& to) {
    const auto parsed = std::from_chars(at, at + half, to, 16);
    return parsed.ec == std::errc{} && parsed.ptr == at + half;
  };
  if (!read(text->data(), id.high) || !read(text->data() + half, id.low))
    return std::nullopt;
  return id;
}

// Of what others say, parts of which may be long, or lines of their own.
std::string one_line(const std::string& text) {
  constexpr std::size_t length_max = 500;
  auto line = text.substr(0, length_max);
  std::ranges::replace_if(
    line, [](char each) { return each >= 0 && each < ' '; }, '?');
  return line.size() < text.size() ? line + "..." : line;
}

} // namespace

void node_actor::open_lobby() {
  lobby_ =
    std::make_unique<port_registry>(static_cast<registry_host&>(*this), waker_, origin::opaque(),
                                    system_->default_limits, "lobby of node " + options.name);
  lobby_->window_events().handler("message", [this](message_event& ev) { on_request(ev); });
  routes_.publish_as(lobby_id, lobby_->window());
  questions_ = std::make_unique<window_questions>(options.patience, options.waiting_per_node_max);
  far_workers_ = std::make_unique<far_workers>(*this);
  hosting_ = std::make_unique<worker_hosting>(*this);
  broadcasts_ = std::make_unique<far_broadcasts>(*this, [this, entrance = entrance_] {
    entrance->post([this] {
      if (broadcasts_)
        broadcasts_->send_waiting();
    });
  });
}

void node_actor::close_lobby() {
  broadcasts_.reset();
  hosting_.reset();
  far_workers_.reset();
  questions_.reset();
  lobby_.reset();
}

window_proxy node_actor::lobby_of(const node_id& which) {
  return routes_.remote_window(which, lobby_id, "lobby");
}

// A request tells by its one field what it is; whoever asks for something else gets its ports back
// closed.
void node_actor::on_request(message_event& ev) {
  const auto from = routes_.node_of(ev.source());
  if (!from || ev.ports().empty())
    return;
  const auto& asked = ev.data();
  if (asked["find"].type() == value_type::string)
    on_find(*from, asked["find"], ev.ports().front());
  else if (asked["broadcasts"].as<bool>())
    broadcasts_->listen_to(*from, ev.ports().front());
  else if (asked["start"].type() == value_type::string)
    hosting_->start(*from, asked, ev.ports());
}

std::string node_actor::name_of(const node_id& which) const {
  const auto found = peers_.find(which);
  return found == peers_.end() ? std::string{} : connections_.at(found->second).peer.name;
}

bool node_actor::may_speak_for(const std::string& peer_name, const std::string& origin) const {
  if (origin == "null" || origin == "hawser://" + peer_name)
    return true;
  const auto granted = options.grants.find(peer_name);
  return granted != options.grants.end()
         && std::ranges::any_of(granted->second, [&origin](const std::string& each) {
              return each == "*" || each == origin;
            });
}

std::optional<node_id> node_actor::node_called(const std::string& name) const {
  for (const auto& [which, at] : peers_)
    if (connections_.at(at).peer.name == name)
      return which;
  return std::nullopt;
}

void node_actor::ask_for(std::shared_ptr<worker_request> what) {
  post([this, what = std::move(what)] {
    if (far_workers_)
      far_workers_->ask_for(what);
  });
}

// A window that is not published yet may soon be: processes start in any order.
void node_actor::on_find(const node_id& from, const value& asked, const message_port& answer) {
  const auto name = asked.as<std::string>().value_or("");
  const auto found = published_.find(name);
  if (found != published_.end() && !found->second.closed())
    answer_find(answer, found->second);
  else if (!questions_->wait(from, name, answer, now_ms()))
    refuse_find(answer, name);
}

void node_actor::answer_find(const message_port& answer, const window_proxy& window) {
  static_cast<void>(answer.post_message(object{{"window", as_text(routes_.publish(window))}}));
  answer.close();
}

void node_actor::refuse_find(const message_port& answer, const std::string& name) {
  static_cast<void>(answer.post_message(
    object{{"trouble", "node " + options.name + " has published no window '" + name + "'"}}));
  answer.close();
}

void node_actor::publish(const std::string& name, const window_proxy& window) {
  published_[name] = window;
  if (window.closed())
    return;
  const registry_scope scope{*lobby_};
  questions_->answer(name, [this, &window](const message_port& answer, const std::string&) {
    answer_find(answer, window);
  });
}

void node_actor::lose_patience(std::uint64_t now) {
  far_workers_->give_up(now);
  const registry_scope scope{*lobby_};
  questions_->give_up(now, [this](const message_port& answer, const std::string& name) {
    refuse_find(answer, name);
  });
}

void node_actor::find_window(const node_id& at, const std::string& name,
                             const window_proxy& promised) {
  const registry_scope scope{*lobby_};
  const auto channel = lobby_->make_channel();
  const auto settled = std::make_shared<bool>(false);
  const auto fail = [this, settled, promised](const std::string& why, close_reason reason) {
    if (std::exchange(*settled, true))
      return;
    system_->log.write(component::node, spdlog::level::warn, "window_not_found", "{}", why);
    routes_.refuse(promised, reason);
  };
  channel.port1.on_message([this, at, promised, settled, fail](message_event& ev) {
    const auto found = as_window_id(ev.data()["window"]);
    if (!found)
      return fail(ev.data()["trouble"].as<std::string>().value_or("an answer that is none"),
                  close_reason::refused);
    if (!std::exchange(*settled, true))
      routes_.fulfil(promised, at, *found);
  });
  channel.port1.on_close([fail, name](close_event& ev) {
    fail("window '" + name + "' was not found: " + std::string{explain(ev.reason())},
         ev.reason() == close_reason::node_lost ? close_reason::node_lost : close_reason::refused);
  });
  static_cast<void>(lobby_of(at).post_message(object{{"find", name}}, "*", {channel.port2}));
}

window_proxy node_actor::open(const node_address& at) {
  auto promised = routes_.promise_window(to_string(at) + "/" + at.name);
  post([this, at, promised] {
    connect(at, [this, at, promised](const result<reached_node>& outcome) {
      if (outcome)
        find_window(outcome->id, at.name, promised);
      else
        routes_.refuse(promised, close_reason::node_lost);
    });
  });
  return promised;
}

// -- lines of the log that others cause ----------------------------------------------------------

void node_actor::complain(const node_id& about, const char* event_id, const std::string& text) {
  if (lines_[about].spend(now_ms()))
    system_->log.write(component::node, spdlog::level::warn, event_id, "{}", one_line(text));
}

namespace {

void write_left_out(logs& log, std::uint64_t lines, const std::string& name) {
  log.write(component::node, spdlog::level::warn, "lines_left_out", "{} more line{} about node {}",
            lines, lines == 1 ? "" : "s", name.empty() ? "that has gone" : name);
}

} // namespace

void node_actor::tell_left_out() {
  const auto now = now_ms();
  for (auto& [about, each] : lines_)
    if (const auto lines = each.settle(now))
      write_left_out(system_->log, lines, name_of(about));
  // What a node had sent before it went may be complained of afterwards.
  std::erase_if(lines_, [this](const auto& each) {
    return !peers_.contains(each.first) && each.second.left_out() == 0;
  });
}

void node_actor::forget_lines(const node_id& about) {
  const auto found = lines_.find(about);
  if (found == lines_.end())
    return;
  if (const auto lines = found->second.left_out())
    write_left_out(system_->log, lines, name_of(about));
  lines_.erase(found);
}

// -- the lobby's own troubles --------------------------------------------------------------------

void node_actor::report_exception(const event& ev, std::string_view where,
                                  std::exception_ptr exception) {
  system_->log.write(component::node, spdlog::level::err, "lobby_threw", "{} at {}: {}", ev.type(),
                     where, describe(exception));
}

void node_actor::report_refused_post(std::string_view where, const error& err) {
  system_->log.write(component::node, spdlog::level::warn, "lobby_refused", "{}: {}", where,
                     to_string(err));
}

void node_actor::report_undecodable(std::string_view where, const error& err) {
  system_->log.write(component::node, spdlog::level::warn, "lobby_undecodable", "{}: {}", where,
                     to_string(err));
}

} // namespace hawser::detail

#include "fellow_nodes.hpp"

#include <algorithm>

#include <hawser/origin.hpp>

namespace hawser::tool {
namespace {

// No context is called that.
constexpr const char* runner_name = ".runner";

} // namespace

std::map<std::string, std::vector<std::string>> grants_of(const topology& what) {
  std::map<std::string, std::vector<std::string>> grants;
  for (const auto& group : what.groups)
    for (const auto node : group.nodes)
      if (const auto parsed = origin::parse(group.url))
        grants[what.nodes[node].name].push_back(to_string(*parsed));
  return grants;
}

fellow_nodes::fellow_nodes(node& own, const topology& what, std::uint32_t which,
                           std::vector<std::string> connect)
  : own_(own), topology_(what), which_(which), fellows_(what.nodes.size()) {
  fellows_[which_].known = true;
  fellows_[which_].heard = true;
  for (auto& url : connect)
    attempts_.push_back({std::move(url), {}, {}});
}

void fellow_nodes::publish(const window_proxy& runner) {
  own_.publish(runner_name, runner);
}

bool fellow_nodes::receive(const message_event& ev) {
  const auto sender = std::ranges::find_if(topology_.nodes, [&ev](const planned_node& each) {
    return ev.origin() == "hawser://" + each.name;
  });
  if (sender == topology_.nodes.end())
    return false;
  const auto from = static_cast<std::uint32_t>(sender - topology_.nodes.begin());
  if (from == which_)
    return false;
  auto& it = fellows_[from];
  if (ev.data()["hello"].as<std::string>())
    hear_hello(from, ev);
  else if (ev.data()["ports"].as<array>() && it.known)
    take_ports(ev);
  if (ev.data()["done"].as<bool>().value_or(false) && it.known) {
    it.done = true;
    static_cast<void>(it.runner.post_message(object{{"heard", true}}, "*"));
  }
  if (ev.data()["heard"].as<bool>().value_or(false))
    it.heard = true;
  return true;
}

void fellow_nodes::hear_hello(std::uint32_t from, const message_event& ev) {
  auto& it = fellows_[from];
  if (it.known)
    return;
  it.known = true;
  it.runner = ev.source();
  say_hello(it.runner); // Even if it does not fit: then it learns the same.
  if (ev.data()["hello"].as<std::string>() != std::to_string(topology_.fingerprint))
    return callbacks_.unfit(from, "runs another topology than this node");
  callbacks_.known(from);
}

void fellow_nodes::say_hello(const window_proxy& to) const {
  static_cast<void>(to.post_message(
    object{{"hello", std::to_string(topology_.fingerprint)}, {"done", done_}}, "*"));
}

void fellow_nodes::take_ports(const message_event& ev) {
  const auto channels = ev.data()["ports"];
  for (std::size_t i = 0; i < ev.ports().size(); ++i)
    if (const auto channel = channels[i].as<std::uint32_t>();
        channel && *channel < topology_.channels.size())
      callbacks_.arrived(*channel, ev.ports()[i]);
}

void fellow_nodes::connect() {
  for (auto& each : attempts_) {
    if (each.runner && !each.runner.closed())
      continue;
    if (each.runner && std::ranges::all_of(fellows_, &fellow::known))
      continue; // It had its say, and was lost later.
    const auto made = own_.connect(each.url);
    if (!made) {
      each.trouble = made.error().what();
      continue;
    }
    each.trouble = each.url + " runs no node of this topology";
    each.runner = own_.open(each.url + "/" + runner_name);
    say_hello(each.runner);
  }
}

error fellow_nodes::post_ports(std::uint32_t to, const std::vector<std::uint32_t>& channels,
                               transfer_list ports) {
  array numbers;
  for (const auto each : channels)
    numbers.push_back(each);
  return fellows_[to].runner.post_message(object{{"ports", std::move(numbers)}}, "*",
                                          std::move(ports));
}

void fellow_nodes::tell_done() {
  done_ = true;
  fellows_[which_].done = true;
  for (std::uint32_t i = 0; i < fellows_.size(); ++i)
    if (i != which_ && fellows_[i].known)
      static_cast<void>(fellows_[i].runner.post_message(object{{"done", true}}, "*"));
}

bool fellow_nodes::all_done() const {
  return std::ranges::all_of(
    fellows_, [](const fellow& each) { return each.done && (each.heard || each.lost); });
}

std::vector<std::uint32_t> fellow_nodes::newly_lost() {
  std::vector<std::uint32_t> lost;
  for (std::uint32_t i = 0; i < fellows_.size(); ++i) {
    auto& each = fellows_[i];
    if (i == which_ || !each.known || each.lost || !each.runner.closed())
      continue;
    each.lost = true;
    if (!each.done)
      lost.push_back(i);
  }
  return lost;
}

std::vector<std::string> fellow_nodes::missing() const {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < fellows_.size(); ++i)
    if (!fellows_[i].known)
      all.push_back(topology_.nodes[i].name);
  if (all.empty())
    return all;
  for (const auto& each : attempts_)
    if (!each.trouble.empty() && (!each.runner || each.runner.closed()))
      all.push_back(each.trouble);
  return all;
}

} // namespace hawser::tool

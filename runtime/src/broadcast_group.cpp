#include "broadcast_group.hpp"

#include <algorithm>

#include "hawser/broadcast_channel.hpp"
#include "hawser/frame.hpp"

namespace hawser {
namespace detail {

// IMPLEMENTATION-DEFINED(I10): a full inbox loses the message for its own context only.
void broadcast_inbox::push(const value& data, std::uint64_t bytes,
                           std::shared_ptr<const broadcast_post> post) {
  message msg;
  msg.data = data;
  msg.bytes = bytes;
  msg.with_extras().broadcast = post;
  if (queue.push_if_room(std::move(msg)) == pushed::refused)
    note_gap(*post, {1, post->sender});
}

void broadcast_inbox::miss(const broadcast_post& post, std::uint64_t messages) {
  note_gap(post, {messages, post.sender, messages});
}

void broadcast_inbox::note_gap(const broadcast_post& post, const broadcast_gap& more) {
  {
    const std::scoped_lock guard{lock_};
    const auto [gap, first] = gaps_.try_emplace(post.group.get(), broadcast_gap{0, more.sender});
    gap->second.messages += more.messages;
    gap->second.on_the_way += more.on_the_way;
    if (gap->second.sender != more.sender)
      gap->second.sender = 0;
    if (!first)
      return;
  }
  auto told = post;
  told.encoded.reset();
  told.kind = broadcast_kind::gap;
  message notice;
  notice.with_extras().broadcast = std::make_shared<const broadcast_post>(std::move(told));
  queue.push(std::move(notice));
}

broadcast_gap broadcast_inbox::take_gap(const broadcast_group& group) {
  const std::scoped_lock guard{lock_};
  const auto found = gaps_.extract(&group);
  return found ? found.mapped() : broadcast_gap{};
}

std::uint64_t broadcast_group::next_place() {
  const std::scoped_lock guard{lock_};
  return ++last_place_;
}

// Members change seldom and are read with every post, so a change makes a new list of them.
std::uint64_t broadcast_group::join(ref<broadcast_inbox> member) {
  const std::scoped_lock guard{lock_};
  auto more = std::make_shared<inboxes>(*members_);
  more->push_back(std::move(member));
  members_ = std::move(more);
  return ++last_place_;
}

bool broadcast_group::leave(const broadcast_inbox& member) {
  const std::scoped_lock guard{lock_};
  auto fewer = std::make_shared<inboxes>(*members_);
  std::erase_if(*fewer, [&member](const auto& each) { return each.get() == &member; });
  members_ = std::move(fewer);
  return !members_->empty();
}

broadcast_group::posting broadcast_group::begin_post() {
  const std::scoped_lock guard{lock_};
  return {++last_place_, members_};
}

broadcast_directory::membership broadcast_directory::join(const origin& who,
                                                          const std::string& name,
                                                          ref<broadcast_inbox> member) {
  const std::scoped_lock guard{lock_};
  auto& group = groups_[{who, name}];
  if (!group)
    group = std::make_shared<broadcast_group>(name);
  return {group, group->join(std::move(member))};
}

void broadcast_directory::leave(const origin& who, const std::string& name,
                                const broadcast_inbox& member) {
  const std::scoped_lock guard{lock_};
  const auto found = groups_.find({who, name});
  if (found != groups_.end() && !found->second->leave(member))
    groups_.erase(found);
}

std::shared_ptr<broadcast_group> broadcast_directory::find(const origin& who,
                                                           const std::string& name) const {
  const std::scoped_lock guard{lock_};
  const auto found = groups_.find({who, name});
  return found == groups_.end() ? nullptr : found->second;
}

void broadcast_directory::relay_through(std::shared_ptr<broadcast_relay> relay) {
  const std::scoped_lock guard{lock_};
  relayed_ = relay != nullptr;
  relay_.swap(relay); // The former one goes after the lock.
}

void broadcast_directory::carry(const origin& from, const std::string& name,
                                const value& data) const {
  if (!relayed_.load(std::memory_order_relaxed))
    return;
  std::shared_ptr<broadcast_relay> relay;
  {
    const std::scoped_lock guard{lock_};
    relay = relay_;
  }
  if (relay)
    relay->carry(from, name, data);
}

std::size_t broadcast_directory::size() const {
  const std::scoped_lock guard{lock_};
  return groups_.size();
}

} // namespace detail

broadcast_hub::broadcast_hub() : directory_(std::make_unique<detail::broadcast_directory>()) {}

broadcast_hub::~broadcast_hub() = default;

std::size_t broadcast_hub::names() const {
  return directory_->size();
}

void broadcast_hub::relay_through(std::shared_ptr<broadcast_relay> relay) {
  directory_->relay_through(std::move(relay));
}

// No channel here has sent it, which `sender` 0 says: that is no place in a group's history.
void broadcast_hub::deliver(const origin& from, const std::string& name, encoded_data data) {
  auto group = directory_->find(from, name);
  if (!group)
    return; // Nobody listens, here as in one process.
  const auto bytes = std::uint64_t{data.size()};
  const auto posting = group->begin_post();
  detail::broadcast_post made{std::move(group), posting.place, 0, to_string(from)};
  made.encoded = std::move(data);
  const auto post = std::make_shared<const detail::broadcast_post>(std::move(made));
  for (const auto& to : *posting.to)
    to->push({}, bytes, post);
}

void broadcast_hub::miss(const origin& from, const std::string& name, std::uint64_t messages) {
  auto group = directory_->find(from, name);
  if (!group)
    return;
  const auto posting = group->begin_post();
  const detail::broadcast_post lost{std::move(group), posting.place, 0, to_string(from)};
  for (const auto& to : *posting.to)
    to->miss(lost, messages);
}

} // namespace hawser

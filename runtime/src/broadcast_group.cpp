#include "broadcast_group.hpp"

#include <algorithm>

#include "hawser/broadcast_channel.hpp"

namespace hawser {
namespace detail {

// IMPLEMENTATION-DEFINED(I10): a full inbox loses the message for its own context only.
void broadcast_inbox::push(const value& data, std::uint64_t bytes,
                           std::shared_ptr<const broadcast_post> post) {
  message msg;
  msg.data = data;
  msg.bytes = bytes;
  msg.with_extras().broadcast = post;
  if (queue.push(std::move(msg), mailbox::when_full::refuse) != pushed::refused)
    return;
  {
    const std::scoped_lock guard{lock_};
    const auto [gap, first] = gaps_.try_emplace(post->group.get(), broadcast_gap{0, post->sender});
    ++gap->second.messages;
    if (gap->second.sender != post->sender)
      gap->second.sender = 0;
    if (!first)
      return;
  }
  auto told = *post;
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

} // namespace hawser

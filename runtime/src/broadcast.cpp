// HTML #broadcasting-to-other-browsing-contexts.

#include "broadcast.hpp"

#include <algorithm>

#include "arrival.hpp"
#include "hawser/event.hpp"
#include "registry_core.hpp"
#include "serialize.hpp"

namespace hawser::detail {

void intrusive_add_ref(broadcaster* target) noexcept {
  intrusive_add_ref(static_cast<receiver*>(target));
}

void intrusive_release(broadcaster* target) noexcept {
  intrusive_release(static_cast<receiver*>(target));
}

std::string describe(const broadcaster& which) {
  return "BroadcastChannel " + std::to_string(which.id) + " '" + which.name + "'";
}

namespace {

error explain(const broadcast_gap& gap) {
  auto text = std::to_string(gap.messages) + " of its messages were lost, ";
  const auto here = gap.messages - gap.on_the_way;
  if (gap.on_the_way == 0)
    text += "the context's queue of broadcast messages being full";
  else if (here == 0)
    text += "on the way from another node";
  else
    text += std::to_string(gap.on_the_way)
            + " of them on the way from another node, the others because the context's queue of "
              "broadcast messages was full";
  return {errc::quota_exceeded_error, std::move(text)};
}

} // namespace

// -- broadcaster --------------------------------------------------------------------------------

void broadcast_events::report_exception(const event& ev, std::exception_ptr exception) {
  if (auto* core = owner_.core())
    core->host.report_exception(ev, describe(owner_), std::move(exception));
}

broadcaster::broadcaster(registry_core& core, ref<ready_list> list, std::uint64_t number,
                         std::string channel_name)
  : receiver(std::move(list)),
    name(std::move(channel_name)),
    id(number),
    core_(&core),
    events_(*this) {}

void broadcaster::require_context() const {
  if (core_ != nullptr && !core_->may_be_used_here())
    core_->used_elsewhere(describe(*this));
}

void broadcaster::handle_dropped() noexcept {
  if (drop_handle() && core_ != nullptr && mark_scheduled())
    enlist();
}

receiver::delivered broadcaster::deliver_one(registry_core& core, bool) {
  clear_scheduled();
  core.broadcasts->look_after(*this);
  return delivered::nothing;
}

// HTML #broadcastchannel: a listener of messages keeps the channel alive while some may come.
bool broadcaster::unreachable() const noexcept {
  return handles() == 0 && !events_.has_listener("message")
         && !events_.has_listener("messageerror");
}

// -- context_broadcasts -------------------------------------------------------------------------

class context_broadcasts::inbox_receiver : public receiver {
public:
  using receiver::receiver;

  delivered deliver_one(registry_core& core, bool) override {
    return core.broadcasts->deliver_next() ? delivered::one : delivered::nothing;
  }
};

context_broadcasts::context_broadcasts(registry_core& core, std::shared_ptr<broadcast_hub> hub)
  : core_(core),
    hub_(std::move(hub)),
    inbox_(ref<broadcast_inbox>::adopt(new broadcast_inbox{core.shared_bounds})),
    receiver_(ref<receiver>::adopt(new inbox_receiver{core.ready})) {
  inbox_->queue.attach(*receiver_, core.own_window->id);
  inbox_->queue.enable();
}

context_broadcasts::~context_broadcasts() {
  end();
}

broadcast_channel context_broadcasts::make(std::string name) {
  const auto made =
    ref<broadcaster>::adopt(new broadcaster{core_, core_.ready, ++last_id_, std::move(name)});
  known_.emplace(made->id, made);
  if (!stopped_) {
    auto& [group, channels] = memberships_[made->name];
    if (group) {
      made->born_ = group->next_place();
    } else {
      auto joined = hub_->directory_->join(core_.origin, made->name, inbox_);
      group = std::move(joined.group);
      made->born_ = joined.place;
    }
    made->group_ = group;
    channels.push_back(made.get());
  } else if (core_.closed) {
    made->core_ = nullptr;
    known_.erase(made->id);
  }
  return broadcast_handle::make(made);
}

error context_broadcasts::post(broadcaster& source, const value& data) {
  // Step 1: a context that is closing reaches nobody, and is not told.
  if (stopped_ || core_.termination.stop_requested())
    return {};
  // Step 2, before anything looks at the data.
  if (source.closed())
    return {errc::invalid_state_error, "the channel is closed"};
  // Steps 3 and 4. Serializing may run code of the application, which may close this channel.
  auto group = source.group_;
  auto msg = serialize_for_all(data, core_.scope);
  if (!msg)
    return msg.error();
  // Steps 5 to 8: all others, as of now. The order among channels is each receiver's business.
  const auto found = memberships_.find(source.name);
  const bool anybody_here =
    found != memberships_.end()
    && std::ranges::any_of(found->second.channels,
                           [&source](const auto* each) { return each != &source; });
  const auto posting = group->begin_post();
  const auto cluster = msg->extras ? msg->extras->cluster : std::nullopt;
  const auto post = std::make_shared<const broadcast_post>(
    broadcast_post{std::move(group), posting.place, source.born_, to_string(core_.origin),
                   broadcast_kind::message, msg->to_be_rebuilt, cluster});
  core_.count_post();
  for (const auto& to : *posting.to)
    if (to != inbox_ || anybody_here)
      to->push(msg->data, msg->bytes, post);
  hub_->directory_->carry(core_.origin, source.name, msg->data);
  return {};
}

// HTML #dom-broadcastchannel-close.
void context_broadcasts::close(broadcaster& which) {
  if (which.closed())
    return;
  const ref<broadcaster> alive{&which};
  which.group_.reset();
  if (const auto found = memberships_.find(which.name); found != memberships_.end()) {
    std::erase(found->second.channels, &which);
    if (found->second.channels.empty()) {
      memberships_.erase(found);
      hub_->directory_->leave(core_.origin, which.name, *inbox_);
    }
  }
  // Nothing can arrive any more; keeping the listeners would keep alive what they hold, often the
  // channel itself.
  which.events_.clear_listeners("message");
  which.events_.clear_listeners("messageerror");
}

void context_broadcasts::look_after(broadcaster& which) {
  if (which.unreachable())
    close(which);
  if (which.closed() && which.handles() == 0)
    known_.erase(which.id);
}

// Takes messages until one is found that somebody here may hear.
bool context_broadcasts::begin_round() {
  round next;
  close_notice notice;
  if (inbox_->queue.take(next.msg, notice, nullptr) != taken::message)
    return false;
  const auto& post = *next.msg.extras->broadcast;
  if (post.kind == broadcast_kind::gap)
    next.gap = inbox_->take_gap(*post.group);
  round_ = std::move(next);
  return true;
}

// The rules are applied when a task runs, not when the message was posted: a channel that was
// closed meanwhile gets nothing, nor does one that was made after the posting.
broadcaster* context_broadcasts::next_of_round() const {
  const auto& post = *round_->msg.extras->broadcast;
  const auto sender = post.kind == broadcast_kind::gap ? round_->gap.sender : post.sender;
  const auto found = memberships_.find(post.group->name);
  if (found == memberships_.end() || found->second.group != post.group)
    return nullptr; // All that were members when it was posted are closed.
  const auto& channels = found->second.channels;
  auto next = std::ranges::upper_bound(channels, round_->seen_by, {}, &broadcaster::id);
  if (next != channels.end() && (*next)->born_ == sender)
    ++next;
  return next != channels.end() && (*next)->born_ < post.place ? *next : nullptr;
}

bool context_broadcasts::deliver_next() {
  while (!stopped_) {
    if (!round_ && !begin_round())
      return false;
    if (auto* next = next_of_round()) {
      deliver(*next);
      return true;
    }
    round_.reset();
  }
  return false;
}

// HTML #dom-broadcastchannel-postmessage, step 9, the queued task of one destination.
void context_broadcasts::deliver(broadcaster& target) {
  const ref<broadcaster> alive{&target};
  auto& current = *round_;
  current.seen_by = target.id;
  const auto& post = *current.msg.extras->broadcast;
  arrival made;
  auto trouble = error{};
  if (post.kind == broadcast_kind::gap) {
    trouble = explain(current.gap);
  } else {
    made.came_from(post.origin);
    ++core_.statistics.messages_delivered;
    core_.statistics.bytes_delivered += current.msg.bytes;
    message own;
    if (post.encoded)
      own.encoded = post.encoded;
    else
      own.data = copy_for_receiver(current.msg.data);
    own.to_be_rebuilt = post.to_be_rebuilt;
    if (post.cluster)
      own.with_extras().cluster = post.cluster;
    auto received = core_.deserialize(own);
    if (received)
      made.bring(*std::move(received));
    else
      trouble = received.error();
  }
  if (trouble) {
    core_.host.report_undecodable(describe(target), trouble);
    made.spoil();
  }
  target.events_.dispatch_trusted(made.event());
  if (target.core() != nullptr)
    look_after(target); // Its last listener may have wanted one message only.
}

void context_broadcasts::stop() {
  if (stopped_)
    return;
  stopped_ = true;
  for (const auto& [name, each] : memberships_)
    hub_->directory_->leave(core_.origin, name, *inbox_);
  memberships_.clear();
  bury(inbox_->queue.close(mailbox::rest::drop, nullptr, close_reason::context_closed));
  inbox_->queue.detach();
}

void context_broadcasts::end() {
  stop();
  // Dropping a listener may drop handles of other channels, which must find nothing to do.
  const auto all = std::exchange(known_, {});
  for (const auto& [id, each] : all)
    each->core_ = nullptr;
  for (const auto& [id, each] : all)
    each->events_.clear_listeners();
}

} // namespace hawser::detail

// -- broadcast_channel --------------------------------------------------------------------------

namespace hawser {

broadcast_channel::broadcast_channel(detail::ref<detail::broadcaster> channel) noexcept
  : channel_(std::move(channel)) {
  if (channel_)
    channel_->handle_added();
}

broadcast_channel::broadcast_channel(const broadcast_channel& other) noexcept
  : broadcast_channel(other.channel_) {}

broadcast_channel& broadcast_channel::operator=(broadcast_channel other) noexcept {
  std::swap(channel_, other.channel_);
  return *this;
}

broadcast_channel::~broadcast_channel() {
  if (channel_)
    channel_->handle_dropped();
}

namespace {

detail::broadcaster& require(const detail::ref<detail::broadcaster>& channel) {
  HAWSER_ASSERT(channel, "an empty broadcast_channel was used");
  channel->require_context();
  return *channel;
}

} // namespace

const std::string& broadcast_channel::name() const {
  return require(channel_).name;
}

error broadcast_channel::post_message(const value& data) const {
  auto& source = require(channel_);
  auto* core = source.core();
  if (core == nullptr)
    return {}; // Its context has ended.
  auto err = core->broadcasts->post(source, data);
  if (err) {
    ++core->statistics.posts_refused;
    core->host.report_refused_post(detail::describe(source), err);
  }
  return err;
}

void broadcast_channel::close() const {
  auto& target = require(channel_);
  if (auto* core = target.core())
    core->broadcasts->close(target);
}

bool broadcast_channel::closed() const {
  const auto& target = require(channel_);
  return target.core() == nullptr || target.closed();
}

event_target& broadcast_channel::target() const {
  return require(channel_).events();
}

void broadcast_channel::on_message(event_listener callback) const {
  target().handler("message", std::move(callback));
}

void broadcast_channel::on_message_error(event_listener callback) const {
  target().handler("messageerror", std::move(callback));
}

listener_id broadcast_channel::add_event_listener(std::string type, event_listener callback,
                                                  listen how) const {
  return target().add_event_listener(std::move(type), std::move(callback), how);
}

void broadcast_channel::remove_event_listener(listener_id id) const {
  target().remove_event_listener(id);
}

void broadcast_channel::dispatch_event(event& ev) const {
  const auto alive = channel_; // A listener may drop the last handle.
  target().dispatch_event(ev);
}

std::string to_string(const broadcast_channel& channel) {
  const auto* target = detail::broadcast_handle::get(channel);
  return target == nullptr ? "BroadcastChannel none" : detail::describe(*target);
}

} // namespace hawser

#pragma once

// One context's broadcast channels.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broadcast_group.hpp"
#include "hawser/broadcast_channel.hpp"
#include "hawser/event_target.hpp"
#include "receiver.hpp"

namespace hawser::detail {

/// The listeners of one broadcast channel.
class broadcast_events : public event_target {
public:
  explicit broadcast_events(broadcaster& owner) noexcept : owner_(owner) {}

  using event_target::dispatch_trusted;

protected:
  void report_exception(const event& ev, std::exception_ptr exception) override;

private:
  broadcaster& owner_;
};

/// The object behind `broadcast_channel` handles. HTML #broadcastchannel.
///
/// It is a receiver only to have its context look, on its own thread, whether anything keeps the
/// channel open when the last handle goes; messages arrive through the context's inbox.
class broadcaster : public receiver {
public:
  broadcaster(registry_core& core, ref<ready_list> list, std::uint64_t id, std::string name);

  /// Null once the context has ended.
  registry_core* core() const noexcept { return core_; }

  /// Stops the process if another context than the owner's runs on this thread.
  void require_context() const;

  bool closed() const noexcept { return !group_; }

  broadcast_events& events() noexcept { return events_; }

  delivered deliver_one(registry_core& core, bool may_end) override;

  void handle_added() noexcept { add_handle(); }

  void handle_dropped() noexcept;

  const std::string name;
  const std::uint64_t id; ///< Its number in its context, in the order of making.

private:
  friend class context_broadcasts;

  bool unreachable() const noexcept;

  registry_core* core_;
  std::shared_ptr<broadcast_group> group_; // none once it is closed
  std::uint64_t born_ = 0;                 // its place in the history of the group
  broadcast_events events_;
};

/// Makes and opens `broadcast_channel` handles.
class broadcast_handle {
public:
  static broadcast_channel make(ref<broadcaster> target) {
    return broadcast_channel{std::move(target)};
  }

  static broadcaster* get(const broadcast_channel& handle) noexcept {
    return handle.channel_.get();
  }
};

/// All broadcast channels of a context, and the inbox they share. Its context's thread only.
class context_broadcasts {
public:
  context_broadcasts(registry_core& core, std::shared_ptr<broadcast_hub> hub);
  ~context_broadcasts();

  broadcast_channel make(std::string name);

  /// HTML #dom-broadcastchannel-postmessage.
  error post(broadcaster& source, const value& data);

  void close(broadcaster& which);

  /// Closes the channel if nothing can hear or use it any more.
  void look_after(broadcaster& which);

  /// Delivers one event; false if nothing waits.
  bool deliver_next();

  /// Neither sends nor receives from now on.
  void stop();

  /// The context ends: as `stop`, and every listener is dropped.
  void end();

private:
  class inbox_receiver;

  /// The open channels of one name.
  struct membership {
    std::shared_ptr<broadcast_group> group;
    std::vector<broadcaster*> channels; // in the order they were made
  };

  /// A message on its round through the channels.
  struct round {
    message msg;
    broadcast_gap gap;
    std::uint64_t seen_by = 0; // the last channel that had it
  };

  bool begin_round();
  broadcaster* next_of_round() const;
  void deliver(broadcaster& target);

  registry_core& core_;
  const std::shared_ptr<broadcast_hub> hub_;
  const ref<broadcast_inbox> inbox_;
  ref<receiver> receiver_;
  std::map<std::uint64_t, ref<broadcaster>> known_; // open, or closed with a handle left
  std::map<std::string, membership> memberships_;   // by name
  std::optional<round> round_;
  std::uint64_t last_id_ = 0;
  bool stopped_ = false;
};

/// `BroadcastChannel 2 'news'`.
std::string describe(const broadcaster& which);

} // namespace hawser::detail

#include "window.hpp"

#include "hawser/origin.hpp"
#include "registry_core.hpp"
#include "serialize.hpp"

namespace hawser {
namespace detail {
namespace {

std::uint64_t next_window_id() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

} // namespace

void intrusive_add_ref(window* target) noexcept {
  target->refs_.fetch_add(1, std::memory_order_relaxed);
}

void intrusive_release(window* target) noexcept {
  if (target->refs_.fetch_sub(1, std::memory_order_acq_rel) == 1)
    delete target;
}

window::window(ref<const shared_limits> bounds, std::string context_name)
  : inbox(std::move(bounds)),
    id(next_window_id()),
    name_(context_name.empty() ? nullptr
                               : std::make_unique<const std::string>(std::move(context_name))) {}

const std::string& window::name() const noexcept {
  static const std::string none;
  return name_ ? *name_ : none;
}

window_receiver::window_receiver(window& target, ref<ready_list> list) : receiver(std::move(list)) {
  target.inbox.attach(*this, target.id);
  target.inbox.enable();
}

receiver::delivered window_receiver::deliver_one(registry_core& core, bool) {
  message msg;
  close_notice notice;
  if (core.own_window->inbox.take(msg, notice, nullptr) != taken::message)
    return delivered::nothing;
  core.deliver_to_window(msg);
  return delivered::one;
}

} // namespace detail

namespace {

// HTML #window-post-message-steps, steps 3 to 5.
result<std::optional<origin>> parse_target_origin(std::string_view text, const origin& own) {
  if (text == "*")
    return std::optional<origin>{};
  if (text == "/")
    return std::optional{own};
  auto parsed = origin::parse(text);
  if (!parsed)
    return parsed.error();
  return std::optional{*std::move(parsed)};
}

// IMPLEMENTATION-DEFINED(I7): the sender is code that runs in no context; it speaks for nobody.
error post_from_nowhere(detail::window& target, const value& data, const transfer_list& transfer,
                        detail::window_message sender) {
  if (!transfer.items().empty() || data.active())
    return {errc::data_clone_error,
            "ports, buffers and platform objects can be posted from inside a context only"};
  // Nobody has configured another bound for nowhere.
  if (auto err = detail::check_depth(data, limits{}.value_depth_max))
    return err;
  if (!target.inbox.has_room(data.byte_size()))
    return detail::queue_is_full("window");
  detail::message msg;
  msg.data = data;
  msg.bytes = data.byte_size();
  msg.with_extras().window = std::move(sender);
  target.inbox.push(std::move(msg));
  return {};
}

} // namespace

window_proxy::window_proxy(detail::ref<detail::window> window) noexcept
  : window_(std::move(window)) {}

error window_proxy::post_message(const value& data, std::string_view target_origin,
                                 transfer_list transfer) const {
  HAWSER_ASSERT(window_, "an empty window_proxy was posted to");
  auto* core = detail::registry_core::current();
  const auto own = core == nullptr ? origin::opaque() : core->origin;
  auto wanted = parse_target_origin(target_origin, own);
  detail::window_message sender{to_string(own), {}, {}};
  auto err = wanted ? error{} : wanted.error();
  if (wanted) {
    sender.target_origin = *std::move(wanted);
    if (core == nullptr)
      return post_from_nowhere(*window_, data, transfer, std::move(sender));
    sender.source = detail::window::make_proxy(core->own_window);
    err = core->post_to_window(*window_, data, transfer, std::move(sender));
  }
  if (err && core != nullptr) {
    ++core->statistics.posts_refused;
    core->host.report_refused_post("window " + name(), err);
  }
  return err;
}

error window_proxy::post_message(const value& data, std::string_view target_origin) const {
  return post_message(data, target_origin, {});
}

error window_proxy::post_message(const value& data, window_post_message_options options) const {
  return post_message(data, options.target_origin, std::move(options.transfer));
}

error window_proxy::post_message(const value& data) const {
  return post_message(data, "/", {});
}

bool window_proxy::closed() const {
  return !window_ || window_->closed.load();
}

const std::string& window_proxy::name() const {
  static const std::string none;
  return window_ ? window_->name() : none;
}

std::uint64_t window_proxy::id() const noexcept {
  return window_ ? window_->id : 0;
}

} // namespace hawser

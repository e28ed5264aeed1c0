#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "hawser/detail/ref.hpp"
#include "hawser/error.hpp"
#include "hawser/transfer_list.hpp"

namespace hawser {

class origin;
class value;

namespace detail {
class window;
void intrusive_add_ref(window* target) noexcept;
void intrusive_release(window* target) noexcept;
} // namespace detail

/// How to post to a window, by name. HTML #windowpostmessageoptions.
struct window_post_message_options {
  std::string_view target_origin = "/";
  transfer_list transfer = {};
};

/// A context as others see it: a place to post to. HTML #the-windowproxy-exotic-object.
///
/// A small reference, copied freely and usable on any thread; it does not keep the context open. A
/// default-made one refers to no context.
class window_proxy {
public:
  window_proxy() noexcept = default;

  explicit operator bool() const noexcept { return static_cast<bool>(window_); }

  /// Posts a message to the context's global object. HTML #window-post-message-steps.
  ///
  /// `target_origin` is `*` for any, `/` for the sender's own, or a URL whose origin the receiver
  /// must have when the message is delivered; otherwise the message is dropped there without a
  /// word. The sender is the context that runs this call; its origin is stamped on the message.
  /// Outside any context the origin is opaque and nothing can be transferred.
  ///
  /// Errors, all before anything has changed: `syntax_error` for a target origin that is no URL,
  /// then those of `message_port::post_message`.
  error post_message(const value& data, std::string_view target_origin,
                     transfer_list transfer) const;
  error post_message(const value& data, std::string_view target_origin) const;
  error post_message(const value& data, window_post_message_options options) const;
  /// To the sender's own origin only.
  error post_message(const value& data) const;

  /// Has the context ended? Posting to it then succeeds and delivers nothing. Of one at another
  /// node that is so once its node has told, or is lost.
  bool closed() const;

  /// The context's name; empty if it was given none.
  const std::string& name() const;

  /// A number that no other context of this process has or had.
  std::uint64_t id() const noexcept;

  friend bool operator==(const window_proxy&, const window_proxy&) noexcept = default;

private:
  friend class detail::window;

  explicit window_proxy(detail::ref<detail::window> window) noexcept;

  detail::ref<detail::window> window_;
};

} // namespace hawser

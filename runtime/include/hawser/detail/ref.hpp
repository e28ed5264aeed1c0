#pragma once

#include <utility>

namespace hawser::detail {

/// A counted reference to an object that counts itself. `intrusive_add_ref` and `intrusive_release`
/// are found beside the type, which may be incomplete here.
template <class T>
class ref {
public:
  ref() noexcept = default;

  /// Adds a reference.
  explicit ref(T* target) noexcept : target_(target) {
    if (target_ != nullptr)
      intrusive_add_ref(target_);
  }

  /// Takes over a reference the caller holds.
  static ref adopt(T* target) noexcept {
    ref made;
    made.target_ = target;
    return made;
  }

  ref(const ref& other) noexcept : ref(other.target_) {}

  ref(ref&& other) noexcept : target_(std::exchange(other.target_, nullptr)) {}

  ref& operator=(ref other) noexcept {
    std::swap(target_, other.target_);
    return *this;
  }

  ~ref() {
    if (target_ != nullptr)
      intrusive_release(target_);
  }

  T* get() const noexcept { return target_; }

  T* operator->() const noexcept { return target_; }

  T& operator*() const noexcept { return *target_; }

  explicit operator bool() const noexcept { return target_ != nullptr; }

  /// Gives the reference to the caller, who must release it.
  [[nodiscard]] T* leak() noexcept { return std::exchange(target_, nullptr); }

  friend bool operator==(const ref&, const ref&) noexcept = default;

private:
  T* target_ = nullptr;
};

} // namespace hawser::detail

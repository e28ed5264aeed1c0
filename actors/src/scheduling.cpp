#include "scheduling.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <new>
#include <utility>

#include "turn_job.hpp"

namespace hawser::detail {

/// Contexts that one run of an actor has woken, as one piece of work for a worker. Whoever takes it
/// up puts them into its own queue, from where others may take them again.
class wake_batch final : public job {
public:
  explicit wake_batch(turn_job& first) noexcept { woken_[0] = &first; }

  wake_batch(const wake_batch&) = delete;
  wake_batch& operator=(const wake_batch&) = delete;

  ~wake_batch() override {
    const auto left = count_.load(std::memory_order_relaxed);
    for (std::uint32_t i = 0; left != taken && i < left; ++i) // The scheduler ends.
      woken_[i]->forget();
  }

  /// For who made it, which has a reference. False: it is full, or taken up already.
  bool add(turn_job& next) noexcept {
    auto count = count_.load(std::memory_order_relaxed);
    if (count >= room)
      return false;
    woken_[count] = &next;
    return count_.compare_exchange_strong(count, count + 1, std::memory_order_release,
                                          std::memory_order_relaxed);
  }

  void let_go() const noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete this;
  }

  resume_result resume(execution_unit* unit, std::size_t) override {
    // A worker puts what it adds itself at the front, so that the first comes last.
    for (auto i = count_.exchange(taken, std::memory_order_acquire); i-- > 0;)
      woken_[i]->run_on(unit);
    return awaiting_message;
  }

protected:
  void add_ref() const noexcept override { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() const noexcept override { let_go(); }

private:
  static constexpr std::uint32_t room = 64;
  static constexpr std::uint32_t taken = room + 1;

  mutable std::atomic<std::uint32_t> references_{2}; // the scheduler's, and of who made it
  std::atomic<std::uint32_t> count_{1};
  std::array<turn_job*, room> woken_; // those counted; a reference to the actor of each
};

namespace {

// Nothing to do; whoever gets it is awake.
class call final : public job {
public:
  resume_result resume(execution_unit*, std::size_t) override { return awaiting_message; }

protected:
  void add_ref() const noexcept override {}
  void release() const noexcept override {}
};

// The next in turn, which may be this thread's own.
void call_worker(caf::actor_system& actors) noexcept {
  static call all; // Has no state, so that it may stand in any number of queues.
  run_later(all, nullptr, actors);
}

// Workers that were called a moment ago look every 50 microseconds, and are not woken by what comes
// into their queues: two of them come sooner than one. A ping-pong between nodes is 13 % faster for
// it (medians of four series of pairs, 8 to 17). Workers that have slept for longer are woken by
// what comes, and another that looks for something to do is in the way then: buffers between nodes,
// a wake-up each 0.1 s, were 5 % slower while it was called for them, too.
bool workers_look() noexcept {
  using clock = std::chrono::steady_clock;
  constexpr auto moment = std::chrono::milliseconds{20};
  static constinit thread_local clock::time_point woken;
  const auto now = clock::now();
  return now - std::exchange(woken, now) < moment;
}

running_actor*& running_here() noexcept {
  // Asked for with every wake-up; the model saves a call each time.
  [[gnu::tls_model("initial-exec")]] static constinit thread_local running_actor* here = nullptr;
  return here;
}

} // namespace

running_actor::running_actor(execution_unit* unit) noexcept
  : unit_(unit), outer_(std::exchange(running_here(), this)) {}

running_actor::~running_actor() {
  running_here() = outer_;
  if (open_ != nullptr)
    open_->let_go();
}

void running_actor::wake(turn_job& turns, caf::actor_system& actors) noexcept {
  constexpr unsigned alone = 8;
  if (woken_ < alone) {
    ++woken_;
    run_later(turns, unit_, actors);
    return;
  }
  if (open_ != nullptr) {
    if (open_->add(turns))
      return;
    open_->let_go();
  }
  open_ = new (std::nothrow) wake_batch{turns};
  if (open_ != nullptr)
    run_later(*open_, unit_, actors);
  else
    run_later(turns, unit_, actors);
}

execution_unit* current_execution_unit() noexcept {
  const auto* here = running_here();
  return here == nullptr ? nullptr : here->unit_;
}

void run_soon(turn_job& turns, caf::actor_system& actors) noexcept {
  if (auto* here = running_here(); here != nullptr && here->unit_ != nullptr) {
    here->wake(turns, actors);
    return;
  }
  // Before the job is in a queue, for the system may be gone once it has run.
  if (workers_look())
    call_worker(actors);
  run_later(turns, nullptr, actors);
}

void rouse_workers(caf::actor_system& actors) noexcept {
  call_worker(actors);
  call_worker(actors); // In case the first is this thread's.
}

} // namespace hawser::detail

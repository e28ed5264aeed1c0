#include "threads.hpp"

#include <pthread.h>

#include <chrono>
#include <stdexcept>

#include "surroundings.hpp"

namespace hawser::test {

running::running(std::initializer_list<std::reference_wrapper<test_context>> contexts) {
  for (test_context& context : contexts) {
    bells_.push_back(std::make_shared<doorbell>());
    context.waker().attach(bells_.back());
    bells_.back()->ring(); // It may have been woken before it had a bell.
  }
  if (auto* around = surroundings::present()) {
    bells_.push_back(std::make_shared<doorbell>());
    around->attach(bells_.back());
    bells_.back()->ring();
    threads_.emplace_back([this, around, &its_bell = *bells_.back()] {
      while (!stopping_) {
        its_bell.wait();
        around->settle();
      }
    });
  }
  // From here on any of them may wake any other.
  auto bell = bells_.begin();
  for (test_context& context : contexts)
    threads_.emplace_back([this, &context, &its_bell = **bell++] { run(context, its_bell); });
}

running::~running() {
  stopping_ = true;
  for (const auto& bell : bells_)
    bell->ring();
  for (auto& thread : threads_)
    thread.join();
  if (auto* around = surroundings::present())
    around->attach(nullptr);
}

void running::run(test_context& context, doorbell& bell) {
  while (!stopping_) {
    bell.wait();
    while (!stopping_ && context.step()) {
      const std::scoped_lock guard{lock_};
      progress_.notify_all();
    }
  }
}

void running::until(const std::function<bool()>& condition) {
  std::unique_lock guard{lock_};
  if (!progress_.wait_for(guard, std::chrono::seconds{40}, condition))
    throw std::runtime_error{"the threads did not get there in time"};
}

void run_on_small_stack(std::size_t bytes, const std::function<void()>& code) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, bytes);
  pthread_t thread;
  const auto enter = [](void* argument) -> void* {
    (*static_cast<const std::function<void()>*>(argument))();
    return nullptr;
  };
  const int failed =
    pthread_create(&thread, &attributes, enter, const_cast<void*>(static_cast<const void*>(&code)));
  pthread_attr_destroy(&attributes);
  if (failed != 0)
    throw std::runtime_error{"no thread with a small stack"};
  pthread_join(thread, nullptr);
}

} // namespace hawser::test

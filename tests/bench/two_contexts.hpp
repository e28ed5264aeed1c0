#pragma once

// What most hawser workloads have in common: two contexts, one channel between them, in one system
// or in two whose nodes are connected.

#include <memory>
#include <string_view>
#include <utility>

#include <hawser/hawser.hpp>

#include "workload.hpp"

namespace bench {

/// `[number, text]`, as an array value.
hawser::value payload(std::uint64_t number);

/// Posts, or stops the program.
void post(const hawser::message_port& port, hawser::value data);
void post(const hawser::message_port& port, const hawser::value& data,
          hawser::transfer_list transfer);

/// The number in a start signal, or in an answer.
std::uint64_t number_in(const hawser::value& data);

/// Checks a payload that has arrived. True for the last.
bool arrived(arrival_check& check, const hawser::value& data);

/// Waits until a system has so many ports: those of a run are closed, which takes their contexts
/// some turns.
void await_ports(const hawser::system& sys, std::uint64_t wanted);

enum class distance { local, remote };

/// Another system with a node of its own, connected with a node of the first over the loopback.
struct elsewhere {
  explicit elsewhere(hawser::system& near);

  /// A handle for a window of there, for contexts of here.
  hawser::window_proxy reach(const hawser::window_proxy& window);

  hawser::system system;
  hawser::node here;
  hawser::node there;
};

/// `far` gets its port with the first window message, `near` starts a run on every one, which has
/// the count.
class two_contexts : public workload {
public:
  two_contexts(hawser::system& sys, distance between);
  ~two_contexts() override;

  duration run(std::uint64_t count) override;

protected:
  /// To be called by the constructor of the derived class, whose functions run from then on.
  void open();

  virtual void prepare_near(hawser::browsing_context&, const hawser::message_port&) {}
  virtual void prepare_far(hawser::browsing_context& self, const hawser::message_port& port) = 0;
  virtual void start(hawser::browsing_context& self, const hawser::message_port& port,
                     std::uint64_t count) = 0;

  hawser::system& far_system() { return there_ ? there_->system : system_; }

  hawser::system& system_;
  stopwatch watch_;
  arrival_check check_;

private:
  std::unique_ptr<elsewhere> there_;
  hawser::window_proxy far_;
  hawser::window_proxy near_;
};

} // namespace bench

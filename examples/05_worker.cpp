// A page hands work to a worker, a context without a window that runs beside it, and goes on. What
// the page posts before the worker has started waits for it; after terminate nothing more comes,
// and a script that does not exist is an event, not a crash. Prints:
//
//   page: I have asked, now I am free.
//   below 10 there are 4 primes
//   below 1000 there are 168 primes
//   below 100000 there are 9592 primes
//   page: enough.
//   page: no worker script is called 'factors'

#include <iostream>

#include <hawser/hawser.hpp>

bool is_prime(int number) {
  for (int divisor = 2; divisor * divisor <= number; ++divisor)
    if (number % divisor == 0)
      return false;
  return number > 1;
}

// Runs inside the worker.
void count_primes(hawser::dedicated_worker_global_scope* self) {
  self->on_message([self](hawser::message_event& ev) {
    const auto limit = ev.data().as<int>().value_or(0);
    int primes = 0;
    // A worker is asked to stop, not stopped: one that works for long looks whether it is.
    for (int number = 0; number < limit && !self->closing(); ++number)
      primes += is_prime(number) ? 1 : 0;
    self->post_message("below " + std::to_string(limit) + " there are " + std::to_string(primes)
                       + " primes");
  });
}

void ask_in_vain(hawser::browsing_context* self) {
  const auto factors = self->make_worker("factors"); // Nobody has defined a script of that name.
  factors.on_error([self](hawser::error_event& ev) {
    std::cout << "page: " << ev.message() << '\n';
    self->close();
  });
}

void page(hawser::browsing_context* self) {
  const auto primes = self->make_worker("primes");
  for (const int limit : {10, 1000, 100'000, 2'000'000'000})
    primes.post_message(limit);
  primes.on_message([self, primes, answers = 0](hawser::message_event& ev) mutable {
    std::cout << to_string(ev.data()) << '\n';
    if (++answers < 3)
      return;
    std::cout << "page: enough.\n";
    primes.terminate(); // The fourth answer would take minutes.
    ask_in_vain(self);
  });
  std::cout << "page: I have asked, now I am free.\n";
}

int main(int argc, char** argv) {
  hawser::system sys{argc, argv};
  sys.define_worker_script({"primes", count_primes});
  sys.open("https://page.example/", page);
}

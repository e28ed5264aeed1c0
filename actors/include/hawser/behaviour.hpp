#pragma once

// Behaviours: what the contexts of a topology run, by name.
//
// `hawser run` opens the contexts that a topology file describes, hands each its ports and calls
// its behaviour. Some behaviours are built in; others come from shared libraries of the application
// (`hawser run --load ./libmine.so`), which contain one definition:
//
//   HAWSER_BEHAVIOUR_LIBRARY(catalogue) {
//     catalogue.add({.name = "mine.echo",
//                    .help = "Answers every message with itself.",
//                    .ports = {{.name = "caller", .help = "Where the messages come from."}},
//                    .start = echo});
//   }

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <caf/config.hpp>

#include "hawser/browsing_context.hpp"

namespace hawser {

class behaviour_setup;

/// What an argument must be in the topology file, and which C++ type asks for it.
enum class argument_type : std::uint8_t {
  text,    ///< `std::string`
  integer, ///< Any integral type it fits in.
  number,  ///< `double`; an integer will do.
  boolean, ///< `bool`
};

std::string_view to_string(argument_type type) noexcept;

struct behaviour_argument {
  std::string name;
  argument_type type = argument_type::text;
  std::string help;
  value fallback;                 ///< What it is when left out; `undefined` when it must be given.
  std::optional<double> at_least; ///< Bounds of integers and numbers.
  std::optional<double> at_most;
};

/// How many ports go by one name.
enum class port_arity : std::uint8_t {
  one,        ///< Exactly one.
  optional,   ///< One or none.
  any_number, ///< `name`, or `name.0`, `name.1` and so on.
};

std::string_view to_string(port_arity arity) noexcept;

struct behaviour_port {
  std::string name;
  std::string help;
  port_arity arity = port_arity::one;
};

struct behaviour {
  std::string name;
  std::string help;
  std::vector<behaviour_argument> arguments;
  std::vector<behaviour_port> ports;

  /// Runs once in the context, whose ports and arguments are complete and checked then. An
  /// exception ends the context and fails the run; one that a listener throws later fails the run
  /// as well.
  std::function<void(browsing_context* self, behaviour_setup& setup)> start;
};

/// Behaviours by name, in the order they were added.
class behaviour_catalogue {
public:
  /// Throws `std::invalid_argument` for what is no complete behaviour, and for a name that is
  /// taken.
  void add(behaviour added);

  /// Null if there is none; valid until the next `add`.
  const behaviour* find(std::string_view name) const noexcept;

  const std::vector<behaviour>& all() const noexcept { return all_; }

private:
  std::vector<behaviour> all_;
};

/// What one context has been given. Belongs to the context and lives as long as it does, so that
/// its listeners may refer to it.
class behaviour_setup {
public:
  struct given {
    std::string name;      ///< The context's.
    std::size_t index = 0; ///< Which of the contexts of one `count` this is,
    std::size_t count = 1; ///< and how many these are.
    object arguments;
    std::vector<std::pair<std::string, message_port>> ports;
    window_proxy console; ///< Whoever shows what contexts print.
  };

  behaviour_setup(browsing_context* self, given what) : self_(self), given_(std::move(what)) {}

  behaviour_setup(const behaviour_setup&) = delete;
  behaviour_setup& operator=(const behaviour_setup&) = delete;

  const std::string& name() const noexcept { return given_.name; }

  std::size_t index() const noexcept { return given_.index; }

  std::size_t count() const noexcept { return given_.count; }

  /// An argument the behaviour has declared. Throws `std::invalid_argument` for any other name, and
  /// when it does not fit in a `T`.
  template <class T>
  T argument(std::string_view argument_name) const {
    if (auto content = find_argument(argument_name).as<T>())
      return *std::move(content);
    throw_unfitting(argument_name);
  }

  /// The port of that name, an empty handle if no channel ends there.
  message_port port(std::string_view port_name) const;

  /// The ports that go by that name, in the order of the topology: `name`, `name.0`, `name.1`...
  std::vector<message_port> ports(std::string_view port_name) const;

  /// The context of that name among those nested in this one. Throws `std::invalid_argument` if
  /// there is none.
  window_proxy child(std::string_view context_name) const;

  /// An object that lives as long as the context: what its listeners work on.
  template <class T, class... Args>
  T& make(Args&&... args) {
    auto made = std::make_shared<T>(std::forward<Args>(args)...);
    kept_.push_back(made);
    return *made;
  }

  /// Shows lines under the context's name. Lines of different contexts keep the order of cause and
  /// effect. Call it inside the context.
  void print(std::string_view lines) const;

  /// For the progress bar: how much of the context's work is done, from 0 to 1.
  void progress(double done) const;

private:
  const value& find_argument(std::string_view argument_name) const;
  [[noreturn]] void throw_unfitting(std::string_view argument_name) const;

  browsing_context* self_;
  given given_;
  std::vector<std::shared_ptr<void>> kept_;
};

/// What a shared library of behaviours exports as `hawser_behaviour_library`, in a layout that
/// never changes, so that one built for another hawser can be told before any of its code runs.
struct behaviour_library {
  std::uint32_t interface_version; ///< `behaviour_interface_version` it was compiled with.
  std::uint32_t caf_version;       ///< `CAF_VERSION` it was compiled with.
  void (*add_to)(behaviour_catalogue& catalogue);
};

/// Goes up with every change of what libraries of behaviours see.
inline constexpr std::uint32_t behaviour_interface_version = 3;

} // namespace hawser

/// Defines the entry point of a library of behaviours; the body adds them to `catalogue`. What it
/// throws is shown, and nothing is run.
#define HAWSER_BEHAVIOUR_LIBRARY(catalogue) \
  static void hawser_add_behaviours(::hawser::behaviour_catalogue& catalogue); \
  extern "C" { \
  [[gnu::visibility( \
    "default")]] extern const ::hawser::behaviour_library hawser_behaviour_library; \
  const ::hawser::behaviour_library hawser_behaviour_library{ \
    ::hawser::behaviour_interface_version, CAF_VERSION, hawser_add_behaviours}; \
  } \
  static void hawser_add_behaviours(::hawser::behaviour_catalogue& catalogue)

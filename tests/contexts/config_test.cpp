// Where settings come from, which one wins, and what is said about bad ones.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "test_system.hpp"

using namespace hawser;
using Catch::Matchers::ContainsSubstring;

namespace {

// A command line that lives as long as the object.
class command_line {
public:
  command_line(std::initializer_list<std::string> arguments) : texts_(arguments) {
    texts_.insert(texts_.begin(), "program");
    for (auto& text : texts_)
      pointers_.push_back(text.data());
  }

  int argc() const { return static_cast<int>(pointers_.size()); }

  char** argv() { return pointers_.data(); }

private:
  std::vector<std::string> texts_;
  std::vector<char*> pointers_;
};

class environment_variable {
public:
  environment_variable(std::string name, const std::string& content) : name_(std::move(name)) {
    setenv(name_.c_str(), content.c_str(), 1);
  }

  ~environment_variable() { unsetenv(name_.c_str()); }

  environment_variable(const environment_variable&) = delete;
  environment_variable& operator=(const environment_variable&) = delete;

private:
  std::string name_;
};

class temporary_file {
public:
  explicit temporary_file(const std::string& content) : path_(test::temporary_path(".conf")) {
    std::ofstream{path_} << content;
  }

  ~temporary_file() { std::filesystem::remove(path_); }

  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;

  std::string name() const { return path_.string(); }

private:
  std::filesystem::path path_;
};

error read(config& settings, command_line arguments) {
  return settings.read(arguments.argc(), arguments.argv());
}

// What a program would print that is started with these settings.
std::string refusal(command_line arguments) {
  try {
    const hawser::system sys{arguments.argc(), arguments.argv()};
  } catch (const std::invalid_argument& refused) {
    return refused.what();
  }
  return "accepted";
}

} // namespace

TEST_CASE("settings have their documented defaults", "[contexts][config]") {
  config settings;
  REQUIRE_FALSE(read(settings, {}));
  CHECK(settings.log_level == "warning");
  CHECK(settings.log_components.empty());
  CHECK(settings.log_file.empty());
  CHECK(settings.limits.queue_bytes_max == std::uint64_t{1} << 31);
  CHECK(settings.limits.posted_bytes_per_context_max == std::uint64_t{1} << 32);
  CHECK(settings.limits.deliveries_per_turn_max == 256);
}

TEST_CASE("settings come from the command line", "[contexts][config]") {
  config settings;
  REQUIRE_FALSE(
    read(settings, {"--hawser.log-level=debug", "--hawser.log-components=port=trace",
                    "--hawser.log-file=a.log", "--hawser.queue-bytes-max=1000",
                    "--hawser.queue-messages-max=7", "--hawser.transfers-per-message-max=6",
                    "--hawser.value-depth-max=5", "--hawser.ports-per-context-max=4",
                    "--hawser.deliveries-per-port-max=3", "--hawser.deliveries-per-turn-max=2",
                    "--hawser.posted-bytes-per-context-max=8", "--hawser.strict-html=true"}));
  CHECK(settings.limits.posted_bytes_per_context_max == 8);
  CHECK(settings.strict_html);
  CHECK(settings.log_level == "debug");
  CHECK(settings.log_components == "port=trace");
  CHECK(settings.log_file == "a.log");
  CHECK(settings.limits.queue_bytes_max == 1000);
  CHECK(settings.limits.queue_messages_max == 7);
  CHECK(settings.limits.transfers_per_message_max == 6);
  CHECK(settings.limits.value_depth_max == 5);
  CHECK(settings.limits.ports_per_context_max == 4);
  CHECK(settings.limits.deliveries_per_port_max == 3);
  CHECK(settings.limits.deliveries_per_turn_max == 2);
}

TEST_CASE("the environment wins over the file, the command line over both", "[contexts][config]") {
  const temporary_file file{"hawser {\n"
                            "  log-level = \"info\"\n"
                            "  queue-bytes-max = 10\n"
                            "  queue-messages-max = 10\n"
                            "}\n"};
  const environment_variable bytes{"HAWSER_QUEUE_BYTES_MAX", "20"};
  const environment_variable messages{"HAWSER_QUEUE_MESSAGES_MAX", "20"};
  config settings;
  REQUIRE_FALSE(read(settings, {"--config-file=" + file.name(), "--hawser.queue-messages-max=30"}));
  CHECK(settings.log_level == "info");
  CHECK(settings.limits.queue_bytes_max == 20);
  CHECK(settings.limits.queue_messages_max == 30);
}

TEST_CASE("hawser.conf in the working directory is read", "[contexts][config]") {
  const auto before = std::filesystem::current_path();
  const auto folder = test::temporary_path(".d");
  std::filesystem::create_directory(folder);
  std::filesystem::current_path(folder);
  std::ofstream{"hawser.conf"} << "hawser { log-level = \"trace\" }\n";
  config settings;
  const auto failure = read(settings, {});
  std::filesystem::current_path(before);
  std::filesystem::remove_all(folder);
  CHECK_FALSE(failure);
  CHECK(settings.log_level == "trace");
}

TEST_CASE("the environment counts without a command line", "[contexts][config]") {
  const environment_variable level{"HAWSER_LOG_LEVEL", "no-such-level"};
  CHECK_THROWS_WITH(hawser::system{}, ContainsSubstring("no-such-level"));
}

TEST_CASE("limits that are configured hold in every context", "[contexts][config]") {
  config settings;
  REQUIRE_FALSE(read(settings, {"--hawser.queue-messages-max=1", "--hawser.log-level=off"}));
  hawser::system sys{settings};
  scoped_context main{sys};
  auto [port1, port2] = main.make_channel();
  CHECK_FALSE(port1.post_message(1));
  CHECK(port1.post_message(2) == errc::quota_exceeded_error);
}

TEST_CASE("a context can be opened with limits of its own", "[contexts][config]") {
  test::notebook notes;
  test::test_system sys;
  sys->open("https://page.example/",
            [&](browsing_context* self) {
              auto [port1, port2] = self->make_channel();
              notes.add(to_string(port1.post_message(array{array{}})));
              self->close();
            },
            {.limits = limits{.value_depth_max = 1}});
  CHECK(notes.await(1)
        == test::lines{"DataCloneError: data: nested 2 levels deep, the limit is 1"});
}

TEST_CASE("bad settings are refused with the option and the value", "[contexts][config]") {
  struct one_case {
    const char* argument;
    const char* said;
  };
  const auto& [argument, said] = GENERATE(
    one_case{"--hawser.log-level=loud", "'loud' is not a log level"},
    one_case{"--hawser.log-components=port", "'port' is not of the form component=level"},
    one_case{"--hawser.log-components=ports=debug", "'ports' is not a log component"},
    one_case{"--hawser.log-components=port=debug,context=loud", "'loud' is not a log level"},
    one_case{"--hawser.log-file=/dev/null/a.log", "the log file cannot be written"},
    one_case{"--hawser.queue-bytes-max=plenty", "queue-bytes-max"},
    one_case{"--hawser.queue-bytes-max=-1", "queue-bytes-max"},
    one_case{"--hawser.deliveries-per-port-max=0", "hawser.deliveries-per-port-max must not be 0"},
    one_case{"--hawser.deliveries-per-turn-max=0", "hawser.deliveries-per-turn-max must not be 0"},
    one_case{"--hawser.no-such-option=1", "no-such-option"});
  CAPTURE(argument);
  CHECK_THAT(refusal({argument}), ContainsSubstring(said));
}

TEST_CASE("a bad value in the environment or a file is refused too", "[contexts][config]") {
  SECTION("environment") {
    const environment_variable bytes{"HAWSER_QUEUE_BYTES_MAX", "plenty"};
    CHECK_THAT(refusal({}), ContainsSubstring("HAWSER_QUEUE_BYTES_MAX=plenty"));
  }
  SECTION("a file that is none") {
    const temporary_file file{"hawser {\n  queue-bytes-max = \n}\n"};
    CHECK_THAT(refusal({"--config-file=" + file.name()}), ContainsSubstring("unexpected_newline"));
  }
  SECTION("an option that does not exist in a file") {
    const temporary_file file{"hawser {\n  queue-byte-max = 1\n}\n"};
    CHECK_THAT(refusal({"--config-file=" + file.name()}),
               ContainsSubstring("there is no option hawser.queue-byte-max")
                 && ContainsSubstring("queue-bytes-max"));
  }
  SECTION("a number where a file must have a text, and a text where it must have a number") {
    const temporary_file number{"hawser {\n  log-level = 3\n}\n"};
    CHECK_THAT(refusal({"--config-file=" + number.name()}), ContainsSubstring("log-level"));
    const temporary_file text{"hawser {\n  queue-bytes-max = \"plenty\"\n}\n"};
    CHECK_THAT(refusal({"--config-file=" + text.name()}), ContainsSubstring("queue-bytes-max"));
  }
  SECTION("a flag that is neither true nor false") {
    CHECK_THAT(refusal({"--hawser.strict-html=maybe"}),
               ContainsSubstring("hawser.strict-html must be true or false, not 'maybe'"));
    const temporary_file file{"hawser {\n  strict-html = 1\n}\n"};
    CHECK_THAT(refusal({"--config-file=" + file.name()}), ContainsSubstring("strict-html"));
  }
  SECTION("a file that is not there") {
    CHECK(refusal({"--config-file=/no/such/file.conf"}) != "accepted");
  }
}

TEST_CASE("a flag of the command line wins over the file", "[contexts][config]") {
  const temporary_file file{"hawser {\n  strict-html = true\n}\n"};
  config from_file;
  REQUIRE_FALSE(read(from_file, {"--config-file=" + file.name()}));
  CHECK(from_file.strict_html);
  config overridden;
  REQUIRE_FALSE(read(overridden, {"--config-file=" + file.name(), "--hawser.strict-html=false"}));
  CHECK_FALSE(overridden.strict_html);
  config bare;
  REQUIRE_FALSE(read(bare, {"--hawser.strict-html"}));
  CHECK(bare.strict_html);
  CHECK_FALSE(bare.track_ports);
  const environment_variable tracked{"HAWSER_TRACK_PORTS", "true"};
  config from_environment;
  REQUIRE_FALSE(read(from_environment, {}));
  CHECK(from_environment.track_ports);
}

TEST_CASE("levels can be set for each component", "[contexts][config][log]") {
  const auto log = test::temporary_path(".log");
  config settings;
  settings.log_file = log.string();
  const auto run = [&] {
    hawser::system sys{settings};
    sys.open("https://page.example/",
             [](browsing_context* self) {
               auto [port1, port2] = self->make_channel();
               port1.post_message(value{port2}); // refused: a warning of `port`
               self->on_message([self] {
                 self->close();
                 throw std::runtime_error{"thrown"}; // an error of `context`
               });
               self->window().post_message(1);
             },
             {.name = "page"});
    sys.await_all_closed();
  };
  const std::string refused =
    "[warning] [port] post_refused: context 'page': a post at MessagePort 1 was refused: "
    "DataCloneError: data: a MessagePort must be in the transfer list";
  const std::string threw = "[error] [context] listener_threw: context 'page': a listener of "
                            "'message' at window threw: thrown";
  SECTION("all at the default") {
    run();
    CHECK(test::read_log(log) == test::lines{refused, threw});
  }
  SECTION("one quieter") {
    settings.log_components = "port=error";
    run();
    CHECK(test::read_log(log) == test::lines{threw});
  }
  SECTION("one louder than the rest") {
    settings.log_level = "off";
    settings.log_components = "context=off,port=debug";
    run();
    CHECK(test::read_log(log) == test::lines{refused});
  }
  SECTION("off") {
    settings.log_level = "off";
    run();
    CHECK(test::read_log(log).empty());
  }
  std::filesystem::remove(log);
}

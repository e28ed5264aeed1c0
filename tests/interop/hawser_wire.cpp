// Values as others see them: writes the samples as CBOR, and checks what another library wrote.
//
//   hawser-wire write           a line for each sample: its expression, a tab, its bytes
//   hawser-wire check < LINES   the same lines, written by somebody else, must be the samples
//
// The bytes stand without the version byte, which is no concern of a CBOR library.

#include <iostream>
#include <string>

#include "hawser/value_decoder.hpp"
#include "hawser/value_encoder.hpp"
#include "samples.hpp"
#include "shape.hpp"

using namespace hawser;
using namespace hawser::test;

namespace {

int write() {
  for (const auto& one : samples()) {
    if (one.scope != wire_scope::value)
      continue;
    std::vector<std::byte> bytes;
    if (const auto trouble = encode(one.content, bytes)) {
      std::cerr << one.expression << ": " << to_string(trouble) << '\n';
      return 1;
    }
    std::cout << one.expression << '\t' << to_hex(std::span{bytes}.subspan(1)) << '\n';
  }
  return 0;
}

// What is wrong with a line; empty if nothing is.
std::string trouble_with(const std::string& line) {
  const auto tab = line.find('\t');
  if (tab == std::string::npos)
    return "no tab";
  const auto* meant = find_sample(line.substr(0, tab));
  if (meant == nullptr)
    return "no such sample";
  const auto read = decode(from_hex("01 " + line.substr(tab + 1)));
  if (!read)
    return to_string(read.error());
  if (!alike(*read, meant->content))
    return "read as " + to_string(*read) + ", " + shape_of(*read) + ", and meant is "
           + to_string(meant->content) + ", " + shape_of(meant->content);
  return {};
}

int check() {
  std::size_t lines = 0;
  std::size_t wrong = 0;
  for (std::string line; std::getline(std::cin, line); ++lines)
    if (const auto trouble = trouble_with(line); !trouble.empty()) {
      std::cerr << line << ": " << trouble << '\n';
      ++wrong;
    }
  std::cout << lines << '\n';
  return wrong == 0 && lines > 0 ? 0 : 1;
}

} // namespace

int main(int count, char** arguments) {
  const std::string what = count == 2 ? arguments[1] : "";
  if (what == "write")
    return write();
  if (what == "check")
    return check();
  std::cerr << "usage: hawser-wire write | hawser-wire check\n";
  return 2;
}

#include "document.hpp"

#include <fstream>
#include <regex>

namespace hawser::test {

std::multimap<std::string, std::string> examples(examples_of what) {
  std::ifstream file{HAWSER_WIRE_DOCUMENT};
  std::multimap<std::string, std::string> found;
  static const std::regex row{R"(^\| `(.+)` \| `([0-9a-f ]+)` \|.*)"};
  auto under = examples_of::values;
  std::string line;
  while (std::getline(file, line)) {
    std::smatch parts;
    if (line.starts_with("## "))
      under = line == "## What a foreign encoder may send" ? examples_of::foreign_values
              : line == "## Frames between nodes"          ? examples_of::frames
              : line == "## Links"                         ? examples_of::links
                                                           : examples_of::values;
    else if (under == what && std::regex_match(line, parts, row))
      found.emplace(parts[1], parts[2]);
  }
  return found;
}

} // namespace hawser::test

// Runs a fuzzer once on each file of the folders it is given: the corpus as an ordinary test.

#include "fuzzing.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

int main(int count, char** arguments) {
  std::size_t files = 0;
  for (int i = 1; i < count; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator{arguments[i]}) {
      std::ifstream file{entry.path(), std::ios::binary};
      const std::vector<char> content{std::istreambuf_iterator<char>{file}, {}};
      std::printf("%s\n", entry.path().c_str());
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
      ++files;
    }
  }
  std::printf("%zu inputs\n", files);
  return files > 0 ? 0 : 1;
}

#include "hawser/error.hpp"

#include <cstdio>
#include <cstdlib>

namespace hawser {

std::string_view to_string(errc code) noexcept {
  switch (code) {
    case errc::none:
      return "none";
    case errc::data_clone_error:
      return "DataCloneError";
    case errc::syntax_error:
      return "SyntaxError";
    case errc::quota_exceeded_error:
      return "QuotaExceededError";
    case errc::invalid_state_error:
      return "InvalidStateError";
    case errc::type_error:
      return "TypeError";
    case errc::range_error:
      return "RangeError";
    case errc::not_found_error:
      return "NotFoundError";
    case errc::data_decode_error:
      return "DataDecodeError";
    case errc::timeout_error:
      return "TimeoutError";
  }
  return "unknown error";
}

std::string to_string(const error& err) {
  std::string text{to_string(err.code())};
  if (!err.what().empty())
    text.append(": ").append(err.what());
  return text;
}

void panic(std::string_view what, source_place where) {
  std::fprintf(stderr, "hawser: %.*s (%s:%u, %s)\n", static_cast<int>(what.size()), what.data(),
               where.file, static_cast<unsigned>(where.line), where.function);
  std::abort();
}

} // namespace hawser

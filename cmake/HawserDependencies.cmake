# What hawser stands on, found and checked in one place. Nothing is downloaded here: `./dev setup` puts the packages on the machine.

include(HawserCafVersion)

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

# CAF's version file accepts only the exact version asked for, so the range is checked afterwards.
find_package(CAF QUIET COMPONENTS core)
hawser_check_caf_version()
if(CAF_FOUND)
  message(STATUS "Found CAF ${CAF_VERSION}: ${CAF_DIR}")
endif()

find_package(spdlog REQUIRED)

if(HAWSER_BUILD_TOOLS)
  find_package(CLI11 REQUIRED)
  find_package(tomlplusplus REQUIRED)
  find_package(nlohmann_json REQUIRED)
endif()
if(HAWSER_BUILD_TESTS)
  find_package(Catch2 3 REQUIRED)
endif()
if(HAWSER_BUILD_BENCH)
  find_package(benchmark REQUIRED)
  find_package(nlohmann_json REQUIRED)
endif()

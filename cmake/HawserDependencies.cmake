# What hawser stands on, found and checked in one place. Nothing is downloaded here: `./dev setup` puts the packages on the machine.

include(HawserCafVersion)

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(Libidn2 2.0.5 REQUIRED)

# CAF's version file accepts only the exact version asked for, so the range is checked afterwards. A CAF_ROOT that was
# named is the only place to look: another CAF found by chance would hide that it does not fit.
if(CAF_ROOT)
  cmake_path(IS_PREFIX CAF_ROOT "${CAF_DIR}" NORMALIZE caf_dir_fits)
  if(NOT caf_dir_fits)
    unset(CAF_DIR CACHE)
  endif()
  find_package(CAF QUIET COMPONENTS core io PATHS "${CAF_ROOT}" NO_DEFAULT_PATH)
else()
  find_package(CAF QUIET COMPONENTS core io)
endif()
hawser_check_caf_version()
if(CAF_FOUND)
  message(STATUS "Found CAF ${CAF_VERSION}: ${CAF_DIR}")
endif()

find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS SSL Crypto)

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

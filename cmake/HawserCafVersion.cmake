# hawser compiles against CAF 0.18.7 up to 1.1.x. Older versions speak another dialect, newer ones nobody has tried.

set(HAWSER_CAF_VERSION_MIN 0.18.7)
set(HAWSER_CAF_VERSION_BELOW 1.2)

# Looks for a CAF too old to bring a CMake package (0.17), to name it rather than to say "not found".
function(hawser_find_unpackaged_caf result)
  find_file(HAWSER_CAF_CONFIG_HEADER caf/config.hpp HINTS "${CAF_ROOT}" "$ENV{CAF_ROOT}" PATH_SUFFIXES include NO_CACHE)
  set(${result} "" PARENT_SCOPE)
  if(HAWSER_CAF_CONFIG_HEADER)
    # Major, minor and patch in one number: 1706 is 0.17.6.
    file(STRINGS "${HAWSER_CAF_CONFIG_HEADER}" line REGEX "^#define CAF_VERSION [0-9]+")
    if(line MATCHES "CAF_VERSION ([0-9]+)")
      math(EXPR major "${CMAKE_MATCH_1} / 10000")
      math(EXPR minor "${CMAKE_MATCH_1} / 100 % 100")
      math(EXPR patch "${CMAKE_MATCH_1} % 100")
      set(${result} "${major}.${minor}.${patch}" PARENT_SCOPE)
    endif()
  endif()
endfunction()

# Stops with one sentence unless find_package(CAF) found a version that fits.
function(hawser_check_caf_version)
  set(wanted "hawser needs CAF ${HAWSER_CAF_VERSION_MIN} up to 1.1")
  set(next "run ./dev setup, or set CAF_ROOT to the prefix of one that fits")
  set(found "${CAF_VERSION}")
  if(NOT CAF_FOUND)
    hawser_find_unpackaged_caf(found)
  endif()
  if(NOT found)
    message(FATAL_ERROR "No CAF found: ${wanted}; ${next}.")
  endif()
  if(found VERSION_LESS HAWSER_CAF_VERSION_MIN OR found VERSION_GREATER_EQUAL HAWSER_CAF_VERSION_BELOW)
    message(FATAL_ERROR "Found CAF ${found}, but ${wanted}; ${next}.")
  endif()
  if(NOT CAF_FOUND)
    message(FATAL_ERROR "Found headers of CAF ${found} without its CMake package; ${next}.")
  endif()
endfunction()

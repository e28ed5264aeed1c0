# How a target of our own is made: warnings, sanitizers and coverage belong here and reach nobody else's code.

include(GNUInstallDirs)

# An installed program finds hawser beside itself and CAF where it was built against.
set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)

# Builds every public header alone: the target `all_verify_interface_header_sets`.
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)

# hawser_target(<target>): our warnings, sanitizers and coverage.
function(hawser_target target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF VISIBILITY_INLINES_HIDDEN ON)

  # A configuration struct is written with designated initializers that leave the rest at its default.
  target_compile_options(
    ${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
                      -Wno-missing-field-initializers)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 reports these falsely on optimised standard library code.
    target_compile_options(${target} PRIVATE -Wno-restrict -Wno-maybe-uninitialized)
  endif()
  if(HAWSER_WERROR)
    # CAF 1.1 deprecates parts of what CAF 0.18.7 knows under no other name.
    target_compile_options(${target} PRIVATE -Werror -Wno-error=deprecated-declarations)
  endif()

  if(HAWSER_SANITIZER)
    list(JOIN HAWSER_SANITIZER "," sanitizers)
    target_compile_options(${target} PRIVATE -fsanitize=${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${sanitizers})
  endif()
  if(HAWSER_BUILD_FUZZERS)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  if(HAWSER_COVERAGE)
    target_compile_options(${target} PRIVATE --coverage)
    target_link_options(${target} PRIVATE --coverage)
  endif()
endfunction()

# hawser_library(NAME <name> HEADERS <file>... [SOURCES <file>...] [LINK <keyword> <target>...])
#
# Makes the target `hawser-<name>` with the alias `hawser::<name>`, installs and exports it. HEADERS are the public ones
# and live in `include/`; LINK is handed to target_link_libraries, keywords included.
function(hawser_library)
  cmake_parse_arguments(arg "" "NAME" "HEADERS;SOURCES;LINK" ${ARGN})
  hawser_require_arguments(hawser_library arg NAME HEADERS)
  set(target hawser-${arg_NAME})

  # A library without sources has nothing to link; its headers are all there is.
  set(kind "")
  set(scope PUBLIC)
  if(NOT arg_SOURCES)
    set(kind INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(${target} ${kind} ${arg_SOURCES})
  add_library(hawser::${arg_NAME} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${arg_NAME})
  target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS include FILES ${arg_HEADERS})
  if(arg_LINK)
    target_link_libraries(${target} ${arg_LINK})
  endif()
  if(arg_SOURCES)
    hawser_target(${target})
    hawser_bind_functions(${target})
    target_include_directories(${target} PRIVATE src)
    set_target_properties(
      ${target} PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  else()
    target_compile_features(${target} INTERFACE cxx_std_20)
  endif()
  hawser_install_library(${target})
endfunction()

# hawser_bind_functions(<target>): calls within a shared library are direct and may be inlined, as in one whose symbols are hidden.
# Nobody can put a function of his own in place of one of ours in return.
function(hawser_bind_functions target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fno-semantic-interposition)
  endif()
  if(BUILD_SHARED_LIBS AND NOT APPLE)
    target_link_options(${target} PRIVATE LINKER:-Bsymbolic-functions)
  endif()
endfunction()

# hawser_program(NAME <target> SOURCES <file>... [LINK <target>...])
function(hawser_program)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;LINK" ${ARGN})
  hawser_require_arguments(hawser_program arg NAME SOURCES)
  add_executable(${arg_NAME} ${arg_SOURCES})
  hawser_target(${arg_NAME})
  target_link_libraries(${arg_NAME} PRIVATE ${arg_LINK})
endfunction()

# hawser_test(NAME <target> SOURCES <file>... LABELS <label>... [LINK <target>...] [TIMEOUT <seconds>] [SPEC <spec>])
#
# Makes one Catch2 program and one CTest test per test case, "<target>: <name of the case>", each with all LABELS and a
# deadline of TIMEOUT seconds: 180 unless told, so that a case which waits in vain for a minute can say for what. With a
# SPEC, in Catch2's words, only for the cases that match it.
function(hawser_test)
  cmake_parse_arguments(arg "" "NAME;TIMEOUT;SPEC" "SOURCES;LINK;LABELS" ${ARGN})
  hawser_require_arguments(hawser_test arg NAME SOURCES LABELS)
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 180)
  endif()
  hawser_program(NAME ${arg_NAME} SOURCES ${arg_SOURCES} LINK ${arg_LINK} Catch2::Catch2WithMain)
  include(Catch)
  catch_discover_tests(
    ${arg_NAME}
    TEST_SPEC ${arg_SPEC}
    TEST_PREFIX "${arg_NAME}: "
    DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT ${arg_TIMEOUT})
  # Catch2 would split a list of labels, so they are set once CTest knows the cases.
  set(labels_file "${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}-labels.cmake")
  file(CONFIGURE OUTPUT "${labels_file}" @ONLY CONTENT [[
foreach(case IN LISTS @arg_NAME@_TESTS)
  set_tests_properties("${case}" PROPERTIES LABELS "@arg_LABELS@")
endforeach()
]])
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${labels_file}")
endfunction()

# Stops when a call left out something it must name, or said something nobody understands.
function(hawser_require_arguments caller prefix)
  foreach(name IN LISTS ARGN)
    if(NOT ${prefix}_${name})
      message(FATAL_ERROR "${caller} needs ${name}")
    endif()
  endforeach()
  if(${prefix}_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${caller} does not know ${${prefix}_UNPARSED_ARGUMENTS}")
  endif()
endfunction()

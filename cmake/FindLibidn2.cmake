# Finds GNU libidn2, which brings no CMake package of its own: the target Libidn2::Libidn2 and Libidn2_VERSION.

find_path(Libidn2_INCLUDE_DIR idn2.h)
find_library(Libidn2_LIBRARY idn2)
mark_as_advanced(Libidn2_INCLUDE_DIR Libidn2_LIBRARY)

if(Libidn2_INCLUDE_DIR)
  file(STRINGS "${Libidn2_INCLUDE_DIR}/idn2.h" Libidn2_VERSION REGEX "define IDN2_VERSION \"")
  string(REGEX REPLACE ".*\"([0-9.]+)\".*" "\\1" Libidn2_VERSION "${Libidn2_VERSION}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  Libidn2
  REQUIRED_VARS Libidn2_LIBRARY Libidn2_INCLUDE_DIR
  VERSION_VAR Libidn2_VERSION)

if(Libidn2_FOUND AND NOT TARGET Libidn2::Libidn2)
  add_library(Libidn2::Libidn2 UNKNOWN IMPORTED)
  set_target_properties(
    Libidn2::Libidn2 PROPERTIES IMPORTED_LOCATION "${Libidn2_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES
                                                                       "${Libidn2_INCLUDE_DIR}")
endif()

# What `cmake --install` leaves behind: libraries, headers and the package that find_package(hawser) reads.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(HAWSER_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/hawser")

# hawser_install_library(<target>): called by hawser_library for each library.
function(hawser_install_library target)
  install(TARGETS ${target} EXPORT hawserTargets FILE_SET HEADERS)
  set_property(GLOBAL APPEND PROPERTY HAWSER_INSTALLED_LIBRARIES ${target})
endfunction()

# hawser_install_package(): called once, after all libraries.
function(hawser_install_package)
  get_property(libraries GLOBAL PROPERTY HAWSER_INSTALLED_LIBRARIES)
  if(NOT libraries)
    return()
  endif()
  install(
    EXPORT hawserTargets
    NAMESPACE hawser::
    DESTINATION "${HAWSER_PACKAGE_DIR}")
  configure_package_config_file(
    "${PROJECT_SOURCE_DIR}/cmake/hawserConfig.cmake.in" "${PROJECT_BINARY_DIR}/hawserConfig.cmake"
    INSTALL_DESTINATION "${HAWSER_PACKAGE_DIR}")
  write_basic_package_version_file("${PROJECT_BINARY_DIR}/hawserConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
  install(FILES "${PROJECT_BINARY_DIR}/hawserConfig.cmake" "${PROJECT_BINARY_DIR}/hawserConfigVersion.cmake"
                "${PROJECT_SOURCE_DIR}/cmake/FindLibidn2.cmake"
          DESTINATION "${HAWSER_PACKAGE_DIR}")
  install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
endfunction()

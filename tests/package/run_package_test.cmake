# Installs the build into a prefix of its own, builds the consumer against nothing else, and runs what was made.

file(REMOVE_RECURSE "${work_dir}")
set(prefix "${work_dir}/prefix")

# run(<what> <command>...): stops with the command's output when it fails.
function(run what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${what} failed (${result}):\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

# CAF's prefix, as a user would name it.
cmake_path(GET CAF_DIR PARENT_PATH caf_root)
foreach(level RANGE 1)
  cmake_path(GET caf_root PARENT_PATH caf_root)
endforeach()

run("installing" "${CMAKE_COMMAND}" --install "${build_dir}" --config "${config}" --prefix "${prefix}")
run("configuring the consumer"
  "${CMAKE_COMMAND}" -S "${consumer_dir}" -B "${work_dir}/build" -G Ninja "-DCMAKE_BUILD_TYPE=${config}"
  "-DCMAKE_CXX_COMPILER=${compiler}" "-DCMAKE_PREFIX_PATH=${prefix}" "-DCAF_ROOT=${caf_root}" "-DEXAMPLE=${example}")
run("building the consumer" "${CMAKE_COMMAND}" --build "${work_dir}/build")
run("running 01_hello" "${work_dir}/build/01_hello")
if(NOT output MATCHES "Message back from the IFrame")
  message(FATAL_ERROR "01_hello printed something else:\n${output}")
endif()

# The installed tool finds its libraries without help.
if(has_tool)
  run("running the installed tool" "${CMAKE_COMMAND}" -E env --unset=LD_LIBRARY_PATH "${prefix}/${bindir}/hawser" list)
endif()

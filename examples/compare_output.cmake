# Runs PROGRAM and compares what it prints, byte by byte, with the file EXPECTED.
#
#   cmake -D PROGRAM=<path> -D EXPECTED=<file> -P compare_output.cmake

execute_process(COMMAND "${PROGRAM}" OUTPUT_VARIABLE printed RESULT_VARIABLE exit_code)
file(READ "${EXPECTED}" expected)
if(NOT exit_code EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ended with ${exit_code} after printing:\n${printed}")
endif()
if(NOT printed STREQUAL expected)
  message(FATAL_ERROR "${PROGRAM} should print:\n${expected}\nbut printed:\n${printed}")
endif()

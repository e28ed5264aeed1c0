# cmake -DREPORT=<bench.json> -P check_chart.cmake
#
# Fails unless the chart names every row that has a target, and no other, and comes out the same a second time.

foreach(time IN ITEMS first second)
  execute_process(COMMAND /usr/bin/python3 "${CMAKE_CURRENT_LIST_DIR}/chart.py" "${REPORT}" "${REPORT}.${time}.svg"
                  RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "no chart of ${REPORT}")
  endif()
  file(READ "${REPORT}.${time}.svg" ${time})
endforeach()
if(NOT first STREQUAL second)
  message(SEND_ERROR "one report gives two charts")
endif()

file(READ "${REPORT}" report)
string(JSON rows GET "${report}" rows)
string(JSON last LENGTH "${rows}")
math(EXPR last "${last} - 1")
foreach(i RANGE ${last})
  string(JSON name MEMBER "${rows}" ${i})
  string(JSON target ERROR_VARIABLE no_target GET "${rows}" "${name}" target)
  string(FIND "${first}" ">${name}<" place)
  if(no_target AND NOT place EQUAL -1)
    message(SEND_ERROR "${name} has no target and is in the chart")
  elseif(NOT no_target AND place EQUAL -1)
    message(SEND_ERROR "${name} is not in the chart")
  endif()
endforeach()

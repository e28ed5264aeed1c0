# cmake -DREPORT=<bench.json> -DROWS=<name>;... -P check_report.cmake
#
# Fails unless the report has every row with a finite positive number.

file(READ "${REPORT}" report)
foreach(row IN LISTS ROWS)
  string(JSON value ERROR_VARIABLE trouble GET "${report}" rows "${row}" value)
  if(trouble)
    message(SEND_ERROR "${row}: ${trouble}")
  elseif(NOT value MATCHES "^[0-9.]+(e[+-]?[0-9]+)?$" OR NOT value GREATER 0)
    message(SEND_ERROR "${row}: '${value}' is no finite positive number")
  endif()
endforeach()

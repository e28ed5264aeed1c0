# Rules of the protocol, each broken on purpose in a copy of one source file. The simulation must notice every one of
# them; a rule that can be broken unnoticed is not tested. The shipped library has no switch for any of this.

set(mutants "")

# mutation(<name> <file of runtime/src, or of routing there> <text> <replacement> [<test cases>])
#
# Makes `hawser-mutant-<name>`, which must find a violation within 2,000 worlds, or fail one of the test cases. The text
# must stand in the file exactly once, so that a rule that is written anew takes its mutation along. The program has the
# runtime inside, its own copy instead of the file's object: within the shared library nothing can be replaced.
function(mutation name file text replacement)
  if(NOT file MATCHES "/")
    set(file "routing/${file}")
  endif()
  set(source "${PROJECT_SOURCE_DIR}/runtime/src/${file}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}")
  file(READ "${source}" content)
  string(FIND "${content}" "${text}" first)
  string(FIND "${content}" "${text}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "mutation ${name}: ${file} must say exactly once: ${text}")
  endif()
  string(REPLACE "${text}" "${replacement}" content "${content}")
  set(copy "${CMAKE_CURRENT_BINARY_DIR}/mutants/${name}/${file}")
  file(CONFIGURE OUTPUT "${copy}" CONTENT "@content@" @ONLY)

  set(target hawser-mutant-${name})
  string(REGEX REPLACE "([.+])" "\\\\\\1" object "/src/${file}.o")
  set(others "$<FILTER:$<TARGET_OBJECTS:hawser-runtime>,EXCLUDE,${object}$>")
  if(ARGC GREATER 4)
    add_executable(${target} "${copy}" ${others} $<TARGET_OBJECTS:hawser-simulation-scenarios>)
    target_link_libraries(${target} PRIVATE Catch2::Catch2WithMain)
    set(command ${target} "${ARGV4}")
  else()
    add_executable(${target} "${copy}" ${others} $<TARGET_OBJECTS:hawser-simulate>)
    set(command ${target} --seeds 2000 --until-found)
  endif()
  hawser_target(${target})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/runtime/src" "${PROJECT_SOURCE_DIR}/runtime/src/routing")
  target_link_libraries(${target} PRIVATE hawser-simulation CLI11::CLI11 Libidn2::Libidn2)
  target_link_options(${target} PRIVATE LINKER:--strip-debug) # There are many of them.
  add_test(NAME "mutation: ${name}" COMMAND ${command})
  set_tests_properties("mutation: ${name}" PROPERTIES LABELS simulation TIMEOUT 60 WILL_FAIL TRUE)
endfunction()

mutation(bind_at_relay_not_passed_inward switching.cpp
         "if (w.state == waypoint_state::moved && f.own_key && !w.in_done)" "if (w.gone)")
mutation(late_announcement_forwarded switching.cpp
         "if (from_successor ? w.out_done : w.in_done)" "if (w.gone)")
mutation(end_names_no_binder streaming.cpp
         "if (f.peer_epoch == w.epoch && f.binder_epoch >= w.bound_epochs)" "if (w.gone)" "[S47]")
mutation(key_kept_at_start switching.cpp "  w.key = {}; // The peer is here" "  // The peer is here")
mutation(ends_in_dropped_messages_kept router.cpp
         "bury(std::exchange(dropped_, {}))" "new std::vector<message>(std::exchange(dropped_, {}))")
mutation(relay_stays router.cpp "w.in_done && w.out_done && w.outbox_to_come == 0" "w.gone")
mutation(numbers_not_merged streaming.cpp "w.early.begin()->first == w.next_in.messages" "w.early.begin()->first != ~0ULL")
mutation(numbers_not_checked streaming.cpp "if (!over.active || number != over.next)" "if (!over.active)" "[S52]")
mutation(gone_ignored ending.cpp
         "  if (link == w.out || link == w.successor)\n    return break_route(w, close_reason::undeliverable, &link);\n" "" "[S26]")
mutation(credit_not_repeated crediting.cpp "if (when == telling::news && told <=" "if (when <= telling::anyway && told <=")
mutation(outbox_overtaken crediting.cpp "const bool from_mailbox = may && w.outbox_to_come == 0;" "const bool from_mailbox = may;")
mutation(old_announcements_followed switching.cpp "if (w.fin_sent || f.epoch <= w.out_epoch)" "if (w.fin_sent)")
mutation(deferred_for_ever switching.cpp "if (w.gone || !w.deferred ||" "if (!w.gone ||")
mutation(empty_key_opens switching.cpp "if (!w.key || f.key != w.key)" "if (f.key != w.key)")
mutation(relays_blamed ending.cpp "    report(by.node, blame, std::string{rule});" "    report(by.node, blame != incident::kind::limit ? incident::kind::rule : blame, std::string{rule});")
mutation(passed_by_and_heard streaming.cpp "if (number >= over.fence)" "if (number > over.fence)" "[S61]")
mutation(pieces_overtaken linking/lanes.cpp "  hold_up(added.held_up, what);" "  static_cast<void>(hold_up);")
mutation(ports_overtaken linking/lanes.cpp "      with.insert(each.id);" "      static_cast<void>(each);")
mutation(strangers_break ending.cpp "if (!neighbour)" "if (!neighbour && w.gone)")
mutation(strangers_end_streams ending.cpp "if (link == w.out || link == w.successor)\n" "if (!w.gone)\n")
mutation(strangers_feed streaming.cpp "  auto* over = w.find_in(link);\n  if (over == nullptr) {" "  auto* over = w.in.empty() ? nullptr : w.in.data();\n  if (over == nullptr) {")
mutation(late_watch_unanswered windows.cpp "if (found == nullptr || found->target->closed.load())" "if (found == nullptr)" "[S91]")
mutation(strangers_end_windows windows.cpp "for (const auto& each : twins_.of(from, f.window))" "for (const auto& each : f.window ? twins_.all() : twins_.of(from))" "[S91]")
mutation(runs_overtake streaming.cpp "|| w.next_in.messages != f.number" "")
mutation(credit_of_runs_not_checked streaming.cpp "w.next_in.messages >= end" "w.next_in.messages >= end + 9" "[S92]")
mutation(ports_lost_in_runs streaming.cpp "!first.ports.empty()" "first.ports.size() == ~0ULL")
mutation(brought_forgotten moving.cpp "  d.unread = d.unread + w.brought_to_come;\n" "")

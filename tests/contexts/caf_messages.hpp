#pragma once

// CAF messages of a program that has nothing to do with hawser, in a type id block where CAF's own
// documents tell programs to put theirs.

#include <string>

#include <caf/init_global_meta_objects.hpp>
#include <caf/type_id.hpp>

namespace program {

struct question {
  int number = 0;
};

struct answer {
  std::string text;
};

struct tick {};

template <class Inspector>
bool inspect(Inspector& f, question& x) {
  return f.object(x).fields(f.field("number", x.number));
}

template <class Inspector>
bool inspect(Inspector& f, answer& x) {
  return f.object(x).fields(f.field("text", x.text));
}

template <class Inspector>
bool inspect(Inspector& f, tick& x) {
  return f.object(x).fields();
}

} // namespace program

CAF_BEGIN_TYPE_ID_BLOCK(program, caf::first_custom_type_id)
CAF_ADD_TYPE_ID(program, (program::question))
CAF_ADD_TYPE_ID(program, (program::answer))
CAF_ADD_TYPE_ID(program, (program::tick))
CAF_END_TYPE_ID_BLOCK(program)

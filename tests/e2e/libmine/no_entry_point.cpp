// A shared library that is none of behaviours.
extern "C" int answer() {
  return 42;
}

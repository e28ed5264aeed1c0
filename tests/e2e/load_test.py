"""Behaviours of the application, from shared libraries."""

import unittest

from cli import HELLO, LIBRARIES, MINE, CliTest

ECHO = """
[[context]]
name = "asker"
run = "mine.ask"
args = { question = "who is there?" }

[[context]]
name = "echo"
run = "mine.echo"

[[channel]]
ends = ["asker:echo", "echo:caller"]

[expect]
lines = ["asker | echo says who is there?"]
"""


class Load(CliTest):
    def test_a_topology_of_own_behaviours(self):
        ran = self.run_topology(ECHO, *MINE)
        self.assert_exit(ran, 0)
        self.assertIn("asker | echo says who is there?", ran.stdout)

    def test_their_arguments_are_checked(self):
        ran = self.run_topology(ECHO.replace("question =", "qestion ="), *MINE)
        self.assert_exit(ran, 2)
        self.assertIn(
            "unknown argument of behaviour 'mine.ask': 'qestion'; did you mean 'question'?",
            ran.stderr,
        )
        self.assertIn("5:8: argument 'question' of behaviour 'mine.ask' is missing", ran.stderr)

    def test_they_are_listed(self):
        ran = self.hawser("list", *MINE)
        self.assert_exit(ran, 0)
        self.assertIn("mine.ask", ran.stdout)
        self.assertIn("what to ask (text, required)", ran.stdout)

    def assert_refused(self, library: str, sentence: str):
        ran = self.run_topology(HELLO, "--load", library)
        self.assert_exit(ran, 2)
        self.assertEqual(ran.stdout, "")
        self.assertIn(sentence, ran.stderr)

    def test_libraries_that_cannot_be_used(self):
        self.assert_refused("./nowhere.so", "cannot load ./nowhere.so")
        self.assert_refused("nowhere.so", "cannot load nowhere.so")
        self.assert_refused(str(self.write("no library", "text.so")), "cannot load")
        self.assert_refused(
            str(LIBRARIES / "libno_entry_point.so"), "it has no 'hawser_behaviour_library'"
        )
        self.assert_refused(
            str(LIBRARIES / "libother_version.so"), "of the interface of behaviours"
        )
        self.assert_refused(str(LIBRARIES / "libtwice.so"), "behaviour 'twice' exists already")

    def test_the_same_library_twice(self):
        ran = self.run_topology(ECHO, *MINE, *MINE)
        self.assert_exit(ran, 2)
        self.assertIn("exists already", ran.stderr)


if __name__ == "__main__":
    unittest.main()

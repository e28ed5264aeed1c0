"""Mistakes in a topology are all named at once, with their places, and nothing is run."""

import os
import unittest

from cli import HELLO, CliTest


class Validation(CliTest):
    def assert_problems(self, text: str, *wanted: str):
        ran = self.hawser("check", self.write(text))
        self.assert_exit(ran, 2)
        found = [line.split("it.toml:", 1)[1] for line in ran.stderr.splitlines()[:-1]]
        self.assertEqual(found, list(wanted))
        again = self.hawser("run", "it.toml")
        self.assertEqual((again.returncode, again.stdout), (2, ""))

    def test_a_correct_topology_has_no_problem(self):
        ran = self.hawser("check", self.write(HELLO))
        self.assert_exit(ran, 0)
        self.assertIn("2 contexts, 0 channels, no problem", ran.stdout)

    def test_three_mistakes_are_named_with_line_and_column(self):
        self.assert_problems(
            '[[context]]\nname = "page"\norigni = "https://page.example"\nrun = "hello_pgae"\n'
            '[[context]]\nname = "frame"\nparent = "pag"\nrun = "hello_frame"\n',
            "3:1: unknown key in [[context]]: 'origni'; did you mean 'origin'?",
            "4:7: unknown behaviour 'hello_pgae'; did you mean 'hello_page'?",
            "7:10: unknown context 'pag'; did you mean 'page'?",
        )

    def test_wrong_types(self):
        self.assert_problems(
            'title = 7\n[[context]]\nname = "a"\nrun = "hello_frame"\ncount = "x"\nargs = 3\n'
            '[expect]\nlines = [1]\nonly = "yes"\ndeadline_s = "soon"\n',
            "1:9: 'title' must be a text, but this is an integer",
            "5:9: 'count' must be an integer, but this is a text",
            "6:8: 'args' must be a table, but this is an integer",
            "8:10: 'lines' must be an array of texts, but this is an integer",
            "9:8: 'only' must be a boolean, but this is a text",
            "10:14: 'deadline_s' must be a number, but this is a text",
        )

    def test_a_table_instead_of_an_array_of_tables(self):
        self.assert_problems(
            '[context]\nname = "a"\n',
            "1:1: 'context' must be an array of tables, written [[context]], but this is a table",
        )

    def test_duplicates(self):
        self.assert_problems(
            HELLO + '[[context]]\nname = "page"\nrun = "hello_frame"\n'
            '[[context]]\nname = "m"\ncount = 3\nrun = "ring_member"\n'
            '[[channel]]\nname = "c"\nring = "m"\nports = ["next", "previous"]\n'
            '[[channel]]\nname = "c"\nends = ["m.0:next", "m.1:previous"]\n',
            "11:8: there is a context 'page' already, in line 3",
            "22:8: there is a channel 'c' already",
            "23:9: context 'm.0' has a port 'next' already",
            "23:21: context 'm.1' has a port 'previous' already",
        )

    def test_arguments(self):
        context = '[[context]]\nname = "m"\ncount = 2\nrun = "ring_member"\nargs = { %s }\n'
        ring = '[[channel]]\nring = "m"\nports = ["next", "previous"]\n'
        for given, wanted in [
            ("laps = 0", "5:17: argument 'laps' must be at least 1 and at most 1000000000"),
            ('laps = "x"', "5:17: argument 'laps' must be an integer, but this is a text"),
            ("lasp = 1", "5:10: unknown argument of behaviour 'ring_member': 'lasp'; did you mean 'laps'?"),
        ]:
            with self.subTest(given=given):
                self.assert_problems(context % given + ring, wanted)

    def test_ports(self):
        self.assert_problems(
            '[[context]]\nname = "m"\ncount = 2\nrun = "ring_member"\n'
            '[[channel]]\nring = "m"\nports = ["nxt", "previous"]\n',
            "7:10: unknown port of behaviour 'ring_member': 'nxt'; did you mean 'next'?",
        )
        self.assert_problems(
            '[[context]]\nname = "m"\ncount = 2\nrun = "ring_member"\n',
            "2:8: no channel ends at port 'next' of context 'm.0', which behaviour 'ring_member' needs",
            "2:8: no channel ends at port 'previous' of context 'm.0', which behaviour "
            "'ring_member' needs",
        )

    def test_channels(self):
        members = '[[context]]\nname = "m"\ncount = 2\nrun = "ring_member"\n'
        for channel, wanted in [
            ('ends = ["m:next", "m.1:previous"]', "6:9: 'm' has a 'count': say which, for example 'm.0'"),
            ('ends = ["m.2:next", "m.1:previous"]', "6:9: there is no 'm.2'; the last is 'm.1'"),
            ('ends = ["m.0:next"]', "6:1: a channel has two 'ends', not 1"),
            ('ends = ["m.0", "m.1:previous"]', "6:9: an end is written 'context:port', not 'm.0'"),
            ('ring = "m"', "5:1: 'ports' is missing: the names of both ends of every channel"),
            ('ring = "n"\nports = ["next", "previous"]', "6:8: unknown context 'n'; did you mean 'm'?"),
        ]:
            with self.subTest(channel=channel):
                self.assert_problems(members + "[[channel]]\n" + channel + "\n", wanted)

    def test_nodes(self):
        nodes = '[node.left]\n[node.right]\nlisten = "127.0.0.1:0"\n'
        here = '[[context]]\nname = "a"\nrun = "hello_frame"\n'
        ran = self.hawser("check", self.write(nodes + here + 'node = "left"\n'))
        self.assert_exit(ran, 0)
        self.assertIn("2 nodes, 1 contexts, 0 channels, no problem", ran.stdout)
        for text, wanted in [
            (nodes + here + 'node = "lfet"\n', "7:8: unknown node 'lfet'; did you mean 'left'?"),
            (here + 'node = "left"\n', "4:8: unknown node 'left'"),
            (nodes + here, "5:8: context 'a' does not say on which 'node' it is"),
            (nodes + here + "node = 3\n", "7:8: 'node' must be a text, but this is an integer"),
            (nodes + here + "node = []\n", "7:1: 'node' names 0 nodes for 1 context"),
            (nodes + here + 'node = ["left", "right"]\n', "7:1: 'node' names 2 nodes for 1 context"),
            (
                nodes + here + 'node = "left"\n[[context]]\nname = "b"\nparent = "a"\n'
                'node = "right"\nrun = "hello_frame"\n',
                "11:1: context 'b' is nested in 'a', which is on node 'left'",
            ),
            (
                nodes.replace("listen", "lisen") + here + 'node = "left"\n',
                "3:1: unknown key in [node.right]: 'lisen'; did you mean 'listen'?",
            ),
            (
                nodes.replace("127.0.0.1:0", "nowhere") + here + 'node = "left"\n',
                "3:10: an address to listen on is written 'host:port', as in '127.0.0.1:0', "
                "not 'nowhere'",
            ),
            (
                "node.left = 1\n" + here,
                "1:6: a node is a table, written [node.NAME], but 'node.left' is an integer",
            ),
            (
                '[node."le ft"]\n' + here + 'node = "le ft"\n',
                "1:7: a node is named as a host would be, with small letters, digits, '-' and '_', "
                "not 'le ft'",
            ),
            (
                '[node.Left]\n' + here + 'node = "Left"\n',
                "1:7: a node is named as a host would be, with small letters, digits, '-' and '_', "
                "not 'Left'",
            ),
            (
                nodes + here + 'node = "left"\n' + here.replace('"a"', '"b"') + 'node = "right"\n'
                '[expect]\norder = "given"\nlines = ["a | x", "b | y"]\n',
                "13:9: lines of different nodes come in no known order: 'a' is on node 'left', "
                "'b' on node 'right'",
            ),
        ]:
            with self.subTest(wanted=wanted):
                self.assert_problems(text, wanted)

    def test_a_cycle_of_parents(self):
        self.assert_problems(
            '[[context]]\nname = "a"\nparent = "b"\nrun = "hello_frame"\n'
            '[[context]]\nname = "b"\nparent = "a"\nrun = "hello_frame"\n',
            "3:10: context 'a' is nested in itself",
        )

    def test_origins(self):
        self.assert_problems(
            '[[context]]\nname = "a"\norigin = "nonsense"\nrun = "hello_frame"\n',
            "3:10: this is no origin: 'nonsense' is not an absolute URL: it has no scheme",
        )

    def test_expectations(self):
        self.assert_problems(
            HELLO + '[expect]\nlines = ["pgae | x", "no bar"]\norder = "some"\ndeadline_s = 0\n',
            "11:10: unknown context 'pgae'; did you mean 'page'?",
            "11:22: an expected line is written as it is shown, 'context | text'",
            "12:9: unknown order 'some'",
            "13:14: 'deadline_s' must be more than 0 and at most 86400 seconds",
        )

    def test_malformed_toml_is_shown_as_the_parser_says_it(self):
        ran = self.hawser("check", self.write('title = "x"\n[[context]\n'))
        self.assert_exit(ran, 2)
        self.assertRegex(ran.stderr, r"it\.toml:2:\d+: Error while parsing")

    def test_nesting_without_end(self):
        for text in ["a = " + "[" * 200_000, "a" + ".a" * 200_000 + " = 1", "[a" + ".a" * 200_000 + "]"]:
            ran = self.hawser("check", self.write(text))
            self.assert_exit(ran, 2)
            self.assertRegex(ran.stderr, "it.toml:1:.*(nested value depth|more than 8 parts)")

    def test_dots_in_texts_are_no_keys(self):
        dots = "." * 100
        self.assert_problems(
            f'a = "\\"{dots}"\nb = \'{dots}\'\nc = """\n{dots}"""\n# {dots}\n',
            "1:1: there is no [[context]]",
            "1:1: unknown key in the file: 'a'",
            "2:1: unknown key in the file: 'b'",
            "3:1: unknown key in the file: 'c'",
        )

    def test_an_empty_file(self):
        self.assert_problems("", "1:1: there is no [[context]]")

    def test_unreadable_files(self):
        missing = self.hawser("run", "nowhere.toml")
        self.assert_exit(missing, 2)
        self.assertIn("nowhere.toml: cannot be read: No such file or directory", missing.stderr)
        self.assert_exit(self.hawser("run", self.folder), 2)
        if os.geteuid() != 0:
            path = self.write(HELLO)
            path.chmod(0)
            self.assert_exit(self.hawser("run", path), 2)

    def test_wrong_options(self):
        path = self.write(HELLO)
        for arguments in [
            [],
            ["rnu", path],
            ["run"],
            ["run", path, "--grahp", "x.svg"],
            ["run", path, "--log", "loud"],
            ["run", path, "--deadline", "-1"],
        ]:
            with self.subTest(arguments=arguments):
                ran = self.hawser(*arguments)
                self.assert_exit(ran, 2)
                self.assertEqual(ran.stdout, "")


if __name__ == "__main__":
    unittest.main()

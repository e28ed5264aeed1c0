"""How runs end: well, without what was expected, by a failure, too late, or by Ctrl-C."""

import os
import signal
import subprocess
import time
import unittest

from cli import HAWSER, HELLO, MINE, CliTest


def context(name: str, run: str, more: str = "") -> str:
    return f'[[context]]\nname = "{name}"\nrun = "{run}"\n{more}\n'


class Run(CliTest):
    def test_a_run_without_expectations_ends_with_its_contexts(self):
        ran = self.run_topology(HELLO)
        self.assert_exit(ran, 0)
        lines = ran.stdout.splitlines()
        self.assertEqual(
            lines[:2],
            ["frame | got Hello from the main page!", "page | Message back from the IFrame"],
        )
        self.assertEqual(lines[3].split(), ["contexts", "ports", "messages", "bytes", "rate", "time"])
        self.assertEqual(lines[4].split()[:3], ["2", "2", "2"])
        self.assertEqual(ran.stderr, "")

    def test_a_missing_line_fails_as_soon_as_nothing_more_can_come(self):
        ran = self.run_topology(HELLO + '[expect]\nlines = ["page | never"]\n')
        self.assert_exit(ran, 1)
        self.assertIn("expected and not seen (1):\n    page | never", ran.stderr)

    def test_lines_in_another_order_than_given(self):
        lines = 'lines = ["a | line 1", "a | line 0"]\n'
        printing = context("a", "mine.lines")
        self.assert_exit(self.run_topology(printing + "[expect]\n" + lines, *MINE), 0)
        ran = self.run_topology(printing + "[expect]\norder = 'given'\n" + lines, *MINE)
        self.assert_exit(ran, 1)
        self.assertIn("expected and not seen (1):\n    a | line 0", ran.stderr)

    def test_a_line_that_was_not_expected(self):
        ran = self.run_topology(
            context("a", "mine.lines") + "[expect]\nonly = true\nlines = ['a | line 0']\nclosed = true",
            *MINE,
        )
        self.assert_exit(ran, 1)
        self.assertRegex(ran.stderr, r"seen and not expected \(\d\):\n    a \| line 1")

    def test_a_behaviour_that_throws_at_start(self):
        ran = self.run_topology(context("ship", "mine.throw_at_start"), *MINE)
        self.assert_exit(ran, 1)
        self.assertIn("a context failed", ran.stderr)
        self.assertIn(
            "ship: behaviour mine.throw_at_start threw at its start: no ship in sight", ran.stderr
        )

    def test_a_listener_that_throws(self):
        ran = self.run_topology(context("ship", "mine.throw_later"), *MINE)
        self.assert_exit(ran, 1)
        self.assertIn("ship: window: the rope broke", ran.stderr)

    def test_a_deadline_tells_who_is_open_and_what_waits_where(self):
        ran = self.run_topology(
            context("sink", "mine.stay")
            + context("source", "mine.pile_up")
            + '[[channel]]\nname = "heap"\nends = ["source:out", "sink:in"]\n'
            + "[expect]\ndeadline_s = 0.5\nlines = ['sink | never']",
            *MINE,
        )
        self.assert_exit(ran, 1)
        self.assertIn("the deadline of 0.5 s passed", ran.stderr)
        self.assertIn("expected and not seen (1):\n    sink | never", ran.stderr)
        self.assertIn("still open (2):\n    sink\n    source", ran.stderr)
        self.assertIn("port in of sink (channel heap): 3 messages, 48 B", ran.stderr)

    def test_the_command_line_shortens_the_deadline(self):
        began = time.monotonic()
        ran = self.run_topology(context("a", "mine.stay"), *MINE, "--deadline", "0.3")
        self.assert_exit(ran, 1)
        self.assertLess(time.monotonic() - began, 20)

    def test_a_context_that_never_returns_cannot_hold_the_process(self):
        ran = self.run_topology(context("a", "mine.spin"), *MINE, "--deadline", "0.3")
        self.assert_exit(ran, 1)
        self.assertIn("not even ended when told to", ran.stderr)
        self.assertIn("contexts", ran.stdout)

    def test_expected_lines_end_a_run_of_contexts_that_stay(self):
        ran = self.run_topology(
            context("a", "mine.stay") + "[expect]\nlines = ['a | stays']\n", *MINE
        )
        self.assert_exit(ran, 0)

    def test_what_was_printed_before_a_context_was_ended_is_shown(self):
        ran = self.run_topology(
            context("a", "mine.lines", "args = { lines = 20_000 }")
            + "[expect]\nlines = ['a | line 0']\n",
            *MINE,
            "--no-table",
        )
        self.assert_exit(ran, 0)
        self.assertEqual(ran.stdout, "".join(f"a | line {i}\n" for i in range(20_000)))

    def test_they_do_not_where_all_contexts_must_end(self):
        ran = self.run_topology(
            context("a", "mine.stay")
            + "[expect]\nlines = ['a | stays']\nclosed = true\ndeadline_s = 0.3\n",
            *MINE,
        )
        self.assert_exit(ran, 1)

    def test_messages_to_a_context_that_has_not_begun_are_kept(self):
        # The page greets its frame long before the frame's turn to begin has come.
        ran = self.run_topology(
            context("page", "hello_page")
            + context("between", "mine.text", "count = 5000\nargs = { text = 'x' }")
            + context("frame", "hello_frame", "parent = 'page'"),
            *MINE,
        )
        self.assert_exit(ran, 0)
        self.assertIn("frame | got Hello from the main page!\n", ran.stdout)
        self.assertIn("page | Message back from the IFrame\n", ran.stdout)

    def test_many_lines_keep_their_order(self):
        ran = self.run_topology(
            context("a", "mine.lines", "args = { lines = 100_000 }"), *MINE, "--no-table"
        )
        self.assert_exit(ran, 0)
        self.assertEqual(ran.stdout, "".join(f"a | line {i}\n" for i in range(100_000)))

    def test_a_text_of_several_lines_is_prefixed_line_by_line(self):
        ran = self.run_topology(
            context("a", "mine.text", r'args = { text = "one\ntwo" }'), *MINE, "--no-table"
        )
        self.assertEqual(ran.stdout, "a | one\na | two\n")


class Interrupts(CliTest):
    def start(self, behaviour: str) -> subprocess.Popen:
        path = self.write(context("a", behaviour))
        process = subprocess.Popen(
            [HAWSER, "run", path, *MINE],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.kill)
        self.addCleanup(process.communicate)
        # Its first line shows that it runs.
        self.assertTrue(process.stdout.readline().startswith("a | "))
        return process

    def test_ctrl_c_closes_the_contexts_and_shows_the_table(self):
        process = self.start("mine.stay")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("contexts", out)
        self.assertIn("the run was interrupted", err)

    def test_a_second_ctrl_c_ends_it_at_once(self):
        process = self.start("mine.spin")
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        while process.poll() is None and time.monotonic() - began < 30:
            time.sleep(0.2)
            os.kill(process.pid, signal.SIGINT)
        self.assertEqual(process.returncode, 130)
        self.assertLess(time.monotonic() - began, 4)


if __name__ == "__main__":
    unittest.main()

"""A short soak; and one that must fail, for a soak that notices nothing is no good."""

import subprocess
import sys
import unittest
from pathlib import Path


def soak(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, Path(__file__).with_name("soak.py"), *arguments],
        capture_output=True, text=True, timeout=200,
    )


class Soak(unittest.TestCase):
    def test_twenty_seconds_without_a_violation(self):
        ran = soak("--minutes", "0.33")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertRegex(ran.stdout, r"^seed \d+\n")
        self.assertRegex(ran.stdout, r"\d+ moves, [1-9]\d* nodes killed, .*, [1-9]\d* ends closed, [1-9]\d* messages")
        self.assertIn("0 violations", ran.stdout)

    def test_a_number_left_out_is_noticed(self):
        ran = soak("--minutes", "1", "--seed", "7", "--sabotage", "skip")
        self.assertEqual(ran.returncode, 1, ran.stdout + ran.stderr)
        self.assertRegex(ran.stdout, r"VIOLATED with seed 7: n\d-\d+ says: gap X\d+\.b")

    def test_a_node_that_dies_by_itself_is_noticed(self):
        ran = soak("--minutes", "1", "--seed", "7", "--sabotage", "kill")
        self.assertEqual(ran.returncode, 1, ran.stdout + ran.stderr)
        self.assertIn("VIOLATED with seed 7: n0-1 ended by itself, with -9", ran.stdout)


if __name__ == "__main__":
    unittest.main()

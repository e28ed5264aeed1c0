"""Large topologies run; ones that are too large are refused at once."""

import time
import unittest

from cli import CliTest

RING = """
[[context]]
name = "member"
count = 100_000
run = "ring_member"
args = { laps = 1 }

[[channel]]
ring = "member"
ports = ["next", "previous"]

[expect]
lines = ["member.0 | 100000 contexts, 1 laps, 100000 hops"]
closed = true
deadline_s = 180
"""


class Size(CliTest):
    def test_a_hundred_thousand_contexts(self):
        ran = self.run_topology(RING, timeout=230)
        self.assert_exit(ran, 0)
        self.assertEqual(ran.stdout.splitlines()[-1].split()[:3], ["100000", "200000", "100000"])

    def test_a_wide_star(self):
        ran = self.run_topology(
            '[[context]]\nname = "hub"\nrun = "star_hub"\n'
            '[[context]]\nname = "spoke"\ncount = 100\nrun = "star_spoke"\n'
            '[[channel]]\nstar = ["hub", "spoke"]\nports = ["spoke", "hub"]\n'
            "[expect]\nclosed = true\n",
            "--no-table",
        )
        self.assert_exit(ran, 0)
        self.assertEqual(len(ran.stdout.splitlines()), 1 + 100 * 99)

    def test_a_file_of_100_megabytes(self):
        path = self.folder / "big.toml"
        with path.open("w") as file:
            for _ in range(100):
                file.write("#" * (1 << 20) + "\n")
        began = time.monotonic()
        ran = self.hawser("check", path)
        self.assert_exit(ran, 2)
        self.assertIn("has more than 64 MiB", ran.stderr)
        self.assertLess(time.monotonic() - began, 20)

    def test_more_contexts_than_there_may_be(self):
        for count in (1_000_001, 2**62):
            ran = self.run_topology(RING.replace("100_000", str(count)))
            self.assert_exit(ran, 2)
            self.assertIn("it.toml:4:9: with this there are more than 1000000 contexts", ran.stderr)

    def test_many_mistakes(self):
        contexts = "".join(f'[[context]]\nname = "c{i}"\nrun = "hello_frame"\n' for i in range(20_000))
        channels = "".join(f'[[channel]]\nends = ["d{i}:x", "e{i}:y"]\n' for i in range(20_000))
        began = time.monotonic()
        ran = self.hawser("check", self.write(contexts + channels))
        self.assert_exit(ran, 2)
        self.assertIn("... and 39900 more problems", ran.stderr)
        self.assertLess(time.monotonic() - began, 60)


if __name__ == "__main__":
    unittest.main()

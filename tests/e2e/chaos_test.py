"""Nodes that are killed while ports wander over them: what the run must show, and what it must not let pass."""

import json
import re
import unittest

from cli import MINE, TOPOLOGIES, CliTest

CHAOS = (TOPOLOGIES / "chaos.toml").read_text()


class Chaos(CliTest):
    def test_every_survivor_is_told_and_the_table_counts_it(self):
        ran = self.hawser("run", TOPOLOGIES / "chaos.toml", "--json")
        self.assert_exit(ran, 0)
        table = json.loads(ran.stdout)
        self.assertEqual(table["outcome"], "held")
        killed = {each["name"]: each["killed"] for each in table["nodes"]}
        self.assertEqual(killed, {"north": False, "east": True, "south": True, "west": False})
        # Six writers are told of both victims, and with the first of them two readers lose a neighbour. Two others lose
        # one with the second, unless the run is over before they are told.
        self.assertGreaterEqual(table["closes"]["node_lost"], 14)
        self.assertLessEqual(set(table["closes"]), {"node_lost", "undeliverable", "context_closed"})
        ends = re.findall(r"writer\.[0-5] \| (?:close: |\d+ messages arrived, in order)", ran.stderr)
        self.assertEqual(len(ends), 6, ran.stderr)

    def test_the_table_for_people_tells_of_the_killed(self):
        ran = self.hawser("run", TOPOLOGIES / "chaos.toml")
        self.assert_exit(ran, 0)
        self.assertRegex(
            ran.stdout, r"4 processes\n2 killed; \d+ ports to them closed at those who are left: .*node_lost"
        )

    def test_a_missing_number_is_noticed(self):
        writers = 'run = "chaos_writer"'
        ran = self.run_topology(CHAOS.replace(writers, 'run = "mine.leave_one_out"'), *MINE)
        self.assert_exit(ran, 1)
        self.assertRegex(ran.stderr, r"of writer\.\d: 3 came where 2 was due")

    def test_who_is_never_told_is_noticed(self):
        # A context that does not even look what becomes of its channel.
        deaf = '[[context]]\nname = "deaf"\nnode = "north"\nrun = "mine.stay"\n'
        silent = CHAOS.replace("lines = [", 'lines = [\n  "deaf | all arrived, or close told why not",')
        silent = silent.replace("[[context]]", deaf + "[[context]]", 1)
        ran = self.run_topology(silent, *MINE, "--deadline", "5")
        self.assert_exit(ran, 1)
        self.assertIn("expected and not seen (1):\n    deaf | all arrived", ran.stderr)

    def test_a_node_that_is_not_killed_in_time_is_noticed(self):
        late = CHAOS.replace("kill_after_s = 1.4", "kill_after_s = 50")
        ran = self.run_topology(late, "--deadline", "3")
        self.assert_exit(ran, 1)
        self.assertIn("node south killed", ran.stderr)

    def test_wrong_times_are_refused(self):
        ran = self.run_topology(CHAOS.replace("kill_after_s = 1.4", "kill_after_s = -1"))
        self.assert_exit(ran, 2)
        self.assertIn("'kill_after_s' must be at least 0 and at most 86400 seconds", ran.stderr)


if __name__ == "__main__":
    unittest.main()

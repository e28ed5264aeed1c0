"""What programs and pictures get: --json, --graph, list."""

import json
import os
import shutil
import unittest
import xml.etree.ElementTree

from cli import HAWSER, HELLO, TOPOLOGIES, CliTest


class Json(CliTest):
    def test_the_table_alone_is_on_standard_output(self):
        ran = self.hawser("run", TOPOLOGIES / "relay_race.toml", "--json")
        self.assert_exit(ran, 0)
        table = json.loads(ran.stdout)
        self.assertEqual(
            (table["outcome"], table["exit_code"], table["contexts"], table["ports"]),
            ("held", 0, 11, 20),
        )
        # The numbers, the end mark, nine runners that hand the baton on, and a thousand bursts that
        # the starter asks itself for.
        self.assertEqual(table["messages"], 100_000 + 1 + 9 + 1000)
        self.assertGreater(table["time_s"], 0)
        self.assertIn("runner.9 | 100000 messages in order, none lost or repeated", ran.stderr)
        baton = next(each for each in table["channels"] if each["name"] == "baton")
        self.assertEqual(
            [(end["context"], end["posted_messages"]) for end in baton["ends"]],
            [("starter", 100_001), ("runner.9", 0)],
        )

    def test_a_failed_run_says_so(self):
        ran = self.run_topology(HELLO + '[expect]\nlines = ["page | never"]\n', "--json")
        self.assert_exit(ran, 1)
        table = json.loads(ran.stdout)
        self.assertEqual((table["outcome"], table["missing"]), ("unmet", ["page | never"]))


class Graph(CliTest):
    def test_dot(self):
        ran = self.run_topology(HELLO, "--graph", "out.dot")
        self.assert_exit(ran, 0)
        text = (self.folder / "out.dot").read_text()
        self.assertIn("subgraph cluster_0 {", text)
        self.assertIn('label="frame', text)
        self.assertIn('n0 -> n1 [label="frame posted 1", dir=back, style=dashed]', text)

    def test_mermaid(self):
        ran = self.hawser("run", TOPOLOGIES / "relay_race.toml", "--graph", "out.mmd")
        self.assert_exit(ran, 0)
        text = (self.folder / "out.mmd").read_text()
        self.assertIn("flowchart LR", text)
        self.assertIn('n0 <-->|"baton<br>starter posted 100001"| n10', text)
        self.assertIn("runner.3 posted 1", text)

    @unittest.skipUnless(shutil.which("dot"), "Graphviz is not installed")
    def test_svg(self):
        ran = self.run_topology(HELLO, "--graph", "out.svg")
        self.assert_exit(ran, 0)
        drawn = xml.etree.ElementTree.parse(self.folder / "out.svg")
        self.assertTrue(drawn.getroot().tag.endswith("svg"))
        self.assertIn("frame posted 1", "".join(drawn.getroot().itertext()))

    def test_a_failed_run_is_drawn_as_well(self):
        text = HELLO + '[expect]\nlines = ["page | never"]\n'
        self.assert_exit(self.run_topology(text, "--graph", "out.dot"), 1)
        self.assertIn("frame posted 1", (self.folder / "out.dot").read_text())

    def assert_refused(self, out: str, sentence: str, text: str = HELLO):
        ran = self.run_topology(text, "--graph", out)
        self.assert_exit(ran, 2)
        self.assertEqual(ran.stdout, "")
        self.assertIn(sentence, ran.stderr)

    def test_pictures_that_cannot_be_are_refused_before_the_run(self):
        self.assert_refused("/nowhere/out.dot", "cannot be written to '/nowhere/out.dot': No such file")
        self.assert_refused("out.png", "a graph is a .svg, .dot or .mmd file, not 'out.png'")
        ring = (TOPOLOGIES / "ring.toml").read_text()
        self.assert_refused("out.dot", "a graph has at most 500 contexts", ring)
        self.assertFalse((self.folder / "out.dot").exists())

    def test_without_graphviz(self):
        path = self.write(HELLO)
        os.environ["PATH"], before = str(self.folder), os.environ["PATH"]
        self.addCleanup(os.environ.__setitem__, "PATH", before)
        ran = self.hawser("run", path, "--graph", "out.svg")
        self.assert_exit(ran, 2)
        self.assertIn("drawn by Graphviz, whose program 'dot' is not installed", ran.stderr)


class Help(CliTest):
    def test_list(self):
        ran = self.hawser("list")
        self.assert_exit(ran, 0)
        self.assertIn("ring_member", ran.stdout)
        self.assertIn("(integer, at least 1, at most 1000000000, default 10)", ran.stdout)

    def test_list_for_programs(self):
        behaviours = {each["name"]: each for each in json.loads(self.hawser("list", "--json").stdout)}
        ring = behaviours["ring_member"]
        self.assertEqual([port["name"] for port in ring["ports"]], ["next", "previous"])
        self.assertEqual(
            {key: ring["arguments"][0][key] for key in ("name", "type", "default", "required")},
            {"name": "laps", "type": "integer", "default": 10, "required": False},
        )

    def test_help_and_version(self):
        self.assertIn("Examples:", self.hawser("--help").stdout)
        self.assertRegex(self.hawser("--version").stdout, r"^hawser \d+\.\d+\.\d+$")


if __name__ == "__main__":
    unittest.main()

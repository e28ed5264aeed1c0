"""Topologies over nodes: started by one command or by hand, judged as a whole, and losing a node."""

import json
import os
import shlex
import signal
import socket
import subprocess
import time
import unittest
from pathlib import Path

from cli import HAWSER, MINE, TOPOLOGIES, CliTest

RING = """
[node.left]
%s
[node.right]
%s
[[context]]
name = "m"
count = 4
node = ["left", "right"]
run = "ring_member"
args = { laps = %d }

[[channel]]
ring = "m"
ports = ["next", "previous"]

[expect]
lines = ["m.0 | 4 contexts, 5 laps, 20 hops"]
deadline_s = 60
"""

SHORT = RING % ("", "", 5)
ENDLESS = RING % ("", "", 1_000_000_000)

PAIR = """
[node.here]
[node.there]

[[context]]
name = "a"
node = "here"
run = "%s"

[[context]]
name = "b"
node = "there"
run = "%s"
"""

WATCH = PAIR % ("mine.watch", "mine.stay") + '[[channel]]\nends = ["%s"]\n'


def processes_naming(path: Path) -> list[int]:
    """The processes with that file on their command lines, this one's children or not."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and str(path).encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue  # It has ended.
    return found


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class NodesTest(CliTest):
    def start(self, *arguments, cwd=None) -> subprocess.Popen:
        process = subprocess.Popen(
            [HAWSER, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def assert_all_end(self, path: Path):
        deadline = time.monotonic() + 30
        while left := processes_naming(path):
            self.assertLess(time.monotonic(), deadline, f"still running: {left}")
            time.sleep(0.05)


class Runs(NodesTest):
    def test_lines_are_prefixed_and_the_table_has_every_node(self):
        ran = self.run_topology(SHORT)
        self.assert_exit(ran, 0)
        lines = ran.stdout.splitlines()
        self.assertEqual(lines[0], "left: m.0 | 4 contexts, 5 laps, 20 hops")
        self.assertEqual(lines[2].split(), "node contexts ports messages bytes rate time".split())
        self.assertEqual(
            [line.split()[:4] for line in lines[3:6]],
            [["left", "2", "4", "10"], ["right", "2", "4", "10"], ["all", "4", "8", "20"]],
        )
        self.assertEqual(lines[7].split(), "link round trip there back".split())
        self.assertRegex(lines[8], r"^left - right +(-|< 1 ms|\d+ ms) +[\d.]+ \w+ +[\d.]+ \w+$")
        self.assertTrue(lines[9].startswith("2 processes"))
        self.assert_all_end(self.folder / "it.toml")

    def test_a_port_that_has_travelled_is_one_hop_away_in_the_end(self):
        ran = self.hawser("run", TOPOLOGIES / "relay_race_nodes.toml", "--json")
        self.assert_exit(ran, 0)
        table = json.loads(ran.stdout)
        self.assertEqual(
            (table["outcome"], table["processes"], table["final_hops"], table["contexts"]),
            ("held", 3, 1, 4),
        )
        self.assertEqual(
            [each["name"] for each in table["nodes"]], ["harbour", "island", "lighthouse"]
        )
        # The numbers, the end mark, sixty times the baton, and a thousand bursts.
        self.assertEqual(table["messages"], 100_000 + 1 + 60 + 1000)
        baton = next(each for each in table["channels"] if each["name"] == "baton")
        self.assertEqual(
            [(end["context"], end["port"]) for end in baton["ends"]],
            [("starter", "baton"), ("runner.0", "baton")],
        )
        self.assertEqual(baton["ends"][0]["posted_messages"], 100_001)

    def test_a_node_may_have_no_context(self):
        self.assert_exit(self.run_topology(SHORT + "[node.idle]\n"), 0)

    def test_nodes_are_boxes(self):
        self.assert_exit(self.run_topology(SHORT, "--graph", "out.dot"), 0)
        text = (self.folder / "out.dot").read_text()
        self.assertIn('subgraph cluster_node_1 {\n    label="node right"', text)
        self.assertIn('n0 -> n1 [label="m.0 posted 5", dir=forward]', text)
        self.assert_exit(self.run_topology(SHORT, "--graph", "out.mmd"), 0)
        self.assertIn('subgraph node0["node left"]', (self.folder / "out.mmd").read_text())


class Failures(NodesTest):
    def test_a_missing_line(self):
        ran = self.run_topology(SHORT.replace("20 hops", "21 hops"))
        self.assert_exit(ran, 1)
        self.assertIn("expected and not seen (1):\n    m.0 | 4 contexts, 5 laps, 21 hops", ran.stderr)

    def test_a_context_that_fails(self):
        ran = self.run_topology(PAIR % ("mine.stay", "mine.throw_later"), *MINE)
        self.assert_exit(ran, 1)
        self.assertIn("b: window: the rope broke", ran.stderr)
        self.assert_all_end(self.folder / "it.toml")

    def test_a_deadline_tells_who_was_open_on_all_nodes(self):
        ran = self.run_topology(ENDLESS, "--deadline", "1")
        self.assert_exit(ran, 1)
        self.assertIn("the deadline of 1 s passed", ran.stderr)
        self.assertIn("still open (4):\n    m.0\n    m.2\n    m.1\n    m.3", ran.stderr)
        self.assert_all_end(self.folder / "it.toml")

    def test_ctrl_c_ends_every_node(self):
        path = self.write(PAIR % ("mine.stay", "mine.stay"))
        process = self.start("run", path, *MINE)
        self.assertTrue(process.stdout.readline().endswith(" | stays\n"))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("the run was interrupted", err)
        self.assert_all_end(path)

    def test_nodes_end_when_who_started_them_was_killed(self):
        path = self.write(PAIR % ("mine.stay", "mine.stay"))
        process = self.start("run", path, *MINE)
        self.assertTrue(process.stdout.readline().endswith(" | stays\n"))
        self.assertEqual(len(processes_naming(path)), 3)
        process.kill()
        process.wait(timeout=30)
        self.assert_all_end(path)


class Kill(NodesTest):
    def test_survivors_see_close_with_a_reason(self):
        for ends in ["a:other\", \"b:in", "b:in\", \"a:other"]:
            with self.subTest(ends=ends):
                ran = self.run_topology(WATCH % ends, *MINE, "--kill", "there@0.2")
                self.assert_exit(ran, 0)
                self.assertIn("(hawser killed node there)", ran.stdout)
                self.assertIn("here: a | saw close: node_lost", ran.stdout)
                self.assertRegex(ran.stdout, r"there +- +- ")

    def test_a_ring_that_loses_a_node_ends(self):
        ran = self.run_topology(ENDLESS, "--kill", "right@0.2")
        self.assert_exit(ran, 0)

    def test_a_run_that_ends_before_has_not_gone_well(self):
        ran = self.run_topology(SHORT, "--kill", "right@50")
        self.assert_exit(ran, 1)
        self.assertIn("expected and not seen (1):\n    node right killed", ran.stderr)

    def test_a_node_that_was_killed_by_somebody_else_fails_the_run(self):
        path = self.write(PAIR % ("mine.stay", "mine.stay"))
        process = self.start("run", path, *MINE)
        for _ in range(2):
            self.assertTrue(process.stdout.readline().endswith(" | stays\n"))
        nodes = [each for each in processes_naming(path) if each != process.pid]
        os.kill(nodes[0], signal.SIGKILL)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, err)
        self.assertRegex(err, "node (here|there): its process ended with signal 9")

    def test_wrong_kills_are_refused(self):
        for kill, sentence in [
            ("rihgt@1", "there is no node 'rihgt' to kill"),
            ("right", "--kill takes NAME@SECONDS, not 'right'"),
            ("right@-1", "--kill takes NAME@SECONDS, not 'right@-1'"),
        ]:
            ran = self.run_topology(SHORT, "--kill", kill)
            self.assert_exit(ran, 2)
            self.assertIn(sentence, ran.stderr)


class ByHand(NodesTest):
    def test_the_printed_commands_run_it_in_any_order(self):
        listen = ['listen = "127.0.0.1:%d"' % port for port in free_ports(2)]
        path = self.write(RING % (*listen, 5))
        printed = self.hawser("run", path, "--print-commands")
        self.assert_exit(printed, 0)
        commands = [shlex.split(line) for line in printed.stdout.splitlines()]
        self.assertEqual([words[:4] for words in commands],
                         [["hawser", "node", "--name", each] for each in ("left", "right")])
        for order in [commands, commands[::-1]]:
            outputs = {}
            for process, name in [(self.start(*words[1:]), words[3]) for words in order]:
                out, err = process.communicate(timeout=100)
                self.assertEqual(process.returncode, 0, err)
                outputs[name] = out.splitlines()
            self.assertRegex(outputs["left"][0], r"^hawser node left listens on hawser://127.0.0.1:\d+$")
            self.assertEqual(outputs["left"][1], "m.0 | 4 contexts, 5 laps, 20 hops")
            self.assertEqual(outputs["right"][3].split()[:3], ["2", "4", "10"])

    def node(self, text: str, *arguments):
        return self.hawser("node", "--topology", self.write(text), *arguments)

    def test_what_is_wrong_is_said_in_a_sentence(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            for arguments, sentence in [
                (["--name", "lfet"], "there is no node 'lfet' in"),
                (["--name", "left", "--listen", "nowhere"], "is written 'host:port', not 'nowhere'"),
                (["--name", "left", "--listen", f"127.0.0.1:{port}"], f"cannot listen on hawser://127.0.0.1:{port}"),
                (["--name", "left", "--listen", "0.0.0.0:0"], "without TLS a node listens on the loopback only"),
            ]:
                with self.subTest(arguments=arguments):
                    ran = self.node(SHORT, *arguments)
                    self.assert_exit(ran, 2)
                    self.assertIn(sentence, ran.stderr)

    def test_a_node_that_is_not_there(self):
        url = f"hawser://127.0.0.1:{free_ports(1)[0]}"
        ran = self.node(SHORT, "--name", "left", "--connect", url, "--deadline", "1")
        self.assert_exit(ran, 1)
        self.assertIn("nodes not heard of (2):\n    right\n    cannot connect to " + url, ran.stderr)

    def test_a_node_with_another_topology(self):
        left = self.start("node", "--name", "left", "--topology", self.write(SHORT), "--deadline", "30")
        url = left.stdout.readline().split()[-1]
        other = self.write(SHORT + "# changed\n", "other.toml")
        right = self.hawser("node", "--name", "right", "--topology", other, "--connect", url)
        _, err = left.communicate(timeout=60)
        self.assertEqual(left.returncode, 1)
        self.assertIn("node right: runs another topology than this node", err)
        self.assert_exit(right, 1)
        self.assertIn("node left: runs another topology than this node", right.stderr)

    def test_commands_are_only_for_topologies_with_nodes(self):
        ran = self.hawser("run", TOPOLOGIES / "hello.toml", "--print-commands")
        self.assert_exit(ran, 2)
        self.assertIn("has no [node.NAME]", ran.stderr)


if __name__ == "__main__":
    unittest.main()

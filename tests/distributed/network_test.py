"""Nodes that hang, and networks that delay, cut, swallow and vanish."""

import shutil
import subprocess
import time
import unittest

from puppets import PATIENCE, Proxy, Puppet, no_gap, until

SILENCE_MS = 1500
# The configured silence, the pace at which it is looked at, and a machine that is busy.
FOUND_MAX_S = SILENCE_MS / 1000 + 10


class NetworkTest(unittest.TestCase):
    def puppet(self, name, **options) -> Puppet:
        made = Puppet(name, heartbeat_ms=300, silence_ms=SILENCE_MS, **options)
        self.addCleanup(made.end)
        return made

    def proxy(self, to: Puppet) -> Proxy:
        made = Proxy(to.url)
        self.addCleanup(made.end)
        return made

    def connect(self, one: Puppet, other: Puppet, url: str | None = None):
        """A channel X between the two, over which numbers go both ways."""
        self.nodes = [one, other]
        one.connect(other, url)
        one.ask("make X", "made X")
        one.tell(f"give X.b {url or other.url}")
        other.wait("got X.b")
        one.ask("stream X.a on", "streams X.a")
        other.ask("stream X.b on", "streams X.b")
        self.both_hear_more()

    def both_hear_more(self):
        for each, end in zip(self.nodes, ("X.a", "X.b")):
            so_far = each.count(end)[1]
            until(lambda: each.count(end)[1] > so_far + 50, f"{each.name} hears more")

    def all_arrives(self):
        one, other = self.nodes
        one.ask("stream X.a off", "streams X.a")
        other.ask("stream X.b off", "streams X.b")
        until(lambda: one.count("X.a") == other.count("X.b")[::-1], "all arrives")
        no_gap(self.nodes)

    def lost_at(self, who: Puppet, end: str, since: float) -> tuple[int, int]:
        """`close` comes in the configured time. What was posted there, and what has come."""
        told = who.wait(rf"closed {end} node_lost (\d+) (\d+)", patience=FOUND_MAX_S + PATIENCE)
        self.assertLess(time.monotonic() - since, FOUND_MAX_S)
        no_gap(self.nodes)
        return int(told[1]), int(told[2])

    def lost_at_both(self, since: float):
        """And each has a prefix of what the other posted."""
        one, other = self.nodes
        posted, came = self.lost_at(one, "X.a", since)
        other_posted, other_came = self.lost_at(other, "X.b", since)
        self.assertLessEqual(came, other_posted)
        self.assertLessEqual(other_came, posted)


class Hang(NetworkTest):
    def test_a_node_that_hangs_is_found_by_its_silence(self):
        a, b = self.puppet("a"), self.puppet("b")
        self.connect(a, b)
        b.stop()
        begun = time.monotonic()
        self.lost_at(a, "X.a", begun)
        self.assertGreater(time.monotonic() - begun, SILENCE_MS / 1000 / 2)
        self.assertIsNone(b.process.poll())
        b.send(18)  # SIGCONT: it learns that it is out.
        self.lost_at(b, "X.b", time.monotonic())

    def test_a_short_hang_is_forgiven(self):
        a, b = self.puppet("a"), self.puppet("b")
        self.connect(a, b)
        b.stop()
        b.send(18)
        self.both_hear_more()
        self.all_arrives()


class BadNetwork(NetworkTest):
    def test_a_slow_one_brings_everything(self):
        a, b = self.puppet("a"), self.puppet("b")
        between = self.proxy(b)
        between.delay_s = 0.03
        self.connect(a, b, between.url)
        self.both_hear_more()
        self.all_arrives()

    def test_a_cut_one_ends_channels_at_both_ends(self):
        a, b = self.puppet("a"), self.puppet("b")
        between = self.proxy(b)
        self.connect(a, b, between.url)
        between.cut()
        self.lost_at_both(time.monotonic())

    def test_after_a_cut_the_nodes_may_connect_again(self):
        a, b = self.puppet("a"), self.puppet("b")
        between = self.proxy(b)
        self.connect(a, b, between.url)
        between.cut()
        self.lost_at_both(time.monotonic())
        a.lines.clear()
        b.lines.clear()
        self.connect(a, b, between.url)
        self.all_arrives()

    def test_one_that_brings_nothing_any_more_is_found(self):
        for ways in (["there"], ["back"], ["there", "back"]):
            with self.subTest(swallows=ways):
                a, b = self.puppet("a"), self.puppet("b")
                between = self.proxy(b)
                self.connect(a, b, between.url)
                for each in ways:
                    between.swallow(each)
                self.lost_at_both(time.monotonic())

    def test_one_that_was_half_open_from_the_beginning(self):
        for way in ("there", "back"):
            with self.subTest(swallows=way):
                a, b = self.puppet("a"), self.puppet("b")
                between = self.proxy(b)
                between.swallow(way)
                told = a.ask(f"connect {between.url}", r"trouble (.*)")
                self.assertIn(between.url, told[1])


def command(*words: str):
    subprocess.run(words, check=True, capture_output=True, text=True, timeout=PATIENCE)


class Cable(NetworkTest):
    """Two nodes with network stacks of their own and a cable between them."""

    def setUp(self):
        if shutil.which("ip") is None:
            self.skipTest("there is no program 'ip'")
        self.names = [f"hw{time.monotonic_ns() % 10**8}{side}" for side in "ab"]
        for each in self.names:
            try:
                command("ip", "netns", "add", each)
            except subprocess.CalledProcessError as failure:
                self.skipTest(f"no network namespaces: {failure.stderr.strip()}")
            self.addCleanup(command, "ip", "netns", "delete", each)
        one, other = self.names
        try:
            command("ip", "link", "add", one, "netns", one, "type", "veth", "peer", "name", other, "netns", other)
        except subprocess.CalledProcessError as failure:
            self.skipTest(f"no pair of network interfaces: {failure.stderr.strip()}")
        for number, each in enumerate(self.names, 1):
            command("ip", "-n", each, "address", "add", f"10.77.0.{number}/24", "dev", each)
            command("ip", "-n", each, "link", "set", each, "up")

    def test_when_it_is_cut_silence_tells(self):
        a, b = [
            self.puppet(name, host=f"10.77.0.{number}", before=["ip", "netns", "exec", space])
            for number, (name, space) in enumerate(zip("ab", self.names), 1)
        ]
        self.connect(a, b)
        command("ip", "-n", self.names[0], "link", "set", self.names[0], "down")
        self.lost_at_both(time.monotonic())


if __name__ == "__main__":
    unittest.main()

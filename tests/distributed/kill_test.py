"""kill -9 of every node that has a part in a move, at every stage of it."""

import time
import unittest

from puppets import PATIENCE, Proxy, Puppet, no_gap, until

LOST = r"closed {} (node_lost|undeliverable) (\d+) (\d+)"


class Moving(unittest.TestCase):
    """An end of X moves from node a to node b, while its peer is on node c."""

    def begin(self, through_proxy=False):
        self.a, self.b, self.c = self.all = [Puppet(name) for name in "abc"]
        for each in self.all:
            self.addCleanup(each.end)
        self.proxy = Proxy(self.a.url) if through_proxy else None
        if self.proxy:
            self.addCleanup(self.proxy.end)
        self.c.connect(self.a, self.proxy.url if self.proxy else None)
        self.b.connect(self.a)
        self.b.connect(self.c)
        # From now on a knows b's window: to be found it would have to be asked for.
        self.a.ask("make Z", "made Z")
        self.a.tell(f"give Z.b {self.b.url}")
        self.b.wait("got Z.b")
        self.a.tell("close Z.a")
        self.b.wait("closed Z.b closed_by_peer 0 0")
        self.c.ask("make X", "made X")
        self.c.tell(f"give X.b {self.a.url}")
        self.a.wait("got X.b")
        self.talk(self.a, 300)
        until(lambda: self.a.count("X.b")[1] == self.c.count("X.a")[1] == 300, "all arrive")
        self.settled_at(self.c, self.a)

    def talk(self, there, count):
        there.tell(f"post X.b {count}")
        self.c.tell(f"post X.a {count}")

    def settled_at(self, one, other):
        """One connection is all there is between the two: nobody relays, or has yet to say that he did."""
        def settled():
            (relays, mine), (other_relays, others) = one.ways(), other.ways()
            return not relays and not other_relays and any(
                way.fed_by == [way.to] and way.to in others and others[way.to].fed_by == [others[way.to].to]
                for way in mine.values()
            )
        until(settled, "the way becomes short")

    def node_id(self, of):
        return next(iter(of.ways()[1])).split(".")[0]

    def move(self):
        self.talk(self.a, 100)
        self.a.ask(f"give X.b {self.b.url}", "gave X.b")

    # -- the stages: what is frozen so that a move goes so far and not on ---------------------------

    def before(self):
        self.begin()

    def sent(self):
        self.begin()
        self.b.stop()
        self.move()
        until(lambda: self.a.ways()[0] == 1, "a has sent the carrier")

    def imported(self):
        self.begin()
        self.c.stop()
        self.move()
        self.b.wait("got X.b")

    def bound(self):
        """The peer posts to b already; that it has left a, a must not hear."""
        self.begin(through_proxy=True)
        self.proxy.swallow("there")
        self.move()
        self.b.wait("got X.b")
        own = self.node_id(self.b)
        until(lambda: any(way.to.startswith(own) for way in self.c.ways()[1].values()), "c posts to b")
        self.assertEqual(self.a.ways()[0], 1)

    def collapsed(self):
        self.begin()
        self.move()
        self.b.wait("got X.b")
        self.settled_at(self.c, self.b)  # Not until then has all that a had to say left it.
        self.assertFalse(self.a.ways()[1], "a is out of it")

    # -- what must happen then ----------------------------------------------------------------------

    def lost_at(self, *candidates):
        """Each end that is left is told, in time, after what it was posted so far."""
        begun = time.monotonic()
        for who, end in candidates:
            told = who.wait(LOST.format(end))
            self.assertLessEqual(int(told[3]), 400)
            self.assertEqual(sum(line.startswith(f"closed {end} ") for line in who.lines), 1)
        self.assertLess(time.monotonic() - begun, PATIENCE)
        no_gap(self.all)

    def release(self, killed):
        for each in self.all:
            if each is not killed:
                each.send(18)  # SIGCONT

    def fall(self, stage, role):
        getattr(self, stage)()
        killed = {"old host": self.a, "new host": self.b, "peer": self.c}[role]
        killed.kill()
        self.release(killed)
        return killed

    def test_before_the_carrier_leaves(self):
        self.fall("before", "old host")
        self.lost_at((self.c, "X.a"))

    def test_before_the_carrier_leaves_for_a_node_that_is_gone(self):
        self.fall("before", "new host")
        self.a.ask(f"give X.b {self.b.url}", "gave X.b")
        self.lost_at((self.c, "X.a"))

    def test_before_the_carrier_leaves_the_peer_dies(self):
        self.fall("before", "peer")
        self.lost_at((self.a, "X.b"))

    def test_carrier_sent_and_the_old_host_dies(self):
        self.fall("sent", "old host")
        self.lost_at((self.c, "X.a"))
        if self.b.find("got X.b"):
            self.lost_at((self.b, "X.b"))

    def test_carrier_sent_and_the_new_host_dies(self):
        self.fall("sent", "new host")
        self.lost_at((self.c, "X.a"))

    def test_carrier_sent_and_the_peer_dies(self):
        self.fall("sent", "peer")
        self.b.wait("got X.b")
        self.lost_at((self.b, "X.b"))

    def test_imported_and_the_old_host_dies(self):
        self.fall("imported", "old host")
        self.lost_at((self.c, "X.a"), (self.b, "X.b"))

    def test_imported_and_the_new_host_dies(self):
        self.fall("imported", "new host")
        self.lost_at((self.c, "X.a"))

    def test_imported_and_the_peer_dies(self):
        self.fall("imported", "peer")
        self.lost_at((self.b, "X.b"))

    def test_bound_and_the_old_host_dies(self):
        self.fall("bound", "old host")
        self.lost_at((self.c, "X.a"), (self.b, "X.b"))

    def test_bound_and_the_new_host_dies(self):
        self.fall("bound", "new host")
        self.lost_at((self.c, "X.a"))

    def test_bound_and_the_peer_dies(self):
        self.fall("bound", "peer")
        self.lost_at((self.b, "X.b"))

    def test_collapsed_and_nobody_notices_the_old_host_die(self):
        self.fall("collapsed", "old host")
        self.talk(self.b, 500)
        until(lambda: self.b.count("X.b") == (900, 900) == self.c.count("X.a"), "all arrive")
        no_gap(self.all)
        self.assertFalse(any("closed X" in line for each in self.all for line in each.lines))
        self.settled_at(self.b, self.c)

    def test_collapsed_and_the_new_host_dies(self):
        self.fall("collapsed", "new host")
        self.lost_at((self.c, "X.a"))

    def test_collapsed_and_the_peer_dies(self):
        self.fall("collapsed", "peer")
        self.lost_at((self.b, "X.b"))


class Carried(Moving):
    """The end of X waits on node d, in a message that nobody there reads yet."""

    def wait_unread(self):
        self.begin()
        self.d = Puppet("d")
        self.all.append(self.d)
        self.addCleanup(self.d.end)
        self.a.connect(self.d)
        self.a.ask("make Y", "made Y")
        self.a.ask(f"give Y.b {self.d.url} idle", "gave Y.b")
        self.d.wait("got Y.b")
        self.a.ask("carry X.b Y.a", "gave X.b")
        self.settled_at(self.c, self.d)
        until(lambda: len(self.a.ways()[1]) == 1, "only Y has an end on a")

    def test_whose_host_dies(self):
        self.wait_unread()
        self.d.kill()
        self.lost_at((self.c, "X.a"), (self.a, "Y.a"))

    def test_whose_sender_dies_nobody_notices(self):
        self.wait_unread()
        self.a.kill()
        self.d.tell("start Y.b")
        self.d.wait("got X.b")
        self.d.wait(r"closed Y.b node_lost 0 0")
        self.talk(self.d, 200)
        until(lambda: self.d.count("X.b") == (500, 500) == self.c.count("X.a"), "all arrive")
        no_gap(self.all)


def load_tests(loader, _tests, _pattern):
    suite = unittest.TestSuite([loader.loadTestsFromTestCase(Moving)])
    suite.addTests(Carried(name) for name in vars(Carried) if name.startswith("test_"))
    return suite


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""Four nodes move ports among them while some are killed or hang a while; what must hold is checked from outside.

    soak.py --minutes N [--seed S] [--sabotage skip|kill]

It goes in rounds. In each, both ends of every channel wander from node to node while numbers stream both ways, and
often a node is killed or stopped in the middle of it. Then all moves stop, and must have come to this:

- both ends of a channel are held and each has got every number the other has posted, or both know that it has ended;
- no number ever came early, late or twice, and before `close` came a prefix of what was posted;
- every end got one `close` at most, for the reason that a node was lost, and only where one was, or where two living
  ones gave their connection up, since one of them hung or had no processor for longer than they wait;
- no node relays, each end posts straight to the other, and nothing but live channels leaves anything behind;
- the memory of the node that is never killed stays where it was.

`--sabotage` leaves a number out, or kills a node without saying so: a soak that does not notice is no good. Exits with 0
if all held, with 1 otherwise. A seed decides what is done, not how the operating system mixes it.
"""

import argparse
import os
import random
import re
import signal
import sys
import tempfile
import time
from pathlib import Path

from puppets import Puppet, until

NODES = 4
LOG_LINES_SHOWN = 25
GIVEN_UP = re.compile(r".* node_disconnected: the connection with node (\S+) at \S+ has ended: .*")
CHANNELS = 12
SILENCE_MS = 3000
RESIDENT_GROWTH_KIB_MAX = 16 * 1024
ROUNDS_TO_WARM_UP = 5
GOOD_REASONS = {"node_lost", "undeliverable"}


class Violation(Exception):
    pass


class End:
    def __init__(self, name):
        self.name = name
        self.host: Puppet | None = None  # who holds it, as far as is known
        self.going: tuple = ()  # from whom to whom, while it is on its way
        self.closed: tuple | None = None  # reason, posted, came
        self.doomed = False  # it was on a node that died, or on its way there or from there
        self.unsure = False  # it was on its way over a connection that was given up, and may have come over it


class Channel:
    def __init__(self, name, born):
        self.name = name
        self.born = born  # how much had been lost before
        self.ends = (End(name + ".a"), End(name + ".b"))


class Soak:
    def __init__(self, seed, sabotage, logs):
        self.random = random.Random(seed)
        self.sabotage = sabotage
        self.logs = Path(logs)
        self.logged: dict[Puppet, int] = {}  # how many bytes of its log were looked at
        self.nodes: list[Puppet | None] = [None] * NODES
        self.channels: dict[str, Channel] = {}
        self.unsure: dict[str, Channel] = {}  # both of whose ends seem to be gone
        self.read: dict[Puppet, int] = {}
        self.losses = self.killed = self.woken = self.given_up = self.closes = 0
        self.rounds = self.started = self.made = self.moves = self.messages = 0
        self.resident: list[int] = []

    # -- the nodes -------------------------------------------------------------------------------

    def start_missing(self):
        for i in range(NODES):
            if self.nodes[i] is None:
                self.started += 1
                name = f"n{i}-{self.started}"
                made = Puppet(name, heartbeat_ms=500, silence_ms=SILENCE_MS, log_file=self.logs / name)
                for other in self.alive():
                    made.connect(other)
                self.nodes[i] = made
                self.read[made] = len(made.lines)
                self.logged[made] = 0

    def alive(self):
        return [each for each in self.nodes if each]

    def lose_one(self):
        """Kills a node other than the first, or lets it hang until the others have given it up and go on after that."""
        i = self.random.randrange(1, NODES)
        victim = self.nodes[i]
        hangs = self.random.random() < 0.1
        if hangs:
            victim.stop()
            time.sleep(SILENCE_MS / 1000 * 1.5)
        if hangs and self.random.random() < 0.5:
            victim.send(signal.SIGCONT)
            self.woken += 1
            return  # What has become of its connections, the logs tell.
        self.listen()
        self.losses += 1
        self.killed += 1
        for each in self.ends():
            if each.host is victim or victim in each.going:
                each.doomed = True
        self.nodes[i] = None
        victim.end()
        self.listen(victim)  # Its last words.
        del self.read[victim], self.logged[victim]
        for each in self.ends():
            if each.host is victim or victim in each.going:
                each.doomed = True
                each.host, each.going = None, ()

    # -- what they say ---------------------------------------------------------------------------

    def ends(self):
        return [end for channel in self.channels.values() for end in channel.ends]

    def find(self, name) -> End | None:
        channel = self.channels.get(name.partition(".")[0])
        return channel and channel.ends[name.endswith(".b")]

    def listen(self, *others):
        for who in [*self.alive(), *others]:
            if who not in others and who.process.poll() is not None:
                raise Violation(f"{who.name} ended by itself, with {who.process.returncode}")
            lines = who.lines[self.read[who]:]
            self.read[who] += len(lines)
            for line in lines:
                self.hear(who, line)

    def hear(self, who, line):
        what, _, rest = line.partition(" ")
        if what in ("gap", "trouble"):
            raise Violation(f"{who.name} says: {line}")
        if what == "got":
            self.take_back(rest.partition(".")[0])
        end = self.find(rest.split(" ")[0]) if what in ("made", "got", "closed") else None
        if what == "made":
            for each in self.channels[rest].ends:
                each.host = who
        elif what == "got" and end:
            end.host, end.going = who, ()
        elif what == "closed" and end:
            self.hear_close(who, end, rest.split(" "))

    def take_back(self, name):
        """An end of it has come after all."""
        if name in self.unsure:
            self.channels[name] = self.unsure.pop(name)

    def read_logs(self):
        by_name = {each.name: each for each in self.alive()}
        for who in by_name.values():
            with open(self.logs / who.name, "rb") as file:
                file.seek(self.logged[who])
                lines = file.read().decode()
            lines = lines[:lines.rfind("\n") + 1]
            self.logged[who] += len(lines.encode())
            for name in GIVEN_UP.findall(lines):
                if name in by_name:
                    self.hear_given_up(who, by_name[name])

    def hear_given_up(self, who, other):
        """What was on its way between the two is lost with their connection. Both tell of it."""
        self.given_up += who.name < other.name
        self.losses += 1
        for each in self.ends():
            if set(each.going) == {who, other}:
                each.unsure = True
                each.host, each.going = None, ()

    def hear_close(self, who, end, words):
        channel = self.channels[end.name.partition(".")[0]]
        if end.closed:
            raise Violation(f"{end.name} got close twice, now at {who.name}: {words}")
        if self.losses == channel.born:
            self.read_logs()
        if words[1] not in GOOD_REASONS or self.losses == channel.born:
            raise Violation(f"{end.name} at {who.name} got close without need: {words[1]}")
        end.closed = (words[1], int(words[2]), int(words[3]))
        end.host, end.going = None, ()
        self.closes += 1

    # -- a round ---------------------------------------------------------------------------------

    def fill_up(self):
        while len(self.channels) < CHANNELS:
            self.made += 1
            name = f"X{self.made}"
            self.channels[name] = Channel(name, self.losses)
            self.random.choice(self.alive()).ask(f"make {name}", f"made {name}")
        self.listen()
        for each in self.ends():
            if each.host:  # It may have ended meanwhile, with a connection that was given up.
                each.host.tell(f"stream {each.name} on")

    def wander(self, seconds):
        stop_at = time.monotonic() + seconds
        while time.monotonic() < stop_at:
            self.listen()
            settled = [each for each in self.ends() if each.host and not each.going]
            for each in self.random.sample(settled, min(3, len(settled))):
                target = self.random.choice([node for node in self.alive() if node is not each.host])
                each.going = (each.host, target)
                each.host.tell(f"give {each.name} {target.url}")
                self.moves += 1
            time.sleep(0.02)

    def round(self):
        self.rounds += 1
        self.start_missing()
        self.fill_up()
        self.wander(self.random.uniform(0.2, 1.0))
        if self.random.random() < 0.7:
            self.lose_one()
            self.wander(self.random.uniform(0.0, 0.5))
        self.quiesce()
        self.do_harm()
        self.check_routes()
        self.check_memory()
        self.listen()
        for each in self.alive():
            each.forget(self.read[each])
            self.read[each] = 0

    def do_harm(self):
        """Once something is known to be whole: what was broken anyway hides everything."""
        if self.sabotage == "skip":
            for channel in self.channels.values():
                end = channel.ends[0]
                end.host.tell(f"skip {end.name}")
                end.host.tell(f"post {end.name} 1")
        elif self.sabotage == "kill":
            self.nodes[0].kill()

    # -- what must hold --------------------------------------------------------------------------

    def quiesce(self):
        for each in self.ends():
            self.quiet_end(each)
        open_ones = set(self.channels)

        def all_settled():
            self.listen()
            self.read_logs()
            for name in list(open_ones):
                if self.settled(self.channels[name]):
                    open_ones.discard(name)
            return not open_ones
        try:
            until(all_settled, "every channel is whole or has ended")
        except AssertionError as late:
            raise Violation(f"{late}: {[self.describe(self.channels[each]) for each in open_ones]}") from late
        for name, channel in list(self.channels.items()):
            if not any(each.host for each in channel.ends):
                del self.channels[name]
                if any(each.unsure for each in channel.ends):
                    self.unsure[name] = channel

    def quiet_end(self, end):
        if end.host:
            end.host.tell(f"stream {end.name} off")

    def settled(self, channel) -> bool:
        a, b = channel.ends
        held = [each for each in channel.ends if each.host]
        if len(held) == 2:
            counts = [each.host.count(each.name) for each in held]
            if None in counts:
                return False  # It has moved on meanwhile, or ended.
            for each in held:
                self.quiet_end(each)  # It may have been on its way when all were told.
            if counts[0] != counts[1][::-1]:
                return False
            self.messages += sum(counts[0])
            return True
        if held:
            return False  # The other one is on its way, or this one must be told.
        self.check_prefix(a, b)
        self.check_prefix(b, a)
        return all(each.closed or each.doomed or each.unsure for each in channel.ends)

    def check_prefix(self, one, other):
        if one.closed and other.closed and one.closed[2] > other.closed[1]:
            raise Violation(f"{one.name} got {one.closed[2]} numbers, of {other.closed[1]} posted")

    def describe(self, channel):
        return {
            each.name: each.closed or (each.host and (each.host.name, each.host.count(each.name)))
            or ("doomed" if each.doomed else "unsure" if each.unsure else [node.name for node in each.going])
            for each in channel.ends
        }

    def check_routes(self):
        def straight():
            self.listen()
            found = [each.ways() for each in self.alive()]
            everywhere = {at: way for _, ways in found for at, way in ways.items()}
            return (
                not any(relays for relays, _ in found)
                and all(way.to in everywhere and way.fed_by == [way.to] for way in everywhere.values())
                and len(everywhere) <= 2 * len(self.channels)
            )
        try:
            until(straight, "all ways are one hop, and nothing else is left")
        except AssertionError as late:
            raise Violation(f"{late}: {[(each.name, each.ways()) for each in self.alive()]}") from late

    def check_memory(self):
        self.resident.append(self.nodes[0].resident_kib())
        # A sanitizer gives no memory back for long.
        if len(self.resident) <= ROUNDS_TO_WARM_UP or os.environ.get("HAWSER_SANITIZER"):
            return
        before = max(self.resident[:ROUNDS_TO_WARM_UP])
        if self.resident[-1] > before + RESIDENT_GROWTH_KIB_MAX:
            raise Violation(f"the first node grew from {before} KiB to {self.resident[-1]} KiB")

    def line(self):
        return (
            f"round {self.rounds}: {self.made} channels, {self.moves} moves, {self.killed} nodes killed, "
            f"{self.woken} hung and woken, {self.given_up} connections given up, {self.closes} ends closed, {self.messages} messages, "
            f"{self.resident[-1] if self.resident else 0} KiB resident"
        )

    def last_of_logs(self):
        for each in self.alive():
            print(f"-- the log of {each.name}:")
            print(*(self.logs / each.name).read_text().splitlines()[-LOG_LINES_SHOWN:], sep="\n", flush=True)

    def end(self):
        for each in self.alive():
            each.end()


def main() -> int:
    options = argparse.ArgumentParser(description="Moves ports under random kills and checks what must hold.")
    options.add_argument("--minutes", type=float, required=True)
    options.add_argument("--seed", type=int, default=None)
    options.add_argument("--sabotage", choices=["skip", "kill"])
    given = options.parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(2**32)
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as logs:
        soak = Soak(seed, given.sabotage, logs)
        stop_at = time.monotonic() + 60 * given.minutes
        shown_at = 0.0
        try:
            while time.monotonic() < stop_at:
                soak.round()
                if sys.stderr.isatty():
                    print(f"\r{soak.line()}", end="", file=sys.stderr, flush=True)
                elif time.monotonic() - shown_at > 10:
                    shown_at = time.monotonic()
                    print(soak.line(), flush=True)
        except (Violation, AssertionError, OSError) as violated:
            print(f"\n{soak.line()}\nVIOLATED with seed {seed}: {violated}", flush=True)
            soak.last_of_logs()
            return 1
        finally:
            soak.end()
    print(f"\n{soak.line()}\n0 violations, seed {seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Nodes in processes of their own, told what to do line by line, and a network that can be tampered with."""

import asyncio
import os
import re
import signal
import subprocess
import threading
import time
from typing import NamedTuple

PUPPET = os.environ["HAWSER_PUPPET"]
PATIENCE = 40.0  # seconds until a test gives up; the machine may be busy


class Way(NamedTuple):
    to: str
    successor: str
    fed_by: list[str]


class Puppet:
    """One process; puppet.cpp tells what it understands and says."""

    def __init__(self, name, *, host="127.0.0.1", heartbeat_ms=200, silence_ms=20000, before=(), log_file=None):
        self.name = name
        logs = {"HAWSER_LOG_LEVEL": "info", "HAWSER_LOG_FILE": str(log_file)} if log_file else {}
        self.lines: list[str] = []
        self.changed = threading.Condition()
        self.process = subprocess.Popen(
            [*before, PUPPET, name, host, str(heartbeat_ms), str(silence_ms)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env={**os.environ, **logs},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = self.wait(r"listens (\S+)")[1]

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()

    def tell(self, command: str) -> int:
        """Where in `lines` to look for what comes of it."""
        since = len(self.lines)
        try:
            self.process.stdin.write(command + "\n")
        except BrokenPipeError as gone:
            code = self.process.wait(PATIENCE)
            raise AssertionError(f"{self.name} ended by itself, with {code}") from gone
        return since

    def forget(self, count: int):
        with self.changed:
            del self.lines[:count]

    def find(self, pattern: str, since: int = 0):
        for line in self.lines[since:]:
            if match := re.fullmatch(pattern, line):
                return match
        return None

    def wait(self, pattern: str, since: int = 0, patience: float = PATIENCE):
        deadline = time.monotonic() + patience
        with self.changed:
            while not (match := self.find(pattern, since)):
                left = deadline - time.monotonic()
                if left <= 0 or not self.changed.wait(left):
                    raise AssertionError(f"{self.name} never said {pattern!r}, but {self.lines[-20:]}")
            return match

    def ask(self, command: str, pattern: str):
        return self.wait(pattern, self.tell(command))

    def count(self, end: str) -> tuple[int, int] | None:
        """How many numbers were posted there and how many came; None if the end is not here."""
        answer = self.ask(f"count {end}", rf"(?:count {end} (\d+) (\d+)|none {end})")
        return (int(answer[1]), int(answer[2])) if answer[1] else None

    def ways(self) -> tuple[int, dict[str, Way]]:
        """How many relays there are, and what each waypoint, relay or end, is linked with."""
        answer = self.ask("ways", r"ways \d+ (\d+)(.*)")
        found = {}
        for each in answer[2].split():
            at, to, successor, *fed_by = each.split(">")
            found[at] = Way(to, successor if successor != "-" else "", fed_by)
        return int(answer[1]), found

    def connect(self, other: "Puppet", url: str | None = None):
        self.ask(f"connect {url or other.url}", f"connected {other.name}")

    def resident_kib(self) -> int:
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])

    def send(self, number: int):
        self.process.send_signal(number)

    def stop(self):
        """Returns when it has really stopped, so that nothing it does comes later."""
        self.send(signal.SIGSTOP)
        until(lambda: self._state() == "T", f"{self.name} stops")

    def _state(self) -> str:
        with open(f"/proc/{self.process.pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0]

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)

    def end(self):
        self.kill()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass  # It died before it had read everything.
        self._reader.join(PATIENCE)
        self.process.stdout.close()


def until(condition, what: str, patience: float = PATIENCE):
    deadline = time.monotonic() + patience
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {patience} s: {what}")
        time.sleep(0.005)
    return found


class Proxy:
    """Stands between two nodes. Bytes of each direction pass, late or at once, or vanish."""

    def __init__(self, url: str):
        host, _, port = url.removeprefix("hawser://").rpartition(":")
        self.target = (host, int(port))
        self.delay_s = 0.0
        self.passes = {"there": True, "back": True}
        self._writers = []
        self._passing = []
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait(PATIENCE)

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.url = f"hawser://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        self._ready.set()
        self._loop.run_forever()

    async def _accept(self, reader, writer):
        far_reader, far_writer = await asyncio.open_connection(*self.target)
        self._writers += [writer, far_writer]
        self._passing += [
            asyncio.ensure_future(self._pass_on(reader, far_writer, "there")),
            asyncio.ensure_future(self._pass_on(far_reader, writer, "back")),
        ]

    async def _pass_on(self, reader, writer, way):
        try:
            while data := await reader.read(65536):
                await asyncio.sleep(self.delay_s)
                if self.passes[way]:
                    writer.write(data)
                    await writer.drain()
        except ConnectionError:
            pass
        writer.close()

    def swallow(self, way: str):
        """From now on nothing passes `there`, to where the proxy connects, or `back`."""
        self.passes[way] = False

    def cut(self):
        for each in self._writers:
            self._call(each.transport.abort)

    def _call(self, what):
        done = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (what(), done.set()))
        done.wait(PATIENCE)

    def end(self):
        self.cut()
        asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        self._thread.join(PATIENCE)
        self._loop.close()

    async def _end(self):
        self._server.close()
        for each in self._passing:
            each.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)
        self._loop.stop()


def no_gap(puppets):
    """Whatever was lost, nobody got a number too early, twice or too late, and nothing went wrong."""
    for each in puppets:
        wrong = [line for line in each.lines if line.startswith(("gap ", "trouble "))]
        assert not wrong, f"{each.name}: {wrong[:5]}"

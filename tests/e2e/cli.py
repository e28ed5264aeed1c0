"""What the tests of the command line share: running `hawser` on topologies made on the spot."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

HAWSER = os.environ["HAWSER"]
LIBRARIES = Path(os.environ["HAWSER_LIBRARIES"])
MINE = ["--load", str(LIBRARIES / "libmine.so")]
TOPOLOGIES = Path(__file__).parents[2] / "examples" / "topologies"

HELLO = """
[[context]]
name = "page"
run = "hello_page"

[[context]]
name = "frame"
parent = "page"
run = "hello_frame"
"""


class CliTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="hawser-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, text: str, name: str = "it.toml") -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def hawser(self, *arguments, timeout: float = 100) -> subprocess.CompletedProcess:
        return subprocess.run(
            [HAWSER, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=timeout,
            cwd=self.folder,
        )

    def run_topology(self, text: str, *arguments, timeout: float = 100):
        return self.hawser("run", self.write(text), *arguments, timeout=timeout)

    def assert_exit(self, ran: subprocess.CompletedProcess, code: int):
        self.assertEqual(ran.returncode, code, f"\nstdout:\n{ran.stdout}\nstderr:\n{ran.stderr}")

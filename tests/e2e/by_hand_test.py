"""What README.md and docs/tls.md tell people to type, typed: two nodes in two terminals, with and without TLS."""

import os
import re
import shlex
import subprocess
import unittest
from pathlib import Path

from cli import HAWSER, CliTest

ROOT = Path(__file__).parents[2]


def shell_blocks(page: Path, title: str | None = None) -> list[str]:
    text = page.read_text()
    if title is not None:
        text = text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def terminals(block: str) -> list[str]:
    """The commands of a block, one for each terminal."""
    return [each.strip() for each in re.split(r"^#.*\n", block, flags=re.MULTILINE) if each.strip()]


class ByHand(CliTest):
    def make_certificates(self):
        for block in shell_blocks(ROOT / "docs" / "tls.md"):
            subprocess.run(["bash", "-ec", block], cwd=self.folder, check=True, capture_output=True, timeout=60)

    def type_in(self, command: str, environment=None) -> subprocess.Popen:
        """Runs a command of the README from a folder of its own, so with absolute paths."""
        command = command.replace("examples/topologies", str(ROOT / "examples" / "topologies"))
        path = f"{Path(HAWSER).parent}:{os.environ['PATH']}"
        process = subprocess.Popen(
            ["bash", "-c", f"exec {command}"], cwd=self.folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"PATH": path},
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def exchange(self, first: str, second: str):
        """Starts the second where the first listens, whatever port that is."""
        self.assertIn(" --listen 127.0.0.1:4700", first)
        self.assertIn(" --connect hawser://127.0.0.1:4700", second)
        frames = self.type_in(first.replace(":4700", ":0"))
        listens = re.fullmatch(r"hawser node frames listens on (hawser://127.0.0.1:\d+)\n", frames.stdout.readline())
        self.assertTrue(listens)
        pages = self.type_in(second.replace("hawser://127.0.0.1:4700", listens[1]))
        page_out, page_err = pages.communicate(timeout=100)
        frame_out, frame_err = frames.communicate(timeout=100)
        return (frames.returncode, frame_out, frame_err), (pages.returncode, page_out, page_err)

    def assert_hello(self, outcome):
        (frame_code, frame_out, frame_err), (page_code, page_out, page_err) = outcome
        self.assertEqual((frame_code, page_code), (0, 0), frame_err + page_err)
        self.assertIn("frame | got Hello from the main page!\n", frame_out)
        self.assertIn("page | Message back from the IFrame\n", page_out)

    def test_the_readme_has_both_ways(self):
        plain, secure = shell_blocks(ROOT / "README.md", "Two nodes, two terminals")
        self.assertEqual(len(terminals(plain)), 2)
        self.assertEqual([each.count("--certificate") for each in terminals(secure)], [1, 1])

    def test_without_tls(self):
        plain, _ = shell_blocks(ROOT / "README.md", "Two nodes, two terminals")
        self.assert_hello(self.exchange(*terminals(plain)))

    def test_with_tls(self):
        self.make_certificates()
        _, secure = shell_blocks(ROOT / "README.md", "Two nodes, two terminals")
        self.assert_hello(self.exchange(*terminals(secure)))

    def test_one_with_tls_and_one_without_say_so(self):
        self.make_certificates()
        plain, secure = shell_blocks(ROOT / "README.md", "Two nodes, two terminals")
        first = terminals(secure)[0] + " --deadline 8"
        (code, _, _), (page_code, _, err) = self.exchange(first, terminals(plain)[1] + " --deadline 3")
        self.assertEqual((code, page_code), (1, 1))
        self.assertIn("the acceptor uses TLS, and the initiator does not", err)

    def test_certificates_of_the_topology(self):
        self.make_certificates()
        text = (ROOT / "examples" / "topologies" / "two_nodes.toml").read_text()
        for name in ("frames", "pages"):
            text = text.replace(
                f"[node.{name}]\n",
                f'[node.{name}]\ncertificate = "{name}.pem"\nkey = "{name}.key"\nauthorities = "authority.pem"\n',
            )
        path = self.write(text)
        ran = self.hawser("run", path)
        self.assert_exit(ran, 0)
        self.assertRegex(ran.stdout, r"frames - pages +(-|< 1 ms|\d+ ms) +\d")
        printed = self.hawser("run", path, "--print-commands")
        self.assert_exit(printed, 0)
        for line, name in zip(printed.stdout.splitlines(), ("frames", "pages")):
            files = [str(self.folder / each) for each in (f"{name}.pem", f"{name}.key", "authority.pem")]
            words = shlex.split(line)
            at = words.index("--certificate")
            self.assertEqual(words[at : at + 6], ["--certificate", files[0], "--key", files[1], "--authorities", files[2]])

    def test_a_certificate_for_another_name(self):
        self.make_certificates()
        topology = ROOT / "examples" / "topologies" / "two_nodes.toml"
        ran = self.hawser("node", "--name", "pages", "--topology", topology, "--certificate", "frames.pem",
                          "--key", "frames.key", "--authorities", "authority.pem")
        self.assert_exit(ran, 2)
        self.assertIn("the certificate 'frames.pem' is for 'frames', not for a node 'pages'", ran.stderr)

    def test_a_part_of_the_files_is_refused(self):
        topology = ROOT / "examples" / "topologies" / "two_nodes.toml"
        ran = self.hawser("node", "--name", "pages", "--topology", topology, "--certificate", "pages.pem")
        self.assert_exit(ran, 2)
        self.assertIn("--certificate requires --", ran.stderr)
        text = topology.read_text().replace("[node.pages]\n", '[node.pages]\nkey = "pages.key"\n')
        ran = self.run_topology(text)
        self.assert_exit(ran, 2)
        self.assertIn("node 'pages' has a part of what TLS needs, but no 'certificate' and 'authorities'", ran.stderr)


if __name__ == "__main__":
    unittest.main()

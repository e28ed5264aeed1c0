"""Runs a topology and compares what its contexts print with the `.expected` file beside it.

    compare_lines.py HAWSER TOPOLOGY.toml

Contexts run at the same time: unless the topology expects its lines in the given order, only the
lines of each context must come in that order.
"""

import subprocess
import sys
import tomllib
from pathlib import Path


def context_of(line: str) -> str:
    return line.split(" | ")[0]


def main() -> int:
    hawser, topology = sys.argv[1], Path(sys.argv[2])
    ran = subprocess.run(
        [hawser, "run", topology, "--no-table"], capture_output=True, text=True, timeout=110
    )
    printed = ran.stdout.splitlines()
    expected = topology.with_suffix(".expected").read_text().splitlines()
    order = tomllib.loads(topology.read_text()).get("expect", {}).get("order", "any")
    if order == "any":
        printed.sort(key=context_of)
        expected.sort(key=context_of)
    if ran.returncode == 0 and printed == expected:
        return 0
    print(f"exit code {ran.returncode}", "expected:", *expected, "printed:", *printed, sep="\n")
    print(ran.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

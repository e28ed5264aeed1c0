#!/usr/bin/env python3
"""Compares ledger.toml with the catalogue and with the ids that test cases carry, and prints how
each section stands.

    check_ledger.py [--document FILE [--write]] [--nodes PROGRAM] [--spec] [FOLDER]

FOLDER (this script's unless given) holds ledger.toml, catalogue.txt and the tests. Fails when a
behaviour of the catalogue has no entry, one that is said to pass has no test, a test carries an id
the ledger does not know, or an expected failure has a test that is not tagged [!shouldfail]. Catch2
itself fails a [!shouldfail] test that passes.

The same tests run a second time with every context on a node of its own and every worker on another
than its owner, but for those tagged [one_process]. PROGRAM is what they are compiled into then: what is expected to fail there is run
and must fail. --spec prints which of its tests are expected to pass, as Catch2 understands it.

With a document, what stands between its two markers must be the same as a table; --write puts it
there.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tomllib
import xml.etree.ElementTree

STATUSES = ("pass", "expected_failure", "not_applicable")
ONE_PROCESS = "[one_process]"
ID = r"[A-Z]{2}-\d{3}"
CASE = re.compile(r'\bTEST_CASE(?:_METHOD)?\(\s*(?:\w+\s*,\s*)?((?:"(?:[^"\\]|\\.)*"\s*)+),\s*"([^"]*)"')


def tested_ids(folder):
    """The tags of every test case under each id, as (file, tags)."""
    found = {}
    for path in sorted(folder.glob("*.cpp")):
        for _, tags in CASE.findall(path.read_text()):
            for behaviour in re.findall(rf"\[({ID})\]", tags):
                found.setdefault(behaviour, []).append((path.name, tags))
    return found


def trouble_with(behaviour, entry, tests):
    status = entry.get("status")
    if status not in STATUSES:
        return f"status is {status!r}, not one of {', '.join(STATUSES)}"
    if not entry.get("says", "").strip():
        return "says nothing"
    unknown = set(entry) - {"says", "status", "reason", "nodes", "nodes_reason"}
    if unknown:
        return f"has unknown keys: {', '.join(sorted(unknown))}"
    if (status == "pass") == bool(entry.get("reason", "").strip()):
        return "needs a reason" if status != "pass" else "passes and still gives a reason"
    failing = [name for name, tags in tests if "!shouldfail" in tags or "!mayfail" in tags]
    if status == "pass":
        if not tests:
            return "is said to pass and has no test"
        if failing:
            return f"is said to pass and has a test that may fail in {failing[0]}"
    if status == "expected_failure" and len(failing) != len(tests):
        return "is an expected failure and has a test without [!shouldfail]"
    if status == "not_applicable" and tests:
        return "does not apply and has a test"
    return None


def over_nodes(entry):
    """How it stands over nodes, and why if it does not pass there but in one process."""
    if entry["status"] != "pass":
        return entry["status"], None
    return entry.get("nodes", "pass"), entry.get("nodes_reason")


def trouble_over_nodes(entry, tests):
    if entry["status"] != "pass":
        return "says how it stands over nodes and does not even pass in one process" if "nodes" in entry else None
    status, reason = over_nodes(entry)
    if status not in STATUSES:
        return f"nodes is {status!r}, not one of {', '.join(STATUSES)}"
    if (status == "pass") == bool(reason):
        return "needs a nodes_reason" if status != "pass" else "passes over nodes and still gives a reason"
    runs = [name for name, tags in tests if ONE_PROCESS not in tags]
    if status in ("pass", "expected_failure") and not runs:
        return "has tests for one process only, and should say that it does not apply to nodes"
    return None


def cases_of(program):
    """The tests of a Catch2 program as (name, tags)."""
    listed = subprocess.run([program, "--list-tests", "--reporter", "xml"], capture_output=True, check=True, timeout=60)
    root = xml.etree.ElementTree.fromstring(listed.stdout)
    return [(case.findtext("Name"), case.findtext("Tags")) for case in root.iter("TestCase")]


def fails(program, name):
    spec = re.sub(r"([\\,\[\]])", r"\\\1", name)
    try:
        ran = subprocess.run([program, spec], capture_output=True, text=True, timeout=20, check=False)
    except subprocess.TimeoutExpired:
        return True  # It waits for what does not come.
    if "No test cases matched" in ran.stdout + ran.stderr:
        raise RuntimeError(f"{program} does not find its test '{name}'")
    return ran.returncode != 0


def trouble_with_program(program, ledger):
    cases = [(name, set(re.findall(rf"\[({ID})\]", tags))) for name, tags in cases_of(program) if ONE_PROCESS not in tags]
    expected = {each for each, entry in ledger.items() if over_nodes(entry)[0] == "expected_failure"}
    failed = {name for name, ids in cases if ids & expected and fails(program, name)}
    for behaviour, entry in ledger.items():
        status, _ = over_nodes(entry)
        mine = [name for name, ids in cases if behaviour in ids]
        if status == "pass" and not mine:
            yield f"{behaviour}: is said to pass over nodes and has no test in {program.name}"
        if status == "pass" and mine and all(ids & expected for _, ids in cases if behaviour in ids):
            yield f"{behaviour}: is said to pass over nodes and has only tests that are expected to fail"
        if status == "not_applicable" and mine:
            yield f"{behaviour}: is {spoken(status)} over nodes, and yet {program.name} has '{mine[0]}' without {ONE_PROCESS}"
        if behaviour in expected and mine and failed.isdisjoint(mine):
            yield f"{behaviour}: is expected to fail over nodes and passes"


def spec_of(ledger):
    """The tests that are expected to pass over nodes."""
    failing = [each for each, entry in ledger.items() if over_nodes(entry)[0] == "expected_failure"]
    return "".join(f"~[{each}]" for each in failing) + "~" + ONE_PROCESS


def trouble_with_catalogue(folder, ledger):
    lines = (folder / "catalogue.txt").read_text().splitlines()
    known = {line.split()[0] for line in lines if line and not line.startswith("#")}
    for each in sorted(known - set(ledger)):
        yield f"{each}: is in catalogue.txt and has no entry"
    for each in sorted(set(ledger) - known):
        yield f"{each}: is not in catalogue.txt"


class tally:
    """How many behaviours stand how, in one process and over nodes."""

    def __init__(self):
        self.here = dict.fromkeys(STATUSES, 0)
        self.nodes = dict.fromkeys(STATUSES, 0)

    def __add__(self, other):
        both = tally()
        both.here = {status: n + other.here[status] for status, n in self.here.items()}
        both.nodes = {status: n + other.nodes[status] for status, n in self.nodes.items()}
        return both

    def row(self):
        return [*self.here.values(), *self.nodes.values()]


def spoken(status):
    return status.replace("_", " ")


def as_document(sections, counts, ledger):
    """The same as tables, with a reason for each behaviour that does not pass."""
    heads = [*map(spoken, STATUSES), *(f"nodes: {spoken(status)}" for status in STATUSES)]
    rows = ["| section | | " + " | ".join(heads) + " |", "| --- | --- |" + " ---: |" * len(heads)]
    total = sum(counts.values(), tally())
    for name, title, each in (*((name, sections[name], counts[name]) for name in sections), ("", "all", total)):
        rows.append(f"| {name} | {title} | ".replace("|  |", "| |") + " | ".join(map(str, each.row())) + " |")
    rows += ["", "| not passing | what it is | why |", "| --- | --- | --- |"]
    for behaviour, entry in ledger.items():
        if entry["status"] != "pass":
            rows.append(f"| {behaviour} | {entry['says']} | {spoken(entry['status'])}: {entry['reason']} |")
    rows += ["", "| not passing over nodes | what it is | why |", "| --- | --- | --- |"]
    for behaviour, entry in ledger.items():
        if entry.get("nodes", "pass") != "pass":
            rows.append(f"| {behaviour} | {entry['says']} | {spoken(entry['nodes'])}: {entry['nodes_reason']} |")
    return "\n".join(rows)


def trouble_with_document(path, table, write):
    first, last = "<!-- ledger -->\n", "\n<!-- end of ledger -->"
    before, _, rest = path.read_text().partition(first)
    held, _, after = rest.partition(last)
    if write:
        path.write_text(before + first + table + last + after)
    elif held != table:
        yield f"{path.name}: its table is out of date; run {pathlib.Path(__file__).name} with --write"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    parser.add_argument("--document", type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--nodes", type=pathlib.Path, metavar="PROGRAM")
    parser.add_argument("--spec", action="store_true")
    chosen = parser.parse_args()
    folder = chosen.folder
    ledger = tomllib.loads((folder / "ledger.toml").read_text())
    sections = ledger.pop("sections")
    if chosen.spec:
        print(spec_of(ledger))
        return 0
    tests = tested_ids(folder)

    troubles = [f"{each}: tested in {tests[each][0][0]}, but not in the ledger" for each in tests if each not in ledger]
    troubles += trouble_with_catalogue(folder, ledger)
    counts = {name: tally() for name in sections}
    for behaviour, entry in ledger.items():
        section = behaviour[:2]
        if not re.fullmatch(ID, behaviour) or section not in sections:
            troubles.append(f"{behaviour}: is no id of a section named in [sections]")
            continue
        mine = tests.get(behaviour, [])
        trouble = trouble_with(behaviour, entry, mine) or trouble_over_nodes(entry, mine)
        if trouble:
            troubles.append(f"{behaviour}: {trouble}")
        else:
            counts[section].here[entry["status"]] += 1
            counts[section].nodes[over_nodes(entry)[0]] += 1

    line = "{:<36}{:>6}{:>18}{:>16}  |{:>6}{:>18}{:>16}"
    print(line.format("", *[""] * len(STATUSES), *["nodes:"], *[""] * len(STATUSES)))
    print(line.format("section", *map(spoken, STATUSES), *map(spoken, STATUSES)))
    for name, title in sections.items():
        print(line.format(f"{name} {title}", *counts[name].row()))
    print(line.format("total", *sum(counts.values(), tally()).row()))
    if chosen.nodes and not troubles:
        troubles += trouble_with_program(chosen.nodes, ledger)
    if chosen.document and not troubles:
        table = as_document(sections, counts, ledger)
        troubles += trouble_with_document(chosen.document, table, chosen.write)
    for trouble in troubles:
        print(f"ledger.toml: {trouble}", file=sys.stderr)
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())

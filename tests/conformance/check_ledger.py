#!/usr/bin/env python3
"""Compares ledger.toml with the catalogue and with the ids that test cases carry, and prints how
each section stands.

    check_ledger.py [--document FILE [--write]] [FOLDER]

FOLDER (this script's unless given) holds ledger.toml, catalogue.txt and the tests. Fails when a
behaviour of the catalogue has no entry, one that is said to pass has no test, a test carries an id
the ledger does not know, or an expected failure has a test that is not tagged [!shouldfail]. Catch2
itself fails a [!shouldfail] test that passes.

With a document, what stands between its two markers must be the same as a table; --write puts it
there.
"""

import argparse
import pathlib
import re
import sys
import tomllib

STATUSES = ("pass", "expected_failure", "not_applicable")
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
    unknown = set(entry) - {"says", "status", "reason"}
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


def trouble_with_catalogue(folder, ledger):
    lines = (folder / "catalogue.txt").read_text().splitlines()
    known = {line.split()[0] for line in lines if line and not line.startswith("#")}
    for each in sorted(known - set(ledger)):
        yield f"{each}: is in catalogue.txt and has no entry"
    for each in sorted(set(ledger) - known):
        yield f"{each}: is not in catalogue.txt"


def as_document(sections, counts, ledger):
    """The same as a table, with a reason for each behaviour that does not pass."""
    rows = ["| section | | pass | expected failure | not applicable |", "| --- | --- | ---: | ---: | ---: |"]
    for name, title in sections.items():
        rows.append(f"| {name} | {title} | " + " | ".join(str(n) for n in counts[name].values()) + " |")
    totals = [sum(each[status] for each in counts.values()) for status in STATUSES]
    rows.append("| | all | " + " | ".join(str(n) for n in totals) + " |")
    rows += ["", "| not passing | what it is | why |", "| --- | --- | --- |"]
    for behaviour, entry in ledger.items():
        if entry["status"] != "pass":
            rows.append(f"| {behaviour} | {entry['says']} | {entry['status'].replace('_', ' ')}: {entry['reason']} |")
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
    chosen = parser.parse_args()
    folder = chosen.folder
    ledger = tomllib.loads((folder / "ledger.toml").read_text())
    sections = ledger.pop("sections")
    tests = tested_ids(folder)

    troubles = [f"{each}: tested in {tests[each][0][0]}, but not in the ledger" for each in tests if each not in ledger]
    troubles += trouble_with_catalogue(folder, ledger)
    counts = {name: dict.fromkeys(STATUSES, 0) for name in sections}
    for behaviour, entry in ledger.items():
        section = behaviour[:2]
        if not re.fullmatch(ID, behaviour) or section not in sections:
            troubles.append(f"{behaviour}: is no id of a section named in [sections]")
            continue
        trouble = trouble_with(behaviour, entry, tests.get(behaviour, []))
        if trouble:
            troubles.append(f"{behaviour}: {trouble}")
        else:
            counts[section][entry["status"]] += 1

    line = "{:<36}{:>6}{:>18}{:>16}"
    print(line.format("section", "pass", "expected failure", "not applicable"))
    for name, title in sections.items():
        print(line.format(f"{name} {title}", *counts[name].values()))
    print(line.format("total", *(sum(each[status] for each in counts.values()) for status in STATUSES)))
    if chosen.document and not troubles:
        table = as_document(sections, counts, ledger)
        troubles += trouble_with_document(chosen.document, table, chosen.write)
    for trouble in troubles:
        print(f"ledger.toml: {trouble}", file=sys.stderr)
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Compares ledger.toml with the ids that test cases carry, and prints how each section stands.

    check_ledger.py [FOLDER]

FOLDER (this script's unless given) holds ledger.toml and the tests. Fails when a behaviour that is
said to pass has no test, a test carries an id the ledger does not know, or an expected failure has
a test that is not tagged [!shouldfail]. Catch2 itself fails a [!shouldfail] test that passes.
"""

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


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
    ledger = tomllib.loads((folder / "ledger.toml").read_text())
    sections = ledger.pop("sections")
    tests = tested_ids(folder)

    troubles = [f"{each}: tested in {tests[each][0][0]}, but not in the ledger" for each in tests if each not in ledger]
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
    for trouble in troubles:
        print(f"ledger.toml: {trouble}", file=sys.stderr)
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())

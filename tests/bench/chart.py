#!/usr/bin/env python3
"""Draws a report of hawser-bench: chart.py REPORT.json CHART.svg

Every row that has a target gets a bar, which begins at the target and ends at what was measured. To the right is better,
whichever way the row is counted.
"""

import json
import sys

try:
    import matplotlib
except ImportError:
    sys.exit("chart.py: matplotlib is missing; `./dev bench --chart` installs it (Debian's python3-matplotlib)")

matplotlib.use("svg")
# Text stays text, and the same report gives the same file.
matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "hawser", "font.size": 10, "font.family": "sans-serif"})

from matplotlib import pyplot as plt  # noqa: E402
from matplotlib.ticker import FuncFormatter, NullLocator  # noqa: E402

MET, MISSED, ABSENT = "#2a7f62", "#c2571a", "#8a8a8a"


def target_of(row):
    ((side, value),) = row["target"].items()
    return side, value


def reached(row):
    """How many times its target a row is; above 1 is better than asked for."""
    side, target = target_of(row)
    return row["value"] / target if side == "at_least" else target / row["value"]


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def caption(row):
    side, target = target_of(row)
    unit = "" if row["kind"] == "ratio" else " " + row["unit"] + "s"
    goal = f"{'at least' if side == 'at_least' else 'at most'} {number(target)}"
    if "value" not in row:
        return f"not measured: {row['absent']}"
    return f"{number(row['value'])}{unit} ({goal})"


def draw(report, file):
    rows = {name: row for name, row in report["rows"].items() if "target" in row}
    if not rows:
        sys.exit("chart.py: no row of this report has a target")
    names = list(reversed(rows))
    figure, axes = plt.subplots(figsize=(10, 1.2 + 0.3 * len(names)))
    for height, name in enumerate(names):
        row = rows[name]
        at = reached(row) if "value" in row else 1
        color = ABSENT if "value" not in row else MET if row["met"] else MISSED
        axes.barh(height, at - 1, left=1, height=0.62, color=color)
        axes.annotate(caption(row), (max(at, 1), height), xytext=(5, 0), textcoords="offset points", va="center", fontsize=8.5)
    reach = [reached(row) for row in rows.values() if "value" in row] or [1]
    axes.set_xscale("log", base=2)
    axes.set_xlim(min(0.5, min(reach) * 0.9), max(2, max(reach)) * 6)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}×"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.set_xlabel("times the target, to the right is better")
    quick = ", quick: too short to be quoted" if report["quick"] else ""
    met = sum(row.get("met", False) for row in rows.values())
    axes.set_title(
        f"hawser {report['hawser']}: {met} of {len(rows)} targets met — CAF {report['caf']}, {report['compiler']},"
        f" {report['cores']} cores, {report['repetitions']} repetitions{quick}",
        fontsize=9,
        loc="right",
    )
    figure.tight_layout()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        report = json.load(file)
    draw(report, sys.argv[2])


main()

"""Our scaling law against KEDA's with the HPA's defaults, in a simulated cluster: `python -m benchmarks.scaling`.

Nothing is measured on this machine, so the numbers are the same everywhere. It takes some two minutes.
"""

import argparse
import json
import sys
from pathlib import Path

from benchmarks.simulator.contest import Contest, Variant, hold, variants
from benchmarks.simulator.curves import curves
from benchmarks.simulator.drawing import plane_plot, race_plot
from benchmarks.simulator.report import as_dict, summary, table, totals

PLOTTED = (500, 5000)
"""The thresholds that are drawn beside our law: the usual kind, and the one that comes nearest to it."""


def main(arguments: list[str]) -> int:
    """Runs what is asked for; exit status 1 when KEDA is better on both measures anywhere."""
    asked = _parser().parse_args(arguments)
    contest = hold(Variant("as shipped"), PLOTTED if asked.plots else ())
    print("Late seconds / replica-minutes / scalings, by KEDA's lagThreshold:\n")
    print(table(contest), "\n", totals(contest), sep="\n")
    if asked.what_if:
        print("\nWhat if:\n", summary([hold(variant) for variant in variants()]), sep="\n")
    if asked.plots:
        _draw(contest, asked.plots)
    found = as_dict(contest)
    if asked.json:
        print("\n" + json.dumps(found))
    return 1 if found["pareto_losses"] else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description="Compares scaling laws.")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    parser.add_argument("--plots", type=Path, metavar="DIR", help="write an SVG for each curve, and one for all")
    parser.add_argument("--what-if", action="store_true", help="also other seeds, clusters and opponents (10 min)")
    return parser


def _draw(contest: Contest, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    by_name = {curve.name: curve for curve in curves(contest.variant.seed)}
    for race in contest.races:
        file = folder / f"scaling-{race.curve.replace(' ', '-').replace('/', '-')}.svg"
        file.write_text(race_plot(race, by_name[race.curve], contest.variant.machine), encoding="utf-8")
    (folder / "scaling.svg").write_text(plane_plot(contest), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The whole made-up province, run as a planner runs it: ``python -m benchmarks.province [FOLDER]``.

All of it is made up but the county lines; see `benchmarks.synthetic`. The first run starts with
nothing kept from former ones; the second finds the cut networks and makes all results anew; the
third finds the counties' results too.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from benchmarks.process import Finished, finish
from benchmarks.results import in_figures
from benchmarks.synthetic import make_province
from benchmarks.timing import Figure

FOLDER = Path("maps/province")
MANIFEST = "运行清单.json"
MOST_SECONDS, MOST_GIB, MOST_AGAIN = 600, 6, 0.5


def main(folder: Path = FOLDER) -> list[Figure]:
    """Make the province if it is not there, and measure the runs."""
    plan = folder / "plan.toml"
    if not plan.exists():
        make_province(folder)
    # Where a run keeps cut networks and finished counties, too.
    shutil.rmtree(folder / "results", ignore_errors=True)
    first = _run(plan, "--fresh")
    manifest = json.loads((folder / "results" / MANIFEST).read_text(encoding="utf-8"))
    anew, again = _run(plan, "--fresh"), _run(plan)
    counties = [county["seconds"] for county in manifest["counties"]]
    return [
        Figure("province, first run", first.seconds, "s", MOST_SECONDS, manifest["executor"]),
        *(
            Figure(f"province, first run: {phase}", spent, "s")
            for phase, spent in manifest["seconds"].items()
        ),
        Figure(
            "province, a county",
            sum(sum(steps.values()) for steps in counties) / len(counties),
            "s",
            remark=f"mean of {len(counties)}, in one process; longest {_longest(counties):.1f} s",
        ),
        Figure("province, memory of all processes", first.peak_gib, "GiB", MOST_GIB),
        Figure("province, memory of a worker", first.worker_gib, "GiB", remark="the largest"),
        Figure(
            "province again, networks kept and all results made anew",
            anew.seconds / first.seconds,
            "of the first run",
            remark=f"{anew.seconds:.1f} s",
        ),
        Figure(
            "province again, networks and counties kept",
            again.seconds / first.seconds,
            "of the first run",
            MOST_AGAIN,
            f"{again.seconds:.1f} s",
        ),
    ]


def _longest(counties: list[dict[str, float]]) -> float:
    return max(sum(steps.values()) for steps in counties)


def _run(plan: Path, *options: str) -> Finished:
    done = finish([sys.executable, "-m", "gdcoverage.cli", "run", str(plan), *options])
    if done.code:
        raise RuntimeError(f"exit code {done.code}\n{done.output[-2_000:]}")
    return done


if __name__ == "__main__":
    print(in_figures(main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)))

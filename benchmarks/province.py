"""The whole made-up province, run as a planner runs it: ``python -m benchmarks.province [FOLDER]``.

All of it is made up but the county lines; see `benchmarks.synthetic`. The first run starts with
nothing kept from former ones; the others change one thing each and find the rest.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.process import Finished, finish
from benchmarks.results import in_figures
from benchmarks.synthetic import make_province
from benchmarks.timing import Figure

FOLDER = Path("maps/province")
MANIFEST = "运行清单.json"
MOST_SECONDS, MOST_TABLE_SECONDS, MOST_GIB = 150, 100, 6
# A change costs what it changes.
MOST_AGAIN, MOST_AGAIN_SECONDS = 0.1, 20
# One budget over all counties: sites, each county's least among them, and its rate in percent.
SITES, RATE = 300, 60


def main(folder: Path = FOLDER) -> list[Figure]:
    """Make the province if it is not there, and measure the runs."""
    plan = folder / "plan.toml"
    if not plan.exists():
        make_province(folder)
    cache = folder / "cache"
    os.environ["GDCOVERAGE_CACHE"] = str(cache.resolve())
    for kept in (folder / "results", cache):
        shutil.rmtree(kept, ignore_errors=True)
    first = _run(plan)
    manifest = _manifest(folder)
    counties = [county["seconds"] for county in manifest["counties"]]
    table = sum(manifest["seconds"][phase] for phase in ("read", "streets", "numbers", "tables"))
    rows = [
        Figure("province, first run", first.seconds, "s", MOST_SECONDS, manifest["executor"]),
        Figure("province, first run: its tables stand after", table, "s", MOST_TABLE_SECONDS),
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
    ]
    rows += _again("nothing changed", _run(plan), first, folder)
    with _edited(folder / "outlets.csv", _moved):
        rows += _again("one outlet moved", _run(plan), first, folder)
    _run(plan)
    rows += _again("next day", _run_on(plan, "2099-01-01"), first, folder)
    with _edited(
        plan, lambda text: text.replace("[outputs]", "[standard]\nminutes = 14\n[outputs]")
    ):
        rows += _again("standard changed", _run(plan), first, folder, bound=False)
    with _edited(plan, _with_one_budget):
        rows += _one_budget(_run(plan, "--only", "numbers"), folder)
    return rows


def _with_one_budget(plan: str) -> str:
    """Sites of all counties from one budget, with what each county must have."""
    asked = f'add = {SITES}\nscope = "province"\ncounty_least = 1\nrate_least = {RATE}'
    return plan.replace("add = 3", asked)


def _one_budget(run: Finished, folder: Path) -> list[Figure]:
    """Each way of dividing the budget, and how far it may be from the best."""
    report = json.loads((folder / "results" / "汇总.json").read_text(encoding="utf-8"))
    what = f"province, {SITES} sites from one budget"
    return [
        Figure(what, run.seconds, "s", remark="counties' numbers found before"),
        Figure(f"{what}: memory of all processes", run.peak_gib, "GiB"),
        *(
            Figure(
                f"{what}: {way['way']}, gap",
                100 * way["gap"],
                "%",
                remark=f"{way['population']:,.0f} people won",
            )
            for way in report["joint"]["ways"]
        ),
    ]


def _again(
    what: str, run: Finished, first: Finished, folder: Path, bound: bool = True
) -> list[Figure]:
    """A run after the first: seconds and share, and how many counties had numbers found."""
    found = sum(not county["again"] for county in _manifest(folder)["counties"])
    remark = f"{found} counties' numbers found"
    return [
        Figure(
            f"province again, {what}",
            run.seconds,
            "s",
            MOST_AGAIN_SECONDS if bound else None,
            remark,
        ),
        Figure(
            f"province again, {what}",
            run.seconds / first.seconds,
            "of the first run",
            MOST_AGAIN if bound else None,
        ),
    ]


def _manifest(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "results" / MANIFEST).read_text(encoding="utf-8"))


@contextmanager
def _edited(path: Path, change: Callable[[str], str]) -> Iterator[None]:
    """A file changed for a while."""
    before = path.read_bytes()
    path.write_text(change(before.decode("utf-8-sig")), encoding="utf-8")
    try:
        yield
    finally:
        path.write_bytes(before)


def _moved(table: str) -> str:
    """The first outlet two kilometres farther north."""
    head, row, *rest = table.splitlines()
    cells = row.split(",")
    at = head.split(",").index("纬度")
    cells[at] = f"{float(cells[at]) + 0.018:.7f}"
    return "\n".join([head, ",".join(cells), *rest, ""])


def _longest(counties: list[dict[str, float]]) -> float:
    return max(sum(steps.values()) for steps in counties)


def _run(plan: Path, *options: str) -> Finished:
    return _finished([sys.executable, "-m", "gdcoverage.cli", "run", str(plan), *options])


def _run_on(plan: Path, date: str) -> Finished:
    code = f"from gdcoverage.run import *; run_plan(load_plan({str(plan)!r}), {date!r})"
    # Processes are started anew from the file that is run.
    script = plan.with_name("run_on.py")
    script.write_text(f'if __name__ == "__main__":\n    {code.replace("; ", chr(10) + "    ")}\n')
    return _finished([sys.executable, str(script)])


def _finished(command: list[str]) -> Finished:
    done = finish(command)
    if done.code:
        raise RuntimeError(f"exit code {done.code}\n{done.output[-2_000:]}")
    return done


if __name__ == "__main__":
    print(in_figures(main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)))

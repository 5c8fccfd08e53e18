"""Run all benchmarks and write one table: ``python -m benchmarks [FOLDER] [--quick]``.

``--quick`` leaves out the whole province and the covering question of its size.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks import covering, emap, province, register, results, scaling, services, streets
from benchmarks.data import SHARED
from benchmarks.timing import Figure, Row


def main(folder: Path, quick: bool) -> int:
    """Measure, write and print; 1 where something wanted was missed."""
    rows: list[Row] = []
    figures: list[Figure] = []
    if SHARED.is_dir():
        rows += streets.main()
        figures += [*covering.sjc(), *scaling.main(), *services.main()]
    else:
        print(
            f"no real data in {SHARED} (set GDCOVERAGE_SHARED): streets left out", file=sys.stderr
        )
    rows += covering.beside_others()
    beside_folium, of_map = emap.main()
    rows += beside_folium
    figures += [*of_map, *register.main()]
    if not quick:
        figures += [*province.main(), *covering.large()]
    print(results.write(folder, rows, figures))
    missed = [*(row.missed for row in rows), *(figure.missed for figure in figures)]
    return int(any(missed))


if __name__ == "__main__":
    given = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    given.add_argument("folder", nargs="?", type=Path, default=Path("maps/benchmarks"))
    given.add_argument("--quick", action="store_true")
    asked = given.parse_args()
    sys.exit(main(asked.folder, asked.quick))

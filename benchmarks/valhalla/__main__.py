"""Walks beside Valhalla's: ``python -m benchmarks.valhalla [--pairs N] [--seed N]``.

Distances of pairs of places on real streets by ours and by Valhalla's pedestrian routing, asked
for the shortest way; every pair that differs by more than 5 % with the cause that was found.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.data import SHARED
from benchmarks.valhalla.causes import Explainer
from benchmarks.valhalla.engine import NoWalkError, Place, Valhalla, Walk
from benchmarks.valhalla.rules import Tagged
from benchmarks.valhalla.streets import Router, pairs, walks_m
from gdcoverage.network import WalkNetwork

PLACES = {
    "Greater Porto": SHARED / "data/porto-osm/porto_portugal.osm.pbf",
    "Shenzhen Nanshan": SHARED / "data/gd-osm-extracts/shenzhen_nanshan_2021.osm.pbf",
}
UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class Compared:
    """A pair of places: metres of both walks (inf: none), and why they differ where much."""

    begin: Place
    end: Place
    ours: float
    theirs: float
    causes: tuple[str, ...] = ()

    @property
    def off(self) -> float:
        """By what share our walk is longer (less than nought: shorter)."""
        return self.ours / self.theirs - 1


def main(count: int, seed: int) -> int:
    """Compare, print; 1 where a difference is unexplained, 0 where nothing can be compared."""
    if not all(path.is_file() for path in PLACES.values()):
        print(f"skipped: no real data in {SHARED} (set GDCOVERAGE_SHARED)", file=sys.stderr)
        return 0
    try:
        compared = {name: compare(path, count, seed) for name, path in PLACES.items()}
    except ImportError as error:
        print(f"skipped: {error}", file=sys.stderr)
        return 0
    print(f"{shares(compared)}\n{reasons(compared)}")
    left = [pair for all_ in compared.values() for pair in all_ if UNEXPLAINED in pair.causes]
    for pair in left:
        print(f"{UNEXPLAINED}: {pair}", file=sys.stderr)
    return int(bool(left))


def compare(osm: Path, count: int, seed: int) -> list[Compared]:
    """Both walks of every pair on the streets of one file."""
    network = WalkNetwork.from_osm(osm)
    begins, ends = pairs(network, count, seed)
    ours = walks_m(network, begins, ends).tolist()
    with tempfile.TemporaryDirectory() as folder:
        engine = Valhalla.of(osm, Path(folder))
        explainer = Explainer(Tagged(osm), Router(network), engine)
        out = []
        for (a, b), (c, d), metres in zip(begins.tolist(), ends.tolist(), ours, strict=True):
            walk = _walk(engine, (a, b), (c, d))
            pair = Compared((a, b), (c, d), metres, np.inf if walk is None else walk.metres)
            if not abs(pair.off) <= 0.05:
                causes = explainer.causes(pair.begin, pair.end, walk) or (UNEXPLAINED,)
                pair = Compared(pair.begin, pair.end, pair.ours, pair.theirs, causes)
            out.append(pair)
    return out


def shares(compared: dict[str, list[Compared]]) -> str:
    """How many pairs agree, as a Markdown table."""
    lines = [
        "| place | pairs | within 1 % | within 5 % | over 5 %, ours longer | ours shorter "
        "| unexplained |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, all_ in compared.items():
        off = np.array([pair.off for pair in all_])
        within = " | ".join(f"{(abs(off) <= most).mean():.1%}" for most in (0.01, 0.05))
        unexplained = sum(UNEXPLAINED in pair.causes for pair in all_)
        lines.append(
            f"| {name} | {len(all_)} | {within} | {(off > 0.05).sum()} | {(off < -0.05).sum()} "
            f"| {unexplained} |"
        )
    return "\n".join(lines) + "\n"


def reasons(compared: dict[str, list[Compared]]) -> str:
    """The causes of differences over 5 %, with the pairs that have them, as a Markdown table."""
    counts = {
        name: Counter(cause for pair in all_ for cause in pair.causes)
        for name, all_ in compared.items()
    }
    total = sum(counts.values(), Counter[str]())
    lines = [f"| cause | {' | '.join(compared)} |", f"|---|{'--:|' * len(compared)}"]
    for cause, _ in total.most_common():
        lines.append(f"| {cause} | {' | '.join(str(counts[name][cause]) for name in compared)} |")
    return "\n".join(lines) + "\n"


def _walk(engine: Valhalla, begin: Place, end: Place) -> Walk | None:
    try:
        return engine.walk(begin, end)
    except NoWalkError:
        return None


def _asked(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    given = argparse.ArgumentParser(prog="python -m benchmarks.valhalla", description=__doc__)
    given.add_argument("--pairs", type=int, default=200)
    given.add_argument("--seed", type=int, default=1)
    return given.parse_args(arguments)


if __name__ == "__main__":
    asked = _asked()
    sys.exit(main(asked.pairs, asked.seed))

"""Run the main job on real places: ``python -m benchmarks.real_input FOLDER``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.data import nanshan, porto_alegre


def main(folder: Path) -> int:
    """Make the plans and run the command on each; the number of runs that failed."""
    failed = 0
    for make in (porto_alegre, nanshan):
        plan = make(folder / make.__name__)
        words = [sys.executable, "-m", "gdcoverage.cli", "run", str(plan)]
        failed += subprocess.run(words, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "maps/real")))

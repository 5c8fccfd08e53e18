"""Compiled code never reads or writes beyond an array: its tests again, each index checked."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
TESTS = (
    "test_network_join.py",
    "test_network_reach.py",
    "test_service_areas.py",
    "test_network.py::test_snaps_to_the_nearest_edge_not_the_nearest_node",
    "test_network.py::test_pieces_with_too_little_street_are_not_joined",
    "test_network_cut.py::test_streets_across_a_border_are_in_both_areas",
)


def test_kernels_stay_within_their_arrays(tmp_path):
    """Unchecked, an index beyond the end reads whatever lies there, and mostly nobody notices."""
    environment = os.environ | {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    # All is compiled for it, and works on little.
    environment |= {"NUMBA_OPT": "0", "HYPOTHESIS_EXAMPLES": "10"}
    quick = "not real and not brute and not agrees and not never and not whatever"
    command = [sys.executable, "-m", "pytest", "-x", "-k", quick, *(str(HERE / t) for t in TESTS)]
    done = subprocess.run(
        command, cwd=HERE.parent, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout  # 5 if no test was found

"""What is compiled at first use: said once, and the rest by another process, of the same kinds."""

import os
import subprocess
import sys

from gdcoverage.start.sample import write_sample

FIRST = """
from gdcoverage import kernels, progress
kernels._started = lambda: print("another process begins")
from gdcoverage.network._grid import metres_per_degree
with progress.telling(print):
    metres_per_degree(23.0), metres_per_degree(23)
"""

READ_ONLY = """
from numba.core import caching
def refuse(self):
    raise OSError("read only")
for place in (caching.InTreeCacheLocator, caching.UserWideCacheLocator):
    place.ensure_cache_path = refuse
"""

AHEAD = """
import gc, sys
from numba.core.dispatcher import Dispatcher
from gdcoverage.run import How, load_plan, run_plan
from gdcoverage.start.ahead import compile_ahead

def compiled():
    ours = [one for one in gc.get_objects() if isinstance(one, Dispatcher)]
    return {
        f"{one.py_func.__module__}.{one.py_func.__qualname__}": set(one.signatures)
        for one in ours
        if one.py_func.__module__.startswith("gdcoverage.") and one.signatures
    }

compile_ahead()
ahead = compiled()
run_plan(load_plan(sys.argv[1]), "2026-06-10", How(workers=1))
run = compiled()
print(len(ahead), sorted(name for name in ahead if run[name] != ahead[name]))
"""


COMPILED = """
import numba, time
from gdcoverage import kernels
before = kernels.compiling_s()
begun = time.monotonic()
inner = numba.njit(lambda x: x + 1)
numba.njit(lambda x: inner(x) + inner(x + 0.5))(1)
took = time.monotonic() - begun
print(0 < kernels.compiling_s() - before <= took, kernels.compiling_s() == kernels.compiling_s())
"""


def said(code, *words, **env):
    ran = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"} | env,
    )
    return ran.stdout.splitlines()


def test_the_first_kernel_compiled_is_told_and_others_are_compiled_beside(tmp_path):
    first, beside = said(FIRST, NUMBA_CACHE_DIR=str(tmp_path))
    assert "首次使用" in first
    assert beside == "another process begins"
    assert said(FIRST, NUMBA_CACHE_DIR=str(tmp_path)) == []


def test_seconds_of_compiling_are_counted_once_for_kernels_within_kernels():
    assert said(COMPILED) == ["True True"]


def test_where_kernels_are_compiled_ahead_no_other_process_is_started(tmp_path):
    assert said(FIRST, NUMBA_CACHE_DIR=str(tmp_path), GDCOVERAGE_AHEAD="1") == []


def test_where_nothing_is_kept_nothing_is_compiled_ahead(tmp_path):
    unkept = FIRST.replace("kernels._started", "kernels.are_kept = lambda: False\nkernels._started")
    (told,) = said(unkept, NUMBA_CACHE_DIR=str(tmp_path))
    assert told == "正在编译计算程序，约十秒"


def test_what_was_compiled_beside_the_package_serves_those_who_cannot_write_there():
    nowhere = {"NUMBA_CACHE_DIR": "", "GDCOVERAGE_AHEAD": "1"}
    said(FIRST.replace(", metres_per_degree(23)", ""), **nowhere)
    read = READ_ONLY + FIRST.replace(", metres_per_degree(23)", "")
    assert said(read + "print(kernels.are_kept())", **nowhere) == ["True"]
    # What was not is compiled all the same, and kept nowhere.
    unlike = read + "print(metres_per_degree(np.float32(23))[0] > 1e5)"
    assert said("import numpy as np\n" + unlike, **nowhere) == ["True"]


def test_what_is_compiled_ahead_is_what_a_run_calls(tmp_path):
    plan = write_sample(tmp_path / "sample")
    (told,) = said(AHEAD, plan, GDCOVERAGE_AHEAD="1", GDCOVERAGE_CACHE=str(tmp_path / "cache"))
    count, again = told.split(" ", 1)
    assert int(count) > 10
    assert again == "[]"

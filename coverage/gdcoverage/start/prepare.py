"""The kernels compiled before anyone waits for them: after an installation, once."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from unittest import mock

from gdcoverage.kernels import are_kept
from gdcoverage.problems import unusable
from gdcoverage.run import How, load_plan, run_plan
from gdcoverage.start.ahead import compile_ahead
from gdcoverage.start.sample import write_sample

# Of no consequence: nothing of it stays.
_ANY_DAY = "2026-06-10"


def prepare() -> None:
    """Ask for what the sample does not, then do everything once with it, in a folder thrown away.

    Numba keeps what it compiles for this machine, so the first run of a planner need not.

    Raises
    ------
    InputError : no folder can be written to keep it in.
    """
    compile_ahead()
    with tempfile.TemporaryDirectory() as folder:
        plan = load_plan(write_sample(Path(folder) / "sample"))
        with mock.patch.dict(os.environ, GDCOVERAGE_CACHE=str(Path(folder) / "cache")):
            run_plan(plan, _ANY_DAY, How(workers=1))
    if not are_kept():
        raise unusable(
            "kernels_unkept",
            "没有可写的文件夹存放编译结果，每次运行都要编译",
            "请用环境变量 NUMBA_CACHE_DIR 指定一个可写的文件夹",
        )

"""Not coverage.py: in the project's root the folder ``coverage/`` would be taken for it.

Python started here finds this file when somebody (numba, say) imports ``coverage``. It hands over
to coverage.py where that is installed, and else is not there.
"""

import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path

_root = Path(__file__).resolve().parent
_spec = PathFinder.find_spec(__name__, [p for p in sys.path if Path(p).resolve() != _root])
if _spec is None or _spec.loader is None:
    raise ModuleNotFoundError("No module named 'coverage'", name="coverage")
sys.modules[__name__] = module_from_spec(_spec)
_spec.loader.exec_module(sys.modules[__name__])

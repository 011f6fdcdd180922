"""A mutation score for the rules of behaviour, economy and government.

    uv run python tests/mutation.py --seed 1 --sample 300 --stage-minutes 60 --out runs/mutation.csv --workers 2

Of all mutants (an operator, a comparison, a constant changed) a random sample is drawn; each is put into a copy of the
tree, and tests of its module are run without the compiler (NUMBA_DISABLE_JIT=1), those that take least first, the
plain-Python oracle of all rules last. A mutant that makes one fail, or takes over three times as long, is killed. The
share of those killed is the score; survivors are to be read: equivalent ones change nothing that anybody could see, all
others are properties that no test pins.

Which tests: those in files that import the module (or, where there is none, a module that imports it) and pass without
a mutant in at most --most CPU seconds each, up to --budget per mutant. They are found once and kept beside the CSV with
a hash of the sources; all that were chosen must then pass together in one process, or nothing is tried. The model that
the oracle looks at was made by compiled rules without a mutant; only the step that is compared is that of the mutant.
So the score is a lower bound: the whole suite, which compiles, may kill more.

A stage ends after its minutes; the same command goes on from its file. ``--survivors`` tries those again.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import copy
import csv
import hashlib
import importlib
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Final, NoReturn

import pytest
from hypothesis import Phase, settings

ROOT: Final = Path(__file__).parents[1]
ROOMS: Final = ("behaviour", "economy", "government")
COPIED: Final = ("sim", "analysis", "tests", "configs", "docs", "pyproject.toml", "README.md", "uv.lock")
ORACLES: Final = ("tests/engines/test_plain_python_rules.py",)
"""Tests of all rules of a household at once; tried last, and whole."""
FILE_LIMIT: Final = 12.0
"""CPU seconds after which no more tests of a file are looked at, but for oracles."""

Times = dict[str, dict[str, float]]
"""CPU seconds of usable tests, by file."""
Picked = tuple[dict[str, list[str]], float]
"""Tests of a mutant by file, and their CPU seconds."""

SWAPS: Final[dict[type[ast.AST], type[ast.AST]]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd, ast.Pow: ast.Mult, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
CALLS: Final = {
    "min": "max",
    "max": "min",
    "minimum": "maximum",
    "maximum": "minimum",
    "any": "all",
    "all": "any",
}


@dataclass(frozen=True)
class Mutant:
    """One change of one expression, and what became of it (outcome empty: not tried)."""

    number: int
    file: str
    line: int
    column: int
    before: str
    after: str
    outcome: str = ""
    by: str = ""
    seconds: float = 0.0


# ---------------------------------------------------------------- mutants


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """Expressions to put in the place of one."""
    made = copy.deepcopy(node)
    if isinstance(made, ast.Compare) and len(made.ops) == 1 and type(made.ops[0]) in SWAPS:
        made.ops = [SWAPS[type(made.ops[0])]()]  # type: ignore[list-item]
        yield made
    elif isinstance(made, ast.BinOp | ast.BoolOp) and type(made.op) in SWAPS:
        made.op = SWAPS[type(made.op)]()  # type: ignore[assignment]
        yield made
    elif isinstance(made, ast.UnaryOp) and isinstance(made.op, ast.Not | ast.USub):
        yield made.operand
    elif isinstance(made, ast.Constant) and isinstance(made.value, bool):
        yield ast.Constant(not made.value)
    elif isinstance(made, ast.Constant) and isinstance(made.value, int):
        yield ast.Constant(made.value + 1)
    elif isinstance(made, ast.Constant) and isinstance(made.value, float):
        yield ast.Constant(made.value * 1.1 + 0.01)
    elif isinstance(made, ast.Call):
        name = made.func
        if isinstance(name, ast.Name) and name.id in CALLS:
            name.id = CALLS[name.id]
            yield made
        elif isinstance(name, ast.Attribute) and name.attr in CALLS:
            name.attr = CALLS[name.attr]
            yield made


def executed(node: ast.AST) -> Iterator[ast.AST]:
    """A node and those below it that decide something: no annotation, decorator, message of an error, export."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params") or isinstance(node, ast.Raise):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(
                child, ast.JoinedStr | ast.Import | ast.ImportFrom
            ):
                yield from executed(child)


def mutants_of(path: Path, root: Path) -> Iterator[Mutant]:
    """All mutants of a file, by their place."""
    source = path.read_text(encoding="utf-8")
    for node in executed(ast.parse(source)):
        if isinstance(node, ast.expr):
            for made in variants(node):
                before = ast.get_source_segment(source, node) or ""
                name = path.relative_to(root).as_posix()
                yield Mutant(0, name, node.lineno, node.col_offset, before, f"({ast.unparse(made)})")


def sample(seed: int, size: int, root: Path = ROOT) -> list[Mutant]:
    """A random sample of all mutants of the rooms of rules."""
    files = [p for room in ROOMS for p in sorted((root / "sim/dicu" / room).rglob("*.py"))]
    every = [m for path in files for m in mutants_of(path, root)]
    drawn = random.Random(seed).sample(every, min(size, len(every)))
    return [replace(m, number=k) for k, m in enumerate(drawn)]


def mutated(source: str, mutant: Mutant) -> str:
    """The source with one expression changed.

    Raises
    ------
    ValueError
        When the expression is not there.
    """
    lines = source.splitlines(keepends=True)
    start = sum(len(line.encode()) for line in lines[: mutant.line - 1]) + mutant.column
    data, before = source.encode(), mutant.before.encode()
    if data[start : start + len(before)] != before:
        raise ValueError(f"{mutant.file}:{mutant.line}: the source is no longer that of the mutant")
    return (data[:start] + mutant.after.encode() + data[start + len(before) :]).decode()


# ---------------------------------------------------------------- tests


class Noted:
    """A plugin of pytest: only the tests that are wanted, if any are named, and what each took."""

    def __init__(self, file: Path, wanted: frozenset[str]) -> None:
        self._file, self._wanted = open(file, "w", encoding="utf-8"), wanted  # noqa: SIM115
        self._began, self._bad = time.process_time(), False

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self._wanted:
            items[:] = [item for item in items if item.nodeid in self._wanted]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._bad |= report.failed
        if report.when == "teardown":
            row = [report.nodeid, round(time.process_time() - self._began, 3), not self._bad]
            print(json.dumps(row), file=self._file, flush=True)
            self._began, self._bad = time.process_time(), False


class Tree:
    """A copy of the sources in which mutants are tried; the worktree is never changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            source = ROOT / name
            ignore = shutil.ignore_patterns("__pycache__", "_build", "*.pyc")
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=ignore)
            else:
                shutil.copy(source, folder / name)
        for name in ("sim", "analysis"):  # the hash: a mutant may be of the same second and size as another
            if (folder / name).is_dir():
                mode = PycInvalidationMode.CHECKED_HASH
                compileall.compile_dir(folder / name, quiet=1, invalidation_mode=mode)

    def run(
        self, tests: dict[str, list[str]], most: float, *, stop: bool = True
    ) -> tuple[str, str, float, dict[str, tuple[float, bool]]]:
        """Run tests by file (all, where none is named) within CPU seconds, in a copy of this process.

        Returns
        -------
        (outcome, test, seconds, each)
            ``passed``, ``failed`` or ``timeout``; which test failed; CPU seconds; those of each test, and whether it
            passed.
        """
        said, noted = self.folder / "said", self.folder / "noted"
        noted.write_text("")
        child = os.fork()
        if child == 0:
            self._child(said, noted, tests, round(most) + 1, stop=stop)
        _, status, used = os.wait4(child, 0)
        code, seconds = os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime
        rows = [json.loads(line) for line in noted.read_text(encoding="utf-8").splitlines()]
        each = {name: (took, well) for name, took, well in rows}
        if code in (-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGALRM):
            return "timeout", "", seconds, each
        if code in (0, 5):  # passed, or nothing there to run
            return "passed", "", seconds, each
        failed = re.search(r"^(?:FAILED|ERROR) (\S+)", said.read_text(errors="replace"), re.MULTILINE)
        return "failed", failed[1] if failed else next(iter(tests)), seconds, each

    def _child(
        self, said: Path, noted: Path, tests: dict[str, list[str]], limit: int, *, stop: bool
    ) -> NoReturn:
        """Run pytest in the copy of the tree, and end."""
        try:
            out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(out, 1)
            os.dup2(out, 2)
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            signal.alarm(5 * limit + 60)  # who waits for ever uses no CPU
            os.chdir(self.folder)
            sys.path[:0] = [str(self.folder / name) for name in ("sim", "analysis", "tests")]
            os.environ["PYTHONPATH"] = os.pathsep.join(sys.path[:3])
            options = ["-q", "-n", "0", "-p", "no:cacheprovider", "-W", "ignore::RuntimeWarning"]
            options += ["--hypothesis-profile", "mutant", *(["-x"] if stop else [])]
            wanted = frozenset(name for names in tests.values() for name in names)
            code = int(pytest.main([*options, *tests], plugins=[Noted(noted, wanted)]))
            sys.stdout.flush()
        except BaseException as error:
            print(f"ERROR {error!r}", flush=True)
            code = 3
        os._exit(code)

    def usable(self, file: str, most: float) -> dict[str, float]:
        """CPU seconds of each test of a file that passes without a mutant and the compiler, in time."""
        whole = file in ORACLES
        outcome, _, _, each = self.run({file: []}, 10 * FILE_LIMIT if whole else FILE_LIMIT, stop=False)
        if whole and not (outcome == "passed" and each):
            raise RuntimeError(f"{file} does not pass without a mutant: {outcome}")
        return {name: took for name, (took, well) in each.items() if well and (whole or took <= most)}

    def attempt(self, mutant: Mutant, tests: dict[str, list[str]], most: float) -> Mutant:
        """Try a mutant on tests that are known to pass without it, in a third of the time that it is given."""
        if not tests:
            return replace(mutant, outcome="no test")
        with self._mutated(mutant):
            outcome, by, seconds, _ = self.run(tests, most)
        told = {"failed": "killed", "timeout": "killed by time", "passed": "survived"}[outcome]
        return replace(mutant, outcome=told, by=by, seconds=round(seconds, 1))

    @contextmanager
    def _mutated(self, mutant: Mutant) -> Iterator[None]:
        path = self.folder / mutant.file
        source = path.read_text(encoding="utf-8")
        path.write_text(mutated(source, mutant), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(source, encoding="utf-8")


@cache
def texts(top: str, pattern: str) -> dict[str, str]:
    """Files below a folder."""
    found = sorted((ROOT / top).rglob(pattern))
    return {p.relative_to(ROOT).as_posix(): p.read_text(encoding="utf-8") for p in found}


def naming(file: str) -> re.Pattern[str]:
    """What imports a module."""
    dotted = file.removeprefix("sim/").removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    room, _, module = dotted.rpartition(".")
    return re.compile(
        rf"from {re.escape(dotted)} import|import {re.escape(dotted)}\b"
        rf"|from {re.escape(room)} import .*\b{module}\b"
    )


def files_for(file: str) -> list[str]:
    """Test files that import a module, or else a module that imports it; then the oracle of rules."""
    tests, modules = texts("tests", "test_*.py"), texts("sim/dicu", "*.py")
    near, seen, found = [file], {file}, list[str]()
    while near and not found:
        names = [naming(n) for n in near]
        found = [f for f, text in tests.items() if any(n.search(text) for n in names)]
        users = [] if found else [f for f, text in modules.items() if any(n.search(text) for n in names)]
        near = [u for u in users if u not in seen]
        seen |= {*near}
    oracles = [t for t in ORACLES if file.split("/")[2] in ROOMS[:2]]
    return [*(f for f in found if f not in oracles), *oracles]


def chosen(files: list[str], times: Times, budget: float) -> Picked:
    """Tests of a mutant by file, the quickest files first, and their CPU seconds; within the budget but for oracles."""
    tests, total = dict[str, list[str]](), 0.0
    for file in sorted(files, key=lambda f: (f in ORACLES, sum(times[f].values()))):
        for name, took in times[file].items():
            if file in ORACLES or total + took <= budget:
                tests.setdefault(file, []).append(name)
                total += took
    return tests, total


# ---------------------------------------------------------------- processes


def without_compiler() -> None:
    """Import once what every test needs besides dicu, so that a mutant costs its tests only; nothing is compiled."""
    os.environ |= {"NUMBA_DISABLE_JIT": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    for name in (
        "numba", "pandas", "scipy.stats", "scipy.optimize", "scipy.sparse.csgraph", "pyarrow.parquet", "mesa",
        "pydantic", "typer", "matplotlib.pyplot",
    ):  # fmt: skip
        importlib.import_module(name)
    settings.register_profile(
        "mutant", deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate]
    )


def keep_models(folder: Path) -> None:
    """Models for the oracle, made with the compiler."""
    path = os.pathsep.join(str(ROOT / name) for name in ("sim", "analysis", "tests"))
    command = [sys.executable, str(ROOT / "tests/oracle_model.py"), str(folder)]
    subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, cwd=ROOT, check=True)
    os.environ["DICU_ORACLE_MODELS"] = str(folder)


_TREES: list[Tree] = []


def _begin(folder: str) -> None:
    """A tree for this process; what its tests write as bytecode is of no mutant."""
    _TREES.append(Tree(Path(tempfile.mkdtemp(dir=folder))))


def _usable(file: str, most: float) -> dict[str, float]:
    return _TREES[0].usable(file, most)


def _together(tests: dict[str, list[str]], most: float) -> tuple[str, str, float]:
    return _TREES[0].run(tests, most)[:3]


def _attempt(mutant: Mutant, tests: dict[str, list[str]], most: float, ends: float) -> Mutant | None:
    sys.dont_write_bytecode = True
    return _TREES[0].attempt(mutant, tests, most) if time.monotonic() < ends else None


def fingerprint() -> str:
    """Hash of all sources and tests but for this file."""
    files = [p for top in ("sim", "tests") for p in sorted((ROOT / top).rglob("*.py")) if p != Path(__file__)]
    return hashlib.sha256(b"".join(p.read_bytes() for p in files)).hexdigest()


def times_of(known: Path, files: list[str], most: float, pool: ProcessPoolExecutor) -> Times:
    """Tests that can be used, found once."""
    source = f"{fingerprint()} {most}"
    kept = json.loads(known.read_text()) if known.exists() else {}
    if kept.get("source") != source:
        kept = {"source": source, "times": {}}
    times: Times = kept["times"]
    asked = {pool.submit(_usable, file, most): file for file in files if file not in times}
    for done in as_completed(asked):
        if done.exception() is not None:
            pool.shutdown(wait=False, cancel_futures=True)
        times[asked[done]] = done.result()
        print(f"  {asked[done]}: {len(done.result())} tests, {sum(done.result().values()):.1f} s", flush=True)
        known.write_text(json.dumps(kept, indent=1))
    return times


def verify(known: Path, picked: dict[str, Picked], pool: ProcessPoolExecutor) -> None:
    """See that all tests that were chosen pass together without a mutant, unless they were seen to.

    Raises
    ------
    SystemExit
        When they do not.
    """
    every: dict[str, list[str]] = {}
    for tests, _ in picked.values():
        for file, names in tests.items():
            every[file] = sorted({*every.get(file, []), *names})
    every = dict(sorted(every.items()))
    kept = json.loads(known.read_text())
    if kept.get("together") == every:
        return
    most = 60 + 3 * sum(kept["times"][file][name] for file, names in every.items() for name in names)
    outcome, by, seconds = pool.submit(_together, every, most).result()
    print(f"  {sum(map(len, every.values()))} tests together: {outcome}, {seconds:.0f} s", flush=True)
    if outcome != "passed":
        raise SystemExit(f"without a mutant, {by or 'all'}: {outcome}; nothing is tried")
    known.write_text(json.dumps({**kept, "together": every}, indent=1))


# ---------------------------------------------------------------- the command


def read(file: Path) -> dict[int, Mutant]:
    """Mutants that were tried, by number."""
    if not file.exists():
        return {}
    with open(file, encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    return {
        int(r["number"]): Mutant(
            int(r["number"]), r["file"], int(r["line"]), int(r["column"]), r["before"], r["after"], r["outcome"],
            r["by"], float(r["seconds"]),
        )
        for r in rows
    }  # fmt: skip


def write(file: Path, tried: dict[int, Mutant]) -> None:
    """Write them, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    with open(new, "w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, [f.name for f in fields(Mutant)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(tried[k]) for k in sorted(tried))
    new.replace(file)


def score(tried: dict[int, Mutant]) -> str:
    """The score in words."""
    killed = sum(m.outcome.startswith("killed") for m in tried.values())
    alive = len(tried) - killed
    share = f"{killed / len(tried):.0%}" if tried else "none"
    spent = {
        k: [m.seconds for m in tried.values() if m.outcome.startswith("killed") == k] for k in (True, False)
    }
    each = {k: f"{sum(s) / len(s):.1f}" if s else "no" for k, s in spent.items()}
    cost = f"; {each[True]} CPU s per killed mutant, {each[False]} per other"
    return f"{killed} of {len(tried)} mutants killed ({share}), {alive} survived or had no test{cost}"


def check(tried: dict[int, Mutant], drawn: list[Mutant]) -> None:
    """Refuse a file of another sample, or of other sources."""
    for number, mutant in tried.items():
        same = number < len(drawn) and replace(mutant, outcome="", by="", seconds=0.0) == drawn[number]
        if not same:
            raise SystemExit(
                f"mutant {number} of the file is not that of this seed, sample and source: start a new one"
            )


def stage_parser(told: str | None) -> argparse.ArgumentParser:
    """What both commands are asked: the file of the mutants, minutes and processes."""
    parser = argparse.ArgumentParser(description=told, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage-minutes", type=float, default=60)
    parser.add_argument("--workers", type=int, default=1, help="mutants tried at a time")
    parser.add_argument("--out", type=Path, default=ROOT / "runs/mutation.csv")
    return parser


def main() -> None:
    """Try mutants until the stage ends."""
    parser = stage_parser(__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", type=int, default=300, help="mutants drawn")
    parser.add_argument("--most", type=float, default=2, help="CPU seconds of a test that is used")
    parser.add_argument(
        "--budget", type=float, default=5, help="CPU seconds of a mutant's tests besides the oracle"
    )
    parser.add_argument("--survivors", action="store_true", help="try those that survived again")
    asked = parser.parse_args()
    drawn, tried = sample(asked.seed, asked.sample), read(asked.out)
    check(tried, drawn)
    alive = {k for k, m in tried.items() if not m.outcome.startswith("killed")}
    todo = [m for m in drawn if (m.number in alive if asked.survivors else m.number not in tried)]
    files = {file: files_for(file) for file in {m.file for m in todo}}
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="dicu-mutants-", ignore_cleanup_errors=True) as folder:
        models = Path(folder, "models")
        models.mkdir()
        keep_models(models)
        without_compiler()
        with ProcessPoolExecutor(asked.workers, get_context("fork"), _begin, (folder,)) as pool:
            needed = sorted({t for found in files.values() for t in found})
            times = times_of(asked.out.with_suffix(".json"), needed, asked.most, pool)
            picked = {file: chosen(found, times, asked.budget) for file, found in files.items()}
            verify(asked.out.with_suffix(".json"), picked, pool)
            ends = time.monotonic() + 60 * asked.stage_minutes
            jobs = []
            for mutant in todo:
                tests, seconds = picked[mutant.file]
                jobs.append(pool.submit(_attempt, mutant, tests, 10 + 3 * seconds, ends))
            for job in as_completed(jobs):
                if done := job.result():
                    tried[done.number] = done
                    write(asked.out, tried)
                    print(
                        f"{done.number:4d} {done.file}:{done.line} {done.before!r} -> {done.after!r}: "
                        f"{done.outcome}, {done.seconds} s",
                        flush=True,
                    )
    print(score(tried))


if __name__ == "__main__":
    main()

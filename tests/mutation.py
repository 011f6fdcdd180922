"""A mutation score for the rules of behaviour, economy and government.

    uv run python tests/mutation.py --seed 1 --sample 300 --stage-minutes 60 --out runs/mutation.csv

Of all mutants (an operator, a comparison, a constant changed) a random sample is drawn; each is put into a copy of the
tree, and the tests that import its module are run without the compiler (NUMBA_DISABLE_JIT=1), with the plain-Python
oracle. A mutant that makes one fail, or run far too long, is killed. The share of those killed is the score; survivors
are to be read: equivalent ones change nothing that anybody could see, all others are properties that no test pins.

A stage ends after its minutes; the same command goes on from its file. ``--survivors`` tries those again.
Only test files that pass without the compiler within --most CPU seconds are used; which did is kept beside the CSV.
"""

from __future__ import annotations

import argparse
import ast
import copy
import csv
import importlib
import json
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Final, NoReturn

ROOT: Final = Path(__file__).parents[1]
ROOMS: Final = ("behaviour", "economy", "government")
COPIED: Final = ("sim", "analysis", "tests", "configs", "docs", "pyproject.toml", "README.md", "uv.lock")
ORACLES: Final = ("tests/engines/test_plain_python_rules.py",)
"""Tests of all rules of a household at once; tried last."""

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


class Tree:
    """A copy of the sources in which mutants are tried; the worktree is never changed."""

    def __init__(self, folder: Path, known: Path, most: float) -> None:
        self.folder, self._known, self._most = folder, known, most
        self.passing: dict[str, float] = json.loads(known.read_text()) if known.exists() else {}
        for name in COPIED:
            source = ROOT / name
            ignore = shutil.ignore_patterns("__pycache__", "_build", "*.pyc")
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=ignore)
            else:
                shutil.copy(source, folder / name)

    def tests_of(self, file: str) -> list[str]:
        """Test files that import a module and can be used, those that take least first; the oracle of rules last."""
        dotted = file.removeprefix("sim/").removesuffix(".py").replace("/", ".")
        room, _, module = dotted.rpartition(".")
        named = re.compile(
            rf"from {re.escape(dotted)} import|import {re.escape(dotted)}\b"
            rf"|from {re.escape(room)} import .*\b{module}\b"
        )
        found = [
            p.relative_to(ROOT).as_posix()
            for p in sorted((ROOT / "tests").rglob("test_*.py"))
            if named.search(p.read_text(encoding="utf-8"))
        ]
        oracles = [t for t in ORACLES if t not in found and room.endswith(ROOMS[:2])]
        usable = [t for t in [*found, *oracles] if self.passing.get(t, 0.0) >= 0]
        return sorted(usable, key=lambda t: (t in ORACLES, self.passing.get(t, 0.0)))

    def passes(self, test: str) -> bool:
        """Whether a test file passes without a mutant and without the compiler, in time; found out once."""
        if test not in self.passing:
            outcome, _, seconds = self.run([test], self._most)
            self.passing[test] = seconds if outcome == "passed" else -1.0
            print(f"  {test}: {outcome} without a mutant, {seconds:.0f} s", flush=True)
            self._known.write_text(json.dumps(self.passing, indent=1))
        return self.passing[test] >= 0

    def run(self, tests: list[str], most: float) -> tuple[str, str, float]:
        """Run test files to the first failure, within CPU seconds, in a copy of this process.

        Returns
        -------
        (outcome, test, seconds)
            ``passed``, ``failed`` or ``timeout``; which test failed; CPU seconds.
        """
        said = self.folder / "said"
        child = os.fork()
        if child == 0:
            self._child(said, tests, round(most) + 1)
        _, status, used = os.wait4(child, 0)
        code, seconds = os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return "timeout", "", seconds
        if code in (0, 5):  # passed, or nothing there to run
            return "passed", "", seconds
        failed = re.search(r"^(?:FAILED|ERROR) (\S+)", said.read_text(errors="replace"), re.MULTILINE)
        return "failed", failed[1] if failed else tests[0], seconds

    def _child(self, said: Path, tests: list[str], limit: int) -> NoReturn:
        """Run pytest in the copy of the tree, and end."""
        try:
            out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(out, 1)
            os.dup2(out, 2)
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            os.chdir(self.folder)
            sys.path[:0] = [str(self.folder / name) for name in ("sim", "analysis", "tests")]
            os.environ["PYTHONPATH"] = os.pathsep.join(sys.path[:3])
            import pytest

            options = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-W", "ignore::RuntimeWarning"]
            code = int(pytest.main([*options, *tests]))
            sys.stdout.flush()
        except BaseException as error:
            print(f"ERROR {error!r}", flush=True)
            code = 3
        os._exit(code)

    def attempt(self, mutant: Mutant) -> Mutant:
        """Try a mutant; what fails, or takes too long, must pass without it."""
        spent = 0.0
        while tests := self.tests_of(mutant.file):
            with self._mutated(mutant):
                outcome, by, seconds = self.run(tests, self._most * len(tests))
            spent += seconds
            suspects = [by.partition("::")[0]] if outcome == "failed" else tests
            if outcome == "passed" or not [t for t in suspects if not self.passes(t)]:
                told = {"failed": "killed", "timeout": "killed by time", "passed": "survived"}[outcome]
                return replace(mutant, outcome=told, by=by, seconds=round(spent, 1))
        return replace(mutant, outcome="no test", seconds=round(spent, 1))

    @contextmanager
    def _mutated(self, mutant: Mutant) -> Iterator[None]:
        path = self.folder / mutant.file
        source = path.read_text(encoding="utf-8")
        path.write_text(mutated(source, mutant), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(source, encoding="utf-8")


def without_compiler() -> None:
    """Import once what every test needs besides dicu, so that a mutant costs its tests only; nothing is compiled."""
    os.environ |= {
        "NUMBA_DISABLE_JIT": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }  # it is copied
    sys.dont_write_bytecode = (
        True  # of a mutant of the same second and size, that of another one would be taken
    )
    for name in (
        "numba",
        "pandas",
        "scipy.stats",
        "pyarrow.parquet",
        "hypothesis",
        "pydantic",
        "typer",
        "pytest",
    ):
        importlib.import_module(name)


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
    return f"{killed} of {len(tried)} mutants killed ({share}), {alive} survived or had no test"


def check(tried: dict[int, Mutant], drawn: list[Mutant]) -> None:
    """Refuse a file of another sample, or of other sources."""
    for number, mutant in tried.items():
        same = number < len(drawn) and replace(mutant, outcome="", by="", seconds=0.0) == drawn[number]
        if not same:
            raise SystemExit(
                f"mutant {number} of the file is not that of this seed, sample and source: start a new one"
            )


def main() -> None:
    """Try mutants until the stage ends."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", type=int, default=300, help="mutants drawn")
    parser.add_argument("--stage-minutes", type=float, default=60)
    parser.add_argument("--most", type=float, default=60, help="CPU seconds of a test file that is used")
    parser.add_argument("--survivors", action="store_true", help="try those that survived again")
    parser.add_argument("--out", type=Path, default=ROOT / "runs/mutation.csv")
    asked = parser.parse_args()
    drawn, tried = sample(asked.seed, asked.sample), read(asked.out)
    check(tried, drawn)
    alive = {k for k, m in tried.items() if not m.outcome.startswith("killed")}
    todo = [m for m in drawn if (m.number in alive if asked.survivors else m.number not in tried)]
    ends = time.monotonic() + 60 * asked.stage_minutes
    without_compiler()
    with tempfile.TemporaryDirectory(prefix="dicu-mutants-") as folder:
        tree = Tree(Path(folder), asked.out.with_suffix(".json"), asked.most)
        for mutant in todo:
            if time.monotonic() > ends:
                break
            done = tree.attempt(mutant)
            tried[done.number] = done
            write(asked.out, tried)
            print(
                f"{done.number:4d} {done.file}:{done.line} {done.before!r} -> {done.after!r}: {done.outcome}",
                flush=True,
            )
    print(score(tried))


if __name__ == "__main__":
    main()

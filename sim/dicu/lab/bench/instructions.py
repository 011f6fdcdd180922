"""Instructions that a small case executes, counted by valgrind: the same on a busy machine as on a quiet one.

Processes that differ only in how often they call the case are counted; what lies between is the case, so what the
interpreter and the imports need falls out. Kernels are compiled beforehand, for a processor that is named (valgrind
knows no AVX-512, and hides which processor there is), and read from a cache of their own. What a case works on is
made beforehand too, without valgrind.
"""

from __future__ import annotations

import gc
import os
import pickle
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from dicu.compute.compiled import cache_folder

if TYPE_CHECKING:
    from dicu.behaviour.tables import Tables
    from dicu.population.columns import Rows

CALLS: Final[dict[str, int]] = {"own": 2000, "life": 4000}
"""Calls of each case that are counted: some hundred million instructions, beside 6,500 million of imports."""
_LINE: Final = re.compile(r"I\s+refs:\s+([\d,]+)")


class CannotCount(RuntimeError):
    """Valgrind is not installed, or cannot run the case."""


@dataclass(frozen=True)
class Counted:
    """Instructions of one row of a case, and of all its calls that were counted."""

    case: str
    a_row: float
    total: int


@dataclass(frozen=True)
class _Inputs:
    """What cases work on: columns and tables of the made-up country, and who of it passed the screen of life events."""

    rows: Rows
    tables: Tables
    life: Any
    found: Any


def make_inputs(file: Path) -> int:
    """Write the inputs of the cases; returns rows."""
    from dicu.lab.bench.parts import Listing
    from dicu.lab.bench.stage import Setting

    stage = Setting("small").fresh
    n = stage.h.n
    rows = _copied(stage.h.rows, n)
    lists = Listing.of(stage).lists
    file.write_bytes(pickle.dumps(_Inputs(rows, stage.tables, lists.life, lists.found)))
    return n


def _own(inputs: _Inputs) -> Callable[[], object]:
    from dicu.behaviour.events import no_work
    from dicu.engine.screens import Lists, own_rows, space

    n, working = len(inputs.rows.uid), space()
    rows = _copied(inputs.rows, n)
    life, found = inputs.life.copy(), inputs.found.copy()
    tally = no_work(len(inputs.tables.where.province))
    lists = Lists(np.empty_like(life), life, np.empty_like(life), found, tally)

    def run() -> None:
        _put_back(inputs.rows, rows)
        own_rows(0, n, rows, inputs.tables, lists, working)

    return run


def _life(inputs: _Inputs) -> Callable[[], object]:
    from dicu.engine.exact import Listed, live_rows

    rows, row = _copied(inputs.rows, len(inputs.rows.uid)), inputs.life.copy()
    none = (np.empty(0, dtype=np.uint16), np.empty(0, dtype=np.int8), np.empty(0, dtype=np.uint8))
    lives = Listed(row, np.empty(len(row), dtype=np.int32), *none)
    happened = np.zeros(len(inputs.found), dtype=np.int64)

    def run() -> None:
        _put_back(inputs.rows, rows)
        np.copyto(row, inputs.life)
        live_rows(rows, inputs.tables, lives, inputs.found, happened)

    return run


_CASES: Final = {"own": _own, "life": _life}


def _copied(rows: Rows, n: int) -> Rows:
    columns: Any = [column[:n].copy(order="F") for column in rows]
    made: Rows = type(rows)(*columns)
    return made


def _put_back(before: Rows, rows: Rows) -> None:
    for name in rows._fields:
        np.copyto(getattr(rows, name), getattr(before, name))


def child(file: str, calls: Sequence[str]) -> None:
    """What a counted process does: ``case=calls`` each."""
    inputs = pickle.loads(Path(file).read_bytes())
    gc.collect()
    gc.disable()
    for told in calls:
        case, _, number = told.partition("=")
        run = _CASES[case](inputs)
        for _ in range(int(number)):
            run()


def check(names: Sequence[str]) -> None:
    """Refuse what cannot be counted.

    Raises
    ------
    ValueError
        For an unknown case.
    CannotCount
        Where there is no valgrind.
    """
    for name in names:
        if name not in _CASES:
            raise ValueError(f"case: cannot be counted (got {name!r}, allowed {', '.join(_CASES)})")
    if shutil.which("valgrind") is None:
        raise CannotCount("valgrind is not installed (Debian: apt-get install valgrind): nothing was counted")


def count(names: Sequence[str] = tuple(_CASES)) -> Iterator[Counted]:
    """Count instructions of some cases, each in turn; a process under valgrind takes a minute or two of CPU.

    Raises
    ------
    ValueError, CannotCount
    """
    check(names)
    with tempfile.TemporaryDirectory(prefix="dicu-bench-") as folder:
        file = Path(folder) / "inputs"
        n = make_inputs(file)
        once = [f"{name}=1" for name in names]
        _process([], file, once)  # compiles
        base = _counted(file, once)
        for name in names:
            more = [f"{k}={1 + CALLS[name]}" if k == name else f"{k}=1" for k in names]
            total = _counted(file, more) - base
            yield Counted(name, total / CALLS[name] / n, total)


def _counted(file: Path, calls: Sequence[str]) -> int:
    said = _process(
        ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"], file, calls
    )
    found = _LINE.search(said)
    if found is None:
        raise CannotCount(f"valgrind says no number of instructions: {said.strip()[-500:]}")
    return int(found[1].replace(",", ""))


def _process(under: list[str], file: Path, calls: Sequence[str]) -> str:
    code = "import sys; from dicu.lab.bench.instructions import child; child(sys.argv[1], sys.argv[2:])"
    command = [*under, os.path.realpath(sys.executable), "-c", code, str(file), *calls]
    done = subprocess.run(command, capture_output=True, text=True, env=_environment(), check=False)
    if done.returncode != 0:
        raise CannotCount(f"{' '.join(under) or 'the case'} failed: {done.stderr.strip()[-800:]}")
    return done.stderr


def _environment() -> dict[str, str]:
    """The same for every process: hashes, bytecode and kernels, for a processor of ten years ago."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    x86 = platform.machine().lower() in ("x86_64", "amd64")
    folder = cache_folder() / "bench"
    return env | {
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(
            p for p in sys.path if p
        ),  # of an environment, also for its bare interpreter
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "NUMBA_CPU_NAME": "x86-64-v3" if x86 else "generic",
        "NUMBA_CPU_FEATURES": "+avx2,+fma,+bmi,+bmi2" if x86 else "",
        "NUMBA_CACHE_DIR": str(folder / "kernels-counted"),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


__all__ = ["CALLS", "CannotCount", "Counted", "check", "child", "count", "make_inputs"]

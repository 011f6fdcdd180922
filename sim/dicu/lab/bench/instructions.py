"""Instructions that a small case executes, counted by valgrind: the same on a busy machine as on a quiet one.

One process under callgrind, which counts nothing until the process asks for it by a client request (a few bytes of
machine code that do nothing outside of valgrind): so imports are not counted, nor is what is put back before each call.
Kernels are compiled beforehand, for a processor that is named (valgrind knows no AVX-512, and hides which processor
there is), and read from a cache of their own. What a case works on is made beforehand too, without valgrind.
"""

from __future__ import annotations

import ctypes
import gc
import mmap
import os
import pickle
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from dicu.compute.compiled import cache_folder

if TYPE_CHECKING:
    from dicu.behaviour.tables import Tables
    from dicu.population.columns import Rows

CALLS: Final = 20
"""Calls of each case that are counted."""
_BASE: Final = ord("C") << 24 | ord("T") << 16
_DUMP, _TOGGLE, _START, _STOP = _BASE, _BASE + 2, _BASE + 4, _BASE + 5
"""Client requests of callgrind: write and clear the counts; count or do not; instrument, and no longer."""
_REQUEST: Final = bytes.fromhex("4889f8 31d2 48c1c703 48c1c70d 48c1c73d 48c1c733 4887db 4889d0 c3")
"""mov rax, rdi (the request's words); xor edx, edx (the answer); four rotations, by 128 bits in all, and an exchange of
rbx with itself, by which valgrind knows a request; mov rax, rdx; ret."""
_TOTAL: Final = re.compile(r"^(?:totals|summary): (\d+)", re.MULTILINE)
Runs = tuple[Callable[[], object], Callable[[], object]]
"""What puts a case back, and the case."""


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


def _own(inputs: _Inputs) -> Runs:
    from dicu.behaviour.events import no_work
    from dicu.engine.screens import Lists, own_rows, space

    n, working = len(inputs.rows.uid), space()
    rows = _copied(inputs.rows, n)
    life, found = inputs.life.copy(), inputs.found.copy()
    tally = no_work(len(inputs.tables.where.province))
    lists = Lists(np.empty_like(life), life, np.empty_like(life), found, tally)

    return (
        lambda: _put_back(inputs.rows, rows),
        lambda: own_rows(0, n, rows, inputs.tables, lists, working),
    )


def _life(inputs: _Inputs) -> Runs:
    from dicu.engine.exact import Listed, live_rows

    rows, row = _copied(inputs.rows, len(inputs.rows.uid)), inputs.life.copy()
    none = (np.empty(0, dtype=np.uint16), np.empty(0, dtype=np.int8), np.empty(0, dtype=np.uint8))
    lives = Listed(row, np.empty(len(row), dtype=np.int32), *none)
    happened = np.zeros(len(inputs.found), dtype=np.int64)

    def prepare() -> None:
        _put_back(inputs.rows, rows)
        np.copyto(row, inputs.life)

    return prepare, lambda: live_rows(rows, inputs.tables, lives, inputs.found, happened)


_CASES: Final[dict[str, Callable[[_Inputs], Runs]]] = {"own": _own, "life": _life}
NAMES: Final = tuple(_CASES)


def _copied(rows: Rows, n: int) -> Rows:
    columns: Any = [column[:n].copy(order="F") for column in rows]
    made: Rows = type(rows)(*columns)
    return made


def _put_back(before: Rows, rows: Rows) -> None:
    for name in rows._fields:
        np.copyto(getattr(rows, name), getattr(before, name))


def _asker() -> Callable[[int], object]:
    """A function that makes a client request; it does nothing outside of valgrind."""
    code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(_REQUEST)
    words = (ctypes.c_uint64 * 6)()
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    function = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p)(address)

    def ask(request: int, _held: object = code) -> object:  # which would be unmapped if nobody held it
        words[0] = request
        return function(ctypes.addressof(words))

    return ask


def child(file: str, names: Sequence[str]) -> None:
    """What the counted process does: each case once for nothing, then `CALLS` times between requests."""
    inputs = pickle.loads(Path(file).read_bytes())
    ask = _asker()
    gc.collect()
    gc.disable()
    for name in names:
        prepare, run = _CASES[name](inputs)
        prepare()
        run()
        ask(_START)
        for _ in range(CALLS):
            prepare()
            ask(_TOGGLE)
            run()
            ask(_TOGGLE)
        ask(_STOP)
        ask(_DUMP)


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
    if platform.machine().lower() not in ("x86_64", "amd64"):
        raise CannotCount(f"instructions are counted on x86-64 only (this is {platform.machine()})")
    if shutil.which("valgrind") is None:
        raise CannotCount("valgrind is not installed (Debian: apt-get install valgrind): nothing was counted")


def count(names: Sequence[str] = NAMES) -> list[Counted]:
    """Count instructions of some cases.

    Raises
    ------
    ValueError, CannotCount
    """
    check(names)
    with tempfile.TemporaryDirectory(prefix="dicu-bench-") as folder:
        file, out = Path(folder) / "inputs", Path(folder) / "counts"
        n = make_inputs(file)
        _process([], file, names)  # compiles
        counting = ["--instr-atstart=no", "--collect-atstart=no", f"--callgrind-out-file={out}"]
        _process(["valgrind", "--tool=callgrind", *counting], file, names)
        return [_counted(name, out.with_name(f"counts.{k}"), n) for k, name in enumerate(names, 1)]


def _counted(name: str, file: Path, rows: int) -> Counted:
    told = _TOTAL.findall(file.read_text(encoding="utf-8")) if file.exists() else []
    # where counting was switched, the summary says 0 and the totals do not
    total = max(map(int, told), default=0)
    if total == 0:
        raise CannotCount(f"valgrind says no number of instructions of {name!r}")
    return Counted(name, total / CALLS / rows, total)


def _process(under: list[str], file: Path, names: Sequence[str]) -> None:
    code = "import sys; from dicu.lab.bench.instructions import child; child(sys.argv[1], sys.argv[2:])"
    command = [*under, os.path.realpath(sys.executable), "-c", code, str(file), *names]
    done = subprocess.run(command, capture_output=True, text=True, env=_environment(), check=False)
    if done.returncode != 0:
        raise CannotCount(
            f"{' '.join(under) or 'the case'} failed ({done.returncode}): {done.stderr.strip()[-800:]}"
        )


def _environment() -> dict[str, str]:
    """The same for every process: hashes, bytecode and kernels, for a processor of ten years ago."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    folder = cache_folder() / "bench"
    return env | {
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(
            p for p in sys.path if p
        ),  # of an environment, also for its bare interpreter
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "NUMBA_CPU_NAME": "x86-64-v3",
        "NUMBA_CPU_FEATURES": "+avx2,+fma,+bmi,+bmi2",
        "NUMBA_CACHE_DIR": str(folder / "kernels-counted"),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


__all__ = ["CALLS", "NAMES", "CannotCount", "Counted", "check", "child", "count", "make_inputs"]

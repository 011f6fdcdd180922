"""What cases of the bench are held against: a small rule of relocation, written four times, and four plain loads.

The rule (`settle`): ties grow by a sixteenth of what is missing, an eighth of wealth is spent and the pay of the place
comes in, and a household considers a move if its keyed draw lies below a bound that falls with its ties.
None of it is code of the model, so that a yardstick stays what it is while the model changes.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.compiled import cache_folder
from dicu.compute.mesa_import import mesa
from dicu.lab.bench.measure import Work, again_and_again

KEY: Final = np.uint32(0x5EED)
PLACES: Final = 10_000
IN_CACHE: Final = 1 << 14
"""Rows of the rule: 150 kB, which stay in the second cache."""
STREAM: Final = 1 << 25
"""Bytes read and written by the streaming load: beyond most caches."""
SCATTERED: Final = 1 << 16
CELLS: Final = PLACES * 32
WORDS: Final = 1 << 20
"""Words of 8 bytes that random reads go to: the third cache and beyond."""
UNITS: Final = 10_000
OBJECTS: Final = 1 << 10


class Rows(NamedTuple):
    """Columns of the yardstick's households: N rows and P places.

    Attributes
    ----------
    uid : (N,) uint32
    place, wealth : (N,) uint16
    ties : (N,) uint8
    pay : (P,) uint16
    """

    uid: NDArray[np.uint32]
    place: NDArray[np.uint16]
    wealth: NDArray[np.uint16]
    ties: NDArray[np.uint8]
    pay: NDArray[np.uint16]


def rows(n: int) -> Rows:
    """Households in the order of their places, the same every time."""
    i = np.arange(n, dtype=np.uint32)
    draw = _mixed_numpy(i ^ np.uint32(1))
    return Rows(
        uid=draw,
        place=(i.astype(np.int64) * PLACES // max(1, n)).astype(np.uint16),
        wealth=(draw >> np.uint32(18)).astype(np.uint16),
        ties=(draw & np.uint32(0xFF)).astype(np.uint8),
        pay=(_mixed_numpy(np.arange(PLACES, dtype=np.uint32)) >> np.uint32(22)).astype(np.uint16),
    )


@njit(cache=True, nogil=True)
def _mixed(x: np.uint32) -> np.uint32:
    x = np.uint32(x ^ np.uint32(x >> np.uint32(16)))
    x = np.uint32(x * np.uint32(0x21F0AAAD))
    x = np.uint32(x ^ np.uint32(x >> np.uint32(15)))
    x = np.uint32(x * np.uint32(0xD35A2D97))
    return np.uint32(x ^ np.uint32(x >> np.uint32(15)))


@njit(cache=True, nogil=True)
def settle(h: Rows, key: np.uint32) -> int:
    """The rule, compiled: small loops of few arrays. Writes wealth and ties; returns how many consider a move."""
    uid, place, wealth, ties, pay = h
    n = uid.shape[0]
    for i in range(n):
        ties[i] += np.uint8(np.uint8(255 - ties[i]) >> np.uint8(4))
    for i in range(n):
        wealth[i] = np.uint16(wealth[i] - (wealth[i] >> np.uint16(3)) + pay[place[i]])
    considering = 0
    for i in range(n):
        bound = np.uint32(np.uint32(1 << 26) - np.uint32(np.uint32(ties[i]) << np.uint32(17)))
        considering += int(_mixed(np.uint32(uid[i] ^ key)) < bound)
    return considering


def _mixed_numpy(x: NDArray[np.uint32]) -> NDArray[np.uint32]:
    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(0x21F0AAAD)
    x ^= x >> np.uint32(15)
    x *= np.uint32(0xD35A2D97)
    x ^= x >> np.uint32(15)
    return x


def settle_numpy(h: Rows, key: np.uint32) -> int:
    """The rule in NumPy as one writes it: whole columns and temporary arrays."""
    h.ties[:] += (np.uint8(255) - h.ties) >> np.uint8(4)
    h.wealth[:] = h.wealth - (h.wealth >> np.uint16(3)) + h.pay[h.place]
    bound = np.uint32(1 << 26) - (h.ties.astype(np.uint32) << np.uint32(17))
    return int(np.count_nonzero(_mixed_numpy(h.uid ^ key) < bound))


class Settler(mesa.Agent):  # type: ignore[misc]
    """A household of the yardstick as a Mesa agent that owns its state."""

    def __init__(self, model: mesa.Model, row: tuple[int, int, int, int]) -> None:
        super().__init__(model)
        self.uid, self.place, self.wealth, self.ties = row
        self.considers = False

    def settle(self, pay: list[int], key: int) -> None:
        """The rule, for one."""
        self.ties += (255 - self.ties) >> 4
        self.wealth = (self.wealth - (self.wealth >> 3) + pay[self.place]) & 0xFFFF
        x = self.uid ^ key
        x ^= x >> 16
        x = (x * 0x21F0AAAD) & 0xFFFFFFFF
        x ^= x >> 15
        x = (x * 0xD35A2D97) & 0xFFFFFFFF
        x ^= x >> 15
        self.considers = x < (1 << 26) - (self.ties << 17)


def settlers(h: Rows) -> mesa.Model:
    """A Mesa model with an agent for each row."""
    model = mesa.Model(rng=1)
    for row in zip(h.uid.tolist(), h.place.tolist(), h.wealth.tolist(), h.ties.tolist(), strict=True):
        Settler(model, row)
    return model


# ---------------------------------------------------------------- C


class NoCompiler(RuntimeError):
    """There is no C compiler, or it refuses the yardstick."""


FLAGS: Final = ("-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC")


def compiler() -> str:
    """The C compiler: ``CC`` if it is set, else cc, gcc or clang.

    Raises
    ------
    NoCompiler
        When there is none.
    """
    asked = os.environ.get("CC")
    names = (asked,) if asked else ("cc", "gcc", "clang")
    for name in names:
        if found := shutil.which(name):
            return found
    raise NoCompiler(f"no C compiler ({', '.join(names)} not found)")


@cache
def settle_in_c() -> Callable[[Rows, np.uint32], int]:
    """The rule in C; compiled once and kept in the cache of the user.

    Raises
    ------
    NoCompiler
    """
    function = in_c("yardstick.c").settle
    function.restype = ctypes.c_int64
    function.argtypes = [ctypes.c_int64, *[ctypes.c_void_p] * 5, ctypes.c_uint32]

    def settle_c(h: Rows, key: np.uint32) -> int:
        return int(function(len(h.uid), *(column.ctypes.data for column in h), int(key)))

    return settle_c


def in_c(name: str) -> ctypes.CDLL:
    """The library made of a C file beside this one; compiled once and kept in the cache of the user.

    Raises
    ------
    NoCompiler
    """
    return ctypes.CDLL(str(_library(Path(__file__).with_name(name), compiler())))


def _library(source: Path, compile_with: str) -> Path:
    said = subprocess.run([compile_with, "--version"], capture_output=True, check=False).stdout
    digest = hashlib.sha256(b"\0".join([source.read_bytes(), said, " ".join(FLAGS).encode()])).hexdigest()
    folder = cache_folder() / "bench"
    made = folder / f"{source.stem}-{digest[:16]}.so"
    if made.exists():
        return made
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f"{made.name}.{os.getpid()}"
    done = subprocess.run(
        [compile_with, *FLAGS, "-o", str(new), str(source)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise NoCompiler(f"{compile_with} refuses {source.name}: {done.stderr.strip()[-500:]}")
    new.replace(made)
    return made


# ---------------------------------------------------------------- loads by kind


@njit(cache=True, nogil=True)
def _streaming(words: NDArray[np.uint64]) -> None:
    for i in range(words.shape[0]):
        words[i] ^= np.uint64(0x5555)


@njit(cache=True, nogil=True)
def _scattering(where: NDArray[np.uint32], cells: NDArray[np.int64]) -> None:
    for i in range(where.shape[0]):
        cells[where[i]] += 1


@njit(cache=True, nogil=True)
def _gathering(where: NDArray[np.uint32], words: NDArray[np.uint64]) -> np.uint64:
    found = np.uint64(0)
    for i in range(where.shape[0]):
        found ^= words[where[i]]
    return found


def _arithmetic(values: NDArray[np.float64]) -> float:
    """Whole arrays through NumPy, with temporary ones, as tables of utility are made."""
    return float((np.log(values) * 0.5 + np.exp(values - 2.0)).max(axis=1).sum())


class _Unit:
    """An object of the heap of the yardstick."""

    __slots__ = ("below", "name", "size")

    def __init__(self, number: int) -> None:
        self.name, self.size, self.below = f"unit {number}", number * 7919 % 100_003, [number, number + 1]

    def grow(self) -> int:
        self.size = (self.size * 5 + len(self.below)) % 100_003
        return self.size


def _walking(units: list[_Unit]) -> int:
    """What governments do: methods of many objects, that lie about in memory."""
    return sum(unit.grow() for unit in units)


def _interpreting() -> int:
    """What glue does: a dictionary, small objects, attributes, calls and strings."""
    found: dict[str, list[int]] = {}
    for i in range(500):
        found.setdefault(f"unit {i % 50}", []).append(i * i % 97)
    return sum(max(values) - min(values) for values in found.values())


PROCESS: Final = (
    "import argparse, asyncio, csv, dataclasses, decimal, email.message, http.client, json, logging, sqlite3, tarfile, "
    "typing, unittest.mock, urllib.request, xml.dom.minidom, zipfile"
)
"""What the process of the yardstick does: it imports much of the standard library."""


def _with_bytecode() -> dict[str, str]:
    """An environment in which modules are compiled once, also where this process may not write bytecode."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**env, "PYTHONPYCACHEPREFIX": str(cache_folder() / "bench" / "bytecode")}


def child_ns(command: list[str]) -> int:
    """CPU time of a process from its start to its end, with that of its children, ns.

    Raises
    ------
    RuntimeError
        When it fails.
    """
    nowhere = subprocess.DEVNULL
    child = subprocess.Popen(command, stdout=nowhere, stderr=nowhere, env=_with_bytecode())
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(f"{' '.join(command)[:200]} ended with status {child.returncode}")
    return round((used.ru_utime + used.ru_stime) * 1e9)


def _compute() -> Work:
    h = rows(IN_CACHE)
    return Work("numba rule in cache", "compute", again_and_again(lambda: settle(h, KEY)), IN_CACHE)


def _stream() -> Work:
    words = np.zeros(STREAM // 8, dtype=np.uint64)
    return Work("streaming", "stream", again_and_again(lambda: _streaming(words)), len(words))


def _scatter() -> Work:
    where = _mixed_numpy(np.arange(SCATTERED, dtype=np.uint32)) % np.uint32(CELLS)
    cells = np.zeros(CELLS, dtype=np.int64)
    return Work("scattered adds", "scatter", again_and_again(lambda: _scattering(where, cells)), SCATTERED)


def _gather() -> Work:
    where = _mixed_numpy(np.arange(SCATTERED, dtype=np.uint32)) % np.uint32(WORDS)
    words = np.arange(WORDS, dtype=np.uint64)
    return Work("random reads", "gather", again_and_again(lambda: _gathering(where, words)), SCATTERED)


def _array() -> Work:
    values = 1.0 + np.arange(CELLS, dtype=np.float64).reshape(PLACES, -1) % 7.0
    return Work("NumPy arrays", "array", again_and_again(lambda: _arithmetic(values)), CELLS)


def _objects() -> Work:
    units = [_Unit(k * 31 % UNITS) for k in range(UNITS)]
    return Work("objects", "objects", again_and_again(lambda: _walking(units)), UNITS)


def _python() -> Work:
    return Work("interpreter", "python", again_and_again(_interpreting), 500)


def _process() -> Work:
    command = [sys.executable, "-s", "-c", PROCESS]
    return Work(
        "process of the standard library", "process", lambda k: sum(child_ns(command) for _ in range(k))
    )


YARDSTICKS: Final[dict[str, Callable[[], Work]]] = {
    "compute": _compute,
    "stream": _stream,
    "scatter": _scatter,
    "gather": _gather,
    "array": _array,
    "objects": _objects,
    "python": _python,
    "process": _process,
}
"""A yardstick for each kind of work, made when it is needed."""

__all__ = [
    "KEY", "YARDSTICKS", "NoCompiler", "Rows", "Settler", "child_ns", "rows", "settle", "settle_in_c", "settle_numpy",
    "settlers",
]  # fmt: skip

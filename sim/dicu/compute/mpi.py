"""`Ranks` over MPI: buffers of numbers, in the order of the ranks. Imported only by a run that uses it."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from mpi4py import MPI
from numpy.typing import NDArray

from dicu.compute.ranks import Ranks, Spent

MEASURE: Final = "DICU_RANKS_MEASURE"
"""Set in the environment: wait for one another before each exchange, so that waiting is told from sending."""
WAITING: Final = "waiting"
_FIRST_NAP: Final = 2e-5
_LAST_NAP: Final = 2e-3
"""Seconds between two looks of a rank that waits asleep."""


@dataclass(eq=False)
class MpiRanks(Ranks):
    """The processes that `mpirun` started together.

    Attributes
    ----------
    world : MPI.Comm
    here : int
        Processes of the run on this machine.
    """

    world: Any = field(default_factory=lambda: MPI.COMM_WORLD)
    here: int = 1

    def __post_init__(self) -> None:
        self.number, self.size = self.world.Get_rank(), self.world.Get_size()
        self._measured = bool(os.environ.get(MEASURE))
        local = self.world.Split_type(MPI.COMM_TYPE_SHARED)
        self.here = int(local.Get_size())
        local.Free()
        self._patient = self.here > (os.cpu_count() or 1)  # a rank may be bound to few of them

    @property
    def joined(self) -> bool:
        """Whether these processes still can speak to one another."""
        return not MPI.Is_finalized()

    def part(self) -> None:
        """Nothing more is said: all call it, and each goes on for itself."""
        if self.joined:
            MPI.Finalize()

    def end_all(self, status: int) -> None:
        """End all processes of the run at once."""
        self.world.Abort(status)

    @contextlib.contextmanager
    def _timed(self, kind: str, sent: int) -> Iterator[None]:
        if self._measured or self._patient:
            begun = time.perf_counter()
            self._wait()
            self._add(WAITING, 0, time.perf_counter() - begun)
        begun = time.perf_counter()
        yield
        self._add(kind, sent, time.perf_counter() - begun)

    def _wait(self) -> None:
        """Wait until all have come here; asleep where the ranks are more than the cores, since MPI waits by asking."""
        if not self._patient:
            self.world.Barrier()
            return
        come, nap = self.world.Ibarrier(), _FIRST_NAP
        while not come.Test():
            time.sleep(nap)
            nap = min(2 * nap, _LAST_NAP)

    def _add(self, kind: str, sent: int, seconds: float) -> None:
        old = self.spent.get(kind, Spent(0, 0, 0.0))
        self.spent[kind] = Spent(old.calls + 1, old.bytes + sent, old.seconds + seconds)

    def _reduced[T: np.generic](self, kind: str, array: NDArray[T], how: Any) -> NDArray[T]:
        mine = np.ascontiguousarray(array)
        out = np.empty_like(mine)
        with self._timed(kind, mine.nbytes):
            self.world.Allreduce(mine, out, op=how)
        return out

    def sum(self, kind: str, array: NDArray[np.int64]) -> NDArray[np.int64]:
        """See `Ranks.sum`."""
        return self._reduced(kind, array, MPI.SUM)

    def least[T: np.generic](self, kind: str, array: NDArray[T]) -> NDArray[T]:
        """See `Ranks.least`."""
        return self._reduced(kind, array, MPI.MIN)

    def most[T: np.generic](self, kind: str, array: NDArray[T]) -> NDArray[T]:
        """See `Ranks.most`."""
        return self._reduced(kind, array, MPI.MAX)

    def _counts(self, n: int) -> NDArray[np.int64]:
        """How many elements each rank has."""
        mine, counts = np.array([n], dtype=np.int64), np.empty(self.size, dtype=np.int64)
        self.world.Allgather(mine, counts)
        return counts

    def everyone[T: np.generic](self, kind: str, array: NDArray[T]) -> NDArray[T]:
        """See `Ranks.everyone`."""
        mine = np.ascontiguousarray(array)
        with self._timed(kind, mine.nbytes * (self.size - 1)):
            counts = self._counts(len(mine))
            out = np.empty_like(mine, shape=int(counts.sum()))
            self.world.Allgatherv(mine, [out, counts])
        return out

    def first_gets[T: np.generic](self, kind: str, array: NDArray[T]) -> NDArray[T]:
        """See `Ranks.first_gets`."""
        mine = np.ascontiguousarray(array)
        with self._timed(kind, 0 if self.first else mine.nbytes):
            counts = self._counts(len(mine))
            out = np.empty_like(mine, shape=int(counts.sum()) if self.first else 0)
            self.world.Gatherv(mine, [out, counts] if self.first else None, root=0)
        return out

    def exchange[T: np.generic](self, kind: str, parts: Sequence[NDArray[T]]) -> list[NDArray[T]]:
        """See `Ranks.exchange`; records travel as bytes."""
        dtype = parts[0].dtype
        plain = dtype.fields is None
        width = 1 if plain else dtype.itemsize
        counts = np.array([len(part) * width for part in parts], dtype=np.int64)
        away = int(counts.sum() - counts[self.number]) * (dtype.itemsize if plain else 1)
        with self._timed(kind, away):
            coming = np.empty_like(counts)
            self.world.Alltoall(counts, coming)
            out = np.empty(int(coming.sum()) // width, dtype=dtype)
            sent = np.concatenate(parts)
            a, b = (sent, out) if plain else (sent.view(np.uint8), out.view(np.uint8))
            self.world.Alltoallv([a, counts], [b, coming])
        return np.split(out, np.cumsum(coming // width)[:-1])

    def dealt[T: np.generic](self, kind: str, parts: Sequence[NDArray[T]], dtype: Any) -> NDArray[T]:
        """See `Ranks.dealt`."""
        counts = np.array([len(part) for part in parts] if self.first else [0] * self.size, dtype=np.int64)
        self.world.Bcast(counts, root=0)
        out = np.empty(int(counts[self.number]), dtype=dtype)
        whole = np.concatenate(parts).astype(dtype, copy=False) if self.first else None
        with self._timed(kind, 0 if whole is None else whole.nbytes - out.nbytes):
            self.world.Scatterv([whole, counts] if self.first else None, out, root=0)
        return out

    def told[T: np.generic](self, kind: str, array: NDArray[T] | None) -> NDArray[T]:
        """See `Ranks.told`."""
        head = np.zeros(256, dtype=np.uint8)
        if array is not None and self.first:
            text = json.dumps([array.dtype.str, array.shape]).encode()
            head[: len(text)] = np.frombuffer(text, dtype=np.uint8)
        self.world.Bcast(head, root=0)
        dtype, shape = json.loads(head.tobytes().rstrip(b"\0"))
        out = np.empty(shape, dtype=dtype)
        if array is not None and self.first:
            out[...] = array
        with self._timed(kind, out.nbytes if self.first else 0):
            self.world.Bcast(out.reshape(-1).view(np.uint8), root=0)
        return out


__all__ = ["MpiRanks"]

"""A run on several processes (`mpirun -n 4 dicu run ... --engine shards`): how they join, who speaks, how all end."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

import typer

from dicu.cli.app import fail

if TYPE_CHECKING:
    from dicu.compute.mpi import MpiRanks
    from dicu.model import EngineName

ENGINES: Final[tuple[EngineName, ...]] = ("threads", "objects", "shards")
_RANK: Final = ("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK")
"""Where launchers say the number of a process."""
_GRACE: Final = 5.0
"""Seconds that another rank than the first waits before it speaks: what ails all of them, the first says."""
_TERMINATED: Final = 128 + signal.SIGTERM


def engine_named(text: str, allowed: tuple[EngineName, ...] = ENGINES) -> EngineName:
    """The engine of this name, or a refusal."""
    for name in allowed:
        if text == name:
            return name
    _refuse(f"--engine: unknown engine (got '{text}', allowed {', '.join(allowed)})")


def _refuse(text: str) -> NoReturn:
    """Say it once, before the processes of a run know one another."""
    if any(os.environ.get(name, "0") != "0" for name in _RANK):
        time.sleep(_GRACE)
        raise typer.Exit(2)
    fail(text, 2)


def join(engine: EngineName) -> MpiRanks | None:
    """The processes of this run, if the engine is ``shards``; MPI is asked for by nothing else."""
    if engine != "shards":
        return None
    try:
        from dicu.compute.mpi import MpiRanks
    except (ImportError, RuntimeError) as error:
        _refuse(
            "--engine shards: MPI for Python cannot be loaded; it comes with the extra cluster "
            f"(pip install 'dicu[cluster]'), and an MPI with it or with the machine ({error})"
        )
    ranks = MpiRanks()
    if ranks.first:
        how = "1 rank: mpirun -n 4 dicu run ... starts 4" if ranks.size == 1 else f"{ranks.size} ranks"
        typer.echo(f"engine shards on {how}", err=True)
    return ranks


def threads_of(ranks: MpiRanks | None, asked: int | None) -> int | None:
    """Threads of this process: those asked for, else its share of the cores of its machine."""
    if ranks is None or asked is not None:
        return asked
    import numba

    return max(1, int(numba.config.NUMBA_NUM_THREADS) // ranks.here)  # type: ignore[attr-defined]


@contextmanager
def together(ranks: MpiRanks | None, resume: str = "") -> Iterator[None]:
    """Work of all ranks of which the first speaks; where one fails, it is said once and all end.

    Parameters
    ----------
    resume : str
        What the first says when it is told to end because another process is gone.
    """
    if ranks is None or ranks.size == 1:
        yield
        return
    out, err = sys.stdout, sys.stderr
    if ranks.first:
        _say_when_ended(resume)
    else:
        sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
    try:
        yield
    except BaseException as error:
        _end(ranks, error)
        raise
    finally:
        sys.stdout, sys.stderr = out, err


def speaks_after(ranks: MpiRanks | None) -> bool:
    """Part from the other processes; whether this one goes on to draw and to say where the run stands."""
    if ranks is None:
        return True
    ranks.part()
    return ranks.first


def _end(ranks: MpiRanks, error: BaseException) -> None:
    """Say why this rank fails, unless the first has said it meanwhile, and end all."""
    status = error.exit_code if isinstance(error, typer.Exit) else 1
    said = sys.stderr.getvalue() if isinstance(sys.stderr, io.StringIO) else ""
    if not isinstance(error, typer.Exit):
        said += f"failed: {type(error).__name__}: {error}\n" + "".join(traceback.format_exception(error))
    if not ranks.first:
        time.sleep(_GRACE)
        said = "".join(f"rank {ranks.number}: {line}\n" for line in said.splitlines())
    print(said, end="", file=sys.__stderr__, flush=True)
    if ranks.joined:
        ranks.end_all(status)


def _say_when_ended(text: str) -> None:
    """Say it when the launcher ends this process because another one is gone, even while MPI waits for that one."""
    told, tell = os.pipe()
    os.set_blocking(tell, False)

    def watch() -> None:
        while (number := os.read(told, 1)) and number[0] != signal.SIGTERM:
            pass
        os.write(2, f"a process of this run is gone, so all end{text}\n".encode())
        os._exit(_TERMINATED)

    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.set_wakeup_fd(tell)
    threading.Thread(target=watch, daemon=True).start()


__all__ = ["ENGINES", "engine_named", "join", "speaks_after", "threads_of", "together"]

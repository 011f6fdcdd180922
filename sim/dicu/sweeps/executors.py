"""Where runs are executed: in this process, on a cluster of processes here, or on somebody else's scheduler.

The seam between sweeps and dask: an executor takes a function and tasks, and yields what came of each task in the
order they end. Nothing else of a sweep knows where runs are done.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Protocol

from dicu.sweeps.work import Status, Task

Work = Callable[[Task], Status]
DEATHS_FORGIVEN: Final = 1
"""Workers that a run may take with it before it is recorded as failed: a machine may fail once by itself."""
SECONDS_TO_CONNECT: Final = 30
QUIET: Final = {
    "distributed.scheduler.allowed-failures": DEATHS_FORGIVEN,
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "60s",
    "distributed.admin.tick.interval": "10s",
    "distributed.admin.tick.limit": "60s",
    "distributed.admin.log-length": 100,
    "distributed.admin.low-level-log-length": 100,
    "distributed.client.scheduler-info-interval": "60s",
    "distributed.deploy.lost-worker-timeout": "1h",
}
"""Settings of dask for a cluster of this computer.

A worker that dies is started again by its nanny. A cluster that does not see it again within the last of these settings
(15 seconds by default, which a busy machine needs for the imports alone) closes the nanny as well and makes no other
one: the sweep then waited for ever.

Left alone, each of its processes samples its own stack a hundred times a second, looks after its event loop fifty times
a second and asks the system how it is twice: more work than all messages of a run, on cores that runs need. Its logs
would grow by 50 kB a run.
"""


class BadCluster(Exception):
    """A scheduler that cannot be spoken to as asked: its address, its file, or the files of TLS are wrong."""


class Executor(Protocol):
    """Does tasks somewhere; yields a status each, in whatever order they end."""

    def __call__(self, work: Work, tasks: Iterable[Task]) -> Iterator[Status]:
        """Do ``work`` for every task."""


def serial(work: Work, tasks: Iterable[Task]) -> Iterator[Status]:
    """One after another in this process."""
    for task in tasks:
        yield work(task)


@dataclass(frozen=True)
class Tls:
    """Files by which a scheduler that runs already is known and lets us in, PEM each."""

    ca: Path
    cert: Path
    key: Path


KILLED: Final = (
    f"the run killed its worker {DEATHS_FORGIVEN + 1} times (out of memory, or a crash of compiled code)"
)


def over_dask(workers: int | None = None, address: str | None = None, tls: Tls | None = None) -> Executor:
    """Processes of dask.distributed: ``workers`` of them here, or those of a scheduler that runs already.

    Whoever can speak to a scheduler can have its workers execute code. Those of a cluster made here take orders only
    from this process: credentials are made for it and die with it. Another scheduler is trusted as its owner set it up.

    Parameters
    ----------
    workers : int or None
        Processes of a cluster of this computer; None = one per core.
    address : str or None
        ``tcp://host:port``, ``tls://host:port``, or the path of a scheduler file; the workers need this package and
        this folder.
    tls : Tls or None
        For a scheduler that asks for it.
    """

    def execute(work: Work, tasks: Iterable[Task]) -> Iterator[Status]:
        from distributed import as_completed

        with ExitStack() as stack:
            client = _client(stack, workers, address, tls)
            # by numba's own switch, not its environment: that is read again when dask starts another worker
            share = _threads_each(workers or cores()) if address is None else 1
            todo, running = iter(tasks), as_completed()
            of: dict[Any, Task] = {}
            suspects: list[Task] = []

            def submit() -> None:
                task = next(todo, None)
                if task is not None:
                    task = task if task.threads is not None else replace(task, threads=share)
                    # a key of its own each time: dask must not remember what failed before
                    key = f"dicu-run-{task.run_id}"
                    future = client.submit(work, task, key=key, pure=False)
                    of[future] = task
                    running.add(future)

            # one task a worker and none ahead: what waits at a worker would be blamed for its death too
            for _ in range(max(1, sum(client.nthreads().values()))):
                submit()
            for future in running:
                task = of.pop(future)
                submit()  # first: its worker is idle until this arrives
                status = _status(future, task)
                if status is None:
                    suspects.append(task)
                else:
                    yield status
                future.release()
            # while a worker starts again two runs may share the other, so who was there when it died is not always who
            # killed it: each once more, alone
            for task in suspects:
                future = client.submit(work, task, key=f"dicu-run-{task.run_id}-alone", pure=False)
                yield _status(future, task) or Status(task.run_id, "failed", error=KILLED)
                future.release()

    return execute


def _status(future: Any, task: Task) -> Status | None:
    """What became of a run; None if its worker died once too often.

    A result stays at its worker until it is asked for. If that worker dies first the run is done again, so the state
    that a future had when it was called completed says nothing: only asking for the result does.
    """
    from distributed import KilledWorker

    try:
        status: Status = future.result()
    except KilledWorker:
        return None
    except Exception as error:  # whatever a run may raise
        return Status(task.run_id, "failed", error=f"{type(error).__name__}: {error}")
    return status


def _client(stack: ExitStack, workers: int | None, address: str | None, tls: Tls | None) -> Any:
    import dask
    from distributed import Client, LocalCluster
    from distributed.security import Security

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters of it is in the statuses
    # a client that could not connect is closed when it is collected; while another starts, it would wait for that one
    # for ever (distributed holds one lock for both)
    gc.collect()
    if address is not None:
        to = _address(address, tls)
        try:
            # keys are read here: what is wrong with them is told as that, not as a lost connection
            secret = None if tls is None else _credentials(tls)
            client = stack.enter_context(Client(to, security=secret, timeout=SECONDS_TO_CONNECT))
        except (ValueError, TypeError, RuntimeError) as error:
            raise BadCluster(str(error)) from error
        client.wait_for_workers(1, timeout=SECONDS_TO_CONNECT)
        return client
    count = cores() if workers is None else workers
    stack.enter_context(dask.config.set(QUIET))
    cluster = LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        # its server of pages starts even so: on a free port, as another sweep may hold the usual one
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
        memory_limit=0,
        silence_logs=logging.CRITICAL,
        security=Security.temporary(),
    )
    return stack.enter_context(Client(stack.enter_context(cluster)))


def _address(given: str, tls: Tls | None) -> str:
    """Address of a scheduler, out of its file if it is one; whether it encrypts must go with what we have."""
    address = given
    if Path(given).is_file():
        try:
            address = json.loads(Path(given).read_bytes())["address"]
        except (ValueError, TypeError, KeyError) as error:
            raise BadCluster(
                "not the file of a scheduler (allowed what dask scheduler writes: JSON with address)"
            ) from error
    encrypts = str(address).startswith("tls://")
    if encrypts and tls is None:
        raise BadCluster(f"{address} asks for TLS (give --tls-ca-file, --tls-cert and --tls-key)")
    if not encrypts and tls is not None:
        raise BadCluster(f"{address} does not speak TLS (allowed with --tls-...: tls://host:port)")
    return str(address)


def _credentials(tls: Tls) -> Any:
    from distributed.security import Security

    secret = Security(
        tls_ca_file=str(tls.ca),
        tls_client_cert=str(tls.cert),
        tls_client_key=str(tls.key),
        require_encryption=True,
    )
    try:
        secret.get_connection_args("client")
    except ssl.SSLError as error:
        raise BadCluster(
            f"--tls-...: not an authority, a certificate and its key, PEM each ({error.reason or error})"
        ) from error
    return secret


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _threads_each(workers: int) -> int:
    """Threads of each of so many processes: together no more than there are cores."""
    return max(1, cores() // workers)

"""One run of dicu on the machines of a dask cluster, a rank a worker: for those who have such an allocation already.

    python examples/machines/from_dask.py tcp://scheduler:8786 actual population.weight=1
    python examples/machines/from_dask.py local:2 monocentric    # two workers on this machine, to try it

Arguments after the first are those of `dicu run`. Dask only says which machines there are and starts mpirun on one of
them: the ranks speak by MPI, since a step is a hundred small exchanges that come in order. Workers must see the same
files, and let one another in by ssh without a password where they are on several machines. They should be idle.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from distributed import Client, LocalCluster


def command(workers: dict[str, dict[str, object]], arguments: list[str]) -> list[str]:
    """What starts the run: mpirun with as many ranks on each machine as it has workers, their threads for each rank."""
    machines = Counter(urlsplit(address).hostname or "localhost" for address in workers)
    threads = min(int(str(worker["nthreads"])) for worker in workers.values())
    here = Path(sys.executable).parent
    return [
        str(here / "mpirun"),
        *(["--allow-run-as-root"] if os.geteuid() == 0 else []),
        *("--host", ",".join(f"{name}:{n}" for name, n in sorted(machines.items()))),
        *("--bind-to", "none", "-n", str(len(workers))),
        *(str(here / "dicu"), "run", *arguments, "--engine", "shards", "--threads", str(threads)),
        *("--checkpoint-every", "8"),
    ]


def start(words: list[str], folder: str) -> tuple[int, str, str]:
    """Run it on the worker that gets this task; returns its status and what it said."""
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def main() -> int:
    """Ask the cluster for its workers and run."""
    where, *arguments = sys.argv[1:]
    kind, _, n = where.partition(":")
    local = kind == "local"
    cluster = LocalCluster(n_workers=int(n), threads_per_worker=1, dashboard_address=None) if local else where
    with Client(cluster) as client:
        workers = client.scheduler_info(n_workers=-1)["workers"]
        words = command(workers, arguments)
        print(" ".join(words), file=sys.stderr)
        status, out, err = client.submit(
            start, words, os.getcwd(), workers=[min(workers)], pure=False
        ).result()
    sys.stderr.write(err)
    sys.stdout.write(out)
    return status


if __name__ == "__main__":
    sys.exit(main())

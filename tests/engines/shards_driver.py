"""What `tests/engines/test_shards.py` starts with mpirun: several runs by the same processes, one after another.

Argument: a JSON file with a list of jobs. Each has ``ranks`` (how many of the processes make it), ``out``, ``values``,
``every`` (steps between saved states, 0: none), ``districts`` (how they are shared out) and ``resume`` (a folder of
states, or "").
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path

from mpi4py import MPI

from dicu.compute.mpi import MpiRanks
from dicu.execution.execute import Saving, execute
from dicu.execution.saved import last_saved
from dicu.population.shard import SHARED_OUT
from dicu.scenario.scenario import Scenario, with_values


def make(job: dict[str, object], ranks: MpiRanks) -> str:
    """One job on some of the processes."""
    os.environ[SHARED_OUT] = str(job["districts"])
    saved = last_saved(Path(str(job["resume"]))) if job["resume"] else None
    scenario = with_values(Scenario(), dict(job["values"])) if saved is None else saved.scenario  # type: ignore[call-overload]
    every = int(str(job["every"]))
    return str(
        execute(
            scenario,
            out=Path(str(job["out"])),
            engine="shards",
            threads=1,
            saving=Saving(every, keep=True) if every else None,
            saved=saved,
            ranks=ranks,
        )
    )


def main() -> None:
    world = MPI.COMM_WORLD
    for job in json.loads(Path(sys.argv[1]).read_text()):
        mine = world.Get_rank() < job["ranks"]
        some = world.Split(0 if mine else 1, world.Get_rank())
        if mine:
            folder = make(job, MpiRanks(world=some))
            if world.Get_rank() == 0:
                print(folder, flush=True)
        some.Free()
        asleep = world.Ibarrier()
        asleep.Wait()


if __name__ == "__main__":
    try:
        main()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        MPI.COMM_WORLD.Abort(1)

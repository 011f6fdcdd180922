"""A shock that rises and falls within one run: urban jobs are lost step by step and come back step by step.

A programme has one size in a run, so the run is forked at every rung: the state goes over, to the bit, into a model of
the same scenario in which another share of urban jobs is not there. Nothing is written but the urban share.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from dicu.execution.execute import use_threads
from dicu.execution.identity import model_version
from dicu.execution.starting import SPARE_ROWS, first_model
from dicu.execution.state import arrays_of, restore
from dicu.model import Model
from dicu.record.folder import write_bytes
from dicu.scenario.dump import canonical_json
from dicu.scenario.scenario import Scenario, with_values
from dicu.sweeps.start import Starts

FILE: Final = "ladder.parquet"
KEY: Final = "ladder.json"
QUARTERS_A_YEAR: Final = 4


@dataclass(frozen=True)
class Ladder:
    """A shock over time.

    Attributes
    ----------
    losses : tuple of float
        Share of urban jobs that are not there, rung by rung.
    quarters : int
        How long each rung lasts.
    before, after : int
        Quarters without a shock before the first rung and after the last.
    """

    losses: tuple[float, ...]
    quarters: int
    before: int
    after: int

    @property
    def path(self) -> tuple[tuple[float, int], ...]:
        """(loss, quarters) one after another."""
        return ((0.0, self.before), *((loss, self.quarters) for loss in self.losses), (0.0, self.after))

    @property
    def length(self) -> int:
        """Quarters in all."""
        return sum(quarters for _, quarters in self.path)

    def still(self) -> Ladder:
        """The same time without a shock."""
        return Ladder((0.0,), self.quarters * len(self.losses), self.before, self.after)


@dataclass(frozen=True)
class Climb:
    """One run of a ladder: which, with what luck, and under which name."""

    scenario: Scenario
    ladder: Ladder
    name: str
    replicate: int


def climb(job: Climb, starts: Starts) -> list[dict[str, object]]:
    """Rows (name, replicate, quarters a rung, rung, step, loss, urban share) of one run.

    ``rung`` counts from 0, which is the time before the first; ``step`` from 1; ``share`` is that at the end of a step.
    """
    per_quarter = job.scenario.calendar.steps_per_year // QUARTERS_A_YEAR
    year = int(job.scenario.calendar.label(0)[:4]) + job.ladder.length // QUARTERS_A_YEAR + 1
    last = "Q4" if job.scenario.calendar.step == "quarter" else "-12"
    base = with_values(job.scenario, {"time.end": f"{year}{last}"})
    world, made = starts.world(base), []
    model, _ = first_model(base, world, start=starts.start(base))
    for rung, (loss, quarters) in enumerate(job.ladder.path):
        if rung and loss != job.ladder.path[rung - 1][0]:
            model = _fork(base, model, loss, starts)
        for _ in range(quarters * per_quarter):
            model.step()
            persons = model.stocks.persons
            made.append(
                {
                    "name": job.name,
                    "replicate": job.replicate,
                    "quarters": job.ladder.quarters,
                    "rung": rung,
                    "step": model.now,
                    "loss": loss,
                    "share": int(persons[world.urban].sum()) / int(persons.sum()),
                }
            )
    return made


def _fork(base: Scenario, model: Model, loss: float, starts: Starts) -> Model:
    """The same moment with another share of urban jobs lost from now on."""
    values = {
        "programme.urban_job_loss": loss,
        "programme.urban_job_loss_start": base.calendar.label(model.now),
        "programme.urban_job_loss_quarters": 1000,
    }
    scenario = with_values(base, values)
    start = starts.start(scenario)
    new = Model(scenario, starts.world(scenario), start.households, start.links, solve=False)
    restore(new, {name: array.copy() for name, array in arrays_of(model).items()}, SPARE_ROWS)
    return new


_starts: Starts | None = None


def _work(job: Climb) -> list[dict[str, object]]:
    global _starts
    if _starts is None:
        use_threads(1)
        _starts = Starts()
    return climb(job, _starts)


def climb_all(jobs: Sequence[Climb], folder: Path, workers: int | None = None) -> Path:
    """Run ladders, or find them done, and write ``ladder.parquet`` into a folder; with one worker in this process.

    ``ladder.json`` says of which runs and program it is; a table of others is made anew.
    """
    told = [[canonical_json(j.scenario), asdict(j.ladder), j.name, j.replicate] for j in jobs]
    key = hashlib.sha256(json.dumps([model_version(), told]).encode()).hexdigest()
    path = folder / FILE
    if (
        path.is_file()
        and (folder / KEY).is_file()
        and json.loads((folder / KEY).read_text())["sha256"] == key
    ):
        return path
    parts: Iterable[list[dict[str, object]]]
    if workers == 1:
        parts = [_work(job) for job in jobs]
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            parts = list(pool.map(_work, jobs))
    room = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([row for part in parts for row in part]), room)
    write_bytes(path, room.getvalue())
    write_bytes(folder / KEY, (json.dumps({"sha256": key, "model_version": model_version()}) + "\n").encode())
    return path


__all__ = ["FILE", "Climb", "Ladder", "climb", "climb_all"]

"""Which communes lose their future: four classes after ten years, and how surely each is in its own.

Units are rural communes as they have been since 1 July 2025: a place never moves, so the same communes stand under
every policy. The cuts are those of assumption A143.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.world.world import World
from dicu_analysis.experiments.arms import FinishedSweep

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

EMPTYING, AGEING, HOLDING, GROWING = range(4)
CLASSES: Final = ("emptying", "ageing", "holding", "growing")
A_YEAR: Final = 0.01
"""Residents lost or gained per year, on average, beyond which a commune is emptying or growing (assumption A143)."""
AGED: Final = 0.003
"""Fall of the share of working age per year beyond which a commune that neither empties nor grows is ageing (A143)."""
SURE: Final = 0.9
"""Share of runs in the same class from which a commune is surely of it."""


@dataclass(frozen=True, eq=False)
class Communes:
    """The communes of a world as the reform made them, U of them.

    Attributes
    ----------
    of_place : (P,) int64
        Commune of each place, places in the order of the world.
    name : list of str
    district : (U,) int64
        Legacy district in which most of its residents live.
    rural : (U,) bool
        At least half of its residents of the world's year live in places that are not urban then.
    terrain : (U,) int64
        That of most of its residents.
    longitude, latitude : (U,) float64
        Mean of its places, by residents.
    """

    of_place: Ints
    name: list[str]
    district: Ints
    rural: Bools
    terrain: Ints
    longitude: Floats
    latitude: Floats
    place_key: NDArray[np.uint64]
    district_code: list[str]

    @classmethod
    def of(cls, world: World) -> Communes:
        """Of a world; one without a reform keeps one commune per new commune that it declares."""
        of_place = world.new_commune.astype(np.int64)
        n = len(world.new_communes)
        people = world.residents.astype(np.float64)
        total = np.bincount(of_place, people, n)

        def most(kind: NDArray[np.int64]) -> Ints:
            table = np.zeros((n, int(kind.max()) + 1))
            np.add.at(table, (of_place, kind), people)
            return table.argmax(axis=1).astype(np.int64)

        def mean(values: Floats) -> Floats:
            made: Floats = np.bincount(of_place, values * people, n) / np.maximum(total, 1.0)
            return made

        rural = np.bincount(of_place, people * ~world.urban, n)
        return cls(
            of_place=of_place,
            name=[str(x) for x in world.new_communes.name],
            district=most(world.district.astype(np.int64)),
            rural=(total > 0) & (rural >= total / 2),
            terrain=most(world.terrain.astype(np.int64)),
            longitude=mean(world.longitude),
            latitude=mean(world.latitude),
            place_key=world.place_key.astype(np.uint64),
            district_code=[str(c) for c in world.districts.code],
        )

    def __len__(self) -> int:
        return len(self.name)


@dataclass(frozen=True, eq=False)
class Run:
    """What one run says of its communes.

    Attributes
    ----------
    start, end : (U,) float64
        Residents at the start and at the end.
    working : (U,) float64
        Change of the share of working age, that of the commune's district: ages by commune are not recorded.
    access : (U,) float64
        Mean access over the services at the end, by residents.
    years : float
    """

    start: Floats
    end: Floats
    working: Floats
    access: Floats
    years: float

    @property
    def growth(self) -> Floats:
        """(U,) mean change of residents per year, as a share; 0 where nobody lives at the start."""
        ratio = np.divide(self.end, self.start, out=np.ones_like(self.end), where=self.start > 0)
        made: Floats = np.maximum(ratio, 1e-9) ** (1.0 / self.years) - 1.0
        return made


def read_run(sweep: FinishedSweep, communes: Communes, point: int, replicate: int) -> Run:
    """The communes of one run, from the tables that the sweep kept."""
    access = [c for c in _columns(sweep, point, replicate) if c.startswith("access_")]
    places = sweep.kept(point, replicate, "places", ["step", "place_key", "persons", *access])
    steps = places["step"].unique()
    first, last = int(steps.min()), int(steps.max())
    n = len(communes)

    def at(step: int) -> pd.DataFrame:
        rows = places[places["step"] == step].set_index("place_key")
        return rows.reindex(communes.place_key)

    before, after = at(first), at(last)
    start, end = (
        np.bincount(communes.of_place, np.nan_to_num(part["persons"].to_numpy(np.float64)), n)
        for part in (before, after)
    )
    persons = np.nan_to_num(after["persons"].to_numpy(np.float64))
    reach = np.nan_to_num(after[access].to_numpy(np.float64)).mean(axis=1)
    weighted = np.bincount(communes.of_place, persons * reach, n)
    return Run(
        start=start,
        end=end,
        working=_working(sweep, communes, point, replicate, before, after, (first, last)),
        access=np.divide(weighted, end, out=np.zeros(n), where=end > 0),
        years=(last - first) / steps_per_year(sweep),
    )


def steps_per_year(sweep: FinishedSweep) -> int:
    """Steps of a year in the runs of a sweep."""
    return 12 if sweep.config["time"].get("step", "quarter") == "month" else 4


def _columns(sweep: FinishedSweep, point: int, replicate: int) -> list[str]:
    import pyarrow.parquet as pq

    path = sweep.folder / "tables" / sweep.run_of(point, replicate) / "places.parquet"
    if not path.is_file():
        raise FileNotFoundError(f"{path}: not kept; name the table in results.keep of the sweep")
    return list(pq.read_schema(path).names)


def _working(
    sweep: FinishedSweep,
    communes: Communes,
    point: int,
    replicate: int,
    before: pd.DataFrame,
    after: pd.DataFrame,
    steps: tuple[int, int],
) -> Floats:
    """(U,) change of the share of working age in the district of each commune, from its first recorded step on."""
    columns = ["step", "district", "workers_other", "workers_farm"]
    rows = sweep.kept(point, replicate, "districts", columns)
    rows["district"] = rows["district"].astype(str)
    n = len(communes.district_code)
    index = pd.Series(range(n), index=communes.district_code)
    rows["d"] = rows["district"].map(index)
    of_district = communes.district[communes.of_place]
    share = []
    for step, places in ((max(steps[0], int(rows["step"].min())), before), (steps[1], after)):
        now = rows[rows["step"] == step]
        workers = np.zeros(n)
        workers[now["d"].to_numpy(np.int64)] = (now["workers_other"] + now["workers_farm"]).to_numpy(
            np.float64
        )
        persons = np.bincount(of_district, np.nan_to_num(places["persons"].to_numpy(np.float64)), n)
        share.append(np.divide(workers, persons, out=np.zeros(n), where=persons > 0))
    made: Floats = (share[1] - share[0])[communes.district]
    return made


def classes(growth: Floats, aged: Floats, cut: float = A_YEAR, old: float = AGED) -> Ints:
    """(U,) class of each commune.

    Parameters
    ----------
    growth : (U,) float64
        Mean change of residents per year, as a share.
    aged : (U,) float64
        Mean change of the share of working age per year.
    """
    made = np.full(len(growth), HOLDING, dtype=np.int64)
    made[aged <= -old] = AGEING
    made[growth <= -cut] = EMPTYING
    made[growth >= cut] = GROWING
    return made


def of_run(run: Run, cut: float = A_YEAR, old: float = AGED) -> Ints:
    """Classes in one run, luck included."""
    return classes(run.growth, run.working / run.years, cut, old)


def of_mean(runs: Sequence[Run], cut: float = A_YEAR, old: float = AGED) -> Ints:
    """Classes by the mean over runs, in which luck averages out."""
    end = np.mean([r.end for r in runs], axis=0)
    start = np.mean([r.start for r in runs], axis=0)
    working = np.mean([r.working for r in runs], axis=0)
    return of_run(Run(start, end, working, runs[0].access, runs[0].years), cut, old)


def agreement(each: Sequence[Ints], mine: Ints) -> Floats:
    """(U,) share of the runs in which a commune is in class ``mine``."""
    made: Floats = np.mean([one == mine for one in each], axis=0)
    return made


def left_out(runs: Sequence[Run]) -> list[Ints]:
    """Classes by the mean of all runs but one, each left out in turn (jackknife)."""
    if len(runs) == 1:
        return [of_run(runs[0])]
    return [of_mean([r for k, r in enumerate(runs) if k != out]) for out in range(len(runs))]


def people_in(which: Ints, run_start: Floats, rural: Bools) -> Floats:
    """(4,) share of the rural residents of the start who live in communes of each class."""
    people = np.bincount(which[rural], run_start[rural], len(CLASSES))
    made: Floats = people / max(people.sum(), 1.0)
    return made


__all__ = ["AGED", "AGEING", "A_YEAR", "CLASSES", "EMPTYING", "GROWING", "HOLDING", "SURE", "Communes", "Run",
           "agreement", "classes", "left_out", "of_mean", "of_run", "people_in", "read_run",
           "steps_per_year"]  # fmt: skip

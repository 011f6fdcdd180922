"""What H1 reads: yearly numbers of every district by arm and replicate, and the facts of a district that stay.

Districts are those before any reform: they hold places that never move, whatever government rules them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.economy.commuting import commuting
from dicu.economy.programmes import half_of_districts, urban_districts
from dicu.reform.opening import open_world
from dicu.scenario.scenario import Scenario
from dicu.scenario.vocabulary import SERVICES
from dicu.world.world import World
from dicu_analysis.experiments.arms import FinishedSweep, Unfinished
from dicu_analysis.scalars import as_int

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

PER_THOUSAND: Final = 1000.0
MOVED, RURAL = "rural_to_urban_persons", "rural_persons"
SERVICE_COLUMNS: Final = tuple(f"access_{s}" for s in SERVICES)


@dataclass(frozen=True, eq=False)
class Districts:
    """The districts of a world (L of them) and their commuting areas (A).

    Attributes
    ----------
    code, name : list of str
    province : (L,) int64
        Legacy province.
    urban : (L,) bool
        At least half of the residents of the start live in wards and townships: where fast growth acts.
    area : (L,) int64
        Commuting area.
    area_name : list of str
        Name of the district in the centre of each area.
    seat : (L, 2) float64
        Longitude and latitude of the seat.
    halves : {draw: (L,) bool}
        Districts whose farm income is lost in draws 1 and 2.
    """

    code: list[str]
    name: list[str]
    province: NDArray[np.int64]
    urban: Bools
    area: NDArray[np.int64]
    area_name: list[str]
    seat: Floats
    halves: dict[int, Bools]

    @classmethod
    def of(cls, world: World, scenario: Scenario) -> Districts:
        """From a world, with the parameters that make commuting areas."""
        areas = commuting(world, scenario.labour, scenario.access)
        districts = world.districts
        everywhere = np.ones(len(districts), dtype=np.bool_)
        seat = districts.seat_place
        return cls(
            code=[str(c) for c in districts.code],
            name=[str(n) for n in districts.name],
            province=districts.parent.astype(np.int64),
            urban=urban_districts(world),
            area=areas.area.astype(np.int64),
            area_name=[str(districts.name[d]) for d in areas.centre],
            seat=np.column_stack([world.longitude[seat], world.latitude[seat]]).astype(np.float64),
            halves={d: half_of_districts(everywhere, world, d) for d in (1, 2)},
        )

    @classmethod
    def open(cls, scenario: Scenario) -> tuple[Districts, World]:
        """From the scenario of a sweep's runs; the world comes along."""
        world = open_world(scenario)
        return cls.of(world, scenario), world

    def __len__(self) -> int:
        return len(self.code)


@dataclass(frozen=True, eq=False)
class Panel:
    """Columns of one arm: (n replicates, Y + 1 years, L districts) each; the first year is the start.

    Attributes
    ----------
    of : {column: array}
    """

    of: dict[str, Floats]

    def __getitem__(self, column: str) -> Floats:
        return self.of[column]

    def rate(self, where: Bools | None = None, years: slice = slice(None)) -> Floats:
        """(n,) rural residents who move to towns, per 1,000 of them a year.

        Parameters
        ----------
        where : (L,) bool, optional
            Districts that count; all without it.
        years : slice
            Of the years 1 to Y.
        """
        moved, at_risk = self.moved_at_risk(where, years)
        return PER_THOUSAND * moved / at_risk

    def moved_at_risk(self, where: Bools | None = None, years: slice = slice(None)) -> tuple[Floats, Floats]:
        """Persons who moved, and person-years at risk (rural residents at the beginning of each year), (n,) each."""
        some = slice(None) if where is None else where
        moved, there = self.of[MOVED][:, 1:], self.of[RURAL][:, :-1]
        return (
            moved[:, years][:, :, some].sum(axis=(1, 2)),
            there[:, years][:, :, some].sum(axis=(1, 2)),
        )

    def end(self, column: str, where: Bools) -> Floats:
        """(n,) sum over districts at the end."""
        made: Floats = self.of[column][:, -1][:, where].sum(axis=1)
        return made


def panels(sweep: FinishedSweep, districts: Districts, columns: Sequence[str]) -> dict[int, Panel]:
    """Panels of every arm, by point.

    Raises
    ------
    Unfinished
        When a run has other districts than the world, one of them twice, or other years than the rest.
    """
    rows = sweep.rows("district", list(columns)).sort_values(["point", "replicate", "step"])
    place = pd.Series(range(len(districts)), index=districts.code)
    made = {}
    for point, part in rows.groupby("point", sort=True):
        n, years = part["replicate"].nunique(), part["step"].nunique()
        if len(part) != n * years * len(districts):
            raise Unfinished(
                f"{sweep.folder}: {len(part)} rows of districts in arm {point}, {n * years} x {len(districts)} are "
                "needed (results.every: year, results.levels: [district])"
            )
        unknown = sorted(set(part["unit"]) - set(place.index))
        if unknown:
            raise Unfinished(
                f"{sweep.folder}: district {unknown[0]} in arm {point} is not one of the {len(districts)} of the world"
            )
        where = place[part["unit"]].to_numpy().reshape(n, years, -1)
        order = np.argsort(where, axis=2, kind="stable")
        made[as_int(point)] = Panel(
            {
                c: np.take_along_axis(part[c].to_numpy(dtype=np.float64).reshape(n, years, -1), order, axis=2)
                for c in columns
            }
        )
    return made


def weighted_rank(values: Floats, weight: Floats) -> Floats:
    """(L,) share of the weight with a lower value, half of what is equal included; nan where there is no weight."""
    _, tie = np.unique(values, return_inverse=True)
    of_tie = np.bincount(tie, weight)
    out = ((np.cumsum(of_tie) - 0.5 * of_tie) / weight.sum())[tie]
    return np.where(weight > 0, out, np.nan)


def struggling(start: Panel, districts: Districts, net: Floats | None, share: float = 1 / 3) -> Bools:
    """(L,) districts with the worst third of the rural population by income, access and net migration.

    The index is the mean of the weighted ranks of earnings per worker and of mean access of the start, and of the net
    migration of the province where the world has it; districts without rural people are neither struggling nor other.

    Parameters
    ----------
    net : (L,) float64, optional
        Net migration of the district's province, per 1,000 a year.
    """
    rural = start[RURAL][:, 0].mean(axis=0)
    workers = (start["market_workers_farm"] + start["market_workers_other"])[:, 0].mean(axis=0)
    earned = start["market_output_mvnd_per_month"][:, 0].mean(axis=0) / np.maximum(workers, 1)
    access = np.mean([start[c][:, 0].mean(axis=0) for c in SERVICE_COLUMNS], axis=0)
    parts = [earned, np.nan_to_num(access)] + ([] if net is None else [net])
    index = np.mean([weighted_rank(p, rural) for p in parts], axis=0)
    there = rural > 0
    made: Bools = there & (weighted_rank(np.where(there, index, 1.0), rural) < share)
    return made


__all__ = ["MOVED", "PER_THOUSAND", "RURAL", "SERVICE_COLUMNS", "Districts", "Panel", "panels", "struggling",
           "weighted_rank"]  # fmt: skip

"""What simple methods say of a figure: everything goes on as before, growth goes on, gravity, radiation.

All are fitted on figures of before 2017; growth to 2019 is for populations of later dates alone. A method that is a
figure itself, such as the mean of 2012-16 of those years' rates, says nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.world import facts
from dicu_analysis.targets.areas import Area
from dicu_analysis.targets.catalogue import FIVE_YEARS, YEARLY
from dicu_analysis.targets.measure import Measured, centres, distances
from dicu_analysis.targets.table import CENSUS_DAY, MIDYEAR, Figure, targets

Floats = NDArray[np.float64]
DATA: Final = Path(__file__).parents[1] / "data"
START, LATER = 2014, 2019
FROM_2012: Final = (2012, 2016)
PERIODS: Final = {"mean 2012-16": FROM_2012, "mean 2010-16": (2010, 2016), "mean 2005-16": (2005, 2016)}
GROWTH: Final = "growth 2009-14"
LATER_GROWTH: Final = "growth 2014-19"
PROJECTION: Final = "official projection of 2014"
HELD: Final = "as in 2014"
MEAN: Final = "mean of 2012-16 and growth"
GRAVITY, RADIATION = "Poisson gravity", "radiation"
RIVALS: Final = (*PERIODS, GROWTH, MEAN, LATER_GROWTH, HELD, PROJECTION, GRAVITY, RADIATION)
PER: Final = 1000.0
LAST_RATES: Final = 2016
FLOWS_END: Final = 2013.5
"""The region matrix is of the year to 1 April 2013."""
RATES: Final = {"in_rate": "in", "out_rate": "out", "net_migration_rate": "net"}


@cache
def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / f"{name}.csv", dtype={"code": str})


def mean_rates(first: int, last: int) -> pd.DataFrame:
    """Mean yearly rates between provinces per 1,000 by code: ``in``, ``out``, ``net``."""
    table = _table("rates_by_year")
    made = table[table["year"].between(first, last)].groupby("code")[["in", "out"]].mean()
    return made.assign(net=made["in"] - made["out"])


def residents(year: int) -> pd.DataFrame:
    """Official residents by code: ``persons``, ``urban``."""
    if year <= START:
        table = _table("residents_before")
        return table[table["year"] == year].set_index("code")[["persons", "urban"]].astype(np.float64)
    table = facts.residents(year).assign(code=lambda t: t["code"].astype(str)).set_index("code")
    return pd.DataFrame({"persons": table["urban"] + table["rural"], "urban": table["urban"]})


@dataclass(frozen=True)
class Gravity:
    """Flows between regions by Poisson regression on log residents of both ends and log distance."""

    constant: float
    origin: float
    destination: float
    distance: float

    def flows(self, persons: Floats, far: Floats) -> Floats:
        """Persons a year between areas of these residents, (R, R)."""
        with np.errstate(divide="ignore"):
            log = self.origin * np.log(persons)[:, None] + self.destination * np.log(persons)[None, :]
            made = np.exp(self.constant + log - self.distance * np.log(far))
        np.fill_diagonal(made, 0.0)
        return np.asarray(made)


def fit_gravity(flows: Floats, persons: Floats, far: Floats) -> Gravity:
    """Poisson pseudo-maximum likelihood on the pairs of different areas (statsmodels)."""
    import statsmodels.api as sm

    o, d = np.nonzero(~np.eye(len(persons), dtype=bool))
    x = np.column_stack([np.ones(len(o)), np.log(persons[o]), np.log(persons[d]), -np.log(far[o, d])])
    found = sm.GLM(flows[o, d], x, family=sm.families.Poisson()).fit().params
    return Gravity(*(float(v) for v in found))


def radiation(persons: Floats, far: Floats, leaving: Floats) -> Floats:
    """Flows of Simini et al. (2012), (R, R): no parameter but how many leave each area."""
    n = len(persons)
    made = np.zeros((n, n))
    for i in range(n):
        order = [j for j in np.argsort(far[i], kind="stable") if j != i]
        between = 0.0
        for j in order:
            made[i, j] = (
                persons[i] * persons[j] / ((persons[i] + between) * (persons[i] + between + persons[j]))
            )
            between += persons[j]
    total = made.sum(axis=1, keepdims=True)
    return np.asarray(leaving[:, None] * made / np.where(total > 0, total, 1.0))


class Rivals:
    """Predictions of every method for figures of Viet Nam; the run gives provinces and where they lie."""

    def __init__(self, measured: Measured) -> None:
        self.m, self.codes = measured, measured.codes

    @cached_property
    def persons(self) -> Floats:
        """Official residents of 2014 by province, in the order of the codes."""
        return residents(START)["persons"].reindex(self.codes).to_numpy(np.float64)

    @cached_property
    def far(self) -> Floats:
        """Kilometres between provinces."""
        return distances(centres(self.m.run, self.codes))

    @cached_property
    def total(self) -> float:
        """Persons a year who moved between provinces, mean of 2012-16."""
        return float((mean_rates(*FROM_2012)["in"].reindex(self.codes) * self.persons).sum() / PER)

    @cached_property
    def matrices(self) -> dict[str, Floats]:
        """Persons a year between provinces by gravity and by radiation, both with the total of 2012-16."""
        regions = sorted(set(self.m.areas.region_of.values()))
        number = np.array([regions.index(self.m.areas.region_of[code]) for code in self.codes])
        persons = np.bincount(number, weights=self.persons)
        at = centres(self.m.run, self.codes)
        middle = np.column_stack(
            [np.bincount(number, weights=self.persons * column) / persons for column in at.T]
        )
        flows = np.zeros((len(regions), len(regions)))
        for f in targets():
            if f.figure == "region_flow":
                origin, destination = f.area.split(">")
                flows[regions.index(origin), regions.index(destination)] = f.value
        gravity = fit_gravity(flows, persons, distances(middle)).flows(self.persons, self.far)
        leaving = self.persons * self.total / self.persons.sum()
        return {
            GRAVITY: gravity * self.total / gravity.sum(),
            RADIATION: radiation(self.persons, self.far, leaving),
        }

    def predict(self, figure: Figure) -> dict[str, float]:
        """What each method says of a figure; methods that say nothing of it are left out."""
        rules: dict[str, Callable[[Figure], dict[str, float]]] = {
            **dict.fromkeys(RATES, self._rate), "region_flow": self._flow, "population": self._population,
            "urban_share": self._urban_share,
        }  # fmt: skip
        rule = rules.get(figure.figure)
        return {} if rule is None else {k: v for k, v in rule(figure).items() if np.isfinite(v)}

    def _inside(self, area: Area) -> NDArray[np.int64]:
        return self.m.rows(area)

    def _rate(self, f: Figure) -> dict[str, float]:
        area, side = self.m.areas.find(f.area), RATES[f.figure]
        inside = self._inside(area)
        years = 5.0 if f.unit == FIVE_YEARS else 1.0
        weight = self.persons[inside] / self.persons[inside].sum()
        made: dict[str, float] = {}
        whole = area.level == "nation"
        if (
            area.level == "province" or whole or side == "net"
        ):  # flows inside a region are in its provinces' rates
            for name, period in PERIODS.items():
                if f.unit == YEARLY and f.last <= LAST_RATES + 1:
                    continue
                rates = mean_rates(*period)[side].reindex(self.codes).to_numpy(np.float64)
                made[name] = years * float((rates[inside] * weight).sum())
        if side == "net":
            before, after = (
                residents(y)["persons"].reindex(self.codes).to_numpy(np.float64) for y in (2009, START)
            )
            span = START - 2009
            mine = np.log(after[inside].sum() / before[inside].sum()) / span
            made[GROWTH] = years * PER * float(mine - np.log(after.sum() / before.sum()) / span)
            if "mean 2012-16" in made:
                made[MEAN] = (made[GROWTH] + made["mean 2012-16"]) / 2
        out_of = np.arange(len(self.codes)) if whole else np.setdiff1d(np.arange(len(self.codes)), inside)
        for name, flows in self.matrices.items():
            arrived, departed = flows[np.ix_(out_of, inside)].sum(), flows[np.ix_(inside, out_of)].sum()
            counted = {"in": arrived, "out": departed, "net": arrived - departed}[side]
            made[name] = years * PER * float(counted / self.persons[inside].sum())
        return made

    def _flow(self, f: Figure) -> dict[str, float]:
        origin, destination = self.m.areas.pair(f.area)
        years = 1.0 if f.unit == "persons a year" else 5.0
        cells = np.ix_(self._inside(origin), self._inside(destination))
        made = {name: years * float(flows[cells].sum()) for name, flows in self.matrices.items()}
        for known in targets():
            if (
                f.last > FLOWS_END
                and known.figure == "region_flow"
                and known.area == f"{origin.code}>{destination.code}"
            ):
                made["mean 2012-16"] = years * known.value
        return made

    def _population(self, f: Figure) -> dict[str, float]:
        codes = list(self.m.areas.find(f.area).provinces)

        def of(year: int) -> float:
            return float(residents(year)["persons"].reindex(codes).sum())

        made = {GROWTH: of(START) * (of(START) / of(2009)) ** ((f.first - START - MIDYEAR) / (START - 2009))}
        if f.first > LATER + MIDYEAR + CENSUS_DAY:
            made[LATER_GROWTH] = of(LATER) * (of(LATER) / of(START)) ** (
                (f.first - LATER - MIDYEAR) / (LATER - START)
            )
        table = _table("projection_2014")
        projected = table[(table["year"] == int(f.first)) & table["code"].isin(codes)]
        if len(projected) == len(codes):
            made[PROJECTION] = float(projected["persons"].sum())
        return made

    def _urban_share(self, f: Figure) -> dict[str, float]:
        mine = residents(START).reindex(list(self.m.areas.find(f.area).provinces))
        return {HELD: 100 * float(mine["urban"].sum() / mine["persons"].sum())}


__all__ = ["RIVALS", "Gravity", "Rivals", "fit_gravity", "mean_rates", "radiation", "residents"]

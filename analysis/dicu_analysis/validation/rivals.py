"""What simple methods say of a figure: everything goes on as before, growth goes on, gravity, radiation.

For figures of after 2016 all are fitted on figures up to 2016; growth to 2019 is for populations of later dates alone.
For an earlier figure a method has only the years before it. What a method cannot do without the figure's own years is
marked *in sample* (`in_sample`), and what is the figure itself, such as the mean of 2012-16 of those years' rates, is
left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu_analysis.targets.areas import Area
from dicu_analysis.targets.catalogue import FIVE_YEARS
from dicu_analysis.targets.geography import centres, distances
from dicu_analysis.targets.measure import Measured
from dicu_analysis.targets.table import CENSUS_DAY, MIDYEAR, Figure, targets
from dicu_analysis.validation.flow_models import fit_gravity, radiation
from dicu_analysis.validation.published import counted_in_2014, mean_rates, projection, rate_years, residents

Floats = NDArray[np.float64]
START, LATER = 2014, 2019
FROM_2012: Final = (2012, 2016)
PERIODS: Final = {"mean 2012-16": FROM_2012, "mean 2010-16": (2010, 2016), "mean 2005-16": (2005, 2016)}
BEFORE: Final = "five years before"
GROWTH: Final = "growth 2009-14"
COUNTED: Final = "growth 2009-14 as counted then"
"""From the census of 2009 to the survey of 1 April 2014: the official series behind `GROWTH` has since been written
anew with the census of 2019 (assumption A157), so that one knows what is to be foretold."""
MODEL_COUNTED: Final = "model from the count of 2014"
"""The model's growth from 1 April 2014 on what was counted then; it starts from the series."""
LATER_GROWTH: Final = "growth 2014-19"
PROJECTION: Final = "official projection of 2014"
HELD: Final = "as in 2014"
MEAN: Final = "mean of 2012-16 and growth"
FLOWS: Final = "flows of 2012-13"
GRAVITY, RADIATION = "Poisson gravity", "radiation"
RIVALS: Final = (
    *PERIODS, BEFORE, GROWTH, COUNTED, MODEL_COUNTED, MEAN, LATER_GROWTH, HELD, PROJECTION, FLOWS, GRAVITY, RADIATION,
)  # fmt: skip
PER: Final = 1000.0
COUNT: Final = START + CENSUS_DAY
COUNT_SPAN: Final = COUNT - 2009 - MIDYEAR
KNOWN_UNTIL: Final = 2017.0
"""End of the last year of rates: figures that end later are forecast from here."""
FLOWS_END: Final = 2013.25
"""The flows between regions are those of the year to 1 April 2013."""
STOCKS_END: Final = START + MIDYEAR
SPAN: Final = 5
FEWEST: Final = 2
"""Years that a mean of the years before needs."""
RATES: Final = {"in_rate": "in", "out_rate": "out", "net_migration_rate": "net"}


class Rivals:
    """Predictions of every method for figures of Viet Nam; the run gives provinces and where they lie."""

    def __init__(self, measured: Measured) -> None:
        self.m, self.codes = measured, measured.codes
        self._matrices: dict[tuple[int, int], dict[str, Floats]] = {}

    @cached_property
    def persons(self) -> Floats:
        """Official residents of 2014 by province, in the order of the codes."""
        return residents(START)["persons"].reindex(self.codes).to_numpy(np.float64)

    @cached_property
    def far(self) -> Floats:
        """Kilometres between provinces."""
        return distances(centres(self.m.run, self.codes))

    def years_for(self, f: Figure) -> tuple[int, int] | None:
        """First and last year of rates that a figure's date allows; None where there are too few before it."""
        if f.last > KNOWN_UNTIL:
            return FROM_2012
        before = [year for year in rate_years() if year + 1 <= f.first][-SPAN:]
        return (before[0], before[-1]) if len(before) >= FEWEST else None

    @cached_property
    def gravity_shape(self) -> Floats:
        """Flows between provinces by gravity, up to a factor: fitted on the flows between regions of 2012-13."""
        regions = sorted(set(self.m.areas.region_of.values()))
        number = np.array([regions.index(self.m.areas.region_of[code]) for code in self.codes])
        persons = np.bincount(number, weights=self.persons)
        at = centres(self.m.run, self.codes)
        middle = np.column_stack(
            [np.bincount(number, weights=self.persons * column) / persons for column in at.T]
        )
        flows = np.zeros((len(regions), len(regions)))
        for (origin, destination), value in self.known_flows.items():
            flows[regions.index(origin), regions.index(destination)] = value
        return fit_gravity(flows, persons, distances(middle)).flows(self.persons, self.far)

    @cached_property
    def known_flows(self) -> dict[tuple[str, str], float]:
        """Persons who moved from one region to another in the year to 1 April 2013."""
        made = {}
        for f in targets():
            if f.figure == "region_flow":
                origin, destination = self.m.areas.pair(f.area)
                made[origin.code, destination.code] = f.value
        return made

    def matrices(self, first: int, last: int) -> dict[str, Floats]:
        """Persons a year between provinces by gravity and by radiation, both with the total of these years."""
        if (first, last) not in self._matrices:
            rates = mean_rates(first, last)["in"].reindex(self.codes)
            total = float((rates * self.persons).sum() / PER)
            leaving = self.persons * total / self.persons.sum()
            self._matrices[first, last] = {
                GRAVITY: self.gravity_shape * total / self.gravity_shape.sum(),
                RADIATION: radiation(self.persons, self.far, leaving),
            }
        return self._matrices[first, last]

    def in_sample(self, figure: Figure) -> frozenset[str]:
        """Methods that were fitted on what happened in the figure's own years, which ended before 2017."""
        if figure.last > KNOWN_UNTIL:
            return frozenset()
        made = set()
        if figure.figure in (*RATES, "region_flow") and figure.first < FLOWS_END:
            made.add(GRAVITY)
        if figure.figure in RATES and figure.first < STOCKS_END:
            made |= {GROWTH, COUNTED, MEAN}
        return frozenset(made)

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
        area, side = self.m.areas.find(f.area, f.last), RATES[f.figure]
        inside = self._inside(area)
        years = float(SPAN) if f.unit == FIVE_YEARS else 1.0
        weight = self.persons[inside] / self.persons[inside].sum()
        made: dict[str, float] = {}
        of = self.m.areas.province_at(f.last)
        nation = area.level == "nation"
        known = self.years_for(f)
        # flows inside a region, or between former provinces that are one now, are in the rates of its provinces
        if side == "net" or len(inside) == 1 or (nation and len(set(of)) == len(of)):
            periods = PERIODS if f.last > KNOWN_UNTIL else {BEFORE: known} if known else {}
            for name, period in periods.items():
                rates = mean_rates(*period)[side].reindex(self.codes).to_numpy(np.float64)
                made[name] = years * float((rates[inside] * weight).sum())
        if side == "net":
            before, after = (
                residents(y)["persons"].reindex(self.codes).to_numpy(np.float64) for y in (2009, START)
            )
            span = START - 2009
            mine = np.log(after[inside].sum() / before[inside].sum()) / span
            made[GROWTH] = years * PER * float(mine - np.log(after.sum() / before.sum()) / span)
            then = counted_in_2014().reindex(self.codes).to_numpy(np.float64)
            of_all = float(np.log(then.sum() / before.sum()))
            made[COUNTED] = (
                years * PER * (float(np.log(then[inside].sum() / before[inside].sum())) - of_all) / COUNT_SPAN
            )
            if "mean 2012-16" in made:
                made[MEAN] = (made[GROWTH] + made["mean 2012-16"]) / 2
        if known is None:
            return made
        out_of = np.setdiff1d(np.arange(len(self.codes)), inside)
        for name, flows in self.matrices(*known).items():
            arrived, departed = flows[np.ix_(out_of, inside)].sum(), flows[np.ix_(inside, out_of)].sum()
            if nation:
                arrived = departed = flows[of[:, None] != of[None, :]].sum()
            counted = {"in": arrived, "out": departed, "net": arrived - departed}[side]
            made[name] = years * PER * float(counted / self.persons[inside].sum())
        return made

    def _flow(self, f: Figure) -> dict[str, float]:
        origin, destination = self.m.areas.pair(f.area, f.last)
        years = 1.0 if f.unit == "persons a year" else float(SPAN)
        cells = np.ix_(self._inside(origin), self._inside(destination))
        known = self.years_for(f)
        made: dict[str, float] = {}
        if known is not None:
            made = {name: years * float(flows[cells].sum()) for name, flows in self.matrices(*known).items()}
        before = self.known_flows.get((origin.code, destination.code))
        if before is not None and f.first >= FLOWS_END:
            made[FLOWS] = years * before
        return made

    def _population(self, f: Figure) -> dict[str, float]:
        codes = list(self.m.areas.find(f.area, f.first).provinces)

        def of(year: int) -> float:
            return float(residents(year)["persons"].reindex(codes).sum())

        made: dict[str, float] = {}
        if f.first > STOCKS_END:
            years = f.first - STOCKS_END
            made[GROWTH] = of(START) * (of(START) / of(2009)) ** (years / (START - 2009))
            then = float(counted_in_2014().reindex(codes).sum())
            made[COUNTED] = then * (then / of(2009)) ** ((f.first - COUNT) / COUNT_SPAN)
        if f.first > LATER + MIDYEAR + CENSUS_DAY:
            years = f.first - LATER - MIDYEAR
            made[LATER_GROWTH] = of(LATER) * (of(LATER) / of(START)) ** (years / (LATER - START))
        table = projection()
        projected = table[(table["year"] == int(f.first)) & table["code"].isin(codes)]
        if len(projected) == len(codes):
            made[PROJECTION] = float(projected["persons"].sum())
        return made

    def from_count(self, f: Figure, measured: Sequence[Measured]) -> dict[str, float]:
        """`MODEL_COUNTED`, the mean of the runs, of a population after 2014; nothing of other figures."""
        if f.figure != "population" or f.first <= STOCKS_END:
            return {}
        area = self.m.areas.find(f.area, f.first)
        inside = self._inside(area)
        grown = np.mean(
            [m.stock(1, f.first)[inside].sum() / m.stock(1, COUNT)[inside].sum() for m in measured]
        )
        return {MODEL_COUNTED: float(counted_in_2014().reindex(list(area.provinces)).sum() * grown)}

    def _urban_share(self, f: Figure) -> dict[str, float]:
        if f.first <= STOCKS_END:
            return {}
        mine = residents(START).reindex(list(self.m.areas.find(f.area, f.first).provinces))
        return {HELD: 100 * float(mine["urban"].sum() / mine["persons"].sum())}


__all__ = ["RIVALS", "Rivals"]

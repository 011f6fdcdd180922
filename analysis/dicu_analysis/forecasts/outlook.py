"""What simple methods say of the years to come, from figures up to 2024, and where the model goes on from.

The model's own level of 2024 is off by what ten simulated years added up to, so its population and urban share are the
official ones of 2024 with the change that each run makes of them from then on (assumption A150).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.world import facts
from dicu_analysis.targets.areas import Area
from dicu_analysis.targets.catalogue import FIVE_YEARS
from dicu_analysis.targets.measure import NotInRun
from dicu_analysis.targets.table import MIDYEAR, Figure
from dicu_analysis.validation.published import projection, residents
from dicu_analysis.validation.rivals import GRAVITY, PERIODS, RADIATION, RATES, Rivals
from dicu_analysis.validation.scores import MODEL

Floats = NDArray[np.float64]
BEFORE, NOW = 2019, 2024
JUMP: Final = NOW + MIDYEAR
"""Moment of the official figures that populations and urban shares go on from."""
GROWTH: Final = "growth 2019-24"
OFFICIAL: Final = "official projection of 2014"
OFFICIAL_GROWTH: Final = "its growth, from 2024"
HELD: Final = "as in 2024"
OWN: Final = "model at its own level"
MEAN: Final = "mean of methods"
PERSISTENCE: Final = "mean 2012-16"
METHODS: Final = (*PERIODS, GROWTH, HELD, OFFICIAL, OFFICIAL_GROWTH, GRAVITY, RADIATION, OWN, MEAN)
AVERAGED: Final = (MODEL, PERSISTENCE, GROWTH, OFFICIAL_GROWTH, GRAVITY)
"""What the mean of methods is the mean of, as far as each speaks of a figure."""
PER: Final = 1000.0
WORDS: Final = {
    MODEL: "mean of the runs; populations and urban shares from the official ones of 2024",
    PERSISTENCE: "mean of the official yearly rates of 2012-16; merged provinces by residents",
    "mean 2010-16": "the same of 2010-16",
    "mean 2005-16": "the same of 2005-16",
    GROWTH: "official growth of 2019-24 goes on; as a net rate, less the nation's; urban share: the change goes on",
    HELD: "the official figure of 2024",
    OFFICIAL: "medium variant, Viet Nam Population Projection 2014-2049; after 2024 its growth of 2019-24 goes on",
    OFFICIAL_GROWTH: "official residents of 2024 with the growth of that projection",
    GRAVITY: "flows between regions of 2012-13, total of 2012-16; populations: with the nation's growth of 2019-24",
    RADIATION: "Simini et al. 2012, total of 2012-16",
    OWN: "mean of the runs without going on from 2024",
    MEAN: f"mean of {', '.join(AVERAGED)}, as far as each speaks of a figure",
}  # fmt: skip


class Outlook(Rivals):
    """Predictions of every simple method for years after 2024; also where the model's runs go on from."""

    def official(self, area: Area, year: int) -> tuple[float, float]:
        """Official residents of an area, and percent of them in urban places."""
        mine = residents(year).reindex(list(area.provinces))
        persons = float(mine["persons"].sum())
        return persons, 100 * float(mine["urban"].sum()) / persons

    def predict(self, figure: Figure) -> dict[str, float]:
        """What each method but the model and the means says of a figure.

        Raises
        ------
        dicu_analysis.targets.measure.NotInRun
            For a figure of before the official ones of 2024, which are what methods go on from.
        """
        if figure.last <= JUMP:
            raise NotInRun(f"not of the future (got {figure.until}, allowed after {JUMP:.1f})")
        rules: dict[str, Callable[[Figure], dict[str, float]]] = {
            **dict.fromkeys(RATES, self._rate), "population": self._population, "urban_share": self._urban_share,
            "households": self._households,
        }  # fmt: skip
        rule = rules.get(figure.figure)
        said = {} if rule is None else rule(figure)
        return {k: v for k, v in said.items() if k in METHODS and np.isfinite(v)}

    def _rate(self, f: Figure) -> dict[str, float]:
        made = super()._rate(f)
        area = self.m.areas.find(f.area, f.last)
        if RATES[f.figure] == "net":
            years = 5.0 if f.unit == FIVE_YEARS else 1.0
            made[GROWTH] = years * PER * (self._growth(area) - self._growth(self.m.areas.find("VN")))
        return made

    def _growth(self, area: Area) -> float:
        """Log growth of official residents a year, 2019-24."""
        after, before = (self.official(area, year)[0] for year in (NOW, BEFORE))
        return float(np.log(after / before) / (NOW - BEFORE))

    def _population(self, f: Figure) -> dict[str, float]:
        area, years = self.m.areas.find(f.area, f.last), f.first - JUMP
        now = self.official(area, NOW)[0]
        made = {GROWTH: now * float(np.exp(years * self._growth(area))), HELD: now}
        table = projection()
        mine = table[table["code"].isin(area.provinces)].groupby("year")["persons"].sum()
        growth = float(np.log(mine[NOW] / mine[BEFORE]) / (NOW - BEFORE))
        made[OFFICIAL] = float(mine[NOW]) * float(np.exp(years * growth))
        made[OFFICIAL_GROWTH] = now * float(np.exp(years * growth))
        nation = self.m.areas.find("VN")
        moved = 0.0
        if area.level != nation.level:
            flows, inside = self.matrices(2012, 2016)[GRAVITY], self._inside(area)
            out_of = np.setdiff1d(np.arange(len(self.codes)), inside)
            net = flows[np.ix_(out_of, inside)].sum() - flows[np.ix_(inside, out_of)].sum()
            moved = float(net / self.persons[inside].sum())
        made[GRAVITY] = now * float(np.exp(years * (self._growth(nation) + moved)))
        return made

    def _urban_share(self, f: Figure) -> dict[str, float]:
        area = self.m.areas.find(f.area, f.last)
        now, before = (self.official(area, year)[1] for year in (NOW, BEFORE))
        change = (now - before) / (NOW - BEFORE)
        return {GROWTH: float(np.clip(now + change * (f.first - JUMP), 0.0, 100.0)), HELD: now}

    def _households(self, f: Figure) -> dict[str, float]:
        """One size for all: the nation's change of persons in a household of 2009-19 goes on (assumption A152)."""
        size = mean_size(f.first)
        return {GROWTH: self._population(f)[GROWTH] / size}

    def going_on(self, figure: Figure, values: Floats, then: Floats) -> Floats:
        """Values of runs (runs,) as forecasts: from the official figure of 2024, where there is one.

        Parameters
        ----------
        then : (runs,)
            The same figure of each run in the middle of 2024.
        """
        area = self.m.areas.find(figure.area, figure.last)
        persons, urban = self.official(area, NOW)
        if figure.figure == "population":
            return np.asarray(persons * values / then)
        if figure.figure == "urban_share":
            return np.clip(urban + values - then, 0.0, 100.0)
        return values


def mean_size(at: float) -> float:
    """Persons in a household of the nation by the censuses of 2009 and 2019, on a line in the logarithm."""
    columns = ("residence", "year", "figure", "value", "confidence", "source")
    table = facts.read_figures("households", columns, columns[:3])
    mine = table[(table["residence"] == "total") & (table["figure"] == "mean_size")].set_index("year")[
        "value"
    ]
    first, last = float(mine[2009]), float(mine[2019])
    return float(first * (last / first) ** ((at - 2009.25) / 10.0))


__all__ = ["AVERAGED", "JUMP", "MEAN", "METHODS", "OWN", "WORDS", "Outlook", "mean_size"]

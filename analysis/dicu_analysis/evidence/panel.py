"""A panel of provinces: does growth of towns elsewhere draw people out, and more out of weak provinces?

Out-rates are regressed on the growth of urban people in other provinces, weighted by gravity, and on its product with
the province's own weakness, with province and year effects and errors clustered by province. The growth of the year
after stands in as a placebo: what it "explains" cannot be its effect. Towns grow by those who leave for them, so not
even a right answer identifies a pull; what counts is whether data and model answer alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis.estimators.gravity import Coefficient
from dicu_analysis.estimators.panel import panel
from dicu_analysis.load import Run
from dicu_analysis.targets.geography import centres, distances
from dicu_analysis.targets.measure import Measured, NotInRun
from dicu_analysis.validation.published import mean_rates, residents

Floats = NDArray[np.float64]
PULL, CROSSED, LEAD = "pull", "pull_weak", "lead"
WORDS: Final = {
    PULL: "growth of urban people elsewhere (1 point a year)",
    CROSSED: "its product with weakness (one standard deviation)",
    LEAD: "placebo: growth of the year after",
}
FIRST_RATE: Final = 2005
FEWEST: Final = 4
"""Years a panel needs."""


@dataclass(frozen=True, eq=False)
class Provinces:
    """A panel of R provinces over Y years.

    Attributes
    ----------
    year : (Y,) int
    out_rate : (R, Y) float64
        Per 1,000 residents; nan where there is none.
    urban : (R, Y + 2) float64
        Urban people at the end of the year before the first, of each year, and of the year after the last.
    weight : (R, R) float64
        Of the growth elsewhere (columns) for each province (rows): rows sum to 1, 0 on the diagonal.
    weak : (R,) float64
        Weakness: lower means stronger; centred, one standard deviation is 1.
    """

    year: Sequence[int]
    out_rate: Floats
    urban: Floats
    weight: Floats
    weak: Floats

    def frame(self) -> pd.DataFrame:
        """One row a province and year: ``province, year, ln_out, pull, pull_weak, lead``; growth in points."""
        growth = 100.0 * np.diff(np.log(self.urban), axis=1)
        pull = self.weight @ growth
        n, years = self.out_rate.shape
        with np.errstate(divide="ignore"):
            ln_out = np.where(self.out_rate > 0, np.log(self.out_rate), np.nan)
        made = pd.DataFrame(
            {
                "province": np.repeat(np.arange(n), years),
                "year": np.tile(np.asarray(self.year), n),
                "ln_out": ln_out.ravel(),
                PULL: pull[:, :-1].ravel(),
                CROSSED: (pull[:, :-1] * self.weak[:, None]).ravel(),
                LEAD: pull[:, 1:].ravel(),
            }
        )
        return made.dropna().reset_index(drop=True)

    def estimates(self) -> dict[str, Coefficient]:
        """Coefficients of pull, its product with weakness, and the lead (in a regression of its own, beside pull)."""
        data = self.frame()
        main = panel(data, "ln_out", f"{PULL} + {CROSSED}", "province", "year")
        placebo = panel(data, "ln_out", f"{PULL} + {LEAD}", "province", "year")
        return {PULL: main[PULL], CROSSED: main[CROSSED], LEAD: placebo[LEAD]}


def gravity_weights(urban: Floats, far: Floats) -> Floats:
    """(R, R) urban people over kilometres, each row scaled to 1; nothing on the diagonal."""
    made = np.asarray(urban[None, :] / np.where(far > 0, far, np.inf))
    np.fill_diagonal(made, 0.0)
    return np.asarray(made / made.sum(axis=1, keepdims=True))


def standardised(values: Floats) -> Floats:
    """Centred, with a standard deviation of 1."""
    return np.asarray((values - values.mean()) / values.std())


def official(run: Run, first: int = 2010, last: int = 2013) -> Provinces:
    """The panel of official rates; where provinces lie is taken from a run's world.

    Weakness is the mean net loss of 2005-09: what is measured before the years of the panel.

    Raises
    ------
    NotInRun
        For provinces that the official figures do not know.
    """
    measured = Measured(run)
    codes = measured.codes
    years, wanted = range(first, last + 1), range(first - 1, last + 2)
    out = pd.DataFrame({y: mean_rates(y, y)["out"] for y in years}).reindex(codes)
    urban = pd.DataFrame({y: residents(y)["urban"] for y in wanted}).reindex(codes)
    if urban.isna().to_numpy().any():
        raise NotInRun("official urban people are not known for these provinces")
    loss = -mean_rates(FIRST_RATE, first - 1)["net"]
    return Provinces(
        list(years),
        out.to_numpy(np.float64),
        urban.to_numpy(np.float64),
        gravity_weights(urban[first - 1].to_numpy(np.float64), distances(centres(run, codes))),
        standardised(loss.reindex(codes).to_numpy(np.float64)),
    )


def simulated(run: Run) -> Provinces:
    """The same panel of a run: its whole years but the first and the last, which give weakness and the placebo.

    Raises
    ------
    NotInRun
        When the run is too short.
    """
    measured = Measured(run)
    ends = run.year_at_end(np.arange(len(run.labels)))
    first, last = int(np.ceil(ends[0] - 1e-9)), int(np.floor(ends[-1] + 1e-9))
    years = list(range(first + 1, last - 1))
    if len(years) < FEWEST:
        raise NotInRun(f"{run.folder}: {max(0, last - first)} whole years (allowed {FEWEST + 2} or more)")
    urban = np.array([measured.stock(2, float(y)) for y in range(first + 1, last + 1)]).T

    def moved(year: int) -> tuple[Floats, Floats]:
        steps = measured.steps(float(year), float(year + 1))
        return measured.flows(*steps), measured.residents(*steps)

    out = []
    for year in years:
        flows, people = moved(year)
        out.append(1000.0 * flows.sum(axis=1) / people)
    flows, people = moved(first)
    net = (flows.sum(axis=1) - flows.sum(axis=0)) / people
    return Provinces(
        years,
        np.array(out).T,
        urban,
        gravity_weights(urban[:, 0], distances(centres(run, measured.codes))),
        standardised(net),
    )


__all__ = [
    "CROSSED",
    "LEAD",
    "PULL",
    "WORDS",
    "Provinces",
    "gravity_weights",
    "official",
    "simulated",
    "standardised",
]

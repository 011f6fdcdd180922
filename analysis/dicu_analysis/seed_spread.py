"""How far one run lies from another that differs in its seed alone: the standard table of it, and its measurement.

A run of the real country in one row for 1,000 households gives a province a net gain of 2 per 1,000 and year with
one seed and a net loss with the next. Figures and reports of one run use this table to leave out what luck decides.
Measured once for Viet Nam (``uv run python -m dicu_analysis.measure_spread measure``), with the default years (2019Q2
to 2035Q4), and kept in ``data/seed_spread.csv``; other weights, years and worlds follow by the law below, and are then
said to be carried over.

Moves of households are nearly independent, so that the variance of a sum is that of one household times their number:
the standard deviation of a total goes with the root of the weight, that of a rate per 1,000 residents and year is
``c * sqrt(weight / (residents * years))``, that of the persons of one stream ``c * sqrt(weight * persons)``. The
coefficients are fitted at one weight and tried at another.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from dicu.world.country import LENT_BY
from dicu_analysis.language import Text, Words

if TYPE_CHECKING:
    from dicu_analysis.load import Run

PATH: Final = Path(__file__).parent / "data" / "seed_spread.csv"
COLUMNS: Final = (
    "quantity",
    "level",
    "kind",
    "weight",
    "sd",
    "low",
    "high",
    "seeds",
    "model_version",
    "command",
)
Kind = Literal["level", "difference"]
TIMES: Final = 2.0
"""Standard deviations within which a figure does not tell a value from 0, or one value from another."""
RATES: Final = {
    "net_per_1000_a_year": ("province", "region"),
    "in_per_1000_a_year": ("province",),
    "out_per_1000_a_year": ("province",),
}
"""Rates that follow the law of residents, with the levels at which the coefficient is fitted."""
STREAM: Final = "persons_moved"
WAYS: Final = ("travel_minutes", "district_minutes")
"""Means of residents that follow ``c * sqrt(weight / residents)``, by province."""
SPAN: Final = ("2019Q2", "2035Q4")
"""First and last step of the runs that were measured."""
LENDER: Final[Text] = Text(LENT_BY, "đất nước có sẵn trong gói phần mềm")
"""Who lends, in words for the outputs of another country."""
PEOPLE: Final = 96.484e6
"""Persons at the start of the runs that were measured."""
TOTALS: Final = (
    "persons.",
    "moves.persons",
    "budget.",
    "posts.",
    "satellites.",
    "mobile_desks.",
    "households.",
    "flow.",
)
"""Beginnings of the quantities that grow with the size of a world; the others are means, shares and rates."""


@dataclass(frozen=True)
class Spread:
    """Standard deviation of one quantity over seeds.

    Attributes
    ----------
    sd : float
        Of one run's value (kind ``level``), or of the difference of one pair with equal seeds (``difference``).
    weight : int
        Real households per row, of the run that is asked about.
    measured : int
        Weight at which it was measured; another than ``weight`` means that the law of the root was applied.
    seeds : int
        Runs that it was measured with.
    """

    sd: float
    weight: int
    measured: int
    seeds: int

    @property
    def extrapolated(self) -> bool:
        """Whether the table has no measurement at this weight."""
        return self.weight != self.measured


@cache
def table() -> pd.DataFrame:
    """The standard table; ``low`` and ``high`` bound ``sd`` with 95 % (chi square with the seeds less one).

    Raises
    ------
    ValueError
        When the file has other columns.
    """
    made = pd.read_csv(PATH)
    if tuple(made.columns) != COLUMNS:
        raise ValueError(f"{PATH}: columns must be {', '.join(COLUMNS)}, got {', '.join(made.columns)}")
    return made


def spread(quantity: str, weight: int, kind: Kind = "level") -> Spread | None:
    """Spread of a figure of the whole run (a key of `dicu_analysis.report.measures.measure`), None where not measured.

    Taken from the measurement at the nearest weight (in ratio), times the root of the ratio of weights.
    """
    rows = table()
    mine = rows[(rows["quantity"] == quantity) & (rows["kind"] == kind) & (rows["level"] == "run")]
    if mine.empty:
        return None
    near = mine.iloc[int(np.argmin(np.abs(np.log(mine["weight"].to_numpy() / weight))))]
    sd = float(near["sd"]) * float(np.sqrt(weight / near["weight"]))
    return Spread(sd, weight, int(near["weight"]), int(near["seeds"]))


def of_rates(
    residents: ArrayLike,
    weight: int,
    years: float,
    quantity: str = "net_per_1000_a_year",
    level: str = "province",
) -> NDArray[np.float64]:
    """Standard deviation over seeds of rates per 1,000 residents and year, by unit.

    Parameters
    ----------
    residents : (U,) float64
        Real persons, mean of the period.
    weight : int
        Real households per row.
    years : float
        Length of the period.

    Raises
    ------
    KeyError
        When the table has no coefficient for the quantity at this level.
    """
    people = np.asarray(residents, dtype=np.float64)
    scale = np.sqrt(weight / np.where(people > 0, people * years, np.nan))
    return np.asarray(coefficient(quantity, level, weight) * scale, dtype=np.float64)


def of_streams(persons: ArrayLike, weight: int) -> NDArray[np.float64]:
    """Standard deviation over seeds of the persons (n,) who moved from one unit to another in some time."""
    moved = np.asarray(persons, dtype=np.float64)
    return np.asarray(coefficient(STREAM, "stream", weight) * np.sqrt(weight * moved), dtype=np.float64)


def coefficient(quantity: str, level: str, weight: int) -> float:
    """``c`` of the law of residents, from the measurement at the nearest weight (in ratio).

    Raises
    ------
    KeyError
        When that spread was not measured.
    """
    rows = table()
    mine = rows[(rows["quantity"] == quantity) & (rows["level"] == level)]
    if mine.empty:
        raise KeyError(f"{PATH}: no spread of {quantity!r} by {level}")
    near = mine.iloc[int(np.argmin(np.abs(np.log(mine["weight"].to_numpy() / weight))))]
    return float(near["sd"])


def measured(run: Run) -> bool:
    """Whether the table was measured for this country, weight and years; otherwise it is carried over by the law."""
    time = run.config.get("time", {})
    here = run.is_real and (time.get("start"), time.get("end")) == SPAN
    return bool(here and int(run.manifest["weight"]) in set(table()["weight"]))


def basis(run: Run, w: Words) -> Text:
    """What the spread of a run's numbers rests on, in words."""
    if measured(run):
        en, vi = "measured", "đã đo"
    else:
        listed = w.t(" and ", " và ").join(w.num(v) for v in sorted(set(table()["weight"])))
        of = LENDER if run.terms.own else Text("Viet Nam", "Việt Nam")
        first, last = SPAN
        en = f"carried over from {of.en}, {first} to {last}, measured at weights {listed}"
        vi = f"suy rộng từ {of.vi}, {w.period(first)} đến {w.period(last)}, đã đo với trọng số {listed}"
    return Text(en, vi)


def sd_of(quantity: str, run: Run, kind: Kind = "level") -> float | None:
    """Standard deviation over seeds of a figure of a whole run, None where not measured.

    In a world of fewer people than the measured one, sums vary by the root of the people, means by one over it.
    """
    found = spread(quantity, int(run.manifest["weight"]), kind)
    if found is None:
        return None
    size = 1.0 if run.is_real else float(np.sqrt(float(run.national["persons"].iloc[0]) / PEOPLE))
    total = quantity.startswith(TOTALS) or quantity.endswith(".persons")
    return found.sd * (size if total else 1.0 / max(size, 1e-9))


def digits_of(quantity: str, run: Run, most: int, factor: float = 1.0) -> int:
    """Decimals that a number of one run is told with; it is ``factor`` times the measured one."""
    sd = sd_of(quantity, run)
    if quantity.startswith("budget."):
        factor *= run.terms.measured
    return digits(None if sd is None else sd * factor, most)


def of_means(quantity: str, residents: ArrayLike, weight: int) -> NDArray[np.float64]:
    """Standard deviation over seeds of means of the residents (n,) of provinces: a way, a change of access."""
    people = np.asarray(residents, dtype=np.float64)
    scale = np.sqrt(weight / np.where(people > 0, people, np.nan))
    return np.asarray(coefficient(quantity, "province", weight) * scale, dtype=np.float64)


def digits(sd: float | None, most: int) -> int:
    """Decimals that a number of this spread is told with: none finer than its standard deviation, at most ``most``."""
    if sd is None or not sd > 0:
        return most
    return min(most, max(0, -int(np.ceil(np.log10(sd)))))

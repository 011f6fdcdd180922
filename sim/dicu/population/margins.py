"""The margins and rates that the first households are fitted to, read from the tables in ``data/``."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.population.columns import MEMBERS

DATA: Final = Path(__file__).parent / "data"
AGE_GROUPS: Final = 17
"""Five-year groups 0-4 .. 75-79 and 80+."""


def read_table(name: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Read one table of ``data/``; the header must hold exactly ``columns``.

    Raises
    ------
    FileNotFoundError, ValueError
        Naming the file and what is missing.
    """
    path = DATA / f"{name}.csv"
    if not path.is_file():
        raise FileNotFoundError(f"{path}: table of margins missing; the installation is not complete")
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != columns:
            raise ValueError(f"{path}:1: columns {reader.fieldnames}, expected {list(columns)}")
        return list(reader)


def number(name: str, line: int, column: str, text: str, lo: float, hi: float) -> float:
    """One number of a table, or an error that names file, line, column and the allowed range."""
    where = f"{DATA / f'{name}.csv'}:{line}: {column}"
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{where}: {text!r} is not a number") from None
    if not lo <= value <= hi:
        raise ValueError(f"{where}: {value} is not in {lo}..{hi}")
    return value


@dataclass(frozen=True)
class Rates:
    """Rates of ``rates.csv`` by (name, key); the key is "" where a rate has no classes."""

    values: dict[tuple[str, str], float]

    def __call__(self, name: str, key: str = "") -> float:
        """One rate; KeyError names what there is."""
        try:
            return self.values[name, key]
        except KeyError:
            known = sorted({n for n, _ in self.values})
            raise KeyError(f"no rate {name!r} with key {key!r} in rates.csv; names are {known}") from None

    def classes(self, name: str) -> dict[str, float]:
        """All classes of a rate, key -> value, in the order of the file."""
        return {key: value for (n, key), value in self.values.items() if n == name}


@dataclass(frozen=True, eq=False)
class Margins:
    """National margins of the starting population.

    Attributes
    ----------
    pyramid : (17, 2) float64
        Share of persons by five-year age group and sex (male, female); sums to 1.
    size : (2, 6) float64
        Share of households by size 1..6, rows rural and urban; each sums to 1. Size 6 stands for 6 and more.
    rates : Rates
    """

    pyramid: NDArray[np.float64]
    size: NDArray[np.float64]
    rates: Rates


@cache
def load_margins() -> Margins:
    """Read ``age_pyramid.csv``, ``household_size.csv`` and ``rates.csv``; sources stand in the tables."""
    columns = ("age_from", "age_to", "male_percent", "female_percent", "status", "source")
    pyramid = np.zeros((AGE_GROUPS, 2))
    rows = read_table("age_pyramid", columns)
    if [row["age_from"] for row in rows] != [str(5 * g) for g in range(AGE_GROUPS)]:
        raise ValueError(f"{DATA / 'age_pyramid.csv'}: age_from must be 0, 5, .. 80")
    for g, row in enumerate(rows):
        for sex, column in enumerate(("male_percent", "female_percent")):
            pyramid[g, sex] = number("age_pyramid", g + 2, column, row[column], 1e-3, 100)
    size = np.zeros((2, MEMBERS))
    rows = read_table("household_size", ("size", "urban_percent", "rural_percent", "status", "source"))
    if [row["size"] for row in rows] != [str(s + 1) for s in range(MEMBERS)]:
        raise ValueError(f"{DATA / 'household_size.csv'}: size must be 1 .. {MEMBERS}")
    for s, row in enumerate(rows):
        for area, column in enumerate(("rural_percent", "urban_percent")):
            size[area, s] = number("household_size", s + 2, column, row[column], 1e-3, 100)
    values: dict[tuple[str, str], float] = {}
    for line, row in enumerate(read_table("rates", ("name", "key", "value", "status", "source")), start=2):
        key = (row["name"], row["key"])
        if key in values:
            raise ValueError(f"{DATA / 'rates.csv'}:{line}: {key} stands twice")
        values[key] = number("rates", line, "value", row["value"], 0, 1e9)
    return Margins(
        pyramid=pyramid / pyramid.sum(),
        size=size / size.sum(axis=1, keepdims=True),
        rates=Rates(values),
    )


def tilt_to_mean(share: NDArray[np.float64], mean: float) -> NDArray[np.float64]:
    """Distribution over sizes 1..S nearest in relative entropy to ``share`` with the given mean.

    Equation: p_s proportional to share_s t^s, t found by bisection (Csiszar 1975, exponential tilting).

    Parameters
    ----------
    share : (S,) float64, sums to 1
    mean : float
        Persons a household, strictly between 1 and S.

    Raises
    ------
    ValueError
        When no distribution has this mean.
    """
    n = len(share)
    sizes = np.arange(1, n + 1, dtype=np.float64)
    if not 1.02 <= mean <= n - 0.02:
        raise ValueError(f"mean household size {mean}: between 1.02 and {n - 0.02} persons can be had")
    lo, hi = 1e-4, 1e4
    p = share
    for _ in range(200):
        t = math.sqrt(lo * hi)
        weight = share * np.cumprod(np.full(n, t))
        p = weight / weight.sum()
        if (p * sizes).sum() < mean:
            lo = t
        else:
            hi = t
    return np.asarray(p)

"""The margins and rates that the first households are fitted to, from the tables of a country."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.population.columns import MEMBERS
from dicu.scenario.sections import Population
from dicu.world.country import Country, shipped_table
from dicu.world.rates import RATES

AGE_GROUPS: Final = 17
"""Five-year groups 0-4 .. 75-79 and 80+."""


class MarginsError(ValueError):
    """No population has these margins."""


@dataclass(frozen=True)
class Rates:
    """Rates of the table ``rates`` by (name, key); the key is "" where a rate has no classes.

    ``by_province`` holds those that a country states by province: (name, province code).
    """

    values: dict[tuple[str, str], float]
    by_province: dict[tuple[str, str], float]

    def __call__(self, name: str, key: str = "") -> float:
        """One rate; KeyError names what there is."""
        try:
            return self.values[name, key]
        except KeyError:
            known = sorted({n for n, _ in self.values})
            raise KeyError(f"no rate {name!r} with key {key!r}; names are {known}") from None

    def classes(self, name: str) -> dict[str, float]:
        """All classes of a rate, key -> value, in the order of `dicu.world.rates.Rate.rank`."""
        mine = {key: value for (n, key), value in self.values.items() if n == name}
        return dict(sorted(mine.items(), key=lambda item: RATES[name].rank(item[0])))


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
    of_province : province code -> (17, 2) float64
        As ``pyramid``, of the persons of provinces whose ages the country states.
    """

    pyramid: NDArray[np.float64]
    size: NDArray[np.float64]
    rates: Rates
    of_province: Mapping[str, NDArray[np.float64]] = MappingProxyType({})


def load_margins(country: Country) -> Margins:
    """Margins from the tables ``age_sex``, ``household_size`` and ``rates`` of a country, or those it borrows.

    Raises
    ------
    ValueError
        When a table does not hold the ages or sizes that are needed.
    """
    ages = country.table("age_sex").sort_values("age_from", ignore_index=True)
    if ages["age_from"].tolist() != [5 * g for g in range(AGE_GROUPS)]:
        raise ValueError("age_sex: column age_from: must be 0, 5, .. 80, each once")
    pyramid = ages[["male", "female"]].to_numpy(np.float64)
    if not (pyramid > 0).all():
        raise ValueError("age_sex: nobody in one of the groups (allowed: numbers above 0)")
    sizes = country.table("household_size").sort_values("size", ignore_index=True)
    if sizes["size"].tolist() != [s + 1 for s in range(MEMBERS)]:
        raise ValueError(f"household_size: column size: must be 1 .. {MEMBERS}, each once")
    size = sizes[["rural", "urban"]].to_numpy(np.float64).T.copy()
    if not (size > 0).all():
        raise ValueError("household_size: no household of one of the sizes (allowed: numbers above 0)")
    return Margins(
        pyramid=pyramid / pyramid.sum(),
        size=size / size.sum(axis=1, keepdims=True),
        rates=_rates(country),
        of_province=_of_province(country),
    )


def _of_province(country: Country) -> Mapping[str, NDArray[np.float64]]:
    """Ages and sexes of the provinces in the table ``age_sex_province``; none without it."""
    table = country.own("age_sex_province")
    if table is None:
        return MappingProxyType({})
    made = {}
    for code, own in table.sort_values("age_from").groupby("province", sort=True):
        people = own[["male", "female"]].to_numpy(np.float64)
        if own["age_from"].tolist() != [5 * g for g in range(AGE_GROUPS)] or not (people > 0).all():
            raise ValueError(
                f"age_sex_province: province {code}: must have 0, 5, .. 80, each once, and somebody in each"
            )
        made[str(code)] = people / people.sum()
    return MappingProxyType(made)


def _rates(country: Country) -> Rates:
    """The country's own rates; whole names that it does not state are borrowed."""
    values: dict[tuple[str, str], float] = {}
    by_province: dict[tuple[str, str], float] = {}
    own = country.own("rates")
    stated = set() if own is None else set(own["name"])
    if unknown := sorted(stated - set(RATES)):
        raise ValueError(f"rates: column name: unknown {unknown} (allowed: {', '.join(RATES)})")
    lent = shipped_table("rates")
    parts = [lent[~lent["name"].isin(stated) & (lent["province"] == "")]]
    parts += [] if own is None else [own]
    for part in parts:
        key = part["key"] if "key" in part else [""] * len(part)
        province = part["province"] if "province" in part else [""] * len(part)
        for name, k, p, value in zip(part["name"], key, province, part["value"], strict=True):
            if p:
                by_province[name, p] = float(value)
            else:
                values[name, k] = float(value)
    return Rates(values, by_province)


def mean_sizes(population: Population, year: int) -> tuple[float, float]:
    """Persons in a mean rural and urban household when a run starts in this year."""
    grown = (1.0 + population.household_size_trend) ** (year - population.household_size_year)
    return population.household_size_rural * grown, population.household_size_urban * grown


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
    MarginsError
        When no distribution has this mean.
    """
    n = len(share)
    sizes = np.arange(1, n + 1, dtype=np.float64)
    if not 1.02 <= mean <= n - 0.02:
        raise MarginsError(f"mean household size {mean}: between 1.02 and {n - 0.02} persons can be had")
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

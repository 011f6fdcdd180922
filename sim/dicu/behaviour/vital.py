"""Fertility and life expectancy of a year, by province and urban or rural: what births and deaths are solved for.

The country's own values are those of its tables until the parameters hold, with lines between known years. A province
with rows of its own differs from the country by a ratio in fertility, urban and rural each, and by years in life
expectancy; the difference lies on lines between its years and is that of the first or last year outside them. So the
parameters of the country move all provinces, and provinces keep what sets them apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.scenario.parameters_household import LifeCourse
from dicu.world.world import World

AREAS: Final = 2
"""Rural and urban, in the order of `dicu.behaviour.life_tables.RURAL` and ``URBAN``."""


class Vital(NamedTuple):
    """What births and deaths of a year are solved for, by area (A areas).

    Attributes
    ----------
    fertility : (A,) float64
        Children per woman: rural, urban; of every province in turn where provinces differ.
    life_expectancy : (A,) float64
        At birth, years.
    """

    fertility: NDArray[np.float64]
    life_expectancy: NDArray[np.float64]


class _National(NamedTuple):
    """Known values of the country by year, in the order rural and urban fertility, life expectancy."""

    rural: dict[int, float]
    urban: dict[int, float]
    life: dict[int, float]


def of_parameters(parameters: LifeCourse) -> Vital:
    """Those of `LifeCourse.rates_from` and later where provinces do not differ: two areas, rural and urban."""
    return Vital(
        np.array([parameters.fertility_rural, parameters.fertility_urban]),
        np.full(AREAS, parameters.life_expectancy),
    )


class VitalRates:
    """Those of every year.

    Years of the tables ``fertility`` and ``mortality`` before `LifeCourse.rates_from` hold as they are, and the
    line between two years that are known, of which `LifeCourse.rates_from` is the last; before the first, the first.
    Without a table the parameters hold always. Rows of a province are read as said above.
    """

    def __init__(self, world: World, parameters: LifeCourse) -> None:
        births, lives = world.country.own("fertility"), world.country.own("mortality")
        since = parameters.rates_from
        self._national = _National(
            _known(births, "rural", "", since) | {since: parameters.fertility_rural},
            _known(births, "urban", "", since) | {since: parameters.fertility_urban},
            _known(lives, "life_expectancy", "", since) | {since: parameters.life_expectancy},
        )
        self._by_province = any(
            t is not None and "province" in t and bool((t["province"] != "").any()) for t in (births, lives)
        )
        self._apart: list[_National] = []
        for code in world.legacy_provinces.code.tolist() if self._by_province else ():
            rural, urban, life = self._national
            self._apart.append(
                _National(
                    _apart(
                        _known(births, "rural", code), rural, lambda own, of: own / of if of > 0.0 else 1.0
                    ),
                    _apart(
                        _known(births, "urban", code), urban, lambda own, of: own / of if of > 0.0 else 1.0
                    ),
                    _apart(_known(lives, "life_expectancy", code), life, lambda own, of: own - of),
                )
            )

    def at(self, year: int) -> Vital:
        """Of a calendar year."""
        rural, urban, life = (between(known, year) for known in self._national)
        if not self._by_province:
            return Vital(np.array([rural, urban]), np.full(AREAS, life))
        fertility = np.empty(AREAS * len(self._apart))
        expectancy = np.empty(AREAS * len(self._apart))
        for r, own in enumerate(self._apart):
            fertility[AREAS * r] = rural * (between(own.rural, year) if own.rural else 1.0)
            fertility[AREAS * r + 1] = urban * (between(own.urban, year) if own.urban else 1.0)
            years = between(own.life, year) if own.life else 0.0
            expectancy[AREAS * r : AREAS * (r + 1)] = life + years
        return Vital(fertility, expectancy)


def areas(world: World, urban: NDArray[np.bool_], n: int) -> NDArray[np.int32]:
    """Area of each place, (P,) int32, of ``n``: 0 rural, 1 urban; where provinces differ 2 x its province besides.

    Provinces are those of before the reform, which places never leave.
    """
    province = world.districts.parent[world.district] if n > AREAS else np.zeros(len(urban), dtype=np.int32)
    return np.asarray(AREAS * province + urban, dtype=np.int32)


def _known(
    table: pd.DataFrame | None, column: str, province: str, before: int | None = None
) -> dict[int, float]:
    """Values of a column by year in the rows of one province ("": the country), of years before one."""
    if table is None:
        return {}
    own = table["province"] if "province" in table else pd.Series("", index=table.index)
    rows = table[own == province]
    told = sorted(zip(rows["year"].tolist(), rows[column].tolist(), strict=True))
    return {int(y): float(v) for y, v in told if before is None or y < before}


def _apart(
    own: dict[int, float], national: dict[int, float], differs: Callable[[float, float], float]
) -> dict[int, float]:
    """By how much a province differs from the country in each of its years."""
    return {year: differs(value, between(national, year)) for year, value in own.items()}


def between(known: dict[int, float], year: int) -> float:
    """Value of a year on the lines between known ones, in the order of their years."""
    before = [y for y in known if y <= year]
    after = [y for y in known if y >= year]
    if not before or not after:
        return known[min(known) if not before else max(known)]
    a, b = max(before), min(after)
    return known[a] if a == b else known[a] + (known[b] - known[a]) * ((year - a) / (b - a))


__all__ = ["AREAS", "Vital", "VitalRates", "areas", "between", "of_parameters"]

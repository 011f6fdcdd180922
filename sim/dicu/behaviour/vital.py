"""Fertility and life expectancy of a year: those of the country's tables until the parameters hold, lines between."""

from __future__ import annotations

from typing import NamedTuple

from dicu.scenario.parameters_household import LifeCourse
from dicu.world.world import World


class Vital(NamedTuple):
    """What births and deaths of a year are solved for: children per woman, rural and urban; years of life."""

    fertility_rural: float
    fertility_urban: float
    life_expectancy: float


COLUMNS = {
    "fertility_rural": ("fertility", "rural"),
    "fertility_urban": ("fertility", "urban"),
    "life_expectancy": ("mortality", "life_expectancy"),
}


def of_parameters(parameters: LifeCourse) -> Vital:
    """Those of `LifeCourse.rates_from` and later."""
    return Vital(parameters.fertility_rural, parameters.fertility_urban, parameters.life_expectancy)


class VitalRates:
    """Those of every year.

    Years of the tables ``fertility`` and ``mortality`` before `LifeCourse.rates_from` hold as they are, and the
    line between two years that are known, of which `LifeCourse.rates_from` is the last; before the first, the first.
    Without a table the parameters hold always.
    """

    def __init__(self, world: World, parameters: LifeCourse) -> None:
        latest = of_parameters(parameters)
        self._known: list[dict[int, float]] = []
        for name, value in zip(Vital._fields, latest, strict=True):
            table, column = COLUMNS[name]
            told = world.country.own(table)
            known = (
                {} if told is None else dict(zip(told["year"].tolist(), told[column].tolist(), strict=True))
            )
            earlier = {int(y): float(v) for y, v in sorted(known.items()) if y < parameters.rates_from}
            self._known.append(earlier | {parameters.rates_from: value})

    def at(self, year: int) -> Vital:
        """Of a calendar year."""
        return Vital(*(_between(known, year) for known in self._known))


def _between(known: dict[int, float], year: int) -> float:
    """Value of a year on the lines between known ones, in the order of their years."""
    before = [y for y in known if y <= year]
    after = [y for y in known if y >= year]
    if not before or not after:
        return known[min(known) if not before else max(known)]
    a, b = max(before), min(after)
    return known[a] if a == b else known[a] + (known[b] - known[a]) * ((year - a) / (b - a))


__all__ = ["Vital", "VitalRates", "of_parameters"]

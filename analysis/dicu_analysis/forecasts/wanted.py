"""What is forecast: figures of the provinces of after the reform that surveys and the census will publish.

A survey counts who lived elsewhere a year before; a run counts moves of that year (assumption A151).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dicu_analysis.targets.areas import NATION, NEW, Areas
from dicu_analysis.targets.catalogue import CATALOGUE, FIVE_YEARS, YEARLY
from dicu_analysis.targets.measure import NotInRun
from dicu_analysis.targets.table import Figure, moment

SURVEYS: Final = (2026, 2027, 2028, 2029)
"""Years in which residents are asked on 1 April where they lived a year before; the last is that of the census."""
CENSUS: Final = 2029
RATES: Final = ("net_migration_rate", "in_rate", "out_rate")
STOCKS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("population", "urban_share"), ("2026", "2027", "2028", "2029-04-01")),
    **dict.fromkeys(("households", "posts"), ("2026-04-01", "2027-04-01", "2028-04-01", "2029-04-01")),
}
"""Moments: residents are published for the middle of each year, and by the census; the rest by surveys of 1 April."""
ROLE: Final = "forecast"


def wanted(areas: Areas) -> list[Figure]:
    """Every figure that is forecast, without a value.

    Parameters
    ----------
    areas : Areas
        Of a run of a country whose provinces a reform merged.

    Raises
    ------
    dicu_analysis.targets.measure.NotInRun
        Where no reform merges whole provinces.
    """
    if not areas.new:
        raise NotInRun(
            "the country of the run has no provinces of after a reform, which are what is forecast"
        )
    return list(_wanted(areas))


def _wanted(areas: Areas) -> Iterator[Figure]:
    codes = [NATION, *(f"{NEW}:{code}" for code in areas.new)]
    for year in SURVEYS:
        for name in RATES:
            for code in codes:
                if name != RATES[0] or code != NATION:  # what moves inside the country adds up to nothing
                    yield _figure(name, YEARLY, code, f"{year - 1}-04-01", f"{year}-04-01")
    for name, moments in STOCKS.items():
        for at in moments:
            for code in codes:
                yield _figure(name, CATALOGUE[name].units[0], code, at, "")
    for name in RATES:
        for code in codes:
            if name != RATES[0] or code != NATION:
                yield _figure(name, FIVE_YEARS, code, f"{CENSUS - 5}-04-01", f"{CENSUS}-04-01")


def _figure(name: str, unit: str, area: str, since: str, until: str) -> Figure:
    stock = not until
    first = moment(since, ends=False, stock=stock, census=False)
    last = first if stock else moment(until, ends=True, stock=False, census=False)
    return Figure(name, unit, area, since, until or since, first, last, float("nan"), 1.0, "", ROLE, 0)


__all__ = ["CENSUS", "RATES", "ROLE", "STOCKS", "SURVEYS", "wanted"]

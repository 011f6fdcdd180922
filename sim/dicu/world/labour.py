"""What is known of formal work by province: the one way from a country's table ``labour`` to the model."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicu.world.world import World

APART: Final = 3
"""Years between which growth is read: single years carry errors of the survey."""


class ProvinceLabour(NamedTuple):
    """Figures by legacy province (R,); nan where there are none.

    Attributes
    ----------
    informal : (R,) float64
        Share of all workers without a formal job in the year nearest to the world's.
    growth : (R,) float64, 1/year
        Growth of formal jobs beyond that of the country, between the first and the last year of the province.
    years : (R,) float64
        From the year of ``informal`` to that of the world: negative where the figure is a later one.
    workers_growth : float, 1/year
        Growth of all workers of the country between its first two years that lie three years apart or more; 0 where
        they are not known.
    """

    informal: NDArray[np.float64]
    growth: NDArray[np.float64]
    years: NDArray[np.float64]
    workers_growth: float

    def informal_with(self, growth: NDArray[np.float64]) -> NDArray[np.float64]:
        """(R,) share without a formal job in the world's year, at this yearly growth (R,) of formal jobs.

        Assumption A93: the known share is carried to the world's year by what formal jobs grow more than workers, so
        that jobs which then grow as they do pass through what is known.
        """
        formal = (1.0 - self.informal) * np.exp((growth - self.workers_growth) * self.years)
        return np.asarray(1.0 - np.minimum(formal, 1.0))


def labour_of(world: World) -> ProvinceLabour:
    """Figures of a world's provinces; a country without the table ``labour`` has none."""
    n = len(world.legacy_provinces)
    made = ProvinceLabour(np.full(n, np.nan), np.full(n, np.nan), np.zeros(n), 0.0)
    table = world.country.own("labour")
    if table is None:
        return made
    known: dict[str, dict[int, tuple[float, float]]] = {}
    for row in table.to_dict("records"):
        of = known.setdefault(str(row["province"]), {})
        of[int(row["year"])] = float(row["employed"]), float(row["informal_share"])

    def growth(code: str, years: tuple[int, int]) -> float | None:
        first, last = (known.get(code, {}).get(year) for year in years)
        if first is None or last is None or years[0] == years[1]:
            return None
        formal = [employed * (1.0 - informal) for employed, informal in (first, last)]
        return math.log(formal[1] / formal[0]) / (years[1] - years[0]) if min(formal) > 0 else None

    for r, code in enumerate(world.legacy_provinces.code.tolist()):
        mine = known.get(code, {})
        if not mine:
            continue
        nearest = min(mine, key=lambda year: (abs(year - world.year), year))
        made.informal[r] = mine[nearest][1]
        made.years[r] = world.year - nearest
        span = min(mine), max(mine)
        own, nation = growth(code, span), growth("", span)
        if own is not None and nation is not None:
            made.growth[r] = own - nation
    return made._replace(
        workers_growth=_of_workers({year: one[0] for year, one in known.get("", {}).items()})
    )


def _of_workers(employed: dict[int, float]) -> float:
    """Yearly growth of all workers between the first two years that lie far enough apart."""
    first = min(employed, default=0)
    later = min((year for year in employed if year >= first + APART), default=first)
    return math.log(employed[later] / employed[first]) / (later - first) if later > first else 0.0


__all__ = ["ProvinceLabour", "labour_of"]

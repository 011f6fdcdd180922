"""What is known of formal work by province: the one way from a country's table ``labour`` to the model."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicu.world.world import World


class ProvinceLabour(NamedTuple):
    """Figures by legacy province (R,); nan where there are none.

    Attributes
    ----------
    informal : (R,) float64
        Share of all workers without a formal job in the year nearest to the world's.
    growth : (R,) float64, 1/year
        Growth of formal jobs beyond that of the country, between the first and the last year of the province.
    """

    informal: NDArray[np.float64]
    growth: NDArray[np.float64]


def labour_of(world: World) -> ProvinceLabour:
    """Figures of a world's provinces; a country without the table ``labour`` has none."""
    n = len(world.legacy_provinces)
    made = ProvinceLabour(np.full(n, np.nan), np.full(n, np.nan))
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
        span = min(mine), max(mine)
        own, nation = growth(code, span), growth("", span)
        if own is not None and nation is not None:
            made.growth[r] = own - nation
    return made


__all__ = ["ProvinceLabour", "labour_of"]

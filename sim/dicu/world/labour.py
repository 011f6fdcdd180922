"""What is known of formal work by province: the one way from the published figures to the model."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicu.world.labour_facts import labour_figures
from dicu.world.world import World

_WITH_FIGURES: Final = ("viet_nam",)
_FIRST: Final = 2018
_LAST: Final = 2024
"""Years between which growth of formal jobs is measured: those of the provinces' figures."""


class ProvinceLabour(NamedTuple):
    """Figures by legacy province (R,); nan where there are none.

    Attributes
    ----------
    informal : (R,) float64
        Share of all workers without a formal job in the world's year.
    growth : (R,) float64, 1/year
        Growth of formal jobs beyond that of the nation.
    """

    informal: NDArray[np.float64]
    growth: NDArray[np.float64]


def labour_of(world: World) -> ProvinceLabour:
    """Figures of a world's provinces, the share of the year nearest to the world's; a made-up world has none."""
    n = len(world.legacy_provinces)
    made = ProvinceLabour(np.full(n, np.nan), np.full(n, np.nan))
    if world.name not in _WITH_FIGURES:
        return made
    table = labour_figures()
    columns = (table[name].tolist() for name in ("province", "figure", "year", "value"))
    wanted = ("informal_share", "employed_persons")
    known = {(p, f, int(y)): float(v) for p, f, y, v in zip(*columns, strict=True) if f in wanted}

    def formal(code: str, year: int) -> float | None:
        employed, informal = (known.get((code, f, year)) for f in ("employed_persons", "informal_share"))
        return None if employed is None or informal is None else employed * (1.0 - informal)

    def growth(code: str) -> float | None:
        first, last = formal(code, _FIRST), formal(code, _LAST)
        return None if first is None or last is None else math.log(last / first) / (_LAST - _FIRST)

    nation = growth("")
    for r, code in enumerate(world.legacy_provinces.code.tolist()):
        years = sorted(
            (y for c, f, y in known if c == code and f == "informal_share"),
            key=lambda y: (abs(y - world.year), y),
        )
        if years:
            made.informal[r] = known[code, "informal_share", years[0]]
        own = growth(code)
        if own is not None and nation is not None:
            made.growth[r] = own - nation
    return made


__all__ = ["ProvinceLabour", "labour_of"]

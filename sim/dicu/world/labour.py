"""What is known of formal work by province: the one way to these figures."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicu.world.world import World


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
    """Figures of a world's provinces; a made-up world has none."""
    unknown = np.full(len(world.legacy_provinces), np.nan)
    return ProvinceLabour(unknown, unknown.copy())


__all__ = ["ProvinceLabour", "labour_of"]

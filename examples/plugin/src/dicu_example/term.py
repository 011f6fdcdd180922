"""A term: households with children consider moving less."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.plugin_terms import Seen
from dicu.plugins import KINDS
from dicu_example import settings


class SettledChildren:
    """Lowers the logarithm of the hazard by a weight, for every place alike."""

    def __init__(self, told: settings.SettledChildren) -> None:
        self._of_kind = np.array([-told.weight if kind.stage == "children" else 0.0 for kind in KINDS])

    def utility(self, seen: Seen) -> None:
        """Nothing: where they go does not change."""

    def hazard(self, seen: Seen) -> NDArray[np.float64]:
        """(P, T)"""
        return np.broadcast_to(self._of_kind, seen.income.shape)

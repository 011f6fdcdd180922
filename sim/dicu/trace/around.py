"""What a watched household is seen beside: the gaps of a step, whom a seeker found, where an identity stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicu.model import Model
from dicu.population.columns import Households


@dataclass(frozen=True, eq=False)
class Partner:
    """Whom a member who sought found."""

    uid: str
    hosts: bool
    founds: bool


class Gaps:
    """The income gaps of a step, which the frozen tables no longer hold: weighed again, once a step."""

    def __init__(self, model: Model) -> None:
        self._model, self._now = model, -1
        self._gap = np.empty((0, 0))

    def now(self) -> NDArray[np.float64]:
        """(P, T) G of the step that runs."""
        m = self._model
        if self._now != m.now:
            nests = m.choosing.weigh(m.markets, m.access(), m.network, m.housing.homes)[0]
            self._now, self._gap = m.now, nests.gap
        return self._gap


def row_of(households: Households, uid: int) -> int:
    """Row of an identity, -1 if there is none."""
    found = np.flatnonzero(households.uid[: households.n] == np.uint64(uid))
    return int(found[0]) if len(found) else -1

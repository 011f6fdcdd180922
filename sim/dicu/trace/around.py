"""What a watched household is seen beside: the gaps of a step, whom a seeker found, where an identity stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.events import WorkTally
from dicu.commit.family import Pairs
from dicu.model import Model
from dicu.population.columns import Households
from dicu.population.household import Household
from dicu.trace.story import Event, written
from dicu.world.world import World


@dataclass(frozen=True, eq=False)
class Partner:
    """Whom a member who sought found."""

    uid: str
    hosts: bool
    founds: bool


def partner_of(h: Households, row: int, pairs: Pairs) -> Partner | None:
    """Whom a member of a row found among the couples of a step."""
    for k in range(len(pairs)):
        woman, man = int(pairs.woman_row[k]), int(pairs.man_row[k])
        if row in (woman, man):
            to_man = h.member[man, 1] == 0 or pairs.joins[k]
            return Partner(
                uid=written(int(h.uid[man if row == woman else woman])),
                hosts=not pairs.founds[k] and (row == man) == bool(to_man),
                founds=bool(pairs.founds[k]),
            )
    return None


class Gaps:
    """The income gaps of a step, which the frozen tables no longer hold: weighed again, once a step."""

    def __init__(self, model: Model) -> None:
        self._model, self._now = model, -1
        self._gap = np.empty((0, 0))

    def now(self) -> NDArray[np.float64]:
        """(P, T) G of the step that runs."""
        m = self._model
        if self._now != m.now:
            weighed = m.choosing.weigh(m.markets, m.access(), m.network, m.housing.homes)
            self._now, self._gap = m.now, weighed.nests.gap
        return self._gap


def job_changes(work: WorkTally) -> list[Event]:
    """A formal job found, lost or given up at home, of one household's tally."""
    told = []
    if work.found.any():
        told.append(Event("job", "finds a formal job at home"))
    if work.lost.any():
        told.append(Event("job", "loses the formal job and works on without one"))
    if work.left.any():
        told.append(Event("job", "gives up the formal job for farming"))
    return told


def left_behind(before: Household, after: Household) -> list[Event]:
    """A formal job that a household had when it decided, and has no more where it went to."""
    gone = before.formal and not after.formal
    return [Event("job", "leaves the formal job behind, out of its commuting area")] if gone else []


def declined(work: WorkTally, world: World) -> list[Event]:
    """A formal job offered from afar and not taken, of one household's tally."""
    told = []
    for d in np.flatnonzero(work.lapsed):
        where = f"{world.districts.name[d]}, {world.legacy_provinces.name[world.districts.parent[d]]}"
        told.append(Event("offer", f"is offered a formal job in {where} and does not take it"))
    return told


def row_of(households: Households, uid: int) -> int:
    """Row of an identity, -1 if there is none."""
    found = np.flatnonzero(households.uid[: households.n] == np.uint64(uid))
    return int(found[0]) if len(found) else -1

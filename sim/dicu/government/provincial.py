"""The share of the districts' work that provinces do once districts are gone, at their seats or on line.

The agencies of provinces have posts of their own, which stand in no budget of the model: they come in here only as what
the work taken over is measured by. Their quality is (1 - D) min(1, posts/need)^a, with the merger of provinces as D.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicu.government.overlay import Overlay
from dicu.government.rules import disruption_of_merger, disruptions_left, powers
from dicu.scenario.parameters import Government


@dataclass(slots=True, eq=False)
class ProvinceWork:
    """What provinces do of the work of former districts, by place.

    Attributes
    ----------
    share : (P,) float64
        Of the district's work, 0 before a reform.
    posts : (P,) float64
        Posts that the work taken over takes.
    staffed : (P,) float64
        Posts over need of the agencies that do it, at most 1.
    disruption_at_merger : (P,) float64
    opened_step : int
        Step of the merger; -1 before.
    seat_km : (P, 3) float64
        Where it is done.
    quality : (P,) float64
        Of the last step.
    """

    share: NDArray[np.float64]
    posts: NDArray[np.float64]
    staffed: NDArray[np.float64]
    disruption_at_merger: NDArray[np.float64]
    opened_step: int
    seat_km: NDArray[np.float64]
    quality: NDArray[np.float64]

    @classmethod
    def none(cls, seat_km: NDArray[np.float64]) -> ProvinceWork:
        """No work yet; ``seat_km`` (P, 3): the seats of the provinces."""
        n = len(seat_km)
        where = np.array(seat_km, dtype=np.float64)
        return cls(np.zeros(n), np.zeros(n), np.ones(n), np.zeros(n), -1, where, np.ones(n))

    def take(self, here: NDArray[np.bool_], posts: NDArray[np.float64], share: float) -> None:
        """Take over a share of the work of the districts of some places; (P,) bool and (P,) posts."""
        self.share = np.where(here, share, self.share)
        self.posts = self.posts + posts

    def organise(
        self,
        overlay: Overlay,
        province_before: NDArray[np.int32],
        provinces_before: int,
        now: int,
        parameters: Government,
    ) -> None:
        """Have the work done at the seats of the provinces of ``overlay``.

        Parameters
        ----------
        province_before
            (P,) int32, province of each place before the reform, of ``provinces_before``.
        now
            Step from which the agencies, where they were merged, are disrupted.
        """
        p, of_place = parameters, overlay.province_of_place
        n = len(overlay.provinces)
        pairs = np.unique(np.stack([of_place, province_before], axis=1), axis=0)
        # a province that was split gives each part its share of the places
        places = np.bincount(province_before, minlength=provinces_before)
        together = np.zeros((n, provinces_before))
        np.add.at(together, (of_place, province_before), 1.0 / places[province_before])
        had = p.staff_legacy_province * together.sum(axis=1)
        left = had * (p.staff_province_left if overlay.levers.cut_staff else 1.0)
        need = had + np.bincount(of_place, weights=self.posts, minlength=n)
        staffed = np.ones(n)
        if p.need == "work":
            staffed = np.minimum(1.0, np.divide(left, need, out=np.ones(n), where=need > 0.0))
        merged = np.bincount(pairs[:, 0], minlength=n)
        disrupted = [disruption_of_merger(p.disruption, max(1, k)) for k in merged.tolist()]
        self.staffed = staffed[of_place]
        self.disruption_at_merger = np.array(disrupted)[of_place]
        self.opened_step = now
        self.seat_km = overlay.provinces.seat_km[of_place]

    def work(self, now: int, quarters_per_step: float, parameters: Government) -> None:
        """One step: how good the work is."""
        p = parameters
        if self.opened_step < 0:
            return
        quarters = (now - self.opened_step) * quarters_per_step
        since = np.full(len(self.staffed), quarters)
        left = disruptions_left(self.disruption_at_merger, since, p.disruption_half_life_quarters)
        self.quality = (1.0 - left) * powers(self.staffed, p.staff_elasticity)

"""What a reform says, as plain data: which government each place belongs to from a date on, and what else
changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.world.world import Units, World


@dataclass(frozen=True)
class Levers:
    """What a change of borders takes with it; each lever can be pulled alone (model specification, section
    5).

    Attributes
    ----------
    relabel
        Places get new governments. Alone it moves no seat, no post and no money, so it may change no
        decision.
    pool_budgets
        The offices seated in one new commune share one budget. (Offices that are closed into one have one
        budget in any case: money does not outlive the office that spends it.)
    close_offices
        The commune offices of each new commune are closed and pooled in one office at the new seat, with the
        disruption of the merger.
    cut_staff
        Posts follow the official rule; the posts cut lower the transfer by their cost.
    move_services
        What was done at the district's seat (its administration) is done at the commune's seat; the
        district's posts and money go to the communes that take over its people. Clinics, schools and
        hospitals stay where they are.
    open_satellites
        Satellite desks are opened on the same day wherever the way to the commune office is too long; those who work
        there are taken from the seat. (Savings that are reinvested open them later, with posts of their own.)
    """

    relabel: bool = False
    pool_budgets: bool = False
    close_offices: bool = False
    cut_staff: bool = False
    move_services: bool = False
    open_satellites: bool = False

    @property
    def pulled(self) -> tuple[str, ...]:
        """Names of the levers that are pulled, in the order above."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name))


@dataclass(frozen=True, eq=False)
class Shares:
    """How a reform that splits units divides what they have, where residents are not to decide.

    Attributes
    ----------
    source : (P,) int32
        Number of the unit of before, by place; -1 where residents decide.
    given : mapping of str to mapping
        "money" (grant, savings, what is owed), "capital", "running" (running costs) or "staff" ->
        {(source, commune of the overlay): share}; what is not in it is divided by residents.
    """

    source: NDArray[np.int32]
    given: Mapping[str, Mapping[tuple[int, int], float]]

    def weights(self, what: str, place: int, parts: list[tuple[int, int]]) -> list[int]:
        """Weights by which the office seated in a place divides something among communes.

        Parameters
        ----------
        what
            Key of ``given``.
        parts
            Communes that take over, with the residents of each.
        """
        source = int(self.source[place])
        given = self.given.get(what, {})
        if source < 0 or not any(owner == source for owner, _ in given):
            return [persons for _, persons in parts]
        return [int(given.get((source, commune), 0.0) * SHARE_UNIT) for commune, _ in parts]


SHARE_UNIT: Final = 2.0**60
"""Shares are counted in whole parts of this: a double is then held exactly."""


@dataclass(frozen=True, eq=False)
class Overlay:
    """A dated table place -> government, with the levers pulled on that date.

    Attributes
    ----------
    name : str
        The policy it belongs to.
    generation : str
        "legacy" or "2025" (a user's own table may name another).
    step : int
        Step from which it holds; -1 for the governments in place at the start.
    date : str
        The same as written in tables.
    communes, provinces : Units
        The governments; ``communes.parent`` is an index into ``provinces`` only where the world has no
        districts in between, so the province of a commune is taken from its places.
    commune_of_place, province_of_place : (P,) int32
        Index into ``communes`` and ``provinces``.
    levers : Levers
    shares : Shares or None
        How splits divide money and staff; None: by residents.

    Raises
    ------
    ValueError
        When a place has no such government, a seat stands outside its unit, or a commune lies in two
        provinces.
    """

    name: str
    generation: str
    step: int
    date: str
    communes: Units
    provinces: Units
    commune_of_place: NDArray[np.int32]
    province_of_place: NDArray[np.int32]
    levers: Levers
    shares: Shares | None = None

    def __post_init__(self) -> None:
        if self.commune_of_place.shape != self.province_of_place.shape:
            raise ValueError(
                f"overlay {self.name}: {len(self.commune_of_place)} places have a commune, "
                f"{len(self.province_of_place)} a province"
            )
        for level, of_place, units in (
            ("commune", self.commune_of_place, self.communes),
            ("province", self.province_of_place, self.provinces),
        ):
            bad = np.flatnonzero((of_place < 0) | (of_place >= len(units)))
            if len(bad):
                raise ValueError(
                    f"overlay {self.name}: place {bad[0]} has {level} {of_place[bad[0]]}; "
                    f"allowed: 0 to {len(units) - 1}"
                )
            held = np.bincount(of_place, minlength=len(units)) > 0
            away = np.flatnonzero(held & (of_place[units.seat_place] != np.arange(len(units))))
            if len(away):
                seat = units.seat_place[away[0]]
                raise ValueError(
                    f"overlay {self.name}: the seat of {level} {units.code[away[0]]} stands in place {seat}, "
                    f"which belongs to {units.code[of_place[seat]]}"
                )
        province = self.province_of_commune
        bad = np.flatnonzero(province[self.commune_of_place] != self.province_of_place)
        if len(bad):
            commune = int(self.commune_of_place[bad[0]])
            raise ValueError(
                f"overlay {self.name}: commune {self.communes.code[commune]} lies in two provinces, "
                f"{self.provinces.code[province[commune]]} and "
                f"{self.provinces.code[self.province_of_place[bad[0]]]} (place {bad[0]})"
            )

    @property
    def province_of_commune(self) -> NDArray[np.int32]:
        """(C,) int32, province of each commune by its places (that of its seat's place when it has none)."""
        province = self.province_of_place[self.communes.seat_place].copy()
        province[self.commune_of_place[::-1]] = self.province_of_place[::-1]
        return province


def legacy_overlay(world: World) -> Overlay:
    """The governments before the reform: 10,035 communes and 63 provinces in the real country."""
    return Overlay(
        name="start",
        generation="legacy",
        step=-1,
        date="start",
        communes=world.legacy_communes,
        provinces=world.legacy_provinces,
        commune_of_place=world.legacy_commune,
        province_of_place=world.province,
        levers=Levers(),
    )


def in_force(overlays: Sequence[Overlay], step: int) -> Overlay | None:
    """Of dated overlays, the one whose borders hold once the steps before ``step`` are done; None: the first ones.

    A run that goes on at ``step`` hands it to `dicu.government.state.restore`.
    """
    past = [overlay for overlay in overlays if overlay.levers.relabel and overlay.step < step]
    return past[-1] if past else None

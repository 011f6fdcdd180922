"""Which households are recorded one by one, and what is written of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dicu.population.columns import (
    BIRTH_YEAR_ZERO,
    FORMAL,
    NATIVE_TIES,
    SECTOR_MASK,
    SECTOR_SHIFT,
    SECTORS,
    SKILL_MASK,
    TYPE_MASK,
    Households,
)
from dicu.population.life_stage import WORKING_FROM, WORKING_UNTIL
from dicu.population.links import Links
from dicu.population.shard import Shard
from dicu.record.conform import coded
from dicu.record.recorder import TENTHS
from dicu.scenario.scenario import UnfitScenario
from dicu.scenario.suggest import suggest
from dicu.scenario.vocabulary import SKILLS, STAGES, WORKS
from dicu.world.world import World

KEY: Final = "record.households.where"
ALL: Final = "all"
HOUSEHOLD: Final = "household"
LEVELS: Final = ("place", "commune", "district", "province", "commune_2025", "province_2025")
ALLOWED: Final = (
    f"all, one of {', '.join(LEVELS)} with a code such as province:79, or household:0x... with an identity"
)


@dataclass(frozen=True, eq=False)
class Chosen:
    """Households that are recorded one by one: whoever lives in some places, and some wherever they live.

    Attributes
    ----------
    place : (P,) bool
    uid : (K,) uint64, rising
    """

    place: NDArray[np.bool_]
    uid: NDArray[np.uint64]

    def rows(self, h: Households) -> NDArray[np.int64]:
        """Rows of the chosen households, (k,) int64 by rising identity, so that the order of rows changes no byte."""
        here = self.place[h.place[: h.n]]
        if len(self.uid):
            here = here | np.isin(h.uid[: h.n], self.uid)
        found = np.flatnonzero(here)
        return found[np.argsort(h.uid[found], kind="stable")]

    def of(self, h: Households, shard: Shard) -> tuple[Households, NDArray[np.int64]]:
        """Households, and which rows (k,) of them are chosen: of all ranks on the first, of none on the others."""
        if shard.alone:
            return h, self.rows(h)
        none = Links.empty()
        chosen, _ = shard.gather(h.take(self.rows(h)), none)
        return chosen, self.rows(chosen)


def chosen(world: World, where: tuple[str, ...] | None) -> Chosen | None:
    """Who is recorded, by the words of ``record.households.where``; None for nobody.

    Raises
    ------
    UnfitScenario
        For a word that is neither a unit of this world nor an identity; the message says what is allowed.
    """
    if where is None:
        return None
    place, uid = np.zeros(world.n_places, dtype=bool), []
    for word in where:
        level, _, code = word.partition(":")
        if word == ALL:
            place[:] = True
        elif level == HOUSEHOLD:
            uid.append(_identity(word, code))
        elif level in LEVELS:
            unit, codes = _units(world, level)
            if code not in codes:
                near = suggest(code, codes)
                hint = f"; did you mean {level}:{near}" if near else ""
                raise UnfitScenario(
                    f"{KEY}: no such {level} in {world.name} (got {word!r}, allowed one of {len(codes)} codes such as "
                    f"{level}:{codes[0]}{hint})"
                )
            place |= unit == codes.index(code)
        else:
            raise UnfitScenario(f"{KEY}: neither a unit nor a household (got {word!r}, allowed {ALLOWED})")
    return Chosen(place, np.unique(np.array(uid, dtype=np.uint64)))


def _identity(word: str, code: str) -> int:
    try:
        made = int(code, 0)
    except ValueError:
        made = -1
    if not 0 <= made < 2**64:
        raise UnfitScenario(
            f"{KEY}: not an identity (got {word!r}, allowed {HOUSEHOLD}:0x... of 64 bits, or decimal)"
        )
    return made


def _units(world: World, level: str) -> tuple[NDArray[np.int64], list[str]]:
    """Unit of each place (P,) and the codes of units."""
    if level == "place":
        return np.arange(world.n_places), [str(k) for k in world.place_key]
    table, index = {
        "commune": (world.legacy_communes, world.legacy_commune),
        "district": (world.districts, world.district),
        "province": (world.legacy_provinces, world.province),
        "commune_2025": (world.new_communes, world.new_commune),
        "province_2025": (world.new_provinces, world.new_communes.parent[world.new_commune]),
    }[level]
    return index.astype(np.int64), [str(c) for c in table.code]


def household_columns(world: World, h: Households, rows: NDArray[np.int64], year: int) -> dict[str, Any]:
    """Columns of the table but step and period.

    Parameters
    ----------
    rows : (K,) int64
        As `Chosen.rows` gives them.
    year : int
        In which ages are read.
    """
    member = h.member[rows]
    somebody = member != 0
    age = year - BIRTH_YEAR_ZERO - (member.astype(np.int64) >> 1)
    key = world.place_key.astype(np.uint64)
    attributes, kind = h.attributes[rows], h.flags[rows].astype(np.int64) & TYPE_MASK
    working = somebody & (age >= WORKING_FROM) & (age <= WORKING_UNTIL)
    return {
        "uid": h.uid[rows],
        "place": key[h.place[rows]],
        "home_place": key[h.home_place[rows]],
        "households": np.ones(len(rows), dtype=np.int64),
        "persons": somebody.sum(axis=1).astype(np.int32),
        "workers": working.sum(axis=1).astype(np.int32),
        "eldest": np.where(somebody, age, 0).max(axis=1, initial=0).astype(np.int32),
        "stage": coded(STAGES, kind // (len(SKILLS) * len(WORKS))),
        "skill": coded(SKILLS, (attributes & SKILL_MASK).astype(np.int64)),
        "sector": coded(SECTORS, (attributes.astype(np.int64) >> SECTOR_SHIFT) & SECTOR_MASK),
        "formal": (attributes & FORMAL) != 0,
        "income_quantile": h.income_quantile[rows].astype(np.int32),
        "ties": h.ties[rows] / float(NATIVE_TIES),
        "wealth_mvnd": h.wealth[rows] / TENTHS,
    }

"""What one household saw and weighed, by the very rules that decide: `nest_weights`, `race`, `considers`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.ages import Ages
from dicu.behaviour.choose import Buffers, ChooseTable, buffers, nest_weights
from dicu.behaviour.consider import calm_hazard, readiness_of, shocked
from dicu.behaviour.geography import Where
from dicu.behaviour.tables import Tables
from dicu.behaviour.wealth import UNITS_PER_MVND
from dicu.compute.draws import TWO_32, exponential, hash64, race
from dicu.compute.hashing import hash32
from dicu.compute.numeric import exp64
from dicu.economy.markets import Markets
from dicu.population.columns import (
    BIRTH_YEAR_ZERO,
    BUSY,
    SECTOR_MASK,
    SECTOR_SHIFT,
    SECTORS,
    TYPE_MASK,
    Households,
    Rows,
)
from dicu.population.life_stage import kind_of
from dicu.trace.story import Option, OptionKind, Sight, Spot, Thought
from dicu.world.world import World

_STAY, _HOME, _WORK, _NESTS = 0, 1, 2, 3
_MOST_OWN_PEOPLE = 3


def person(code: int, ages: Ages) -> str:
    """A member in words: woman or man if of full age, else girl or boy, and the age in a year (by year of birth)."""
    age = ages.year - BIRTH_YEAR_ZERO - (code >> 1)
    grown = age >= ages.majority
    return f"{('woman' if grown else 'girl') if code & 1 else ('man' if grown else 'boy')} {age}"


def spot(world: World, place: int, urban: NDArray[np.bool_] | None = None) -> Spot:
    """A place in words; ``urban`` (P,) are the places that are urban now, None where only the name is shown."""
    return Spot(
        place_key=int(world.place_key[place]),
        commune=str(world.legacy_communes.name[world.legacy_commune[place]]),
        district=str(world.districts.name[world.district[place]]),
        province=str(world.legacy_provinces.name[world.province[place]]),
        urban=bool((world.urban if urban is None else urban)[place]),
    )


def sees(
    own: Households,
    tables: Tables,
    world: World,
    gap: NDArray[np.float64],
    markets: Markets,
    access: NDArray[np.float64],
    services: tuple[str, ...],
    network: NDArray[np.int64],
    weight: int,
) -> Sight:
    """What the household in row 0 of ``own`` sees at the beginning of a step.

    Parameters
    ----------
    gap : (P, T)
        Log of the income where it might go over that here, see `dicu.behaviour.nests.NestTables`.
    markets : Markets
        What a worker expects, here with the household's status, elsewhere as a newcomer.
    access : (P, S)
    network : (R, L) int64
        Rows by home province and district of residence; ``weight`` households each.
    """
    place, kind = int(own.place[0]), int(own.flags[0]) & TYPE_MASK
    here = float(markets.expected[place, int(kind_of(own.flags[0], own.attributes[0]))])
    origin = int(world.province[own.home_place[0]])
    by_province = np.bincount(
        world.districts.parent, weights=network[origin], minlength=len(world.legacy_provinces)
    ).astype(np.int64)
    by_province[world.province[place]] = 0
    most = np.argsort(-by_province, kind="stable")[:_MOST_OWN_PEOPLE]
    return Sight(
        income_mvnd=here,
        income_away_mvnd=float(markets.potential[place, kind]) * float(exp64(gap[place, kind])),
        access={name: float(access[place, s]) for s, name in enumerate(services)},
        own_people=tuple(
            (str(world.legacy_provinces.name[q]), int(by_province[q]) * weight)
            for q in most
            if by_province[q] > 0
        ),
        disaster=bool(tables.struck[place]),
    )


def thinks(own: Households, tables: Tables, considered: bool) -> Thought:
    """The chance that the household in row 0, after it lived through the step, thinks about moving; and whether."""
    kind = kind_of(own.flags[0], own.attributes[0])
    ready = readiness_of(0, own.rows, tables.move.ready, tables.ages)
    calm = calm_hazard(own.place[0], kind, own.ties[0], ready, tables.consider)
    hazard = calm * shocked(own.flags[0], tables.consider)
    return Thought(
        chance=1.0 - float(exp64(-hazard)),
        calm_chance=1.0 - float(exp64(-calm)),
        draw=float(hash32(own.uid[0], tables.consider.key)) / TWO_32,
        busy=bool(own.flags[0] & BUSY),
        considered=considered,
    )


@dataclass(frozen=True, eq=False)
class Weighed:
    """The first race: options in the order of the rule, the index of the winner among them and in the rule's order."""

    options: tuple[Option, ...]
    winner: int
    nest: int


@njit(cache=True)
def _nests(
    h: Rows, where: Where, t: ChooseTable, space: Buffers, time: NDArray[np.float64]
) -> tuple[int, int]:
    """Weights and times of the first race of row 0; returns how many alternatives there are, and the winner."""
    n = nest_weights(0, h, where, t, space)
    winner = race(hash64(t.nest_key, h.uid[0]), space.alternative, space.weight, n, -1, space.bits)
    for a in range(n):
        time[a] = exponential(space.bits[a]) / space.weight[a] if space.weight[a] > 0.0 else np.inf
    return n, winner


@njit(cache=True)
def _places(
    uid: np.uint64,
    kind: int,
    first: int,
    last: int,
    skip: int,
    tables: Tables,
    time: NDArray[np.float64],
) -> int:
    """Times of the second race, over places first..last-1; returns the winner."""
    bits = np.empty(last - first, dtype=np.uint32)
    weight = tables.choose.place_weight[kind, first:last]
    winner = race(
        hash64(tables.choose.place_key, uid),
        tables.where.place_id[first:last],
        weight,
        last - first,
        skip,
        bits,
    )
    for a in range(last - first):
        time[a] = exponential(bits[a]) / weight[a] if weight[a] > 0.0 and a != skip else np.inf
    return int(winner)


def weighs(own: Households, tables: Tables, world: World) -> Weighed:
    """Every alternative of the household in row 0, after it lived through the step, and which one its luck draws."""
    place, home = int(own.place[0]), int(own.home_place[0])
    kind = int(own.flags[0]) & TYPE_MASK
    space = buffers(tables.where)
    weight, time = space.weight, np.full(len(space.weight), np.inf)
    n, winner = _nests(own.rows, tables.where, tables.choose, space, time)
    total = float(weight[:n].sum())
    d = int(tables.where.district[place])
    q = int(tables.where.province[d])
    districts = range(int(tables.where.first_district[q]), int(tables.where.first_district[q + 1]))
    dh = int(tables.where.district[home])
    qh = int(tables.where.province[dh])
    away = float(tables.choose.need_district[d, dh] if qh == q else tables.choose.need_province[d, qh])
    # what is no alternative at all has no name: home for those who are there, other work in towns, the own province
    named: list[tuple[OptionKind, str | None, float]] = [
        ("stay", "stay", 0.0),
        ("home", f"back home to {spot(world, home)}" if home != place else None, away),
        ("work", _other_work(own) if tables.choose.other_work[place, kind] > 0.0 else None, 0.0),
    ]
    for other in districts:
        if other == d:
            named.append(
                ("own district", f"elsewhere in {world.districts.name[d]}", float(tables.choose.need_own[d]))
            )
        else:
            named.append(
                ("district", str(world.districts.name[other]), float(tables.choose.need_district[d, other]))
            )
    for r, title in enumerate(world.legacy_provinces.name):
        named.append(("province", str(title) if r != q else None, float(tables.choose.need_province[d, r])))
    made: list[Option] = []
    place_of_winner = -1
    for a, (which, name, need) in enumerate(named):
        if name is None:
            continue
        if a == winner:
            place_of_winner = len(made)
        made.append(
            Option(
                kind=which,
                name=name,
                weight=float(weight[a]),
                probability=float(weight[a]) / total,
                needs_mvnd=need / UNITS_PER_MVND,
                open=bool(weight[a] > 0.0),
                race=float(time[a]) if np.isfinite(time[a]) else None,
            )
        )
    assert n == len(named), "the options are no longer in the order of `nest_weights`"
    return Weighed(tuple(made), place_of_winner, winner)


def places_of(
    own: Households, tables: Tables, world: World, winner: int
) -> tuple[tuple[Option, ...], int | None]:
    """The places of the nest that won, and the one drawn; nothing where no race follows."""
    if winner < _NESTS:
        return (), None
    place = int(own.place[0])
    kind = int(own.flags[0]) & TYPE_MASK
    q = int(tables.where.province[tables.where.district[place]])
    inside = int(tables.where.first_district[q + 1] - tables.where.first_district[q])
    if winner - _NESTS < inside:
        nest = int(tables.where.first_district[q]) + winner - _NESTS
        first, last = int(tables.where.first_place[nest]), int(tables.where.first_place[nest + 1])
    else:
        r = winner - _NESTS - inside
        first = int(tables.where.first_place[tables.where.first_district[r]])
        last = int(tables.where.first_place[tables.where.first_district[r + 1]])
    skip = place - first if first <= place < last else -1
    time = np.full(last - first, np.inf)
    best = _places(own.uid[0], kind, first, last, skip, tables, time)
    weight = tables.choose.place_weight[kind, first:last].copy()
    if skip >= 0:
        weight[skip] = 0.0
    total = float(weight.sum())
    options = tuple(
        Option(
            kind="place",
            name=str(spot(world, first + a)),
            weight=float(weight[a]),
            probability=float(weight[a]) / total if total > 0.0 else 0.0,
            needs_mvnd=0.0,
            open=bool(weight[a] > 0.0),
            race=float(time[a]) if np.isfinite(time[a]) else None,
        )
        for a in range(last - first)
    )
    return options, best if best >= 0 else None


def _other_work(own: Households) -> str:
    """What changing work in the same place would mean for row 0."""
    if int(own.flags[0]) & 1:
        return "stay and take up farming"
    now = SECTORS[(int(own.attributes[0]) >> SECTOR_SHIFT) & SECTOR_MASK]
    return f"stay and leave {now} for other work"


__all__ = ["Weighed", "person", "places_of", "sees", "spot", "thinks", "weighs"]

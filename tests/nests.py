"""Shared by tests: hand-made nests and the tables over them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from dicu.behaviour import utility as frozen
from dicu.behaviour.choose import Buffers, ChooseTable, buffers, choose, nest_weights
from dicu.behaviour.consider import ConsiderTable, looks_table, rounded_up
from dicu.behaviour.couples import CoupleTable
from dicu.behaviour.geography import Geography, Where
from dicu.behaviour.life_course import LifeHazards, LifeTable
from dicu.behaviour.move import MoveTable, Readiness
from dicu.behaviour.nests import nest_tables
from dicu.behaviour.screening import screen_table
from dicu.behaviour.tables import Tables
from dicu.behaviour.wealth import MoneyTable
from dicu.behaviour.work import WorkTable
from dicu.compute.draws import stable_id
from dicu.population.columns import Households, Rows
from states import by_law


def make_geography(districts_of_province: list[list[int]], dwellings: list[float] | None = None) -> Geography:
    """Nests without distance: ``[[1], [2]]`` = two provinces of one district each, with one and two places."""
    sizes = [n for province in districts_of_province for n in province]
    n_places, n_districts, n_provinces = sum(sizes), len(sizes), len(districts_of_province)
    share = np.array(dwellings if dwellings is not None else [1.0] * n_places)
    per_province = [len(p) for p in districts_of_province]
    return Geography(
        district=np.repeat(np.arange(n_districts), sizes).astype(np.int32),
        province=np.repeat(np.arange(n_provinces), per_province).astype(np.int32),
        first_place=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32),
        first_district=np.concatenate([[0], np.cumsum(per_province)]).astype(np.int32),
        dwellings_share=share / share.sum(),
        near_district=np.ones((n_districts, n_districts)),
        near_province=np.ones((n_districts, n_provinces)),
        place_id=stable_id("place", np.arange(n_places, dtype=np.uint64)),
        district_id=stable_id("dist", np.arange(n_districts, dtype=np.uint64)),
        province_id=stable_id("prov", np.arange(n_provinces, dtype=np.uint64)),
        own_id=stable_id("own", np.array([1, 2, 3], dtype=np.uint64)),
    )


def make_tables(
    geography: Geography,
    v: np.ndarray | None = None,
    *,
    theta: float = 0.5,
    kappa: float = 0.0,
    home: float = 0.0,
    hazard: float = 1.0,
    leave: tuple[float, float] = (0.0, 0.0),
    step: int = 0,
) -> Tables:
    """Tables through the functions of the run, with utilities ``v`` (P,) for every type, no ties and no network."""
    from dicu.compute.draws import Purpose, key64

    n_places, n_types = len(geography.district), 16
    n_districts, n_provinces = len(geography.province), len(geography.first_district) - 1
    income = np.ones((n_places, n_types))
    utility = (
        np.zeros((n_places, n_types)) if v is None else np.repeat(v[:, None], n_types, axis=1).astype(float)
    )
    costs = [frozen.exp64(-c) for c in leave]
    nests = nest_tables(utility, income, geography, theta, *costs)
    rates = frozen.consider_tables(
        np.tile(nests.gap, 2), np.zeros(n_places), hazard, 0.0, 0.0, np.zeros(n_places)
    )
    # every member counts alike, as a household of one
    ready = np.where(np.arange(256) > 0, 1.0, 0.0)
    flat = nests.relative.reshape(-1)
    keys = {p.name.lower(): np.uint64(key64(1, int(p), step)) for p in Purpose}
    moving = MoveTable(
        ready=Readiness(ready, 0.3),
        alone=0.9,
        alone_partnered=0.3,
        split_key=keys["split"],
        leaver_key=keys["leaver"],
        new_key=keys["new_household"],
    )
    life = LifeTable(
        area=np.zeros(n_places, dtype=np.int32),
        # nobody is born, dies, seeks a partner, earns or spends
        hazards=LifeHazards(
            death=np.zeros((2, 256)),
            birth=np.zeros((2, 256)),
            birth_later=np.zeros((2, 256)),
            seek=np.zeros(256),
            part=np.zeros(256),
            key=keys["life"],
            detail_key=keys["life_detail"],
        ),
        word=np.zeros(256, dtype=np.uint32),
        boy_share=0.5,
        newborn_key=keys["newborn"],
    )
    looks = looks_table(ready)
    return Tables(
        where=Where(
            **{k: v for k, v in geography._asdict().items() if k != "dwellings_share"},
            urban=np.zeros(n_places, dtype=bool),
            # each district is a commuting area of its own
            area=np.arange(n_districts, dtype=np.int32),
            area_first=geography.first_place,
            area_place=np.arange(n_places, dtype=np.int32),
            area_id=geography.district_id,
        ),
        consider=ConsiderTable(
            hazard=rates,
            bound=rounded_up(rates * 2.0**32),
            tie_hazard=np.ones(256),
            shock_hazard=np.ones(8),
            shock_bound=np.float32(2.0),
            key=keys["consider"],
        ),
        choose=ChooseTable(
            tie_stay=np.ones(256),
            stay=frozen.exp_array(flat + kappa).reshape(nests.relative.shape),
            home=frozen.exp_array(flat + home).reshape(nests.relative.shape),
            # nothing but places: no other work, no services, no shocks, no price of a move
            other_work=np.zeros((n_places, n_types)),
            keeps=np.ones((n_places, n_types)),
            income_part=utility,
            service_part=np.zeros(n_places),
            need_own=np.zeros(n_districts, dtype=np.uint16),
            need_district=np.zeros((n_districts, n_districts), dtype=np.uint16),
            need_province=np.zeros((n_districts, n_provinces), dtype=np.uint16),
            place_weight=nests.place_weight,
            own_nest=nests.own_nest,
            district_nest=nests.district_nest,
            province_nest=nests.province_nest,
            net_district=np.ones((n_provinces, n_districts)),
            net_province=np.ones((n_provinces, n_provinces)),
            usual_district=np.ones(n_provinces),
            usual_province=np.ones(n_provinces),
            leave_district=costs[0],
            leave_province=costs[1],
            nest_key=keys["nest"],
            place_key=keys["place"],
        ),
        move=moving,
        life=life,
        couples=CoupleTable(
            lodge_key=np.uint64(0),
            lodging_share=0.0,
            apart_share=0.0,
            home_key=keys["couple_home"],
            reach_key=keys["couple_reach"],
            patrilocal_share=0.0,
            beyond_share=0.0,
            moved_share=1.0,
        ),
        money=MoneyTable(
            pay=np.zeros((n_places, 2 * n_types), dtype=np.float32),
            other_pay=np.zeros(n_places, dtype=np.float32),
            luck=np.ones(256, dtype=np.float32),
            floor=np.uint32(0),
            keep=np.uint32(65536),
            draw=np.uint32(0),
            key=keys["money"],
        ),
        work=WorkTable(
            # nobody finds, loses or is offered a formal job
            change=np.zeros((n_places, 2 * n_types), dtype=np.uint32),
            hazard=np.zeros(n_districts),
            looks=looks,
            spread=np.zeros((n_districts, n_districts)),
            value=np.ones((n_places, 2 * n_types)),
            beta=2.0,
            cost=0.0,
            move=moving,
            key=keys["work"],
            area_key=keys["offer_area"],
            place_key=keys["offer_place"],
            take_key=keys["offer_taken"],
        ),
        screen=screen_table(life, moving.ready, looks, np.zeros(n_places), np.ones(256), by_law(2019)),
        ties_growth=np.uint16(16),
        ages=by_law(2019),
        struck=np.zeros(n_places, dtype=np.uint8),
    )


def rescreened(tables: Tables) -> Tables:
    """The same tables with the bounds of the screens made anew, where a test changed what they bound."""
    life, work, where = tables.life, tables.work, tables.where
    offers, ties = work.hazard[where.district], tables.consider.tie_hazard
    return tables._replace(
        screen=screen_table(life, tables.move.ready, work.looks, offers, ties, tables.ages)
    )


@njit
def choose_row(h: Rows, where: Where, t: ChooseTable, space: Buffers) -> tuple[int, int]:
    """`choose` for row 0: inlined rules can only be called from compiled code."""
    return choose(0, h, where, t, space)


@njit
def weigh_row(h: Rows, where: Where, t: ChooseTable, space: Buffers) -> int:
    """`nest_weights` for row 0."""
    return nest_weights(0, h, where, t, space)


def one_row(
    place: int = 0, home: int | None = None, kind: int = 0, ties: int = 0, wealth: int = 65_535, uid: int = 0
) -> Rows:
    """A household in row 0, without members: what the choice reads of it."""
    h = Households.empty(1, 1)
    h.member[0] = 0
    h.attributes[0] = 0
    h.uid[0], h.place[0], h.home_place[0] = uid, place, place if home is None else home
    h.flags[0], h.ties[0], h.wealth[0] = kind, ties, wealth
    return h.rows


def weights_of(tables: Tables, row: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Identities and weights of the first race of a household."""
    space = buffers(tables.where)
    n = weigh_row(row, tables.where, tables.choose, space)
    return space.alternative[:n], space.weight[:n]


def destination(
    tables: Tables, uid: np.uint64, place: int = 0, home: int | None = None, kind: int = 0
) -> int:
    """Where a household that considers moving goes, by the rule of the run; `dicu.behaviour.choose.STAY` to stay."""
    row = one_row(place, home, kind, uid=int(uid))
    to, _ = choose_row(row, tables.where, tables.choose, buffers(tables.where))
    return int(to)


def fields_of(tables: NamedTuple) -> dict[str, Any]:
    """Every value that stands in the tables, by the tables it is in and its name: ``life.hazards.key``."""
    found: dict[str, Any] = {}
    for name, value in tables._asdict().items():
        if isinstance(value, tuple):
            found |= {f"{name}.{inner}": each for inner, each in fields_of(value).items()}
        else:
            found[name] = value
    return found


def keys_of(tables: NamedTuple) -> dict[str, int]:
    """The keys of a step's draws, by the tables and the name that they have."""
    return {k: int(v) for k, v in fields_of(tables).items() if k.endswith((".key", "_key"))}

"""Shared by tests: hand-made nests and the tables over them."""

from __future__ import annotations

import numpy as np

from dicu.behaviour import tables as frozen
from dicu.behaviour.choose import buffer_size, choose
from dicu.behaviour.geography import Geography
from dicu.compute.draws import stable_id


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
) -> frozen.Tables:
    """Tables through the functions of the run, with utilities ``v`` (P,) for every type, no ties and no network."""
    from dicu.compute.draws import Purpose, key64

    n_places, n_types = len(geography.district), 16
    n_districts, n_provinces = len(geography.province), len(geography.first_district) - 1
    income = np.ones((n_places, n_types))
    utility = (
        np.zeros((n_places, n_types)) if v is None else np.repeat(v[:, None], n_types, axis=1).astype(float)
    )
    costs = [frozen.exp64(-c) for c in leave]
    nests = frozen.nest_tables(utility, income, geography, theta, *costs)
    rates, threshold = frozen.consider_tables(
        nests.gap, np.zeros(n_places), np.full(n_types, hazard), 0.0, 0.0
    )
    flat = nests.relative.reshape(-1)
    keys = {p.name.lower(): np.uint64(key64(1, int(p), step)) for p in Purpose}
    return frozen.Tables(
        **{k: v for k, v in geography._asdict().items() if k != "dwellings_share"},
        urban=np.zeros(n_places, dtype=bool),
        hazard=rates,
        threshold=threshold,
        tie_hazard=np.ones(256),
        tie_stay=np.ones(256),
        stay=frozen.exp_array(flat + kappa).reshape(nests.relative.shape),
        home=frozen.exp_array(flat + home).reshape(nests.relative.shape),
        # nothing but places: no other work, no services, no shocks, no price of a move
        other_work=np.zeros((n_places, n_types)),
        income_part=utility,
        service_part=np.zeros(n_places),
        shock_hazard=np.ones(8),
        shock_bound=np.uint64(2),
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
        psi=np.array([0.9, 0.35, 0.7, 0.3]),
        leaver_young_weight=8.0,
        leaver_partnered_weight=0.3,
        consider_key=keys["consider"],
        nest_key=keys["nest"],
        place_key=keys["place"],
        split_key=keys["split"],
        leaver_key=keys["leaver"],
        new_key=keys["new_household"],
        life_key=keys["life"],
        detail_key=keys["life_detail"],
        newborn_key=keys["newborn"],
        couple_key=keys["couple_home"],
        reach_key=keys["couple_reach"],
        money_key=keys["money"],
        ties_growth=np.uint16(16),
        year=2019,
        # nobody is born, dies, seeks a partner, earns or spends
        death=np.zeros(256),
        birth=np.zeros((2, 256)),
        seek=np.zeros(256),
        word=np.zeros(256, dtype=np.uint32),
        boy_share=0.5,
        patrilocal_share=0.0,
        beyond_share=0.0,
        moved_share=1.0,
        pay=np.zeros((n_places, n_types), dtype=np.float32),
        other_pay=np.zeros(n_places, dtype=np.float32),
        luck=np.ones(256, dtype=np.float32),
        floor=np.uint32(0),
        keep=np.uint32(65_536),
        struck=np.zeros(n_places, dtype=np.uint8),
    )


def destination(
    tables: frozen.Tables, uid: np.uint64, place: int = 0, home: int | None = None, kind: int = 0
) -> int:
    """Where a household that considers moving goes, by the rule of the run; `dicu.behaviour.choose.STAY` to stay."""
    size = buffer_size(tables)
    buffers = np.empty(size, dtype=np.uint32), np.empty(size), np.empty(size, dtype=np.uint32)
    rich = np.uint16(65_535)
    to, _ = choose(uid, place, place if home is None else home, kind, np.uint8(0), rich, tables, *buffers)
    return int(to)

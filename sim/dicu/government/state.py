"""The state of all governments as arrays, and back: what a checkpoint holds and a checksum covers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dicu.government.budget import Budget
from dicu.government.governments import Governments
from dicu.government.network import Network
from dicu.government.offices import Desk, Office
from dicu.government.overlay import Overlay
from dicu.government.provincial import ProvinceWork
from dicu.government.services import FACILITIES

UNKNOWN: Final = -1.0
"""Stands for incomes and rents that nobody told."""

Arrays = Mapping[str, NDArray[Any]]

OFFICE: Final[dict[str, type[np.generic]]] = {
    "level": np.uint8,
    "seat_place": np.int32,
    "staff": np.int64,
    "official": np.bool_,
    "posts_at_start": np.float64,
    "residents_at_start": np.int64,
    "posts_cap": np.float64,
    "disruption_at_merger": np.float64,
    "opened_step": np.int32,
    "posts_cut": np.int64,
    "residents": np.int64,
    "mountain": np.bool_,
    "need": np.float64,
    "disruption": np.float64,
    "quality": np.float64,
    "capital_ratio": np.float64,
    "points": np.int64,
    "wave": np.int32,
    "pool": np.int32,
    "mobile": np.bool_,
    "year_ago": np.int64,
    "access": np.float64,
    "far_place": np.int32,
}
"""Attributes of an office, one row an office; its seat, desks and budget stand apart."""

BUDGET: Final = (
    "posts", "residents", "running_base", "residents_base", "transfer", "capital", "capital_reference",
    "transfer_fall", "savings", "severance_left", "severance_steps", "pool", "pool_next", "revenue_tax",
    "revenue_land", "desk_posts", "mobile_desks", "mobile_paid", "invested", "worn", "reinvested", "wages", "running",
    "desks", "severance", "severance_nation", "investment", "deficit", "depreciation", "capital_before",
)  # fmt: skip
"""Attributes of a budget, int64, one row a budget, dong and posts."""

PROVINCE: Final = ("share", "posts", "staffed", "disruption_at_merger", "seat_km", "quality")
"""Attributes of what provinces do, by place."""


def export(g: Governments) -> dict[str, NDArray[Any]]:
    """All that decides the governments' future, as arrays in a fixed order: offices, budgets, who is served where.

    Names and borders are not in it: they decide nothing, and ``relabel`` must have the state of ``none``.
    """
    network, offices, revenue, laid = g.network, g.offices, g.revenue, g.network.laid()
    desks = [(i, desk) for i, office in enumerate(offices) for desk in office.desks]
    unknown = np.full(g.world.n_places, UNKNOWN)
    return {
        "commune_office_of_place": network.commune_office_of_place,
        "district_office_of_place": network.district_office_of_place,
        "pool_seat": network.pool_seat,
        "residents": g.residents,
        "served": g.served,
        "history": g.history,
        "online": np.array([g.reach.online]),
        **{f"office_{n}": laid.office[n].astype(t) for n, t in OFFICE.items()},
        "office_seat_km": np.array([o.seat_km for o in offices], dtype=np.float64).reshape(-1, 3),
        "office_budget": laid.pays.astype(np.int32),
        "desk_office": np.array([i for i, _ in desks], dtype=np.int32),
        "desk_place": np.array([desk.place for _, desk in desks], dtype=np.int32),
        "desk_posts": np.array([desk.posts for _, desk in desks], dtype=np.int64),
        **{f"budget_{n}": laid.budget[n].copy() for n in BUDGET},
        "revenue_vnd_per_head": revenue.vnd_per_head,
        "revenue_tax": revenue.tax,
        "revenue_land": revenue.land,
        "income_at_start": unknown if revenue.income_at_start is None else revenue.income_at_start,
        "rent_at_start": unknown if revenue.rent_at_start is None else revenue.rent_at_start,
        **{f"province_{name}": getattr(network.province, name) for name in PROVINCE},
        "province_opened_step": np.array([network.province.opened_step], dtype=np.int32),
        "water": g.services.water,
        **{f"{facility}_km": g.services.seat_km[facility] for facility in FACILITIES},
    }


def restore(g: Governments, arrays: Arrays, overlay: Overlay | None = None) -> None:
    """Take over a state of the same world and parameters; stepping on gives the bytes of the original.

    Parameters
    ----------
    g : Governments
        Changed in place: offices, budgets, services, memory and agents.
    arrays : mapping
        What `export` gave.
    overlay : Overlay or None
        The borders in force (`dicu.government.overlay.in_force`), which the state does not hold; None: those of ``g``.

    Raises
    ------
    ValueError
        When a name is missing or unknown, or lengths do not fit each other or the world.
    """
    _check(g, arrays)
    rows, columns = (
        Budget.columns_for(len(arrays["budget_posts"])),
        Office.columns_for(len(arrays["office_level"])),
    )
    for kind, made in (("budget", rows), ("office", columns)):
        for name, column in made.items():
            column[:] = arrays[f"{kind}_{name}"]
    budgets, budget_of = Budget.faces(rows), arrays["office_budget"].tolist()
    offices = Office.of(columns, arrays["office_seat_km"].copy(), [budgets[i] for i in budget_of])
    for office, place, posts in zip(
        arrays["desk_office"].tolist(),
        arrays["desk_place"].tolist(),
        arrays["desk_posts"].tolist(),
        strict=True,
    ):
        offices[office].desks.append(Desk(place, g.world.position_km[place], posts))
    g.network = Network(
        offices=offices,
        commune_office_of_place=arrays["commune_office_of_place"].copy(),
        district_office_of_place=arrays["district_office_of_place"].copy(),
        terrain=g.world.terrain,
        pool_seat=arrays["pool_seat"].copy(),
        province=ProvinceWork(
            **{name: arrays[f"province_{name}"].copy() for name in PROVINCE},
            opened_step=int(arrays["province_opened_step"][0]),
        ),
    )
    g.residents, g.served = arrays["residents"].copy(), arrays["served"].copy()
    g.history, g.reach.online = arrays["history"].copy(), float(arrays["online"][0])
    g.revenue.take_over(
        arrays["revenue_vnd_per_head"].copy(),
        (arrays["revenue_tax"].copy(), arrays["revenue_land"].copy()),
        _known(arrays["income_at_start"]),
        _known(arrays["rent_at_start"]),
    )
    g.services.water = arrays["water"].copy()
    for facility in FACILITIES:
        g.services.locate(facility, arrays[f"{facility}_km"])
    g.reach.locate(g.network)
    if overlay is None:
        g.seat()
    else:
        g.govern_by(overlay)
    g.count_people()
    g.reach.measure(g.network, g.served)


def _known(values: NDArray[Any]) -> NDArray[np.float64] | None:
    return None if (values == UNKNOWN).all() else np.array(values, dtype=np.float64)


def _check(g: Governments, arrays: Arrays) -> None:
    mine = export(g)
    if set(arrays) != set(mine):
        missing, extra = sorted(set(mine) - set(arrays)), sorted(set(arrays) - set(mine))
        raise ValueError(f"state of governments: missing {missing}, unknown {extra}")
    rows = {
        "office": len(arrays["office_level"]),
        "budget": len(arrays["budget_posts"]),
        "desk": len(arrays["desk_office"]),
    }
    for name, values in mine.items():
        given, want = arrays[name].shape, values.shape
        kind = name.split("_")[0]
        if kind in rows:
            want = (rows[kind], *want[1:])
        elif name == "pool_seat":
            want = given[:1]
        if given != want:
            raise ValueError(f"state of governments: {name} must have shape {want}, got {given}")
    limits = {
        "office_budget": "budget",
        "desk_office": "office",
        "commune_office_of_place": "office",
        "district_office_of_place": "office",
    }
    for name, what in limits.items():
        n = rows[what]
        bad = arrays[name][(arrays[name] < 0) | (arrays[name] >= n)]
        if len(bad):
            raise ValueError(f"state of governments: {name} holds {bad[0]}; allowed: 0 to {n - 1}")

"""The books: one row per government for the tables, and the check that nothing is lost."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dicu.government.agents import MONEY
from dicu.government.budget import VND_PER_MVND
from dicu.government.closing import gaps
from dicu.government.governments import Governments
from dicu.government.offices import COMMUNE, sum_by
from dicu.government.places import mean_by
from dicu.government.seating import turns
from dicu.government.transition import Totals
from dicu.scenario.vocabulary import SERVICES
from dicu.world.ways import farther, nearer
from dicu.world.world import Units


class NotConserved(RuntimeError):
    """People, posts, area or money appeared or vanished; the message names the difference."""


NO_POOL = -2
"""Of budgets that pay for no commune's office; less than any pool."""

IN_TABLES = tuple(name for name in MONEY if name not in ("deficit", "capital_reference"))
"""Amounts that are shown under their own names, M VND."""


def columns(governments: Governments) -> dict[str, NDArray[Any]]:
    """One row a government: the C communes in the order of their units, the provinces, the nation.

    Keys
    ----
    level, generation, code, name, kind
        str.
    residents
        int64, persons within the borders.
    posts, posts_cut
        int64; cut by the last reform.
    posts_needed
        float64.
    satellites, mobile_desks
        int64, desks open.
    quality, disruption, travel_minutes
        float64, means over the residents of the office that serves them (commune administration), for
        provinces too; in ``seat_minutes`` the way to the seat of the government itself by law.
    district_minutes, clinic_minutes, school_minutes, hospital_minutes
        float64, means of the ways to what does the work of the district, to clinics, primary schools, hospitals.
    access_*
        float64, mean access to each service.
    commune_office_farther, district_office_nearer
        float64, share of residents whose way is longer (shorter) than before any reform, by over a minute.
    revenue_local and those of `IN_TABLES`, balance
        float64, M VND a step. What comes in (revenue_local, transfer, reinvested, pool) less what goes out (wages,
        running, desks, severance, investment) is balance, negative where the nation pays a deficit.
        ``severance_nation`` is paid by the nation besides; ``savings`` are the wages of the posts cut.
    capital, severance_left, capital_ratio
        float64, M VND; K/K* of the budgets.
    payback_years
        float64, severance of all posts cut over their wages of a year; nan where none were cut.

    Notes
    -----
    Rows of provinces are consolidated (their own districts' offices and their communes), and that of the nation is
    all of them together, so levels must not be added up.
    """
    g, overlay = governments, governments.overlay
    out: dict[str, list[NDArray[Any]]] = {}

    def put(name: str, values: NDArray[Any]) -> None:
        out.setdefault(name, []).append(values)

    places = _of_places(g)
    everywhere = np.zeros(g.world.n_places, dtype=np.int32)
    nation = {
        key: np.array([text]) for key, text in (("code", "0"), ("name", g.world.name), ("kind", "nation"))
    }
    communes, provinces = _held(g)
    levels = (
        ("commune", _named(overlay.communes), communes, g.commune_of_place),
        ("province", _named(overlay.provinces), provinces, g.province_of_place),
        ("nation", nation, {name: (sum(list(each)),) for name, each in provinces.items()}, everywhere),
    )
    for level, named, held, of_place in levels:
        n = len(named["code"])
        put("level", np.full(n, level, dtype="U8"))
        put("generation", np.full(n, overlay.generation))
        for name, text in named.items():
            put(name, text)
        for name, number in (
            ("residents", "residents"),
            ("posts", "staff"),
            ("posts_cut", "posts_cut"),
            ("satellites", "satellites"),
            ("mobile_desks", "mobile_desks"),
        ):
            put(name, np.array(held[number], dtype=np.int64))
        put("posts_needed", np.array(held["need"], dtype=np.float64))
        for name, values in places.items():
            if name == "seat_minutes" and level == "province":
                values = g.province_minutes
            put(name, mean_by(of_place, values, g.residents, n))
        dong = {name: np.array(held[name], dtype=np.int64) for name in MONEY}
        put("revenue_local_mvnd", (dong["revenue_tax"] + dong["revenue_land"]) / VND_PER_MVND)
        for name in IN_TABLES:
            put(f"{name}_mvnd", dong[name] / VND_PER_MVND)
        put("balance_mvnd", -dong["deficit"] / VND_PER_MVND)
        capital, reference = (dong[name].astype(np.float64) for name in ("capital", "capital_reference"))
        put("capital_ratio", np.divide(capital, reference, out=np.ones(n), where=reference > 0))
        saved = dong["savings"].astype(np.float64) * g.steps_per_year
        cut = saved / (g.terms.price.post_vnd * g.steps_per_year)
        payback = np.full(n, np.nan)
        put(
            "payback_years", np.divide(cut * g.terms.price.severance_vnd, saved, out=payback, where=saved > 0)
        )
    return {name: np.concatenate(parts) for name, parts in out.items()}


def _held(g: Governments) -> tuple[dict[str, Any], dict[str, Any]]:
    """Residents, `Counts` and amounts of `MONEY` of the communes and of the provinces, in their order.

    What `agents.Commune` and `agents.Province` say of themselves, of all at once; a province's are its own and those of
    its communes.
    """
    laid, n, m = g.network.laid(), len(g.overlay.communes), len(g.overlay.provinces)
    above = g.overlay.province_of_commune
    own, keeper = turns(g.network, g.overlay)
    desks = np.array([len(office.desks) for office in g.offices], dtype=np.int64)
    o = laid.office
    parts: list[dict[str, Any]] = [
        {"residents": g.people_of_communes},
        {"residents": g.people_of_provinces},
    ]
    for name, of_unit, values in (
        ("staff", own, o["staff"]),
        ("posts_cut", own, o["posts_cut"]),
        ("satellites", own, desks),
        ("mobile_desks", own, o["mobile"].astype(np.int64)),
        *((name, keeper, laid.budget[name]) for name in MONEY),
    ):
        kept = sum_by(of_unit, values, n + m)
        parts[0][name], parts[1][name] = kept[:n], kept[n:] + sum_by(above, kept[:n], m)
    need = np.bincount(own, weights=o["need"], minlength=n + m).tolist()
    below: list[list[float]] = [[own_need] for own_need in need[n:]]
    for province, posts in zip(above.tolist(), need[:n], strict=True):
        below[province].append(posts)
    parts[0]["need"], parts[1]["need"] = need[:n], [sum(each) for each in below]
    return parts[0], parts[1]


def _named(units: Units) -> dict[str, NDArray[np.str_]]:
    return {"code": units.code, "name": units.name, "kind": units.kind}


def _of_places(g: Governments) -> dict[str, NDArray[np.float64]]:
    """What is shown as a mean over residents, by place; (P,) each."""
    offices = g.network.commune_office_of_place
    access = g.access()
    return {
        "quality": g.network.laid().office["quality"][offices],
        "disruption": g.network.laid().office["disruption"][offices],
        "travel_minutes": g.commune_minutes,
        "district_minutes": g.district_minutes,
        **{f"{facility}_minutes": minutes for facility, minutes in g.services.minutes.items()},
        "seat_minutes": g.seat_minutes,
        "commune_office_farther": farther(g.minutes_at_start[0], g.commune_minutes).astype(np.float64),
        "district_office_nearer": nearer(g.minutes_at_start[1], g.district_minutes).astype(np.float64),
        **{f"access_{name}": access[:, i] for i, name in enumerate(SERVICES)},
    }


def totals(g: Governments) -> Totals:
    """What a reform must conserve, as it stands; residents and area are summed over the communes."""
    n, laid = len(g.overlay.communes), g.network.laid()
    return Totals(
        residents=int(sum_by(g.commune_of_place, g.residents, n).sum()),
        area_m2=int(sum_by(g.commune_of_place, g.area_m2, n).sum()),
        posts=int(laid.office["staff"].sum()),
        transfer_vnd=int(laid.budget["transfer"].sum()),
        capital_vnd=int(laid.budget["capital"].sum()),
        capital_reference_vnd=int(laid.budget["capital_reference"].sum()),
    )


def check(governments: Governments) -> None:
    """Stop the run if people, posts or money do not add up.

    Raises
    ------
    NotConserved
        Naming what differs and by how much.
    """
    g = governments
    total, known = int(g.residents.sum()), int(g.served.sum())
    for level, people in (("communes", g.people_of_communes), ("provinces", g.people_of_provinces)):
        governed = int(people.sum())
        if governed != total:
            raise NotConserved(
                f"{level} govern {governed} of {total} residents: difference {governed - total}"
            )
    for work, of_place in (
        ("commune administration", g.network.commune_office_of_place),
        ("district administration", g.network.district_office_of_place),
    ):
        unserved = np.flatnonzero((of_place < 0) | (of_place >= len(g.offices)))
        if len(unserved):
            raise NotConserved(
                f"no office does the {work} of place {unserved[0]} ({len(unserved)} such places)"
            )
    laid = g.network.laid()
    o, b, of_commune = laid.office, laid.budget, laid.office["level"] == COMMUNE
    served = int(o["residents"][of_commune].sum())
    if served != known:
        raise NotConserved(
            f"commune offices serve {served} of {known} residents: difference {served - known}"
        )
    gap = gaps(b, np.arange(len(laid.budgets)))
    for budget in np.flatnonzero(gap).tolist():
        office = g.offices[int(np.flatnonzero(laid.pays == budget)[0])]
        raise NotConserved(
            f"the budget of the office at place {office.seat_place} does not close: {gap[budget]} dong"
        )
    posts, paid = int(o["staff"].sum()), int(b["posts"].sum())
    if posts != paid:
        raise NotConserved(f"{posts} posts are filled and {paid} are paid: difference {paid - posts}")
    raised = int((g.revenue.tax + g.revenue.land).sum())
    booked = int(b["revenue_tax"].sum() + b["revenue_land"].sum())
    if raised != booked:
        raise NotConserved(f"places raise {raised} dong, budgets book {booked}: difference {booked - raised}")
    pool_of = np.full(len(laid.budgets), NO_POOL)
    pool_of[laid.pays[of_commune]] = o["pool"][of_commune]
    pools, pool = np.unique(pool_of, return_inverse=True)
    moved = sum_by(pool, np.where(pool_of == NO_POOL, 0, b["pool_next"]), len(pools))
    for i in np.flatnonzero(moved).tolist():
        raise NotConserved(
            f"the pool with its seat at place {g.network.pool_seat[pools[i]]} moves {moved[i]} dong more "
            "than it takes"
        )
    if taken := int(b["pool"].sum()):
        raise NotConserved(f"pools gave {taken} dong more than they took")
    budgets = laid.budgets
    # now all of it closes: what places raise and the nation gives is spent, since that holds for each budget
    kept = [budget for province in g.provinces for budget in province.budgets_below]
    if len(kept) != len(budgets) or set(kept) != set(budgets):
        lost = len(set(budgets) - set(kept))
        raise NotConserved(
            f"provinces keep {len(kept)} budgets, offices have {len(budgets)}: {lost} of these are kept by none"
        )

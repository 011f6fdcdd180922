"""The books: one row per government for the tables, and the check that nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from mesa.agent import AgentSet
from numpy.typing import NDArray

from dicu.government.agents import MONEY, Counts
from dicu.government.budget import VND_PER_MVND
from dicu.government.governments import Governments
from dicu.government.offices import COMMUNE, sum_by
from dicu.government.places import mean_by
from dicu.government.transition import Totals
from dicu.scenario.vocabulary import SERVICES
from dicu.world.ways import farther, nearer
from dicu.world.world import Units


class NotConserved(RuntimeError):
    """People, posts, area or money appeared or vanished; the message names the difference."""


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
    provinces = _held(g.provinces)
    levels = (
        ("commune", _named(overlay.communes), _held(g.communes), g.commune_of_place),
        ("province", _named(overlay.provinces), provinces, g.province_of_place),
        ("nation", nation, {name: (sum(each),) for name, each in provinces.items()}, everywhere),
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


def _held(governments: AgentSet) -> dict[str, Sequence[Any]]:
    """Residents, `Counts` and amounts of `MONEY` of some governments, in their order."""
    counts = zip(*(agent.counts for agent in governments), strict=True)
    amounts = zip(*(agent.amounts for agent in governments), strict=True)
    return {
        "residents": [agent.residents for agent in governments],
        **dict(zip(Counts._fields, counts, strict=True)),
        **dict(zip(MONEY, amounts, strict=True)),
    }


def _named(units: Units) -> dict[str, NDArray[np.str_]]:
    return {"code": units.code, "name": units.name, "kind": units.kind}


def _of_places(g: Governments) -> dict[str, NDArray[np.float64]]:
    """What is shown as a mean over residents, by place; (P,) each."""
    offices = g.network.commune_office_of_place
    access = g.access()
    return {
        "quality": np.array([office.quality for office in g.offices])[offices],
        "disruption": np.array([office.disruption for office in g.offices])[offices],
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
    n = len(g.overlay.communes)
    budgets = g.network.budgets
    return Totals(
        residents=int(sum_by(g.commune_of_place, g.residents, n).sum()),
        area_m2=int(sum_by(g.commune_of_place, g.area_m2, n).sum()),
        posts=sum(office.staff for office in g.offices),
        transfer_vnd=sum(budget.transfer for budget in budgets),
        capital_vnd=sum(budget.capital for budget in budgets),
        capital_reference_vnd=sum(budget.capital_reference for budget in budgets),
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
    for level, agents in (("communes", g.communes), ("provinces", g.provinces)):
        governed = sum(agent.residents for agent in agents)
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
    served = sum(office.residents for office in g.offices if office.level == COMMUNE)
    if served != known:
        raise NotConserved(
            f"commune offices serve {served} of {known} residents: difference {served - known}"
        )
    budgets = g.network.budgets
    for budget in budgets:
        if budget.gap:
            office = next(o for o in g.offices if o.budget is budget)
            raise NotConserved(
                f"the budget of the office at place {office.seat_place} does not close: {budget.gap} dong"
            )
    posts, paid = sum(office.staff for office in g.offices), sum(budget.posts for budget in budgets)
    if posts != paid:
        raise NotConserved(f"{posts} posts are filled and {paid} are paid: difference {paid - posts}")
    raised = int((g.revenue.tax + g.revenue.land).sum())
    booked = sum(budget.revenue_tax for budget in budgets) + sum(budget.revenue_land for budget in budgets)
    if raised != booked:
        raise NotConserved(f"places raise {raised} dong, budgets book {booked}: difference {booked - raised}")
    moved: dict[int, int] = {}
    pool_of = {o.budget: o.pool for o in g.offices if o.level == COMMUNE}
    for budget, pool in pool_of.items():
        moved[pool] = moved.get(pool, 0) + budget.pool_next
    for pool, dong in moved.items():
        if dong:
            raise NotConserved(
                f"the pool with its seat at place {g.network.pool_seat[pool]} moves {dong} dong more "
                "than it takes"
            )
    if taken := sum(budget.pool for budget in budgets):
        raise NotConserved(f"pools gave {taken} dong more than they took")
    # now all of it closes: what places raise and the nation gives is spent, since that holds for each budget
    kept = [budget for province in g.provinces for budget in province.budgets_below]
    if len(kept) != len(budgets) or set(kept) != set(budgets):
        lost = len(set(budgets) - set(kept))
        raise NotConserved(
            f"provinces keep {len(kept)} budgets, offices have {len(budgets)}: {lost} of these are kept by none"
        )

"""The books: one row a government for the tables, and the check that nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.government.agents import MONEY
from sim.government.budget import VND_PER_MVND
from sim.government.offices import COMMUNE

if TYPE_CHECKING:
    from sim.government.governments import Governments


class NotConserved(RuntimeError):
    """People, posts, area or money appeared or vanished; the message names the difference."""


def weighted_mean(
    of_place: NDArray[np.int32], values: NDArray[np.float64], residents: NDArray[np.int64], n: int
) -> NDArray[np.float64]:
    """Mean of a place's ``values`` by unit, weighted by residents; the plain mean where nobody lives; (n,)
    float64.

    A unit without places gets nan. Summed in the order of the places, so always the same bits.
    """
    weight = residents.astype(np.float64)
    empty = np.bincount(of_place, weights=weight, minlength=n) == 0
    weight = np.where(empty[of_place], 1.0, weight)
    whole = np.bincount(of_place, weights=weight, minlength=n)
    total = np.bincount(of_place, weights=weight * values, minlength=n)
    mean = np.divide(total, whole, out=np.full(n, np.nan), where=whole > 0)
    return np.asarray(mean, dtype=np.float64)


def columns(governments: Governments) -> dict[str, NDArray[Any]]:
    """One row a government: the C communes in the order of their units, then the provinces.

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
    quality, disruption, travel_minutes
        float64, means over the residents of the office that serves them (commune administration), for
        provinces too; in ``seat_minutes`` the way to the seat of the government itself by law.
    revenue_local, transfer, wages, running, investment, balance
        float64, M VND a step; balance = revenue_local + transfer - wages - running - investment, negative
        where the nation pays a deficit.
    capital, capital_ratio
        float64, M VND; K/K* of the budgets.

    Notes
    -----
    Rows of provinces are consolidated (their own districts' offices and their communes), so levels must not
    be added up.
    """
    g, overlay = governments, governments.overlay
    residents = g.residents
    offices = g.network.commune_office_of_place
    quality = np.array([office.quality for office in g.offices])[offices]
    disruption = np.array([office.disruption for office in g.offices])[offices]
    out: dict[str, list[NDArray[Any]]] = {}

    def put(name: str, values: NDArray[Any]) -> None:
        out.setdefault(name, []).append(values)

    for level, units, agents, of_place in (
        ("commune", overlay.communes, list(g.communes), g.commune_of_place),
        ("province", overlay.provinces, list(g.provinces), g.province_of_place),
    ):
        n = len(units)
        put("level", np.full(n, level, dtype="U8"))
        put("generation", np.full(n, overlay.generation))
        put("code", units.code)
        put("name", units.name)
        put("kind", units.kind)
        put("residents", np.array([a.residents for a in agents], dtype=np.int64))
        put("posts", np.array([a.staff for a in agents], dtype=np.int64))
        put("posts_cut", np.array([a.posts_cut for a in agents], dtype=np.int64))
        put("posts_needed", np.array([a.need for a in agents], dtype=np.float64))
        put("quality", weighted_mean(of_place, quality, residents, n))
        put("disruption", weighted_mean(of_place, disruption, residents, n))
        put("travel_minutes", weighted_mean(of_place, g.commune_minutes, residents, n))
        to_seat = g.province_minutes if level == "province" else g.seat_minutes
        put("seat_minutes", weighted_mean(of_place, to_seat, residents, n))
        for name in MONEY:
            if name not in ("deficit", "capital_reference"):
                put(name, np.array([getattr(a, name) for a in agents], dtype=np.int64) / VND_PER_MVND)
        put("balance", -np.array([a.deficit for a in agents], dtype=np.int64) / VND_PER_MVND)
        reference = np.array([a.capital_reference for a in agents], dtype=np.float64)
        capital = np.array([a.capital for a in agents], dtype=np.float64)
        put("capital_ratio", np.divide(capital, reference, out=np.ones(n), where=reference > 0))
    return {name: np.concatenate(parts) for name, parts in out.items()}


def check(governments: Governments) -> None:
    """Stop the run if people, posts or money do not add up.

    Raises
    ------
    NotConserved
        Naming what differs and by how much.
    """
    g = governments
    total = int(g.residents.sum())
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
    if served != total:
        raise NotConserved(
            f"commune offices serve {served} of {total} residents: difference {served - total}"
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
    raised = int((g.residents * g.revenue_vnd_per_head).sum())
    booked = sum(budget.revenue_local for budget in budgets)
    if raised != booked:
        raise NotConserved(f"places raise {raised} dong, budgets book {booked}: difference {booked - raised}")
    spent = sum(b.wages + b.running + b.investment for b in budgets)
    national = sum(b.transfer + b.deficit for b in budgets)
    if raised + national != spent:
        raise NotConserved(
            f"places raise {raised} dong, the nation gives {national}, governments spend {spent}: "
            f"difference {raised + national - spent}"
        )
    for name in MONEY:
        consolidated = sum(getattr(agent, name) for agent in g.provinces)
        of_budgets = sum(getattr(budget, name) for budget in budgets)
        if consolidated != of_budgets:
            raise NotConserved(
                f"{name}: provinces show {consolidated} dong, budgets {of_budgets}: "
                f"difference {consolidated - of_budgets}"
            )

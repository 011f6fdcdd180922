"""Adopt the borders of an overlay and pull its levers, in their order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dicu.government import merge
from dicu.government.books import totals
from dicu.government.governments import Governments
from dicu.government.offices import Desk
from dicu.government.overlay import Overlay
from dicu.government.rules import posts_of_desk
from dicu.government.transition import Transition


def adopt(g: Governments, overlay: Overlay, step: int, residents: NDArray[np.int64]) -> Transition:
    """Change to the borders of ``overlay`` and pull its levers, before the step's own work.

    Parameters
    ----------
    g
        Changed in place.
    overlay
        The dated table place -> government.
    step
        Step from which it holds: offices made now are disrupted from this step on.
    residents
        (P,) int64, persons on the day.

    Returns
    -------
    Transition
        Totals before and after; `dicu.reform.apply` checks them.

    Raises
    ------
    ValueError
        When the overlay or the residents do not fit the world.
    """
    if overlay.commune_of_place.shape != g.commune_of_place.shape:
        raise ValueError(
            f"overlay {overlay.name} has {len(overlay.commune_of_place)} places, the world {g.world.n_places}"
        )
    g.register(residents)
    network, levers, previous, terms = g.network, overlay.levers, g.overlay, g.terms
    network.serve(g.served)
    before, offices_before = totals(g), len(g.offices)
    owed = sum(budget.severance_left for budget in network.budgets)
    cut = 0
    if levers.close_offices:
        merge.close_offices(network, overlay, g.served, step, terms)
    elif levers.pool_budgets:
        merge.pool_budgets(network, overlay, terms)
    if levers.pool_budgets:
        merge.pool_investments(network, overlay)
    if levers.move_services:
        before_reform = previous.province_of_place, len(previous.provinces)
        merge.move_services(network, overlay, g.served, before_reform, step, terms)
    if levers.cut_staff:
        cut = merge.cut_staff(network, overlay, g.served, terms)
    network.serve(g.served)
    network.count_posts()
    if levers.relabel:
        g.govern_by(overlay)
    else:
        g.seat()
    if levers.close_offices or levers.move_services or levers.cut_staff:
        _close_facilities(g, overlay)
        g.reach.locate(network)
    desks = 0
    if levers.open_satellites:
        added, desks = open_satellites(g, levers.cut_staff)
        cut -= added
    if levers.close_offices or levers.move_services or levers.cut_staff or levers.open_satellites:
        # for the pools of this step: new offices are told apart by the ways to them, since none has worked yet
        g.reach.measure(network, g.served)
    return Transition(
        overlay=overlay,
        previous=previous,
        before=before,
        after=totals(g),
        offices_before=offices_before,
        offices_after=len(g.offices),
        posts_cut=cut,
        savings_vnd=cut * terms.price.post_vnd,
        severance_vnd=sum(budget.severance_left for budget in network.budgets) - owed,
        steps_per_year=g.steps_per_year,
        desks_vnd=desks,
    )


def _close_facilities(g: Governments, overlay: Overlay) -> None:
    """Close clinics, schools and hospitals with the offices that a reform closes, if the scenario says so."""
    levers, network = overlay.levers, g.network
    commune = province = None
    if levers.close_offices:
        seats = np.array([office.seat_km for office in g.offices])
        commune = seats[network.commune_office_of_place]
    if levers.move_services:
        province = overlay.provinces.seat_km[overlay.province_of_place]
    g.services.close(g.parameters, commune, province)


def open_satellites(g: Governments, cut_now: bool = False) -> tuple[int, int]:
    """Open desks where the way is too long, one an office at a time.

    Their posts come from where `Government.satellite_posts` says. Out of savings, fewer of the office's posts are cut,
    and a desk that the cut of the day does not pay for is not opened; out of the budget, the nation pays them. Both
    ways the grant pays what a desk costs to run as well. Posts taken from the seat leave it with so many fewer, and its
    running costs come out of what is invested.

    Parameters
    ----------
    cut_now
        Whether the same reform cuts posts, so that there is something to be saved.

    Returns
    -------
    tuple of two int
        Posts that there are more, and running costs that the grants now pay, dong a step.
    """
    p, network, price = g.parameters, g.network, g.terms.price
    added = running = 0
    for _ in range(p.satellite_most):
        for office, place in zip(g.offices, g.reach.far_places(network, g.served), strict=True):
            if place < 0:
                continue
            budget, of_seat = office.budget, p.satellite_posts == "seat"
            at_first = office.staff if of_seat else office.staff - office.desk_posts
            posts = posts_of_desk(at_first, p.satellite_staff_share)
            if of_seat:
                if office.desk_posts + posts >= office.staff:
                    continue
            elif p.satellite_posts == "savings" and not (cut_now and posts <= office.posts_cut):
                continue
            else:
                if p.satellite_posts == "savings":
                    budget.keep_posts(posts, price)
                else:
                    budget.cut(-posts, price)
                had = budget.desk_costs(price)
                budget.desk_posts += posts
                budget.transfer += budget.desk_costs(price) - had
                running += budget.desk_costs(price) - had
                office.staff += posts
                office.posts_cut -= posts
                added += posts
            office.desks.append(Desk(place, g.world.position_km[place], posts))
        g.reach.locate(network)
    network.count_posts()
    return added, running

"""What the levers of a reform do to offices, posts and money; each is a function, and together they lose
nothing.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from dicu.government.agents import Terms
from dicu.government.budget import Budget, spread
from dicu.government.network import Network
from dicu.government.offices import COMMUNE, Office, distinct_budgets, fractions, posts_cap, sum_by
from dicu.government.overlay import Overlay
from dicu.government.rules import disruption_of_merger, official_posts
from dicu.scenario.parameters import Government
from dicu.scenario.vocabulary import MOUNTAIN


def close_offices(
    network: Network, overlay: Overlay, residents: NDArray[np.int64], now: int, terms: Terms
) -> None:
    """Pool the commune offices of each new commune in one office at its seat, with the disruption of the
    merger.

    Staff and money of an office whose places go to several communes are shared by residents, or as ``overlay.shares``
    says, to the last post and dong. Disruptions do not add up: what is left of an earlier one counts only where it is
    larger. The work of an office goes with the residents it was done for, and merging saves 1 - `Government.need_scale`
    of it. Desks close with their offices. An office that is neither merged, split nor moved is left as it is, unless
    staff is cut by the official rule as well, which founds every office anew.

    Parameters
    ----------
    residents : (P,) int64
    now
        The step of the reform.
    """
    group = overlay.commune_of_place
    p = terms.parameters
    people = sum_by(group, residents, len(overlay.communes)).tolist()
    made: dict[int, Office] = {}
    left_alone = {} if overlay.levers.cut_staff else _left_alone(network, overlay)
    for g in np.unique(group).tolist():
        if g in left_alone:
            continue
        budget = Budget.empty()
        budget.residents = people[g]
        made[g] = Office(
            level=COMMUNE,
            seat_place=int(overlay.communes.seat_place[g]),
            seat_km=overlay.communes.seat_km[g],
            staff=0,
            budget=budget,
            official=True,
            posts_at_start=0.0,
            residents_at_start=people[g],
            posts_cap=posts_cap(str(overlay.communes.kind[g]), terms.ward_kinds, p),
            opened_step=now,
            residents=people[g],
        )

    for g, office in made.items():  # investments stay pooled as they were
        before = network.commune_office_of_place[overlay.communes.seat_place[g]]
        office.pool = network.offices[before].pool

    merged = dict.fromkeys(made, 0)
    work: dict[int, float] = dict.fromkeys(made, 0.0)  # posts that did what the office will do
    posts_moved: dict[tuple[int, int], int] = {}  # (budget, commune) -> posts
    old_budgets = distinct_budgets(network.offices)
    number = {id(budget): i for i, budget in enumerate(old_budgets)}
    untouched = set(left_alone.values())
    for old, parts in fractions(group, network.commune_office_of_place, residents).items():
        if old in untouched:
            continue
        office = network.offices[old]
        posts = spread(office.staff, _weights(overlay, "staff", office, parts))
        left = office.disruption_now(now, terms.quarters_per_step, p)
        needed, persons = office.work_of_before(), sum(n for _, n in parts)
        b = number[id(office.budget)]
        for (g, here), given in zip(parts, posts, strict=True):
            made[g].staff += given
            work[g] += needed * (here / persons if persons else 1.0 / len(parts))
            posts_moved[b, g] = posts_moved.get((b, g), 0) + given
            made[g].disruption_at_merger = max(made[g].disruption_at_merger, left)
            merged[g] += office.points
    for g, office in made.items():
        office.posts_at_start = work[g] * (p.need_scale if merged[g] > 1 else 1.0)
        office.disruption_at_merger = max(
            office.disruption_at_merger, disruption_of_merger(p.disruption, merged[g])
        )

    budget_of_office = np.array([number[id(office.budget)] for office in network.offices], dtype=np.int32)
    budget_of_place = budget_of_office[network.commune_office_of_place]
    payers = np.unique(budget_of_office, return_index=True)[1]  # the first office that each pays for
    paying = {number[id(network.offices[old].budget)] for old in untouched}
    for b, parts in fractions(group, budget_of_place, residents).items():
        if b in paying:
            continue
        payer = network.offices[int(payers[b])]
        old_budgets[b].pour_into(
            [made[g].budget for g, _ in parts],
            _weights(overlay, "money", payer, parts),
            [posts_moved[b, g] for g, _ in parts],
            terms.price,
            capital=_weights(overlay, "capital", payer, parts),
            running=_weights(overlay, "running", payer, parts),
        )

    made |= {g: network.offices[old] for g, old in left_alone.items()}
    made = {g: made[g] for g in sorted(made)}
    first = len(network.offices)
    number_of_group = np.full(len(overlay.communes), -1, dtype=np.int32)
    number_of_group[list(made)] = np.arange(first, first + len(made))
    network.offices = [*network.offices, *made.values()]
    network.commune_office_of_place = number_of_group[group]
    districts = [office for office in network.offices[:first] if office.level != COMMUNE]
    shared = set(network.district_office_of_place.tolist())
    orphans = [i for i in shared if network.offices[i].level == COMMUNE]
    if orphans:  # a commune's office already does the district's work: its successor takes that over
        follows = np.isin(network.district_office_of_place, orphans)
        network.district_office_of_place = np.where(
            follows, network.commune_office_of_place, network.district_office_of_place
        )
    network.keep([*made.values(), *districts])


def _left_alone(network: Network, overlay: Overlay) -> dict[int, int]:
    """Communes whose office and budget the reform does not touch -> that office."""
    group, office = overlay.commune_of_place, network.commune_office_of_place
    offices = network.offices
    pays_for = Counter(id(o.budget) for o in offices)
    pairs = np.unique(np.stack([group, office], axis=1), axis=0)
    of_group, of_office = Counter(pairs[:, 0].tolist()), Counter(pairs[:, 1].tolist())
    return {
        g: o
        for g, o in pairs.tolist()
        if of_group[g] == of_office[o] == pays_for[id(offices[o].budget)] == 1
        and offices[o].seat_place == overlay.communes.seat_place[g]
    }


def _weights(overlay: Overlay, what: str, office: Office, parts: list[tuple[int, int]]) -> list[int]:
    """Weights by which an office divides something: residents, unless the reform states shares."""
    if overlay.shares is None:
        return [persons for _, persons in parts]
    return overlay.shares.weights(what, office.seat_place, parts)


def pool_budgets(network: Network, overlay: Overlay, terms: Terms) -> None:
    """Let the commune offices seated in one new commune share one budget."""
    own = set(_left_alone(network, overlay).values())  # nothing to pool
    offices = [o for i, o in enumerate(network.offices) if o.level == COMMUNE and i not in own]
    pooled: dict[int, Budget] = {}
    going: dict[int, tuple[Budget, dict[int, list[int]]]] = {}
    for office in offices:
        g = int(overlay.commune_of_place[office.seat_place])
        pooled.setdefault(g, Budget.empty()).residents += office.residents
        _, parts = going.setdefault(id(office.budget), (office.budget, {}))
        part = parts.setdefault(g, [0, 0])
        part[0] += office.residents
        part[1] += office.staff
    for budget, parts in going.values():
        people, posts = ([part[i] for part in parts.values()] for i in (0, 1))
        budget.pour_into([pooled[g] for g in parts], people, posts, terms.price)
    for office in offices:
        office.budget = pooled[int(overlay.commune_of_place[office.seat_place])]


def pool_investments(network: Network, overlay: Overlay) -> None:
    """Let the commune offices of each new province pool their investments; the old pools end."""
    network.pool_seat = overlay.provinces.seat_place.astype(np.int32)
    for office in network.offices:
        if office.level == COMMUNE:
            office.pool = int(overlay.province_of_place[office.seat_place])


def move_services(
    network: Network,
    overlay: Overlay,
    residents: NDArray[np.int64],
    province: tuple[NDArray[np.int32], int],
    now: int,
    terms: Terms,
) -> None:
    """Have the district's administration done at the commune offices, which get the district's posts and
    money, but for the share of the work that provinces take over.

    Posts, money and work are shared by the residents each commune office takes over.

    Parameters
    ----------
    residents : (P,) int64
    province
        Province of each place before the reform, (P,) int32, and how many there were.

    Raises
    ------
    ValueError
        When a district office with posts or capital serves no place: nobody would get what it has.
    """
    p = terms.parameters
    _give_to_provinces(network, overlay, residents, province, now, p)
    kept = (1.0 - p.district_to_province) * p.need_scale
    taking = fractions(network.commune_office_of_place, network.district_office_of_place, residents)
    for d, parts in taking.items():
        district = network.offices[d]
        if district.level == COMMUNE:
            continue
        takers = [network.offices[c] for c, _ in parts]
        weights = [persons for _, persons in parts]
        posts = spread(district.staff, weights)
        work, people = kept * district.work_of_before(), sum(weights)
        for office, given, persons in zip(takers, posts, weights, strict=True):
            office.staff += given
            more = work * (persons / people if people else 1.0 / len(weights))
            office.posts_at_start = office.work_of_before() + more
            office.residents_at_start = office.residents
        district.budget.pour_into([office.budget for office in takers], weights, posts, terms.price)
    unused = [
        office
        for d, office in enumerate(network.offices)
        if office.level != COMMUNE and d not in taking and (office.staff or office.budget.capital)
    ]
    if unused:
        raise ValueError(
            f"the district office at place {unused[0].seat_place} serves no place "
            f"but has {unused[0].staff} posts"
        )
    network.district_office_of_place = network.commune_office_of_place.copy()
    network.keep([office for office in network.offices if office.level == COMMUNE])


def _give_to_provinces(
    network: Network,
    overlay: Overlay,
    residents: NDArray[np.int64],
    province: tuple[NDArray[np.int32], int],
    now: int,
    p: Government,
) -> None:
    """Give provinces their share of the work of the districts that are about to go; posts and money stay below."""
    offices, of_place = network.offices, network.district_office_of_place
    here = np.array([office.level != COMMUNE for office in offices], dtype=np.bool_)[of_place]
    if p.district_to_province == 0.0 or not here.any():
        return
    people = sum_by(of_place, residents, len(offices))[of_place]
    work = np.array([office.work_of_before() for office in offices])[of_place]
    part = np.divide(residents, people, out=np.zeros(len(of_place)), where=people > 0)
    posts = np.where(here, p.district_to_province * p.need_scale * work * part, 0.0)
    network.province.take(here, posts, p.district_to_province)
    network.province.organise(overlay, *province, now, p)


def cut_staff(network: Network, overlay: Overlay, residents: NDArray[np.int64], terms: Terms) -> int:
    """Give each new commune the posts of the official rule; what is saved lowers the transfer, severance falls due.

    Where a commune has several offices, its posts are shared by the residents they serve.

    Parameters
    ----------
    residents : (P,) int64

    Returns
    -------
    int
        Posts cut in all (negative when more are added than cut).
    """
    n = len(overlay.communes)
    people = sum_by(overlay.commune_of_place, residents, n)
    high = sum_by(overlay.commune_of_place, np.where(network.terrain == MOUNTAIN, residents, 0), n)
    seated: dict[int, list[Office]] = {}
    for office in network.offices:
        if office.level == COMMUNE:
            seated.setdefault(int(overlay.commune_of_place[office.seat_place]), []).append(office)
    cut = 0
    for g, offices in seated.items():
        cap = posts_cap(str(overlay.communes.kind[g]), terms.ward_kinds, terms.parameters)
        posts = official_posts(int(people[g]), bool(2 * high[g] > people[g]), cap, terms.parameters)
        for office, kept in zip(
            offices, spread(posts, [office.residents for office in offices]), strict=True
        ):
            office.posts_cut = office.staff - kept
            office.budget.cut(office.posts_cut, terms.price)
            office.staff = kept
            office.desks = []  # their posts are at the seat again
            cut += office.posts_cut
    return cut

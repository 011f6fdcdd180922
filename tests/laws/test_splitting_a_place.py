"""Cutting a place changes nothing for those who live elsewhere, and a known amount for those who live in it.

The first is the size term of the specification. The second follows from the own place not being in the nest of the own
district: whoever lives in a part finds the other parts in it (decision 52, with the size in the real country).
"""

from __future__ import annotations

import numpy as np
import pytest

from dicu.behaviour.choose import STAY
from dicu.behaviour.geography import Geography, geography
from dicu.behaviour.tables import Tables
from dicu.compute.hashing import hash64
from dicu.compute.numeric import exp64
from dicu.scenario.parameters import Access, Choose
from dicu.world.small import Place, Province, build_small
from nests import destination, make_geography, make_tables, one_row, weights_of

THETA = 0.6
V = np.array([0.4, -0.3, 0.9, 0.1, -0.8, 0.5])
DWELLINGS = [300.0, 120.0, 840.0, 60.0, 510.0, 90.0]
PARTS = [1, 1, 2, 1, 3, 1]  # into how many equal places each is cut
SIZES = [[2], [1, 2], [1]]  # places by district by province
CUT_SIZES = [[2], [2, 4], [1]]
DISTRICT_OF = [0, 0, 1, 2, 2, 3]


def weights(tables: Tables, place: int, home: int, kind: int = 5) -> np.ndarray:
    """Weights of the first race: stay, home, districts of the own province, provinces."""
    return weights_of(tables, one_row(place, home, kind, ties=40))[1]


def whole_and_cut(kappa: float = 1.5) -> tuple[Tables, Tables, np.ndarray]:
    """The same country with whole places and with some of them cut; and the old place of each new one."""
    old = np.repeat(np.arange(6), PARTS)
    whole = make_geography(SIZES, DWELLINGS)
    cut = make_geography(CUT_SIZES, [DWELLINGS[i] / PARTS[i] for i in old])
    options = {"theta": THETA, "kappa": kappa, "home": 0.7, "leave": (0.4, 0.9)}
    return make_tables(whole, V, **options), make_tables(cut, V[old], **options), old


@pytest.mark.parametrize("place", [0, 1, 3, 5])
def test_no_nest_gets_likelier(place: int) -> None:
    """Seen from a place that was not cut, for natives and for those who have a home elsewhere."""
    whole, cut, old = whole_and_cut()
    here = int(np.flatnonzero(old == place)[0])
    for home in range(6):
        at_home = int(np.flatnonzero(old == home)[0])
        a, b = weights(whole, place, home), weights(cut, here, at_home)
        np.testing.assert_allclose(b / b.sum(), a / a.sum(), rtol=1e-13)


def test_within_the_nest_the_parts_share_what_the_place_had() -> None:
    whole, cut, old = whole_and_cut()
    for kind in (0, 7):
        summed = np.bincount(old, weights=cut.choose.place_weight[kind])
        np.testing.assert_allclose(summed, whole.choose.place_weight[kind], rtol=1e-13)


def test_without_the_size_term_it_would_not_hold() -> None:
    """The same cut, with every part as large as the whole was."""
    old = np.repeat(np.arange(6), PARTS)
    whole = make_tables(make_geography(SIZES, DWELLINGS), V, theta=THETA)
    wrong = make_tables(make_geography(CUT_SIZES, [DWELLINGS[i] for i in old]), V[old], theta=THETA)
    a, b = weights(whole, 0, 0), weights(wrong, 0, 0)
    assert np.abs(b / b.sum() - a / a.sum()).max() > 0.01


def test_people_go_where_they_went_up_to_chance() -> None:
    """20,000 decisions in each country: shares by old place agree within 4 standard errors."""
    whole, cut, old = whole_and_cut(kappa=-40.0)  # everybody leaves
    n = 20_000
    shares = []
    for tables, names in ((whole, np.arange(6)), (cut, old)):
        to = np.array([destination(tables, np.uint64(hash64(np.uint64(5), i)), 0, 0, 5) for i in range(n)])
        shares.append(np.bincount(np.where(to == STAY, 6, names[to]), minlength=7) / n)
    p = np.mean(shares, axis=0)
    assert (np.abs(shares[0] - shares[1]) <= 4 * np.sqrt(2 * p * (1 - p) / n)).all()
    assert (p[1:6] > 0.01).all(), "every place must be gone to, else there is nothing to compare"


def closed_form(e: np.ndarray, part: float, near: float) -> float:
    """Weight of the own district to whoever lives in a part of weight ``part``: all of it but that part."""
    return near * (e.sum() - part) ** THETA


@pytest.mark.parametrize("kind", [0, 5, 15])
def test_those_of_the_cut_place_find_its_other_parts_in_their_nest(kind: int) -> None:
    """The own district has (sum e - e_part)^theta where it had (sum e - e_whole)^theta; all other weights stay."""
    whole, cut, old = whole_and_cut()
    for place, parts in enumerate(PARTS):
        if parts == 1:
            continue
        mates = np.flatnonzero(np.array(DISTRICT_OF) == DISTRICT_OF[place])
        e = whole.choose.place_weight[kind][mates]
        mine = whole.choose.place_weight[kind][place]
        a = weights(whole, place, place, kind)
        own = (
            3 + DISTRICT_OF[place] - int(whole.where.first_district[whole.where.province[DISTRICT_OF[place]]])
        )
        assert a[own] == pytest.approx(closed_form(e, mine, 1.0), rel=1e-12)
        for here in np.flatnonzero(old == place):
            b = weights(cut, here, here, kind)
            assert b[own] == pytest.approx(closed_form(e, mine / parts, 1.0), rel=1e-12)
            assert b[own] > 1.001 * a[own], "the cut must show, else nothing is tested"
            np.testing.assert_allclose(np.delete(b, own), np.delete(a, own), rtol=1e-12)


def test_a_place_alone_in_its_district_has_no_nest_of_its_own_until_it_is_cut() -> None:
    one = make_tables(make_geography([[1], [1]], [100.0, 100.0]), np.zeros(2), theta=THETA)
    two = make_tables(make_geography([[2], [1]], [50.0, 50.0, 100.0]), np.zeros(3), theta=THETA)
    assert weights(one, 0, 0)[3] == 0.0
    assert weights(two, 0, 0)[3] == pytest.approx(0.25**THETA, rel=1e-12)


def country(*, cut: bool) -> Geography:
    """A made-up world, through the function of the run; cut: its second place is two, at the same point."""
    places = [
        Place(1, 1, 0, 0.0, 0.0, 3600),
        Place(2, 2, 1, 30.0, 5.0, 7200, area_km2=40.0),
        Place(3, 3, 1, 40.0, 0.0, 3600),
        Place(4, 4, 2, 90.0, 20.0, 10800),
    ]
    if cut:
        places[1:2] = [Place(2, new, 1, 30.0, 5.0, 3600, area_km2=20.0, share=0.5) for new in (2, 5)]
    districts = [("rural district", 0), ("rural district", 0), ("rural district", 1)]
    world = build_small("cut", places, districts, [Province("A", 1, 4.0), Province("B", 2, 3.0)])
    return geography(world, world.residents * 10 // 36, Choose(), Access())


def test_distances_between_nests_do_not_change_either() -> None:
    whole, cut = country(cut=False), country(cut=True)
    np.testing.assert_allclose(cut.near_district, whole.near_district, rtol=1e-13)
    np.testing.assert_allclose(cut.near_province, whole.near_province, rtol=1e-13)
    assert whole.near_province[0, 1] < whole.near_district[0, 1] < 1.0, "there are distances to keep"
    old = [0, 1, 1, 2, 3]
    np.testing.assert_allclose(
        np.bincount(old, weights=cut.dwellings_share), whole.dwellings_share, rtol=1e-15
    )
    v = np.array([0.0, 0.6, 0.2, 0.8])
    costs = {"theta": THETA, "leave": (float(exp64(1.0)), 0.5)}
    one, two = make_tables(whole, v, **costs), make_tables(cut, v[old], **costs)
    for a, b in ((0, 0), (2, 3), (3, 4)):
        np.testing.assert_allclose(weights(two, b, b), weights(one, a, a), rtol=1e-13)

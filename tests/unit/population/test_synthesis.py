from __future__ import annotations

import hashlib

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicu.population.columns import (
    BIRTH_YEAR_ZERO,
    COLUMNS,
    FORMAL,
    NATIVE_TIES,
    SECTOR_MASK,
    SECTOR_SHIFT,
    SHOCK_SHIFT,
    SKILL_MASK,
    TENURE_MASK,
    TENURE_SHIFT,
    TYPE_MASK,
)
from dicu.population.kernels import count_by_size
from dicu.population.life_stage import stage_of, type_of
from dicu.population.margins import load_margins, tilt_to_mean
from dicu.population.origins import origins, region_flows
from dicu.population.synthesis import _largest_remainder, _make_distinct, persons_by_place, synthesise
from dicu.reform.opening import load_viet_nam
from dicu.scenario.parameters import Income, Ties
from dicu.scenario.sections import Population
from dicu.world.country import made_up
from dicu.world.small import monocentric, one_place, two_places

YEAR = 2019


def _sha(h) -> str:
    m = hashlib.sha256()
    for name, _, _ in COLUMNS:
        m.update(np.ascontiguousarray(getattr(h, name)[: h.n]))
    return m.hexdigest()


@pytest.fixture(scope="module")
def city():
    world = monocentric()
    return world, *synthesise(world, Population(weight=1), start_year=YEAR, income=Income(), ties=Ties())


@pytest.fixture(scope="module")
def nation():
    world = load_viet_nam(2019)
    return world, *synthesise(world, Population(weight=500), start_year=YEAR, income=Income(), ties=Ties())


def _ages(h):
    born = BIRTH_YEAR_ZERO + (h.member[: h.n].astype(int) >> 1)
    return np.where(h.member[: h.n] > 0, YEAR - born, -1)


def test_persons_are_exact_in_every_place(city):
    world, h, report = city
    people = np.bincount(h.place[: h.n], weights=(h.member[: h.n] > 0).sum(axis=1), minlength=world.n_places)
    assert (people == world.residents).all()
    assert report.persons == world.residents.sum()
    assert report.rounding == 0


@pytest.mark.parametrize("weight", [1, 7, 100, 1000])
def test_provinces_are_within_half_a_weight(weight):
    world = load_viet_nam(2019)
    persons = persons_by_place(world, weight)
    off = np.bincount(world.province, weights=persons * weight - world.residents)
    assert np.abs(off).max() <= weight / 2
    assert (persons >= 0).all()
    assert (np.abs(persons - world.residents / weight) < 2).all()


def test_persons_are_exact_in_the_nation(nation):
    world, h, report = nation
    people = np.bincount(h.place[: h.n], weights=(h.member[: h.n] > 0).sum(axis=1), minlength=world.n_places)
    assert (people == persons_by_place(world, 500)).all()
    assert report.worst_province <= 250


def test_margins_are_met_within_what_rows_allow(nation):
    _, _, report = nation
    assert report.raking_misfit < 1e-9
    bound = {"household size, rural": 3, "household size, urban": 3, "age and sex": 5, "life stage": 5}
    looked = 0
    for m in report.margins:
        if m.name == "mean":
            assert abs(m.misfit) < 0.01
        elif m.group in bound:
            assert abs(m.misfit) < bound[m.group] * m.noise, m
            looked += 1
    assert looked == 12 + 34 + 4
    assert abs(report.margin("adults 15+", "in trained households").misfit) < 0.01
    assert abs(report.margin("persons 15-64 by sector", "agriculture").misfit) < 0.01
    assert abs(report.margin("households", "from another province").misfit) < 0.005


def test_the_report_counts_what_is_in_the_columns(nation):
    world, h, report = nation
    ages = _ages(h)
    sex = h.member[: h.n] & 1
    here = ages >= 0
    people = here.sum()
    for g in range(17):
        band = "80+" if g == 16 else f"{5 * g}-{5 * g + 4}"
        for s, word in ((0, "men"), (1, "women")):
            count = (here & (np.minimum(ages // 5, 16) == g) & (sex == s)).sum()
            assert report.margin("age and sex", f"{band} {word}").realised == count / people
    moved = world.province[h.home_place[: h.n]] != world.province[h.place[: h.n]]
    assert report.margin("households", "from another province").realised == moved.mean()
    renting = ((h.attributes[: h.n] >> TENURE_SHIFT) & TENURE_MASK) == 1
    assert report.margin("households", "renting").realised == renting.mean()
    assert "households" in report.text()
    assert len(report.table().rows) == len(report.margins)


def test_uids_are_distinct_and_never_nought(city, nation):
    for _, h, report in (city, nation):
        assert len(np.unique(h.uid[: h.n])) == h.n
        assert (h.uid[: h.n] != 0).all()
        assert report.uids_rehashed == 0


def test_repeated_uids_are_rehashed():
    uid = np.arange(1, 5001, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    uid[10] = uid[4000] = uid[77]
    uid[5] = 0
    before = uid.copy()
    assert _make_distinct(uid) == 3
    assert len(np.unique(uid)) == len(uid)
    assert (uid != 0).all()
    assert uid[10] == before[10]  # the first keeps its name
    assert np.flatnonzero(uid != before).tolist() == [5, 77, 4000]


def test_columns_read_back_as_what_they_mean(nation):
    _, h, _ = nation
    member = h.member[: h.n]
    ages = _ages(h)
    there = member > 0
    assert (there.sum(axis=1) >= 1).all()
    assert (~there[:, :-1] <= ~there[:, 1:]).all()  # nobody last
    both = there[:, :-1] & there[:, 1:]
    assert (ages[:, :-1] >= ages[:, 1:])[both].all()  # eldest first
    assert ages.max() <= 99
    assert (ages.max(axis=1) >= 15).all()
    skilled = h.attributes[: h.n] & SKILL_MASK
    sector = (h.attributes[: h.n] >> SECTOR_SHIFT) & SECTOR_MASK
    tenure = (h.attributes[: h.n] >> TENURE_SHIFT) & TENURE_MASK
    assert set(np.unique(tenure)) == {0, 1}
    formal = h.attributes[: h.n] & FORMAL != 0
    assert (h.attributes[: h.n] & (0xFF ^ FORMAL)).max() < 1 << (TENURE_SHIFT + 2)
    assert formal.any()
    assert not formal[(sector == 0) | (sector == 3)].any(), "a formal job in farming, or without work"
    working = ((ages >= 15) & (ages < 65)).any(axis=1)
    assert ((sector == 3) == ~working).all()
    assert (h.flags[: h.n] >> SHOCK_SHIFT == 0).all()
    for row in range(0, h.n, 97):
        stage = stage_of(member[row], YEAR)
        assert h.flags[row] & TYPE_MASK == type_of(stage, h.attributes[row])
        assert h.flags[row] & TYPE_MASK == stage * 4 + skilled[row] * 2 + (sector[row] != 0)
    counts = np.bincount(h.income_quantile[: h.n], minlength=256)
    assert abs(((counts - h.n / 256) ** 2 / (h.n / 256)).sum() - 255) < 5 * np.sqrt(510)


def test_ages_fill_their_five_year_bands_evenly(city):
    _, h, _ = city
    ages = _ages(h)
    for g in range(16):
        inside = ages[(ages >= 5 * g) & (ages < 5 * g + 5)] - 5 * g
        counts = np.bincount(inside, minlength=5)
        assert ((counts - len(inside) / 5) ** 2 / (len(inside) / 5)).sum() < 28, g  # chi-square(4), p 1e-5


def test_natives_and_migrants(nation):
    world, h, _ = nation
    home, place, ties = h.home_place[: h.n], h.place[: h.n], h.ties[: h.n]
    assert home.max() < world.n_places
    native = ties == NATIVE_TIES
    assert (home[native] == place[native]).all()
    assert (world.province[home[~native]] != world.province[place[~native]]).all()
    assert (world.residents[home] > 0).all()
    assert ties[~native].max() < NATIVE_TIES
    assert ties[~native].min() >= NATIVE_TIES // 16
    urban = world.urban[place]
    assert (~native)[urban].mean() > 2 * (~native)[~urban].mean()
    share = {
        str(code): (~native)[world.province[place] == r].mean()
        for r, code in enumerate(world.legacy_provinces.code)
    }
    assert max(share, key=share.get) == "74"  # Binh Duong, 57 per mille a year
    assert share["74"] > 0.5 > share["79"] > 0.2 > share["01"] > share["95"]


def test_origins_reproduce_the_flows_between_regions(nation):
    world, _, report = nation
    assert report.region_misfit < 1e-8
    assert report.provinces_without_figures == ()
    came = origins(world, Population(), load_margins(world.country))
    known = region_flows(world)
    assert known is not None
    (codes, flow), region = known, world.region
    southeast = codes.index("SE")
    to_se = region == southeast
    # the Mekong Delta sends more people to the Southeast than all other regions but the coast
    received = np.array([came.origin[to_se][:, region == g].sum() for g in range(6)])
    observed = np.nan_to_num(flow[:, southeast])
    others = [g for g in range(6) if g != southeast]
    assert np.argsort(received[others]).tolist()[-2:] == np.argsort(observed[others]).tolist()[-2:]
    assert np.trace(came.origin) == 0
    np.testing.assert_allclose(came.origin.sum(axis=1), 1)
    assert (came.cumulative[:, -1] == 1 << 31).all()
    assert (np.diff(came.cumulative.astype(np.int64), axis=1) >= 0).all()


def test_wealth_has_the_stated_median():
    world = one_place(residents=60_000, income=4.0)
    h, _ = synthesise(world, Population(weight=1), start_year=YEAR, income=Income(), ties=Ties())
    size = (h.member[: h.n] > 0).sum(axis=1)
    months = h.wealth[: h.n] / 10 / (size * 4.0)
    assert np.median(months) == pytest.approx(6, rel=0.03)
    low, high = h.income_quantile[: h.n] < 64, h.income_quantile[: h.n] >= 192
    assert np.median(months[high]) > 3 * np.median(months[low])


def test_very_rich_households_saturate():
    world = one_place(residents=5_000, income=2_000.0)
    h, _ = synthesise(world, Population(weight=1), start_year=YEAR, income=Income(), ties=Ties())
    assert h.wealth[: h.n].max() == 65535


def test_one_province_has_no_migrants():
    h, report = synthesise(one_place(), Population(weight=1), start_year=YEAR, income=Income(), ties=Ties())
    assert (h.ties[: h.n] == NATIVE_TIES).all()
    assert (h.home_place[: h.n] == 0).all()
    assert report.provinces_without_figures  # a made-up world never takes the figures of a real province


def test_two_provinces_exchange_migrants():
    h, _ = synthesise(two_places(), Population(weight=1), start_year=YEAR, income=Income(), ties=Ties())
    away = h.home_place[: h.n] != h.place[: h.n]
    assert 0.05 < away.mean() < 0.2
    h0, _ = synthesise(
        two_places(), Population(weight=1, migrant_years=0), start_year=YEAR, income=Income(), ties=Ties()
    )
    assert (h0.home_place[: h0.n] == h0.place[: h0.n]).all()


def test_threads_and_repeats_do_not_change_a_byte(city):
    world, h, _ = city
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        one, _ = synthesise(world, Population(weight=1), start_year=YEAR, income=Income(), ties=Ties())
        numba.set_num_threads(min(2, numba.config.NUMBA_NUM_THREADS))
        two, _ = synthesise(world, Population(weight=1), start_year=YEAR, income=Income(), ties=Ties())
    finally:
        numba.set_num_threads(before)
    assert _sha(one) == _sha(two) == _sha(h)


def test_another_seed_makes_other_households_of_the_same_margins(city):
    world, h, report = city
    other, its = synthesise(
        world, Population(weight=1, seed=7), start_year=YEAR, income=Income(), ties=Ties()
    )
    assert _sha(other) != _sha(h)
    assert its.persons == report.persons
    assert other.n == h.n  # households by size are luck-free


def test_spare_rows_and_later_years():
    world = one_place()
    h, _ = synthesise(world, Population(weight=10), start_year=2024, income=Income(), ties=Ties(), spare=0.5)
    assert h.capacity == h.n + h.n // 2
    ages = 2024 - BIRTH_YEAR_ZERO - (h.member[: h.n].astype(int) >> 1)
    assert ages[h.member[: h.n] > 0].min() == 0


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="start_year 2000: between 2010 and 2037"):
        synthesise(one_place(), Population(), start_year=2000, income=Income(), ties=Ties())
    with pytest.raises(ValueError, match="smaller weight"):
        synthesise(
            one_place(residents=30), Population(weight=1000), start_year=YEAR, income=Income(), ties=Ties()
        )
    with pytest.raises(ValueError, match="nobody lives"):
        _largest_remainder(3, np.zeros(2, dtype=np.int64))


@settings(max_examples=60, deadline=None)
@given(
    quota=st.lists(st.integers(0, 10_000_000), min_size=1, max_size=30).filter(lambda q: sum(q) > 0),
    total=st.integers(0, 100_000),
)
def test_largest_remainder_keeps_the_total_and_the_quota(quota, total):
    got = _largest_remainder(total, np.array(quota, dtype=np.int64))
    assert got.sum() == total
    exact = np.array(quota) * total / sum(quota)
    assert (np.abs(got - exact) < 1 + 1e-6).all()


@settings(max_examples=100, deadline=None)
@given(
    persons=st.lists(st.integers(0, 60) | st.integers(0, 3000), min_size=1, max_size=40),
    mean=st.floats(1.1, 5.8),
)
def test_members_of_the_sizes_sum_to_the_persons(persons, mean):
    n = len(persons)
    share = np.stack([tilt_to_mean(load_margins(made_up(2019, ())).size[0], mean)] * 2)
    places = np.arange(n)
    counts = count_by_size(np.array(persons, dtype=np.int64), places % 2 == 0, places // 7, share)
    assert (counts >= 0).all()
    assert (counts @ np.arange(1, 7)).tolist() == persons


@pytest.mark.parametrize(("weight", "bound"), [(1, 1e-6), (100, 2e-4), (500, 2e-3)])
def test_sizes_are_kept_even_where_places_are_small(weight, bound):
    world = load_viet_nam(2019)
    share = np.stack(
        [tilt_to_mean(load_margins(made_up(2019, ())).size[a], m) for a, m in ((0, 3.6), (1, 3.3))]
    )
    persons = persons_by_place(world, weight)
    counts = count_by_size(persons, world.urban, world.province.astype(np.int64), share)
    for area in (0, 1):
        made = counts[world.urban == bool(area)].sum(axis=0)
        assert np.abs(made / made.sum() - share[area]).max() < bound

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri

from dicu.compute.draws import Purpose, key64
from dicu.compute.normal import inverse_normal, normal_draw
from dicu.economy.market_levels import initial_levels
from dicu.economy.market_rules import code_number, relative_to_start, share_of_step
from dicu.economy.markets import Markets, employment_chance, expected_wage
from dicu.population.synthesis import synthesise
from dicu.reform.opening import load_viet_nam
from dicu.scenario.parameters import Income, Ties
from dicu.scenario.parameters_household import Work
from dicu.scenario.scenario import Scenario
from dicu.world.small import monocentric, one_place, ring, two_places

INCOME = Income()
CALM = Work(price_spread=0.0, disaster_per_year=0.0)
QUIET = CALM.model_copy(update={"job_growth": 0.0, "agglomeration": 0.0})


def counted(world, weight):
    """Members of working age by place and type, and persons by place, of a synthetic population."""
    population = Scenario().population.model_copy(update={"weight": weight})
    households, _ = synthesise(world, population, start_year=world.year, income=Income(), ties=Ties())
    n = households.n
    member = np.asarray(households.member[:n])
    age = world.year - (1910 + (member >> 1).astype(np.int64))
    at_work = ((member > 0) & (age >= 15) & (age < 65)).sum(axis=1)
    place, kind = households.place[:n].astype(np.int64), (households.flags[:n] & 15).astype(np.int64)
    workers = np.zeros((world.n_places, 16), dtype=np.int64)
    np.add.at(workers, (place, kind), at_work)
    persons = np.bincount(place, weights=(member > 0).sum(axis=1), minlength=world.n_places)
    return workers * weight, persons.astype(np.int64) * weight


@pytest.fixture(scope="module")
def viet_nam():
    world = load_viet_nam()
    return world, *counted(world, 400)


@pytest.fixture(scope="module")
def hills():
    world = monocentric()
    return world, *counted(world, 20)


def made(world, workers, persons, work=CALM, income=INCOME, dt=1.0, seed=1):
    return Markets(world, work, income, workers=workers, persons=persons, dt_quarters=dt, seed=seed)


def one_market(work=CALM, dt=1.0, seed=1, farmers=3000, others=4000):
    workers = np.zeros((1, 16), dtype=np.int64)
    workers[0, :2] = farmers, others
    persons = np.array([10_000])
    return made(one_place(), workers, persons, work, dt=dt, seed=seed), workers, persons


def ratios(world, workers, persons, markets):
    """Rural over urban earnings a worker, and rural over urban income a head."""
    urban = world.urban
    earned = (markets.earnings * workers).sum(axis=1)
    income = earned + markets.other_income_head * persons
    heads = workers.sum(axis=1)

    def mean(money, people, side):
        return money[side].sum() / people[side].sum()

    return (
        mean(earned, heads, ~urban) / mean(earned, heads, urban),
        mean(income, persons, ~urban) / mean(income, persons, urban),
    )


# ------------------------------------------------------------------ the start


def test_both_published_ratios_come_out_on_viet_nam(viet_nam):
    world, workers, persons = viet_nam
    markets = made(*viet_nam)
    assert ratios(world, workers, persons, markets) == pytest.approx((0.72, 0.65), abs=1e-9)
    assert markets.notes == ()
    assert markets.other_income_head.min() > 0.0
    assert markets.earnings.min() > 0.0


def test_province_incomes_come_out_on_viet_nam(viet_nam):
    world, workers, persons = viet_nam
    markets = made(*viet_nam)
    n = len(world.legacy_provinces)
    earned = np.bincount(world.province, (markets.earnings * workers).sum(axis=1), n)
    people = np.bincount(world.province, persons, n)
    income = earned + np.bincount(world.province, markets.other_income_head * persons, n)
    assert income / people == pytest.approx(world.province_income_mvnd, rel=1e-9)
    assert earned / income == pytest.approx(INCOME.earnings_share, rel=1e-9)


@pytest.mark.parametrize(
    ("earnings", "head", "world"),
    [
        (0.72, 0.65, two_places(residents=(8000, 12_000), same_province=True, urban=(True, False))),
        (0.9, 0.8, two_places(residents=(8000, 12_000), same_district=True, urban=(False, True))),
        (0.72, 0.70, monocentric(income=(5.5, 4.5, 4.0))),
    ],
)
def test_both_ratios_come_out_on_small_worlds(earnings, head, world):
    workers, persons = counted(world, 20)
    income = Income(rural_urban_earnings=earnings, rural_urban_income_head=head)
    markets = made(world, workers, persons, income=income)
    assert markets.notes == ()
    assert ratios(world, workers, persons, markets) == pytest.approx((earnings, head), abs=1e-9)


def test_provinces_that_contradict_the_ratios_win_and_it_is_said(hills):
    world, workers, persons = hills
    markets = made(*hills)
    assert [note.split(" = ")[0] for note in markets.notes] == [
        "income.rural_urban_earnings",
        "income.rural_urban_income_head",
    ]
    got = ratios(world, workers, persons, markets)
    for ratio, note in zip(got, markets.notes, strict=True):
        assert f"the ratio is {ratio:.3g}" in note
    money = (markets.earnings * workers).sum(axis=1) + markets.other_income_head * persons
    city = world.province == 0
    assert money[city].sum() / persons[city].sum() == pytest.approx(8.0, rel=1e-12)


def test_a_world_all_rural_has_no_ratio_to_meet():
    world = ring()
    workers, persons = counted(world, 20)
    levels = initial_levels(world, INCOME, workers, persons)
    assert (levels.rural_factor, levels.other_rural_factor, levels.notes) == (1.0, 1.0, ())


def test_skill_and_farming_at_the_start(hills):
    earnings = made(*hills).earnings
    assert earnings[:, 3] / earnings[:, 1] == pytest.approx(1.6)
    assert earnings[:, 0] / earnings[:, 1] == pytest.approx(0.7)
    assert earnings[:, 2] / earnings[:, 3] == pytest.approx(0.7)
    assert np.array_equal(earnings[:, :4], earnings[:, 12:])  # the stage of life plays no part


def test_density_raises_earnings_within_a_province():
    world = two_places(residents=(40_000, 10_000), same_province=True)
    workers, persons = counted(world, 20)
    earnings = made(world, workers, persons, income=Income(district_spread=0.1)).earnings
    assert earnings[0, 1] / earnings[1, 1] == pytest.approx(4.0**0.1, rel=1e-12)


def test_nobody_of_working_age_is_an_error():
    with pytest.raises(ValueError, match="nobody is of working age"):
        made(one_place(), np.zeros((1, 16), dtype=np.int64), np.array([5]))


def test_wrong_shapes_are_refused(hills):
    world, workers, persons = hills
    with pytest.raises(ValueError, match=r"workers must have shape \(29, 16\), got \(28, 16\)"):
        made(world, workers[1:], persons)
    with pytest.raises(ValueError, match=r"residents must have shape \(29,\)"):
        made(*hills).step(workers, persons[1:], 0)


# ------------------------------------------------------------------ the rules


def test_scalar_rules():
    assert employment_chance(30.0, 50.0) == 0.6
    assert employment_chance(50.0, 30.0) == 1.0
    assert employment_chance(0.0, 0.0) == 1.0
    assert expected_wage(10.0, 0.6, 0.5) == pytest.approx(8.0)
    assert relative_to_start(200, 100, 0.5) == pytest.approx(math.sqrt(2), rel=1e-15)
    assert relative_to_start(0, 100, -0.5) == pytest.approx(10.0, rel=1e-15)
    assert relative_to_start(100, 0, 0.5) == 1.0


def test_a_rate_a_quarter_is_closed_by_three_months():
    month = share_of_step(0.25, 1 / 3)
    assert 1 - (1 - month) ** 3 == pytest.approx(0.25, rel=1e-14)
    assert (share_of_step(0.0, 0.3), share_of_step(1.0, 0.3)) == (0.0, 1.0)


def test_every_formula_against_plain_python(hills):
    """Three steps with changing people, price and disasters, recomputed with the math library."""
    world, workers, persons = hills
    work = Work(disaster_per_year=0.8, price_spread=0.15)
    markets = made(*hills, work=work, seed=3)
    base, n = markets.earnings.copy(), len(world.districts)

    def by_district(values):
        return np.bincount(world.district, values, n)

    farm0, people0 = by_district(workers[:, ::2].sum(axis=1)), by_district(persons)
    jobs = 0.97 * by_district(workers[:, 1::2].sum(axis=1))
    price, x, expected = 0.0, np.zeros(n), base.copy()
    rng = np.random.default_rng(5)
    hits, least = 0, 1.0
    for now in range(3):
        w = workers * rng.integers(50, 150, size=workers.shape) // 100
        people = persons * rng.integers(50, 150, size=persons.shape) // 100
        markets.step(w, people, now)

        z = normal_draw(np.uint64(key64(3, int(Purpose.FARM_PRICE), now)), np.uint64(0))
        price = 0.8 * price + 0.15 * math.sqrt(1 - 0.64) * z
        struck = by_district(markets.struck.astype(float)) > 0
        hits += struck.sum()
        x = np.where(struck, math.log(0.7), 0.5 * x)
        other = by_district(w[:, 1::2].sum(axis=1))
        jobs = jobs * math.exp(0.004) + 0.05 * (0.97 * other - jobs)
        e = np.minimum(1.0, jobs / other)
        wage = (by_district(people) / people0) ** 0.05
        outside = wage * (e + (1 - e) * 0.6) / (0.97 + 0.03 * 0.6)
        farming = (by_district(w[:, ::2].sum(axis=1)) / farm0) ** -0.4 * np.exp(price + x)
        want = base.copy()
        want[:, ::2] *= farming[world.district, None]
        want[:, 1::2] *= outside[world.district, None]
        expected += 0.25 * (want - expected)

        assert markets.farm_price == pytest.approx(price, rel=1e-12)
        assert markets.jobs == pytest.approx(jobs, rel=1e-12)
        assert markets.employment == pytest.approx(e, rel=1e-12)
        least = min(least, float(e.min()))
        assert markets.earnings == pytest.approx(want, rel=1e-12)
        assert markets.expected == pytest.approx(expected, rel=1e-12)
    assert 0 < hits < 3 * n
    assert least < 1.0


def test_in_towns_farm_types_count_on_other_work(hills):
    world, workers, persons = hills
    markets = made(*hills, work=Work())
    markets.step(workers, persons, 0)
    farm, other = slice(0, 16, 2), slice(1, 16, 2)
    town = world.urban
    assert np.array_equal(markets.potential[town][:, farm], markets.expected[town][:, other])
    assert np.array_equal(markets.potential[~town], markets.expected[~town])
    assert np.array_equal(markets.potential[:, other], markets.expected[:, other])


def test_beliefs_close_a_quarter_of_the_gap_a_quarter():
    work = QUIET.model_copy(update={"disaster_per_year": 1.0})  # struck in every step: income stays at 0.7
    markets, workers, persons = one_market(work)
    start = markets.expected[0, 0]
    for now in range(8):
        markets.step(workers, persons, now)
        assert markets.expected[0, 0] / start == pytest.approx(0.7 + 0.3 * 0.75 ** (now + 1), rel=1e-13)
    monthly, workers, persons = one_market(work, dt=1 / 3)
    for now in range(24):
        monthly.step(workers, persons, now)
    assert monthly.expected[0, 0] == pytest.approx(markets.expected[0, 0], rel=1e-13)


def test_full_adaptation_knows_and_none_never_learns():
    for eta, known in ((1.0, 0.7), (0.0, 1.0)):
        work = QUIET.model_copy(update={"disaster_per_year": 1.0, "adaptation": eta})
        markets, workers, persons = one_market(work)
        start = markets.expected[0, 0]
        markets.step(workers, persons, 0)
        assert markets.expected[0, 0] / start == pytest.approx(known, rel=1e-14)


def test_jobs_follow_workers_at_the_rate_of_adjustment():
    markets, workers, persons = one_market(QUIET)
    workers[0, 1] *= 2
    gap = 0.97 * 4000
    for now in range(1, 13):
        markets.step(workers, persons, now)
        assert 0.97 * 8000 - markets.jobs[0] == pytest.approx(gap * 0.95**now, rel=1e-12)
        assert markets.employment[0] == pytest.approx(markets.jobs[0] / 8000)


def test_zero_workers_and_people_divide_by_nothing():
    world = two_places(same_province=True, urban=(True, False))
    workers, persons = np.zeros((2, 16), dtype=np.int64), np.array([0, 500])
    workers[1, 0] = 300  # one district of farmers, one where nobody lives
    markets = made(world, workers, persons, work=Work())
    assert (markets.earnings > 0).all()
    assert markets.employment == pytest.approx([0.97, 0.97])
    moved = workers[::-1].copy()
    for now, (w, people) in enumerate([(workers, persons), (moved, persons[::-1]), (workers, persons)]):
        markets.step(w, people, now)
        assert np.isfinite(markets.earnings).all()
        assert (markets.earnings > 0).all()
        assert all(np.isfinite(column).all() for column in markets.columns().values())
    calm = made(world, workers, persons, work=CALM)
    before = calm.earnings[:, 0].copy()
    wage = calm.columns()["wage_urban_mvnd_per_month"][0]
    calm.step(moved, persons[::-1].copy(), 0)
    assert calm.columns()["wage_urban_mvnd_per_month"][0] == wage  # its density is unknown: no agglomeration
    assert (
        calm.earnings[0, 0] == before[0]
    )  # land of the empty district is unknown: first farmers earn its level
    assert calm.earnings[1, 0] == pytest.approx(before[1] * 300**0.4)  # the last farmer counts as one


# ------------------------------------------------------------------ shocks


@pytest.mark.parametrize("dt", [1.0, 1 / 3])
def test_farm_price_has_the_variance_and_persistence_of_its_ar1(dt):
    markets, workers, persons = one_market(Work(disaster_per_year=0.0), dt=dt, seed=11)
    n, every = 20_000, round(1 / dt)
    path = np.empty(n * every)
    for now in range(len(path)):
        markets.step(workers, persons, now)
        path[now] = markets.farm_price
    path = path[every - 1 :: every]  # by quarter, whatever the step
    rho, spread = 0.8, 0.08
    variance_se = spread**2 * math.sqrt(2 / n * (1 + rho**2) / (1 - rho**2))
    assert abs(np.mean(path**2) - spread**2) < 4 * variance_se
    lag1 = np.mean(path[1:] * path[:-1]) / np.mean(path**2)
    assert abs(lag1 - rho) < 4 * math.sqrt((1 - rho**2) / n)
    assert abs(path.mean()) < 4 * spread * math.sqrt((1 + rho) / (1 - rho) / n)


def test_a_loss_of_three_tenths_leaves_seven_and_half_of_it_a_quarter_later():
    markets, workers, persons = one_market(QUIET.model_copy(update={"disaster_per_year": 1.0}))
    start = markets.earnings[0].copy()
    markets.step(workers, persons, 0)
    assert markets.struck.all()
    assert math.exp(markets.log_loss[0]) == pytest.approx(0.7, rel=1e-14)
    assert markets.earnings[0, 0] / start[0] == pytest.approx(0.7, rel=1e-14)
    assert markets.earnings[0, 1] == pytest.approx(start[1])  # other work is not touched
    markets.work = QUIET
    for now in range(1, 5):
        markets.step(workers, persons, now)
        assert not markets.struck.any()
        assert markets.earnings[0, 0] / start[0] == pytest.approx(0.7 ** (0.5**now), rel=1e-13)


def test_disasters_come_as_often_as_declared(viet_nam):
    world, workers, persons = viet_nam
    markets = made(*viet_nam, work=Work(price_spread=0.0), seed=2)
    quarters, n = 160, len(world.districts)
    hit = np.empty((quarters, n), dtype=bool)
    for now in range(quarters):
        markets.step(workers, persons, now)
        hit[now] = markets.columns()["disaster"]
        assert np.array_equal(markets.struck, hit[now][world.district])  # the whole district
    p = 1 - 0.95**0.25
    assert abs(hit.mean() - p) < 4 * math.sqrt(p * (1 - p) / hit.size)
    years = hit.reshape(-1, 4, n).any(axis=1)
    assert abs(years.mean() - 0.05) < 4 * math.sqrt(0.05 * 0.95 / years.size)
    # independent across districts: hits a quarter are binomial (variance within 4 s.e.)
    spread = hit.sum(axis=1).var(ddof=1) / (n * p * (1 - p))
    assert abs(spread - 1) < 4 * math.sqrt((2 + 1 / (n * p)) / quarters)


def test_no_disaster_at_rate_zero():
    markets, workers, persons = one_market(Work(disaster_per_year=0.0))
    for now in range(50):
        markets.step(workers, persons, now)
        assert not markets.struck.any()
    assert (markets.log_loss == 0.0).all()


def test_normal_draws():
    p = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 5001), 10.0 ** -np.arange(1, 300)])
    assert np.array([inverse_normal(q) for q in p]) == pytest.approx(ndtri(p), rel=4e-15, abs=1e-16)
    assert (inverse_normal(0.0), inverse_normal(1.0)) == (-math.inf, math.inf)
    assert math.isnan(inverse_normal(1.5))
    key = np.uint64(key64(1, 2, 3))
    z = np.array([normal_draw(key, np.uint64(a)) for a in range(40_000)])
    assert abs(z.mean()) < 4 / math.sqrt(len(z))
    assert abs(z.var() - 1) < 4 * math.sqrt(2 / len(z))
    assert abs((z**4).mean() - 3) < 4 * math.sqrt(96 / len(z))


# ------------------------------------------------------------------ the same bytes


def walked(markets, workers, persons, steps=range(6)):
    for now in steps:
        markets.step(workers * (10 + now) // 10, persons, now)
    return markets


def same(a, b):
    ours, theirs = a.state(), b.state()
    return all(ours[name].tobytes() == theirs[name].tobytes() for name in ours)


def test_same_seed_same_bytes_other_seed_other_weather(hills):
    _, workers, persons = hills
    work = Work(disaster_per_year=0.5)
    first, again, other = (walked(made(*hills, work=work, seed=s), workers, persons) for s in (7, 7, 8))
    assert same(first, again)
    assert first.farm_price != other.farm_price
    assert first.log_loss.tobytes() != other.log_loss.tobytes()


def test_every_scenario_has_the_same_weather(hills):
    _, workers, persons = hills
    work = Work(disaster_per_year=0.5)
    here = walked(made(*hills, work=work), workers, persons)
    elsewhere = walked(made(*hills, work=work), workers * 3, persons * 2)
    assert here.farm_price == elsewhere.farm_price
    assert here.log_loss.tobytes() == elsewhere.log_loss.tobytes()


def reordered(world):
    """The same world with the districts of each province backwards; also the new order of places and districts."""
    d = world.districts
    order = np.lexsort((-np.arange(len(d)), d.parent))
    where = np.argsort(order).astype(np.int32)
    district = where[world.district]
    places = np.lexsort((world.place_key, district))
    names = ("place_key", "area_km2", "residents", "urban", "terrain", "legacy_commune", "new_commune")
    arrays = {name: getattr(world, name)[places] for name in names}
    columns = ("code", "name", "kind", "parent", "seat_place", "seat_km")
    units = replace(d, **{name: getattr(d, name)[order] for name in columns})
    return replace(world, district=district[places], districts=units, **arrays), places, order


@pytest.mark.parametrize("which", ["hills", "viet_nam"])
def test_the_order_of_districts_plays_no_part(which, request):
    world, workers, persons = request.getfixturevalue(which)
    other, places, order = reordered(world)
    assert not np.array_equal(order, np.arange(len(order)))
    work = Work(disaster_per_year=0.5)
    a = walked(made(world, workers, persons, work=work), workers, persons)
    b = walked(made(other, workers[places], persons[places], work=work), workers[places], persons[places])
    assert a.log_loss.any()
    for name in ("log_loss", "jobs", "employment"):
        assert getattr(a, name)[order].tobytes() == getattr(b, name).tobytes(), name
    for name in ("earnings", "expected", "potential", "other_income_head", "struck"):
        assert getattr(a, name)[places].tobytes() == getattr(b, name).tobytes(), name


def test_codes_of_any_length_have_their_own_number():
    codes = ["001", "1", "01", "", "district-of-long-name-1", "district-of-long-name-2"]
    assert len({code_number(code) for code in codes}) == len(codes)


def test_state_is_all_that_decides_the_future(hills):
    world, workers, persons = hills
    work = Work(disaster_per_year=0.5)
    whole = walked(made(*hills, work=work), workers, persons)
    kept = {name: values.copy() for name, values in whole.state().items()}
    # made from what lives there now, not at the start: all of it must come from the state
    late = made(world, workers * 2, persons * 3, work=work)
    late.restore(kept)
    walked(whole, workers, persons, range(6, 9))
    walked(late, workers, persons, range(6, 9))
    assert same(whole, late)
    for name in ("earnings", "expected", "potential", "employment"):
        assert getattr(whole, name).tobytes() == getattr(late, name).tobytes(), name
    del kept["jobs"]
    with pytest.raises(ValueError, match="needed are"):
        late.restore(kept)


def test_columns_are_one_row_a_district(hills):
    world, workers, persons = hills
    markets = walked(made(*hills), workers, persons)
    columns = markets.columns()
    assert {len(v) for v in columns.values()} == {len(world.districts)}
    w = workers * 15 // 10
    assert columns["workers_other"].sum() + columns["workers_farm"].sum() == w.sum()
    assert np.array_equal(columns["employment"], markets.employment)
    place = int(np.flatnonzero(~world.urban)[0])
    d = world.district[place]
    e = markets.employment[d]
    assert columns["wage_rural_mvnd_per_month"][d] * (e + (1 - e) * 0.6) == pytest.approx(
        markets.earnings[place, 1]
    )
    assert columns["farm_income_mvnd_per_month"][d] == pytest.approx(markets.earnings[place, 0])


@pytest.mark.slow
def test_a_step_of_viet_nam_takes_under_10_ms(viet_nam):
    _, workers, persons = viet_nam
    markets = made(*viet_nam, work=Work())
    spent = []
    for now in range(30):
        began = time.perf_counter()
        markets.step(workers, persons, now)
        spent.append(time.perf_counter() - began)
    assert np.median(spent) < 0.010

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri

from dicu.compute.draws import Purpose, key64
from dicu.compute.normal import inverse_normal, normal_draw
from dicu.economy.commuting import commuting
from dicu.economy.labour_rules import chance_to_find, formal_pay, informal_pay, vacancies
from dicu.economy.market_levels import initial_levels
from dicu.economy.market_rules import code_number, relative_to_start, share_of_step
from dicu.economy.markets import Markets
from dicu.population.synthesis import synthesise
from dicu.reform.opening import load_viet_nam
from dicu.scenario.parameters import Income, Ties
from dicu.scenario.parameters_household import Work
from dicu.scenario.parameters_labour import Labour
from dicu.scenario.scenario import Scenario
from dicu.world.small import monocentric, one_place, ring, two_places

INCOME = Income()
CALM = Work(price_spread=0.0, disaster_per_year=0.0)
QUIET = CALM.model_copy(update={"agglomeration": 0.0})
LABOUR = Labour()
ACCESS = Scenario().access


def counted(world, weight):
    """Members of working age by place and kind, and persons by place, of a synthetic population."""
    population = Scenario().population.model_copy(update={"weight": weight})
    households, _ = synthesise(world, population, start_year=world.year, income=Income(), ties=Ties())
    n = households.n
    member = np.asarray(households.member[:n])
    age = world.year - (1910 + (member >> 1).astype(np.int64))
    at_work = ((member > 0) & (age >= 15) & (age < 65)).sum(axis=1)
    place, kind = households.place[:n].astype(np.int64), (households.flags[:n] & 15).astype(np.int64)
    kind += 16 * (households.attributes[:n] >> 6 & 1)
    workers = np.zeros((world.n_places, 32), dtype=np.int64)
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


def made(world, workers, persons, work=CALM, income=INCOME, dt=1.0, seed=1, labour=LABOUR):
    areas = commuting(world, labour, ACCESS)
    people = {"workers": workers, "persons": persons}
    return Markets(world, work, income, labour, areas, **people, dt_quarters=dt, seed=seed)


def one_market(work=CALM, dt=1.0, seed=1, labour=LABOUR):
    workers = np.zeros((1, 32), dtype=np.int64)
    workers[0, :2], workers[0, 17] = (3000, 2500), 1500
    persons = np.array([10_000])
    return made(one_place(), workers, persons, work, dt=dt, seed=seed, labour=labour), workers, persons


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


def test_income_a_head_comes_out_on_viet_nam_and_the_misfit_of_earnings_is_said(viet_nam):
    """0.72 would need rural pay above urban for the same work, which nothing published says: what is left is told."""
    world, workers, persons = viet_nam
    markets = made(*viet_nam)
    earned, head = ratios(world, workers, persons, markets)
    assert head == pytest.approx(0.65, abs=1e-9)
    assert 0.55 < earned < 0.72
    assert [note.split(" = ")[0] for note in markets.notes] == ["income.rural_urban_earnings"]
    assert markets.other_income_head.min() > 0.0
    assert markets.earnings.min() > 0.0


def test_province_incomes_come_out_on_viet_nam(viet_nam):
    world, workers, persons = viet_nam
    markets = made(*viet_nam)
    n = len(world.legacy_provinces)
    earned = np.bincount(world.province, (markets.earnings * workers).sum(axis=1), n)
    people = np.bincount(world.province, persons, n)
    income = earned + np.bincount(world.province, markets.other_income_head * persons, n)
    whole = np.ones(n, dtype=bool)  # provinces none of whose commuting areas crosses their border
    areas = markets.commuting.area
    for a in range(int(areas.max()) + 1):
        over = np.unique(world.districts.parent[areas == a])
        whole[over] &= len(over) == 1
    assert n / 2 < whole.sum() < n
    assert (income / people)[whole] == pytest.approx(world.province_income_mvnd[whole], rel=1e-9)
    assert (earned / income)[whole] == pytest.approx(INCOME.earnings_share, rel=1e-9)
    # where one does, its one level of pay cannot be both provinces'
    assert (income / people)[~whole] == pytest.approx(world.province_income_mvnd[~whole], rel=0.25)
    assert income.sum() / people.sum() == pytest.approx(
        (world.province_income_mvnd * people).sum() / people.sum(), rel=1e-9
    )


@pytest.mark.parametrize("which", ["hills", "viet_nam"])
def test_nobody_is_paid_more_for_the_same_work_in_the_country(which, request):
    """Rural over urban places of one commuting area, by skill, sector and status; and a contract never pays less."""
    world, workers, persons = request.getfixturevalue(which)
    markets = walked(made(world, workers, persons), workers, persons)
    area = markets.commuting.area[world.district]
    for kind in (1, 3, 17, 19):
        pay = markets.earnings[:, kind]
        for a in np.unique(area[~world.urban]):
            here = area == a
            if (here & world.urban).any():
                assert pay[here & ~world.urban].max() <= pay[here & world.urban].min() * (1 + 1e-12)
    assert (markets.earnings[:, 17::2] >= markets.earnings[:, 1:16:2]).all()
    assert (markets.expected[:, 17::2] >= markets.expected[:, 1:16:2]).all()


@pytest.mark.parametrize(
    ("earnings", "head", "world"),
    [
        (0.6, 0.65, two_places(residents=(8000, 12_000), same_province=True, urban=(True, False))),
        (0.5, 0.6, two_places(residents=(8000, 12_000), same_district=True, urban=(False, True))),
        (0.6, 0.63, monocentric(income=(5.5, 4.5, 4.0))),
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
    area = commuting(world, LABOUR, ACCESS).area
    levels = initial_levels(world, INCOME, workers, persons, premium=1.4, area=area)
    assert (levels.rural_factor, levels.other_rural_factor, levels.notes) == (1.0, 1.0, ())


def test_skill_and_farming_at_the_start(hills):
    earnings = made(*hills).earnings
    assert earnings[:, 3] / earnings[:, 1] == pytest.approx(1.6)
    world, workers, _ = hills
    other = np.stack([workers[:, 1:16:2].sum(axis=1), workers[:, 17::2].sum(axis=1)])
    by_province = np.stack([np.bincount(world.province, w, 3) for w in other])
    mean = 1 + 0.4 * by_province[1] / by_province.sum(
        axis=0
    )  # of other work, formal or not, over informal work
    assert earnings[:, 0] / earnings[:, 1] == pytest.approx(0.7 * mean[world.province])
    assert earnings[:, 2] / earnings[:, 3] == pytest.approx(0.7 * mean[world.province])
    assert earnings[:, 17] / earnings[:, 1] == pytest.approx(1.4)
    assert np.array_equal(earnings[:, :4], earnings[:, 12:16])  # the stage of life plays no part


def test_density_raises_earnings_within_a_province():
    world = two_places(residents=(40_000, 10_000), same_province=True)
    workers, persons = counted(world, 20)
    earnings = made(world, workers, persons, income=Income(district_spread=0.1)).earnings
    assert earnings[0, 1] / earnings[1, 1] == pytest.approx(4.0**0.1, rel=1e-12)


def test_nobody_of_working_age_is_an_error():
    with pytest.raises(ValueError, match="nobody is of working age"):
        made(one_place(), np.zeros((1, 32), dtype=np.int64), np.array([5]))


def test_wrong_shapes_are_refused(hills):
    world, workers, persons = hills
    with pytest.raises(ValueError, match=r"workers must have shape \(29, 32\), got \(28, 32\)"):
        made(world, workers[1:], persons)
    with pytest.raises(ValueError, match=r"residents must have shape \(29,\)"):
        made(*hills).step(workers, persons[1:], 0, 0)


# ------------------------------------------------------------------ the rules


def test_scalar_rules():
    assert vacancies(100.0, 90.0, 0.9) == pytest.approx(19.0)
    assert vacancies(50.0, 90.0, 0.9) == 0.0, "jobs never chase workers, nor drive them out"
    assert chance_to_find(0.2, 4.0, 0.5) == 0.5
    assert chance_to_find(0.02, 4.0, 0.5) == pytest.approx(0.08)
    assert informal_pay(200.0, 100.0, 0.5) == pytest.approx(2**-0.5)
    assert formal_pay(1.0, 1.4, 2.0, 0.1) == pytest.approx(1.4 * 2**0.1)
    assert formal_pay(1.5, 1.4, 0.0, 0.1) == 1.5, "nobody works for less than without a contract"
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
    area, areas = markets.commuting.area, len(markets.commuting)
    assert areas < n, "an area of two districts"

    def by_district(values):
        return np.bincount(world.district, values, n)

    def by_area(values):
        return np.bincount(area[world.district], values, areas)

    def groups(w):
        """Informal unskilled and skilled, farming unskilled and skilled, formal: by area."""
        sums = [w[:, [t for t in range(16) if t % 2 == o and t // 2 % 2 == k]].sum(axis=1)
                for o, k in ((1, 0), (1, 1), (0, 0), (0, 1))]  # fmt: skip
        return np.array([by_area(x) for x in sums]), by_area(w[:, 16:].sum(axis=1))

    search, kept = np.array([1.0, 4.0, 0.3, 1.2])[:, None], math.exp(-0.02)
    fitted = Labour()  # the numbers of a fit change with it; all others stand here by hand
    farm0, people0 = by_district(workers[:, :16:2].sum(axis=1)), by_area(persons)
    jobs0 = jobs = 1.01 * by_district(workers[:, 16:].sum(axis=1))
    summed = lambda x: np.bincount(area, x, areas)  # noqa: E731
    looking, filled = groups(workers)
    informal0 = looking[:2].sum(axis=0)
    grown = math.exp(0.033 / 4)

    def flows(looking, filled, before, after, unfilled):
        v = np.maximum(0.0, after - filled * kept)
        new = np.minimum(v, np.maximum(0.0, after - before))
        afar = fitted.recruit_new * new + fitted.recruit_old * (v - new)
        find = (v - afar) / (search * looking).sum(axis=0)
        left = v - afar - (np.minimum(0.5, search * find) * looking).sum(axis=0)
        return find, afar + unfilled, np.maximum(0.0, left)

    find0, *_ = flows(looking, filled, summed(jobs), summed(jobs * grown), 0.0)
    price, x, belief, unfilled = 0.0, np.zeros(n), find0.copy(), np.zeros(areas)
    expected = markets.expected.copy()
    rng = np.random.default_rng(5)
    hits = 0
    for now in range(3):
        w = workers * rng.integers(50, 150, size=workers.shape) // 100
        people = persons * rng.integers(50, 150, size=persons.shape) // 100
        markets.step(w, people, now, now)

        z = normal_draw(np.uint64(key64(3, int(Purpose.FARM_PRICE), now)), np.uint64(0))
        price = 0.8 * price + 0.15 * math.sqrt(1 - 0.64) * z
        struck = by_district(markets.struck.astype(float)) > 0
        hits += struck.sum()
        x = np.where(struck, math.log(0.7), 0.5 * x)
        looking, filled = groups(w)
        find, offers, unfilled = flows(looking, filled, summed(jobs), summed(jobs * grown), unfilled)
        jobs = jobs * grown
        belief += 0.25 * (find - belief)
        dense = (by_area(people) / people0) ** 0.05
        low = (looking[:2].sum(axis=0) / (informal0 + 0.3 * (summed(jobs) - summed(jobs0)))) ** -0.4
        high = np.maximum(low, 1.4 * (belief / find0) ** 0.1)
        farming = (by_district(w[:, :16:2].sum(axis=1)) / farm0) ** -0.4 * np.exp(price + x)
        a = area[world.district]
        want = base.copy()
        want[:, ::2] *= farming[world.district, None]
        want[:, 1:16:2] *= (dense * low)[a, None]
        want[:, 17::2] = base[:, 1:16:2] * (dense * high)[a, None]
        values = want.copy()
        for t in range(1, 16, 2):
            h = np.minimum(0.5, search[1 if t // 2 % 2 else 0] * find)[a]
            gap = want[:, 16 + t] - want[:, t]
            values[:, t] = want[:, t] + gap * h / (h + 0.04)
            values[:, 16 + t] = want[:, t] + gap * (h + 0.02) / (h + 0.04)
        expected += 0.25 * (values - expected)

        assert markets.farm_price == pytest.approx(price, rel=1e-12)
        assert markets.formal.jobs == pytest.approx(jobs, rel=1e-12)
        for name, value in (("find", find), ("offers", offers), ("unfilled", unfilled)):
            assert getattr(markets.formal.flows, name) == pytest.approx(value, rel=1e-9, abs=1e-6), name
        assert markets.earnings == pytest.approx(want, rel=1e-12)
        assert markets.expected == pytest.approx(expected, rel=1e-11)
    assert 0 < hits < 3 * n
    assert find.max() > 0.0


def test_in_towns_farm_types_count_on_other_work(hills):
    world, workers, persons = hills
    markets = made(*hills, work=Work())
    markets.step(workers, persons, 0, 0)
    farm, other = slice(0, 16, 2), slice(1, 16, 2)
    town = world.urban
    assert np.array_equal(markets.potential[town][:, farm], markets.expected[town][:, other])
    assert np.array_equal(markets.potential[~town], markets.expected[~town, :16])
    assert np.array_equal(markets.potential[:, other], markets.expected[:, other])


def test_beliefs_close_a_quarter_of_the_gap_a_quarter():
    work = QUIET.model_copy(update={"disaster_per_year": 1.0})  # struck in every step: income stays at 0.7
    markets, workers, persons = one_market(work)
    start = markets.expected[0, 0]
    for now in range(8):
        markets.step(workers, persons, now, now)
        assert markets.expected[0, 0] / start == pytest.approx(0.7 + 0.3 * 0.75 ** (now + 1), rel=1e-13)
    monthly, workers, persons = one_market(work, dt=1 / 3)
    for now in range(24):
        monthly.step(workers, persons, now, now)
    assert monthly.expected[0, 0] == pytest.approx(markets.expected[0, 0], rel=1e-13)


def test_full_adaptation_knows_and_none_never_learns():
    for eta, known in ((1.0, 0.7), (0.0, 1.0)):
        work = QUIET.model_copy(update={"disaster_per_year": 1.0, "adaptation": eta})
        markets, workers, persons = one_market(work)
        start = markets.expected[0, 0]
        markets.step(workers, persons, 0, 0)
        assert markets.expected[0, 0] / start == pytest.approx(known, rel=1e-14)


def test_jobs_never_chase_workers():
    """Twice as many people: as many jobs, each found half as often."""
    still = Labour(formal_growth=0.0, vacant=0.0)
    one, workers, persons = one_market(QUIET, labour=still)
    two, *_ = one_market(QUIET, labour=still)
    more = workers.copy()
    more[0, :2] *= 2
    one.step(workers, persons, 0, 0)
    two.step(more, persons, 0, 0)
    assert two.formal.jobs.tolist() == one.formal.jobs.tolist() == [1500.0]
    assert two.formal.flows.find[0] == pytest.approx(one.formal.flows.find[0] / 2, rel=1e-12)


def test_what_nobody_can_find_is_offered_elsewhere_a_step_later():
    """The cap: of 1,000 informal workers at most half find one of many jobs in a step; the others are offered afar."""
    labour = Labour(formal_growth=0.0, vacant=0.2, farm_search=0.0, recruit_new=0.0, recruit_old=0.05)
    workers = np.zeros((1, 32), dtype=np.int64)
    workers[0, 1], workers[0, 17] = 1000, 9000
    persons = np.array([10_000])
    markets = made(one_place(), workers, persons, QUIET, labour=labour)
    markets.step(workers, persons, 0, 0)
    vacant = 1.2 * 9000 - 9000 * math.exp(-0.02)
    assert markets.formal.flows.unfilled[0] == pytest.approx(0.95 * vacant - 500, rel=1e-9)
    markets.step(workers, persons, 1, 1)
    assert markets.formal.flows.offers[0] == pytest.approx(0.05 * vacant + 0.95 * vacant - 500, rel=1e-9)


def test_zero_workers_and_people_divide_by_nothing():
    world = two_places(same_province=True, urban=(True, False))
    workers, persons = np.zeros((2, 32), dtype=np.int64), np.array([0, 500])
    workers[1, 0] = 300  # one district of farmers, one where nobody lives
    markets = made(world, workers, persons, work=Work())
    assert (markets.earnings > 0).all()
    assert not markets.formal.flows.find.any()
    moved = workers[::-1].copy()
    for now, (w, people) in enumerate([(workers, persons), (moved, persons[::-1]), (workers, persons)]):
        markets.step(w, people, now, now)
        assert np.isfinite(markets.earnings).all()
        assert (markets.earnings > 0).all()
        assert all(np.isfinite(column).all() for column in markets.columns().values())
    calm = made(world, workers, persons, work=CALM)
    before = calm.earnings[:, 0].copy()
    wage = calm.columns()["pay_informal_mvnd_per_month"][0]
    calm.step(moved, persons[::-1].copy(), 0, 0)
    assert (
        calm.columns()["pay_informal_mvnd_per_month"][0] == wage
    )  # its density is unknown: no agglomeration
    assert (
        calm.earnings[0, 0] == before[0]
    )  # land of the empty district is unknown: first farmers earn its level
    assert calm.earnings[1, 0] == pytest.approx(before[1] * 300**0.4)  # the last farmer counts as one


# ------------------------------------------------------------------ shocks


@pytest.mark.slow  # statistical; `uv run pytest -m slow`
@pytest.mark.parametrize("dt", [1.0, 1 / 3])
def test_farm_price_has_the_variance_and_persistence_of_its_ar1(dt):
    markets, workers, persons = one_market(Work(disaster_per_year=0.0), dt=dt, seed=11)
    n, every = 20_000, round(1 / dt)
    path = np.empty(n * every)
    for now in range(len(path)):
        markets.step(workers, persons, now, now)
        path[now] = markets.farm_price
    path = path[every - 1 :: every]  # by quarter, whatever the step
    rho, spread = 0.8, 0.08
    variance_se = spread**2 * math.sqrt(2 / n * (1 + rho**2) / (1 - rho**2))
    assert abs(np.mean(path**2) - spread**2) < 4 * variance_se
    lag1 = np.mean(path[1:] * path[:-1]) / np.mean(path**2)
    assert abs(lag1 - rho) < 4 * math.sqrt((1 - rho**2) / n)
    assert abs(path.mean()) < 4 * spread * math.sqrt((1 + rho) / (1 - rho) / n)


def test_a_loss_of_three_tenths_leaves_seven_and_half_of_it_a_quarter_later():
    still = Labour(formal_growth=0.0)
    markets, workers, persons = one_market(QUIET.model_copy(update={"disaster_per_year": 1.0}), labour=still)
    start = markets.earnings[0].copy()
    markets.step(workers, persons, 0, 0)
    assert markets.struck.all()
    assert math.exp(markets.log_loss[0]) == pytest.approx(0.7, rel=1e-14)
    assert markets.earnings[0, 0] / start[0] == pytest.approx(0.7, rel=1e-14)
    assert markets.earnings[0, 1] == pytest.approx(start[1])  # other work is not touched
    markets.work = QUIET
    for now in range(1, 5):
        markets.step(workers, persons, now, now)
        assert not markets.struck.any()
        assert markets.earnings[0, 0] / start[0] == pytest.approx(0.7 ** (0.5**now), rel=1e-13)


def test_disasters_come_as_often_as_declared(viet_nam):
    world, workers, persons = viet_nam
    markets = made(*viet_nam, work=Work(price_spread=0.0), seed=2)
    quarters, n = 160, len(world.districts)
    hit = np.empty((quarters, n), dtype=bool)
    for now in range(quarters):
        markets.step(workers, persons, now, now)
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
        markets.step(workers, persons, now, now)
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
        markets.step(workers * (10 + now) // 10, persons, now, now)
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
    units = replace(units, seat_place=np.argsort(places).astype(np.int32)[units.seat_place])
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
    assert a.log_loss[order].tobytes() == b.log_loss.tobytes()
    assert a.formal.jobs[order].tobytes() == b.formal.jobs.tobytes()
    for name in a.formal.flows._fields:
        ours, theirs = (getattr(m.formal.flows, name)[m.commuting.area] for m in (a, b))
        assert ours[order].tobytes() == theirs.tobytes(), name
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
    for name in ("earnings", "expected", "potential"):
        assert getattr(whole, name).tobytes() == getattr(late, name).tobytes(), name
    del kept["formal_jobs"]
    with pytest.raises(ValueError, match="needed are"):
        late.restore(kept)


def test_columns_are_one_row_a_district(hills):
    world, workers, persons = hills
    markets = walked(made(*hills), workers, persons)
    columns = markets.columns()
    assert {len(v) for v in columns.values()} == {len(world.districts)}
    w = workers * 15 // 10
    assert columns["workers_other"].sum() + columns["workers_farm"].sum() == w.sum()
    assert (
        columns["informal_workers"].sum() + columns["formal_workers"].sum() == columns["workers_other"].sum()
    )
    place = int(np.flatnonzero(world.urban)[0])
    d = world.district[place]
    assert columns["pay_informal_mvnd_per_month"][d] == pytest.approx(markets.earnings[place, 1])
    assert columns["pay_formal_mvnd_per_month"][d] == pytest.approx(markets.earnings[place, 17])
    place = int(np.flatnonzero(~world.urban)[0])
    d = world.district[place]
    assert columns["farm_income_mvnd_per_month"][d] == pytest.approx(markets.earnings[place, 0])


@pytest.mark.slow
def test_a_step_of_viet_nam_takes_under_10_ms(viet_nam):
    _, workers, persons = viet_nam
    markets = made(*viet_nam, work=Work())
    spent = []
    for now in range(30):
        began = time.perf_counter()
        markets.step(workers, persons, now, now)
        spent.append(time.perf_counter() - began)
    assert np.median(spent) < 0.010

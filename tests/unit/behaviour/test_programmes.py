"""Dated programmes: what each does to the market, and nothing else; neutral ones change no byte."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicu.economy.halves import half_of
from dicu.economy.programmes import NEVER, shared, urban_districts, window
from dicu.government import books
from dicu.scenario.calendar import Calendar
from dicu.scenario.loader import ConfigurationErrors, load
from dicu.scenario.scenario import Scenario, with_values
from dicu.world.small import monocentric, two_places
from states import first_model, sha

CALM = {
    "work.price_spread": 0.0,
    "work.disaster_per_year": 0.0,
    "feedback.jobs": False,
    "population.weight": 100,
    "time.start": "2025Q1",
    "time.end": "2027Q4",
}


def small(values: dict[str, Any]) -> Scenario:
    return with_values(Scenario(), {"world.name": "monocentric", **CALM, **values})


def paths(values: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """Markets of a run without feedback, so that a programme is all that changes them; by step and district."""
    model = first_model(small(values))
    kept: dict[str, list[np.ndarray]] = {"formal_jobs": [], "farm_income_mvnd_per_month": []}
    lose: list[np.ndarray] = []
    for _ in range(model.calendar.n_steps):
        model.markets.step(model.workers, model.residents, model.now, model.moment)
        model.now += 1
        for name, values_by_step in kept.items():
            values_by_step.append(model.markets.columns()[name].copy())
        lose.append(model.markets.formal.flows.lose[model.commuting.area])
    found = {name: np.array(values_by_step) for name, values_by_step in kept.items()}
    return model, {**found, "lose": np.array(lose)}


def test_which_districts_are_urban() -> None:
    world = monocentric()
    urban = urban_districts(world)
    for d in range(len(world.districts)):
        here = world.district == d
        share = world.residents[here & world.urban].sum() / world.residents[here].sum()
        assert urban[d] == (share >= 0.5)
    assert 0 < urban.sum() < len(urban)
    assert urban_districts(two_places(residents=(5, 10), urban=(False, True))).tolist() == [False, True]


@pytest.mark.parametrize(("step", "first", "end"), [("quarter", 4, 6), ("month", 12, 18)])
def test_a_window_is_as_long_in_months_as_in_quarters(step: Any, first: int, end: int) -> None:
    found = window(0.1, "2026Q1", 2, Calendar("2025Q1", "2027Q4", step))
    assert (found.first, found.end) == (first, end)
    assert [s in found for s in (first - 1, first, end - 1, end)] == [False, True, True, False]
    assert window(0.0, "1999Q1", 2, Calendar("2025Q1", "2027Q4", step)) == NEVER


def test_urban_jobs_grow_faster_for_as_long_as_declared() -> None:
    values = {
        "programme.urban_job_growth": 0.005,
        "programme.urban_job_growth_start": "2026Q1",
        "programme.urban_job_growth_quarters": 5,
    }
    model, with_it = paths(values)
    _, without = paths({})
    urban = urban_districts(model.world)
    ratio = with_it["formal_jobs"] / without["formal_jobs"]
    grown = np.clip(np.arange(12) - 3, 0, 5)
    # the local multiplier, 0.3, adds to what the programme brings
    want = (1 + 1.3 * (np.exp(0.005) - 1)) ** grown
    assert ratio[:, urban] == pytest.approx(want[:, None] * np.ones(urban.sum()), rel=1e-12)
    assert (ratio[:, ~urban] == 1.0).all()
    assert np.array_equal(with_it["farm_income_mvnd_per_month"], without["farm_income_mvnd_per_month"])


def test_farm_income_is_lower_by_the_loss_while_it_lasts() -> None:
    values = {
        "programme.farm_income_loss": 0.2,
        "programme.farm_income_loss_start": "2025Q3",
        "programme.farm_income_loss_quarters": 3,
    }
    _, with_it = paths(values)
    _, without = paths({})
    ratio = with_it["farm_income_mvnd_per_month"] / without["farm_income_mvnd_per_month"]
    lost = np.isin(np.arange(12), [2, 3, 4])
    assert ratio[lost] == pytest.approx(0.8, rel=1e-12)
    assert (ratio[~lost] == 1.0).all()
    assert np.array_equal(with_it["formal_jobs"], without["formal_jobs"])


def test_urban_pay_is_higher_by_the_gain_while_it_lasts_and_nothing_else_is() -> None:
    """Formal and informal alike, in urban places alone; farm incomes, the country and jobs to the bit."""
    dates = {"programme.urban_pay_gain_start": "2025Q3", "programme.urban_pay_gain_quarters": 3}
    with_it, without = (first_model(small({"programme.urban_pay_gain": gain} | dates)) for gain in (0.1, 0.0))
    urban, outside = with_it.world.urban, np.arange(32) % 2 == 1
    for now in range(12):
        for model in (with_it, without):
            model.markets.step(model.workers, model.residents, model.now, model.moment)
            model.now += 1
        ratio = with_it.markets.earnings / without.markets.earnings
        gained = np.zeros_like(ratio, dtype=bool)
        gained[np.ix_(urban, outside)] = now in (2, 3, 4)
        assert ratio[gained] == pytest.approx(1.1, rel=1e-12)
        assert (ratio[~gained] == 1.0).all()
        a, b = with_it.markets.columns(), without.markets.columns()
        assert a["pay_formal_mvnd_per_month"] / b["pay_formal_mvnd_per_month"] == pytest.approx(
            1.1 if now in (2, 3, 4) else 1.0, rel=1e-12
        )
        assert np.array_equal(a["farm_income_mvnd_per_month"], b["farm_income_mvnd_per_month"])
        assert np.array_equal(a["formal_jobs"], b["formal_jobs"])
    # beliefs have not forgotten it seven quarters after its end
    believed = with_it.markets.expected / without.markets.expected
    assert (believed[np.ix_(urban, outside)] > 1.0).all()
    assert (believed[~urban] == 1.0).all()


def test_urban_jobs_are_lost_and_all_come_back() -> None:
    values = {
        "programme.urban_job_loss": 0.2,
        "programme.urban_job_loss_start": "2025Q2",
        "programme.urban_job_loss_quarters": 8,
        "labour.formal_growth": 0.0,
    }
    model, with_it = paths(values)
    _, without = paths({"labour.formal_growth": 0.0})
    urban = urban_districts(model.world)
    lost = np.isin(np.arange(12), range(1, 9))
    ratio = with_it["formal_jobs"] / without["formal_jobs"]
    assert ratio[lost][:, urban] == pytest.approx(0.8, rel=1e-12)
    assert (ratio[~lost] == 1.0).all()
    assert (ratio[:, ~urban] == 1.0).all()
    # their workers lose them in the step in which they go, and in no other
    for now in range(12):
        more = 0.2 * np.exp(-0.02) if now == 1 else 0.0
        lose = with_it["lose"][now]
        assert lose[urban] == pytest.approx(1 - np.exp(-0.02) + more, rel=1e-9)
        assert lose[~urban] == pytest.approx(1 - np.exp(-0.02), rel=1e-9)


@pytest.mark.parametrize("engine", ["threads", "objects"])
def test_a_programme_without_size_changes_no_byte(engine: str) -> None:
    """Whatever its dates; and one with a size does change the run."""
    values = {
        "world.name": "monocentric",
        "population.weight": 100,
        "time.start": "2025Q1",
        "time.end": "2026Q2",
    }
    dates = {
        "programme.urban_job_growth_start": "1990Q1",
        "programme.farm_income_loss_quarters": 1,
        "programme.urban_job_loss_start": "2025Q3",
        "programme.urban_job_loss_quarters": 3,
        "programme.urban_pay_gain_start": "1990Q1",
    }

    def end(more: dict[str, Any]) -> str:
        model = first_model(with_values(Scenario(), values | more), engine=engine)
        model.run()
        return sha(model)

    none = end({})
    assert end(dates) == none
    for name in ("farm_income_loss", "urban_job_loss", "urban_pay_gain"):
        assert end({f"programme.{name}": 0.3, f"programme.{name}_start": "2025Q2"}) != none
    fast = {"programme.urban_job_growth": 0.01, "programme.urban_job_growth_start": "2025Q2"}
    assert end(fast) != none


def test_urban_pay_is_the_same_bytes_in_both_engines() -> None:
    values = {
        "time.end": "2026Q2",
        "programme.urban_pay_gain": 0.2,
        "programme.urban_pay_gain_start": "2025Q2",
    }
    ends = []
    for engine in ("threads", "objects"):
        model = first_model(small(values | {"feedback.jobs": True}), engine=engine)
        model.run()
        ends.append(sha(model))
    assert ends[0] == ends[1]


def test_a_programme_outside_the_run_is_refused_by_line(tmp_path: Any) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "time: {end: 2030Q4}\nprogramme:\n  farm_income_loss: 0.2\n  farm_income_loss_start: 2031Q1\n"
    )
    with pytest.raises(ConfigurationErrors) as error:
        load(path)
    assert error.value.messages == [
        f"{path}:4:27: programme.farm_income_loss_start: the programme farm_income_loss begins outside the run "
        "(got '2031Q1', allowed 2019Q2 to 2030Q4)"
    ]


def test_a_flag_is_true_or_false(tmp_path: Any) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("feedback: {jobs: 0, network: false}\n")
    with pytest.raises(ConfigurationErrors, match=r"jobs: not true or false \(got 0, allowed true, false\)"):
        load(path)
    assert load(path, ["feedback.jobs=true"]).scenario.feedback.model_dump() == {
        **Scenario().feedback.model_dump(),
        "network": False,
    }


# ------------------------------------------------------------------ feedbacks cut, one by one


def moved(values: dict[str, Any]) -> tuple[Any, Any, list[Any]]:
    """A model at its start and after six restless quarters, and the tables of each step."""
    from states import tables_of

    scenario = with_values(
        Scenario(),
        {
            "world.name": "monocentric",
            "population.weight": 40,
            "time.start": "2025Q1",
            "time.end": "2026Q2",
            "consider.lambda0": 0.3,
            "choose.cost_other_district": 0.5,
            "choose.cost_other_province": 0.5,
            **values,
        },
    )
    model, start, tables = first_model(scenario), first_model(scenario), []
    while model.now < model.calendar.n_steps:
        tables.append(model.tables() if model.now else tables_of(model))
        model.step()
    return start, model, tables


@pytest.fixture(scope="module")
def whole() -> Any:
    return moved({})


def test_without_feedback_of_networks_the_stock_of_the_start_is_seen(whole: Any) -> None:
    start, model, tables = moved({"feedback.network": False})
    assert not np.array_equal(model.stocks.network, start.stocks.network), "people must have moved"
    for t in tables[1:]:
        assert np.array_equal(t.choose.net_district, tables[0].choose.net_district)
        assert np.array_equal(t.choose.net_province, tables[0].choose.net_province)
    assert not np.array_equal(whole[2][-1].choose.net_district, whole[2][0].choose.net_district)
    assert not np.array_equal(model.markets.earnings, start.markets.earnings), "only networks are cut"


def test_without_feedback_of_jobs_markets_are_those_of_a_country_where_nobody_moves(whole: Any) -> None:
    start, model, _ = moved({"feedback.jobs": False})
    alone = first_model(start.settings)
    for now in range(model.calendar.n_steps):
        alone.markets.step(alone.workers, alone.residents, now, alone.calendar.moment(now))
    for name in ("earnings", "expected"):
        assert getattr(model.markets, name).tobytes() == getattr(alone.markets, name).tobytes(), name
    assert model.markets.formal.jobs.tobytes() == alone.markets.formal.jobs.tobytes(), (
        "jobs never chase workers"
    )
    assert not np.array_equal(model.workers, alone.workers)
    assert not np.array_equal(
        model.markets.columns()["workers_other"], start.markets.columns()["workers_other"]
    )
    assert not np.array_equal(whole[1].markets.earnings, alone.markets.earnings)
    assert not np.array_equal(model.network, start.network), "only markets are cut"


def test_without_feedback_of_services_governments_do_what_they_would_if_nobody_moved(whole: Any) -> None:
    """Provinces still move investments and water still comes: that is policy."""
    start, model, _ = moved({"feedback.services": False})
    alone = first_model(start.settings)
    for now in range(model.calendar.n_steps):
        alone.governments.step(start.residents, now)
    assert np.array_equal(model.governments.access(), alone.governments.access())
    assert sum(agent.residents for agent in model.governments.communes) == model.governments.residents.sum()
    assert not np.array_equal(model.governments.residents, model.governments.served)
    assert not np.array_equal(whole[1].governments.access(), start.governments.access())
    assert not np.array_equal(model.network, start.network), "only services are cut"


def test_a_policy_still_changes_services_whose_feedback_is_cut() -> None:
    start, model, _ = moved({"feedback.services": False, "reform.policy": "actual"})
    assert not np.array_equal(model.governments.access(), start.governments.access())
    books.check(model.governments)


# ------------------------------------------------------------------ zones and social housing


@settings(max_examples=100, deadline=None)
@given(amount=st.integers(0, 2_000_000), weight=st.lists(st.integers(0, 10**8), max_size=40))
def test_what_is_shared_adds_up_and_is_in_proportion(amount: int, weight: list[int]) -> None:
    part = shared(amount, np.array(weight, dtype=np.int64))
    total = sum(weight)
    assert part.sum() == (amount if total else 0)
    for p, w in zip(part.tolist(), weight, strict=True):
        assert abs(p - (amount * w / total if total else 0)) < 1 + 1e-9
        assert p >= 0


def test_a_zone_brings_its_jobs_when_it_is_built() -> None:
    """Begun in 2025Q2 and 4 quarters in building: 10,000 jobs and, by the multiplier, half as many more."""
    values = {"programme.zone_quarters": 4, "labour.formal_growth": 0.0, "labour.multiplier": 0.5}
    model, with_it = paths({**values, "programme.industrial_zones": ["2025Q2 Plain", "2025Q2 Plain"]})
    _, without = paths(values)
    more = with_it["formal_jobs"] - without["formal_jobs"]
    plain = model.world.districts.parent == 1
    people = np.bincount(model.world.district, model.world.residents)
    assert (more[:5] == 0.0).all()
    assert (more[5:, ~plain] == 0.0).all()
    assert more[5:].sum(axis=1) == pytest.approx(30_000, rel=1e-12), "each brings half a job more"
    assert more[5, plain] == pytest.approx(30_000 * people[plain] / people[plain].sum(), abs=3)


@pytest.mark.parametrize("step", ["quarter", "month"])
def test_zones_take_as_long_in_months_as_in_quarters(step: str) -> None:
    values = {"time.step": step, "programme.zone_quarters": 4, "programme.industrial_zones": ["2025Q2 City"]}
    programmes = first_model(small(values)).programmes
    n = 4 if step == "quarter" else 12
    found = [now for now in range(3 * n) if programmes.new_jobs(now).any()]
    assert found == [5 * n // 4]
    assert programmes.new_jobs(found[0]).sum() == 10_000


def test_social_housing_is_spread_over_towns_and_time_to_the_last_dwelling() -> None:
    values = {
        "programme.social_housing": 10_003,
        "programme.social_housing_start": "2025Q3",
        "programme.social_housing_quarters": 7,
        "feedback.housing": False,
    }
    model = first_model(small(values))
    start, world = model.housing.dwellings.copy(), model.world
    built = np.array([model.programmes.social_housing(now) for now in range(12)])
    assert built.sum(axis=1).tolist() == [0, 0, 1429, 1429, 1429, 1429, 1429, 1429, 1429, 0, 0, 0]
    assert (built[:, ~world.urban] == 0).all()
    assert built.sum(axis=0) == pytest.approx(
        10_003 * world.residents * world.urban / world.residents[world.urban].sum(), abs=7
    )
    model.run()
    assert model.housing.dwellings.tolist() == (start + built.sum(axis=0)).tolist()


def test_places_that_are_not_there_are_named(tmp_path: Any) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "programme:\n  industrial_zones: ['2026Q1 Bac Ninh', '2026Q1 Huyện Yên Phong, Bắc Ninh']\n"
    )
    with pytest.raises(ConfigurationErrors) as error:
        load(path)
    assert error.value.messages == [
        f"{path}:2:21: programme.industrial_zones: no such place (got 'Bac Ninh'; did you mean 'Bắc Ninh')"
    ]
    for wrong in ("[Bắc Ninh]", "[2026Q5 Huế]", "2026Q1 Huế", "[[Huế]]", "[2026Q1]", "[{a: 1}]"):
        with pytest.raises(ConfigurationErrors, match=r"programme\.industrial_zones: "):
            load(path, [f"programme.industrial_zones={wrong}"])
    with pytest.raises(ConfigurationErrors, match="is begun outside the run"):
        load(path, ["programme.industrial_zones=[2040Q1 Huế]"])
    found = load(path, ["programme.industrial_zones=['2026Q1 Quận Ba Đình, Hà Nội', 2027Q1 Huế]"]).scenario
    assert found.programme.industrial_zones == ("2026Q1 Quận Ba Đình, Hà Nội", "2027Q1 Huế")
    with pytest.raises(
        ValueError, match=r"programme.industrial_zones: no such place \(got 'Hanoi', allowed City"
    ):
        first_model(small({"programme.industrial_zones": ["2026Q1 Hanoi"]}))


def test_jobs_grow_where_it_is_said() -> None:
    """A city's name, a province's, a district's code; by default all urban districts."""
    growth = {"programme.urban_job_growth": 0.02, "programme.urban_job_growth_start": "2025Q1"}
    plain = first_model(small(growth)).programmes
    world = monocentric()
    assert np.array_equal(plain.job_growth(0) > 0, urban_districts(world))
    for areas, want in (
        (["Plain"], world.districts.parent == 1),
        ([str(world.districts.code[3]), "City"], (np.arange(8) == 3) | (world.districts.parent == 0)),
    ):
        found = first_model(small({**growth, "programme.urban_job_growth_areas": areas})).programmes
        assert np.array_equal(found.job_growth(0), np.where(want, 0.02, 0.0))
    with pytest.raises(ValueError, match=r"programme.urban_job_growth_areas: no such place \(got 'Hanoi'"):
        first_model(small({**growth, "programme.urban_job_growth_areas": ["Hanoi"]}))


def test_a_random_half_of_the_commuting_areas() -> None:
    """Pairs by size: one of each is treated, the other in the complement; draws differ and no seed is looked at."""
    growth = {"programme.urban_job_growth": 0.02, "programme.urban_job_growth_start": "2025Q1"}
    whole = first_model(small(growth)).programmes.job_growth(0) > 0
    for draw in (1, 3):
        one, other = (
            first_model(small({**growth, "programme.urban_job_growth_draw": d})).programmes.job_growth(0) > 0
            for d in (draw, draw + 1)
        )
        again = first_model(small({**growth, "programme.urban_job_growth_draw": draw, "seed": 9})).programmes
        assert np.array_equal(again.job_growth(0) > 0, one)
        assert np.array_equal(one | other, whole)
        assert not (one & other).any()


def test_one_of_each_pair() -> None:
    codes = [str(k) for k in range(101)]
    halves = np.array([half_of(codes, draw) for draw in range(1, 401)])
    assert (halves[:, 0:100:2] ^ halves[:, 1:100:2]).all()
    assert np.array_equal(halves[0::2], ~halves[1::2])
    # 200 coins by unit: s.d. 7, and no two neighbouring pairs share theirs
    heads = halves[0::2].sum(axis=0)
    assert (np.abs(heads - 100) < 32).all()
    assert np.abs(np.corrcoef(halves[0::2, 0:100:2].T)[~np.eye(50, dtype=bool)]).max() < 0.35
    with pytest.raises(ValueError, match="numbered from 1"):
        half_of(codes, 0)


def test_farm_income_is_lost_where_it_is_said() -> None:
    """Everywhere, in named districts, or in a random half of the districts with rural places of each province."""
    loss = {
        "programme.farm_income_loss": 0.2,
        "programme.farm_income_loss_start": "2025Q1",
        "programme.farm_income_loss_quarters": 2,
    }
    world = monocentric()
    code = str(world.districts.code[3])

    def lost(values: dict[str, Any]) -> np.ndarray:
        found: np.ndarray = first_model(small({**loss, **values})).programmes.log_farm_income(0)
        return found

    assert np.allclose(lost({}), np.log(0.8), rtol=1e-15)
    assert np.array_equal(lost({"programme.farm_income_loss_areas": [code]}) < 0, np.arange(8) == 3)
    rural = np.bincount(world.district, world.residents * ~world.urban, 8) > 0
    one, other = (lost({"programme.farm_income_loss_draw": d}) < 0 for d in (1, 2))
    assert np.array_equal(one | other, rural)
    assert not (one & other).any()
    for province in np.unique(world.districts.parent):
        mine = rural & (world.districts.parent == province)
        assert abs(int(one[mine].sum()) - int(other[mine].sum())) <= 1
    _, found = paths({**loss, "programme.farm_income_loss_areas": [code]})
    _, plain = paths({})
    ratio = found["farm_income_mvnd_per_month"] / plain["farm_income_mvnd_per_month"]
    assert np.allclose(ratio[:2], np.where(np.arange(8) == 3, 0.8, 1.0))
    assert np.array_equal(ratio[2:], np.ones_like(ratio[2:]))


def test_areas_of_job_growth_are_checked_by_name(tmp_path: Any) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("programme:\n  urban_job_growth_areas: [Bình Dương, Thành phố Vinh, '760']\n")
    assert load(path).scenario.programme.urban_job_growth_areas == ("Bình Dương", "Thành phố Vinh", "760")
    path.write_text("programme:\n  urban_job_growth_areas: all\n")
    assert load(path).scenario == load(path, ["programme.urban_job_growth_areas=[all]"]).scenario
    for wrong in ("[Binh Duong]", "Bình Dương", "[all, Huế]"):
        with pytest.raises(ConfigurationErrors, match=r"programme\.urban_job_growth_areas: "):
            load(path, [f"programme.urban_job_growth_areas={wrong}"])

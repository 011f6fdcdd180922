"""Rule `housing` against closed forms and plain Python: rents, building, crowding, money, the same bytes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicu.behaviour.access import EDUCATION, HEALTH
from dicu.economy.housing import HousingMarket, built, mean_rent, pressure_of, rent_term
from dicu.scenario.parameters_city import Housing
from dicu.scenario.parameters_household import Money
from dicu.scenario.scenario import Scenario, with_values
from dicu.world.small import monocentric
from states import first_model, sha, tables_of

WORLD = monocentric()
P, L = WORLD.n_places, len(WORLD.districts)
NOTHING = np.zeros(P, dtype=np.int64)
SAME = np.ones(L)


def market(respond: bool = True, dt: float = 1.0, **values: float) -> tuple[HousingMarket, np.ndarray]:
    """A market where every household has one dwelling, and those households."""
    households = WORLD.residents // 4
    made = HousingMarket(
        WORLD,
        Housing(**values),
        Money(),
        dwellings=households,
        households=households,
        persons_a_dwelling=np.full(P, 4.0),
        income=np.linspace(3.0, 8.0, L),
        dt_quarters=dt,
        respond=respond,
    )
    return made, households


# ------------------------------------------------------------------ closed forms


def test_rents_of_the_start_are_a_share_of_earnings() -> None:
    made, households = market()
    assert made.homes.rent == pytest.approx(0.27 * np.linspace(3.0, 8.0, L), rel=1e-15)
    made.step(households, NOTHING, SAME)
    assert (made.pressure == 0.0).all()
    assert made.dwellings.tolist() == households.tolist(), "nobody comes, nothing is built"


def test_rent_has_its_elasticity() -> None:
    """Double the households per dwelling: rents times 2^chi."""
    made, households = market(rent_elasticity=1.5)
    start = made.homes.rent
    made.step(households * 2, NOTHING, SAME)
    assert made.homes.rent / start == pytest.approx(2.0**1.5, rel=1e-12)
    made.step(households // 2, NOTHING, SAME)
    less = (households // 2).sum() / made.dwellings.sum()
    assert made.homes.rent.sum() / start.sum() == pytest.approx(less**1.5, rel=0.01)


def test_building_follows_rents_up_to_the_cap() -> None:
    assert built(0.4, 0.02, 0.01) == pytest.approx(0.008)
    assert built(0.5, 0.02, 0.01) == pytest.approx(0.01)
    assert built(5.0, 0.02, 0.01) == 0.01
    assert built(-1.0, 0.02, 0.01) == -0.02, "where rents fell dwellings fall out of use"


@pytest.mark.parametrize(("dt", "steps"), [(1.0, 8), (1 / 3, 24)])
def test_a_boom_builds_at_the_cap_whatever_the_step(dt: float, steps: int) -> None:
    made, households = market(dt=dt)
    for _ in range(steps + 1):  # rents of one step build in the next
        made.step(households * 3, NOTHING, SAME)
    assert made.dwellings / households == pytest.approx(math.exp(0.01 * 8), rel=1e-12)


def test_a_privileged_city_builds_half_as_much_again() -> None:
    made, households = market()
    cap = np.where(np.arange(L) == 2, 1.5, 1.0)
    for _ in range(5):
        made.step(households * 3, NOTHING, cap)
    growth = np.log(made.homes.dwellings / made._dwellings_start)
    assert growth == pytest.approx(0.01 * 4 * cap, rel=1e-12)


def test_dwellings_approach_those_at_which_growth_is_matched() -> None:
    """Households growing by x a quarter: in the long run rents stand exp(x / s) above the start's."""
    x, supply = 0.004, 0.02
    made, households = market(supply=supply)
    for quarter in range(1, 800):
        made.step(np.rint(households * 1000 * math.exp(x * quarter)).astype(np.int64), NOTHING, SAME)
        if quarter == 1:
            made._households_start[:] = made._households_start * 1000  # finer households: no rounding to see
    assert np.log(made.homes.rent / made._rent_start) == pytest.approx(x / supply, rel=0.01)


def test_social_dwellings_are_added_one_by_one() -> None:
    made, households = market(supply=0.0)
    social = np.arange(P, dtype=np.int64)
    made.step(households, social, SAME)
    assert made.dwellings.tolist() == (households + social).tolist()
    assert (made.homes.rent <= made._rent_start).all(), "and rents fall"
    assert made.homes.share.sum() == pytest.approx(1.0, rel=1e-12)


def test_frozen_rents_build_nothing_but_social_dwellings() -> None:
    made, households = market(respond=False)
    start = made.homes.rent
    for _ in range(4):
        made.step(households * 3, NOTHING + 7, SAME)
    assert np.array_equal(made.homes.rent, start)
    assert made.dwellings.tolist() == (households + 28).tolist()


def test_crowding_lowers_urban_services_and_only_those() -> None:
    made, households = market(crowding=0.3, supply=0.0)
    made.step(households * 2, NOTHING, SAME)
    assert made.crowding()[WORLD.urban] == pytest.approx(2.0**-0.3, rel=1e-12)
    assert (made.crowding()[~WORLD.urban] == 1.0).all()
    made.step(households // 2, NOTHING, SAME)
    assert (made.crowding() == 1.0).all(), "empty dwellings make no clinic better"


def test_floor_area_a_head() -> None:
    made, households = market()
    start = made.columns(households * 4)["floor_area_m2"]
    town = np.bincount(WORLD.district, households * WORLD.urban, L) / np.bincount(
        WORLD.district, households, L
    )
    assert start == pytest.approx(31.5 * town + 23.6 * (1 - town), rel=1e-12)
    assert made.columns(households * 8)["floor_area_m2"] == pytest.approx(start / 2, rel=1e-12)


def test_where_nothing_stood_nothing_is_compared() -> None:
    assert pressure_of(10.0, 5.0, 0.0, 5.0) == 0.0
    assert pressure_of(10.0, 5.0, 5.0, 0.0) == 0.0
    assert pressure_of(0.0, 5.0, 5.0, 5.0) == pytest.approx(math.log(1 / 5))


def test_rents_of_a_province_are_those_of_its_mean_dwelling() -> None:
    first = np.array([0, 2, 4], dtype=np.int32)
    found = mean_rent(np.array([1.0, 4.0, 2.0, 6.0]), np.array([3.0, 1.0, 0.0, 0.0]), first)
    assert found == pytest.approx([1.75, 4.0])


def test_rents_without_weight_take_nothing() -> None:
    district = np.array([0, 1], dtype=np.int32)
    assert rent_term(district, np.array([1.0, 0.0]), 0.0).tolist() == [0.0, 0.0]
    assert rent_term(district, np.array([1.0, 2.0]), 0.4) == pytest.approx([0.0, -0.4 * math.log(2)])


# ------------------------------------------------------------------ plain Python


@given(seed=st.integers(0, 2**32 - 1), chi=st.floats(0, 5), supply=st.floats(0, 0.2), cap=st.floats(0, 0.1))
@settings(max_examples=25, deadline=None)
def test_every_formula_against_plain_python(seed: int, chi: float, supply: float, cap: float) -> None:
    made, households = market(rent_elasticity=chi, supply=supply, growth_cap=cap)
    rng = np.random.default_rng(seed)
    h = [float(x) for x in households]
    of = [[j for j in range(P) if WORLD.district[j] == d] for d in range(L)]
    z0 = [sum(int(households[j]) for j in of[d]) for d in range(L)]
    ratio = [1.0] * L
    for _ in range(3):
        now = households * rng.integers(50, 200, P) // 100
        social, factor = rng.integers(0, 9, P), rng.uniform(0.5, 2, L)
        made.step(now, social, factor)
        for d in range(L):
            growth = min(cap * factor[d], supply * chi * math.log(ratio[d]))
            for j in of[d]:
                h[j] = h[j] * math.exp(growth) + int(social[j])
            z = sum(int(now[j]) for j in of[d])
            ratio[d] = (z / sum(h[j] for j in of[d])) / (z0[d] / z0[d])
        assert made.dwellings == pytest.approx(h, rel=1e-11)
        assert np.exp(made.pressure) == pytest.approx(ratio, rel=1e-11)
        rent = [0.27 * (3 + 5 * d / (L - 1)) * ratio[d] ** chi for d in range(L)]
        assert made.homes.rent == pytest.approx(rent, rel=1e-9)
        assert made.homes.share == pytest.approx(np.array(h) / sum(h), rel=1e-11)


# ------------------------------------------------------------------ in a run

RUN = {
    "world.name": "monocentric",
    "population.weight": 40,
    "time.start": "2025Q1",
    "time.end": "2027Q4",
    "consider.lambda0": 0.3,
    "choose.cost_other_district": 0.5,
    "choose.cost_other_province": 0.5,
}


def ran(values: dict[str, Any] | None = None, **options: Any) -> Any:
    model = first_model(with_values(Scenario(), RUN | (values or {})), **options)
    model.run()
    return model


def test_dear_rents_keep_people_away() -> None:
    """One market's rents doubled: every nest and place weight of it falls by the closed form, no other changes."""
    model = first_model(with_values(Scenario(), RUN))
    before = tables_of(model)
    model.housing._rent_start[1] *= 2.0
    after = tables_of(model)
    here = model.geography.district == 1
    choose, share = model.settings.choose, model.settings.money.rent_share
    factor = 2.0 ** (-choose.beta_income * share / choose.theta)
    ratio = after.choose.place_weight / before.choose.place_weight
    # relative to the best place of the type, which may be one of these
    ratio /= ratio[:, ~here].mean(axis=1, keepdims=True)
    assert ratio[:, here] == pytest.approx(factor, rel=1e-9)
    assert ratio[:, ~here] == pytest.approx(1.0, rel=1e-9)
    assert after.choose.need_own[1] > before.choose.need_own[1]
    assert after.choose.need_own[0] == before.choose.need_own[0]


def test_crowded_services_are_what_households_see() -> None:
    model = ran()
    left = model.housing.crowding()
    assert left.min() < 1.0
    provided, seen = model.governments.access(), model.access()
    for s in (HEALTH, EDUCATION):
        assert seen[:, s] == pytest.approx(provided[:, s] * left, rel=1e-15)
    others = [s for s in range(5) if s not in (HEALTH, EDUCATION)]
    assert np.array_equal(seen[:, others], provided[:, others])
    cut = ran({"feedback.services": False})
    assert np.array_equal(cut.access(), cut.governments.access())


def test_without_feedback_of_housing_rents_and_dwellings_stay() -> None:
    start, model = first_model(with_values(Scenario(), RUN)), ran({"feedback.housing": False})
    assert np.array_equal(model.housing.homes.rent, start.housing.homes.rent)
    assert np.array_equal(model.housing.dwellings, start.housing.dwellings)
    assert not np.array_equal(model.network, start.network), "people move, and networks still follow"
    free = ran()
    assert not np.array_equal(free.housing.homes.rent, start.housing.homes.rent)
    assert sha(free) != sha(model)


def test_both_engines_build_the_same() -> None:
    assert sha(ran({"time.end": "2025Q4"})) == sha(ran({"time.end": "2025Q4"}, engine="objects"))


def test_state_is_all_that_decides_the_future() -> None:
    whole, households = market()
    for k in range(4):
        whole.step(households * (10 + k) // 10, NOTHING + k, SAME)
    late = HousingMarket(
        WORLD,
        Housing(),
        Money(),
        dwellings=households * 2,
        households=households * 3,
        persons_a_dwelling=np.full(P, 4.0),
        income=np.ones(L),
        dt_quarters=1.0,
    )
    kept = {name: values.copy() for name, values in whole.state().items()}
    late.restore(kept)
    for k in range(4, 8):
        for each in (whole, late):
            each.step(households * (10 + k) // 10, NOTHING + k, SAME)
    ours, theirs = whole.state(), late.state()
    assert all(ours[name].tobytes() == theirs[name].tobytes() for name in ours)
    for a, b in zip(whole.homes, late.homes, strict=True):
        assert a.tobytes() == b.tobytes()
    del kept["pressure"]
    with pytest.raises(ValueError, match="needed are"):
        late.restore(kept)
    with pytest.raises(ValueError, match=r"pressure must have shape \(8,\)"):
        late.restore({**kept, "pressure": np.zeros(3)})

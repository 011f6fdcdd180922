from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dicu.compute import numeric
from dicu.population import margins
from dicu.population.archetypes import KINDS, archetypes
from dicu.population.margins import load_margins, tilt_to_mean
from dicu.population.raking import rake
from dicu.world.country import made_up, shipped_table

COUNTRY = made_up(2019, ())


def test_portable_functions_agree_with_the_library():
    x = np.linspace(-30, 30, 4001)
    np.testing.assert_allclose(numeric.exp_of(x), np.exp(x), rtol=2e-14)
    y = np.exp(x)
    np.testing.assert_allclose(numeric.log_of(y), np.log(y), rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(numeric.power_of(y[::40], -1.2), y[::40] ** -1.2, rtol=1e-12)
    assert numeric.exp_of(np.zeros(1))[0] == 1.0
    with pytest.raises(ValueError, match="not positive"):
        numeric.log_of(np.array([1.0, 0.0]))


def test_solve_solves_and_refuses_repeated_constraints():
    a = np.array([[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 2.0]])
    x = np.array([1.0, -2.0, 3.0])
    np.testing.assert_allclose(numeric.solve(a, a @ x), x, rtol=1e-14)
    with pytest.raises(ValueError, match="repeats"):
        numeric.solve(np.ones((2, 2)), np.ones(2))


def test_margins_are_the_official_sums():
    m = load_margins(COUNTRY)
    assert m.pyramid[:3].sum() == pytest.approx(0.243, abs=1e-4)
    assert m.pyramid[3:13].sum() == pytest.approx(0.680, abs=1e-4)
    assert m.pyramid[13:].sum() == pytest.approx(0.077, abs=1e-4)
    men, women = m.pyramid.sum(axis=0)
    assert 100 * men / women == pytest.approx(99.1, abs=0.05)
    assert m.size.sum(axis=1) == pytest.approx([1, 1])


@pytest.mark.parametrize("mean", [1.5, 2.0, 3.3, 3.6, 5.5])
def test_tilting_gives_the_mean_and_keeps_odds_geometric(mean):
    share = load_margins(COUNTRY).size[1]
    p = tilt_to_mean(share, mean)
    assert p.sum() == pytest.approx(1)
    assert (p * np.arange(1, 7)).sum() == pytest.approx(mean, abs=1e-12)
    ratio = np.log(p / share)
    np.testing.assert_allclose(np.diff(ratio), ratio[1] - ratio[0], atol=1e-9)


def test_a_mean_that_cannot_be_had_is_refused():
    with pytest.raises(ValueError, match=r"mean household size 6\.0: between"):
        tilt_to_mean(load_margins(COUNTRY).size[0], 6.0)


def test_every_archetype_is_a_possible_household():
    library = archetypes()
    here = library.member > 0
    group = (library.member.astype(int) - 1) >> 1
    assert (here.sum(axis=1) == library.size).all()
    assert (np.diff(np.where(here, group, -1), axis=1) <= 0).all()  # eldest first, nobody last
    assert (np.where(here, group >= 3, False).any(axis=1)).all()  # somebody is 15 or older
    assert set(np.unique(library.kind)) == set(range(len(KINDS)))
    np.testing.assert_allclose(library.prior.sum(axis=0), 1)
    assert len(np.unique(np.column_stack([library.kind, library.member]), axis=0)) == len(library)
    assert (np.diff(library.size) >= 0).all()


def test_raking_meets_every_margin():
    m = load_margins(COUNTRY)
    size = np.stack([tilt_to_mean(m.size[0], 3.6), tilt_to_mean(m.size[1], 3.3)])
    raked = rake(archetypes(), m, size)
    np.testing.assert_allclose(raked.fitted, raked.target, atol=1e-9)
    assert (raked.weight > 0).all()
    urban = m.rates("urban_person_share")
    mix = (1 - urban) * raked.pyramid[0] + urban * raked.pyramid[1]
    np.testing.assert_allclose(mix, m.pyramid, atol=1e-9)
    by_size = np.array([raked.weight[archetypes().size == s].sum(axis=0) for s in range(1, 7)]).T
    np.testing.assert_allclose(by_size / by_size.sum(axis=1, keepdims=True), size, atol=1e-9)


def test_margins_that_contradict_each_other_are_refused():
    m = load_margins(COUNTRY)
    pyramid = m.pyramid.copy()
    pyramid[:3] += 0.2  # far more children than the households have room for
    pyramid /= pyramid.sum()
    bad = margins.Margins(pyramid, m.size, m.rates)
    only_singles = np.full((2, 6), 1e-4)
    only_singles[:, 0] = 1 - 5e-4
    with pytest.raises(ValueError, match=r"raking|constraint"):
        rake(archetypes(), bad, only_singles)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("age_sex", lambda t: t.iloc[1:], r"age_sex: column age_from: must be 0, 5"),
        ("age_sex", lambda t: t.assign(male=0.0), "age_sex: nobody in one of the groups"),
        ("household_size", lambda t: t.assign(size=1), "household_size: column size: must be 1 .. 6"),
        ("household_size", lambda t: t.assign(urban=0.0), "household_size: no household of one of the sizes"),
        ("rates", lambda t: t.assign(name="trained"), r"rates: column name: unknown \['trained'\]"),
    ],
)
def test_a_bad_table_is_named(name, change, message):
    tables = {name: change(shipped_table(name).copy())}
    with pytest.raises(ValueError, match=message):
        load_margins(replace(COUNTRY, tables=tables))


def test_a_country_borrows_what_it_does_not_state():
    """Its own names are whole: nothing of the lender is mixed into them, and the lender's provinces stay at home."""
    own = pd.DataFrame(
        {"name": ["trained_share", "trained_share"], "key": "", "province": ["", "02"], "value": [0.5, 0.7]}
    )
    rates = load_margins(replace(COUNTRY, tables={"rates": own})).rates
    assert rates("trained_share") == 0.5
    assert rates.by_province == {("trained_share", "02"): 0.7}
    assert rates("agriculture_urban") == load_margins(COUNTRY).rates("agriculture_urban")
    assert load_margins(COUNTRY).rates.by_province == {}


def test_an_unknown_rate_names_those_known():
    with pytest.raises(KeyError, match="trained_share"):
        load_margins(COUNTRY).rates("trained_shar")
    assert math.isclose(load_margins(COUNTRY).rates("agriculture_urban"), 0.10)

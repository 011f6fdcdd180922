"""Each province is raked to its own ages; everything else stays the nation's."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

from dicu.population.archetypes import archetypes
from dicu.population.columns import BIRTH_YEAR_ZERO, MEMBERS
from dicu.population.margins import MarginsError, load_margins, tilt_to_mean
from dicu.population.province_ages import nation_alone, rake_provinces
from dicu.population.raking import Raked, rake
from dicu.population.synthesis import synthesise
from dicu.reform.opening import load_viet_nam
from dicu.scenario.parameters import Income, Ties
from dicu.scenario.sections import Population
from dicu.world.country import made_up

YOUNG = np.linspace(1.6, 0.4, 17)[:, None]


@pytest.fixture(scope="module")
def nation() -> Raked:
    margins = load_margins(made_up(2019, ()))
    size = np.stack([tilt_to_mean(margins.size[0], 3.6), tilt_to_mean(margins.size[1], 3.3)])
    return rake(archetypes(), margins, size)


def pyramid(nation: Raked, urban: float, tilt: np.ndarray | float = 1.0) -> np.ndarray:
    mix = ((1 - urban) * nation.pyramid[0] + urban * nation.pyramid[1]) * tilt
    return np.asarray(mix / mix.sum())


def test_a_province_gets_its_ages_and_keeps_the_sizes_of_the_nation(nation: Raked) -> None:
    urban = {"a": 0.2, "b": 0.7, "c": 0.4}
    wanted = {"a": pyramid(nation, 0.2, YOUNG), "b": pyramid(nation, 0.7, YOUNG[::-1])}
    groups = rake_provinces(archetypes(), nation.weight, nation.size_target, wanted, urban)
    assert groups.weight.shape == (6, len(archetypes()))
    assert groups.misfit < 1e-8
    for r, code in enumerate("ab"):
        mix = (1 - urban[code]) * groups.pyramid[2 * r] + urban[code] * groups.pyramid[2 * r + 1]
        np.testing.assert_allclose(mix, wanted[code], atol=1e-9)
    for group, weight in enumerate(groups.weight):
        sizes = np.bincount(archetypes().size - 1, weights=weight, minlength=MEMBERS)
        np.testing.assert_allclose(sizes, nation.size_target[group % 2], atol=1e-9)
    # one without ages of its own is the nation
    np.testing.assert_array_equal(groups.weight[4:], nation_alone(archetypes(), nation.weight).weight)


def test_the_ages_of_the_nation_change_no_weight(nation: Raked) -> None:
    groups = rake_provinces(
        archetypes(), nation.weight, nation.size_target, {"a": pyramid(nation, 0.3)}, {"a": 0.3}
    )
    np.testing.assert_allclose(
        groups.weight, nation_alone(archetypes(), nation.weight).weight, rtol=1e-7, atol=1e-12
    )


@pytest.mark.parametrize("urban", [0.0, 1.0])
def test_a_province_of_one_kind_alone_is_raked_too(nation: Raked, urban: float) -> None:
    wanted = pyramid(nation, urban, YOUNG)
    groups = rake_provinces(archetypes(), nation.weight, nation.size_target, {"a": wanted}, {"a": urban})
    np.testing.assert_allclose(groups.pyramid[int(urban)], wanted, atol=1e-9)


def test_ages_that_no_households_have_name_their_province(nation: Raked) -> None:
    children = np.full((17, 2), 1e-4)
    children[:3] = 1.0
    with pytest.raises(MarginsError, match=r"age_sex_province: province a: .* cannot have these ages"):
        rake_provinces(
            archetypes(), nation.weight, nation.size_target, {"a": children / children.sum()}, {"a": 0.3}
        )


def test_children_and_the_old_of_viet_nam_live_where_they_were_counted() -> None:
    world = load_viet_nam(2014)
    households, report = synthesise(
        world, Population(weight=100), start_year=2014, income=Income(), ties=Ties()
    )
    assert report.raking_misfit < 1e-9
    member = households.member[: households.n].astype(np.int64)
    age = np.where(member > 0, 2014 - (member >> 1) - BIRTH_YEAR_ZERO, -1)
    province = world.province[households.place[: households.n]]
    table = world.country.table("age_sex_province")
    table = table.assign(persons=table["male"] + table["female"])
    n = len(world.legacy_provinces)
    whole = table.groupby("province")["persons"].sum()
    for ages, low, high in (("children", 0, 14), ("old", 65, 130)):
        here = ((age >= low) & (age <= high)).sum(axis=1)
        found = np.bincount(province, here, n) / np.bincount(province, (age >= 0).sum(axis=1), n)
        rows = table[table["age_from"].between(low, high)]
        counted = (rows.groupby("province")["persons"].sum() / whole)[world.legacy_provinces.code.tolist()]
        assert np.corrcoef(found, counted)[0, 1] > 0.99, ages
        assert np.abs(found - counted.to_numpy()).max() < 0.012, ages


@pytest.mark.parametrize(
    "change",
    [lambda t: t.iloc[1:], lambda t: t.assign(male=0.0), lambda t: pd.concat([t, t])],
    ids=["a group missing", "nobody", "twice"],
)
def test_margins_refuse_ages_of_a_province_that_are_not_whole(change: object) -> None:
    country = made_up(2019, ())
    table = pd.DataFrame({"province": "01", "age_from": range(0, 85, 5), "male": 1.0, "female": 1.0})
    spoilt = change(table)  # type: ignore[operator]
    told = replace(country, tables=MappingProxyType({**country.tables, "age_sex_province": spoilt}))
    assert (
        "01"
        in load_margins(
            replace(country, tables=MappingProxyType({**country.tables, "age_sex_province": table}))
        ).of_province
    )
    with pytest.raises(ValueError, match="age_sex_province: province 01: must have 0, 5"):
        load_margins(told)

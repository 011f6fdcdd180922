"""Centrally governed cities: who has the package, what it does to jobs, building and revenue, and that it ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dicu.economy.central import Central, district_names, districts_of
from dicu.government import books
from dicu.reform.opening import load_viet_nam
from dicu.scenario.calendar import Calendar
from dicu.scenario.cities import districts, known_cities, known_sites
from dicu.scenario.loader import ConfigurationErrors, load
from dicu.scenario.parameters_city import Cities
from dicu.scenario.scenario import Scenario, UnfitScenario, with_values
from dicu.world.small import monocentric
from states import assert_budgets, first_model, sha

RUN = {"world.name": "monocentric", "population.weight": 100, "time.start": "2025Q1", "time.end": "2026Q4"}
YEARS = Calendar("2024Q1", "2027Q4", "quarter")


def test_the_names_are_those_of_the_world() -> None:
    """What a configuration may say, checked before there is a world, is what the world of Viet Nam holds."""
    world = load_viet_nam()
    here = [
        (code, name, kind, world.legacy_provinces.name[parent])
        for code, name, kind, parent in zip(
            world.districts.code.tolist(),
            district_names(world),
            world.districts.kind.tolist(),
            world.districts.parent.tolist(),
            strict=True,
        )
    ]
    assert list(districts()) == here
    for name in known_cities():
        assert len(districts_of(name, world, "key")) >= 1
    for name in known_sites()[::37]:
        assert len(districts_of(name, world, "key", sites=True)) >= 1
    hue = districts_of("Huế", world, "key")
    assert {world.legacy_provinces.code[world.districts.parent[d]] for d in hue} == {"46"}
    assert len(districts_of("Thành phố Vinh", world, "key")) == 1


def test_hue_is_the_default_from_2025_on() -> None:
    world = load_viet_nam()
    central = Central(Cities(), YEARS, world)
    assert [central.acts(now) for now in (3, 4, 15)] == [False, True, True]
    growth = central.job_growth(4)
    assert set(growth.tolist()) == {0.0, 0.0025}
    assert np.flatnonzero(growth).tolist() == districts_of("Huế", world, "key").tolist()
    assert set(central.revenue(4).tolist()) == {1.0, 1.2}
    assert set(central.building(4).tolist()) == {1.0, 1.5}
    for table in (central.job_growth(3), central.revenue(3) - 1, central.building(3) - 1):
        assert not table.any()


def test_the_package_can_be_taken_away() -> None:
    world = monocentric()
    central = Central(Cities(central=("Plain",), central_end="2026Q2"), YEARS, world)
    assert [central.acts(now) for now in (3, 4, 8, 9, 15)] == [False, True, True, False, False]
    early = Central(Cities(central=("Plain",), central_date="2001Q1"), YEARS, world)
    assert early.acts(0)
    assert not Central(Cities(central=()), YEARS, world).acts(5)
    assert not Central(Cities(), YEARS, world).acts(5), "by default nobody has it in a made-up world"


def test_it_changes_jobs_building_and_revenue_as_declared() -> None:
    given = {"cities.central": ["Plain"], "cities.central_date": "2025Q1", "feedback.jobs": False}
    one = first_model(with_values(Scenario(), RUN | given))
    none = first_model(with_values(Scenario(), RUN | given | {"cities.central": []}))
    inside = one.world.districts.parent == 1
    for now in range(4):
        for m in (one, none):
            m.markets.step(m.workers, m.residents, now, now)
    # the package brings x a quarter, and the local multiplier 0.3 for each job of it
    ratio = one.markets.formal.jobs / none.markets.formal.jobs
    assert ratio[inside] == pytest.approx((1 + 1.3 * (np.exp(0.0025) - 1)) ** 4, rel=1e-12)
    assert (ratio[~inside] == 1.0).all()

    one, none = (first_model(m.settings) for m in (one, none))
    one.step()
    none.step()
    a, b = one.governments.revenue, none.governments.revenue
    places = inside[one.world.district]
    for kind in ("tax", "land"):
        here, there = getattr(a, kind), getattr(b, kind)
        assert np.array_equal(here[~places], there[~places])
        assert here[places] == pytest.approx(1.2 * there[places], rel=1e-3)
    assert_budgets(one)
    books.check(one.governments)


def test_it_changes_what_people_do_and_its_absence_nothing() -> None:
    def end(values: dict[str, Any]) -> str:
        model = first_model(with_values(Scenario(), RUN | values))
        model.run()
        return sha(model)

    none = end({"cities.central": []})
    assert end({}) == none
    assert end({"cities.central": ["City"], "cities.central_date": "2030Q1"}) == none
    assert end({"cities.central": ["City"]}) != none


def test_unknown_cities_are_named_with_the_nearest(tmp_path: Any) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("cities:\n  central: [Hue, Thành phố Vinh]\n")
    with pytest.raises(ConfigurationErrors) as error:
        load(path)
    assert error.value.messages == [
        f"{path}:2:12: cities.central: no such place (got 'Hue'; did you mean 'Huế')"
    ]
    assert load(path, ["cities.central=[]"]).scenario.cities.central == ()
    assert load(path, ["cities.central=[Đà Lạt]", "world.name=ring"]).scenario.cities.central == ("Đà Lạt",)
    with pytest.raises(
        ValueError, match=r"cities.central: no such place \(got 'Đà Lạt', allowed City, Plain, Hills"
    ):
        first_model(with_values(Scenario(), RUN | {"cities.central": ["Đà Lạt"]}))
    for wrong, text in (("Huế", "not a list"), ("[1]", "not a list of words")):
        with pytest.raises(ConfigurationErrors, match=text):
            load(path, [f"cities.central={wrong}"])


def test_hue_has_it_by_default_in_viet_nam_alone() -> None:
    """Named by nobody, it is that of fact: a province of this name in another world gets nothing by silence."""
    vietnam = load_viet_nam(2024)
    package = Central(Cities(), YEARS, vietnam)
    hue = vietnam.legacy_provinces.name[vietnam.districts.parent] == "Huế"
    assert hue.any()
    assert np.array_equal(package.districts, hue)
    assert np.array_equal(Central(Cities(central=("Huế",)), YEARS, vietnam).districts, hue)
    names = vietnam.legacy_provinces.name
    without = replace(
        vietnam, legacy_provinces=replace(vietnam.legacy_provinces, name=np.where(names == "Huế", "X", names))
    )
    assert not Central(Cities(), YEARS, without).districts.any()
    nobody = replace(
        vietnam,
        country=replace(vietnam.country, file=vietnam.country.file.model_copy(update={"central_cities": ()})),
    )
    assert not Central(Cities(), YEARS, nobody).districts.any()
    with pytest.raises(UnfitScenario, match=r"^cities\.central: no such place \(got 'Huế'"):
        Central(Cities(central=("Huế",)), YEARS, without)


@pytest.mark.parametrize("end", ["2024Q4", "2025Q1", "2025-01"])
def test_a_package_that_ends_before_it_begins_is_refused(end: str, tmp_path: Any) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(f"cities:\n  central_date: 2025Q1\n  central_end: {end}\n")
    with pytest.raises(ConfigurationErrors) as error:
        load(path)
    assert error.value.messages == [
        f"{path}:3:16: cities.central_end: not after the beginning (got '{end}', allowed null, or a period after "
        "cities.central_date = '2025Q1')"
    ]
    path.write_text("cities:\n  central_date: 2025Q1\n  central_end: 2025-02\n")
    assert load(path).scenario.cities.central_end == "2025-02"

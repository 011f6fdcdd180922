"""The standard table of what luck decides: its law, its bounds, and that it is read from the nearest weight."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicu_analysis import measure_spread, seed_spread
from dicu_analysis.figures import net_migration_map, services_by_province
from dicu_analysis.language import ENGLISH, VIETNAMESE, Words
from dicu_analysis.load import Run
from dicu_analysis.report.maps import told


def test_the_table_has_what_the_figures_ask_for() -> None:
    table = seed_spread.table()
    assert not table.duplicated(["quantity", "level", "kind", "weight"]).any()
    assert (table["seeds"] >= 4).all()
    law = table[table["level"] != "run"]
    assert (law["sd"] > 0).all(), "a coefficient of 0 would call every sign sure"
    assert (table["low"] <= table["sd"]).all()
    assert (table["sd"] <= table["high"]).all()
    assert set(table["model_version"].str[:6]) == {"0.1.0+"}


def test_rates_follow_the_root_of_weight_over_residents_and_years() -> None:
    one = seed_spread.of_rates([1e6], 1000, 5.0)
    c = seed_spread.coefficient("net_per_1000_a_year", "province", 1000)
    assert one == pytest.approx(c * np.sqrt(1000 / 5e6))
    assert seed_spread.of_rates([4e6], 1000, 5.0) == pytest.approx(one / 2)
    assert seed_spread.of_rates([1e6], 1000, 20.0) == pytest.approx(one / 2)
    assert np.isnan(seed_spread.of_rates([0.0], 1000, 5.0)).all(), "nobody lives there: nothing is known"
    with pytest.raises(KeyError, match="no spread of 'nonsense'"):
        seed_spread.of_rates([1e6], 1000, 5.0, "nonsense")


def test_a_weight_that_was_not_measured_is_extrapolated_and_says_so(monkeypatch) -> None:
    rows = [
        ("a", "run", "level", 1000, 3.0),
        ("a", "run", "level", 100, 1.0),
        ("a", "run", "difference", 1000, 7.0),
    ]
    made = pd.DataFrame(rows, columns=["quantity", "level", "kind", "weight", "sd"]).assign(seeds=8)
    monkeypatch.setattr(seed_spread, "table", lambda: made)
    at = seed_spread.spread("a", 100)
    assert (at.sd, at.extrapolated) == (1.0, False)
    one = seed_spread.spread("a", 1)
    assert one.sd == pytest.approx(0.1)
    assert (one.measured, one.extrapolated) == (100, True)
    assert seed_spread.spread("a", 4000).sd == pytest.approx(6.0)
    assert seed_spread.spread("a", 1000, "difference").sd == 7.0
    assert seed_spread.spread("b", 100) is None


def test_bounds_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(3)
    seen = [measure_spread.bounds(float(np.std(rng.normal(size=8), ddof=1)), 7) for _ in range(4000)]
    assert np.mean([low <= 1.0 <= high for low, high in seen]) == pytest.approx(0.95, abs=0.015)


def test_the_fit_finds_the_coefficient_that_made_the_data(monkeypatch) -> None:
    residents, years, weight, c = np.array([2e5, 1e6, 8e6]), np.array([6.0, 6.0, 10.0]), 100, 150.0
    rng = np.random.default_rng(7)

    class Fake:
        manifest = {"weight": weight}  # noqa: RUF012

    def made(run, level):
        noise = rng.normal(size=3) * c * np.sqrt(weight / (residents * years))
        return pd.DataFrame(
            {"net": np.array([-3.0, 0.0, 5.0]) + noise, "residents": residents, "years": years}
        )

    monkeypatch.setattr(measure_spread, "unit_rates", made)
    found, freedom = measure_spread.fitted([Fake()] * 400, "province", "net")
    assert freedom == 399 * 3
    assert found == pytest.approx(c, rel=0.05)


@pytest.fixture(scope="module")
def small(synthetic, tmp_path_factory) -> Run:
    """A run of a made-up world."""
    return Run(synthetic.make_run(tmp_path_factory.mktemp("spread")))


def test_measured_is_said_of_what_was_measured_alone(small) -> None:
    """Property: another world, weight or span of years is said to be carried over."""
    run = Run(small.folder)
    config = run.manifest["config"]
    config["world"], config["time"] = {"name": "viet_nam"}, {"start": "2019Q2", "end": "2035Q4"}
    run.manifest["weight"] = 1000
    assert seed_spread.basis(run, ENGLISH).en == "measured"
    for change in (
        lambda: run.manifest.update(weight=500),
        lambda: config.update(time={"start": "2019Q2", "end": "2030Q4"}),
        lambda: config.update(world={"name": "ring"}),
    ):
        kept = run.manifest["weight"], config["time"], config["world"]
        change()
        assert seed_spread.basis(run, ENGLISH).en.startswith("carried over from Viet Nam"), run.manifest
        assert "Việt Nam, quý II năm 2019 đến cuối năm 2035" in seed_spread.basis(run, VIETNAMESE).vi
        run.manifest["weight"], config["time"], config["world"] = kept
    assert seed_spread.basis(run, VIETNAMESE).vi == "đã đo"


def test_a_smaller_world_is_less_sure_of_shares_and_surer_of_sums(small) -> None:
    people = float(small.national["persons"].iloc[0])
    weight = int(small.manifest["weight"])
    size = np.sqrt(people / seed_spread.PEOPLE)
    share, sums = (seed_spread.sd_of(k, small) for k in ("share.urban.end", "persons.urban.end"))
    assert share == pytest.approx(seed_spread.spread("share.urban.end", weight).sd / size)
    assert sums == pytest.approx(seed_spread.spread("persons.urban.end", weight).sd * size)
    assert seed_spread.sd_of("nonsense", small) is None


def test_provinces_that_change_places_with_the_seed_are_not_named() -> None:
    """Two seeds whose leaders change places: neither title names one; one leader far ahead is named by both."""
    sd = pd.Series({"a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0, "e": 1.0})

    def extremes(*net: float) -> dict[str, list[str]]:
        table = pd.DataFrame({"net_per_1000_a_year": net}, index=sd.index)
        return net_migration_map._extremes(net_migration_map.Panel(0, ("2020Q1", "2020Q4"), table, sd))

    for seed in ((1.5, 1.2, 0.1, -0.2, -1.0), (1.1, 1.6, -0.1, 0.2, -0.8)):
        assert extremes(*seed) == {"gain": [], "lose": []}
    assert extremes(9.0, 1.2, 0.1, -0.2, -8.0) == {"gain": ["a"], "lose": ["e"]}
    assert extremes(9.0, 8.5, 0.1, -0.2, -8.0)["gain"] == ["a", "b"], "either of two, and not one of them"


def test_the_words_of_a_map_count_provinces_beyond_luck_and_name_none() -> None:
    values = pd.Series({"01": 3.0, "02": 0.4, "03": -2.0})
    text = told(Words("en"), values, values.abs() <= 1.0, lambda v: f"{v:+.1f}")
    assert text == "From -2.0 to +3.0: 1 of 3 provinces above 0 and 1 below it, beyond luck"


def test_a_count_that_another_seed_can_change_is_a_range(small) -> None:
    """Property: a way a little over a minute is counted in one seed and not in the next."""
    residents = pd.Series([1e6, 1e6, 1e6])
    sd = float(seed_spread.of_means("travel_minutes", residents, int(small.manifest["weight"]))[0])
    count = services_by_province.counted
    far = 1 + 10 * sd
    assert count(small, "travel_minutes", pd.Series([far, far, -far]), residents) == "2"
    assert count(small, "travel_minutes", pd.Series([far, 1 + sd, -far]), residents) == "1 to 2"

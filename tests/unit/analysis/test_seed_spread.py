"""The standard table of what luck decides: its law, its bounds, and that it is read from the nearest weight."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicu_analysis import seed_spread


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
    seen = [seed_spread.bounds(float(np.std(rng.normal(size=8), ddof=1)), 7) for _ in range(4000)]
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

    monkeypatch.setattr(seed_spread, "unit_rates", made)
    found, freedom = seed_spread.fitted([Fake()] * 400, "province", "net")
    assert freedom == 399 * 3
    assert found == pytest.approx(c, rel=0.05)

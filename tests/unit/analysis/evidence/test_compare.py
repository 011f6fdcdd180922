"""Both sides under one script: a slope that was put in is found, and what is apart is told in standard errors."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dicu_analysis.estimators.gravity import Coefficient
from dicu_analysis.evidence.compare import Row, as_json, as_table
from dicu_analysis.evidence.cross import slope


def c(estimate: float, se: float) -> Coefficient:
    return Coefficient("x", estimate, se, estimate - 2 * se, estimate + 2 * se, 63)


def test_a_slope_that_was_put_in_is_found() -> None:
    rng = np.random.default_rng(1)
    x = rng.uniform(0, 1, 63)
    found = slope(x, 3.2 * x + rng.normal(0, 0.3, 63))
    assert found.covers(3.2)
    assert found.estimate == pytest.approx(3.2, abs=0.5)
    y = np.r_[3.2 * x[:-1], -np.inf]  # a province without arrivals is left out
    assert slope(x, y).estimate == pytest.approx(3.2)
    assert slope(x, y).n == 62


def test_apart_by_hand_as_table_and_as_json() -> None:
    """Runs 1 and 3 (variance 2) beside 5 +- 2: (2 - 5) / sqrt(4 + 2)."""
    row = Row("cross-section", "a", "ln a on b", c(5.0, 2.0), (c(1.0, 9.0), c(3.0, 9.0)))
    assert row.apart == pytest.approx(-3 / 6**0.5)
    assert "| ln a on b | +5.0000 (s.e. 2.0000, n 63) | +2.0000 (+1.0000 to +3.0000) | -1.2 |" in as_table(
        [row]
    )
    told = json.loads(as_json([row]))[0]
    assert told["model"]["mean"] == 2.0
    assert told["data"]["se"] == 2.0
    assert told["apart_in_standard_errors"] == pytest.approx(-3 / 6**0.5)
    alone = Row("cross-section", "a", "ln a on b", c(5.0, 2.0), (c(1.0, 1.5),))
    assert alone.apart == pytest.approx(-4 / 2.5)

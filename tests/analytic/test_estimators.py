"""Estimators of the second opinion recover what was put into made-up data, and miss where theory says so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicu_analysis.estimators.event_study import event_study
from dicu_analysis.estimators.gravity import ppml
from dicu_analysis.estimators.panel import panel

MASS, DISTANCE = 0.8, -1.2


def logit_flows(places: int = 40, movers: int = 20_000, seed: int = 1) -> pd.DataFrame:
    """Moves of a conditional logit: weight mass^0.8 distance^-1.2, given departures from each origin."""
    rng = np.random.default_rng(seed)
    xy, mass = rng.uniform(0, 1000, (places, 2)), np.exp(rng.normal(10, 1, places))
    km = np.hypot(*np.moveaxis(xy[:, None] - xy[None], -1, 0)) + 5.0
    weight = mass[None] ** MASS * km**DISTANCE
    np.fill_diagonal(weight, 0.0)
    flows = np.stack([rng.multinomial(movers, w / w.sum()) for w in weight])
    o, d = np.nonzero(~np.eye(places, dtype=bool))
    return pd.DataFrame(
        {"o": o, "d": d, "flow": flows[o, d], "mass": np.log(mass)[d], "distance": np.log(km)[o, d]}
    )


def test_poisson_gravity_recovers_a_logit() -> None:
    """Number 5 of section 8: 0.8 on log mass, -1.2 on log distance, within four standard errors."""
    found = ppml(logit_flows(), "flow", "mass + distance", fixed=("o",), cluster="o")
    for name, truth in (("mass", MASS), ("distance", DISTANCE)):
        assert abs(found[name].distance(truth)) < 4
        assert found[name].se < 0.05


def test_poisson_gravity_recovers_an_interaction() -> None:
    """Arms of a 2 x 2: the coefficient of U x R is the second difference of the log."""
    arms = []
    for u in (0, 1):
        for r in (0, 1):
            flows = logit_flows(seed=2 + 2 * u + r)
            flows["flow"] = np.random.default_rng(9 + 2 * u + r).poisson(
                flows["flow"] * np.exp(0.2 * u + 0.1 * r + 0.15 * u * r)
            )
            arms.append(flows.assign(U=u, R=r))
    data = pd.concat(arms, ignore_index=True)
    found = ppml(data, "flow", "U + R + U:R", fixed=("o^d",), cluster="o")
    assert abs(found["U:R"].distance(0.15)) < 4


def test_negative_flows_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        ppml(pd.DataFrame({"flow": [1.0, -1.0], "x": [0.0, 1.0]}), "flow", "x")


def provinces(effect: float, spill: float = 0.0, trend: float = 0.0, seed: int = 3) -> pd.DataFrame:
    """Sixty provinces over ten years; half are reformed in year 6. ``spill`` reaches the other half."""
    rng = np.random.default_rng(seed)
    p, t = (a.ravel() for a in np.meshgrid(np.arange(60), np.arange(10), indexing="ij"))
    treated, post = p % 2, t >= 6
    y = rng.normal(0, 1, 60)[p] + 0.1 * t + rng.normal(0, 0.1, len(p))
    y += effect * treated * post + spill * (1 - treated) * post + trend * treated * t
    return pd.DataFrame({"p": p, "t": t, "since": t - 6, "treated": treated, "y": y, "x": y * 0 + t})


def test_event_study_recovers_the_effect() -> None:
    found = event_study(provinces(0.5), "y", unit="p", since="since", treated="treated")
    assert abs(found.did.distance(0.5)) < 4
    assert sorted(found.by_time) == [-6, -5, -4, -3, -2, 0, 1, 2, 3]
    assert all(abs(c.distance(0.5 if k >= 0 else 0.0)) < 4 for k, c in found.by_time.items())
    assert found.pre_trend < 4


def test_event_study_sees_a_trend_before() -> None:
    found = event_study(provinces(0.0, trend=0.2), "y", unit="p", since="since", treated="treated")
    assert found.pre_trend > 4


def test_spillovers_bias_the_difference_in_differences() -> None:
    """What reaches the untreated is subtracted: the truth for the treated is 0.5, the study says 0.3."""
    found = event_study(provinces(0.5, spill=0.2), "y", unit="p", since="since", treated="treated")
    assert abs(found.did.distance(0.3)) < 4
    assert not found.did.covers(0.5)


def test_event_study_needs_both_groups_and_the_year_before() -> None:
    data = provinces(0.1)
    with pytest.raises(ValueError, match="treated and untreated"):
        event_study(data[data["treated"] == 1], "y", unit="p", since="since", treated="treated")
    with pytest.raises(ValueError, match="reference"):
        event_study(data[data["since"] != -1], "y", unit="p", since="since", treated="treated")


def test_panel_recovers_a_slope() -> None:
    rng = np.random.default_rng(4)
    data = provinces(0.0)
    data["x"] = rng.normal(0, 1, len(data)) + data["p"] / 30
    data["y"] += -0.7 * data["x"]
    found = panel(data, "y", "x", "p", "t")["x"]
    assert abs(found.distance(-0.7)) < 4
    assert found.n == 600

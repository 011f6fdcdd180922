"""The panel finds the pull and its product with weakness that were put in, and no placebo where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from dicu_analysis.evidence.panel import CROSSED, LEAD, PULL, Provinces, gravity_weights, standardised

N, YEARS = 63, 6
PUT_IN, MORE = 0.05, 0.02


def made(pull: float, crossed: float, noise: float = 0.01, seed: int = 1) -> Provinces:
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 1000, (N, 2))
    far = np.hypot(*(at[:, None] - at[None, :]).transpose(2, 0, 1))
    growth = rng.normal(0.03, 0.02, (N, YEARS + 1))
    start = rng.uniform(1e5, 1e6, (N, 1))
    urban = start * np.exp(np.hstack([np.zeros((N, 1)), np.cumsum(growth, axis=1)]))
    weight = gravity_weights(urban[:, 0], far)
    weak = standardised(rng.normal(size=N))
    x = weight @ (100 * growth[:, :-1])
    ln_out = (
        rng.normal(2, 0.5, (N, 1)) + rng.normal(0, 0.1, (1, YEARS)) + pull * x + crossed * x * weak[:, None]
    )
    return Provinces(
        list(range(YEARS)), np.exp(ln_out + noise * rng.normal(size=x.shape)), urban, weight, weak
    )


def test_what_was_put_in_is_found() -> None:
    found = made(PUT_IN, MORE).estimates()
    assert abs(found[PULL].distance(PUT_IN)) < 4
    assert abs(found[CROSSED].distance(MORE)) < 4
    assert found[PULL].estimate == pytest.approx(PUT_IN, rel=0.2)
    assert not found[PULL].covers(0.0)
    assert not found[CROSSED].covers(0.0)


@pytest.mark.slow  # statistical; `uv run pytest -m slow`
def test_placebos_find_something_one_time_in_twenty() -> None:
    """200 panels without an effect: 5 % of intervals leave out nothing, within binomial bounds (99.9 %: 1-11 %)."""
    found = [made(0.0, 0.0, 0.05, seed).estimates() for seed in range(200)]
    for name in (PULL, CROSSED, LEAD):
        missed = sum(not e[name].covers(0.0) for e in found) / len(found)
        assert 0.005 < missed < 0.115, (name, missed)


def test_weights_by_hand() -> None:
    far = np.array([[0.0, 10.0, 20.0], [10.0, 0.0, 10.0], [20.0, 10.0, 0.0]])
    weight = gravity_weights(np.array([1.0, 1.0, 2.0]), far)
    assert weight[0].tolist() == [0.0, 0.5, 0.5]
    assert weight.sum(axis=1) == pytest.approx(1.0)
    assert (np.diag(weight) == 0).all()


def test_a_province_without_a_rate_is_left_out() -> None:
    panel = made(PUT_IN, MORE)
    panel.out_rate[3] = 0.0
    assert 3 not in set(panel.frame()["province"])
    assert len(panel.frame()) == (N - 1) * YEARS

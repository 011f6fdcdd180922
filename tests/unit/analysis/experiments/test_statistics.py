"""Statistics of paired replicates against closed forms and published numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from dicu_analysis.effects import Effect, equivalence, paired, verdict
from dicu_analysis.experiments.statistics import (
    detectable,
    fieller,
    power,
    power_bound,
    rejection_bounds,
    rejections,
    replicates_for,
    second_difference,
    shared_luck,
)


def test_paired_effect_by_hand() -> None:
    """1, 2, 3, 4: mean 2.5, s.d. sqrt(5/3), t(3) quantile 3.18245."""
    found = paired([1.0, 2.0, 3.0, 4.0])
    assert found.mean == 2.5
    assert found.error == pytest.approx(math.sqrt(5 / 3) / 2)
    assert found.high - found.mean == pytest.approx(3.182446 * found.error, rel=1e-6)
    assert found.p == pytest.approx(stats.ttest_1samp([1.0, 2.0, 3.0, 4.0], 0).pvalue)
    assert (found.n, found.exact) == (4, False)


def test_exact_replicates_have_no_error() -> None:
    none, some = paired([0.0, 0.0, 0.0]), paired([0.5, 0.5])
    assert (none.p, none.low, none.high, none.error) == (1.0, 0.0, 0.0, 0.0)
    assert (some.p, some.interval(0.9)) == (0.0, (0.5, 0.5))
    assert verdict(none, 0.1) == "none, to the bit"
    assert verdict(some, 0.1) == "substantial"
    assert equivalence(some, 0.6).equivalent
    assert not equivalence(some, 0.5).equivalent


@pytest.mark.parametrize("bad", [[1.0], [], [[1.0, 2.0]], [1.0, math.nan]])
def test_what_is_no_sample_is_refused(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="replicate"):
        paired(bad)


def test_second_difference() -> None:
    assert second_difference([10.0, 9.0], [4.0, 4.0], [5.0, 3.0], [1.0, 1.0]).tolist() == [2.0, 3.0]


def test_equivalence_is_the_interval_of_90_percent() -> None:
    """TOST at 5 % rejects exactly when the 90 % interval lies within the bounds."""
    rng = np.random.default_rng(1)
    seen = set()
    for _ in range(200):
        effect = paired(rng.normal(0.05, 0.2, 8))
        low, high = effect.interval(0.9)
        seen.add(equivalence(effect, 0.15).equivalent)
        assert equivalence(effect, 0.15).equivalent == (low > -0.15 and high < 0.15)
    assert seen == {True, False}


def test_verdicts() -> None:
    def effect(mean: float, error: float) -> Effect:
        half = stats.t.ppf(0.975, 9) * error
        p = 2 * stats.t.sf(abs(mean) / error, 9)
        return Effect(mean, error, mean - half, mean + half, float(p), error * math.sqrt(10), 10)

    assert verdict(effect(0.01, 0.02), 0.1) == "negligible"
    assert verdict(effect(0.05, 0.005), 0.1) == "present, negligible"
    assert verdict(effect(0.12, 0.03), 0.1) == "present"
    assert verdict(effect(-0.5, 0.03), 0.1) == "substantial"
    assert verdict(effect(0.1, 0.1), 0.1) == "undecided"
    assert verdict(effect(0.12, 0.03), 0.1, p=0.2) == "undecided", "after Holm it is no longer told apart"


def test_fieller_is_the_set_that_is_not_rejected() -> None:
    """Any ratio inside is not rejected by the t test of numerator - ratio x denominator, any outside is."""
    rng = np.random.default_rng(3)
    y = rng.normal(2.0, 0.5, 12)
    x = 0.7 * y + rng.normal(0.0, 0.3, 12)
    found = fieller(x, y)
    assert found.kind == "bounded"
    assert found.g < 1
    assert found.estimate == pytest.approx(x.mean() / y.mean())
    for edge, inside in ((found.low, 1e-6), (found.high, -1e-6)):
        assert paired(x - (edge + inside) * y).p > 0.05
        assert paired(x - (edge - inside) * y).p < 0.05


def test_fieller_says_when_there_is_no_interval() -> None:
    rng = np.random.default_rng(4)
    kinds = set()
    for shift in (0.0, 0.05, 0.3, 3.0):
        for _ in range(30):
            y = rng.normal(shift, 1.0, 10)
            x = rng.normal(1.0, 1.0, 10)
            found = fieller(x, y)
            kinds.add(found.kind)
            assert (found.kind == "bounded") == (paired(y).p < 0.05)
            assert (found.g < 1) == (found.kind == "bounded")
    assert kinds == {"bounded", "outside", "all"}


@pytest.mark.slow
def test_fieller_covers_as_promised() -> None:
    rng = np.random.default_rng(5)
    y = rng.normal(1.0, 0.6, (4000, 10))
    x = 0.4 + rng.normal(0.0, 0.6, (4000, 10)) + 0.5 * (y - 1.0)
    held = 0
    for a, b in zip(x, y, strict=True):
        f = fieller(a, b)
        inside = f.low <= 0.4 <= f.high
        held += inside if f.kind == "bounded" else (not inside if f.kind == "outside" else True)
    low, high = rejection_bounds(4000)
    assert low <= 1 - held / 4000 <= high


def test_power_as_statsmodels_and_the_specification() -> None:
    """Section 6: 42 replicates for d = 0.5 and 263 for d = 0.2, by the normal; Student's t needs two more."""
    from statsmodels.stats.power import TTestPower

    z = stats.norm.ppf(0.975) + stats.norm.ppf(0.9)
    assert (round(z**2 / 0.25), round(z**2 / 0.04)) == (42, 263)
    assert (replicates_for(0.5), replicates_for(0.2)) == (44, 265)
    for d, n in ((0.5, 44), (0.2, 265), (2.0, 6), (1.0, 3)):
        assert power(d, n) == pytest.approx(TTestPower().power(d, n, 0.05), abs=1e-6)
    assert power(0.5, 43) < 0.9 <= power(0.5, 44)
    assert power(0.0, 10) == pytest.approx(0.05)
    assert replicates_for(1000.0) == 2
    assert power(detectable(2.5, 9) / 2.5, 9) == pytest.approx(0.9)


def test_bounds_of_the_specification() -> None:
    """1,000 placebos: 3.3-6.9 %; 400: 2.5-8.0 %."""
    assert rejection_bounds(1000) == pytest.approx((0.033, 0.069))
    assert rejection_bounds(400) == pytest.approx((0.025, 0.080))
    assert 0.75 < power_bound(100, 0.9) < 0.9


def test_a_true_null_is_rejected_as_often_as_promised() -> None:
    low, high = rejection_bounds(1000)
    samples = np.random.default_rng(7).normal(0, 1, (1000, 6))
    assert low <= rejections(samples) / 1000 <= high
    assert rejections(samples + 3.0) > 950


def test_shared_luck() -> None:
    rng = np.random.default_rng(8)
    luck, noise = rng.normal(0, 1, 400), rng.normal(0, 0.1, 400)
    assert 100 < shared_luck(luck + noise, luck) < 400
    assert shared_luck([1.0, 2.0], [0.0, 1.0]) == math.inf

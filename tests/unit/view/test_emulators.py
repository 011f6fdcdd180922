"""Emulators find the surface that points lie on, choose no more terms than help, and tell how far they are off."""

from __future__ import annotations

import numpy as np
import pytest

from dicu_analysis.view.emulators import fit


def test_a_surface_with_a_product_and_a_square_is_found() -> None:
    x = np.random.default_rng(1).uniform(-1, 1, (40, 2))
    y = 2 + 3 * x[:, 0] - x[:, 1] ** 2 + 0.5 * x[:, 0] * x[:, 1]
    found = fit(x, y)
    weights = dict(zip(found.terms, found.weights, strict=True))
    assert weights[()] == pytest.approx(2)
    assert weights[0,] == pytest.approx(3)
    assert weights[1, 1] == pytest.approx(-1)
    assert weights[0, 1] == pytest.approx(0.5)
    assert found.error < 1e-9


def test_the_error_is_that_of_points_left_out_one_by_one() -> None:
    draws = np.random.default_rng(2)
    x, luck = draws.uniform(-1, 1, (12, 1)), draws.normal(0, 0.3, 12)
    y = x[:, 0] + luck
    found = fit(x, y)
    off = []
    for k in range(12):
        rest = np.arange(12) != k
        design = np.stack([np.prod(x[:, list(t)], axis=1) for t in found.terms], axis=1)
        weights = np.linalg.lstsq(design[rest], y[rest], rcond=None)[0]
        off.append(y[k] - design[k] @ weights)
    assert found.error == pytest.approx(np.sqrt(np.mean(np.square(off))))


def test_too_few_points_have_no_emulator() -> None:
    assert fit(np.array([[-1.0], [1.0]]), np.array([0.0, 1.0])) is None
    assert fit(np.array([[-1.0], [0.0], [1.0], [0.5]]), np.array([0.0, 1.0, 2.0, 1.5])) is not None

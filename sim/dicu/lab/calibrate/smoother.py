"""One pass of the ensemble smoother with multiple data assimilation, by Equinor's `iterative_ensemble_smoother`.

Emerick and Reynolds (2013): each pass takes in the same observations with their error inflated by the number of passes,
so that all together count once. Correlations that a finite ensemble shows by luck are cut (`AdaptiveESMDA`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class NoSmoother(ImportError):
    """The library of the smoother is not installed."""


class NothingMoves(RuntimeError):
    """No figure differs between the members of an ensemble."""


def library() -> Any:
    """Smoother of the library.

    Raises
    ------
    NoSmoother
        Where the library is missing.
    """
    try:
        from iterative_ensemble_smoother import AdaptiveESMDA
    except ImportError as error:
        raise NoSmoother(
            "the package iterative_ensemble_smoother is not installed: pip install 'dicu[calibration]'"
        ) from error
    return AdaptiveESMDA


def one_pass(
    z: Floats, made: Floats, observed: Floats, variance: Floats, *, passes: int, seed: int, localize: float
) -> Floats:
    """Members after one pass, (axes, members).

    Parameters
    ----------
    z : (axes, members)
        Standard normal before any pass.
    made : (figures, members)
        What the members' runs gave.
    observed, variance : (figures,)
        Observations and the variance of their error, luck of a run included.
    localize : float
        Correlations below so many times 1 / sqrt(members) are taken for chance.

    Raises
    ------
    NoSmoother
        Where the library is missing.
    NothingMoves
        When no figure differs between members.
    """
    scale = np.sqrt(variance)
    moves = made.std(axis=1) > 0  # a figure that no member changes tells nothing and has no correlation
    if not moves.any():
        raise NothingMoves(
            f"none of {len(moves)} figures differs between {made.shape[1]} members: the parameters do not act on them"
        )
    smoother = library()(
        covariance=np.ones(int(moves.sum())), observations=(observed / scale)[moves], alpha=passes, seed=seed
    )
    smoother.prepare_assimilation(Y=(made / scale[:, None])[moves], truncation=0.999)

    def kept(correlation: Floats, members: int) -> NDArray[np.bool_]:
        return np.asarray(np.abs(correlation) > min(localize / np.sqrt(members), 1.0))

    return np.asarray(smoother.assimilate_batch(X=z, correlation_callback=kept, n_jobs=1))


__all__ = ["NoSmoother", "NothingMoves", "library", "one_pass"]

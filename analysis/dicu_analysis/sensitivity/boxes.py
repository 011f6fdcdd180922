"""Where an outcome is extreme: a box of parameters by the patient rule induction of ema-workbench (PRIM)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis.sensitivity.design import Design, NotAllowed

Floats = NDArray[np.float64]
FEWEST: Final = 40
"""Points without which a box is luck."""
SHARE: Final = 0.2
"""Of points that count as extreme where no bound is given (assumption A154)."""
CHANCE: Final = 0.05
"""A restriction that would be as good by chance more often is dropped."""


@dataclass(frozen=True)
class Box:
    """A box of parameters.

    Attributes
    ----------
    bound : float
    above : bool
        Points count whose outcome lies above the bound, or below it.
    limits : dict of str to (low, high)
        Restricted parameters alone.
    chance : dict of str to float
        How often a restriction as good would come by chance (binomial; Bryant and Lempert 2010).
    inside, of : int
        Points in the box, and all.
    coverage : float
        Share of the points that count which lie in the box.
    density : float
        Share of the points in the box that count.
    """

    bound: float
    above: bool
    limits: dict[str, tuple[float, float]]
    chance: dict[str, float]
    inside: int
    of: int
    coverage: float
    density: float


def find_box(design: Design, above: float | None = None, below: float | None = None) -> Box | None:
    """The box that holds most of the points beyond a bound; None where no restriction is better than chance.

    Parameters
    ----------
    above, below : float, optional
        One of them; the highest fifth by default.

    Raises
    ------
    NotAllowed
        For both, too few points, a Morris design (its points lie on paths, not over the space), or a bound that
        no point or every point is beyond.
    """
    if above is not None and below is not None:
        raise NotAllowed("--above and --below: one of them")
    if design.kind == "morris":
        raise NotAllowed(
            "a box needs points spread over the space (allowed sweep.sample with sobol, lhs, saltelli)"
        )
    if len(design.y) < FEWEST:
        raise NotAllowed(f"{len(design.y)} points (allowed {FEWEST} or more for a box)")
    high = below is None
    bound = (
        float(np.quantile(design.y, 1 - SHARE))
        if above is None and below is None
        else float((above if below is None else below) or 0.0)
    )
    counts = design.y > bound if high else design.y < bound
    if counts.all() or not counts.any():
        beyond = "above" if high else "below"
        raise NotAllowed(
            f"--{beyond}: {counts.sum()} of {len(counts)} points are {beyond} {bound:g} (allowed a bound between "
            f"{design.y.min():g} and {design.y.max():g})"
        )
    x = pd.DataFrame(design.x, columns=list(design.keys))
    last = _prim(x, counts)
    limits: dict[str, tuple[float, float]] = {}
    for key in design.keys:
        low, high_ = (float(v) for v in last[key])
        if low > x[key].min() or high_ < x[key].max():
            limits[key] = (low, high_)
    limits, chance = _better_than_chance(x, counts, limits)
    if not limits:
        return None
    held = _held(x, limits)
    return Box(
        bound, high, limits, chance, int(held.sum()), len(held), float(counts[held].sum() / counts.sum()),
        float(counts[held].mean()),
    )  # fmt: skip


def _prim(x: pd.DataFrame, counts: NDArray[np.bool_]) -> pd.DataFrame:
    """Limits of the first box, rows low and high."""
    import warnings

    with warnings.catch_warnings():  # of what it could use besides, and its own use of pandas
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        from ema_workbench.analysis import prim

        found = prim.Prim(x, counts.astype(np.int64), peel_alpha=0.05, mass_min=0.05).find_box()
    if found is None:
        return pd.DataFrame([x.min(), x.max()])
    limits: pd.DataFrame = found.box_lims[-1]
    return limits


def _held(x: pd.DataFrame, limits: dict[str, tuple[float, float]]) -> NDArray[np.bool_]:
    held = np.ones(len(x), dtype=bool)
    for key, (low, high) in limits.items():
        held &= x[key].between(low, high).to_numpy()
    return held


def _better_than_chance(
    x: pd.DataFrame, counts: NDArray[np.bool_], limits: dict[str, tuple[float, float]]
) -> tuple[dict[str, tuple[float, float]], dict[str, float]]:
    """Restrictions without those that the box does as well without, the least needed first."""
    from scipy.stats import binomtest

    kept = dict(limits)
    while kept:
        inside = _held(x, kept)
        n, hits = int(inside.sum()), int(counts[inside].sum())
        chance: dict[str, float] = {}
        for key in kept:
            without = _held(x, {k: v for k, v in kept.items() if k != key})
            chance[key] = float(binomtest(hits, n, float(counts[without].mean()), "greater").pvalue)
        worst = max(chance, key=lambda key: chance[key])
        if chance[worst] <= CHANCE:
            return kept, chance
        del kept[worst]
    return {}, {}


__all__ = ["Box", "find_box"]

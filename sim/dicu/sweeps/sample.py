"""Points of a sample design in the unit cube, and their values within a space of parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from dicu.scenario.fields import Leaf
from dicu.scenario.messages import show

Method = Literal["sobol", "lhs", "saltelli", "morris"]
METHODS: Final[tuple[Method, ...]] = ("sobol", "lhs", "saltelli", "morris")
MORRIS_LEVELS: Final = 4
Scale = Literal["linear", "log"]


@dataclass(frozen=True)
class Axis:
    """One dimension of a space: between two bounds, evenly or evenly in the logarithm, or one of some values."""

    path: str
    low: float = 0.0
    high: float = 1.0
    scale: Scale = "linear"
    integer: bool = False
    values: tuple[Any, ...] = ()

    def at(self, u: float) -> Any:
        """The value at ``u``, 0 <= u <= 1."""
        if self.values:
            return self.values[min(int(u * len(self.values)), len(self.values) - 1)]
        if self.integer:
            low, high = int(self.low), int(self.high)
            return min(low + int(u * (high - low + 1)), high)
        if self.scale == "log":
            return math.exp(math.log(self.low) + u * (math.log(self.high) - math.log(self.low)))
        return self.low + u * (self.high - self.low)


def axis_problem(leaf: Leaf, low: Any, high: Any, scale: str) -> str:
    """What is wrong with two bounds of a parameter, "" when nothing is."""
    if leaf.kind not in ("integer", "number"):
        return f"not a number, so it has no bounds (allowed values: [...] with any of {leaf.rule})"
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (low, high))
    if not numbers or not low < high:
        return f"two numbers with low < high are needed (got {show(low)}, {show(high)})"
    if scale == "log" and low <= 0:
        return f"a logarithmic scale begins above 0 (got low {low!r})"
    if leaf.kind == "integer" and not (float(low).is_integer() and float(high).is_integer()):
        return f"bounds of an integer are integers (got {low!r}, {high!r})"
    return ""


def unit_points(method: Method, n: int, dimensions: int, seed: int) -> NDArray[np.float64]:
    """Points of a design, (N, dimensions) float64 in [0, 1]; only Morris's reach 1.

    Parameters
    ----------
    method : {"sobol", "lhs", "saltelli", "morris"}
        Scrambled Sobol points (a longer sample begins with the shorter one), a Latin hypercube, Saltelli's matrix
        for Sobol indices of first and total order: n (dimensions + 2) points, or Morris's trajectories over a grid of
        four levels: n (dimensions + 1) points.
    n : int
        Size of the sample; a power of two for sobol and saltelli; trajectories for morris.
    dimensions, seed : int

    Raises
    ------
    ModuleNotFoundError
        For saltelli and morris without the extra ``analysis``.
    """
    problem = {
        "num_vars": dimensions,
        "names": [str(k) for k in range(dimensions)],
        "bounds": [[0.0, 1.0]] * dimensions,
    }
    if method == "saltelli":
        from SALib.sample import sobol as salib

        return np.asarray(salib.sample(problem, n, calc_second_order=False, seed=seed), dtype=np.float64)
    if method == "morris":
        from SALib.sample import morris

        return np.asarray(morris.sample(problem, n, num_levels=MORRIS_LEVELS, seed=seed), dtype=np.float64)
    from scipy.stats import qmc

    if method == "sobol":
        return np.asarray(qmc.Sobol(dimensions, scramble=True, rng=seed).random(n), dtype=np.float64)
    return np.asarray(qmc.LatinHypercube(dimensions, rng=seed).random(n), dtype=np.float64)

"""The steps at which a run is compared, the same on every page: the eve of the reform, a year after it, the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicu_analysis.load import Run


@dataclass(frozen=True)
class Moments:
    """Steps at which things are compared: the eve of the reform, a year and more after it, and the end."""

    eve: int
    soon: int
    end: int

    def named(self) -> dict[str, int]:
        """By name."""
        return {"eve": self.eve, "soon": self.soon, "end": self.end}


def moments(run: Run, recorded: NDArray[np.int64], reform: int | None = None) -> Moments:
    """The moments of a run among the steps that a table recorded.

    Parameters
    ----------
    run : Run
    recorded : (S,) int64
        Steps in order.
    reform : int, optional
        First step counted as "after"; `Run.comparison_step` by default.

    Returns
    -------
    Moments
        ``eve`` is the last recorded step before the reform, the first of all where none is; ``soon`` the first at
        least a year after it, the last of all where none is.
    """
    first = run.comparison_step if reform is None else reform
    before = recorded[recorded < first]
    after = recorded[recorded >= first + run.steps_per_year]
    return Moments(
        int(before[-1] if len(before) else recorded[0]),
        int(after[0] if len(after) else recorded[-1]),
        int(recorded[-1]),
    )

"""What the controls of the experiments have in common: outcomes, seeds, sizes, and how a share of tests is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis.experiments.result import Control
from dicu_analysis.experiments.statistics import power_bound, rejection_bounds, second_difference

WORLD: Final = "monocentric, 944 rows, 6 quarters"
REPLICATES: Final = 4
"""Replicates of each placebo experiment."""
PLACEBO: Final = (
    f"share of placebo experiments of {REPLICATES} replicates with "
    "independent luck that are told apart at 5 %"
)
PROMISED: Final = 0.9
CROSSED: Final = 0.15
"""Interaction put in, as a share of what growth does alone."""
INPUT: Final = 0.5
"""Effect put in by the positive control: log of the factor by which one arm considers moving more often."""
MOST: Final = 20

Arms = Mapping[str, NDArray[np.float64]]
PLACEBO_ARMS: Final = ("both", "urban", "rural", "neither")


def interaction(arms: Mapping[str, pd.DataFrame]) -> NDArray[np.float64]:
    """Second difference of the log rate by replicate, (n,)."""
    return second_difference(*(np.log(arms[a]["rate"].to_numpy()) for a in PLACEBO_ARMS))


def crossed(arms: Mapping[str, pd.DataFrame]) -> NDArray[np.float64]:
    """Second difference of the rate itself by replicate, (n,): what growth does with the loss less what it does
    without.
    """
    return second_difference(*(arms[a]["rate"].to_numpy() for a in PLACEBO_ARMS))


def difference(
    column: str, treated: str = "both"
) -> Callable[[Mapping[str, pd.DataFrame]], NDArray[np.float64]]:
    """What takes the difference of an outcome between an arm and `neither`, by replicate, (n,)."""

    def made(arms: Mapping[str, pd.DataFrame]) -> NDArray[np.float64]:
        x: NDArray[np.float64] = arms[treated][column].to_numpy() - arms["neither"][column].to_numpy()
        return x

    return made


TESTS: Final[dict[str, tuple[str, Callable[[Mapping[str, pd.DataFrame]], NDArray[np.float64]]]]] = {
    "h1": ("difference of the rate at which rural people move to towns", difference("rate", "urban")),
    "h2": ("difference of the rate at which rural people move", difference("leaving")),
    "h3": ("difference of mean access of rural people", difference("access")),
    "h4": ("difference of the growth of the city", difference("city")),
    "h5": ("difference of the urban share", difference("share")),
    "h6": ("difference of what shrinking villages lose, of all their people", difference("emptied")),
}


@dataclass(frozen=True)
class Size:
    """How much is run: placebo experiments, those of the positive control, pilot replicates, pairs to the bit."""

    placebos: int
    positives: int
    pilot: int
    pairs: int


FULL: Final = Size(placebos=400, positives=100, pilot=60, pairs=20)
QUICK: Final = Size(placebos=40, positives=10, pilot=12, pairs=3)


def seeds(block: int, n: int) -> list[int]:
    """Seeds that no other block uses."""
    first = 10_000_000 + 1_000_000 * block
    return list(range(first, first + n))


def table(played: Sequence[Any]) -> pd.DataFrame:
    """Runs as rows: arm, seed, outcomes, digest."""
    return pd.DataFrame([vars(p) for p in played])


Player = Callable[[Sequence[tuple[str, Mapping[str, Any], Sequence[int]]]], Sequence[Any]]
"""Plays (arm, values, seeds) and returns one object a run, in this order."""


def experiments(runs: pd.DataFrame, n: int) -> list[dict[str, pd.DataFrame]]:
    """Cut the runs of each arm into experiments of n replicates."""
    arms = {str(arm): part.reset_index(drop=True) for arm, part in runs.groupby("arm", sort=False)}
    count = min(len(part) for part in arms.values()) // n
    return [{arm: part.iloc[k * n : (k + 1) * n] for arm, part in arms.items()} for k in range(count)]


def as_rare(kind: Literal["negative, placebos", "reverse"], text: str, rate: float, size: Size) -> Control:
    """A share of placebo experiments that is to be what luck alone makes it."""
    low, high = rejection_bounds(size.placebos)
    return Control(
        kind=kind,
        text=text,
        world=WORLD,
        tests=size.placebos,
        found=rate,
        low=low,
        high=high,
        passed=low <= rate <= high,
    )


def as_often(text: str, right: float, tests: int, promised: float) -> Control:
    """A share of experiments that is to find what was put in as often as promised, but for luck."""
    low = power_bound(tests, promised)
    return Control(
        kind="positive",
        text=text,
        world=WORLD,
        tests=tests,
        found=right,
        low=low,
        high=1.0,
        passed=right >= low,
    )

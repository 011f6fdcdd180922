"""Replicates of a run: those that lie beside it and differ in the seed alone, and means over them with their bands."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.scenario.vocabulary import MEMBER
from dicu_analysis.effects import FEWEST, bounds
from dicu_analysis.load import Run, UnfinishedRun, flat

NOT_COMPARED: Final = ("seed", "name")
"""Keys in which replicates of one configuration differ."""
MIDDLE: Final = (0.05, 0.95)
"""Quantiles between which the band over members of an ensemble lies."""


@dataclass(frozen=True, eq=False)
class Lines:
    """Numbers to be drawn as lines, over a run and its replicates.

    Attributes
    ----------
    middle : pandas.DataFrame
        Mean over replicates, median over members of an ensemble; the run's own numbers where it has too few beside it.
    low, high : pandas.DataFrame
        Bounds of the band, index and columns as ``middle``; equal to it where there is no band.
    n : int
        Runs that entered.
    """

    middle: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame
    n: int

    @property
    def banded(self) -> bool:
        """Whether there is a band."""
        return self.n >= FEWEST

    def of(self, code: str, level: str, by: float = 1.0) -> Lines:
        """Rows of one unit of a level of the index, which is dropped; multiplied by a number."""

        def rows(frame: pd.DataFrame) -> pd.DataFrame:
            return by * frame[frame.index.get_level_values(level) == code].droplevel(level)

        return self.map(rows)

    def map(self, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Lines:
        """The same after a change of each frame that keeps order, such as another unit or some of the rows."""
        return Lines(change(self.middle), change(self.low), change(self.high), self.n)


def key(manifest: dict[str, Any]) -> tuple[str, str]:
    """What replicates have in common: configuration but for the seed, inputs and program."""
    config = {k: v for k, v in flat(manifest["config"]).items() if k not in NOT_COMPARED}
    told = (manifest["inputs_sha256"], manifest.get("model_version"), manifest.get("forked_from"))
    return json.dumps(config, sort_keys=True, default=str), json.dumps(told, sort_keys=True)


def beside(run: Run) -> list[Run]:
    """The other runs in the folder of a run's name that differ from it in the seed alone, one a seed, by rising seed.

    A damaged neighbour is no replicate: one whose manifest or whose files are not what was written.
    """
    mine, own = key(run.manifest), int(run.config["seed"])
    made: dict[int, Run] = {}
    for path in sorted(run.folder.resolve().parent.glob("*/manifest.json")):
        if path.parent == run.folder.resolve() or path.parent.name.startswith("."):
            continue
        try:
            if key(json.loads(path.read_bytes())) == mine:
                other = Run(path.parent)
                made[int(other.config["seed"])] = other
        except (ValueError, OSError, KeyError, UnfinishedRun):
            continue
    made.pop(own, None)
    return [made[seed] for seed in sorted(made) if _whole(made[seed])]


def _whole(run: Run) -> bool:
    """Whether the files of a run stand in the size in which they were written."""
    return all(
        (path := run.folder / name).is_file() and path.stat().st_size == told["bytes"]
        for name, told in run.manifest["outputs"].items()
        if name.endswith(".parquet")
    )


def over(run: Run, read: Callable[[Run], pd.DataFrame]) -> Lines:
    """Means of numbers over a run and its replicates (`dicu_analysis.load.Run.replicates`), with their bands.

    Parameters
    ----------
    run : Run
    read : callable
        Numbers of one run; rows that the run itself has not are left out of its replicates.

    Returns
    -------
    Lines
        Over seeds: the mean and its 95 % interval. Over members of an ensemble: the median and the middle 90 %. From
        fewer than three runs (`dicu_analysis.effects.FEWEST`): the run's own numbers.
    """
    own = read(run).select_dtypes("number")
    runs = (run, *run.replicates)
    if len(runs) < FEWEST:
        return Lines(own, own, own, 1)
    frames = [own, *(read(r)[list(own.columns)].reindex(own.index) for r in run.replicates)]
    values = np.stack([f.to_numpy(dtype=np.float64, na_value=np.nan) for f in frames])
    flat_values = values.reshape(len(runs), -1)
    if members(run) > 1:
        low, middle, high = np.quantile(flat_values, (MIDDLE[0], 0.5, MIDDLE[1]), axis=0)
    else:
        low, high = bounds(flat_values)
        middle = flat_values.mean(axis=0)

    def framed(numbers: NDArray[np.float64]) -> pd.DataFrame:
        return pd.DataFrame(numbers.reshape(own.shape), index=own.index, columns=own.columns)

    return Lines(framed(middle), framed(low), framed(high), len(runs))


def members(run: Run) -> int:
    """Members of an ensemble among a run and its replicates; 1 where they differ in the seed alone."""
    return len({str(flat(r.config).get(MEMBER)) for r in (run, *run.replicates)})


def seeds(run: Run) -> list[int]:
    """Seeds of a run and its replicates, in rising order."""
    return sorted({int(r.config["seed"]) for r in (run, *run.replicates)})


__all__ = ["MIDDLE", "NOT_COMPARED", "Lines", "beside", "key", "members", "over", "seeds"]

"""Provinces in the sweeps of H4: residents and jobs of each, and what a designation shifts between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dicu_analysis.experiments.arms import FinishedSweep


@dataclass(frozen=True)
class Panel:
    """Outcomes by province: ``values[column]`` is (points, n, steps, provinces) in the order of ``names``."""

    names: list[str]
    steps: list[int]
    values: dict[str, NDArray[np.float64]]

    def index(self, name: str) -> int:
        """Position of a province; names may stand after what kind of unit it is.

        Raises
        ------
        KeyError
            When no province, or more than one, is called so.
        """
        found = [k for k, n in enumerate(self.names) if n == name or n.endswith(f" {name}")]
        if len(found) != 1:
            raise KeyError(f"no province {name!r}; there are {self.names}")
        return found[0]


def panel_of(sweep: FinishedSweep) -> Panel:
    """Residents, urban and rural, and jobs of every province."""
    columns = ["name", "persons", "urban_persons", "rural_persons", "market_formal_jobs"]
    rows = sweep.rows("province", columns)
    rows["name"] = rows["name"].astype(str)
    rows = rows.sort_values(["point", "replicate", "step", "unit"])
    shape = tuple(rows[c].nunique() for c in ("point", "replicate", "step", "unit"))
    values = {c: rows[c].to_numpy(dtype=np.float64).reshape(shape) for c in columns[1:]}
    first = rows.iloc[: shape[3]]
    return Panel(first["name"].tolist(), sorted(rows["step"].unique().tolist()), values)


def with_placebos(core: Panel, other: Panel) -> Panel:
    """Arms of another sweep after those of the first, replicate by replicate: as many as both have.

    Raises
    ------
    ValueError
        When the two do not begin alike, so that their replicates cannot be compared.
    """
    n = min(core.values["persons"].shape[1], other.values["persons"].shape[1])
    same = core.names == other.names and core.steps == other.steps
    if not same or not np.array_equal(core.values["persons"][0, :n, 0], other.values["persons"][0, :n, 0]):
        raise ValueError(
            "h4 and h4_placebos do not begin with the same people: world, weight, time and seeds must agree"
        )
    return Panel(
        core.names,
        core.steps,
        {k: np.concatenate([v[:, :n], other.values[k][:, :n]]) for k, v in core.values.items()},
    )


@dataclass(frozen=True)
class Shift:
    """What a designation changes at the end, on less off, one a replicate: who gains and who loses."""

    gain: NDArray[np.float64]
    relative: NDArray[np.float64]
    own_rural: NDArray[np.float64]
    other_towns: NDArray[np.float64]
    other_rural: NDArray[np.float64]
    jobs: NDArray[np.float64]
    other_jobs: NDArray[np.float64]


def shift(panel: Panel, on: int, off: int, city: str) -> Shift:
    """Differences at the last step."""
    c = panel.index(city)
    other = np.arange(len(panel.names)) != c

    def change(column: str) -> NDArray[np.float64]:
        v = panel.values[column][:, :, -1]
        made: NDArray[np.float64] = v[on] - v[off]
        return made

    persons, rural, towns, jobs = (
        change(k) for k in ("persons", "rural_persons", "urban_persons", "market_formal_jobs")
    )
    base = panel.values["persons"][off, :, -1, c]
    return Shift(
        gain=persons[:, c],
        relative=persons[:, c] / base,
        own_rural=rural[:, c],
        other_towns=towns[:, other].sum(axis=1),
        other_rural=rural[:, other].sum(axis=1),
        jobs=jobs[:, c],
        other_jobs=jobs[:, other].sum(axis=1),
    )


__all__ = ["Panel", "Shift", "panel_of", "shift", "with_placebos"]

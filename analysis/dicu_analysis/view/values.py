"""What a page knows of each unit: a mean over replicates with and without the reform, and the interval between them.

Everything is counted on fixed places, then averaged or summed over the units of four maps: communes and provinces of
before and of after. Access is that of the people of the eve of the reform, as in the report, where a unit had any in
the sample; else of its residents in the sources.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis.borders import Borders, UnknownBorders
from dicu_analysis.effects import FEWEST, bounds
from dicu_analysis.flows import rates
from dicu_analysis.load import Map, Run
from dicu_analysis.report import ways
from dicu_analysis.report.arms import Arms
from dicu_analysis.report.measures import Sheet, administration

Floats = NDArray[np.float64]

UNKNOWN: Final = -(2**31)
"""Stands for no number."""
ACCESS_SCALE: Final = 1000.0
"""Access is written to so many parts of an index point."""
RATE_SCALE: Final = 10.0
MINUTE_SCALE: Final = 10.0


@dataclass(frozen=True)
class Measure:
    """What can be mapped.

    Attributes
    ----------
    key : str
        "access_health", "persons", "net", "minutes_new".
    scale : float
        A page divides the whole numbers by it.
    dated : bool
        Whether there is a value for each date; else one for the whole period.
    """

    key: str
    scale: float
    dated: bool = True


@dataclass(frozen=True, eq=False)
class Layer:
    """The units of one map with their values.

    Attributes
    ----------
    key : {"commune_old", "commune_new", "province_old", "province_new"}
    unit : (P,) Categorical
        Unit of each place.
    names, kinds : list of str
        In the order of the categories.
    seat : (K, 2) float64
        Middle of the places by residents, degrees.
    values : dict
        Parts of each measure, see `paired`: (dates, K) whole numbers.
    """

    key: str
    unit: pd.Categorical
    names: list[str]
    kinds: list[str]
    middle: Floats
    residents: NDArray[np.int64]
    values: dict[str, dict[str, NDArray[np.int64]]] = field(default_factory=dict)

    @property
    def codes(self) -> list[str]:
        """Codes of the units."""
        return [str(c) for c in self.unit.categories]


def dates(sheet: Sheet) -> list[int]:
    """Steps that a page can show: those that both arms recorded, from the eve of the reform."""
    return [int(s) for s in sheet.compared if s >= sheet.moments.eve]


def measures_of(run: Run) -> list[Measure]:
    """What can be mapped of a run, in the order of the menu."""
    known = [c for c in run.places.columns if c.startswith("access_")]
    offices = [f"access_{s}" for s in administration(run)]
    rest = [c for c in known if c not in offices and c != "access_district_administration"]
    access = [Measure(c, ACCESS_SCALE) for c in (*offices, *rest)]
    return [*access, Measure("persons", 1.0), Measure("net", RATE_SCALE, dated=False)]


def layers(arms: Arms) -> list[Layer]:
    """The four maps of an option, or two where no border changes, with every value."""
    run = arms.run
    end = len(run.labels) - 1
    made = []
    for level in ("province", "commune"):
        old = Borders(run.unit_of_place(level), run.names(level))
        try:
            new: Borders | None = run.in_force(level, end) if run.redrawn else None
        except UnknownBorders:
            new = None
        made.append(_layer(run, f"{level}_old", old, "legacy"))
        if new is not None:
            made.append(_layer(run, f"{level}_new", new, "2025"))
    for layer in made:
        _fill(arms, layer, end)
    return made


def _layer(run: Run, key: str, borders: Borders, generation: str) -> Layer:
    units = run.world_units
    mine = units[
        (units["level"].astype(str) == key.split("_")[0]) & (units["generation"].astype(str) == generation)
    ]
    kinds = dict(zip(mine["code"].astype(str), mine["kind"].astype(str), strict=True))
    unit = borders.of_place
    codes = [str(c) for c in unit.categories]
    places = run.world_places
    residents = places["residents"].to_numpy(dtype=np.float64)
    n = len(codes)
    total = np.bincount(unit.codes, weights=residents + 1, minlength=n)
    middle = np.stack(
        [
            np.bincount(unit.codes, weights=places[c].to_numpy() * (residents + 1), minlength=n) / total
            for c in ("longitude", "latitude")
        ],
        axis=1,
    )
    people = np.bincount(unit.codes, weights=residents, minlength=n).astype(np.int64)
    names = [borders.names.get(c, c) for c in codes]
    return Layer(key, unit, names, [kinds.get(c, "") for c in codes], middle, people)


def _fill(arms: Arms, layer: Layer, end: int) -> None:
    pairs = arms.pairs or ((arms.sheet, arms.sheet),)
    unit, n = layer.unit.codes.astype(np.int64), len(layer.unit.categories)
    for measure in measures_of(arms.run):
        if measure.key == "net":
            borders: Map = "legacy" if layer.key.endswith("_old") else end
            both = [[_net(s.run, layer, borders, arms.sheet.reform) for s in pair] for pair in pairs]
        else:
            both = [[_dated(s, pair[0], measure, unit, n) for s in pair] for pair in pairs]
        layer.values[measure.key] = paired(np.array(both), measure.scale, bool(arms.pairs))
    if ways.applies(arms.run):
        way = ways.minutes(arms.run)
        weight = arms.run.world_places["residents"].to_numpy(dtype=np.float64) + 1e-3
        for column in way.columns:
            mean = _mean(unit, way[column].to_numpy(dtype=np.float64)[None], weight, n)
            layer.values[f"minutes_{column}"] = {"with": whole(mean, MINUTE_SCALE)}


def _dated(sheet: Sheet, first: Sheet, measure: Measure, unit: NDArray[np.int64], n: int) -> Floats:
    """(dates, K) of one run."""
    steps = dates(first)
    if measure.key == "persons":
        return np.stack([np.bincount(unit, weights=sheet.persons(s), minlength=n) for s in steps])
    people = first.persons(first.moments.eve)
    there = np.bincount(unit, weights=people, minlength=n)[unit] > 0
    residents = first.run.world_places["residents"].to_numpy(dtype=np.float64) + 1e-3
    weight = np.where(there, people, residents)
    service = measure.key.removeprefix("access_")
    return _mean(unit, np.stack([sheet.access(service, s) for s in steps]), weight, n)


def _mean(unit: NDArray[np.int64], values: Floats, weight: Floats, n: int) -> Floats:
    """(R, K) weighted means of rows (R, P) by unit."""
    total = np.bincount(unit, weights=weight, minlength=n)
    sums = np.stack([np.bincount(unit, weights=weight * row, minlength=n) for row in values])
    made: Floats = np.divide(sums, total, out=np.full(sums.shape, np.nan), where=total > 0)
    return made


def _net(run: Run, layer: Layer, borders: Map, reform: int) -> Floats:
    """(1, K) net migration per 1,000 residents a year from the reform to the end, on the borders of a layer."""
    level: Any = layer.key.split("_")[0]
    if not isinstance(borders, str):  # of both arms: the other has none of these
        run = _OnBorders(run, layer)
    table = rates(run, level, borders, (run.labels[reform], run.labels[-1]))
    net: Floats = table["net_per_1000_a_year"].reindex(layer.codes).to_numpy(dtype=np.float64)[None]
    return net


class _OnBorders(Run):
    """A run whose moves are counted on the borders of another."""

    def __init__(self, run: Run, layer: Layer) -> None:
        self.__dict__ |= run.__dict__
        self._unit = layer.unit

    def unit_of_place(self, level: Any, borders: Map = "legacy") -> pd.Categorical:
        """The other's."""
        return self._unit


def paired(both: Floats, scale: float, known: bool) -> dict[str, NDArray[np.int64]]:
    """What a page is told of (pairs, 2, dates, K) values.

    ``with``: mean with the reform; ``change``: mean paired difference from without; ``half``: half of its interval's
    width; ``sure``: 1 where the interval leaves out 0, 2 where no pair differs at all, else 0.
    """
    made = {"with": whole(both[:, 0].mean(axis=0), scale)}
    if not known:
        return made
    difference = both[:, 0] - both[:, 1]
    made["change"] = whole(difference.mean(axis=0), scale)
    if len(both) >= FEWEST:
        low, high = (x.reshape(difference.shape[1:]) for x in bounds(difference.reshape(len(both), -1)))
        made["half"] = whole((high - low) / 2, scale, np.ceil)
        made["sure"] = np.where((low > 0) | (high < 0), 1, 0).astype(np.int64)
        made["sure"][(difference == 0).all(axis=0)] = 2
    return made


def whole(values: Floats, scale: float, rounded: Any = np.round) -> NDArray[np.int64]:
    """Whole numbers of 1/``scale`` of a unit, in the same shape; `UNKNOWN` where there is no number."""
    return np.where(np.isfinite(values), rounded(np.nan_to_num(values) * scale), UNKNOWN).astype(np.int64)

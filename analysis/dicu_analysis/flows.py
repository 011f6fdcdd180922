"""Migration between any units, derived from the fixed flows of a run.

Places never move, so the moves recorded between them (or between legacy districts) can be counted on any map: the same
moves on the map of 2019, on that of 2025, or on the one that a user's reform drew. A change of borders therefore never
looks like a move.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.record.sums import sum_by
from dicu_analysis.load import Level, Map, Period, Run


def _ends(run: Run, level: Level, borders: Map) -> tuple[NDArray[np.int64], NDArray[np.int64], list[str]]:
    """Origin and destination unit of each row of flows, as indices into the list of unit codes."""
    unit = run.unit_of_place(level, borders)
    index, codes = unit.codes.astype(np.int64), [str(c) for c in unit.categories]
    flows = run.moved
    if run.flow_layout == "place":
        keys = run.world_places["place_key"].to_numpy()
        order = np.argsort(keys)
        ends = (flows[f"{e}_place"].to_numpy() for e in ("origin", "destination"))
        origin, destination = (index[order[np.searchsorted(keys, e, sorter=order)]] for e in ends)
        return origin, destination, codes
    if level == "commune":
        raise ValueError(
            f"{run.folder}: moves were recorded between districts (record.flows: district), so moves between "
            "communes are known only in total: use moves_between(run, 'commune', borders), or run again "
            "with record.flows=place"
        )
    district = run.unit_of_place("district")
    pairs = pd.DataFrame({"d": district.codes, "u": index}).drop_duplicates()
    torn = pairs.loc[pairs["d"].duplicated(), "d"]
    if len(torn):
        raise ValueError(
            f"{run.folder}: district {district.categories[torn.iloc[0]]} lies in more than one {level} of "
            f"the chosen borders, so moves recorded between districts cannot be counted between these"
        )
    of = dict(zip(district.categories[pairs["d"]].astype(str), pairs["u"], strict=True))
    made = []
    for end in ("origin", "destination"):
        column = flows[f"{end}_district"].astype("category").cat
        table = np.array([of[str(c)] for c in column.categories], dtype=np.int64)
        made.append(table[column.codes] if len(table) else np.zeros(0, dtype=np.int64))
    return made[0], made[1], codes


def flows_between(
    run: Run,
    level: Level = "commune",
    borders: Map = "legacy",
    period: Period | None = None,
    *,
    internal: bool = False,
) -> pd.DataFrame:
    """Moves between units of one map, by step, derived from the fixed flows.

    Parameters
    ----------
    period : (first, last) labels of steps, both included; the whole run by default.
    internal : bool
        Keep the moves within a unit too (origin = destination).

    Returns
    -------
    pandas.DataFrame
        ``step, origin, destination`` (codes), ``households, persons`` (int64), sorted.

    Raises
    ------
    ValueError
        For units that do not exist, or that the recorded flows cannot tell apart.
    """
    origin, destination, codes = _ends(run, level, borders)
    moved = run.moved
    step = moved["step"].to_numpy().astype(np.int64)
    first, last = run.steps_of(period)
    keep = (step >= first) & (step <= last)
    if not internal:
        keep &= origin != destination
    n = len(codes)
    key, (households, persons) = sum_by(
        (step[keep] * n + origin[keep]) * n + destination[keep],
        moved["households"].to_numpy()[keep],
        moved["persons"].to_numpy()[keep],
    )
    name = np.array(codes, dtype=object)
    return pd.DataFrame(
        {
            "step": key // (n * n),
            "origin": name[key // n % n],
            "destination": name[key % n],
            "households": households,
            "persons": persons,
        }
    )


def region_streams(run: Run, first: int | None = None) -> pd.DataFrame:
    """Persons a year who move from each region (row) to each (column), within a region too, after the reform.

    Parameters
    ----------
    first : int, optional
        First step that is counted, to the end; `Run.comparison_step` by default.

    Returns
    -------
    pandas.DataFrame
        (R, R) float64, regions from north to south.
    """
    first = run.comparison_step if first is None else first
    moves = flows_between(run, "region", period=(run.labels[first], run.labels[-1]), internal=True)
    years = (len(run.labels) - first) / run.steps_per_year
    north = run.world_places.groupby("region", observed=True)["latitude"].mean()
    regions = [str(r) for r in north.sort_values(ascending=False).index]
    made = moves.pivot_table(index="origin", columns="destination", values="persons", aggfunc="sum")
    return made.reindex(index=regions, columns=regions).fillna(0.0).astype(np.float64) / years


def moves_between(run: Run, level: Level = "commune", borders: Map = "legacy") -> pd.DataFrame:
    """Moves that cross a border of one map, in total by step; also for communes if districts were recorded.

    Returns
    -------
    pandas.DataFrame
        Indexed by step 1..T: ``households, persons`` that crossed, and ``households_within, persons_within``.

    Raises
    ------
    ValueError
        For communes of a step's own borders when moves were recorded between districts.
    """
    flows, steps = run.moved, pd.RangeIndex(1, len(run.labels), name="step")
    run.unit_of_place(level, borders)
    if run.flow_layout == "district" and level == "commune":
        if not isinstance(borders, str):
            raise ValueError(
                f"{run.folder}: moves were recorded between districts (record.flows: district), so those between "
                f"communes of step {borders} are not known; run again with record.flows=place"
            )
        flows = run.flow_table
        within = {c: flows[f"{c}_within_{borders}_commune"].to_numpy() for c in ("households", "persons")}
    else:
        origin, destination, _ = _ends(run, level, borders)
        within = {c: flows[c].to_numpy() * (origin == destination) for c in ("households", "persons")}
    made = pd.DataFrame({"step": flows["step"].to_numpy()})
    for c, inside in within.items():
        made[c] = flows[c].to_numpy() - inside
        made[f"{c}_within"] = inside
    table = made.groupby("step").sum().reindex(steps, fill_value=0).astype(np.int64)
    return table[["households", "persons", "households_within", "persons_within"]]


def net_migration(
    run: Run, level: Level = "province", borders: Map = "legacy", period: Period | None = None
) -> pd.DataFrame:
    """Arrivals, departures and their difference by unit over a period.

    Returns
    -------
    pandas.DataFrame
        Indexed by unit code, every unit: ``in_persons, out_persons, net_persons`` (int64); nets sum to 0.
    """
    moves = flows_between(run, level, borders, period)
    units = pd.Index([str(c) for c in run.unit_of_place(level, borders).categories], name="unit")
    into = moves.groupby("destination")["persons"].sum().reindex(units, fill_value=0).astype(np.int64)
    out = moves.groupby("origin")["persons"].sum().reindex(units, fill_value=0).astype(np.int64)
    return pd.DataFrame({"in_persons": into, "out_persons": out, "net_persons": into - out}, index=units)


def rates(
    run: Run, level: Level = "province", borders: Map = "legacy", period: Period | None = None
) -> pd.DataFrame:
    """`net_migration` beside mean residents and rates per 1,000 residents a year.

    The mean is over the steps of table ``places`` from the beginning to the end of the period, as often as
    they were recorded (the nearest earlier one when there is none within).
    """
    table = net_migration(run, level, borders, period)
    first, last = run.steps_of(period)
    recorded = np.unique(run.places["step"].to_numpy())
    chosen = recorded[(recorded >= first - 1) & (recorded <= last)]
    if not len(chosen):
        chosen = recorded[recorded < first][-1:]
    at = run.places[run.places["step"].isin(chosen)]
    unit = run.unit_of_place(level, borders)
    persons = at["persons"].to_numpy().reshape(len(chosen), len(unit)).mean(axis=0)
    residents = np.bincount(unit.codes, weights=persons, minlength=len(unit.categories))
    years = (last - first + 1) / run.steps_per_year
    scale = 1000.0 / (np.where(residents > 0, residents, np.nan) * years)
    table["residents"] = residents
    for c in ("in", "out", "net"):
        table[f"{c}_per_1000_a_year"] = table[f"{c}_persons"].to_numpy() * scale
    return table

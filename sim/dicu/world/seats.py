"""Where governments sit: the place of each unit's seat, by rule (the source has no list of seats)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.scenario.suggest import fold
from dicu.world.world import distance_km

Index = NDArray[np.int64]


def legacy_commune_seats(unit: NDArray[np.integer], default: NDArray[np.bool_]) -> Index:
    """Seat of each legacy commune: its own place, or the default part of one that was split. (C,) int64.

    Raises
    ------
    ValueError
        When a commune has no default part.
    """
    seat = np.full(int(unit.max()) + 1, -1, dtype=np.int64)
    seat[unit[default]] = np.flatnonzero(default)
    if (seat < 0).any():
        raise ValueError(f"legacy commune {int(np.flatnonzero(seat < 0)[0])} has no default place")
    return seat


def new_commune_seats(
    places: pd.DataFrame, new: pd.DataFrame, position_km: NDArray[np.float64], point_km: NDArray[np.float64]
) -> Index:
    """Seat of each new commune.

    Rule: the place whose legacy unit had the code that the new unit bears (new units kept the code of one
    of their members; so it is for all but five island zones); else the place with the unit's name; else the
    place nearest to the unit's published point. Ties go to the nearer, then to the smaller place key.

    Parameters
    ----------
    places : DataFrame
        One row a place: new (row of ``new``), code and name of its legacy unit.
    new : DataFrame
        Units: code, name.
    position_km : (P, 3) float64; point_km : (U, 3) float64
        Positions of places and of the units' points.

    Returns
    -------
    (U,) int64, row of ``places``
    """
    unit = places["new"].to_numpy()
    namesake = places["name"].map(fold).to_numpy() == new["name"].map(fold).to_numpy()[unit]
    coded = places["code"].to_numpy() == new["code"].to_numpy()[unit]
    rank = np.select([coded, namesake], [0, 1], 2)
    order = np.lexsort((np.arange(len(unit)), distance_km(position_km, point_km[unit]), rank, unit))
    return order[np.searchsorted(unit[order], np.arange(len(new)))]


def district_seats(
    places: pd.DataFrame,
    districts: pd.DataFrame,
    position_km: NDArray[np.float64],
    residents: NDArray[np.int64],
) -> Index:
    """Seat of each district.

    Rule: the township or ward that bears the district's name; else the township or ward that is most
    central, that is with the least people-weighted distance to the district's places; else the most central
    place.

    Parameters
    ----------
    places : DataFrame
        One row a place: district (row of ``districts``), kind and name of its legacy unit, default.
    districts : DataFrame
        Units: name.
    position_km : (P, 3) float64; residents : (P,) int64

    Returns
    -------
    (D,) int64, row of ``places``
    """
    district = places["district"].to_numpy()
    urban = places["kind"].isin(["township", "ward"]).to_numpy()
    namesake = places["name"].map(fold).to_numpy() == districts["name"].map(fold).to_numpy()[district]
    whole = places["default"].to_numpy()
    rank = np.select([urban & namesake & whole, urban & whole, whole], [0, 1, 2], 3)
    seat = np.empty(len(districts), dtype=np.int64)
    for row in range(len(districts)):
        members = np.flatnonzero(district == row)
        best = members[rank[members] == rank[members].min()]
        away = distance_km(position_km[best][:, None, :], position_km[members][None, :, :])
        people = np.maximum(residents[members], 1).astype(np.float64)
        seat[row] = best[np.argmin((away * people).sum(axis=1))]
    return seat

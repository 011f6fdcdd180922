"""From places to offices: means, the farthest places, and the nearest of a seat and its desks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dicu.government.offices import Office
from dicu.government.services import Services


def mean_by(
    of_place: NDArray[np.int32], values: NDArray[np.float64], residents: NDArray[np.int64], n: int
) -> NDArray[np.float64]:
    """Mean of what places have by unit, weighted by residents; the plain mean where nobody lives.

    A unit without places gets nan. Summed in the order of the places, so always the same bits.

    Parameters
    ----------
    of_place : (P,) int32
        Unit of each place, 0 to n - 1.
    values : (P,) float64
    residents : (P,) int64

    Returns
    -------
    (n,) float64
    """
    weight = residents.astype(np.float64)
    empty = np.bincount(of_place, weights=weight, minlength=n) == 0
    weight = np.where(empty[of_place], 1.0, weight)
    whole = np.bincount(of_place, weights=weight, minlength=n)
    total = np.bincount(of_place, weights=weight * values, minlength=n)
    mean = np.divide(total, whole, out=np.full(n, np.nan), where=whole > 0)
    return np.asarray(mean, dtype=np.float64)


def farthest(
    of_place: NDArray[np.int32], too_far: NDArray[np.bool_], residents: NDArray[np.int64], n: int
) -> list[int]:
    """Of each of n units, the place with most residents among those ``too_far``, the first of equals; -1 for none.

    Places where nobody lives need no desk. ``of_place``, ``too_far`` and ``residents`` are (P,).
    """
    places = np.flatnonzero(too_far & (residents > 0))
    order = places[np.lexsort((places, -residents[places], of_place[places]))]
    unit, first = np.unique(of_place[order], return_index=True)
    out = np.full(n, -1, dtype=np.int64)
    out[unit] = order[first]
    return [int(place) for place in out.tolist()]


def nearest_desk(
    minutes: NDArray[np.float64],
    office_of_place: NDArray[np.int32],
    offices: list[Office],
    services: Services,
    has_desk: NDArray[np.bool_],
) -> None:
    """Shorten the way of each place to the nearest desk of the office that serves it, in place.

    Parameters
    ----------
    minutes : (P,) float64
        Way to the seat; written.
    has_desk : (P,) bool
        Marked where a desk stands.
    """
    most = max(len(office.desks) for office in offices)
    for k in range(most):  # the k-th desk of every office at once
        where = np.full((len(offices), 3), np.nan)
        for i, office in enumerate(offices):
            if k < len(office.desks):
                where[i] = office.desks[k].km
                has_desk[office.desks[k].place] = True
        km = where[office_of_place]
        with_desk = np.isfinite(km[:, 0])
        ways = services.travel_minutes(np.where(with_desk[:, None], km, 0.0))
        minutes[with_desk] = np.minimum(minutes, ways)[with_desk]

"""What households know of distance: which places form which nests, and how long the way is. Static for a run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.draws import stable_id
from dicu.compute.hashing import identity_of
from dicu.compute.numeric import exp64, log64
from dicu.scenario.parameters import Access, Choose
from dicu.scenario.vocabulary import ISLAND, MOUNTAIN, PLAIN
from dicu.world.ways import MEAN_DISTANCE_TO_CENTRE, MINUTES_AN_HOUR, minutes_per_km
from dicu.world.world import World


class Geography(NamedTuple):
    """Nests and ways (P places, L districts, R provinces of before the reform).

    Attributes
    ----------
    district, province : (P,), (L,) int32
        District of each place; province of each district.
    first_place : (L + 1,) int32
        Places of district l are first_place[l] : first_place[l + 1].
    first_district : (R + 1,) int32
        Districts of province r.
    dwellings_share : (P,) float64
        H_j / sum H, the size of an alternative.
    near_district : (L, L) float64
        (1 + hours / tau0)^-beta_distance between districts; the diagonal is the way within one.
    near_province : (L, R) float64
        The same for the dwelling-weighted mean hours from a district to each province.
    place_id, district_id, province_id, own_id : uint32
        Stable identities for the draws; own_id holds those of staying, of going home and of other work here.
    """

    district: NDArray[np.int32]
    province: NDArray[np.int32]
    first_place: NDArray[np.int32]
    first_district: NDArray[np.int32]
    dwellings_share: NDArray[np.float64]
    near_district: NDArray[np.float64]
    near_province: NDArray[np.float64]
    place_id: NDArray[np.uint32]
    district_id: NDArray[np.uint32]
    province_id: NDArray[np.uint32]
    own_id: NDArray[np.uint32]


class Where(NamedTuple):
    """Which places form which nests and how near they are: what every rule of moving looks up.

    Attributes
    ----------
    district ... own_id
        As in `Geography`.
    urban : (P,) bool
        In a ward or township at the start.
    area : (L,) int32
        Commuting area of each district.
    area_first, area_place : (A + 1,), (P,) int32
        Places of area a are ``area_place[area_first[a] : area_first[a + 1]]``.
    area_id : (A,) uint32
        Identities for the draws.
    """

    district: NDArray[np.int32]
    province: NDArray[np.int32]
    first_place: NDArray[np.int32]
    first_district: NDArray[np.int32]
    near_district: NDArray[np.float64]
    near_province: NDArray[np.float64]
    place_id: NDArray[np.uint32]
    district_id: NDArray[np.uint32]
    province_id: NDArray[np.uint32]
    own_id: NDArray[np.uint32]
    urban: NDArray[np.bool_]
    area: NDArray[np.int32]
    area_first: NDArray[np.int32]
    area_place: NDArray[np.int32]
    area_id: NDArray[np.uint32]


@njit(cache=True)
def _district_means(
    position: NDArray[np.float64],
    slowness: NDArray[np.float64],
    area: NDArray[np.float64],
    dwellings: NDArray[np.float64],
    first_place: NDArray[np.int32],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Dwelling-weighted centre, slowness, area and dwellings of each district."""
    n = first_place.shape[0] - 1
    centre = np.zeros((n, 3))
    slow = np.zeros(n)
    total_area = np.zeros(n)
    total = np.zeros(n)
    for d in range(n):
        for j in range(first_place[d], first_place[d + 1]):
            total[d] += dwellings[j]
            total_area[d] += area[j]
        # where nobody will go, somebody may still come from: all places count alike
        empty = total[d] == 0.0
        if empty:
            total[d] = first_place[d + 1] - first_place[d]
        for j in range(first_place[d], first_place[d + 1]):
            h = 1.0 if empty else dwellings[j]
            slow[d] += h * slowness[j]
            for k in range(3):
                centre[d, k] += h * position[j, k]
        slow[d] /= total[d]
        for k in range(3):
            centre[d, k] /= total[d]
    return centre, slow, total_area, total


@njit(cache=True)
def _nearness(
    centre: NDArray[np.float64],
    slow: NDArray[np.float64],
    area: NDArray[np.float64],
    dwellings: NDArray[np.float64],
    first_district: NDArray[np.int32],
    tau0_hours: float,
    beta: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(1 + hours / tau0)^-beta between districts and from districts to provinces."""
    n = centre.shape[0]
    r = first_district.shape[0] - 1
    near_d = np.empty((n, n))
    near_p = np.empty((n, r))
    for d in range(n):
        for q in range(r):
            mean = 0.0
            total = 0.0
            for l in range(first_district[q], first_district[q + 1]):
                if l == d:
                    km = MEAN_DISTANCE_TO_CENTRE * np.sqrt(area[d])
                else:
                    x = centre[d, 0] - centre[l, 0]
                    y = centre[d, 1] - centre[l, 1]
                    z = centre[d, 2] - centre[l, 2]
                    km = np.sqrt(x * x + y * y + z * z)
                hours = km * 0.5 * (slow[d] + slow[l]) / MINUTES_AN_HOUR
                near_d[d, l] = exp64(-beta * log64(1.0 + hours / tau0_hours))
                mean += dwellings[l] * hours
                total += dwellings[l]
            near_p[d, q] = exp64(-beta * log64(1.0 + mean / total / tau0_hours))
    return near_d, near_p


def _code_key(codes: NDArray[np.str_]) -> NDArray[np.uint64]:
    """Unit codes as numbers: their bytes where these are eight or fewer, else a hash of them."""
    raw = [str(c) for c in codes]
    made = [int.from_bytes(c.encode(), "little") if len(c.encode()) <= 8 else identity_of(c) for c in raw]
    return np.array(made, dtype=np.uint64)


def area_ids(world: World, centre: NDArray[np.int32]) -> NDArray[np.uint32]:
    """Identities of commuting areas for the draws, (A,) uint32: those of their centres."""
    return stable_id("area", _code_key(world.districts.code[centre]))


def geography(world: World, dwellings: NDArray[np.int64], choose: Choose, access: Access) -> Geography:
    """Nests and travel times of a world.

    Travel time between districts is that of their dwelling-weighted centres at the mean slowness of both ends; within
    a district, the mean distance to the centre of its area. A province is as far as its mean dwelling.

    Parameters
    ----------
    dwellings : (P,) int64
        Dwellings H_j; a place without any gets none of the movers.
    """
    n_districts, n_provinces = len(world.districts), len(world.legacy_provinces)
    first_place = np.searchsorted(world.district, np.arange(n_districts + 1)).astype(np.int32)
    first_district = np.searchsorted(world.districts.parent, np.arange(n_provinces + 1)).astype(np.int32)
    h = dwellings.astype(np.float64)
    slowness = minutes_per_km(access)[world.terrain]
    centre, slow, area, total = _district_means(world.position_km, slowness, world.area_km2, h, first_place)
    near_d, near_p = _nearness(
        centre, slow, area, total, first_district, choose.tau0_hours, choose.beta_distance
    )
    return Geography(
        district=world.district.astype(np.int32),
        province=world.districts.parent.astype(np.int32),
        first_place=first_place,
        first_district=first_district,
        dwellings_share=h / float(dwellings.sum()),
        near_district=near_d,
        near_province=near_p,
        place_id=stable_id("place", world.place_key),
        district_id=stable_id("dist", _code_key(world.districts.code)),
        province_id=stable_id("prov", _code_key(world.legacy_provinces.code)),
        own_id=stable_id("own", np.array([1, 2, 3], dtype=np.uint64)),
    )


class Distances(NamedTuple):
    """How far movers go, straight line between dwelling-weighted centres (L districts, R provinces).

    Attributes
    ----------
    district : (L, L) float32, km
        The diagonal is the mean distance within the district.
    province : (L, R) float32, km
        To the mean dwelling of the province.
    from_mountains : (L,) bool
        More dwellings stand in mountains than in plains, and than on islands.
    """

    district: NDArray[np.float32]
    province: NDArray[np.float32]
    from_mountains: NDArray[np.bool_]


@njit(cache=True)
def _km(
    centre: NDArray[np.float64],
    area: NDArray[np.float64],
    dwellings: NDArray[np.float64],
    first_district: NDArray[np.int32],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Straight-line km between districts and, weighted by dwellings, from districts to provinces."""
    n = centre.shape[0]
    r = first_district.shape[0] - 1
    to_district = np.empty((n, n), dtype=np.float32)
    to_province = np.empty((n, r), dtype=np.float32)
    for d in range(n):
        for q in range(r):
            mean = 0.0
            total = 0.0
            for l in range(first_district[q], first_district[q + 1]):
                if l == d:
                    km = MEAN_DISTANCE_TO_CENTRE * np.sqrt(area[d])
                else:
                    x = centre[d, 0] - centre[l, 0]
                    y = centre[d, 1] - centre[l, 1]
                    z = centre[d, 2] - centre[l, 2]
                    km = np.sqrt(x * x + y * y + z * z)
                to_district[d, l] = km
                mean += dwellings[l] * km
                total += dwellings[l]
            to_province[d, q] = mean / total
    return to_district, to_province


def distances(world: World, dwellings: NDArray[np.int64], g: Geography) -> Distances:
    """Straight-line distances of a world, and the districts that lie in the mountains.

    Parameters
    ----------
    dwellings : (P,) int64
        Weights of the places; in a district without dwellings all places count alike, as in `geography`.
    g : Geography
        Of the same world.
    """
    h = dwellings.astype(np.float64)
    centre, _, area, total = _district_means(
        world.position_km, np.zeros(world.n_places), world.area_km2, h, g.first_place
    )
    n = len(total)
    empty = np.bincount(world.district, weights=h, minlength=n) == 0.0
    weight = np.where(empty[world.district], 1.0, h)
    by_terrain = [
        np.bincount(world.district, weights=np.where(world.terrain == kind, weight, 0.0), minlength=n)
        for kind in (PLAIN, MOUNTAIN, ISLAND)
    ]
    highest = by_terrain[MOUNTAIN]
    km_district, km_province = _km(centre, area, total, g.first_district)
    return Distances(
        district=km_district,
        province=km_province,
        from_mountains=(highest > by_terrain[PLAIN]) & (highest > by_terrain[ISLAND]),
    )

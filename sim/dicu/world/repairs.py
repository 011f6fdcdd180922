"""What is wrong in the source's geography, and the rules that mend it: every single case is counted.

Rules use only the source itself: units, codes, the geocoder's answers, and published points and areas of the
new units. Their thresholds were chosen with sight of an independent repair of the same source, so the
agreement with it that ``data/README.md`` reports is in-sample.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from dicu.scenario.suggest import fold
from dicu.world.gazetteer import ISLAND_DISTRICT, Gazetteer
from dicu.world.geometry import KM_PER_DEGREE, load_outlines, nearest_place_areas, outside_km
from dicu.world.world import Repair, distance_km, on_sphere_km

NEW_FAR_KM: Final = 8.0
"""A published point is wrong when no well-located member is nearer than this, or than 3 radii of the unit."""
VAGUE_RADII: Final = 1.0
"""A vague point may lie this many radii of its new unit from the unit's point, a specific one
SPECIFIC_RADII."""
SPECIFIC_RADII: Final = 1.2
FAR_RADII: Final = 4.0
"""Beyond this many radii a point is wrong whatever lies nearer to it."""
FOREIGN_RADII: Final = 0.9
"""How much nearer, in radii, a foreign unit must be than the own one (half of it for a vague point)."""
SMALLEST_MOVE_KM: Final = 3.0
"""A specific point nearer than this to its new unit's point is left alone (2 km for a vague one)."""
KIN: Final = 1
"""A specific point with more than this many of its district among its 6 nearest neighbours is left alone."""
ZONE_KM: Final = 60.0
"""Special zones are archipelagos: only a point farther than this from the zone's own point is wrong."""
OUTLINE_TOLERANCE_KM: Final = 15.0
"""Points may lie this far outside Natural Earth's coarse province outline."""
PRELIMINARY_DEGREES: Final = 0.01
"""Cell of the raster on which radii are estimated before places have their points."""
OUTLINE_FAULTS: Final = frozenset({"92", "93"})
"""Can Tho and Hau Giang: their outlines are wrong, so that points are not judged by them."""
AREA_TOO_SMALL: Final = 2.2
"""A published area is wrong when the Voronoi area is more than this many times as large."""
AREA_TOO_LARGE: Final = 6.0
"""The same the other way round: lenient, for coarse outlines cut coasts, river islands and peninsulas off."""
NAMESAKE_RATIO: Final = 1.3
"""An area that a namesake also has is kept where it is within this factor of the Voronoi area."""
DEFAULT_RADIUS_KM: Final = 5.5
"""Radius of a new unit whose area is missing (the mean unit has 100 km2)."""


@dataclass(frozen=True, eq=False)
class Mended:
    """The gazetteer's links and points after repair.

    Attributes
    ----------
    links : DataFrame
        legacy, new (row numbers), default; without name collisions, sorted by legacy, then new.
    legacy_point, new_point : (U, 2) float64
        Longitude and latitude, degrees, rounded to 0.00001.
    repairs : tuple of Repair
    """

    links: pd.DataFrame
    legacy_point: NDArray[np.float64]
    new_point: NDArray[np.float64]
    repairs: tuple[Repair, ...]


def mend(source: Gazetteer) -> Mended:
    """Apply all rules about links and points, in order: collisions, new points, legacy points."""
    links, repairs = drop_collisions(source)
    new_point, wrong_new, found = mend_new_points(source, links)
    repairs += found
    outlines = [rings for _, _, rings in load_outlines()]
    drawn = nearest_place_areas(new_point[:, 0], new_point[:, 1], outlines, PRELIMINARY_DEGREES)
    # A published area may be a namesake's: the larger of the two judges points leniently.
    radius = radius_km(np.fmax(source.new["area_km2"].to_numpy(), drawn))
    legacy_point, found = mend_legacy_points(source, links, new_point, wrong_new, np.maximum(radius, 1.0))
    return Mended(links, legacy_point, new_point, tuple(repairs + found))


def drop_collisions(source: Gazetteer) -> tuple[pd.DataFrame, list[Repair]]:
    """Drop links to a new unit that the source reached only through another legacy unit of the same name.

    Rule: a link of legacy unit u to new unit n, not u's default, is a collision when a namesake of u (same
    name without accents and rank) in another district is also linked to n, and no unit of u's district lies
    in n whole or by default.
    """
    links, legacy = source.links, source.legacy
    name = np.array([fold(re.sub(r"\(.*?\)", "", text)) for text in legacy["name"]])
    district = legacy["district"].to_numpy()
    anchored = links[links["default"]].groupby("new")["legacy"].apply(list)
    linked = links.groupby("new")["legacy"].apply(list)
    keep = np.ones(len(links), dtype=np.bool_)
    repairs = []
    for row, (unit, new, default) in enumerate(
        zip(links["legacy"], links["new"], links["default"], strict=True)
    ):
        if default:
            continue
        namesake = [
            u for u in linked[new] if u != unit and name[u] == name[unit] and district[u] != district[unit]
        ]
        if namesake and not any(district[u] == district[unit] for u in anchored.get(new, [])):
            keep[row] = False
            here, there = legacy.iloc[unit], legacy.iloc[namesake[0]]
            detail = (
                f"not part of {source.new['code'][new]} {source.new['name'][new]}: taken for {there['code']}"
            )
            repairs.append(Repair("name collision", f"{here['code']} {here['name']}", detail))
    return links[keep].reset_index(drop=True), repairs


def mend_new_points(
    source: Gazetteer, links: pd.DataFrame
) -> tuple[NDArray[np.float64], NDArray[np.bool_], list[Repair]]:
    """Replace published points of new units that no well-located member is near by the members' median.

    A member is well located when the geocoder's answer names it and no other unit has the same point.

    Returns
    -------
    points : (U, 2) float64, degrees
    wrong : (U,) bool, replaced ones
    repairs
    """
    new, legacy = source.new, source.legacy
    published = new[["longitude", "latitude"]].to_numpy()
    point = published.copy()
    old = legacy[["longitude", "latitude"]].to_numpy()
    vague = vague_points(legacy)
    wrong = np.zeros(len(new), dtype=np.bool_)
    limit = np.maximum(NEW_FAR_KM, 3 * radius_km(new["area_km2"].to_numpy()))
    repairs = []
    for unit, members in _members(links):
        members = members[~vague[members]]
        if len(members) == 0:
            continue
        gap = _km(old[members], published[unit])
        if np.isfinite(gap).all() and gap.min() <= limit[unit]:
            continue
        wrong[unit] = True
        point[unit] = np.median(old[members], axis=0)
        detail = f"published point {gap.min():.0f} km from its nearest member: members' median instead"
        repairs.append(Repair("new unit's point far off", f"{new['code'][unit]} {new['name'][unit]}", detail))
    return np.round(point, 5), wrong, repairs


def _members(links: pd.DataFrame) -> list[tuple[int, NDArray[np.int64]]]:
    """Legacy units that lie whole or by default in each new unit that has any."""
    groups = links[links["default"]].groupby("new")["legacy"]
    return [(int(str(unit)), rows.to_numpy()) for unit, rows in groups]


def vague_points(legacy: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether the geocoder answered with something else than the unit: its name is absent, or the point is
    shared; a (rows,) bool.
    """
    answers = zip(legacy["name"], legacy["address"], strict=True)
    named = [fold(name) in fold(address.split(",")[0]) for name, address in answers]
    shared = legacy[["longitude", "latitude"]].round(4).duplicated(keep=False)
    return np.asarray(shared | ~np.array(named) | legacy["latitude"].isna(), dtype=np.bool_)


def mend_legacy_points(
    source: Gazetteer,
    links: pd.DataFrame,
    new_point: NDArray[np.float64],
    wrong_new: NDArray[np.bool_],
    radius: NDArray[np.float64],
) -> tuple[NDArray[np.float64], list[Repair]]:
    """Find legacy points that cannot be right, and put them where their new unit has room.

    Distances are to the own new unit's point, in km and in radii (of the disc of the unit's area). A point
    is wrong when it is missing; when it is far outside its province's outline; when it is FAR_RADII from
    its new unit, or a foreign unit is much nearer and the neighbours are of other districts; when the
    geocoder's answer is vague and a foreign unit is nearer; or when another unit has the same point. See
    the constants.

    Parameters
    ----------
    new_point : (N, 2) float64, degrees; wrong_new : (N,) bool; radius : (N,) float64, km

    Returns
    -------
    points : (U, 2) float64, degrees
    repairs
    """
    legacy, new = source.legacy, source.new
    old = legacy[["longitude", "latitude"]].to_numpy().copy()
    missing = ~np.isfinite(old).all(axis=1)
    old[missing] = 0.0
    default = links[links["default"]].set_index("legacy")["new"].reindex(range(len(old))).to_numpy()
    zone = (new["kind"].to_numpy() == "special zone")[default]
    vague = vague_points(legacy)
    own_km, own_radii = _own_distance(old, links, new_point, radius, wrong_new)
    edge = own_radii - _foreign_radii(old, links, new_point, radius, wrong_new)
    stranger = _kin(old, legacy["district"].to_numpy()) <= KIN
    far = (own_radii > FAR_RADII) | (edge > FOREIGN_RADII) & (own_radii > SPECIFIC_RADII) & stranger
    rules = {
        "coordinates missing": missing | (legacy["kind"] == ISLAND_DISTRICT).to_numpy(),
        "coordinates outside the province": ~zone & (own_radii > 1.0) & _outside_province(source, old),
        "coordinates far off": np.where(zone, own_km > ZONE_KM, far & (own_km > SMALLEST_MOVE_KM)),
        "coordinates vague": ~zone
        & vague
        & (own_km > 2.0)
        & (own_radii > VAGUE_RADII)
        & (edge > FOREIGN_RADII / 2),
        "coordinates duplicate": _repeated(legacy),
    }
    kind = np.full(len(legacy), "", dtype=object)
    for name, rows in rules.items():
        kind[rows & (kind == "")] = name
    point = old.copy()
    for unit, members in _members(links):
        bad = members[kind[members] != ""]
        if len(bad):
            good = members[kind[members] == ""]
            point[bad] = _room(new_point[unit], radius[unit], point[good], len(bad))
    repairs = []
    for row in np.flatnonzero(kind != ""):
        home = default[row]
        detail = f"placed in {new['code'][home]} {new['name'][home]}"
        if not missing[row]:
            detail += f", {float(_km(old[row], point[row])):.0f} km from where the source has it"
        repairs.append(Repair(str(kind[row]), f"{legacy['code'][row]} {legacy['name'][row]}", detail))
    return np.round(point, 5), repairs


def _kin(point: NDArray[np.float64], district: NDArray[np.object_]) -> NDArray[np.int64]:
    """How many of the 6 nearest other units are of the own district; (U,) int64."""
    position = on_sphere_km(point[:, 0], point[:, 1])
    near = cKDTree(position).query(position, k=min(7, len(point)))[1]
    same = (district[near] == district[:, None]) & (near != np.arange(len(near))[:, None])
    return np.asarray(same.sum(axis=1), dtype=np.int64)


def _own_distance(
    old: NDArray[np.float64],
    links: pd.DataFrame,
    new_point: NDArray[np.float64],
    radius: NDArray[np.float64],
    wrong_new: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least distance to the own new units, in km and in radii; 0 when none has a published point to judge
    by."""
    trusted = links[~wrong_new[links["new"]]]
    gap = _km(old[trusted["legacy"]], new_point[trusted["new"]])
    table = pd.DataFrame({"legacy": trusted["legacy"], "km": gap, "radii": gap / radius[trusted["new"]]})
    least = table.groupby("legacy").min().reindex(range(len(old))).fillna(0.0)
    return least["km"].to_numpy(), least["radii"].to_numpy()


def _foreign_radii(
    old: NDArray[np.float64],
    links: pd.DataFrame,
    new_point: NDArray[np.float64],
    radius: NDArray[np.float64],
    wrong_new: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Least distance to a foreign new unit's point, in its radii, among the 12 nearest points."""
    units = np.flatnonzero(~wrong_new)
    tree = cKDTree(on_sphere_km(new_point[units, 0], new_point[units, 1]))
    km, at = tree.query(on_sphere_km(old[:, 0], old[:, 1]), k=min(12, len(units)))
    near = units[at]
    linked = np.unique(links["legacy"].to_numpy() * len(new_point) + links["new"].to_numpy())
    own = np.isin(np.arange(len(old))[:, None] * len(new_point) + near, linked)
    return np.asarray(np.where(own, np.inf, km / radius[near]).min(axis=1), dtype=np.float64)


def _outside_province(source: Gazetteer, old: NDArray[np.float64]) -> NDArray[np.bool_]:
    province = source.legacy["province"].to_numpy()
    outside = np.zeros(len(old), dtype=np.bool_)
    for code, _, rings in load_outlines():
        at = np.flatnonzero(province == code)
        if code not in OUTLINE_FAULTS:
            outside[at] = outside_km(rings, old[at, 0], old[at, 1]) > OUTLINE_TOLERANCE_KM
    return outside


def _repeated(legacy: pd.DataFrame) -> NDArray[np.bool_]:
    """All but one of the units with the same point: the one whose name the geocoder's answer gives first
    stays."""
    first = [address.split(",")[0] for address in legacy["address"]]
    exact = [name == answer for name, answer in zip(legacy["name"], first, strict=True)]
    loose = [fold(name) in fold(answer) for name, answer in zip(legacy["name"], first, strict=True)]
    rank = 2 - np.array(exact, dtype=int) - np.array(loose, dtype=int)
    order = np.lexsort((np.arange(len(legacy)), rank))
    repeated = legacy[["longitude", "latitude"]].iloc[order].round(5).duplicated(keep="first")
    return np.asarray(
        repeated.sort_index().to_numpy() & legacy["latitude"].notna().to_numpy(), dtype=np.bool_
    )


def _room(
    centre: NDArray[np.float64], radius: float, good: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """Points for ``count`` badly located members of a unit: opposite its well-located ones, on a small ring.

    The mean of all members is drawn to the unit's own point, as a centroid asks; never beyond 0.7 radii.
    """
    scale = np.array([KM_PER_DEGREE * np.cos(np.radians(centre[1])), KM_PER_DEGREE])
    away = np.zeros(2)
    if len(good):
        away = (centre - good.mean(axis=0)) * scale * len(good) / count
        length = float(np.hypot(*away))
        away *= min(1.0, 0.7 * radius / length) if length > 0 else 0.0
    if count == 1:
        return np.asarray(centre + away / scale)
    turn = 2 * np.pi * np.arange(count) / count
    ring = 0.6 * radius * np.sqrt(count / (count + len(good)))
    offset = ring * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    return np.asarray(centre + (away * len(good) / (count + len(good)) + offset) / scale)


def mend_areas(
    source: Gazetteer, unit: NDArray[np.integer], voronoi_km2: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], list[Repair]]:
    """Areas of the new units: the published one where it is plausible, else the Voronoi area of its places.

    Rule: a published area is wrong when it is missing or zero; when it differs from the Voronoi area by
    more than AREA_TOO_SMALL or AREA_TOO_LARGE; or when a namesake has the same and it does not fit
    (NAMESAKE_RATIO). Special zones are not judged by Voronoi areas.

    Parameters
    ----------
    unit : (P,) int
        New unit of each place.
    voronoi_km2 : (P,) float64
        Voronoi area of each place, km2.

    Returns
    -------
    area_km2 : (U,) float64
    wrong : (U,) bool, replaced ones
    repairs

    Raises
    ------
    ValueError
        For a unit without an area, neither published nor on the raster.
    """
    new = source.new
    voronoi = np.bincount(unit, voronoi_km2, minlength=len(new))
    published = new["area_km2"].to_numpy(dtype=np.float64)
    present = np.isfinite(published) & (published > 0)
    drawn = (voronoi > 0) & (new["kind"] != "special zone").to_numpy()
    ratio = np.divide(published, voronoi, out=np.ones(len(new)), where=present & drawn)
    misfit = np.maximum(ratio, 1 / ratio)
    names = new["name"].map(lambda text: fold(re.sub(r"\(.*?\)", "", text)))
    twin = present & pd.DataFrame({"name": names, "area": published}).duplicated(keep=False).to_numpy()
    kinds = {
        "area missing": ~present,
        "area of a namesake": drawn & twin & (misfit > NAMESAKE_RATIO),
        "area implausible": drawn & ((ratio < 1 / AREA_TOO_SMALL) | (ratio > AREA_TOO_LARGE)),
    }
    kind = np.full(len(new), "", dtype=object)
    for name, found in kinds.items():
        kind[found & (kind == "")] = name
    wrong = np.asarray((kind != "") & (voronoi > 0), dtype=np.bool_)
    stuck = np.flatnonzero(~present & (voronoi <= 0))
    if len(stuck):
        raise ValueError(f"no area for new unit {new['code'][stuck[0]]}: neither published nor on the raster")
    repairs = [
        Repair(
            str(kind[row]),
            f"{new['code'][row]} {new['name'][row]}",
            f"published {published[row]:g} km2, Voronoi {voronoi[row]:.1f} km2",
        )
        for row in np.flatnonzero(wrong)
    ]
    return np.where(wrong, voronoi, published), wrong, repairs


def radius_km(area_km2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Radius of the disc of an area (n,), km; DEFAULT_RADIUS_KM where the area is missing or zero."""
    known = np.nan_to_num(area_km2) > 0
    return np.where(known, np.sqrt(np.where(known, area_km2, 1.0) / np.pi), DEFAULT_RADIUS_KM)


def _km(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return distance_km(on_sphere_km(a[..., 0], a[..., 1]), on_sphere_km(b[..., 0], b[..., 1]))

"""Which places lie beside each other: the graph on which units may be merged.

There are no outlines of communes in the sources, so places are neighbours when their points are (Delaunay), inside
one legacy province. What an outline would forbid is taken away again: lines over bays and between an island and the
mainland. Then every province is made connected by the shortest lines that do it, and these are marked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, QhullError, cKDTree

from dicu.scenario.vocabulary import ISLAND
from dicu.world.geometry import KM_PER_DEGREE
from dicu.world.world import World

LONGEST_RADII: Final = 2.5
"""Neighbours are at most this many times as far apart as the sum of their radii (of circles of their areas). Beyond
it lines run along the outer edge of the country or over a bay: against polygons of 2009 the share of true
neighbours among the pairs rises from 78.4 to 79.4 % while 0.1 % of the true ones are lost."""
METRE_KM: Final = 1e-3
"""Points are rounded to it before they are triangulated, so that no last bit of a cosine decides a neighbour."""


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Pairs of neighbouring places, E rows, sorted; each pair once, the smaller index first.

    Attributes
    ----------
    pair : (E, 2) int32
    bridge : (E,) bool
        Added only to make a province connected: over water, or over a gap of the source.
    """

    pair: NDArray[np.int32]
    bridge: NDArray[np.bool_]

    def between(self, group: NDArray[np.integer]) -> Neighbours:
        """The graph of groups of places: two are neighbours when any of their places are.

        A pair is a bridge when all that joins it are bridges.

        Parameters
        ----------
        group
            (P,) int, group of each place.
        """
        ends = np.sort(group[self.pair].astype(np.int64), axis=1)
        other = ends[:, 0] != ends[:, 1]
        n = int(group.max()) + 1
        key, way = np.unique(ends[other, 0] * n + ends[other, 1], return_inverse=True)
        land = np.bincount(way, ~self.bridge[other], len(key)) > 0
        return Neighbours(np.stack([key // n, key % n], axis=1).astype(np.int32), ~land)


def neighbours(world: World) -> Neighbours:
    """The neighbour graph of a world's places.

    Rules, in order: (1) Delaunay pairs of the points of all places, in one plane; (2) only pairs of one legacy
    province, both or neither on islands, and not farther apart than `LONGEST_RADII`; (3) parts of one legacy
    commune are neighbours; (4) while a province has several parts, the two nearest of them are joined by their
    shortest line, a bridge.

    Returns
    -------
    Neighbours
        Every legacy province is connected.
    """
    point = _plane_km(world)
    province, island = world.province, world.terrain == ISLAND
    pair = _triangulated(point)
    radius = np.sqrt(world.area_km2 / np.pi)
    a, b = pair[:, 0], pair[:, 1]
    length = np.sqrt(((point[a] - point[b]) ** 2).sum(axis=1))
    kept = (province[a] == province[b]) & (island[a] == island[b])
    kept &= length <= LONGEST_RADII * (radius[a] + radius[b])
    pair = np.concatenate([pair[kept], _chains(world.legacy_commune)])
    pair = np.unique(np.sort(pair, axis=1), axis=0)
    bridges = _bridges(pair, point, province)
    both = np.concatenate([pair, bridges])
    mark = np.arange(len(both)) >= len(pair)
    order = np.lexsort((both[:, 1], both[:, 0]))
    return Neighbours(both[order].astype(np.int32), mark[order])


def _plane_km(world: World) -> NDArray[np.float64]:
    """Points of the places in a plane, (P, 2) km: the sinusoidal projection about the mean meridian."""
    x = (world.longitude - float(np.mean(world.longitude))) * np.cos(np.radians(world.latitude))
    point = np.stack([x, world.latitude], axis=1) * KM_PER_DEGREE
    return np.asarray(np.round(point / METRE_KM) * METRE_KM, dtype=np.float64)


def parts(n: int, pair: NDArray[np.integer]) -> NDArray[np.int32]:
    """Connected part of each of n nodes joined by pairs (k, 2); (n,) int32, numbered by their first node."""
    ones = np.ones(len(pair), dtype=np.int8)
    graph = coo_matrix((ones, (pair[:, 0], pair[:, 1])), shape=(n, n))
    label = np.asarray(connected_components(graph, directed=False)[1])
    first = np.unique(label, return_index=True)[1]
    rank = np.empty(len(first), dtype=np.int32)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[label]


def _triangulated(point: NDArray[np.float64]) -> NDArray[np.int64]:
    """Delaunay pairs, (E, 2); all of a line's consecutive points where there is no triangle."""
    try:
        triangles = Delaunay(point)
    except (QhullError, ValueError):  # fewer than three points, or all on one line
        order = np.lexsort((point[:, 1], point[:, 0]))
        return np.stack([order[:-1], order[1:]], axis=1).astype(np.int64)
    corners = triangles.simplices
    sides = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])
    twins = triangles.coplanar[:, [0, 2]]  # a point that Qhull merged with another stands beside it
    return np.unique(np.sort(np.concatenate([sides, twins]), axis=1), axis=0).astype(np.int64)


def _chains(unit: NDArray[np.integer]) -> NDArray[np.int64]:
    """The places of each unit in a row, (N, 2): enough to connect them."""
    order = np.argsort(unit, kind="stable")
    same = unit[order[1:]] == unit[order[:-1]]
    return np.stack([order[:-1][same], order[1:][same]], axis=1).astype(np.int64)


def _bridges(
    pair: NDArray[np.int64], point: NDArray[np.float64], province: NDArray[np.int32]
) -> NDArray[np.int64]:
    """The shortest lines that connect the parts of each province, nearest part first."""
    part = parts(len(point), pair)
    made: list[tuple[int, int]] = []
    for r in np.unique(province).tolist():
        mine = np.flatnonzero(province == r)
        label = part[mine]
        while len(kinds := np.unique(label)) > 1:
            best: tuple[float, int, int] | None = None
            for kind in kinds.tolist():
                inside, outside = mine[label == kind], mine[label != kind]
                gap, at = cKDTree(point[outside]).query(point[inside])
                i = int(np.argmin(gap))
                ends = sorted((int(inside[i]), int(outside[int(np.asarray(at)[i])])))
                found = (float(np.asarray(gap)[i]), ends[0], ends[1])
                best = found if best is None else min(best, found)
            assert best is not None
            _, a, b = best
            made.append((a, b))
            joined = {int(label[mine == a][0]), int(label[mine == b][0])}
            label = np.where(np.isin(label, list(joined)), min(joined), label)
    return np.array(made, dtype=np.int64).reshape(-1, 2)

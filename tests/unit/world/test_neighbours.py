"""The neighbour graph: in provinces, connected, repeatable, and near the truth."""

from __future__ import annotations

import numpy as np
import pytest

from dicu.reform.opening import load_viet_nam
from dicu.scenario.vocabulary import ISLAND
from dicu.world.neighbours import neighbours, parts
from dicu.world.small import make_small


@pytest.mark.parametrize("name", ["one_place", "two_places", "ring", "monocentric"])
def test_provinces_of_small_worlds_are_connected(name):
    world = make_small(name)
    graph = neighbours(world)
    assert (graph.pair[:, 0] < graph.pair[:, 1]).all()
    assert len(np.unique(graph.pair, axis=0)) == len(graph.pair)
    assert (world.province[graph.pair[:, 0]] == world.province[graph.pair[:, 1]]).all()
    assert parts(world.n_places, graph.pair).max() + 1 == len(np.unique(world.province))


def test_groups_of_places_are_neighbours_when_their_places_are():
    world = make_small("monocentric")
    graph = neighbours(world)
    between = graph.between(world.legacy_commune)
    ends = world.legacy_commune[graph.pair]
    expected = {tuple(sorted(e)) for e in ends.tolist() if e[0] != e[1]}
    assert {tuple(e) for e in between.pair.tolist()} == expected


def test_parts_are_numbered_by_their_first_node():
    assert parts(6, np.array([[4, 1], [5, 2]])).tolist() == [0, 1, 2, 3, 1, 2]
    assert parts(2, np.empty((0, 2), dtype=np.int32)).tolist() == [0, 1]


@pytest.fixture(scope="module")
def country():
    world = load_viet_nam(2024)
    return world, neighbours(world)


def test_the_country(country):
    world, graph = country
    assert parts(world.n_places, graph.pair).max() + 1 == 63, (
        "each province one piece, none joined to another"
    )
    island = world.terrain == ISLAND
    mixed = island[graph.pair[:, 0]] != island[graph.pair[:, 1]]
    assert graph.bridge[mixed].all(), "to an island only over a bridge"
    assert graph.bridge.sum() < 40
    degree = np.bincount(graph.between(world.legacy_commune).pair.ravel(), minlength=10_040)
    assert 5 < degree.mean() < 6, "a plane graph has fewer than 6 neighbours a node"
    same = world.new_commune[graph.pair[:, 0]] == world.new_commune[graph.pair[:, 1]]
    label = parts(world.n_places, graph.pair[same])
    pieces = np.bincount(world.new_commune[np.unique(label, return_index=True)[1]])
    assert (pieces == 1).mean() > 0.93, "most units of July 2025 are one piece of it"

"""The standards by role: which ward a province's wards are measured as."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dicu.reform.standards import BORDER, WARD, limits, table
from dicu.world.terrain import MOUNTAINOUS

INLAND, AT_THE_BORDER, IN_MOUNTAINS = "36", "80", "14"  # Nam Dinh, Long An, Son La


@pytest.mark.parametrize("resolution", ["1211/2016", "76/2025", "112/2025"])
def test_wards_at_the_border_and_in_mountains_have_the_standard_of_the_edge(world, resolution) -> None:
    """Both conditions count, each alone; elsewhere the plain ward's holds, and a municipality's goes before all."""
    assert AT_THE_BORDER in BORDER
    assert IN_MOUNTAINS in MOUNTAINOUS
    assert not BORDER & MOUNTAINOUS, "no province shows both conditions at once"
    codes = [INLAND, AT_THE_BORDER, IN_MOUNTAINS, AT_THE_BORDER]
    four = {"parent": np.full(4, -1), "seat_place": np.zeros(4, dtype=np.int32), "seat_km": np.zeros((4, 3))}
    kinds = np.array(["province"] * 3 + ["municipality"])
    provinces = replace(
        world.legacy_provinces, code=np.array(codes), name=np.array(codes), kind=kinds, **four
    )
    world = replace(world, legacy_provinces=provinces, region=np.zeros(4, dtype=np.int32))
    rows = table()
    persons = rows[rows["resolution"] == resolution].set_index("role")["persons"]
    edge = persons["ward in mountains or at the border"]
    expected = [persons["ward"], edge, edge, persons["ward of a central city"]]
    assert limits(world, resolution)[:, WARD, 0].tolist() == expected


def test_one_resolution_tells_the_three_wards_apart() -> None:
    """Else the test above could not fail."""
    rows = table()
    wards = rows[(rows["resolution"] == "76/2025") & rows["role"].str.startswith("ward")]
    assert wards["persons"].nunique() == 3

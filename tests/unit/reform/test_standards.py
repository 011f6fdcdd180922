"""The standards by role: which ward a province's wards are measured as, and where there are none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dicu.reform.opening import load_viet_nam
from dicu.reform.policies import policy
from dicu.reform.standards import COMMUNE, WARD, limits
from dicu.scenario.scenario import UnfitScenario
from dicu.world.country import shipped_table
from dicu.world.small import monocentric
from dicu.world.terrain import MOUNTAINOUS
from dicu.world.viet_nam import BORDER

INLAND, AT_THE_BORDER, IN_MOUNTAINS, CITY = (
    "36",
    "80",
    "14",
    "79",
)  # Nam Dinh, Long An, Son La, Ho Chi Minh City


@pytest.mark.parametrize("resolution", ["1211/2016", "76/2025", "112/2025"])
def test_wards_at_the_border_and_in_mountains_have_the_standard_of_the_edge(resolution) -> None:
    """Both conditions count, each alone; elsewhere the plain ward's holds, and a municipality's goes before all."""
    assert AT_THE_BORDER in BORDER
    assert IN_MOUNTAINS in MOUNTAINOUS
    assert not BORDER & MOUNTAINOUS, "no province shows both conditions at once"
    world = load_viet_nam(2024)
    rows = shipped_table("standards")
    persons = rows[rows["resolution"] == resolution].set_index("role")["persons"]
    edge = persons["ward in mountains or at the border"]
    expected = [persons["ward"], edge, edge, persons["ward of a central city"]]
    codes = world.legacy_provinces.code.tolist()
    at = [codes.index(code) for code in (INLAND, AT_THE_BORDER, IN_MOUNTAINS, CITY)]
    assert limits(world, resolution)[at, WARD, 0].tolist() == expected


def test_less_area_is_enough_in_the_delta() -> None:
    """Resolution 112/2025 asks 70 % of the area of communes in the Red River Delta, and of no others."""
    world = load_viet_nam(2024)
    least = limits(world, "112/2025")[:, COMMUNE, 1]
    in_delta = np.array([world.region_names[r] == "RRD" for r in world.region])
    assert np.allclose(least[in_delta], 21.0)
    assert np.allclose(least[~in_delta], 30.0)


def test_codes_of_another_country_mean_nothing() -> None:
    """Province "02" of a made-up world is not the mountainous one that has this code elsewhere."""
    world = monocentric()
    assert "02" in world.legacy_provinces.code
    assert "02" in MOUNTAINOUS
    rows = shipped_table("standards")
    plain = rows[(rows["resolution"] == "76/2025") & (rows["role"] == "ward")]["persons"].item()
    assert limits(world, "76/2025")[1, WARD, 0] == plain


def test_a_country_without_standards_has_none() -> None:
    """Nothing is asked of its units, and a policy that measures them is refused with the key to change."""
    world = monocentric()
    world = replace(world, country=replace(world.country, tables={}))
    assert not limits(world, "76/2025").any()
    with pytest.raises(UnfitScenario, match=r"^reform.policy: .*no table of standards"):
        policy("standard", world, 0)
    with pytest.raises(UnfitScenario, match=r"^reform.standard: .*got '1/1999', allowed 1211/2016"):
        limits(monocentric(), "1/1999")


def test_one_resolution_tells_the_three_wards_apart() -> None:
    """Else the test above could not fail."""
    rows = shipped_table("standards")
    wards = rows[(rows["resolution"] == "76/2025") & rows["role"].str.startswith("ward")]
    assert wards["persons"].nunique() == 3

"""Rules that mend the source: what they find in it, and that they leave what is right alone."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from dicu.world.gazetteer import Gazetteer
from dicu.world.repairs import (
    Mended,
    drop_collisions,
    mend_areas,
    mend_legacy_points,
    mend_new_points,
    radius_km,
    vague_points,
)
from dicu.world.world import distance_km, on_sphere_km


def km(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return distance_km(on_sphere_km(a[..., 0], a[..., 1]), on_sphere_km(b[..., 0], b[..., 1]))


def test_source_is_the_known_one(gazetteer: Gazetteer) -> None:
    split = gazetteer.links.groupby("legacy").size()
    assert (split > 1).sum() == 471
    assert len(gazetteer.links) == 10602


def test_collisions_are_dropped_and_true_splits_kept(gazetteer: Gazetteer) -> None:
    links, repairs = drop_collisions(gazetteer)
    assert (links.groupby("legacy").size() > 1).sum() == 443
    assert len(repairs) == 30 == len(gazetteer.links) - len(links)
    code = set(
        zip(gazetteer.legacy["code"][links["legacy"]], gazetteer.new["code"][links["new"]], strict=True)
    )
    # Ward 4 of Tay Ninh city is not part of Long An ward, 85 km away; Hoa Lien really went to both.
    assert ("25462", "27694") not in code
    assert ("25462", "25459") in code
    hoa_lien = gazetteer.legacy.query("name == 'Hòa Liên'")["code"].item()
    assert len([new for old, new in code if old == hoa_lien]) == 2
    assert links["legacy"].nunique() == 10040, "every legacy unit keeps a home"
    assert links["new"].nunique() == 3321
    assert (links.groupby("legacy")["default"].sum() == 1).all()


def test_every_repair_is_counted(mended: Mended) -> None:
    kinds = Counter(repair.kind for repair in mended.repairs)
    assert kinds["coordinates missing"] == 5
    assert kinds["name collision"] == 30
    assert 9 <= kinds["new unit's point far off"] <= 15
    assert 150 < sum(n for kind, n in kinds.items() if kind.startswith("coordinates")) < 400
    assert all(repair.unit and repair.detail for repair in mended.repairs)


def test_points_end_near_their_new_unit(gazetteer: Gazetteer, mended: Mended) -> None:
    """Of ordinary units: the source has 50 points more than 20 km off; none is left far outside its unit."""
    home = mended.links[mended.links["default"]].set_index("legacy")["new"].sort_index().to_numpy()
    ordinary = (gazetteer.new["kind"] != "special zone").to_numpy()[home]
    before = km(gazetteer.legacy[["longitude", "latitude"]].to_numpy(), mended.new_point[home])
    after = km(mended.legacy_point, mended.new_point[home])
    assert (before[ordinary] > 40).sum() >= 5
    assert (after[ordinary] > 40).sum() == 0
    moved = (mended.legacy_point != gazetteer.legacy[["longitude", "latitude"]].round(5).to_numpy()).any(
        axis=1
    )
    assert moved.sum() < 0.04 * len(moved), "what is right stays"
    assert not pd.DataFrame(mended.legacy_point).duplicated().any()


def test_new_point_far_off_goes_to_its_members(gazetteer: Gazetteer, mended: Mended) -> None:
    row = int(np.flatnonzero(gazetteer.new["code"] == "29983")[0])  # Long Khanh of Dong Thap, put in Dong Nai
    published = gazetteer.new.loc[row, ["longitude", "latitude"]].to_numpy(dtype=float)
    members = mended.links[(mended.links["new"] == row) & mended.links["default"]]["legacy"]
    assert km(mended.legacy_point[members], published).min() > 90
    assert km(mended.legacy_point[members], mended.new_point[row]).min() < 5


def toy(legacy_rows: list[tuple[str, str, float, float, str]], area: float = 25.0) -> Gazetteer:
    """Units of one new commune at (105, 21) and another at (106, 21); district and address as given.

    Province 92, whose outline is known to be wrong, so that outlines do not judge these made-up points.
    """
    legacy = pd.DataFrame(legacy_rows, columns=["name", "district", "longitude", "latitude", "address"])
    legacy = legacy.assign(code=[f"{i:05d}" for i in range(len(legacy))], kind="commune", province="92")
    new = pd.DataFrame(
        {
            "code": ["00000", "00900"],
            "name": ["Here", "There"],
            "kind": "commune",
            "province": "01",
            "longitude": [105.0, 106.0],
            "latitude": [21.0, 21.0],
            "area_km2": area,
        }
    )
    links = pd.DataFrame({"legacy": range(len(legacy)), "new": 0, "default": True})
    links.loc[len(legacy) - 1, "new"] = 1
    empty = pd.DataFrame()
    return Gazetteer(legacy, new, empty, empty, empty, links)


def near(names: str, district: str = "001") -> list[tuple[str, str, float, float, str]]:
    return [(n, district, 105.0 + 0.01 * i, 21.0 - 0.005 * i, f"{n}, Somewhere") for i, n in enumerate(names)]


def test_a_unit_located_in_another_is_brought_home() -> None:
    source = toy(
        [*near("abcdefg"), ("x", "001", 106.001, 21.0, "X, Somewhere"), ("z", "002", 106, 21, "Z, S")]
    )
    source.legacy.loc[8, ["longitude", "latitude"]] = [106.0, 21.0]
    new_point, wrong, _ = mend_new_points(source, source.links)
    assert not wrong.any()
    radius = np.maximum(radius_km(source.new["area_km2"].to_numpy()), 1.0)
    point, repairs = mend_legacy_points(source, source.links, new_point, wrong, radius)
    assert [r.unit for r in repairs] == ["00007 x"]
    assert km(point[7], np.array([105.0, 21.0])) < 3
    assert np.array_equal(point[:7], source.legacy[["longitude", "latitude"]].to_numpy()[:7].round(5))


def test_outlines_judge_only_points_far_from_their_unit() -> None:
    source = toy([*near("abcdef"), ("x", "001", 105.04, 21.0, "X, S"), ("z", "002", 106.0, 21.0, "Z, S")])
    source.legacy["province"] = "79"  # the toy country is 1,100 km from Ho Chi Minh City
    new_point = source.new[["longitude", "latitude"]].to_numpy()
    radius = np.array([2.0, 2.0])
    _, repairs = mend_legacy_points(source, source.links, new_point, np.zeros(2, bool), radius)
    found = {r.unit for r in repairs if r.kind == "coordinates outside the province"}
    gap = km(source.legacy[["longitude", "latitude"]].to_numpy(), new_point[source.links["new"]])
    assert found == {f"{i:05d} {source.legacy['name'][i]}" for i in np.flatnonzero(gap > 2.0)}
    assert 0 < len(found) < len(source.legacy)


def test_shared_and_unnamed_points_are_vague() -> None:
    rows = [*near("ab"), ("c", "001", 105.0, 21.0, "C, Somewhere"), ("dd", "001", 105.2, 21.1, "A District")]
    assert vague_points(toy(rows).legacy).tolist() == [True, False, True, True]


def test_missing_and_duplicate_points_get_a_place_of_their_own() -> None:
    rows = [*near("abcdef"), ("f", "001", 105.05, 20.975, "F, S"), ("m", "001", np.nan, np.nan, "")]
    source = toy([*rows, ("z", "002", 106.0, 21.0, "Z, S")])
    radius = np.maximum(radius_km(source.new["area_km2"].to_numpy()), 1.0)
    new_point = source.new[["longitude", "latitude"]].to_numpy()
    point, repairs = mend_legacy_points(source, source.links, new_point, np.zeros(2, bool), radius)
    assert Counter(r.kind for r in repairs) == {"coordinates missing": 1, "coordinates duplicate": 1}
    assert np.isfinite(point).all()
    assert len(np.unique(point, axis=0)) == len(point)


@pytest.mark.parametrize(
    ("published", "kind"),
    [
        (np.nan, "area missing"),
        (0.0, "area missing"),
        (4.0, "area implausible"),
        (200.0, "area implausible"),
        (20.0, ""),
        (40.0, ""),
    ],
)
def test_areas_are_judged_by_the_land_nearest(published: float, kind: str) -> None:
    source = toy([*near("a"), ("z", "002", 106.0, 21.0, "Z")])
    source.new.loc[0, "area_km2"] = published
    area, wrong, repairs = mend_areas(source, np.array([0, 1]), np.array([22.0, 24.0]))
    assert [r.kind for r in repairs] == ([kind] if kind else [])
    assert wrong.tolist() == [bool(kind), False]
    assert area.tolist() == [22.0 if kind else published, 25.0]


def test_an_area_copied_from_a_namesake_is_replaced_where_it_does_not_fit() -> None:
    source = toy([*near("a"), ("z", "002", 106.0, 21.0, "Z")])
    source.new.loc[:, "name"] = "Tân Tiến"
    area, wrong, repairs = mend_areas(source, np.array([0, 1]), np.array([26.0, 14.0]))
    assert [r.kind for r in repairs] == ["area of a namesake"]
    assert area.tolist() == [25.0, 14.0]
    assert wrong.tolist() == [False, True]


def test_no_area_at_all_is_an_error() -> None:
    source = toy([*near("a"), ("z", "002", 106.0, 21.0, "Z")])
    source.new.loc[0, "area_km2"] = np.nan
    with pytest.raises(ValueError, match="00000"):
        mend_areas(source, np.array([0, 1]), np.array([0.0, 24.0]))

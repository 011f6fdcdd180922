"""The real country: official counts, what every world must satisfy, seats, areas, and the cache."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dicu.reform import opening
from dicu.reform.opening import load_viet_nam, with_reform
from dicu.reform.writing import write_folder
from dicu.scenario.vocabulary import ISLAND, MOUNTAIN, PLAIN
from dicu.world import facts
from dicu.world.cache import read_world, write_world
from dicu.world.country import Country
from dicu.world.folder import read_folder
from dicu.world.gazetteer import ISLAND_DISTRICT
from dicu.world.validate import validate
from dicu.world.viet_nam import build_viet_nam, split_shares
from dicu.world.world import Units, World, distance_km


def unit_named(units: Units, code: str) -> int:
    return int(np.flatnonzero(units.code == code)[0])


def same_world(a: World, b: World) -> bool:
    for name, value in vars(a).items():
        other = getattr(b, name)
        if isinstance(value, Units):
            if not all(np.array_equal(x, getattr(other, part)) for part, x in vars(value).items()):
                return False
        elif isinstance(value, np.ndarray):
            if value.dtype != other.dtype or value.tobytes() != other.tobytes():
                return False
        elif isinstance(value, Country):
            if value.sha256 != other.sha256:
                return False
        elif value != other:
            return False
    return True


def test_counts_are_the_official_ones(viet_nam: World) -> None:
    w = viet_nam
    assert (len(w.legacy_provinces), len(w.new_provinces), len(w.districts)) == (63, 34, 696)
    legacy = Counter(w.legacy_communes.kind.tolist())
    assert legacy == {"commune": 7692, "ward": 1726, "township": 617, ISLAND_DISTRICT: 5}
    assert legacy.total() - legacy[ISLAND_DISTRICT] == 10035
    assert Counter(w.new_communes.kind.tolist()) == {"commune": 2621, "ward": 687, "special zone": 13}
    assert 10550 <= w.n_places <= 10602


def test_provinces_stay_pair_and_triple_as_resolved(viet_nam: World) -> None:
    w = viet_nam
    members: dict[int, set[int]] = {}
    new_province = w.new_communes.parent[w.new_commune]
    for old, new in set(zip(w.province.tolist(), new_province.tolist(), strict=True)):
        members.setdefault(new, set()).add(old)
    assert Counter(len(m) for m in members.values()) == {1: 11, 2: 17, 3: 6}
    stated = facts.provinces_2025().set_index("code")["members"]
    for new, old in members.items():
        code = str(w.new_provinces.code[new])
        assert "+".join(sorted(w.legacy_provinces.code[list(old)])) == "+".join(
            sorted(str(stated[code]).split("+"))
        )


def test_dien_bien(viet_nam: World) -> None:
    w = viet_nam
    here = w.province == unit_named(w.legacy_provinces, "11")
    assert len(np.unique(w.district[here])) == 10
    assert len(np.unique(w.legacy_commune[here])) == 129
    new = np.unique(w.new_commune[here])
    assert Counter(w.new_communes.kind[new].tolist()) == {"commune": 42, "ward": 3}
    assert (w.terrain[here] == MOUNTAIN).all()


def test_world_is_valid_and_places_are_in_one_unit_of_each_generation(viet_nam: World) -> None:
    w = validate(viet_nam)
    pair = w.legacy_commune.astype(np.int64) * len(w.new_communes) + w.new_commune
    assert len(np.unique(pair)) == w.n_places, "a place is one pair of a legacy and a new commune"
    legacy = w.legacy_communes.code[w.legacy_commune].astype(np.uint64)
    new = w.new_communes.code[w.new_commune].astype(np.uint64)
    assert np.array_equal(w.place_key, legacy * np.uint64(100_000) + new)
    assert len(np.unique(w.position_km, axis=0)) == w.n_places, "no two places at one point"


@pytest.mark.parametrize("year", [2019, pytest.param(2024, marks=pytest.mark.slow)])
def test_residents_are_exact_by_province(viet_nam: World, year: int) -> None:
    w = viet_nam if year == 2019 else build_viet_nam(year)
    official = facts.residents(year).set_index("code").loc[w.legacy_provinces.code]
    for urban, column in ((True, "urban"), (False, "rural")):
        mine = np.zeros(63, np.int64)
        np.add.at(mine, w.province[w.urban == urban], w.residents[w.urban == urban])
        assert np.array_equal(mine, official[column].to_numpy(np.int64))
    if year != 2019:
        for name in ("place_key", "position_km", "area_km2", "terrain", "share", "new_commune"):
            # Places do not move between years, and a second build gives the same bytes.
            assert getattr(w, name).tobytes() == getattr(viet_nam, name).tobytes()


def test_areas_sum_to_the_official_provinces_and_are_finite(viet_nam: World) -> None:
    w = viet_nam
    official = facts.provinces_legacy().set_index("code")["area_km2"].loc[w.legacy_provinces.code]
    assert np.allclose(np.bincount(w.province, w.area_km2), official.to_numpy(), rtol=1e-9)
    assert np.isfinite(w.area_km2).all()
    assert w.area_km2.min() > 0


def test_seats_stand_where_the_country_has_them(viet_nam: World) -> None:
    w = viet_nam
    # Published facts: the seat of the new province, by the name of the city it lies in.
    for code, city in (("44", "Đồng Hới"), ("15", "Yên Bái"), ("56", "Nha Trang"), ("11", "Điện Biên Phủ")):
        seat = w.new_provinces.seat_place[unit_named(w.new_provinces, code)]
        assert w.districts.name[w.district[seat]] == city
    district = unit_named(w.districts, "100")  # Dien Bien district
    seat = w.districts.seat_place[district]
    assert w.district[seat] == district
    coded = w.legacy_communes.code[w.legacy_commune[w.new_communes.seat_place]] == w.new_communes.code
    assert (~coded).sum() == 5, "only the zones of island districts have no member with their own code"


def test_distances_to_seats_are_of_the_published_size(viet_nam: World) -> None:
    """People-weighted, straight line: about 4 km to the new commune, farther to the district town."""
    w = viet_nam
    people = w.residents / w.residents.sum()
    new = distance_km(w.position_km, w.new_communes.seat_km[w.new_commune]) @ people
    district = distance_km(w.position_km, w.districts.seat_km[w.district]) @ people
    assert 2.5 < new < 4.5
    assert 6.0 < district < 10.5
    own = distance_km(w.position_km, w.legacy_communes.seat_km[w.legacy_commune]) @ people
    assert own < 0.2 < new < district


def test_terrain_is_by_relief_and_islands_by_type(viet_nam: World) -> None:
    w = viet_nam
    of_unit = np.zeros(len(w.new_communes), np.uint8)
    of_unit[w.new_commune] = w.terrain
    assert np.array_equal(w.terrain, of_unit[w.new_commune]), "one class for each new unit"
    assert (of_unit[w.new_communes.kind == "special zone"] == ISLAND).all()
    # Officially 858 mountain and 537 highland.
    assert abs((of_unit == MOUNTAIN).sum() - 1395) < 0.05 * 1395
    delta = np.isin(w.legacy_provinces.code[w.province], ["34", "96", "94", "33"])
    assert (w.terrain[delta] == PLAIN).all()


def test_shares_favour_the_default_part_and_sum_to_one() -> None:
    area = np.array([10.0, 4.0, 4.0, 0.0, 3.0])
    legacy = np.array([0, 1, 1, 2, 2])
    default = np.array([True, True, False, True, False])
    share = split_shares(area, legacy, default)
    assert share[0] == 1.0
    assert share[1] == pytest.approx(3.5 / 4.5)
    assert np.bincount(legacy, share) == pytest.approx([1, 1, 1])
    assert (share > 0).all(), "no part vanishes"


def test_unknown_year_is_refused() -> None:
    with pytest.raises(ValueError, match="1066"):
        build_viet_nam(1066)


def test_the_country_is_read_from_its_folder_and_mended_when_damaged(
    viet_nam: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Built once; what is read back has every bit of what was built; a changed byte anywhere is not believed."""
    monkeypatch.setenv("DICU_CACHE", str(tmp_path))
    calls: list[int] = []

    def counted(year: int) -> World:
        calls.append(year)
        return viet_nam

    monkeypatch.setattr(opening, "build_viet_nam", counted)
    assert same_world(load_viet_nam(2019), viet_nam)
    assert same_world(load_viet_nam(2019), viet_nam)
    assert calls == [2019], "the second load came from the cache"
    folder, path = sorted(p for p in (tmp_path / "worlds").iterdir())
    assert {"country.yaml", "places.parquet", "units.parquet", "reform.parquet", "rates.csv"} <= {
        p.name for p in folder.iterdir()
    }
    good, key = path.read_bytes(), opening.cache_key((folder / opening.SUM).read_text())
    assert read_world(path, key, viet_nam.country) is not None
    # One flipped bit anywhere, or a file cut short, must not be believed: the tables are read anew.
    for at in (3, 20, 100, len(good) // 2, len(good) - 1):
        bad = bytearray(good)
        bad[at] ^= 1
        path.write_bytes(bytes(bad))
        assert read_world(path, key, viet_nam.country) is None
    path.write_bytes(good[:-1000])
    assert same_world(load_viet_nam(2019), viet_nam)
    assert path.read_bytes() == good, "mended, and the same bytes"
    assert calls == [2019], "from the folder, which was whole"
    table = folder / "region_flows.csv"
    table.write_bytes(table.read_bytes().replace(b"22754", b"22755"))
    assert same_world(load_viet_nam(2019), viet_nam), "a folder that somebody changed is built anew"
    assert calls == [2019, 2019]
    assert sorted(p.name for p in (tmp_path / "worlds").iterdir()) == sorted([folder.name, path.name])
    load_viet_nam(2019, cache=False)
    assert calls == [2019, 2019, 2019]


def test_a_user_s_copy_of_the_folder_is_the_same_world(viet_nam: World, tmp_path: Path) -> None:
    """One path for every country: the same code reads Viet Nam for anybody who has its folder."""
    folder = write_folder(viet_nam, tmp_path / "mine", ".csv")
    made = with_reform(read_folder(folder))
    assert same_world(replace(made, name="viet_nam", country=replace(made.country, notes=())), viet_nam)


def test_cache_refuses_other_inputs_and_unwritable_folders(viet_nam: World, tmp_path: Path) -> None:
    path = tmp_path / "world.npz"
    assert write_world(path, "a" * 64, viet_nam)
    assert read_world(path, "b" * 64, viet_nam.country) is None
    assert read_world(tmp_path / "absent.npz", "a" * 64, viet_nam.country) is None
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    assert not write_world(in_the_way / "world.npz", "a" * 64, viet_nam)


def test_the_country_of_2014(viet_nam: World) -> None:
    """Residents and incomes of the year, ages of 2014: a younger country than that of the census of 2019."""
    world = build_viet_nam(2014)
    assert int(world.residents.sum()) == int(facts.residents(2014)["total"].sum())
    assert 90e6 < world.residents.sum() < 92e6
    ages = world.country.table("age_sex")
    later = viet_nam.country.table("age_sex")
    young, then = (
        float(
            t.loc[t["age_from"] < 15, ["male", "female"]].to_numpy().sum()
            / t[["male", "female"]].to_numpy().sum()
        )
        for t in (ages, later)
    )
    old, oldest = (
        float(
            t.loc[t["age_from"] >= 65, ["male", "female"]].to_numpy().sum()
            / t[["male", "female"]].to_numpy().sum()
        )
        for t in (ages, later)
    )
    assert old < oldest
    assert 0.22 < young < 0.25
    assert 0.22 < then < 0.25
    income = world.province_income_mvnd
    assert income[world.legacy_provinces.code.tolist().index("01")] == pytest.approx(4.113)

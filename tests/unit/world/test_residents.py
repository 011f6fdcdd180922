"""Residents of places: totals exact, independent of order, and impossible inputs refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicu.world import facts
from dicu.world.residents import commune_weight, island_residents, largest_remainder, spread_residents

U64 = np.uint64


def places(**change: Any) -> dict[str, Any]:
    """Two provinces, three districts, six legacy communes in seven places (the last commune is split)."""
    base: dict[str, Any] = {
        "place_key": np.array([100001, 200001, 300002, 400003, 500003, 600004, 600005], U64),
        "province": np.array([0, 0, 0, 1, 1, 1, 1], np.int32),
        "district": np.array([0, 0, 1, 2, 2, 2, 2], np.int32),
        "legacy_commune": np.array([0, 1, 2, 3, 4, 5, 5], np.int32),
        "kind": np.array(["ward", "township", "commune", "ward", "commune", "commune", "commune"]),
        "urban": np.array([1, 1, 0, 1, 0, 0, 0], bool),
        "terrain": np.array([0, 0, 1, 0, 0, 1, 1], np.uint8),
        "area_km2": np.array([4.0, 9.0, 60.0, 5.0, 20.0, 30.0, 10.0]),
        "share": np.array([1, 1, 1, 1, 1, 0.75, 0.25]),
        "official_urban": np.array([10_001, 777], np.int64),
        "official_rural": np.array([3_333, 20_000], np.int64),
        "province_name": np.array(["Alpha", "Beta"]),
    }
    return base | change


def by_group(inputs: dict[str, Any], residents: np.ndarray[Any, Any], urban: bool) -> list[int]:
    chosen = inputs["urban"] == urban
    return [int(residents[chosen & (inputs["province"] == p)].sum()) for p in range(2)]


def test_totals_are_exact_and_fragments_follow_their_shares() -> None:
    inputs = places()
    residents = spread_residents(**inputs)
    assert residents.dtype == np.int64
    assert by_group(inputs, residents, True) == [10_001, 777]
    assert by_group(inputs, residents, False) == [3_333, 20_000]
    whole = residents[5] + residents[6]
    assert abs(residents[5] - 0.75 * whole) < 1


def test_the_rule_is_the_one_that_is_written_down() -> None:
    """w = area^(1/8) sparsity^(-1/4) 0.6^mountain for rural communes: computed here by powers."""
    inputs = places()
    residents = spread_residents(**inputs)
    sparsity = (5.0 + 20.0 + 40.0) / 3
    plain = 20.0**0.125 * sparsity**-0.25
    mountain = 40.0**0.125 * sparsity**-0.25 * 0.6
    assert residents[4] == pytest.approx(20_000 * plain / (plain + mountain), abs=1)
    ward, township = 4.0**0.125, 9.0**0.125 * 0.8
    assert residents[0] == pytest.approx(10_001 * ward / (ward + township), abs=1)


@given(st.permutations(range(7)))
def test_row_order_does_not_matter(order: list[int]) -> None:
    inputs = places()
    expected = spread_residents(**inputs)
    per_place = {k: v[order] for k, v in inputs.items() if len(v) == 7}
    assert np.array_equal(spread_residents(**(inputs | per_place)), expected[order])


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2**32)), min_size=1, max_size=40),
    st.lists(st.integers(0, 10**8), min_size=4, max_size=4),
)
def test_largest_remainder_is_exact_and_within_one_of_the_quota(
    members: list[tuple[int, int]], totals: list[int]
) -> None:
    group = np.array([g for g, _ in members], np.int64)
    weight = np.array([w for _, w in members], np.int64)
    sums = [sum(w for g, w in members if g == i) for i in range(4)]
    total = np.array([t if s else 0 for t, s in zip(totals, sums, strict=True)], np.int64)
    given_out = largest_remainder(total, group, weight, np.arange(len(members), dtype=U64))
    for i in range(4):
        assert given_out[group == i].sum() == total[i]
    for (g, w), got in zip(members, given_out.tolist(), strict=True):
        quota = int(total[g]) * w // max(sums[g], 1)  # exact: Python integers
        assert quota <= got <= quota + 1
        assert w > 0 or got == 0


def test_ties_go_to_the_smallest_key() -> None:
    three = np.zeros(3, np.int64)
    out = largest_remainder(np.array([10]), three, np.ones(3, np.int64), np.array([30, 10, 20], U64))
    assert out.tolist() == [3, 4, 3]


def test_what_largest_remainder_refuses() -> None:
    one, key = np.zeros(1, np.int64), np.zeros(1, U64)
    with pytest.raises(ValueError, match=r"group\(s\) \[1\]"):
        largest_remainder(np.array([1, 5]), one, np.ones(1, np.int64), key)
    with pytest.raises(ValueError, match="at least 0"):
        largest_remainder(np.array([-1]), one, np.ones(1, np.int64), key)
    with pytest.raises(ValueError, match="63 bits"):
        largest_remainder(np.array([2**40]), one, np.array([2**40]), key)


def test_province_with_urban_residents_and_no_urban_place_is_named() -> None:
    inputs = places(urban=np.array([1, 1, 0, 0, 0, 0, 0], bool))
    with pytest.raises(ValueError, match=r"Beta \(urban\)$"):
        spread_residents(**inputs)
    inputs = places(urban=np.array([1, 1, 1, 1, 0, 0, 0], bool))
    with pytest.raises(ValueError, match=r"Alpha \(rural\)$"):
        spread_residents(**inputs)


@pytest.mark.parametrize(
    ("column", "index", "value", "message"),
    [
        ("area_km2", 3, 0.0, r"area_km2 .*\[3\]"),
        ("area_km2", 3, np.nan, r"area_km2 .*\[3\]"),
        ("share", 6, 1.5, r"share .*\[6\]"),
        ("province", 6, 0, r"legacy communes \[5\] lie in two provinces"),
        ("urban", 6, True, r"legacy communes \[5\]"),
    ],
)
def test_bad_input_is_refused(column: str, index: int, value: float, message: str) -> None:
    inputs = places()
    inputs[column][index] = value
    with pytest.raises(ValueError, match=message):
        spread_residents(**inputs)


def test_stated_islands_keep_their_residents_and_the_province_its_total() -> None:
    fixed = np.full(7, -1, np.int64)
    fixed[4] = 0
    inputs = places(fixed=fixed)
    residents = spread_residents(**inputs)
    assert residents[4] == 0
    assert by_group(inputs, residents, False) == [3_333, 20_000]
    fixed[4] = 20_001
    with pytest.raises(ValueError, match=r"exceed the official ones in Beta \(rural\)"):
        spread_residents(**inputs)


def test_islands_change_as_the_country_does_and_share_in_proportion() -> None:
    key = np.array([2_273_622_736, 2_273_722_736, 2_273_922_736, 9_075_526_732, 100_001], U64)
    modelled = np.array([500, 500, 500, 70_000, 9], np.int64)
    assert island_residents(key, 96_484_000, modelled).tolist() == [31, 31, 31, 8_827, -1]
    later = island_residents(key, 101_343_756, modelled)
    assert later[:3].sum() == 93 * 101_343_756 // 96_484_000
    assert np.ptp(later[:3]) <= 1
    assert later[3] == 8_827 * 101_343_756 // 96_484_000
    uneven = island_residents(key, 96_484_000, np.array([1, 0, 91, 5, 5], np.int64))
    assert uneven.tolist() == [1, 1, 91, 8_827, -1], "nobody modelled still counts as one"


def test_registered_residents_of_islands_are_scaled_as_the_country_is() -> None:
    registered = int(facts.official("registered_2025"))
    table = facts.islands().set_index("code_2025")
    assert facts.island_totals(registered)["31108"] == 22_980 == int(table["registered_2025"]["31108"])
    half = facts.island_totals(registered // 2)
    assert half["31108"] == 22_980 * (registered // 2) // registered
    assert (table.loc[table["confidence"] == "imputed", "rule"] != "").all()
    assert (table.loc[table["registered_2025"] != "", "rule"] != "").all()


def test_weights_are_square_roots_only_so_exact_powers_come_out_exactly() -> None:
    one = np.array([256.0])
    rural, urban = np.array([False]), np.array([True])
    kind, plain = np.array(["commune"]), np.array([False])
    assert commune_weight(one, np.array([16.0]), rural, kind, plain).tolist() == [
        2**24
    ]  # 256^1/8 / 16^1/4 = 1
    assert commune_weight(one, one, urban, np.array(["ward"]), plain).tolist() == [2**24]
    assert commune_weight(one, np.array([16.0]), rural, kind, ~plain).tolist() == [round(0.6 * 2**24)]

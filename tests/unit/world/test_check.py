"""The check beside official figures: passes when they agree, and fails, naming what, when one is off."""

from __future__ import annotations

import dataclasses
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from sim.world import check as checks
from sim.world.check import CheckRow, all_ok, check, compare, mean_distance_km, render, residents_by_province
from sim.world.small import monocentric, two_places
from sim.world.world import Repair


def text_of(rows: list[CheckRow], repairs: tuple[Repair, ...] = ()) -> str:
    console = Console(width=200, record=True, file=StringIO())
    console.print(render(rows, repairs))
    return console.export_text()


@pytest.mark.parametrize(
    ("official", "world", "tolerance", "ok"),
    [
        (63, 63, 0.0, True),
        (63, 62, 0.0, False),
        (100, 101, 0.01, True),
        (100, 98.9, 0.01, False),
        (5, 9, None, None),
    ],
)
def test_compare(official: float, world: float, tolerance: float | None, ok: bool | None) -> None:
    assert compare("x", official, world, "units", tolerance, "s").ok is ok


def test_all_ok() -> None:
    good, bad = compare("a", 1, 1, "", 0.0, ""), compare("b", 1, 2, "", 0.0, "")
    info = compare("c", 1, 2, "", None, "")
    assert all_ok([good, info])
    assert not all_ok([good, bad])
    assert not all_ok([info])
    assert not all_ok([])


def test_a_made_up_country_is_not_viet_nam() -> None:
    rows = check(monocentric())
    assert not all_ok(rows)
    by_name = {row.name: row for row in rows}
    assert by_name["commune-level units before"].world == 28
    assert by_name["provinces of 2025 with two legacy members"].world == 1
    assert by_name["districts of Dien Bien before"].world == 0


def test_other_years_bring_their_residents() -> None:
    world = monocentric()
    later = dataclasses.replace(world, year=2024, residents=world.residents * 2)
    rows = {row.name: row for row in check(world, also=[later])}
    assert rows["residents 2019"].world * 2 == rows["residents 2024"].world == world.residents.sum() * 2
    assert rows["residents 2024"].official == 101_343_756
    assert "residents in urban areas 2024" in rows


def test_residents_by_province_are_sums() -> None:
    world = two_places((100, 300), urban=(False, True))
    table = residents_by_province(world)
    assert table["urban"].tolist() == [0, 300]
    assert table["rural"].tolist() == [100, 0]


def test_mean_distance_is_weighted_by_residents() -> None:
    world = two_places((100, 300), same_province=True, merged=True, distance_km=50)
    # the seat stands where most people live: 100 of 400 travel 50 km, the others within their own 20 km2
    within = 0.3826 * np.sqrt(20.0)
    expected = (100 * np.hypot(within, 50.0) + 300 * within) / 400
    assert mean_distance_km(world, world.new_communes, world.new_commune) == pytest.approx(expected, rel=1e-4)


def test_render_shows_figures_repairs_and_the_verdict() -> None:
    rows = [compare("people", 1_234_567, 1_234_568, "persons", 0.0, "src", "Ha Noi [x]")]
    repairs = (*(Repair("area missing", f"unit {i}", "said 0") for i in range(5)), Repair("b", "u", "[d]"))
    text = text_of(rows, repairs)
    assert "1,234,567" in text
    assert "people: Ha Noi [x]" in text
    assert "0 of 1 figures agree; 1 DIFFER" in text
    assert "Repairs of the source (6)" in text
    assert "unit 2: said 0" in text
    assert "unit 3" not in text
    assert "u: [d]" in text
    assert "1 of 1 figures agree" in text_of([compare("a", 1, 1, "", 0.0, "")])


def test_the_real_country_passes_and_one_person_too_many_does_not() -> None:
    """Builds Viet Nam for two years from the gazetteer (or its cache): about ten seconds at most."""
    from sim.world.viet_nam import load_viet_nam

    world, later = load_viet_nam(2019), load_viet_nam(2024)
    rows = check(world, also=[later])
    assert all_ok(rows), [row for row in rows if row.ok is False]
    assert len([row for row in rows if row.ok]) >= 36

    residents = world.residents.copy()
    residents[0] += 1
    wrong = [row for row in check(dataclasses.replace(world, residents=residents)) if row.ok is False]
    assert [row.name for row in wrong] == [
        "residents 2019",
        "residents 2019, urban and rural, of every legacy province",
    ]
    assert wrong[1].note == "province 01"

    kind = world.new_communes.kind.copy()
    kind[np.flatnonzero(kind == "ward")[0]] = "commune"
    other = dataclasses.replace(world, new_communes=dataclasses.replace(world.new_communes, kind=kind))
    wrong = [row for row in check(other) if row.ok is False]
    assert {row.name for row in wrong} >= {"communes (xa) after", "wards (phuong) after"}
    assert any("Hà Nội" in row.note for row in wrong)


def test_a_figure_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        checks._official("nonsense", 1)

"""The check beside official figures: passes when they agree, and fails, naming what, when one is off."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from io import StringIO

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from dicu.lab import world_check as checks
from dicu.lab.world_check import (
    CheckRow,
    all_ok,
    check,
    compare,
    mean_distance_km,
    render,
    residents_by_province,
)
from dicu.reform.opening import load_viet_nam
from dicu.world.small import monocentric, two_places
from dicu.world.world import Repair, World


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
    from dicu.reform.opening import load_viet_nam

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


def kind_of_one_unit(world: World) -> World:
    """A ward that is called a commune."""
    kind = world.legacy_communes.kind.copy()
    kind[np.flatnonzero(kind == "ward")[0]] = "commune"
    return dataclasses.replace(world, legacy_communes=dataclasses.replace(world.legacy_communes, kind=kind))


def place_in_a_neighbour(world: World) -> World:
    """A place in another commune of its province: every number of units and residents stays as it was."""
    new = world.new_commune.copy()
    alone = np.bincount(new)[new] > 1
    place = np.flatnonzero(alone)[0]
    parent = world.new_communes.parent
    others = np.flatnonzero((parent == parent[new[place]]) & (np.arange(len(parent)) != new[place]))
    new[place] = others[0]
    return dataclasses.replace(world, new_commune=new)


def island_multiplied(world: World) -> World:
    """Kien Hai with three times its people, taken from the rest of its province's country."""
    residents = world.residents.copy()
    island = world.new_communes.code[world.new_commune] == "31108"
    gained = int(2 * residents[island].sum())
    residents[island] *= 3
    rest = np.flatnonzero((world.province == world.province[island][0]) & ~world.urban & ~island)
    residents[rest[np.argmax(residents[rest])]] -= gained
    return dataclasses.replace(world, residents=residents)


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (None, ""),
        (kind_of_one_unit, "wards (phuong) before"),
        (place_in_a_neighbour, "the world's own source one of the three"),
        (island_multiplied, "31108: 58500 not 19500"),
    ],
)
def test_the_command_fails_on_a_broken_world(
    monkeypatch: pytest.MonkeyPatch, damage: Callable[[World], World] | None, what: str
) -> None:
    """`dicu world check` ends with status 1 when one unit, one place or one island is wrong."""
    from dicu.cli import app
    from dicu.reform import opening

    def broken(year: int) -> World:
        world = load_viet_nam(year)
        return world if damage is None or year != 2019 else damage(world)

    monkeypatch.setattr(opening, "load_viet_nam", broken)
    monkeypatch.setenv("COLUMNS", "250")
    result = CliRunner().invoke(app, ["world", "check"])
    assert result.exit_code == (0 if damage is None else 1), result.output
    assert ("DIFFER" in result.output) == (damage is not None)
    assert what in result.output


def test_own_input_is_said_to_be_no_evidence() -> None:
    rows = [compare("a", 1, 1, "", 0.0, "nso_e02"), compare("b", 1, 1, "", 0.0, "wave_2025")]
    assert [row.own_input for row in rows] == [True, False]
    assert "1 of them are the world's own input" in text_of(rows)
    assert "own input" not in text_of(rows[1:])


def test_a_figure_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        checks._official("nonsense", 1)

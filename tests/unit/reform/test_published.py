"""The mergers of the real country beside what was published, and the rule that says which units merged earlier."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu.government import Governments, books
from dicu.government.severance import mean_months
from dicu.government.waves import KEYS, chosen, waves
from dicu.lab.published import VERDICTS, mergers, reasons, rows, tally, verdict
from dicu.lab.world_check import all_ok
from dicu.reform.opening import load_viet_nam
from dicu.scenario.calendar import Calendar
from dicu.scenario.parameters import Access, Government
from dicu.scenario.sections import Reform
from dicu.world.country import shipped_law
from dicu.world.facts import official


@pytest.fixture(scope="module")
def country():
    return load_viet_nam(2024)


@pytest.fixture(scope="module")
def made(country):
    return mergers(country, Government(), Access())


def test_each_merger_cuts_what_its_rule_says(made):
    assert list(made) == [*KEYS, "2025"]
    for key, communes, districts in (("2019_21", 561, 8), ("2023_25", 563, 9)):
        wave = made[key]
        assert (wave.communes, wave.districts) == (communes, districts)
        assert wave.posts_cut == 21 * communes + 142 * districts
        assert wave.savings.posts_cut == wave.posts_cut
        assert wave.savings.bn_per_year == pytest.approx(wave.posts_cut * 0.095)
        years = mean_months(Government(), shipped_law()) / 12 * 0.81
        assert wave.savings.severance_bn == pytest.approx(years * wave.posts_cut * 0.095, rel=1e-6)
    last = made["2025"]
    assert last.posts_before == made["2023_25"].posts_after == 21 * 10_040 + 142 * 696
    assert (last.communes, last.districts) == (10_040 - 3_321, 696)
    # 32 posts at least in each of 3,321, at most 50 in 2,621 communes and 70 in 700 others; 23 of other bodies
    assert 32 * 3_321 <= last.posts_after - 23 * 3_321 <= 50 * 2_621 + 70 * 700


def test_beside_the_published_figures(made):
    checked = {row.name: row for row in rows(made, Government())}
    assert all(row.ok is not None for row in checked.values()), "every line is judged"
    assert not all_ok(checked.values())
    found = {name: verdict(row) for name, row in checked.items()}
    assert set(found.values()) == set(VERDICTS)
    assert sum(said == "agrees" for said in found.values()) == 12
    assert all(row.ok or row.note for row in checked.values()), "a line that is off says why"
    saved = checked["2025: saved in five years, districts and communes"]
    posts, price = (
        checked["2025: posts cut in districts and communes"],
        checked["2025: saved a post and year"],
    )
    # the difference is all in two factors
    assert saved.world / saved.official == pytest.approx(
        posts.world / posts.official * price.world / price.official, rel=1e-9
    )
    assert posts.note
    assert price.note
    assert saved.world < saved.official


def test_units_of_the_waves_follow_the_rule(country):
    first, second = chosen(country, [3, 23])
    assert not set(first.communes) & set(second.communes)
    assert (country.legacy_communes.kind[first.communes] == "commune").all()
    people = np.bincount(country.legacy_commune, weights=country.residents, minlength=10_040)
    area = np.bincount(country.legacy_commune, weights=country.area_km2, minlength=10_040)
    small = (people[first.communes] <= 8_000) & (area[first.communes] <= 50.0)
    assert small.all(), "two halves of it fell short of the standard by half"


def test_a_run_has_the_waves_that_are_still_to_come(country):
    def due(start, **values):
        return [(w.key, w.step) for w in waves(country, Government(**values), Calendar(start, "2026Q4"))]

    assert due("2019Q2") == [("2019_21", 3), ("2023_25", 23)]
    assert due("2024Q3") == [("2023_25", 2)]
    assert due("2025Q2") == []
    assert due("2019Q2", earlier_waves="merged") == []


def test_a_wave_disrupts_lengthens_the_way_and_leaves_the_rest_alone(country):
    import mesa

    g = Governments(
        mesa.Model(rng=1),
        country,
        Government(pool_share=0.0),
        Access(),
        country.residents,
        waves=tuple(chosen(country, [1, 9])[:1]),
    )
    here = g.waves[0].communes[0]
    office, places = g.offices[here], country.legacy_commune == here
    assert (office.staff, office.points, office.quality) == (42, 2, 1.0)
    minutes, before = g.commune_minutes.copy(), g.access().copy()
    g.step(country.residents, 0)
    assert office.points == 2
    g.step(country.residents, 1)
    books.check(g)
    assert (office.staff, office.points) == (21, 1)
    assert office.disruption == pytest.approx(0.125)
    assert office.quality == pytest.approx(0.875 * 0.5**0.6), "half of the posts do the work of both"
    assert (g.commune_minutes[places] > minutes[places]).all()
    touched = np.isin(country.legacy_commune, g.waves[0].communes)
    assert np.array_equal(g.commune_minutes[~touched], minutes[~touched])
    assert np.array_equal(g.access()[~touched, 0], before[~touched, 0])


def test_the_command_says_so():
    done = CliRunner().invoke(app, ["governments", "check"])
    assert done.exit_code == 1, done.output
    assert "12 agree, 12 are off" in done.output
    assert "Beside the published figures" in done.output
    assert "12,917" in done.output


def test_a_range_that_holds_the_model_by_construction_excuses_nothing(country):
    """The model counts posts by the dispatch, so they lie in its range: without other bodies they are off."""
    alone = Government(staff_bodies=0)
    without = mergers(country, alone, Access())
    (line,) = (row for row in rows(without, alone) if row.name == "2025: posts after")
    assert 32 * 3_321 <= line.world <= 70 * 3_321
    assert not line.ok
    assert verdict(line) == "off"
    assert tally([line]) == "0 agree, 1 are off"


def test_the_share_on_line_is_the_scenarios_own(made):
    """The line follows the section of access that is given, and agrees where the scenario has what was published."""
    for online, said in ((0.2, "off"), (0.75, "agrees")):
        (line,) = (
            row
            for row in rows(made, Government(), Access(online=online))
            if row.source == "dossiers_online_2025"
        )
        assert (line.world, verdict(line)) == (pytest.approx(100 * online), said)


def test_numbers_of_the_notes_are_those_of_data_and_parameters(made):
    """Other parameters, other notes; what is published does not depend on them."""
    other = Government(staff_base=40, staff_legacy_district=90, cost_per_post=120)
    told, changed = reasons(Government()), reasons(other)
    per_unit = official("posts_2025_after") / official("communes_2025")
    assert f"{per_unit:.1f} per unit" in told["posts"]
    assert f"{per_unit:.1f} per unit" in changed["posts"]
    assert "(32 to 70 per unit)" in told["posts"]
    assert "(40 to 70 per unit)" in changed["posts"]
    assert "(21 posts, 142 of a district)" in told["waves"]
    assert "(21 posts, 90 of a district)" in changed["waves"]
    assert "a post costs 120 M VND" in changed["cost"]
    assert {row.note for row in rows(made, other)} - {""} == set(changed.values())


def test_posts_and_money_are_those_of_reform_compare(country, made):
    """Net of the posts that some offices gain: the same function from the same day, in both commands."""
    from dicu.lab.compare_reforms import compare
    from dicu.reform.designs import Country

    (there,) = compare(Country(country, Reform(), Access()), Government(), ["actual"]).summary.to_dict(
        "records"
    )
    here = made["2025"]
    assert there["posts"] == here.posts_after
    assert there["posts_cut"] == here.posts_cut == here.savings.posts_cut
    assert there["savings_bn_vnd_per_year"] == here.savings.bn_per_year
    assert there["severance_bn_vnd"] == here.savings.severance_bn
    assert there["payback_years"] == here.savings.payback_years()

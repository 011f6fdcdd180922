"""The mergers of the real country beside what was published, and the rule that says which units merged earlier."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu.government import Governments, books
from dicu.government.waves import KEYS, chosen, waves
from dicu.lab.published import TOLERANCE, mergers, reasons, rows, verdict
from dicu.lab.world_check import all_ok, compare
from dicu.scenario.calendar import Calendar
from dicu.scenario.parameters import Access, Government
from dicu.world.viet_nam import load_viet_nam


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
        assert wave.posts_cut == 21 * communes + 100 * districts
        assert wave.saved == pytest.approx(wave.posts_cut * 0.095)
        assert wave.severance == pytest.approx(3 * wave.posts_cut * 0.095)
    last = made["2025"]
    assert last.posts_before == made["2023_25"].posts_after == 21 * 10_040 + 100 * 696
    assert (last.communes, last.districts) == (10_040 - 3_321, 696)
    # 32 posts at least in each of 3,321, at most 50 in 2,621 communes and 70 in 700 others
    assert 32 * 3_321 <= last.posts_after <= 50 * 2_621 + 70 * 700


def test_beside_the_published_figures(made):
    checked = {row.name: row for row in rows(made)}
    assert all(row.ok is not None for row in checked.values()), "every line is judged"
    assert not all_ok(checked.values())
    found = {name: verdict(row) for name, row in checked.items()}
    assert [name for name, said in found.items() if said == "off, explained"] == ["2025: posts after"]
    assert sum(said == "agrees" for said in found.values()) == 5
    saved = checked["2025: saved in five years, districts and communes"]
    posts, price = (
        checked["2025: posts cut in districts and communes"],
        checked["2025: saved a post and year"],
    )
    # the difference is all in two factors, each of which is explained
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
        mesa.Model(rng=1), country, Government(pool_share=0.0), Access(), country.residents,
        waves=tuple(chosen(country, [1, 9])[:1]),
    )  # fmt: skip
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
    assert office.quality == pytest.approx(0.875)
    assert (g.commune_minutes[places] > minutes[places]).all()
    touched = np.isin(country.legacy_commune, g.waves[0].communes)
    assert np.array_equal(g.commune_minutes[~touched], minutes[~touched])
    assert np.array_equal(g.access()[~touched, 0], before[~touched, 0])


def test_the_command_says_so():
    done = CliRunner().invoke(app, ["governments", "check"])
    assert done.exit_code == 1, done.output
    assert "5 agrees, 1 off but explained" in done.output
    assert "Beside the published figures" in done.output
    assert "12,581" in done.output


def test_a_line_is_explained_only_within_the_size_of_its_reason():
    low, high = reasons()["2025: posts after"]
    assert low == pytest.approx(32 * 3_321 / 199_000)
    assert high == pytest.approx(70 * 3_321 / 199_000)

    def said(name, ratio):
        return verdict(compare(name, 199_000, 199_000 * ratio, "posts", TOLERANCE, "source"))

    assert said("2025: posts after", 1.05) == "agrees"
    assert said("2025: posts after", low + 0.01) == "off, explained"
    assert said("2025: posts after", low - 0.01) == "off"
    assert said("another line", low + 0.01) == "off"


def test_savings_are_those_of_reform_compare(country, made):
    """Net of the posts that some offices gain: the cost of a post times the posts fewer, as in the other command."""
    import mesa

    from dicu.government.adoption import Transition
    from dicu.reform.engine import apply
    from dicu.reform.policies import policy

    g = Governments(mesa.Model(rng=1), country, Government(), Access(), country.residents)
    done: Transition = apply(g, policy("actual", country, 0)[0], 0, country.residents).transition
    assert made["2025"].posts_cut == done.posts_cut
    assert made["2025"].saved == pytest.approx(done.savings_vnd * 4 / 1e9)

"""Ages that a law sets come from the folder of the world: stated, borrowed and said so, or refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu.government.budget import prices
from dicu.reform.opening import load_folder
from dicu.reform.writing import write_folder
from dicu.scenario.country_parts import AGES
from dicu.scenario.parameters import Government
from dicu.scenario.shipped import configs
from dicu.world.country import AGES_IN_WORDS, Law, shipped_file, shipped_law
from dicu.world.table_checks import TableError

MAJORITY = "  majority: 18            # full age: from then on a person moves on its own account\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(configs() / "world", tmp_path / "country"))


def say(folder: Path, old: str, new: str) -> None:
    path = folder / "country.yaml"
    text = path.read_text()
    assert old in text, old
    path.write_text(text.replace(old, new))


def test_viet_nam_states_every_age_and_its_source() -> None:
    """61 years and 3 months, 56 and 8: to the month when severance is reckoned."""
    law, stated = shipped_law(), shipped_file().ages
    assert law[:2] == (18, 18)
    assert [round(12 * age) for age in law[2:]] == [61 * 12 + 3, 56 * 12 + 8]
    assert all(getattr(stated, key) is not None for key in AGES)
    assert "Civil Code 2015" in stated.source


def test_norway_states_its_own() -> None:
    country = load_folder(configs() / "worlds" / "norway").country
    assert country.law == Law(18, 18, 67, 67)
    assert "Marriage Act" in country.file.ages.source


def test_what_is_not_stated_is_borrowed_key_by_key_and_said(folder: Path) -> None:
    assert not set(AGES_IN_WORDS.values()) & set(load_folder(folder).country.borrowed)
    say(folder, MAJORITY, "")
    say(folder, "  retirement_women: 65\n", "  retirement_women: null\n")
    country = load_folder(folder).country
    assert country.borrowed[-2:] == ("age of majority", "retirement ages")
    assert country.law == Law(shipped_law().majority, 18, 65, shipped_law().retirement_women)


def test_a_world_without_ages_borrows_them_all(folder: Path) -> None:
    path = folder / "country.yaml"
    kept = path.read_text().partition("\nages:")
    path.write_text(kept[0] + "\n" + kept[2].partition("  source: made up\n\n")[2])
    country = load_folder(folder).country
    assert country.law == shipped_law()
    assert set(AGES_IN_WORDS.values()) <= set(country.borrowed)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "  majority: 30\n",
            "ages.majority: out of range (got 30, allowed null, or a whole number within 15..21)",
        ),
        (
            "  majority: 18.5\n",
            "ages.majority: not a whole number (got 18.5, allowed null, or a whole number",
        ),
        (
            "  majority: grown\n",
            "ages.majority: not a whole number (got 'grown', allowed null, or a whole number",
        ),
        (
            "  majority: 18\n  mariage: 18\n",
            "ages.mariage: unknown key (did you mean marriage; allowed majority, ",
        ),
    ],
)
def test_a_bad_age_is_refused_at_its_line(folder: Path, line: str, message: str) -> None:
    """File, line, key, value, and what is allowed."""
    before = (folder / "country.yaml").read_text().partition(MAJORITY)[0]
    at = before.count("\n") + 1 + ("mariage" in line)
    say(folder, MAJORITY, line)
    with pytest.raises(TableError) as error:
        load_folder(folder)
    assert message in str(error.value)
    assert f"{folder / 'country.yaml'}:{at}:" in str(error.value)


def test_unions_earlier_than_the_law_allows_are_refused_before_any_work(folder: Path) -> None:
    say(folder, "  marriage: 18 ", "  marriage: 22 ")
    say(folder, "union_age_women: 30", "union_age_women: 21.5")
    result = CliRunner().invoke(app, ["world", "check", str(folder)])
    assert result.exit_code == 2, result.output
    assert (
        "life_course.union_age_women: no hazards over ages 22 (the least at marriage) to 45" in result.output
    )


def test_ages_are_written_and_read_back(folder: Path, tmp_path: Path) -> None:
    """Those that are stated, even where they are those of the lender, and no others."""
    say(folder, MAJORITY, "")
    world = load_folder(folder)
    again = load_folder(write_folder(world, tmp_path / "again", ".csv")).country
    assert again.file.ages == world.country.file.ages
    assert again.borrowed == world.country.borrowed


def test_who_retires_later_is_paid_for_more_years() -> None:
    """Who quits, ten years or more before retirement, is then older and has been insured for longer."""
    own, later = shipped_law(), shipped_law()._replace(retirement_men=67.0, retirement_women=67.0)
    cost = [prices(Government(leavers_retired=0.0), 4, law).severance_vnd for law in (own, later)]
    assert cost[1] > 1.05 * cost[0]

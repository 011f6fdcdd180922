"""What `country.yaml` says and may not say, checked by `dicu world check` as by a run; and dates outside the run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu.reform.opening import load_folder
from dicu.scenario.shipped import configs
from dicu.world.table_checks import TableError

TIME = "  time: {start: 2019Q1, end: 2029Q4}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(configs() / "world", tmp_path / "my: country"))


def say(folder: Path, old: str, new: str) -> None:
    path = folder / "country.yaml"
    text = path.read_text()
    assert old in text, old
    path.write_text(text.replace(old, new))


def refused(*order: str) -> str:
    result = CliRunner().invoke(app, list(order))
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    return result.output


OF_A_RUN = (
    ("  seed: 7\n", "parameters.seed: decides one run, not a country"),
    ("  name: mine\n", "parameters.name: decides one run, not a country"),
    ("  world: {name: ring}\n", "parameters.world: decides one run, not a country"),
    ("  reform: {policy: actual}\n", "parameters.reform.policy: decides one run, not a country"),
    ("  reform: {table: mine.csv}\n", "parameters.reform.table: decides one run, not a country"),
    ("  reform: {date: 2023Q1}\n", "parameters.reform.date: the reform has another date (got '2023Q1', allowed "
     "reform.date = 2022-01-01, or nothing here)"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "message"), OF_A_RUN)
def test_a_country_does_not_decide_a_run(text: str, message: str, folder: Path) -> None:
    say(folder, TIME, TIME + text)
    with pytest.raises(TableError) as error:
        load_folder(folder)
    assert message in str(error.value)
    assert "country.yaml:43:" in str(error.value)


def test_the_same_date_in_another_notation_is_the_same(folder: Path) -> None:
    say(folder, TIME, f"{TIME}  reform: {{date: 2022Q1}}\n")
    load_folder(folder)


UNFIT = (
    ("  choose: {kapa: 1}\n", "choose.kapa: unknown key (did you mean choose.kappa)"),
    ("  labour: {informal_share: 55}\n", "labour.informal_share: out of range (got 55"),
    ("  cities: {central: [Atlantis]}\n", "Atlantis"),
    ("  choose: 3\n", "choose: a section of keys is needed"),
)


@pytest.mark.parametrize(("text", "message"), UNFIT)
def test_check_finds_what_a_run_would_refuse(text: str, message: str, folder: Path) -> None:
    """Both say the same of the settings of a country."""
    say(folder, TIME, TIME + text)
    for order in (("world", "check", str(folder)), ("run", "none", f'world.tables="{folder}"')):
        assert message in refused(*order), order


def test_a_reform_outside_the_run_is_found_before_any_work(folder: Path, tmp_path: Path) -> None:
    """In the country's file, on the command line, and where one row of several dates lies beyond the end."""
    run = ["run", "relabel", f'world.tables="{folder}"', "--out", str(tmp_path / "runs")]
    assert "reform.date: the policy relabel acts outside the run" in refused(*run, "time.end=2021Q4")
    say(folder, TIME, "  time: {start: 2019Q1, end: 2021Q4}\n")
    said = refused("world", "check", str(folder))
    assert (
        "country.yaml: reform.date: the reform is outside the run (got '2022-01-01', allowed 2019Q1 to"
        in said
    )
    say(folder, "end: 2021Q4", "end: 2025Q4")
    rows = pd.read_csv(folder / "reform.csv", dtype=str, keep_default_na=False)
    rows.assign(date=["2022-01-01"] * 4 + ["2031Q1"] * 4).to_csv(folder / "reform.csv", index=False)
    for order in (("world", "check", str(folder)), run):
        said = refused(*order)
        assert "table reform: row 5: column date: outside the run (got '2031Q1'" in said, said
        assert "synthesising" not in said
    sweep = tmp_path / "sweep.yaml"
    sweep.write_text(f'base: relabel\nset: {{world.tables: "{folder}"}}\nsweep:\n  replications: 2\n')
    assert "column date: outside the run (got '2031Q1'" in refused("sweep", str(sweep), "--dry-run")


def test_a_folder_that_is_not_there_is_said_first(tmp_path: Path) -> None:
    """And nothing of a name that does not go with it, or of years of another world."""
    said = refused("run", "none", f"world.tables={tmp_path / 'nope'}", "time.start=1999Q1")
    assert "world.tables: no such folder" in said
    assert len(said.strip().splitlines()) == 1, said
    assert "world.tables: no country.yaml there" in refused("run", "none", f"world.tables={tmp_path}")


FILE = (
    ("name: Examplia ", "name: {} ", "name: empty (got a section of keys, allowed a text of 1 to 200 characters, or "
     "one by language: {en: Norway, nb: Norge})"),
    ("name: Examplia ", "name: {english: Examplia} ", "name.english: not the code of a language (got 'english', allow"),
    ("name: Examplia ", "name: 7 ", "name: not a section of keys (got 7, allowed a text of 1 to 200"),
    ("name: Examplia ", 'name: " " ', "name.en: not allowed (got ' ', allowed a text of 1 to 200"),
    ("year: 2019 ", "yaer: 2019 ", "yaer: unknown key (did you mean year; allowed name, year"),
    ("year: 2019 ", "", "year: is missing (year of the residents in `places`; allowed a whole number within"),
    ("year: 2019 ", "year: 2019.5 ", "year: not a whole number (got 2019.5, allowed a whole number within 1990..2100)"),
    ("year: 2019 ", "year: 1890 ", "year: out of range (got 1890, allowed a whole number within 1990..2100)"),
    ("languages: [en] ", "languages: [en, no] ", "languages: no table of sentences for no (got a list"),
    ("languages: [en] ", "languages: [en, en] ", "languages: a language stands twice (got a list, allowed a list of"),
    ("languages: [en] ", "languages: [] ", "languages: empty (got a list, allowed a list of en, vi"),
    ("code: EXC ", "code: EXCX ", "currency.code: not allowed (got 'EXCX', allowed three capital letters of ISO 4217)"),
    ("scale: thousand", "scale: thousands", "currency.scale: not one of the choices (got 'thousands', allowed one of "
     "one, thousand, million)"),
    ("income: 20 ", "income: -1 ", "income: out of range (got -1, allowed a number above 0 and at most 1e+12)"),
    ("income: 20 ", "income: twenty ", "income: not a number (got 'twenty', allowed a number above 0"),
    ("  commune: {one", "  comune: {one", "tiers.comune: unknown key (did you mean commune; allowed commune, district, "
     "province)"),
    ("one: municipality", "eins: municipality", "tiers.commune.eins: unknown key (allowed one, many)"),
    ("{one: municipality, many: municipalities}", "municipality", "tiers.commune: not a section of keys (got "
     "'municipality', allowed keys commune, district, province, each with the keys one and many)"),
    ("  W: West", "  - West", "YAML syntax"),
    ("date: 2022-01-01", "date: 2022-01-15", "reform.date: a day within a month: the model knows none"),
    ("  date: 2022-01-01", "  day: 2022-01-01", "reform.date: is missing (when it takes effect"),
    ("  made_up: nobody counted anybody here", "  made_up: [1]", "sources.made_up: not a text (got a list, allowed"),
)  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), FILE)
def test_the_file_of_a_country_is_refused_in_our_words(
    old: str, new: str, message: str, folder: Path
) -> None:
    """Line, key, value and what is allowed; nothing in the words of the library that checks."""
    say(folder, old, new)
    with pytest.raises(TableError) as error:
        load_folder(folder)
    text = str(error.value)
    assert message in text, text
    assert "nput should be" not in text
    assert "country.yaml:" in text

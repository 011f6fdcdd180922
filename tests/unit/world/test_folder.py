"""A world from a folder of tables: the template as a newcomer fills it in, and what is refused, told or borrowed."""

from __future__ import annotations

import shutil
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu.government.governments import Governments
from dicu.reform.engine import apply
from dicu.reform.opening import load_folder, with_reform
from dicu.reform.policies import plan_of, policy
from dicu.reform.writing import write_folder
from dicu.scenario.country_parts import ReformWords
from dicu.scenario.loader import load
from dicu.scenario.parameters import Access
from dicu.scenario.parameters import Government as GovernmentParameters
from dicu.scenario.shipped import configs
from dicu.scenario.vocabulary import SERVICES
from dicu.world.folder import folder_sha256, read_folder
from dicu.world.schema import TABLES
from dicu.world.small import monocentric
from dicu.world.table_checks import TableError
from dicu.world.world import Units, World, key_of

TEMPLATE = configs() / "world"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the template, to change."""
    return Path(shutil.copytree(TEMPLATE, tmp_path / "country"))


def cells(folder: Path, stem: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{stem}.csv", dtype=str, keep_default_na=False)


def put(folder: Path, stem: str, table: pd.DataFrame) -> None:
    table.to_csv(folder / f"{stem}.csv", index=False)


def change(folder: Path, stem: str, row: int, column: str, value: str) -> None:
    """Change one cell; rows count from 1."""
    table = cells(folder, stem)
    table.loc[row - 1, column] = value
    put(folder, stem, table)


def say(folder: Path, old: str, new: str) -> None:
    path = folder / "country.yaml"
    text = path.read_text()
    assert old in text, old
    path.write_text(text.replace(old, new))


def same(a: World, b: World) -> None:
    """Every array of two worlds equal to the bit."""
    for field in fields(World):
        x, y = getattr(a, field.name), getattr(b, field.name)
        if isinstance(x, Units):
            for column in fields(Units):
                assert np.array_equal(getattr(x, column.name), getattr(y, column.name)), (
                    field.name,
                    column.name,
                )
        elif isinstance(x, np.ndarray):
            assert x.dtype == y.dtype, field.name
            assert np.array_equal(x, y), field.name


def test_the_template_is_read_whole(folder: Path) -> None:
    """Counts, the split of a municipality by place and of another by share, seats, money and kinds."""
    world = load_folder(folder)
    assert (len(world.legacy_communes), len(world.new_communes), len(world.legacy_provinces)) == (11, 7, 2)
    assert not world.has_districts
    assert len(world.districts) == 11, "each municipality is a labour market of its own"
    assert world.n_places == 13, "one place was cut in two"
    cut = [i for i, key in enumerate(world.place_id.tolist()) if key.startswith("205/")]
    assert sorted(world.residents[cut].tolist()) == [360, 540]
    assert [r.kind for r in world.repairs] == ["split by share"] * 2
    towns = {
        world.new_communes.code[world.new_commune[world.place_id.tolist().index(k)]] for k in ("105a", "105b")
    }
    assert towns == {"0101", "0106"}
    assert world.country.ward_kinds == {"town"}
    assert world.country.file.money == 4.8
    assert world.province_income_mvnd.tolist() == [24 / 4.8, 17 / 4.8]
    assert set(world.new_communes.generation) <= set("2025")


def test_a_small_world_written_down_reads_back(tmp_path: Path) -> None:
    """Written as CSV or Parquet, in any order of rows, to the same bits."""
    world = monocentric()
    words = ReformWords(name={"en": "a reform"}, date="2025Q3")
    file = world.country.file.model_copy(update={"reform": words})
    world = replace(world, country=replace(world.country, file=file, made_up=False))
    for ending in (".csv", ".parquet"):
        made = with_reform(read_folder(write_folder(world, tmp_path / ending, ending)))
        same(replace(made, name=world.name), world)
        assert made.country.ward_kinds == world.country.ward_kinds & set(
            made.legacy_communes.kind.tolist()
        ) | {"ward"}
    for stem in ("places", "units", "reform"):
        put(tmp_path / ".csv", stem, cells(tmp_path / ".csv", stem).iloc[::-1])
    same(replace(with_reform(read_folder(tmp_path / ".csv")), name=world.name), world)


WRONG = (
    ("places", 3, "terrain", "hill", "got 'hill' (allowed: one of plain, mountain, island"),
    ("places", 3, "residents", "12.5", "got '12.5' (allowed: a whole number within 0..1e+09"),
    ("places", 3, "residents", "12,500", "thousands separators: write 12500"),
    ("places", 3, "area_km2", "0", "got '0' (allowed: a number above 0"),
    ("places", 3, "urban", "maybe", "got 'maybe' (allowed: true or false, yes or no"),
    ("places", 3, "longitude", "200", "got '200' (allowed: a number within -180..180"),
    ("places", 3, "place", "102", "got '102' (allowed: each only once"),
    ("places", 3, "commune", "103", "leading zeros are lost, write 0103"),
    ("places", 6, "province", "02", "got '02' (allowed: 01, as other places of the commune 0105 have it"),
    ("units", 4, "parent", "02", "got '02' (allowed: 01, in which its places lie, or empty"),
    ("units", 1, "income", "-2", "got '-2' (allowed: a number above 0 and at most 1e+12, or empty"),
    ("units", 1, "region", "N", "got 'N' (allowed: one of country.yaml: W, E"),
    ("units", 4, "code", "0999", "got '0999' (allowed: a commune in which a place of places.csv lies"),
    ("units", 4, "ward_like", "yes", "the same for all units of the kind 'rural municipality'"),
    ("units", 4, "level", "county", "got 'county' (allowed: one of commune, district, province"),
    ("reform", 1, "from", "0193", "got '0193' (allowed: the code of a commune in force"),
    ("reform", 3, "place", "105x", "got '105x' (allowed: a place_key of 0105: 105a, 105b"),
    ("reform", 7, "share", "1.6", "got '1.6' (allowed: a number above 0 and at most 1, or empty"),
)


@pytest.mark.parametrize(("stem", "row", "column", "value", "message"), WRONG)
def test_a_wrong_cell_is_named(
    stem: str, row: int, column: str, value: str, message: str, folder: Path
) -> None:
    """By file, row, column, value and what is allowed."""
    change(folder, stem, row, column, value)
    with pytest.raises(TableError) as error:
        load_folder(folder)
    assert message in str(error.value), str(error.value)
    assert f"{stem}.csv" in str(error.value)
    assert f"column {column}" in str(error.value)


def test_shares_of_a_unit_add_up(folder: Path) -> None:
    change(folder, "reform", 7, "share", "0.5")
    with pytest.raises(
        TableError, match=r"rows 7, 8: column share: the shares of 0205 add up to 0\.9 \(allowed: 1"
    ):
        load_folder(folder)


def test_shares_of_the_places_of_a_commune_add_up(folder: Path) -> None:
    """To 1, or to what decimals of a person miss; then they are taken in proportion."""
    table = cells(folder, "places")
    parts = {"105a": "0.6667", "105b": "0.3334"}
    put(folder, "places", table.assign(share=[parts.get(p, "1") for p in table["place"]]))
    world = load_folder(folder)
    share = world.share[[world.place_id.tolist().index(p) for p in parts]]
    assert share.sum() == pytest.approx(1.0, abs=1e-12)
    assert share[0] / share[1] == pytest.approx(6667 / 3334)
    parts["105b"] = "0.3"
    put(folder, "places", table.assign(share=[parts.get(p, "1") for p in table["place"]]))
    message = r"places\.csv: rows 5, 6: column share: the shares of 0105 add up to 0\.9667 \(allowed: 1\)"
    with pytest.raises(TableError, match=message):
        load_folder(folder)


def test_a_table_without_rows_says_how_to_do_without_it(folder: Path) -> None:
    for text in ("", "level,from,to\n"):
        (folder / "reform.csv").write_text(text)
        with pytest.raises(
            TableError, match=r"reform\.csv: no rows .*or no such file and no `reform` in country\.yaml"
        ):
            load_folder(folder)


def test_yes_and_no_may_be_booleans(folder: Path) -> None:
    """Of Parquet, with empty cells; as words of CSV they say the same, and a word that is neither is refused."""
    first = load_folder(folder)
    for stem, column in (("units", "ward_like"), ("reform", "ward_like"), ("official", "after")):
        table = cells(folder, stem)
        words = table[column].tolist() if column in table else [""] * len(table)
        known = {"yes": True, "no": False, "": None}
        truths = pd.Series([known[w] for w in words], dtype="boolean")
        table.assign(**{column: truths}).to_parquet(folder / f"{stem}.parquet", index=False)
        (folder / f"{stem}.csv").unlink()
    second = load_folder(folder)
    same(first, second)
    assert first.country.ward_kinds == second.country.ward_kinds != frozenset()
    put(folder, "official", cells(TEMPLATE, "official").assign(after="maybe"))
    (folder / "official.parquet").unlink()
    with pytest.raises(
        TableError, match=r"column after: got 'maybe' \(allowed: yes or no, true or false, or empty"
    ):
        load_folder(folder)


def test_tables_as_people_keep_them(folder: Path) -> None:
    """Semicolons, decimal commas, packed, in capitals: the same world, and a run says what was assumed."""
    first = load_folder(folder)
    places = cells(folder, "places")
    places["area_km2"] = [f"{float(v):.1f}".replace(".", ",") for v in places["area_km2"]]
    places.to_csv(folder / "places.TSV.gz", sep=";", index=False, compression="gzip")
    (folder / "places.csv").unlink()
    sum_before = folder_sha256(folder)
    second = load_folder(folder)
    same(first, second)
    said = [note for note in second.country.notes if note.startswith("places.TSV.gz: ")]
    assert said == ["places.TSV.gz: cells are separated by semicolons, decimal commas in area_km2"]
    places.assign(residents="7").to_csv(folder / "places.TSV.gz", sep=";", index=False, compression="gzip")
    assert folder_sha256(folder) != sum_before, "a packed table is part of what a run is known by"


def test_columns_that_a_country_ignores(folder: Path) -> None:
    first = load_folder(folder)
    put(folder, "places", cells(folder, "places").assign(remark="x"))
    with pytest.raises(TableError, match="unknown column 'remark'"):
        load_folder(folder)
    say(folder, "languages: [en] ", "ignore: {places: [remark]}\nlanguages: [en] ")
    same(first, load_folder(folder))
    say(folder, "ignore: {places: [remark]}", "ignore: {places: [remark, residents], place: [a]}")
    with pytest.raises(TableError) as error:
        load_folder(folder)
    assert "column 'residents' is read" in str(error.value)
    assert "ignore.place: no table of a world" in str(error.value)
    assert "did you mean places?" in str(error.value)


def test_files_that_are_no_tables_and_tables_that_are_missing(folder: Path) -> None:
    (folder / "age_sax.csv").write_text("age_from,male,female\n")
    with pytest.raises(TableError, match=r"age_sax\.csv: no table of a world .*did you mean age_sex\.csv\?"):
        load_folder(folder)
    (folder / "age_sax.csv").unlink()
    (folder / "units.csv").unlink()
    with pytest.raises(TableError, match=r"units\.csv is missing \(a unit of government before the reform\)"):
        load_folder(folder)


def test_ages_of_a_province_are_whole_and_of_a_province_there_is(folder: Path) -> None:
    ages = pd.DataFrame(
        {"province": "01", "age_from": range(0, 85, 5), "male": range(20, 3, -1), "female": 9}
    )
    put(folder, "age_sex_province", ages)
    assert "01" in load_folder(folder).country.table("age_sex_province")["province"].tolist()
    put(folder, "age_sex_province", ages.iloc[:-1])
    with pytest.raises(TableError, match=r"age_sex_province\.csv: column age_from: got .* for province 01"):
        load_folder(folder)
    put(folder, "age_sex_province", ages.assign(province="77"))
    with pytest.raises(TableError, match=r"age_sex_province\.csv.* '77'.*a province of units"):
        load_folder(folder)


def test_everything_optional_left_out_runs_and_says_what_it_borrows(tmp_path: Path) -> None:
    """Only places and units, only the columns that must be there, and a country file of six lines."""
    country = tmp_path / "bare"
    country.mkdir()
    (country / "country.yaml").write_text(
        "name: Bareland\nyear: 2000\ncurrency: {code: BRL, symbol: b, scale: one}\nincome: 900\n"
    )
    must = [c.name for c in TABLES["places"].columns if c.required]
    cells(TEMPLATE, "places")[must].to_csv(country / "places.csv", index=False)
    units = [c.name for c in TABLES["units"].columns if c.required]
    cells(TEMPLATE, "units")[units].to_csv(country / "units.csv", index=False)
    world = load_folder(country)
    assert world.country.borrowed[:3] == ("age_sex", "household_size", "rates")
    assert {"fertility", "age of majority", "retirement ages"} <= set(world.country.borrowed)
    assert len(world.new_communes) == len(world.legacy_communes), "no reform, no other map"
    assert world.region_names == ("all",)
    assert any("provinces without an income" in note for note in world.country.notes)
    out = tmp_path / "runs"
    order = ["run", "none", f"world.tables={country}", "population.weight=50", "time.end=2000Q4"]
    result = CliRunner().invoke(app, [*order, "--no-figures", "--out", str(out)])
    assert result.exit_code == 0, result.output
    first = result.output.splitlines()[:6]
    assert any("borrowed from" in line and "fertility" in line for line in first), result.output


ODD: tuple[tuple[str, Any, str], ...] = (
    ("places", lambda t: t.assign(area_km2=t["area_km2"].astype(float) * 1e4), "in another unit"),
    (
        "places",
        lambda t: t.assign(residents=(t["residents"].astype(int) // 1000).astype(str)),
        "given in thousands?",
    ),
    (
        "places",
        lambda t: t.rename(columns={"longitude": "latitude", "latitude": "longitude"}),
        "swapped",
    ),
    (
        "units",
        lambda t: t.assign(seat=["202" if c == "01" else "" for c in t["code"]]),
        "seats outside their units",
    ),
    ("units", lambda t: t.assign(income=""), "provinces without an income of their own"),
    (
        "units",
        lambda t: t.assign(income=[f"{i}000" if i else "" for i in t["income"]]),
        "incomes far from the country's mean of 20 k EXC per person and month: in another unit, per year or per "
        "household? Coast (1,200 times), Inland (850 times)",
    ),
)


@pytest.mark.parametrize(("stem", "odd", "message"), ODD)
def test_what_looks_odd_is_said(stem: str, odd: Any, message: str, folder: Path) -> None:
    """Said, not refused: a country may be odd. The template itself is not."""
    assert all(message not in note for note in load_folder(folder).country.notes)
    (folder / "reform.csv").unlink()
    no_reform(folder)
    put(folder, stem, odd(cells(folder, stem)))
    notes = load_folder(folder).country.notes
    assert any(message in note for note in notes), notes


def test_keys_of_places_are_text() -> None:
    """A number is itself, so that keys stay what they were; anything else, leading zeros too, is hashed."""
    assert key_of("100001") == 100001
    assert key_of("0101") != 101
    assert len({key_of(k) for k in ("0101", "101", "a", "A", "0", "00")}) == 6


def test_amounts_are_in_the_country_s_money(folder: Path, tmp_path: Path) -> None:
    """A post of 2,000 and a floor of 31 are sums of another money, not mistakes; what is too much is told in it."""
    say(folder, "income: 20 ", "income: 400 ")
    say(
        folder,
        "  access:",
        "  money: {consumption_floor: 31}\n  government: {cost_per_post: 2000}\n  access:",
    )
    order = [
        "run",
        "none",
        f"world.tables={folder}",
        "population.weight=50",
        "time.end=2019Q2",
        "--no-figures",
    ]
    result = CliRunner().invoke(app, [*order, "--out", str(tmp_path / "runs")])
    assert result.exit_code == 0, result.output
    config = next((tmp_path / "runs").glob("*/*/config.yaml")).read_text()
    assert "consumption_floor: 31.0  # least consumption [unit k EXC/person/month" in config
    assert "cost_per_post: 2000.0" in config
    again = CliRunner().invoke(
        app,
        ["run", str(next((tmp_path / "runs").glob("*/*"))), "--no-figures", "--out", str(tmp_path / "runs")],
    )
    assert "stands already" in again.output, "the resolved configuration reads back to the same run"
    result = CliRunner().invoke(
        app, [*order, "money.consumption_floor=99999", "--out", str(tmp_path / "runs")]
    )
    assert result.exit_code == 2
    assert "got 99999.0, allowed a number from 0 to 950, unit k EXC/person/month" in result.output.replace(
        "\n", " "
    )


def test_an_old_province_may_fall_into_several_and_start_years_from_1995(folder: Path) -> None:
    """One county is divided: some of its municipalities go to a new one."""
    table = cells(folder, "reform")
    rows = pd.DataFrame([{"level": "commune", "from": "0106", "to": "0106", "province": "02"}])
    put(folder, "reform", pd.concat([table, rows], ignore_index=True).fillna(""))
    say(folder, "year: 2019 ", "year: 1996 ")
    say(folder, "time: {start: 2019Q1, end: 2029Q4}", "time: {start: 1995Q1, end: 2022Q4}")
    world = load_folder(folder)
    new = world.new_communes.parent[world.new_commune]
    assert len({int(new[i]) for i in np.flatnonzero(world.province == 0)}) == 2
    order = ["run", "actual", f"world.tables={folder}", "population.weight=200", "--no-figures"]
    result = CliRunner().invoke(
        app, [*order, "time.end=1996Q4", "reform.date=1996Q1", "--out", str(folder.parent / "runs")]
    )
    assert result.exit_code == 0, result.output


INTO_TWO = (
    ("province", "01", "01", "", "", ""),
    ("province", "01", "03", "", "Islands", ""),
    ("commune", "0106", "0106", "", "", "03"),
    ("commune", "0102", "0102", "", "", "03"),
)
GONE = (
    ("province", "02", "04", "202", "Valley", ""),
    ("province", "02", "05", "", "Hills", ""),
    *(("commune", f"020{i}", f"020{i}", "", "", "04" if i == 2 else "05") for i in (1, 2, 3, 4, 5)),
)


def reformed(folder: Path, rows: tuple[tuple[str, ...], ...]) -> None:
    """Put other rows in the place of the template's reform."""
    columns = ["level", "from", "to", "seat", "name", "province"]
    put(folder, "reform", pd.DataFrame(rows, columns=columns))


def counties(world: World) -> dict[str, set[str]]:
    """Communes of each province after the reform."""
    new, parent = world.new_communes, world.new_communes.parent
    codes = world.new_provinces.code
    return {c: set(new.code[codes[parent] == c].tolist()) for c in codes.tolist()}


def test_a_county_falls_into_several(folder: Path, tmp_path: Path) -> None:
    """With one that keeps its code, and without; their seats stand inside; and it reads back when it is written."""
    reformed(folder, (*INTO_TWO, *GONE))
    world = load_folder(folder)
    assert counties(world) == {
        "01": {"0101", "0103", "0104", "0105"},
        "03": {"0102", "0106"},
        "04": {"0202"},
        "05": {"0201", "0203", "0204", "0205"},
    }
    new = world.new_provinces
    assert dict(zip(new.code.tolist(), new.name.tolist(), strict=True)) == {
        "01": "Coast",
        "03": "Islands",
        "04": "Valley",
        "05": "Hills",
    }
    seats = world.place_id[new.seat_place].tolist()
    assert seats == ["101", "102", "202", "201"], "where most people live, or what the row says"
    again = with_reform(read_folder(write_folder(world, tmp_path / "again", ".csv")))
    same(replace(again, name=world.name), world)
    order = ["run", "actual", f"world.tables={folder}", "population.weight=200", "--no-figures"]
    result = CliRunner().invoke(app, [*order, "time.end=2022Q4", "--out", str(tmp_path / "runs")])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            (GONE[0], GONE[1], *GONE[3:]),
            "rows 1, 2: province 02 falls into several: nobody says where 0201 go",
        ),
        (INTO_TWO[:2], "row 2: column to: got '03' (allowed: a province that rows of communes name"),
        ((INTO_TWO[0], INTO_TWO[0]), "rows 1, 2: province 01 is governed twice"),
    ],
)
def test_a_county_that_falls_into_several_has_communes_for_each(
    rows: tuple[tuple[str, ...], ...], message: str, folder: Path
) -> None:
    reformed(folder, rows)
    with pytest.raises(TableError) as error:
        load_folder(folder)
    assert message in str(error.value), str(error.value)


def test_a_country_without_a_reform_repeats_none(folder: Path) -> None:
    """Half a reform is no reform: named without its table, and asked for where there is none."""
    (folder / "reform.csv").unlink()
    with pytest.raises(TableError, match=r"country\.yaml: reform: there is no table reform\.csv"):
        load_folder(folder)
    no_reform(folder)
    for policy_name in ("actual", "relabel", "random", "optimised", "actual_in_half"):
        order = [
            "run",
            "none",
            f"world.tables={folder}",
            f"reform.policy={policy_name}",
            "reform.date=2022Q1",
        ]
        result = CliRunner().invoke(app, order)
        assert result.exit_code == 2, result.output
        assert "has no reform of its own" in result.output
        compared = CliRunner().invoke(app, ["reform", "compare", policy_name, f"world.tables={folder}"])
        assert compared.exit_code == 2, compared.output
        assert "has no reform of its own" in compared.output


def no_reform(folder: Path) -> None:
    """Take the reform out of the template's country.yaml."""
    path = folder / "country.yaml"
    lines = path.read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("reform:"))
    path.write_text("\n".join(lines[:at] + lines[at + 4 :]) + "\n")


def test_world_new_and_check(tmp_path: Path) -> None:
    """The template is written, explains each column, agrees with its official.csv, and is never overwritten."""
    made = CliRunner().invoke(app, ["world", "new", str(tmp_path / "x")])
    assert made.exit_code == 0
    readme = (tmp_path / "x" / "README.md").read_text()
    assert all(f"### `{name}`" in readme for name in TABLES)
    assert all(f"| `{c.name}`" in readme for s in TABLES.values() for c in s.columns)
    checked = CliRunner().invoke(app, ["world", "check", str(tmp_path / "x")])
    assert checked.exit_code == 0, checked.output
    assert "6 of 6 figures agree" in checked.output
    assert "borrowed from" in checked.output
    again = CliRunner().invoke(app, ["world", "new", str(tmp_path / "x")])
    assert again.exit_code == 2
    change(tmp_path / "x", "official", 3, "value", "130000")
    checked = CliRunner().invoke(app, ["world", "check", str(tmp_path / "x")])
    assert checked.exit_code == 1
    assert "5 of 6 figures agree" in checked.output
    (tmp_path / "x" / "official.csv").unlink()
    checked = CliRunner().invoke(app, ["world", "check", str(tmp_path / "x")])
    assert "official.csv is missing" in checked.output


def test_ways_that_are_known_replace_those_computed(folder: Path) -> None:
    """From a place to the seat in another, and from no other place."""
    before = governments_of(load_folder(folder)).commune_minutes
    (folder / "travel.csv").write_text("from,to,minutes\n105b,105a,77.5\n")
    world = load_folder(folder)
    after = governments_of(world).commune_minutes
    at = world.place_id.tolist().index("105b")
    assert after[at] == 77.5
    assert np.array_equal(np.delete(after, at), np.delete(before, at))
    (folder / "travel.csv").write_text("from,to,minutes\n105b,105c,77.5\n")
    with pytest.raises(TableError, match=r"travel\.csv: row 1: column to: got '105c' \(allowed: a place"):
        load_folder(folder)


def governments_of(world: World) -> Governments:
    return Governments(mesa.Model(rng=1), world, GovernmentParameters(), Access(), world.residents)


def test_without_districts_nothing_of_them_moves(folder: Path) -> None:
    """No district office, no posts of one, and access to its work the same everywhere, before and after the reform."""
    world = load_folder(folder)
    g = governments_of(world)
    assert {office.level for office in g.offices} == {0}
    g.step(world.residents, 0)
    column = SERVICES.index("district_administration")
    assert (g.reach.access[:, column] == 1.0).all()
    (due,) = policy("actual", world, 0)
    apply(g, due, 0, world.residents)
    g.step(world.residents, 0)
    assert (g.reach.access[:, column] == 1.0).all()
    assert len(g.offices) == 7


def test_a_reform_of_several_dates_is_made_on_each(folder: Path) -> None:
    """The rows hold on their own dates, from the tables and from the cache alike."""
    table = cells(folder, "reform").assign(date=["2022-01-01"] * 4 + ["2023Q1"] * 4)
    put(folder, "reform", table)
    for _ in range(2):
        world = load_folder(folder)
        scenario = load("none", [f"world.tables={folder}", "reform.policy=actual"]).scenario
        made = plan_of(scenario, world)
        assert [o.date for o in made] == ["2022-01-01", "2023Q1"]
        assert [len(o.communes) for o in made] == [9, 7]
        assert np.array_equal(made[-1].communes.code, world.new_communes.code)


def test_wealth_at_its_cap_is_said(folder: Path, tmp_path: Path) -> None:
    """A province whose income was given in another unit fills the end of the scale of wealth."""
    order = [
        "run",
        "none",
        f"world.tables={folder}",
        "population.weight=50",
        "time.end=2019Q1",
        "--no-figures",
    ]
    good = CliRunner().invoke(app, [*order, "--out", str(tmp_path / "a")])
    assert "most wealth that can be held" not in good.output
    change(folder, "units", 1, "income", "24000")
    odd = CliRunner().invoke(app, [*order, "--out", str(tmp_path / "b")])
    assert odd.exit_code == 0, odd.output
    assert "most wealth that can be held" in odd.output


def test_a_wave_names_kinds_that_the_country_has(folder: Path) -> None:
    """Else none of its units would merge and nobody would be told."""
    there = cells(folder, "units")
    kinds = {level: there.loc[there["level"] == level, "kind"] for level in ("commune", "district")}
    said = {level: sorted({k or level for k in own}) for level, own in kinds.items()}
    row = {"wave": "first", "communes": "1", "districts": "1",
           "commune_kinds": " + ".join(said["commune"]), "district_kinds": ""}  # fmt: skip
    put(folder, "earlier_waves", pd.DataFrame([row]))
    read_folder(folder)
    put(folder, "earlier_waves", pd.DataFrame([row | {"commune_kinds": said["commune"][0] + "+twon"}]))
    with pytest.raises(TableError, match=r"earlier_waves.csv.*row 1.*commune_kinds.*twon.*allowed.*commune"):
        read_folder(folder)
    put(folder, "earlier_waves", pd.DataFrame([row | {"district_kinds": "shire"}]))
    with pytest.raises(TableError, match=r"district_kinds.*shire"):
        read_folder(folder)

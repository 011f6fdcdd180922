"""A made-up country of forty places, built from the template by following docs/world.md, from tables to report."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu.scenario.dump import dump
from dicu.scenario.loader import load
from dicu.sweeps.plan import make_plan
from dicu_analysis.sweep import Sweep

SIDE = (8, 5)
"""Places from west to east and from south to north."""


def forty(folder: Path) -> None:
    """Fill in the template: three counties with eight districts, euros, a reform that merges, splits and divides."""
    result = CliRunner().invoke(app, ["world", "new", str(folder)])
    assert result.exit_code == 0, result.output
    places, units, reform = [], [], []
    for k in range(SIDE[0] * SIDE[1]):
        x, y = k % SIDE[0], k // SIDE[0]
        county, district = f"C{x // 3}", f"D{x // 2}{int(y > 2)}"
        county = {"D0": "C0", "D1": "C0", "D2": "C1", "D3": "C2"}[district[:2]]
        town = (x, y) in ((1, 1), (4, 3), (7, 2))
        code = f"m{k:02d}"
        places.append(
            {"place": code, "commune": code, "district": district, "province": county,
             "residents": 60_000 if town else 2_000 + 137 * k, "area_km2": 90 if town else 180,
             "longitude": round(25 + 0.22 * x, 3), "latitude": round(58 + 0.12 * y, 3),
             "urban": "yes" if town else "no", "terrain": "mountain" if y == 4 and x < 3 else "plain"}
        )  # fmt: skip
        units.append({"level": "commune", "code": code, "name": f"Muni {k}", "kind": "city" if town else "parish",
                      "ward_like": "yes" if town else "no", "income": "", "region": ""})  # fmt: skip
        if not town and x % 2 and y < 4:
            reform.append(
                {"level": "commune", "from": code, "to": f"m{k - 1:02d}", "share": "", "province": ""}
            )
    reform = [row for row in reform if row["to"] not in {"m09"}]
    reform += [
        {"level": "commune", "from": "m39", "to": "m38", "share": "0.7", "province": ""},
        {"level": "commune", "from": "m39", "to": "m31", "share": "0.3", "province": ""},
        {"level": "commune", "from": "m36", "to": "m36", "share": "", "province": "C2"},
    ]
    reform = [row for row in reform if row["from"] != "m31"]
    for district in sorted({p["district"] for p in places}):
        units.append({"level": "district", "code": district, "name": f"District {district}", "kind": "",
                      "ward_like": "", "income": "", "region": ""})  # fmt: skip
    for county, income, region in (("C0", "1100", "W"), ("C1", "900", "E"), ("C2", "750", "E")):
        units.append({"level": "province", "code": county, "name": f"County {county}", "kind": "", "ward_like": "",
                      "income": income, "region": region})  # fmt: skip
    for stem, rows in (("places", places), ("units", units), ("reform", reform)):
        pd.DataFrame(rows).to_csv(folder / f"{stem}.csv", index=False)
    people = sum(p["residents"] for p in places)
    pd.DataFrame(
        [
            {"figure": "units", "level": "commune", "value": 40},
            {"figure": "residents", "level": "", "value": people},
        ]
    ).to_csv(folder / "official.csv", index=False)
    text = (folder / "country.yaml").read_text()
    for old, new in (
        ("name: Examplia ", "name: {en: Quarantia, vi: Kurantia} "),
        ("languages: [en] ", "languages: [en, vi] "),
        ("code: EXC ", "code: EUR "),
        ("symbol: E ", "symbol: e "),
        ("scale: thousand ", "scale: one "),
        ("income: 20 ", "income: 900 "),
        ("time: {start: 2019Q1, end: 2029Q4}", "time: {start: 2019Q1, end: 2023Q4}"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    (folder / "country.yaml").write_text(text)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The country run without and with its reform."""
    folder = tmp_path_factory.mktemp("quarantia") / "country"
    forty(folder)
    made = {}
    for policy in ("none", "actual"):
        out = folder.parent / "runs"
        order = ["run", policy, f"world.tables={folder}", "population.weight=20", "--out", str(out)]
        result = CliRunner().invoke(app, order)
        assert result.exit_code == 0, result.output
        made[policy] = next((out / policy).glob("*/manifest.json")).parent
    made["tables"] = folder
    return made


def test_the_tables_agree_with_what_is_published(runs: dict[str, Path]) -> None:
    result = CliRunner().invoke(app, ["world", "check", str(runs["tables"])])
    assert result.exit_code == 0, result.output
    assert "2 of 2 figures agree" in result.output


def test_the_reform_acts_and_everybody_is_counted(runs: dict[str, Path]) -> None:
    """Fewer municipalities after its date and not before, in one run and not in the other; the same people before."""
    count = {}
    for policy in ("none", "actual"):
        table = pd.read_parquet(runs[policy] / "governments.parquet")
        communes = table[table["level"] == "commune"].groupby("period", observed=True).size()
        count[policy] = (int(communes["2021Q4"]), int(communes["2023Q4"]))
    assert count["none"] == (40, 40)
    assert count["actual"][0] == 40
    assert count["actual"][1] < 30
    before = [
        pd.read_parquet(runs[p] / "national.parquet").set_index("period")["persons"]["2021Q4"]
        for p in ("none", "actual")
    ]
    assert before[0] == before[1]
    units = pd.read_parquet(runs["actual"] / "world_units.parquet")
    assert set(units["generation"]) == {"legacy", "new"}


def test_amounts_are_euros(runs: dict[str, Path]) -> None:
    """The mean wage is of the size that the country's incomes have, in columns that say so."""
    districts = pd.read_parquet(runs["none"] / "districts.parquet")
    assert "pay_formal_eur_per_month" in districts
    assert not [c for c in districts if "mvnd" in c]
    assert 500 < float(districts["pay_formal_eur_per_month"].mean()) < 8_000
    manifest = json.loads((runs["none"] / "manifest.json").read_text())
    assert manifest["country"]["currency"]["unit"] == "EUR"


def test_a_report_in_both_languages(runs: dict[str, Path]) -> None:
    """It is made, of one run and of two, and names the country, its reform and what is borrowed."""
    out = runs["tables"].parent / "report.html"
    result = CliRunner().invoke(
        app, ["report", str(runs["actual"]), "--against", str(runs["none"]), "--out", str(out)]
    )
    assert result.exit_code == 0, result.output
    page = out.read_text()
    assert "Quarantia" in page
    assert "the municipal reform of 2022" in page
    assert not re.search(r"vnd|(?:tỷ|triệu|nghìn) đồng\b", page, re.IGNORECASE)


@pytest.fixture(scope="module")
def without_districts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same country whose municipalities are all there is below counties, run and reported on."""
    folder = tmp_path_factory.mktemp("plain") / "country"
    forty(folder)
    for stem in ("places", "units"):
        table = pd.read_csv(folder / f"{stem}.csv", dtype=str, keep_default_na=False)
        table = table.drop(columns="district") if stem == "places" else table[table["level"] != "district"]
        table.to_csv(folder / f"{stem}.csv", index=False)
    made = {"page": folder.parent / "report.html"}
    for policy in ("none", "actual"):
        out = folder.parent / "runs"
        order = ["run", policy, f"world.tables={folder}", "population.weight=20", "--out", str(out)]
        result = CliRunner().invoke(app, order)
        assert result.exit_code == 0, result.output
        made[policy] = next((out / policy).glob("*/manifest.json")).parent
    order = ["report", str(made["actual"]), "--against", str(made["none"]), "--out", str(made["page"])]
    result = CliRunner().invoke(app, order)
    assert result.exit_code == 0, result.output
    return made


@pytest.mark.slow  # Norway has no districts either, and is looked at every time
def test_pages_of_a_country_without_districts_speak_of_none(without_districts: dict[str, Path]) -> None:
    """Neither a report in both languages nor a figure; what moves are counted by is a labour market."""
    drawn = list((without_districts["actual"] / "figures").glob("*.svg"))
    assert len(drawn) > 5
    for page in (without_districts["page"], *drawn):
        text = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page.read_text(), flags=re.DOTALL)
        found = re.findall(r".{0,60}\b(?:district|huyện|quận)s?\b.{0,60}", text, re.IGNORECASE)
        assert not found, (page.name, found[:3])
    report = without_districts["page"].read_text()
    assert "out of the labour market" in report
    assert "ra khỏi thị trường lao động" in report


@pytest.mark.slow
def test_its_codebook_says_what_a_district_is(without_districts: dict[str, Path]) -> None:
    """A labour market; and columns on the office of a district say that they mean nothing."""
    book = pd.read_csv(without_districts["actual"] / "codebook.csv", keep_default_na=False).astype(str)
    text = book.agg(" ".join, axis=1)
    office = text[text.str.contains("district_administration|district_minutes|district_office")]
    assert len(office) > 2
    assert office.str.contains("of no meaning in this country").all()
    labels = book["unit"] == "label"
    told = book.loc[~labels & ~book.index.isin(office.index), "description"]
    assert not told.str.contains(r"\bdistricts?\b").any(), told[told.str.contains("district")].tolist()


def test_laws_of_another_country_do_not_stand_in_its_configuration(runs: dict[str, Path]) -> None:
    """What nothing acts by is said to be not set, and the file reads back to the same scenario."""
    path = runs["none"] / "config.yaml"
    text = path.read_text()
    for key in ("standard", "digital_start", "first_wave", "central_date", "social_housing_start"):
        assert f"  # {key}: not set" in text, key
    assert "76/2025" not in text
    assert "2025Q" not in text
    assert dump(load(path).scenario) == text
    acting = load("none", [f"world.tables={runs['tables']}", "government.digital_per_year=0.1"]).scenario
    assert '  digital_start: "2025Q3"' in dump(acting), "what acts stands there"


def test_a_sweep_of_another_country(runs: dict[str, Path], tmp_path: Path) -> None:
    """Amounts of its points and results are euros, and its report can be made; the world itself cannot vary."""
    sweep = tmp_path / "sweep.yaml"
    text = f"base: none\nset: {{world.tables: {runs['tables']}, population.weight: 400, time.end: 2019Q2}}\n"
    sweep.write_text(f"{text}sweep:\n  grid: {{money.move_cost: [600, 1200]}}\n  replications: 2\n")
    plan = make_plan(sweep)
    money = plan.runs[0].scenario
    assert [r.scenario.money.move_cost for r in plan.runs[::2]] == pytest.approx([600 / 210, 1200 / 210])
    assert money.money.consumption_floor == 1.2
    result = CliRunner().invoke(app, ["sweep", str(sweep), "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    folder = tmp_path / "out" / "sweep"
    columns = pd.read_parquet(folder / "results.parquet").columns
    assert "wealth_eur" in columns
    assert not [c for c in columns if "mvnd" in c or "2025" in c]
    assert "wealth_mvnd" in Sweep(folder).table, "what is read has the declared names"
    result = CliRunner().invoke(app, ["report", str(folder)])
    assert result.exit_code == 0, result.output
    sweep.write_text(
        f"base: none\nsweep:\n  scenarios:\n    a: {{world.tables: {runs['tables']}}}\n    b: {{}}\n"
    )
    result = CliRunner().invoke(app, ["sweep", str(sweep), "--dry-run"])
    assert result.exit_code == 2
    assert "world.tables: cannot vary in a sweep" in result.output

"""Outputs of another country speak of that country alone, in its own words and money."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu_analysis.language import ENGLISH, VIETNAMESE
from dicu_analysis.load import Run
from dicu_analysis.terms import GUARD, Terms

OF_VIET_NAM = re.compile(
    r"viet|việt|vnd|(?:tỷ|triệu|nghìn|\d) đồng\b|đồng bằng sông|\bdong\b|\bh[aà] n[oộ]i\b|hồ chí minh|ho chi minh"
    r"|\bhuế\b|\bhue\b|đà nẵng|da nang|điện biên|mekong|red river|southeast|central highlands|natural earth"
    r"|statistics office|cục thống kê|resolutions? \d|nghị quyết|decree|nghị định|dispatch|công văn|\d+/2025"
    r"|(?:july|before|mergers? of|map of|trước|bản đồ năm) 2025\b|\b63 (?:provinces|tỉnh)|\b34 (?:provinces|tỉnh)",
    re.IGNORECASE,
)
ALLOWED = (
    "Tiếng Việt",  # the name of a language of the page
    "application/vnd.apache.parquet",
    'standard": "76/2025"',  # a setting that no rule reads without a table of standards
    'standard: "76/2025"',
    "[unit name; work | dispatch; design]",  # the words of a setting
)
TIERS = re.compile(r"\b(?:commune|province)s?\b", re.IGNORECASE)


def found(text: str) -> list[str]:
    """Words of Viet Nam in a text, each with what stands around it."""
    for words in ALLOWED:
        text = text.replace(words, "")
    text = text.replace(GUARD, "")
    return [text[max(0, m.start() - 40) : m.end() + 40] for m in OF_VIET_NAM.finditer(text)]


def english(page: str) -> str:
    """What a reader sees of the English half of a page."""
    body = page[page.index('<div class="body in-en"') :]
    body = re.sub(r"<(?:style|code|small)\b.*?</(?:style|code|small)>", "", body, flags=re.DOTALL)
    return re.sub(r"<[^>]*>", "\n", body)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path | str]:
    """The template run without and with its reform; what was printed; the report of one run and of the pair."""
    top = tmp_path_factory.mktemp("examplia")
    tables = top / "country"
    said = []

    def order(*words: str) -> None:
        result = CliRunner().invoke(app, list(words))
        assert result.exit_code == 0, result.output
        said.append(result.output)

    order("world", "new", str(tables))
    file = tables / "country.yaml"
    file.write_text(file.read_text().replace("languages: [en] ", "languages: [en, vi] "))
    here: dict[str, Path | str] = {}
    for policy in ("actual", "none"):
        order("run", policy, f"world.tables={tables}", "population.weight=20", "--out", str(top / "runs"))
        here[policy] = next((top / "runs" / policy).glob("*/manifest.json")).parent
        order("report", str(here[policy]), "--out", str(top / f"{policy}.html"))
        here[f"{policy}.html"] = (top / f"{policy}.html").read_text(encoding="utf-8")
    order("report", str(here["actual"]), "--out", str(top / "pair.html"))
    here["pair.html"] = (top / "pair.html").read_text(encoding="utf-8")
    folder = str(top / "reforms")
    words = ["none", "actual", "random", f"world.tables={tables}", "--draws", "3", "--province", "01"]
    order("reform", "compare", *words, "--out", folder)
    here |= {"compared": Path(folder), "said": "\n".join(said)}
    return here


def texts(made: dict[str, Path | str]) -> dict[str, str]:
    """Every text of the outputs, by name."""
    here = {k: v for k, v in made.items() if isinstance(v, str)}
    for folder in (v for v in made.values() if isinstance(v, Path)):
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".svg", ".csv", ".json", ".yaml", ".txt"):
                here[f"{folder.name}/{path.relative_to(folder)}"] = path.read_text(encoding="utf-8")
    return here


def test_no_word_of_viet_nam(made: dict[str, Path | str]) -> None:
    """Neither in reports in both languages, nor in figures, nor in what stands beside the tables, nor on the screen."""
    read = texts(made)
    names = " ".join(read)
    for needed in ("pair.html", "codebook.csv", "datapackage.json", "config.yaml", "manifest.json", "budgets.svg",
                   "services_by_province.svg", "net_migration_map.svg", "reforms_compared.svg"):  # fmt: skip
        assert needed in names
    assert {name: hits for name, text in read.items() if (hits := found(text))} == {}


@pytest.mark.parametrize(
    "word",
    ["Viet Nam", "Việt Nam", "5 M VND", "nghìn tỷ đồng", "trillion dong a year", "Hà Nội", "Huế", "Đà Nẵng", "Mekong",
     "Resolution 76/2025", "Nghị quyết 202/2025/QH15", "1 July 2025", "ngày 1/7/2025", "the mergers of 2025",
     "trước 2025", "63 provinces", "Natural Earth"],
)  # fmt: skip
def test_a_word_of_viet_nam_is_seen(made: dict[str, Path | str], word: str) -> None:
    """The search finds each of these where it is put into a page that has none."""
    assert found(f"{made['none.html']}<p>{word}.</p>")


def test_periods_and_landscapes_are_not_taken_for_it() -> None:
    assert not found("2025Q3; end of 2025; 2025: 23.31; đồng bằng, đồng thời; cuối năm 2029; Tiếng Việt")


def test_tiers_have_the_words_of_the_country(made: dict[str, Path | str]) -> None:
    """A tier that the country names is called so everywhere; one that it does not name keeps its usual word."""
    for name in ("actual.html", "none.html", "pair.html"):
        seen = english(str(made[name]))
        assert TIERS.findall(seen) == [], name
        assert "municipality office" in seen
        assert "counties" in seen
    for name, text in texts(made).items():
        if name.endswith(".svg"):
            assert TIERS.findall(" ".join(re.findall(r"<!--(.*?)-->", text))) == [], name


def test_the_report_names_country_reform_money_and_regions(made: dict[str, Path | str]) -> None:
    page = str(made["pair.html"])
    assert "the municipal reform of 2022" in english(page)
    assert "borders of the country&#39;s own table (made up)" in page
    assert "million EXC a year" in page
    assert "triệu EXC" in page
    assert "k EXC/year" in page
    assert ">West<" in page
    assert "nobody counted anybody here" in page


def test_what_is_borrowed_is_said_near_the_top(made: dict[str, Path | str]) -> None:
    """In both languages, before the first section, without the name of the lender; with what looked odd."""
    for name in ("actual.html", "none.html", "pair.html"):
        page = str(made[name])
        for text, code in (
            (
                "Not the figures of Examplia, but borrowed from the country that the package ships: ages by sex",
                "en",
            ),
            ("Không phải số liệu của Examplia mà mượn của", "vi"),
        ):
            first_section = page.index(f'<h2 id="access-{code}"')
            assert 0 < page.index(text) < first_section
            assert "not contiguous: 0204" in page[:first_section]


def test_the_language_of_the_country_opens_the_page(made: dict[str, Path | str]) -> None:
    """The template's country has English alone, so its page opens in English."""
    page = str(made["none.html"])
    assert '<html lang="en">' in page


def test_amounts_are_those_of_the_tables(made: dict[str, Path | str]) -> None:
    """The wages that the report tells are the sum of the table of governments, in the unit that it names."""
    run = Run(Path(str(made["none"])))
    table = run.governments
    last = table[(table["step"] == table["step"].max()) & (table["level"].astype(str) == "province")]
    thousands = float(last["wages_mvnd"].sum()) * run.steps_per_year
    assert f"wages {thousands / 1e3:.1f}" in str(made["none.html"])


def terms(**tiers: str) -> Terms:
    words = {tier: {"one": {"en": said}, "many": {"en": f"{said}s"}} for tier, said in tiers.items()}
    currency = {"code": "EUR", "scale": "one", "unit": "EUR"}
    return Terms({"tiers": words, "currency": currency, "money": 200.0}, 5e6, own=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a commune, communes. Provinces", "an area, areas. Provinces"),
        ("Communes of a province", "Areas of a province"),
        ("the Commune of Paris", "the Commune of Paris"),
        ("choose.beta_commune_administration", "choose.beta_commune_administration"),
        ("5 trillion dong a year", "5 billion EUR a year"),
        ("95 M VND/year", "95 EUR/year"),
    ],
)
def test_sentences_in_terms(text: str, said: str) -> None:
    """Articles follow the word, capitals inside a sentence are names, names of settings stay, sums have their size."""
    there = replace(ENGLISH, terms=terms(commune="area"))
    assert there.t(text, "") == said


def test_words_of_tiers_may_change_places() -> None:
    """Where a country calls a commune "district" and a district "province", a sentence said twice is said once."""
    there = replace(ENGLISH, terms=terms(commune="district", district="province"))
    once = there.t("communes and districts", "")
    assert there.t(once, "").replace(GUARD, "") == once.replace(GUARD, "") == "districts and provinces"


def test_vietnamese_without_words_of_the_country_keeps_its_own() -> None:
    there = replace(VIETNAMESE, terms=terms(commune="area"))
    assert there.t("", "trụ sở xã, xã hội, thị xã") == "trụ sở xã, xã hội, thị xã"
    named = Terms(
        {"tiers": {"commune": {"one": {"vi": "đô thị tự quản"}, "many": {"vi": "đô thị tự quản"}}},
         "currency": {"code": "EUR", "scale": "one"}, "money": 1.0}, 1e3, own=True,
    )  # fmt: skip
    said = replace(VIETNAMESE, terms=named).t("", "Xã: trụ sở xã, xã hội, thị xã")
    assert said == "Đô thị tự quản: trụ sở đô thị tự quản, xã hội, thị xã"


def test_the_package_speaks_as_it_is_written() -> None:
    text = "a commune of 5 trillion dong, M VND; Provinces"
    assert ENGLISH.t(text, "") == text

"""Norway, which ships as a second country: made by its page, run from both scenarios, without a word of Viet Nam."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu.lab.any_world import compare
from dicu.reform.opening import load_folder
from dicu.scenario.shipped import configs
from dicu_analysis.sentences import english

PAGE = Path(__file__).parents[3] / "docs" / "your_country.md"
SHIPPED = configs() / "worlds" / "norway"
RAW = configs() / "worlds" / "norway_raw"
OF_VIET_NAM = re.compile(
    r"viet ?nam|việt|hanoi|ha noi|hà nội|\bVND\b|mvnd|\bdong\b|đồng\b|2025Q|76/2025|Mekong", re.IGNORECASE
)


def test_the_page_makes_what_ships(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks of the page, run one after the other over the raw tables, write the shipped folder to the byte."""
    (tmp_path / "norway_raw").symlink_to(RAW)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) > 5
    exec("\n".join(blocks), {})
    made = {p.name: p.read_bytes() for p in (tmp_path / "norway").iterdir()}
    assert made == {p.name: p.read_bytes() for p in SHIPPED.iterdir()}


def test_counts_codes_and_residents() -> None:
    """422 municipalities become 356, 18 counties 11; three pieces more than municipalities; no districts."""
    world = load_folder(SHIPPED)
    assert (len(world.legacy_communes), len(world.new_communes)) == (422, 356)
    assert (len(world.legacy_provinces), len(world.new_provinces)) == (18, 11)
    assert world.n_places == 425
    assert not world.has_districts
    assert "0101" in world.legacy_communes.code.tolist()
    assert int(world.residents.sum()) == 5_328_212
    assert all(row.ok for row in compare(world)), [row for row in compare(world) if not row.ok]
    assert world.country.borrowed == ()


def test_five_counties_fall_into_more_than_one() -> None:
    world = load_folder(SHIPPED)
    old = world.legacy_provinces.code[world.province]
    new = world.new_provinces.code[world.new_communes.parent[world.new_commune]]
    into = pd.DataFrame({"old": old, "new": new}).groupby("old")["new"].nunique()
    assert sorted(into.index[into > 1]) == ["05", "07", "14", "15", "18"]


def in_text(page: str) -> str:
    """Words that a view's script writes: its JSON, without numbers that are packed."""
    told = "".join(re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL))
    return re.sub(r'"[A-Za-z0-9+/=]{60,}"', '""', told)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both scenarios around the reform, at a weight that makes a minute of a test a few seconds."""
    folder, made = tmp_path_factory.mktemp("norway"), {}
    for name in ("norway_none", "norway_2020"):
        order = ["run", name, "population.weight=500", "time.start=2019Q1", "time.end=2020Q2"]
        result = CliRunner().invoke(app, [*order, "--out", str(folder)])
        assert result.exit_code == 0, result.output
        made[name] = next((folder / name).glob("*/manifest.json")).parent
    return made


def test_both_scenarios_run_and_the_maps_change(runs: dict[str, Path]) -> None:
    after = {}
    for name, folder in runs.items():
        table = pd.read_parquet(folder / "governments.parquet")
        last = (
            table[table["period"].astype(str) == "2020Q2"] if (table["period"] == "2020Q2").any() else table
        )
        last = last[last["period"] == last["period"].iloc[-1]]
        after[name] = last.groupby("level", observed=True).size().to_dict()
    assert (after["norway_none"]["commune"], after["norway_none"]["province"]) == (422, 18)
    assert (after["norway_2020"]["commune"], after["norway_2020"]["province"]) == (356, 11)


def test_households_are_as_large_as_those_of_norway(runs: dict[str, Path]) -> None:
    """2.164 persons (5,277,899 in 2,439,242 households), within a hundredth and what a fast run's luck makes."""
    first = pd.read_parquet(runs["norway_none"] / "national.parquet").iloc[0]
    assert first["persons"] / first["households"] == pytest.approx(5_277_899 / 2_439_242, abs=0.02)


@pytest.mark.slow  # its twin of a made-up country is in unit/report/test_another_country.py
def test_no_word_of_viet_nam(runs: dict[str, Path], tmp_path: Path) -> None:
    """In the configuration, the manifest, the codebook, the figures, the report and the view."""
    texts = {}
    for kind in ("report", "view"):
        page = tmp_path / f"{kind}.html"
        order = [kind, str(runs["norway_2020"]), "--against", str(runs["norway_none"]), "--out", str(page)]
        result = CliRunner().invoke(app, order)
        assert result.exit_code == 0, result.output
        texts |= {kind: page.read_text(encoding="utf-8"), f"{kind} said": result.output}
    texts["what the view's script reads"] = in_text(texts["view"])
    for folder in runs.values():
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        texts["manifest"] = json.dumps(manifest["config"] | manifest["country"], ensure_ascii=False)
        for name in ("config.yaml", "codebook.csv", "synthesis.txt"):
            texts[name] = (folder / name).read_text(encoding="utf-8")
        drawn = list((folder / "figures").glob("*.svg"))
        assert len(drawn) > 5
        texts |= {p.name: p.read_text(encoding="utf-8") for p in drawn}
    for name, text in texts.items():
        text = text.replace("e.g. 2025Q3", "")  # how a period is written
        seen = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", text, flags=re.DOTALL)
        found = OF_VIET_NAM.search(seen)
        assert found is None, (name, seen[max(0, found.start() - 80) : found.end() + 80])
    english_half = texts["report"].index('<div class="body in-en"')
    own = re.sub(r"<[^>]*>", "\n", texts["report"][:english_half])
    assert "Norge" in own
    assert "kommuner" in own
    sentences = [s for s in english() if len(s.split()) > 3 and "{" not in s]
    assert not [s for s in sentences if s in own], "English in the Norwegian half"
    assert "Norway" in texts["report"]
    assert "municipalities" in texts["report"]

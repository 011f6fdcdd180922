"""Experiments in Vietnamese: every text that is stored has its own, and pages and figures hold no English."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dicu_analysis.experiments import pictures, stored
from dicu_analysis.experiments.catalogue import conclude
from dicu_analysis.experiments.controls import read_controls
from dicu_analysis.experiments.page import copy_page, name_of
from dicu_analysis.experiments.page_parts import ARMS
from dicu_analysis.experiments.result import Record, read_result
from dicu_analysis.language import ENGLISH, VIETNAMESE, Text
from dicu_analysis.sentences import of_experiments
from made_up_experiments import MAKE

SAID_AS_IS = {"%", "25-34", "35-59", "(a) - (b)", "reform_policy", ""}
"""The same in both languages."""
FILLED_IN = {
    "10 years later",
    "when it ends",
    "rural distress alone, independent luck: share of experiments that read",
    "second difference of the rate (c-ii): {1}",
    "share of placebo experiments of {1} replicates with independent luck that are told apart at 5 %",
}
"""Parts of the source that stand in a sentence of the table, never alone."""
KEYS = {
    "A sentence or two for readers in both languages: a decimal comma in Vietnamese, and no sign before nothing.",
    *(f"access, {where}" for where in ("rural", "plain rural", "mountain rural", "island rural")), "urban share",
    "negative, placebos", "negative, to the bit", "none cut", "treated on", "untreated on",
    "axes fraction", "offset points", "upper left",
}  # fmt: skip
"""Of the schema, of outcomes, controls and arms, and of matplotlib: no reader sees them as they are."""
NAMES = {"dicu", "City", "District", "monocentric"}
"""Words of English figures that Vietnamese ones have too: the program, and places of made-up worlds."""
WORD = re.compile(r"[A-Za-z]{3,}")


def test_every_text_of_the_source_has_its_vietnamese() -> None:
    """A name, unit, note or sentence added to an experiment without its Vietnamese fails here by name."""
    found = of_experiments()
    assert len(found) > 150
    assert "over {1} randomisations of areas, each with its complement" in found, "of an f-string"
    assert set(found) > KEYS | FILLED_IN, "what is left out is there"
    missing = [text for text in found if text not in KEYS | FILLED_IN and not stored.table().has(text)]
    assert not missing, f"{stored.FILE} lacks {missing}"


def test_the_table_fills_in_what_its_sentences_have_and_writes_its_numbers() -> None:
    for said, own in yaml.safe_load(stored.FILE.read_text()).items():
        assert set(re.findall(r"\{\d+\}", said)) == set(re.findall(r"\{\d+\}", own)), said
        assert stored.numbers(own) == own, f"{own}: a dot or a comma that would be turned"


def test_numbers_are_turned_and_versions_are_not() -> None:
    assert stored.numbers("1,234.5 and -0.5 of 12") == "1.234,5 and -0,5 of 12"
    assert stored.numbers("dicu 0.1.0+ebf4, 1/7/2025, 0,25") == "dicu 0.1.0+ebf4, 1/7/2025, 0,25"


def test_what_is_filled_in_is_said_too() -> None:
    w = VIETNAMESE
    assert stored.said(w, "dose +0.125 points") == "liều thêm 0,125 điểm phần trăm"
    assert stored.said(w, "actual_with_satellites: residents") == (
        "sắp xếp, kèm điểm phục vụ vệ tinh: số dân"
    )
    assert stored.said(w, "made up for, mountain rural") == "phần bù lại, nông thôn miền núi"
    assert stored.say(w, Text("severance is paid over: 4 q", "chi chế độ nghỉ việc trong: 4 q")).endswith(
        "4 quý"
    )
    assert stored.period(w, "2025Q1 to 2034Q4") == "quý\u00a0I/2025 đến quý\u00a0IV/2034"
    assert stored.said(ENGLISH, "dose +0.125 points") == "dose +0.125 points"
    assert stored.policies(w, "là actual_in_half") == "là việc sáp nhập ở một nửa số tỉnh mới chọn ngẫu nhiên"


def test_controls_that_were_run_are_said_in_vietnamese() -> None:
    """Those of the worked example."""
    path = Path("docs/experiments/controls.json")
    for name, some in json.loads(path.read_text()).items():
        for control in some:
            for text in (control["text"], control["world"]):
                assert stored.said(VIETNAMESE, text) != text, (name, text)
    assert read_controls(path.parent, "h1") == [], "there they lie beside the pages"


def texts_of(fig: Any) -> set[str]:
    """Everything that is written on a figure."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text as Written

    FigureCanvasAgg(fig).draw()
    return {t.get_text() for t in fig.findobj(Written) if t.get_visible() and t.get_text().strip()}


@pytest.fixture(scope="module", params=list(MAKE))
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One experiment from made-up sweeps to both pages; what was written on each figure, by language and name."""
    out = tmp_path_factory.mktemp(request.param)
    folders, facts = MAKE[request.param](out)
    written: dict[str, dict[str, set[str]]] = {"en": {}, "vi": {}}

    def kept(fig: Any, folder: Path, name: str) -> None:
        written["vi" if folder.name == "vi" else "en"][name] = texts_of(fig)
        (folder / f"{name}.png").write_bytes(b"")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures, "save", kept)
        before = conclude(request.param, folders, facts, out).read_bytes()
        stated = (folders[request.param] / "experiment.json").read_bytes()
        page = conclude(request.param, folders, facts.said_in(VIETNAMESE), out)
    return request.param, page, written, before, stated


def test_the_result_and_the_english_page_are_the_same_whatever_the_language(made: Any) -> None:
    _, page, _, before, stated = made
    assert page.name == "experiment.vi.md"
    assert (page.parent / "experiment.md").read_bytes() == before
    assert (page.parent / "experiment.json").read_bytes() == stated


def english_of(value: Any, key: str = "") -> Iterator[str]:
    """Every text of a result that is stored in English alone."""
    if isinstance(value, Text):
        if value.vi == value.en:
            yield value.en
    elif isinstance(value, Record):
        for name in type(value).model_fields:
            if name not in ("id", "model_version", "world", "period", "values", "figures", "verdict", "kind", "sign",
                            "holm_family"):  # fmt: skip
                yield from english_of(getattr(value, name), name)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from english_of(each, key)
    elif isinstance(value, str):
        yield value


def test_every_text_of_a_result_has_its_vietnamese(made: Any) -> None:
    name, page, *_ = made
    result = read_result(page.parent)
    arms = {a.name for a in result.arms} | {r.name for r in result.robust}
    missing = [
        text
        for text in english_of(result)
        if text not in SAID_AS_IS | arms and not number(text) and stored.note(VIETNAMESE, text) == text
    ]
    assert not missing
    for arm in result.arms:
        assert arm.name in ARMS.get(name, {}) or stored.said(VIETNAMESE, arm.name) != arm.name


def number(text: str) -> bool:
    return re.fullmatch(r"[+-]?[\d.]+ ?%?", text) is not None


def test_the_page_holds_no_text_of_the_english_one(made: Any) -> None:
    """Every line that has words differs, but for names of settings in the table of arms."""
    _, page, *_ = made
    own = page.read_text()
    english = set((page.parent / "experiment.md").read_text().splitlines())
    same = [
        line for line in own.splitlines() if line in english and WORD.search(re.sub("</?[a-z]+>", "", line))
    ]
    assert not same
    result = read_result(page.parent)
    arms = {a.name for a in result.arms}
    for text in set(english_of(result)) - arms:
        if " " in text and len(WORD.findall(text)) > 1:
            assert text not in own
    for text in (result.plain_words.en, *(x.words.en for x in result.robust)):
        assert text not in own


def test_figures_hold_no_word_of_the_english_ones(made: Any) -> None:
    _, page, written, *_ = made
    assert set(written["vi"]) == set(written["en"]) != set()
    for name, own in written["vi"].items():
        words = {w for text in own for w in WORD.findall(text)}
        theirs = {w for text in written["en"][name] for w in WORD.findall(text)}
        assert words & theirs <= NAMES | of_vietnamese(theirs), name
        assert not [t for t in own if re.fullmatch(r"[−+-]?\d+\.\d+", t)], f"{name}: a dot for decimals"
    captions = json.loads((page.parent / "figures/vi/captions.json").read_text())
    assert [c["png"] for c in captions] == [f"figures/vi/{name}.png" for name in written["vi"]]
    for caption in captions:
        on = " ".join(written["vi"][Path(caption["png"]).stem])
        assert all(word in on for word in caption["title"].split()), "a title may stand in two lines"
        assert f"]({caption['svg']})" in page.read_text()


def of_vietnamese(words: set[str]) -> set[str]:
    """English words that are Vietnamese syllables too."""
    return words & {"can", "con", "hai", "may", "nay", "sang", "than", "tin"}


def test_a_page_and_its_figures_are_copied(made: Any, tmp_path: Path) -> None:
    name, page, *_ = made
    copied = copy_page(page.parent, tmp_path, name, VIETNAMESE)
    assert copied.name == name_of(VIETNAMESE, name) == f"{name}.vi.md"
    shown = re.findall(r"\]\((.*?)\)", copied.read_text())
    assert shown
    assert all((tmp_path / path).is_file() for path in shown)


def test_a_vietnamese_page_is_made_anew_with_the_english_one(tmp_path: Path) -> None:
    """Once there it is never out of date: another run in English, or another experiment's p-value, writes it again."""
    folders, facts = MAKE["h5"](tmp_path)
    page = conclude("h5", folders, facts.said_in(VIETNAMESE), tmp_path)
    text = page.read_text()
    drawn = {path: path.read_bytes() for path in (page.parent / "figures").rglob("*.svg")}
    page.write_text("old")
    conclude("h5", folders, facts, tmp_path)
    assert page.read_text() == text
    assert {path: path.read_bytes() for path in drawn} == drawn, "and figures are the same bytes"


def test_what_is_folded_away_is_closed(made: Any) -> None:
    """Each block by itself in that of the details: an open one would swallow the rest of the page."""
    _, page, *_ = made
    for path in (page, page.parent / "experiment.md"):
        depth = []
        for mark in re.findall(r"</?details>", path.read_text()):
            depth.append((depth[-1] if depth else 0) + (-1 if mark.startswith("</") else 1))
        assert min(depth) == depth[-1] == 0
        assert max(depth) <= 2

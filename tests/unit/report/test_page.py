from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from analysis.report import write
from analysis.report.experiments import BadExperiment, find

VOID = {"meta", "input", "img", "br", "path", "use", "rect"}


class Checked(HTMLParser):
    """Notes identities, references and whether every element is closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.asked: list[str] = []
        self.tables: list[list[str]] = []

    def handle_starttag(self, tag, attrs) -> None:
        given = dict(attrs)
        self.ids += [given["id"]] if "id" in given else []
        self.asked += [given[k] for k in ("href", "xlink:href", "src") if given.get(k)]
        if tag == "table":
            self.tables.append([])
        if self.tables:
            self.tables[-1].append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def read(path) -> tuple[str, Checked]:
    html = path.read_text(encoding="utf-8")
    checked = Checked()
    checked.feed(html)
    assert checked.open == []
    return html, checked


@pytest.fixture(scope="module")
def report(made, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs")
    for seed in (42, 43):
        for policy in ("none", "actual"):
            run = made(out, policy, seed)
    assert run.exists()
    return write(out / "synthetic" / "actual42")


def test_the_page_is_whole_small_and_opens_no_address(report) -> None:
    html, checked = read(report)
    assert len(html.encode()) < 3_000_000
    assert len(checked.ids) == len(set(checked.ids))
    inner = {a[1:] for a in checked.asked if a.startswith("#")}
    assert inner <= set(checked.ids)
    assert all(a.startswith(("#", "data:")) for a in checked.asked)
    assert "default-src 'none'" in html
    assert "<script" not in html
    assert not re.search(r"url\(\s*['\"]?(?!#)", html)
    assert all({"caption", "thead", "th"} <= set(t) for t in checked.tables)


def test_both_languages_are_whole_and_say_that_nothing_is_calibrated(report) -> None:
    html, _ = read(report)
    vi, en = (html.split(f'class="body in-{c}"')[1] for c in ("vi", "en"))
    assert "Chưa hiệu chỉnh, không phải dự báo." in vi
    assert "Not calibrated, not a forecast." in en
    assert "(\u221220%)" in vi
    assert "(\u221220%)" in en
    assert "0,05 điểm chỉ số" in vi
    assert "0.05 of the index" in en.replace("\n", " ")


def test_the_same_runs_give_the_same_bytes(report, tmp_path) -> None:
    again = write(report.parent, out=tmp_path / "again.html")
    assert again.read_bytes() == report.read_bytes()


def test_a_run_alone_says_that_it_cannot_answer(made, tmp_path) -> None:
    html, _ = read(write(made(tmp_path, "actual")))
    assert "This run alone cannot say what the reform did." in html
    assert "Riêng lần chạy này không thể cho biết cải cách đã làm gì." in html
    assert "reform.policy=none" in html
    assert 'id="winners-' not in html


def test_one_pair_has_no_interval_and_says_so(made, tmp_path) -> None:
    run = made(tmp_path, "actual")
    made(tmp_path, "none")
    html, _ = read(write(run))
    assert "One pair of runs only." in html
    assert "unknown (one pair)" in html
    assert "pairs of simulated countries" not in html


def experiment(**changes) -> dict[str, object]:
    return {
        "id": "h2", "question": {"en": "Does it?", "vi": "Có không?"}, "effect": -0.0123, "unit": "index",
        "interval": [-0.02, -0.004], "mc_error": 0.003, "p": 0.0001, "p_holm": 0.02, "sesoi": 0.01, "replicates": 42,
        "verdict": "inconclusive", "figures": [], "held_fixed": ["roads", "prices"],
        "plain_words": {"en": "A little.", "vi": "Một chút."},
    } | changes  # fmt: skip


def test_an_experiment_is_shown_in_both_languages_with_its_figure(made, tmp_path) -> None:
    folder = tmp_path / "experiments" / "h2"
    folder.mkdir(parents=True)
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'
    (folder / "main.svg").write_text(svg)
    (folder / "experiment.json").write_text(json.dumps(experiment(figures=["main.svg", "missing.svg"])))
    run = made(tmp_path, "actual")
    html, checked = read(write(run))
    assert "H2. Does it?" in html
    assert "H2. Có không?" in html
    assert "A little." in html
    assert "\u22120.0123 index" in html
    assert "\u22120,0123 index" in html
    assert "below 0.001" in html
    assert "not decided" in html
    assert "roads; prices" in html
    assert sum(a.startswith("data:image/svg+xml") for a in checked.asked) == 2  # once a language


def test_an_experiment_that_cannot_be_read_is_named(tmp_path) -> None:
    (tmp_path / "experiment.json").write_text(json.dumps({"id": "h1"}))
    with pytest.raises(BadExperiment, match="lacks question, effect, unit"):
        find([tmp_path])
    (tmp_path / "experiment.json").write_text("{")
    with pytest.raises(BadExperiment, match="cannot be read"):
        find([tmp_path])


def test_what_was_not_stated_is_not_shown(made, tmp_path) -> None:
    (tmp_path / "experiment.json").write_text(
        json.dumps({"id": "h5", "question": "q", "effect": 1.0, "unit": "u"})
    )
    html, _ = read(write(made(tmp_path, "actual")))
    assert "H5. q" in html
    assert "Holm" not in html
    assert "Verdict" not in html

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from dicu_analysis.report import write
from dicu_analysis.report.experiments import BadExperiment, find
from stated_results import experiment

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


DATA = re.compile(r"</?data[^>]*>")


def read(path) -> tuple[str, Checked]:
    html = DATA.sub("", path.read_text(encoding="utf-8"))
    checked = Checked()
    checked.feed(html)
    assert checked.open == []
    return html, checked


@pytest.fixture(scope="module")
def report(made, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs")
    for seed in (42, 43, 44):
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
    assert not re.search(r"url\(\s*['\"]?(?!#|data:|['\"])", html)
    assert all({"caption", "thead", "th"} <= set(t) for t in checked.tables)


def test_both_languages_are_whole_and_say_that_nothing_is_calibrated(report) -> None:
    html, _ = read(report)
    vi, en = (html.split(f'class="body in-{c}"')[1] for c in ("vi", "en"))
    assert "Chưa hiệu chỉnh, không phải dự báo." in vi
    assert "Not calibrated, not a forecast." in en
    assert "\u221220%; từ \u221220 đến \u221220" in vi
    assert "\u221220%; \u221220 to \u221220" in en
    assert "0,05 điểm chỉ số" in vi
    assert "0.05 of the index" in en.replace("\n", " ")


def test_the_same_runs_give_the_same_bytes(report, tmp_path) -> None:
    again = write(report.parent, out=tmp_path / "again.html")
    assert again.read_bytes() == report.read_bytes()


def test_a_run_alone_says_that_it_cannot_answer(made, tmp_path) -> None:
    html, _ = read(write(made(tmp_path, "actual")))
    assert "This run alone cannot say what the reform did." in html
    assert "Riêng lần mô phỏng này không thể cho biết việc sắp xếp đã tác động ra sao." in html
    assert "reform.policy=none" in html
    assert 'id="winners-' not in html


def test_one_pair_has_no_interval_and_says_so(made, tmp_path) -> None:
    run = made(tmp_path, "actual")
    made(tmp_path, "none")
    html, _ = read(write(run))
    assert html.count("One pair of runs only:") == 1
    assert html.count("Chỉ có một cặp lần mô phỏng:") == 1
    assert "unknown (one pair)" not in html
    assert "95% interval" not in html
    assert "pairs of simulated countries" not in html


def test_an_experiment_is_shown_in_both_languages_with_its_figure_once(made, tmp_path) -> None:
    folder = tmp_path / "h2"
    folder.mkdir(parents=True)
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"/>'
    (folder / "main.svg").write_text(svg)
    figures = [
        {"svg": n, "png": "none.png", "title": "T", "alt": "what it shows"} for n in ("main.svg", "gone.svg")
    ]
    asked = "What does the merger do to access and to leaving, by terrain?"
    (folder / "experiment.json").write_text(json.dumps(experiment(figures=figures, question=asked)))
    html, _ = read(write(made(tmp_path, "actual")))
    for stated in (
        f"H2. {asked}", "H2. Sáp nhập tác động thế nào", "A little.", "Một chút.", "\u22120.0123 index",
        "\u22120,0123 index", "below 0.001", "dưới 0,001", "roads; prices", "with networks off", "too few",
        "A control failed:", "KHÔNG ĐẠT", "not a picture in this folder: gone.svg", "only 1 of six known",
        "<h4>A grid</h4>", "<h4>Một lưới</h4>", "It decides nothing.", "over the grid", "Errors by cell.",
        ">+0.5<", ">+0,5<",
        "jobs: with these on", "services: with these on", ">points<", ">điểm<",
        "+0.0123 ± 0.0021", "+0,0123 ± 0,0021", "replicates that would decide an effect as large as the one found: 17",
    ):  # fmt: skip
        assert stated in html.replace("<b>", "").replace("</b>", ""), stated
    assert html.count("data:image/svg+xml") == 1
    assert "aspect-ratio: 20 / 10" in html
    assert html.count('aria-label="what it shows"') == 2


SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} 10"/>'


def test_a_figure_drawn_in_vietnamese_is_shown_to_its_readers_and_the_english_one_where_there_is_none(
    made, tmp_path
) -> None:
    folder = tmp_path / "h2"
    (folder / "figures" / "vi").mkdir(parents=True)
    names = ("figures/first.svg", "figures/second.svg")
    for name, wide in zip((*names, "figures/vi/first.svg"), (20, 30, 40), strict=True):
        (folder / name).write_text(SVG.format(wide))
    figures = [{"svg": n, "png": "", "title": f"title of {n}", "alt": f"alt of {n}"} for n in names]
    own = [{"svg": "figures/vi/first.svg", "png": "", "title": "Hình một", "alt": "Hình này"}]
    (folder / "figures" / "vi" / "captions.json").write_text(json.dumps(own))
    (folder / "experiment.json").write_text(json.dumps(experiment(figures=figures)))
    html, _ = read(write(made(tmp_path, "actual")))
    assert html.count("data:image/svg+xml") == 3
    for text, times in ((f"alt of {names[0]}", 1), (f"alt of {names[1]}", 2), ("Hình này", 1)):
        assert html.count(f'aria-label="{text}"') == times, text
    assert '<figcaption class="title" lang="vi">Hình một</figcaption>' in html


def caption(title: str, name: str = "figures/vi/a.svg") -> str:
    return json.dumps([{"svg": name, "png": "", "title": title, "alt": ""}])


@pytest.mark.parametrize(
    "broken",
    ["{", "[1]", "[" * 100_000, "{}", '[{"svg": "figures/vi/a.svg"}]', caption("\ud800"), caption("x" * 3_000),
     caption("T", "figures/vi/b/a.svg"), caption("T", ""), " " * 300_000 + caption("T")],
)  # fmt: skip
def test_broken_captions_leave_the_english_figures(tmp_path, broken) -> None:
    (tmp_path / "figures" / "vi").mkdir(parents=True)
    (tmp_path / "figures" / "a.svg").write_text(SVG.format(20))
    (tmp_path / "figures" / "vi" / "captions.json").write_text(broken)
    figures = [{"svg": "figures/a.svg", "png": "", "title": "T", "alt": "A"}]
    (tmp_path / "experiment.json").write_text(json.dumps(experiment(figures=figures)))
    (found,) = find(tmp_path).experiments
    assert found.in_vietnamese == found.pictures
    assert [p.lang for p in found.pictures] == ["en"]


def test_captions_over_a_symbolic_link_are_not_read(tmp_path) -> None:
    (tmp_path / "figures" / "vi").mkdir(parents=True)
    for name in ("figures/a.svg", "figures/vi/a.svg"):
        (tmp_path / name).write_text(SVG.format(20))
    (tmp_path / "elsewhere.json").write_text(caption("SECRET"))
    (tmp_path / "figures" / "vi" / "captions.json").symlink_to(tmp_path / "elsewhere.json")
    figures = [{"svg": "figures/a.svg", "png": "", "title": "T", "alt": "A"}]
    (tmp_path / "experiment.json").write_text(json.dumps(experiment(figures=figures)))
    (found,) = find(tmp_path).experiments
    assert [p.title for p in found.in_vietnamese] == ["T"]


def test_a_whole_experiment_is_taken_rather_than_a_quick_one(tmp_path) -> None:
    for name, quick in (("a", False), ("b", True)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "experiment.json").write_text(json.dumps(experiment(quick=quick)))
    (one,) = find(tmp_path).experiments
    assert one.path.parent.name == "a"


def test_an_experiment_of_another_schema_is_named(made, tmp_path) -> None:
    for text in ("{", json.dumps({"schema_version": 99}), json.dumps(experiment(effect="large"))):
        (tmp_path / "experiment.json").write_text(text)
        with pytest.raises(BadExperiment, match=r"experiment\.json: cannot be read"):
            find(tmp_path, strict=True)
    assert len(find(tmp_path).unreadable) == 1
    html, _ = read(write(made(tmp_path, "actual")))
    assert (
        "cannot be read" in html
    )  # a neighbour's file is no reason to fail, and is not passed over in silence

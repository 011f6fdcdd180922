"""Every number of a report's text is one that the tables give, by other code than the report's."""

from __future__ import annotations

import html as entities
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu_analysis.report import contents, write
from report_by_tables import Pairs
from report_recompute import complaints, marked
from report_walk import Page

SETTINGS = [
    "population.weight=40",
    "time.start=2024Q1",
    "time.end=2027Q4",
    "record.places=year",
    "record.governments=year",
    "--no-figures",
    "--threads",
    "1",
]
SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> list[tuple[Path, Path]]:
    """Pairs of runs of the model itself, on a small world."""
    out = tmp_path_factory.mktemp("runs")
    made = {}
    for seed in SEEDS:
        for policy in ("actual", "none"):
            words = ["run", "configs/small/monocentric.yaml", f"reform.policy={policy}", f"seed={seed}"]
            done = CliRunner().invoke(app, [*words, *SETTINGS, "--out", str(out)])
            assert done.exit_code == 0, done.output
            made[policy, seed] = Path(done.output.split()[-1])
    return [(made["actual", s], made["none", s]) for s in SEEDS]


@pytest.fixture(scope="module")
def page(runs) -> str:
    return write(runs[0][0], language="en").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tables(runs) -> Pairs:
    return Pairs(runs)


def test_every_number_of_the_text_is_recomputed_from_the_tables(page, tables) -> None:
    assert complaints(page, tables) == []
    assert page.count("<data ") > 300


def test_one_pair_too(runs, tmp_path) -> None:
    for k, folder in enumerate(runs[1]):
        target = tmp_path / f"arm{k}" / folder.name
        shutil.copytree(folder, target)
    html = write(tmp_path / "arm0" / runs[1][0].name, out=tmp_path / "page.html").read_text(encoding="utf-8")
    assert complaints(html, Pairs([runs[1]])) == []


@pytest.mark.parametrize(
    ("pattern", "wrong"),
    [
        (r'(<data [^>]*data-key="difference:access[^>]*>)([^<]*)(</data>)', r"\g<1>+9.999\3"),
        (r'(<data value=")[^"]*(" data-key="level:leaving)', r"\g<1>0.123\2"),
        (r"(<p class=\"note\">Mean of )\d+( pairs; bars)", r"\g<1>7\2"),
        (r"(seed )\d+( only)", r"\g<1>99\2"),
        (r"(gets \w+ by more than )2%", r"\g<1>3%"),
        (r"(<th scope=\"row\">)2026(</th><td>)[^<]*", r"\g<1>2026\g<2>77.77"),
        (r"(<td>)30 min(</td>)", r"\g<1>31 min\2"),
        (r"(Most of all |the )(end of )20\d\d", r"\g<1>\g<2>2019"),
    ],
)
def test_a_wrong_number_is_found_wherever_it_stands(page, tables, pattern, wrong) -> None:
    changed, n = re.subn(pattern, wrong, page, count=1)
    assert n == 1
    assert len(complaints(changed, tables)) >= 1


def test_each_marked_number_matters(page, tables) -> None:
    for code in ("en", "vi"):
        pieces = [p for p in Page(page, code).pieces if p.mark is not None]
        assert len(pieces) > 150
        for piece in pieces:
            last = str((int(piece.text[-1]) + 5) % 10)
            assert marked(replace(piece, text=piece.text[:-1] + last), tables, code), piece


SAID = re.compile(r"[+\u2212]?\d+(?:[.,]\d+)*%?")


def _plain(text: str) -> str:
    """A number as Python reads it: in Vietnamese a comma stands before decimals, of which a page writes at most two."""
    bare = text.rstrip("%").replace("\u2212", "-")
    return bare.replace(",", ".") if re.search(r",\d{1,2}$", bare) else bare.replace(",", "")


def _number(text: str) -> float:
    return float(_plain(text))


def _rounds(text: str, cells: list[float]) -> bool:
    """Whether a number is a cell of the table, rounded to the decimals in which it is written."""
    half = 0.5000001 * 10.0 ** -len(_plain(text).partition(".")[2])
    return any(abs(_number(text) - cell) <= half for cell in cells)


def test_numbers_inside_drawings_are_ticks_or_cells_of_their_table(page) -> None:
    """Each drawing has its numbers as a table, recomputed above; what else it writes are years, ticks and scales."""
    scales = {float(edge) for edge in [*contents.EDGES, *contents.ACCESS_EDGES]}
    compared = 0
    for figure in re.findall(r"<figure.*?</figure>", page, re.DOTALL):
        for drawing in re.findall(r"<svg.*?</svg>", figure, re.DOTALL):
            plain = (
                re.sub(r"<[^>]+>", "", t) for t in re.findall(r"<text[^>]*>(.*?)</text>", drawing, re.DOTALL)
            )
            said = [t for t in (entities.unescape(t).strip() for t in plain) if SAID.fullmatch(t)]
            shown = " ".join(
                re.sub(r"<[^>]+>", "", t) for t in re.findall(r"<td[^>]*>(.*?)</td>", figure, re.DOTALL)
            )
            cells = [_number(t) for t in SAID.findall(entities.unescape(shown))]
            compared += sum(_rounds(t, cells) for t in said)
            left = [t for t in said if not _rounds(t, cells) and not re.fullmatch(r"20\d\d", t)]
            ticks = sorted({_number(t) for t in left} - scales)
            steps = np.diff(ticks)
            even = not len(steps) or np.allclose(
                steps / steps.min(), np.round(steps / steps.min()), atol=1e-6
            )
            assert even, (re.sub(r"<[^>]+>", "", figure)[:80], left)
    assert compared > 20

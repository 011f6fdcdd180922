"""The report as a browser shows it: both widths, both languages, no address opened, printed."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import numpy as np
import pytest

DESK, PHONE = 1280, 390
VISIBLE = "[...document.querySelectorAll('.body')].filter(b => b.getClientRects().length).map(b => b.lang)"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_sweep_is_shown_at_both_widths_and_opens_nothing(page, sweep, width) -> None:
    page.open(sweep.as_uri(), width)
    for code in ("en", "vi"):
        page.click(f"label[for=choose-{code}]")
        assert page.ask(VISIBLE) == [code]
        assert page.ask(OVERFLOW) == 0
    assert [a for a in page.asked_for() if not a.startswith(("data:", sweep.as_uri()))] == []
    assert page.complaints() == []


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_nothing_is_wider_than_the_screen_in_either_language(page, report, width, tmp_path) -> None:
    page.open(report.as_uri(), width)
    for code in ("vi", "en"):
        page.click(f"label[for=choose-{code}]")
        assert page.ask(VISIBLE) == [code]
        assert page.ask(OVERFLOW) == 0
        picture = page.screenshot(tmp_path / f"{code}.png")
        wide, high = np.frombuffer(picture[16:24], dtype=">u4")
        assert wide == width
        assert high > 3 * width


def test_it_opens_nothing_but_itself(page, report) -> None:
    page.open(report.as_uri(), DESK)
    assert [a for a in page.asked_for() if not a.startswith(("data:", report.as_uri()))] == []
    assert page.complaints() == []
    assert page.ask("document.scripts.length") == 0


def test_it_begins_in_vietnamese_and_the_keyboard_switches_it(page, report) -> None:
    page.open(report.as_uri(), DESK)
    assert page.ask(VISIBLE) == ["vi"]
    page.ask("document.getElementById('choose-vi').focus()")
    for kind in ("keyDown", "keyUp"):
        page.send(
            "Input.dispatchKeyEvent", type=kind, key="ArrowRight", code="ArrowRight", windowsVirtualKeyCode=39
        )
    assert page.ask(VISIBLE) == ["en"]


@pytest.mark.parametrize("code", ["vi", "en"])
def test_the_answer_is_on_the_first_screen_at_desk_width(page, report, code) -> None:
    page.open(report.as_uri(), DESK, 900)
    page.click(f"label[for=choose-{code}]")
    bottoms = page.ask(
        f"['h1', '.caution', '.lead', '.sureness h2'].map(s => document.querySelector('.in-{code} ' + s)"
        ".getBoundingClientRect().bottom)"
    )
    assert max(bottoms) < 900


def test_every_chart_is_drawn_and_its_text_can_be_read_on_a_phone(page, report) -> None:
    page.open(report.as_uri(), PHONE)
    page.click("label[for=choose-en]")
    drawn = page.ask(
        "[...document.querySelectorAll('.in-en .chart')].map(c => c.getBoundingClientRect().height)"
    )
    assert len(drawn) > 8
    assert min(drawn) > 60
    sizes = page.ask(
        "[...document.querySelectorAll('.in-en .chart text')].map(x => [x.getScreenCTM(), x]).map(([m, x]) => "
        "parseFloat(getComputedStyle(x).fontSize) * Math.hypot(m.a, m.b))"
    )
    assert len(sizes) > 50
    assert min(sizes) >= 10


def test_headings_go_down_one_level_at_a_time(page, report) -> None:
    page.open(report.as_uri(), DESK)
    for code in ("vi", "en"):
        page.click(f"label[for=choose-{code}]")
        levels = page.ask(
            f"[...document.querySelectorAll('.in-{code} :is(h1, h2, h3, h4)')].map(h => +h.tagName[1])"
        )
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_text_has_the_contrast_that_the_guidelines_ask_for(page, report) -> None:
    page.open(report.as_uri(), DESK)
    low = page.ask("""(() => {
        const light = c => c.map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
            .reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
        const rgb = c => (c.match(/[\\d.]+/g) || []).map(Number);
        const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
            if (c.length === 3 || c[3] === 1) return c.slice(0, 3); } return [255, 255, 255]; };
        return [...document.querySelectorAll('.in-vi :is(p, li, th, td, h1, h2, h3, a, small, dt, dd, summary)')]
            .filter(e => e.getClientRects().length).filter(e => {
                const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
                return (a + .05) / (b + .05) < 4.5; }).map(e => e.outerHTML.slice(0, 120)); })()""")
    assert low == []


def test_tables_behind_a_summary_are_printed_and_scroll_in_sight_on_a_phone(page, report) -> None:
    page.open(report.as_uri(), DESK)
    hidden = (
        "[...document.querySelectorAll('.in-vi details table')].filter(t => "
        "!t.checkVisibility({contentVisibilityAuto: true})).length"
    )
    assert page.ask(hidden) > 5, "on the screen they are behind their summary"
    page.send("Emulation.setEmulatedMedia", media="print")
    try:
        for _ in range(100):  # the browser lays the page out anew in its own time
            if page.ask("matchMedia('print').matches") and page.ask(hidden) == 0:
                break
            time.sleep(0.05)
        assert page.ask(hidden) == 0
    finally:
        page.send("Emulation.setEmulatedMedia", media="")
    page.open(report.as_uri(), PHONE)
    assert page.ask(
        "[...document.querySelectorAll('.in-vi .flows')].map(t => t.parentElement).every(e => "
        "e.scrollWidth <= e.clientWidth + 1)"
    )


def test_it_prints(page, report) -> None:
    page.open(report.as_uri(), DESK)
    printed = page.pdf()
    assert printed.startswith(b"%PDF")
    assert (
        3
        <= printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page/") + printed.count(b"/Type /Page ")
        <= 40
    )


@pytest.mark.slow
def test_the_real_country_is_shown_whole(page, tmp_path) -> None:
    """Maps, flows and fit are those of Viet Nam: three years around the merger, one row for 2,000 households."""
    from typer.testing import CliRunner

    from dicu.cli import app

    values = [
        "population.weight=2000",
        "time.start=2024Q1",
        "time.end=2026Q4",
        "--no-figures",
        "--out",
        str(tmp_path),
    ]
    folders = []
    for policy in ("none", "actual"):
        done = CliRunner().invoke(app, ["run", f"configs/scenarios/{policy}.yaml", *values])
        assert done.exit_code == 0, done.output
        folders.append(done.output.split()[-1])
    done = CliRunner().invoke(app, ["report", folders[1]])
    assert done.exit_code == 0, done.output
    file = Path(folders[1]) / "report.html"
    assert file.stat().st_size < 3_000_000
    for width in (DESK, PHONE):
        page.open(file.as_uri(), width)
        for code in ("vi", "en"):
            page.click(f"label[for=choose-{code}]")
            assert page.ask(OVERFLOW) == 0
            for section in ("maps", "flows", "fit", "money"):
                assert (
                    page.ask(f"document.getElementById('{section}-{code}').getBoundingClientRect().width") > 0
                )
    assert page.complaints() == []

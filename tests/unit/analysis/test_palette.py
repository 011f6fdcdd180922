"""One meaning a colour, words that can be read, and no colour that is named nowhere."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from dicu_analysis import figures, report
from dicu_analysis.figures import palette
from dicu_analysis.figures.placing import free_spot

MEANINGS = {
    "with": palette.WITH,
    "without": palette.WITHOUT,
    "urban": palette.URBAN,
    "rural": palette.RURAL,
    "formal": palette.FORMAL,
    "informal": palette.INFORMAL,
    "better": palette.BETTER,
    "worse": palette.WORSE,
    **{name: colour for name, (colour, _) in palette.TERRAIN.items()},
    "money": palette.MONEY[0],
    "ways": palette.WAYS[3],
    "gains": palette.gains(10)[-1],
    "loses": palette.gains(10)[0],
}


def test_no_colour_means_two_things() -> None:
    from matplotlib.colors import to_rgb

    for (a, one), (b, two) in itertools.combinations(MEANINGS.items(), 2):
        apart = np.abs(np.array(to_rgb(one)) - to_rgb(two)).max()
        assert apart > 0.12, f"{a} and {b}"


def test_words_in_any_colour_can_be_read() -> None:
    assert palette.contrast("#000000", "#ffffff") == pytest.approx(21)
    for colour in (*MEANINGS.values(), *palette.MONEY, *palette.WAYS, palette.SOFT, "#d55e00", "#009e73"):
        assert palette.contrast(palette.text(colour)) >= palette.READABLE
    for ground in (*palette.STREAMS, *palette.WAYS):
        assert palette.contrast(palette.on(ground), ground) >= palette.READABLE


def test_figures_take_their_colours_from_the_palette() -> None:
    folders = [Path(module.__file__).parent for module in (figures, report)]
    for path in (p for folder in folders for p in folder.glob("*.py") if p.name != "palette.py"):
        assert not re.findall(r"[\"']#[0-9a-fA-F]{6}[\"']", path.read_text(encoding="utf-8")), path.name


def test_a_line_to_a_label_crosses_no_other_label_or_line() -> None:
    nothing = np.zeros((0, 2))
    room = (0.0, 0.0, 200.0, 100.0)
    wall = (60.0, 0.0, 70.0, 30.0)  # between the point and the spot on the right
    land = np.stack(np.meshgrid(np.arange(0, 60), np.arange(0, 100)), axis=-1).reshape(-1, 2)
    x, y = free_spot((30, 20), (40, 10), land, [wall], room) or pytest.fail("there is room")
    at = np.linspace((30, 20), (x, y), 500)
    assert not ((at[:, 0] > 60) & (at[:, 0] < 70) & (at[:, 1] < 30)).any()
    fence = ((80.0, 0.0), (80.0, 100.0))
    found = free_spot((100, 50), (20, 10), nothing, [], room, [fence])
    assert found is not None
    assert found[0] > 80
    crowded = np.stack(np.meshgrid(np.arange(81, 200), np.arange(0, 100)), axis=-1).reshape(-1, 2)
    assert free_spot((100, 50), (20, 10), crowded, [], room, [fence]) is None, (
        "only beyond the line is there room"
    )

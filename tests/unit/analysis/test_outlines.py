"""Drawn outlines stay close to the real ones and keep their neighbours; labels hide nothing; SVGs stay small."""

from __future__ import annotations

import re

import numpy as np
import pytest

from dicu.world.geometry import load_outlines
from dicu_analysis.figures import palette, style
from dicu_analysis.figures.outlines import TOLERANCE_DEGREES, chained, outer_segments, simplified
from dicu_analysis.figures.placing import free_spot, label_apart


@pytest.fixture(scope="module")
def outlines() -> dict[str, list[np.ndarray]]:
    return {code: rings for code, _, rings in load_outlines()}


def area(ring: np.ndarray) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return abs(float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())) / 2


def distance_to_line(points: np.ndarray, line: np.ndarray) -> np.ndarray:
    a, way = line[:-1], np.diff(line, axis=0)
    length = np.maximum((way**2).sum(axis=1), 1e-300)
    along = np.clip(((points[:, None] - a) * way).sum(axis=2) / length, 0, 1)
    return np.hypot(*np.moveaxis(points[:, None] - a - along[..., None] * way, 2, 0)).min(axis=1)


def test_simplified_outlines_stay_within_the_tolerance(outlines) -> None:
    drawn = simplified(outlines)
    assert sum(len(r) for rings in drawn.values() for r in rings) < 0.6 * sum(
        len(r) for rings in outlines.values() for r in rings
    )
    for code, rings in outlines.items():
        for before, after in zip(rings, drawn[code], strict=True):
            assert (after[0] == after[-1]).all()
            assert len(after) >= 4
            assert distance_to_line(before, after).max() <= TOLERANCE_DEGREES + 1e-4
        total = sum(area(r) for r in rings)
        assert sum(area(r) for r in drawn[code]) == pytest.approx(total, rel=0.03), code


def test_neighbours_still_share_their_border(outlines) -> None:
    """All provinces together have as few loose ends as before: inner borders cancel, copy for copy."""
    for drawn in (outlines, simplified(outlines)):
        every = [r for rings in drawn.values() for r in rings]
        inner = sum(len(outer_segments([r])) for r in every) - len(outer_segments(every))
        mine = {code: sum(len(outer_segments([r])) for r in rings) for code, rings in drawn.items()}
        assert inner > 0.5 * sum(mine.values())
        assert inner % 2 == 0


def test_chained_lines_hold_every_segment_once() -> None:
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]], dtype=float)
    beside = square + np.array([1.0, 0.0])
    segments = np.concatenate([outer_segments([square]), outer_segments([beside])])
    lines = chained(segments)
    assert len(lines) == 2
    held = [
        frozenset(map(tuple, pair)) for line in lines for pair in np.stack([line[:-1], line[1:]], 1).tolist()
    ]
    assert len(held) == len(set(held)) == 7
    assert set(held) == {frozenset(map(tuple, s)) for s in segments.tolist()}
    (loop,) = chained(outer_segments([square, beside]))
    assert (loop[0] == loop[-1]).all()


def test_a_label_takes_the_nearest_free_spot() -> None:
    grid = np.stack(np.meshgrid(np.arange(0, 200, 1.5), np.arange(0, 100, 1.5)), axis=-1).reshape(-1, 2)
    hole = (np.abs(grid - (150, 50)) < (30, 15)).all(axis=1)
    spot = free_spot((40, 50), (40, 10), grid[~hole], [], (0, 0, 200, 100))
    assert spot is not None
    assert np.abs(np.array(spot) - (145, 50)) == pytest.approx([0, 0], abs=8)
    assert free_spot((40, 50), (40, 10), grid, [], (0, 0, 200, 100)) is None
    assert free_spot((40, 50), (40, 10), grid[~hole], [(120, 30, 180, 70)], (0, 0, 200, 100)) is None
    assert free_spot((40, 50), (400, 10), grid[:1], [], (0, 0, 200, 100)) is None


def test_a_label_on_a_map_covers_no_place_and_no_other_label() -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    with style.styled():
        figure = Figure(figsize=(6, 6))
        ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        ax.set_xlim(-1, 3)
        ax.set_ylim(-1, 3)
        land = np.stack(np.meshgrid(*2 * [np.linspace(0, 2, 60)]), axis=-1).reshape(-1, 2)
        for name in ("Sơn La −13.4", "Bình Dương +15.6"):
            label_apart(ax, name, (0.3, 0.4), land, palette.INK)
        renderer = FigureCanvasAgg(figure).get_renderer()
        for text in ax.texts:
            text.get_window_extent(renderer)
        boxes = [Text.get_window_extent(text, renderer) for text in ax.texts]  # without their lines
        pixels = ax.transData.transform(land)
    assert not boxes[0].overlaps(boxes[1])
    for box in boxes:
        assert not any(box.contains(x, y) for x, y in pixels)


def test_svg_paths_are_written_to_a_hundredth_of_a_point(tmp_path) -> None:
    from matplotlib.figure import Figure

    with style.styled():
        figure = Figure()
        figure.add_axes((0.1, 0.1, 0.8, 0.8)).plot(np.linspace(0, 1, 50) ** 3)
        svg = style.save(figure, tmp_path, "line")[0].read_text()
    paths = re.findall(r' d="([^"]*)"', svg)
    assert any("." in path for path in paths)
    assert not any(re.search(r"\.\d{3}", path) for path in paths)
    assert "scale(0.015625)" in svg or "scale(0.1 " in svg, "other numbers are left alone"

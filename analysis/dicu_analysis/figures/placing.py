"""Where a label hides nothing and its line crosses nothing: the free spot of a map nearest to what it names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

CELL: Final = 2.0
"""Side of a cell of the raster of what is taken, points of the sheet."""
MARGIN: Final = 4.0
"""Room left around a label, points."""

Box = tuple[float, float, float, float]
Line = tuple[tuple[float, float], tuple[float, float]]


def free_spot(
    anchor: tuple[float, float],
    size: tuple[float, float],
    obstacles: NDArray[np.float64],
    boxes: list[Box],
    bounds: Box,
    lines: Sequence[Line] = (),
) -> tuple[float, float] | None:
    """Centre of the free rectangle nearest to a point, or None where the map has no room.

    Parameters
    ----------
    anchor : (x, y)
        The point that is named; all lengths in points of the sheet.
    size : (width, height)
    obstacles : (N, 2) float64
        Points that must not be covered.
    boxes : list of (x0, y0, x1, y1)
        Rectangles that neither the label nor the line to it may cover.
    lines : sequence of ((x, y), (x, y))
        Lines to other labels, which neither may cross.
    bounds : (x0, y0, x1, y1)
        Where the label must lie.
    """
    x0, y0, x1, y1 = bounds
    nx, ny = int((x1 - x0) / CELL), int((y1 - y0) / CELL)
    wide, high = (int(np.ceil((s + 2 * MARGIN) / CELL)) for s in size)
    if nx < wide or ny < high:
        return None
    taken = np.zeros((nx, ny), dtype=np.int64)
    cell = np.floor((obstacles - (x0, y0)) / CELL).astype(np.int64)
    cell = cell[((cell >= 0) & (cell < (nx, ny))).all(axis=1)]
    taken[cell[:, 0], cell[:, 1]] = 1
    for bx0, by0, bx1, by1 in boxes:
        left, low = (max(0, int((b - o) / CELL)) for b, o in ((bx0, x0), (by0, y0)))
        taken[left : max(0, int((bx1 - x0) / CELL) + 1), low : max(0, int((by1 - y0) / CELL) + 1)] = 1
    for (ax, ay), (bx, by) in lines:
        n = int(2 * np.hypot(bx - ax, by - ay) / CELL) + 2
        x, y = np.linspace(ax, bx, n), np.linspace(ay, by, n)
        at = np.floor(np.stack([(x - x0) / CELL, (y - y0) / CELL], axis=1)).astype(np.int64)
        at = at[((at >= 0) & (at < (nx, ny))).all(axis=1)]
        taken[at[:, 0], at[:, 1]] = 1
    total = np.pad(taken.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    covered = total[wide:, high:] - total[:-wide, high:] - total[wide:, :-high] + total[:-wide, :-high]
    i, j = np.nonzero(covered == 0)
    if not len(i):
        return None
    centre = np.stack([x0 + (i + wide / 2) * CELL, y0 + (j + high / 2) * CELL], axis=1)
    gap = np.maximum(np.abs(centre - anchor) - np.array(size) / 2, 0.0)
    for k in np.argsort(np.hypot(*gap.T), kind="stable"):
        spot = (float(centre[k, 0]), float(centre[k, 1]))
        way = (anchor, spot)
        if not any(_meets(way, box) for box in boxes) and not any(_cross(way, line) for line in lines):
            return spot
    return None


def _meets(line: Line, box: Box) -> bool:
    """Whether a line touches a rectangle that its start lies outside of."""
    x0, y0, x1, y1 = box
    (ax, ay), (bx, by) = line
    if x0 <= ax <= x1 and y0 <= ay <= y1:
        return False
    low, high = 0.0, 1.0
    for a, b, lo, hi in ((ax, bx, x0, x1), (ay, by, y0, y1)):
        if a == b:
            if not lo <= a <= hi:
                return False
            continue
        one, two = sorted(((lo - a) / (b - a), (hi - a) / (b - a)))
        low, high = max(low, one), min(high, two)
    return low <= high


def _cross(one: Line, two: Line) -> bool:
    """Whether two lines cross."""

    def side(line: Line, point: tuple[float, float]) -> float:
        (ax, ay), (bx, by) = line
        return (bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax)

    return side(one, two[0]) * side(one, two[1]) < 0 and side(two, one[0]) * side(two, one[1]) < 0


def label_apart(
    ax: Axes, text: str, at: tuple[float, float], obstacles: NDArray[np.float64], colour: str
) -> None:
    """Name a point of a map from the nearest free spot, with a thin line between them.

    Parameters
    ----------
    at : (x, y)
        In the data's units, like ``obstacles`` (N, 2); texts that the axes have already are left free too. The
        limits of the axes must be final.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    figure = ax.figure.get_figure(root=True)
    assert figure is not None
    renderer: RendererAgg = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    ax.apply_aspect()
    scale = 72.0 / figure.dpi

    def points(box: Bbox) -> Box:
        return box.x0 * scale, box.y0 * scale, box.x1 * scale, box.y1 * scale

    def words(text: Text) -> Box:
        text.get_window_extent(
            renderer
        )  # an annotation counts its arrow in, but only so learns where it stands
        return points(Text.get_window_extent(text, renderer))

    before = [words(other) for other in ax.texts]
    lines = [line for other in ax.texts if (line := _leader(ax, other, words(other), scale)) is not None]
    label = ax.annotate(
        text,
        at,
        xytext=(34, -10),
        textcoords="offset points",
        fontsize=9,
        fontweight="bold",
        zorder=9,
        ha="center",
        va="center",
        arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.8, "shrinkA": 2, "shrinkB": 0},
    )
    x0, y0, x1, y1 = words(label)
    anchor = ax.transData.transform(at) * scale
    spot = free_spot(
        (float(anchor[0]), float(anchor[1])),
        (x1 - x0, y1 - y0),
        ax.transData.transform(obstacles) * scale,
        before,
        points(ax.get_window_extent(renderer)),
        lines,
    )
    if spot is not None:
        label.set_position((spot[0] - float(anchor[0]), spot[1] - float(anchor[1])))


def _leader(ax: Axes, text: Text, box: Box, scale: float) -> Line | None:
    """The line from what a label names to the middle of the label, points; None for a label without one."""
    if getattr(text, "arrow_patch", None) is None:
        return None
    x, y = (float(v) * scale for v in ax.transData.transform(text.xy))  # type: ignore[attr-defined]
    return (x, y), ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)

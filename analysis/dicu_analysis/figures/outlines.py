"""Province outlines as drawn: simplified without tearing neighbours apart, dissolved, and chained into lines.

A border is stored once for each neighbour. Every operation here treats the two copies alike, so that borders still
cancel where units merge and no gap opens between those that do not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dicu.world.geometry import Ring

Point = tuple[float, float]

TOLERANCE_DEGREES: Final = 0.008
"""How far a drawn border may lie from the outline, about 1 km: a fifth of a point on the sheet."""
DECIMALS: Final = 4
"""Vertices that agree to so many decimals of a degree are the same."""


def _points(ring: Ring) -> list[Point]:
    """Vertices of a ring without the repeated last one, rounded, none twice in a row."""
    made = [(float(x), float(y)) for x, y in np.round(ring, DECIMALS)]
    return [p for p, before in zip(made, [made[-1], *made], strict=False) if p != before]


def outer_segments(rings: Iterable[Ring]) -> NDArray[np.float64]:
    """(S, 2, 2) border segments that belong to one ring only: borders between the members fall away."""
    seen: Counter[Any] = Counter()
    for ring in rings:
        points = _points(ring)
        seen.update(frozenset(pair) for pair in pairwise([*points, points[0]]) if pair[0] != pair[1])
    return np.array([sorted(pair) for pair, times in seen.items() if times == 1]).reshape(-1, 2, 2)


def chained(segments: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Join (S, 2, 2) segments end to end into few long lines, each (n, 2); a segment given twice counts once."""
    beside: dict[Point, dict[Point, None]] = defaultdict(dict)
    for (x0, y0), (x1, y1) in segments.tolist():
        beside[x0, y0][x1, y1] = None
        beside[x1, y1][x0, y0] = None
    lines = []
    # from ends and junctions first, so that what is left are closed loops
    for start in [*(p for p in beside if len(beside[p]) != 2), *beside]:
        while beside[start]:
            line = [start]
            while beside[line[-1]]:
                here = line[-1]
                after = next(iter(beside[here]))
                del beside[here][after], beside[after][here]
                line.append(after)
                if after == start:
                    break
            lines.append(np.array(line))
    return lines


def simplified(
    outlines: dict[str, list[Ring]], tolerance: float = TOLERANCE_DEGREES
) -> dict[str, list[Ring]]:
    """The outlines with fewer vertices, each border between two units simplified once for both.

    Vertices at which borders meet stay; the arcs between them are thinned (Douglas and Peucker 1973).

    Parameters
    ----------
    outlines : code -> closed rings, each (n, 2) float64, degrees
    tolerance : float
        Largest distance of a vertex left out from the line that is drawn, degrees.
    """
    beside: dict[Point, set[Point]] = defaultdict(set)
    for rings in outlines.values():
        for ring in rings:
            points = _points(ring)
            for a, b in pairwise([*points, points[0]]):
                beside[a].add(b)
                beside[b].add(a)
    return {
        code: [_thin_ring(_points(ring), beside, tolerance) for ring in rings]
        for code, rings in outlines.items()
    }


def _thin_ring(points: list[Point], beside: dict[Point, set[Point]], tolerance: float) -> Ring:
    """One ring, cut at its junctions; a ring without any at its smallest vertex and the one farthest from that."""
    cuts = [i for i, p in enumerate(points) if len(beside[p]) != 2]
    if len(cuts) < 2:
        first = min(range(len(points)), key=points.__getitem__) if not cuts else cuts[0]
        x, y = points[first]
        far = max(range(len(points)), key=lambda i: ((points[i][0] - x) ** 2 + (points[i][1] - y) ** 2, i))
        cuts = sorted({first, far})
    turned = points[cuts[0] :] + points[: cuts[0] + 1]
    at = [i - cuts[0] for i in cuts] + [len(turned) - 1]
    made: list[Point] = []
    for a, b in pairwise(at):
        arc = turned[a : b + 1]
        ahead = arc <= arc[::-1]  # both neighbours thin it in the same direction
        kept = _thin(np.array(arc if ahead else arc[::-1]), tolerance)
        thin = [tuple(p) for p in (kept if ahead else kept[::-1]).tolist()]
        made += thin[:-1]
    whole = made if len(made) > 2 else points  # an islet that would vanish stays as it was
    return np.array([*whole, whole[0]])


def _thin(line: NDArray[np.float64], tolerance: float) -> NDArray[np.float64]:
    """Douglas-Peucker: the ends, and again and again the vertex farthest from what is drawn so far."""
    keep = np.zeros(len(line), dtype=np.bool_)
    keep[[0, -1]] = True
    open_spans = [(0, len(line) - 1)]
    while open_spans:
        a, b = open_spans.pop()
        if b - a < 2:
            continue
        way = line[b] - line[a]
        off = line[a + 1 : b] - line[a]
        length = float(way @ way)
        along = np.clip(off @ way / length, 0, 1) if length else np.zeros(len(off))
        distance = np.hypot(*(off - along[:, None] * way).T)
        worst = int(np.argmax(distance))
        if distance[worst] > tolerance:
            keep[a + 1 + worst] = True
            open_spans += [(a, a + 1 + worst), (a + 1 + worst, b)]
    return line[keep]

"""The bench's history as a picture: the ratio of each case by commit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dicu.lab.bench.record import BadHistory, Entry

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS: Final = 4
AGES: Final = ("fresh", "aged")
SEVEN: Final = 7
"""Digits of a commit that are enough to find it."""


def panels(history: Sequence[Entry]) -> dict[str, dict[str, list[Entry]]]:
    """Entries by panel (a part of the step, or a case of its own) and line (fresh, aged, or the case)."""
    made: dict[str, dict[str, list[Entry]]] = {}
    for entry in history:
        name, _, age = entry.measured.case.rpartition("-")
        panel, line = (name, age) if age in AGES else (entry.measured.case, entry.measured.case)
        made.setdefault(panel, {}).setdefault(line, []).append(entry)
    return made


def draw(history: Sequence[Entry], out: Path) -> None:
    """Draw a history of one machine and size, commits in their order, as a PNG.

    Raises
    ------
    BadHistory
        When it has no row, or rows of several machines or sizes.
    """
    where = {(e.machine, e.size) for e in history}
    if len(where) != 1:
        told = "; ".join(f"{m}, --rows {size}" for m, size in sorted(where)) or "no rows"
        raise BadHistory(f"a picture shows one machine and one size; the history has {told}")
    from dicu_analysis.figures import style

    shown = panels(history)
    commits = list(dict.fromkeys(e.commit for e in history))
    ((on, size),) = where
    rows = -(-len(shown) // COLUMNS)
    with style.styled():
        height = 1.6 + 1.9 * rows
        title = f"How long each part takes, at {len(commits)} commits"
        foot = [
            f"CPU time in calls of a yardstick of the same kind, timed in turns with it; {on}; --rows {size}. "
            "Rows in the order of places (fresh), and as ten years leave them (aged). Axes begin at 0."
        ]
        fig, (bottom, top) = style.sheet(height, title, "Ratio to the yardstick; lower is faster", foot)
        grid = fig.add_gridspec(
            rows, COLUMNS, left=0.06, right=0.97, bottom=bottom + 0.75 / height, top=top - 0.3 / height,
            hspace=0.55, wspace=0.35,
        )  # fmt: skip
        for k, (name, lines) in enumerate(shown.items()):
            _panel(fig.add_subplot(grid[k // COLUMNS, k % COLUMNS]), name, lines, commits)
        out.parent.mkdir(parents=True, exist_ok=True)
        fig.savefig(out, format="png")


def _panel(ax: Axes, name: str, lines: dict[str, list[Entry]], commits: list[str]) -> None:
    from dicu_analysis.figures.palette import WITH, WITHOUT
    from dicu_analysis.figures.style import label_ends

    ax.set_title(name)
    ends = []
    for line, rows in lines.items():
        fresh = line != AGES[1]
        at, ratio = [commits.index(e.commit) for e in rows], [e.measured.ratio for e in rows]
        ax.plot(
            at, ratio, color=WITH if fresh else WITHOUT, linestyle="-" if fresh else "--", marker="o",
            markersize=3,
        )  # fmt: skip
        if line in AGES:
            ends.append((float(at[-1]), ratio[-1], line, WITH if fresh else WITHOUT))
    ax.set_ylim(0, 1.08 * max(e.measured.ratio for rows in lines.values() for e in rows))
    ax.set_xlim(-0.3, len(commits) - 0.5)
    label_ends(ax, ends, gap=0.13)
    step = -(-len(commits) // 4)
    ticks = range(0, len(commits), step)
    ax.set_xticks(list(ticks), [commits[k][:SEVEN] for k in ticks], rotation=25, fontsize=7, ha="right")


__all__ = ["draw", "panels"]

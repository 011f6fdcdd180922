"""Bands of line figures over the replicates that a run has beside it (`dicu_analysis.replicates`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dicu_analysis.effects import FEWEST
from dicu_analysis.replicates import Lines, members, seeds

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dicu_analysis.load import Run

PALE: Final = 0.18
MOST_NAMED: Final = 8
"""Seeds that a foot names one by one."""


def fill(ax: Axes, at: Any, lines: Lines, name: str, colour: str) -> None:
    """The band of a column, below its line; nothing where there is none.

    Parameters
    ----------
    at : array_like
        Moments of the rows (decimal years).
    lines : Lines
    name : str
        Column.
    """
    if lines.banded:
        low, high = lines.low[name].to_numpy(), lines.high[name].to_numpy()
        ax.fill_between(at, low, high, color=colour, alpha=PALE, linewidth=0, zorder=1.5)


def foot(run: Run) -> list[str]:
    """What lines and bands are, for the foot of a figure; empty where the run has too few others beside it."""
    n, w = 1 + len(run.replicates), run.words
    if n < FEWEST:
        return []
    of_seeds = seeds(run)
    few = ", ".join(str(s) for s in of_seeds)
    named = w.t(f"seeds {few}", f"hạt giống {few}")
    if len(of_seeds) > MOST_NAMED:
        named = w.t(f"{n} seeds", f"{n} hạt giống")
    if (fitted := members(run)) > 1:
        return [
            w.t(
                f"Lines: median of {n} runs over {fitted} fitted parameter sets of the ensemble; bands: the middle 90 "
                "% of these runs.",
                f"Đường: trung vị của {n} lần chạy trên {fitted} bộ tham số ước lượng; dải màu: 90% ở giữa của các lần "
                "chạy này.",
            )
        ]
    return [
        w.t(
            f"Lines and numbers: mean of {n} replicates ({named}), of which the run below is one; bands: 95 % interval "
            "of the mean.",
            f"Đường và số: trung bình của {n} lần lặp ({named}), trong đó có lần mô phỏng nêu dưới đây; dải màu: "
            "khoảng tin cậy 95% của trung bình.",
        )
    ]


__all__ = ["fill", "foot"]

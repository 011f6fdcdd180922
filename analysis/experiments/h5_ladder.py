"""H5 up and down: urban jobs lost step by step and given back step by step, within one run, at two speeds.

If the urban share depended on jobs of the moment alone, it would be the same on the way down and on the way up. It lags
behind, too: what is only lag shrinks when the same is done more slowly.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from analysis.experiments.assemble import Facts
from analysis.experiments.pictures import finish, foot
from analysis.experiments.result import Estimate, Figure, Part, Text
from analysis.experiments.statistics import ALPHA, paired
from analysis.figures.style import BLUE, FAINT, ORANGE, SOFT, sheet, styled

FILE: Final = "ladder.parquet"
LOSSES: Final = (0.1, 0.2, 0.3, 0.4, 0.3, 0.2, 0.1)
"""Shares of urban jobs that are not there, rung by rung; without a loss before the first and after the last."""
BEFORE, AFTER = 4, 8
"""Quarters without a loss before and after."""
SPEEDS: Final = (4, 8)
"""Quarters a rung: the sweep, and the same at half the speed."""
STILL: Final = "still"
PER_CENT: Final = 100.0


@dataclass(frozen=True)
class Loop:
    """The way down and up at one speed.

    Attributes
    ----------
    quarters : int
        Quarters a rung.
    losses : (K,) float
        Share of urban jobs lost, from none before the first rung to none after the last.
    gap : (n, K) float
        Urban share at the end of each rung less that of the same history without a loss, by replicate.
    """

    quarters: int
    losses: NDArray[np.float64]
    gap: NDArray[np.float64]

    @property
    def top(self) -> int:
        """Rung of the largest loss."""
        return int(np.argmax(self.losses))

    def between(self, loss: float) -> NDArray[np.float64]:
        """(n,) gap on the way up less that on the way down at the same loss."""
        down, up = (int(k) for k in np.flatnonzero(np.isclose(self.losses, loss)))
        made: NDArray[np.float64] = self.gap[:, up] - self.gap[:, down]
        return made

    @property
    def area(self) -> NDArray[np.float64]:
        """(n,) mean width of the loop: up less down, over the losses that are met twice."""
        made: NDArray[np.float64] = np.mean(
            [self.between(x) for x in np.unique(self.losses[1 : self.top])], axis=0
        )
        return made


def read_loops(folder: Path) -> list[Loop]:
    """Loops by speed from ``ladder.parquet`` in the folder of the sweep; none when it has not been run.

    Raises
    ------
    ValueError
        When a replicate has no history without a loss.
    """
    if not (folder / FILE).is_file():
        return []
    rows = pq.read_table(folder / FILE).to_pandas()
    still = rows[rows["name"] == STILL].set_index(["replicate", "step"])["share"]
    made = []
    for name, part in rows[rows["name"] != STILL].groupby("name", sort=False):
        last = part.groupby(["replicate", "rung"]).tail(1)
        twin = still.reindex(pd.MultiIndex.from_frame(last[["replicate", "step"]])).to_numpy()
        if np.isnan(twin).any():
            raise ValueError(
                f"{folder / FILE}: {name} has replicates or steps without a history that is still"
            )
        wide = last.assign(gap=last["share"] - twin).pivot(index="replicate", columns="rung", values="gap")
        losses = last.groupby("rung")["loss"].first().to_numpy(dtype=np.float64)
        # the time after the last rung is a rung of its own, and the gap before the first is none by construction
        made.append(Loop(int(part["quarters"].iloc[0]), losses, wide.to_numpy(dtype=np.float64)))
    return sorted(made, key=lambda loop: loop.quarters)


def ladder_part(loops: list[Loop]) -> Part:
    """What the loops say."""
    fast, slow = loops[0], loops[-1]
    found = []
    for loop in loops:
        label = f"{loop.quarters} quarters a rung"
        for text, values in (
            ("at the largest loss", loop.gap[:, loop.top]),
            *((f"at -{x:.0%}, up less down", loop.between(x)) for x in np.unique(loop.losses[1 : loop.top])),
            ("all jobs back for 8 quarters", loop.gap[:, -1]),
            ("mean width of the loop, up less down", loop.area),
        ):
            found.append(
                Estimate.of(paired(values), f"{label}: {text}", f"{label}: {text}", "points", PER_CENT)
            )
    change = paired(slow.area - fast.area)
    found.append(
        Estimate.of(
            change, "mean width, slower less faster", "what half the speed changes", "points", PER_CENT
        )
    )
    width, slower, differs = (e.mean * PER_CENT for e in (paired(fast.area), paired(slow.area), change))
    left = float(fast.gap[:, -1].mean()) * PER_CENT
    rungs, most, n = len(fast.losses) - 2, f"-{fast.losses.max():.0%}", len(fast.gap)
    said = "same" if change.p >= ALPHA else "smaller" if abs(slower) < abs(width) else "larger"
    return Part(
        title=Text(
            en="Up and down: jobs lost step by step, and back",
            vi="Giảm rồi tăng: mất dần việc làm rồi phục hồi dần",
        ),
        words=Text(
            en=f"Within one run {rungs} rungs take urban jobs down to {most} and back, {fast.quarters} quarters each, "
            f"{n} replicates. At the same number of jobs the urban share differs by {width:+.3f} points on the way up "
            f"from what it was on the way down (mean over rungs), and by {left:+.3f} points from the same history "
            f"without a loss when all jobs have been back for {AFTER} quarters. With {slow.quarters} quarters a rung "
            f"the two ways differ by {slower:+.3f} (change {differs:+.3f} ± {change.error * PER_CENT:.3f}): "
            f"{SAID[said][0]}. Only losses are gone through, since no programme adds jobs that go again. The rungs were added after the "
            "main result was seen and decide nothing.",
            vi=f"Trong cùng một lần chạy, {rungs} bậc đưa việc làm đô thị xuống {most} rồi trở lại, mỗi bậc "
            f"{fast.quarters} quý, {n} lần lặp. Với cùng số việc làm, tỷ lệ dân đô thị khi đi lên khác {width:+.3f} "
            f"điểm so với khi đi xuống (trung bình các bậc), và khác {left:+.3f} điểm so với lịch sử không mất việc làm sau "
            f"khi mọi việc làm đã trở lại {AFTER} quý. Với {slow.quarters} quý mỗi bậc, hai chiều khác nhau "
            f"{slower:+.3f} (thay đổi {differs:+.3f} ± {change.error * PER_CENT:.3f}): {SAID[said][1]}. Chỉ xét "
            "việc làm bị mất, vì không chương trình nào tạo việc làm rồi rút đi. Các bậc được thêm sau khi đã thấy kết "
            "quả chính và không quyết định kết luận.",
        ),
        estimates=found,
    )  # fmt: skip


SAID: Final = {
    "same": (
        "not told apart, so nothing is said of lag or memory",
        "không phân biệt được, nên chưa nói gì về độ trễ",
    ),
    "smaller": (
        "less when slower, as where people lag behind",
        "ít hơn khi chậm hơn, như khi người dân phản ứng chậm",
    ),
    "larger": (
        "more when slower, so it is more than lag",
        "nhiều hơn khi chậm hơn, nên không chỉ do phản ứng chậm",
    ),
}
"""How the way back at half the speed compares, in both languages."""


def draw(folder: Path, loops: list[Loop], facts: Facts) -> Figure:
    """Urban share on the way down and on the way up over the jobs that are lost, a panel a speed."""
    from scipy import stats

    title = "Urban share while urban jobs are lost step by step and come back"
    n = len(loops[0].gap)
    alt = []
    with styled():
        fig, (bottom, top) = sheet(
            4.8, title, "At the end of each rung, against the same history without a loss. If only jobs of the moment "
            "mattered, both ways would be one line.", foot(facts, n),
        )  # fmt: skip
        axes: list = []
        for k, loop in enumerate(loops):
            ax = fig.add_axes(
                (0.08 + 0.5 * k, bottom + 0.13, 0.4, top - bottom - 0.22), sharey=axes[0] if axes else None
            )
            axes.append(ax)
            mean = loop.gap.mean(axis=0) * PER_CENT
            half = stats.t.ppf(0.975, n - 1) * loop.gap.std(axis=0, ddof=1) / np.sqrt(n) * PER_CENT
            x = -loop.losses * PER_CENT
            ax.axhline(0, color=SOFT, linewidth=1)
            for where, colour, marker, dash, label in (
                (slice(0, loop.top + 1), BLUE, "o", "-", "way down"),
                (slice(loop.top, None), ORANGE, "s", (0, (5, 1.6)), "way up"),
            ):
                ax.errorbar(
                    x[where], mean[where], yerr=half[where], color=colour, linewidth=0, elinewidth=1.4
                )
                ax.plot(
                    x[where],
                    mean[where],
                    color=colour,
                    marker=marker,
                    markersize=6,
                    linestyle=dash,
                    label=label,
                )
            ax.annotate(
                f"{AFTER} quarters\nafter", (x[-1], mean[-1]), xytext=(-8, -14), textcoords="offset points",
                fontsize=7.5, color=SOFT, ha="right", va="top",
            )  # fmt: skip
            ax.grid(visible=True, axis="x", color=FAINT, linewidth=0.6)
            ax.invert_xaxis()
            ax.set_xlabel("urban jobs, % (reads from none lost to most lost)", fontsize=8.5)
            ax.set_title(f"{loop.quarters} quarters a rung", fontsize=9.5)
            ax.legend(frameon=False, fontsize=8.5, loc="best")
            told = ", ".join(f"{a:.0f} %: {b:.3f}" for a, b in zip(x, mean, strict=True))
            alt.append(f"{loop.quarters} quarters a rung, in order of time, {told}")
        axes[0].set_ylabel("urban share, points")
    return finish(fig, folder, "h5_ladder", title, f"{title}: {'; '.join(alt)} points.")


__all__ = [
    "AFTER",
    "BEFORE",
    "FILE",
    "LOSSES",
    "SPEEDS",
    "STILL",
    "Loop",
    "draw",
    "ladder_part",
    "read_loops",
]

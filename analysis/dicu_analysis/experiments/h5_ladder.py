"""H5 down, up and down again: urban jobs lost step by step, given back and lost once more, in one run, at two speeds.

The urban share is a stock: it goes on falling while jobs are missing, so its way up lies below its way down by
arithmetic. What tells is the flow: if it depended on the jobs of the moment alone, the share would change by as much a
quarter on the way up as on the way down at the same loss, and in the second way down as in the first. What is only lag
shrinks when the same is done more slowly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dicu.scenario.scenario import with_values
from dicu_analysis.effects import ALPHA, paired
from dicu_analysis.experiments.assemble import Facts
from dicu_analysis.experiments.pictures import finish, foot, line
from dicu_analysis.experiments.result import Estimate, Figure, Part
from dicu_analysis.figures.palette import FAINT, SOFT, WITH, WITH_DARK, WITHOUT
from dicu_analysis.figures.style import sheet, styled
from dicu_analysis.language import Text, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FILE: Final = "ladder.parquet"
LOSSES: Final = (0.1, 0.2, 0.3, 0.4, 0.3, 0.2, 0.1, 0.0, 0.2, 0.4)
"""Shares of urban jobs that are not there, rung by rung; without a loss before the first and after the last."""
BEFORE, AFTER = 2, 8
"""Quarters without a loss before and after."""
SPEEDS: Final = (3, 6)
"""Quarters a rung: the sweep, and the same at half the speed, which ends in the last year that a run may have."""
STILL: Final = "still"
PER_CENT: Final = 100.0
FLOW: Final = "points a quarter"


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

    @property
    def turn(self) -> int:
        """Rung that ends the way up: the last before jobs are lost a second time, or the last of all."""
        later = np.flatnonzero(np.diff(self.losses[self.top :]) > 0)
        return self.top + int(later[0]) if len(later) else len(self.losses) - 1

    @property
    def flow(self) -> NDArray[np.float64]:
        """(n, K) change of the gap a quarter in each rung; before the first there is none."""
        time = np.full(len(self.losses), float(self.quarters))
        time[-1] = AFTER
        made: NDArray[np.float64] = np.diff(self.gap, axis=1, prepend=0.0) / time
        return made

    def between(self, values: NDArray[np.float64], loss: float) -> NDArray[np.float64]:
        """(n,) of values by rung, (n, K), those on the way up less those on the way down at the same loss."""
        down, up = (int(k) for k in np.flatnonzero(np.isclose(self.losses[: self.turn + 1], loss)))
        made: NDArray[np.float64] = values[:, up] - values[:, down]
        return made

    @property
    def twice(self) -> NDArray[np.float64]:
        """Losses that are met on the way down and on the way up, rising (k,)."""
        return np.unique(self.losses[1 : self.top])

    @property
    def again(self) -> NDArray[np.float64]:
        """(n,) flow on the second way down less that on the first at the same loss, mean; nan without a second."""
        found = [
            self.flow[:, k] - self.flow[:, int(np.flatnonzero(np.isclose(self.losses, self.losses[k]))[0])]
            for k in range(self.turn + 1, len(self.losses) - 1)
        ]
        made: NDArray[np.float64] = np.mean(found, axis=0) if found else np.full(len(self.gap), np.nan)
        return made

    @property
    def memory(self) -> NDArray[np.float64]:
        """(n,) flow on the way up less that on the way down, mean over the losses that are met twice."""
        made: NDArray[np.float64] = np.mean([self.between(self.flow, x) for x in self.twice], axis=0)
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


def last(loop: Loop) -> int:
    """The last rung, after which no job is missing."""
    return len(loop.losses) - 1


def ladder_part(loops: list[Loop]) -> Part:
    """What the loops say."""
    fast, slow = loops[0], loops[-1]
    found = []
    for loop in loops:
        label = f"{loop.quarters} quarters a rung"
        for text, values, unit in (
            ("share at the largest loss", loop.gap[:, loop.top], "points"),
            ("share when all jobs have been back for 8 quarters", loop.gap[:, -1], "points"),
            *((f"flow at -{x:.0%}, up less down", loop.between(loop.flow, x), FLOW) for x in loop.twice),
            ("flow, up less down, mean", loop.memory, FLOW),
            *([("flow, down again less down, mean", loop.again, FLOW)] if loop.turn < last(loop) else []),
            ("flow in the 8 quarters after all jobs are back", loop.flow[:, -1], FLOW),
        ):
            found.append(Estimate.of(paired(values), f"{label}: {text}", f"{label}: {text}", unit, PER_CENT))
    change = paired(slow.memory - fast.memory)
    found.append(
        Estimate.of(
            change,
            "flow, up less down, mean: slower less faster",
            "what half the speed changes",
            FLOW,
            PER_CENT,
        )
    )
    one, two = (paired(loop.memory) for loop in (fast, slow))
    at_most, left, after = (
        float(x.mean()) * PER_CENT for x in (fast.gap[:, fast.top], fast.gap[:, -1], fast.flow[:, -1])
    )
    rungs, most, n = len(fast.losses) - 2, f"-{fast.losses.max():.0%}", len(fast.gap)
    once = fast.turn == last(fast)
    second = Text("", "") if once else _again(fast, slow)
    more = Text("", "") if once else Text(", and down once more", ", và xuống lần nữa")
    said = "none" if max(one.p, two.p) >= ALPHA else "same" if change.p >= ALPHA else "less"
    if said == "less" and abs(two.mean) > abs(one.mean):
        said = "more"
    return Part(
        title=Text(
            en="Up and down: jobs lost step by step, and back",
            vi="Giảm rồi tăng: mất dần việc làm rồi phục hồi dần",
        ),
        words=Text(
            en=f"Within one run {rungs} rungs take urban jobs down to {most} and back{more.en}, {fast.quarters} "
            f"quarters each, {n} replicates. The urban share is {at_most:+.3f} points from that of the same history "
            f"without a loss at the bottom and {left:+.3f} when all jobs have been back for {AFTER} quarters. That it "
            "is lower on the way up is arithmetic: it goes on falling while jobs are missing. What tells is its change "
            f"a quarter, which is {one.mean * PER_CENT:+.4f} points different on the way up from the way down at the "
            f"same number of jobs, {two.mean * PER_CENT:+.4f} with {slow.quarters} quarters a rung: {SAID[said].en}."
            f"{second.en} Once all are back it changes by {after:+.4f} a quarter. Only losses are gone through, since "
            "no programme adds jobs that go again. The rungs were added after the main result was seen and decide "
            "nothing.",
            vi=f"Trong cùng một lần mô phỏng, {rungs} bậc đưa việc làm đô thị xuống {most} rồi trở lại{more.vi}, mỗi "
            f"bậc {fast.quarters} quý, {n} lần lặp. Tỷ lệ dân đô thị lệch {at_most:+.3f} điểm so với lịch sử không mất "
            f"việc làm khi ở đáy và {left:+.3f} điểm sau khi mọi việc làm đã trở lại {AFTER} quý. Việc tỷ lệ này thấp "
            "hơn ở chiều đi lên là do số học: nó tiếp tục giảm khi còn thiếu việc làm. Điều có ý nghĩa là mức thay đổi "
            f"mỗi quý: với cùng số việc làm, chiều lên khác chiều xuống {one.mean * PER_CENT:+.4f} điểm, và "
            f"{two.mean * PER_CENT:+.4f} điểm khi mỗi bậc dài {slow.quarters} quý: {SAID[said].vi}.{second.vi} Khi mọi "
            f"việc làm đã trở lại, mức thay đổi là {after:+.4f} điểm mỗi quý. Chỉ xét việc làm bị mất, vì không chương "
            "trình nào tạo việc làm rồi rút đi. Các bậc được thêm sau khi đã thấy kết quả chính và không quyết định "
            "kết luận.",
        ),
        estimates=found,
    )


def _again(fast: Loop, slow: Loop) -> Text:
    """Whether a second loss finds the same country as the first."""
    one, two = (paired(loop.again) for loop in (fast, slow))
    same = max(one.p, two.p) >= ALPHA
    return Text(
        f" When jobs are lost a second time the share changes {one.mean * PER_CENT:+.4f} points a quarter differently "
        f"from the first time ({two.mean * PER_CENT:+.4f} when slower): "
        f"{'not told from chance at both speeds' if same else 'the second loss finds another country'}.",
        f" Khi việc làm mất lần thứ hai, tỷ lệ thay đổi khác lần đầu {one.mean * PER_CENT:+.4f} điểm mỗi quý "
        f"({two.mean * PER_CENT:+.4f} khi chậm hơn): "
        f"{'chưa phân biệt được với ngẫu nhiên ở cả hai tốc độ' if same else 'lần mất thứ hai gặp một đất nước khác'}.",
    )


SAID: Final = {
    "none": Text(
        "not distinguishable from zero at both speeds", "chưa phân biệt được với không ở cả hai tốc độ"
    ),
    "same": Text(
        "the flow remembers the way, and half the speed is not told apart from that",
        "dòng di cư nhớ chiều đi, và ở nửa tốc độ chưa thấy khác",
    ),
    "less": Text(
        "the flow remembers the way, less so when slower, as where people lag behind",
        "dòng di cư nhớ chiều đi, ít hơn khi chậm hơn, như khi người dân phản ứng chậm",
    ),
    "more": Text(
        "the flow remembers the way, more so when slower: it builds up with time",
        "dòng di cư nhớ chiều đi, nhiều hơn khi chậm hơn: nó tích lũy theo thời gian",
    ),
}
"""What both speeds together say, in both languages."""


def draw(folder: Path, loops: list[Loop], facts: Facts) -> Figure:
    """Way down and way up over the jobs that are lost: urban share at both speeds, and its change a quarter."""
    w = facts.words
    title = w.t(
        "Urban share while urban jobs are lost step by step, come back and are lost again",
        "Tỷ lệ dân đô thị khi việc làm đô thị mất dần từng bậc, trở lại rồi lại mất",
    )
    n, slow = len(loops[0].gap), loops[-1]
    with styled():
        fig, (bottom, top) = sheet(
            4.8,
            title,
            w.t(
                "Against the same history without a loss. Left and middle: the share at the end of each rung, lower on "
                "the way up since it falls while jobs are missing. Right: its change, the same both ways if only jobs "
                f"of the moment mattered. The last triangle at 0: after {AFTER} quarters of all jobs.",
                "So với cùng lịch sử khi không mất việc làm. Trái và giữa: tỷ lệ ở cuối mỗi bậc, thấp hơn ở chiều lên "
                "vì nó giảm khi còn thiếu việc làm. Phải: mức thay đổi, như nhau ở hai chiều nếu chỉ việc làm hiện tại "
                f"có ý nghĩa. Tam giác cuối ở 0: sau {AFTER} quý có đủ việc làm.",
            ),
            foot(_until(facts, slow), n),
            line(w),
        )
        panels = [
            (
                w.t(
                    f"urban share, points: {loop.quarters} quarters a rung",
                    f"tỷ lệ dân đô thị, điểm: mỗi bậc {loop.quarters} quý",
                ),
                loop,
                loop.gap * PER_CENT,
            )
            for loop in loops
        ]
        change = w.t(
            f"change, points a quarter: {slow.quarters} quarters a rung",
            f"thay đổi, điểm mỗi quý: mỗi bậc {slow.quarters} quý",
        )
        panels.append((change, slow, slow.flow * PER_CENT))
        for k, (name, loop, values) in enumerate(panels):
            width = 1 / len(panels)
            ax = fig.add_axes((0.07 + width * 0.97 * k, bottom + 0.13, width * 0.73, top - bottom - 0.29))
            _ways(ax, loop, values, first=0 if k < len(loops) else 1, w=w)
            ax.set_title(name, fontsize=9)
        lines, labels = fig.axes[0].get_legend_handles_labels()
        fig.legend(lines, labels, frameon=False, fontsize=8, ncols=3, loc="upper left",
                   bbox_to_anchor=(0.06, top - 0.01))  # fmt: skip
    in_order = w.t("in order of time", "theo thứ tự thời gian")
    alt = "; ".join(
        f"{name}, {in_order}: "
        + ", ".join(
            f"{-100 * x if x else 0:.0f} %: {w.signs(f'{y:.4f}')}"
            for x, y in zip(loop.losses, values.mean(axis=0), strict=True)
        )
        for name, loop, values in panels
    )
    return finish(fig, folder, "h5_ladder", title, f"{title}. {alt}.", w)


def _until(facts: Facts, slow: Loop) -> Facts:
    """The facts of the longest run, which ends later than those of the sweep."""
    from dicu.scenario.calendar import parse_period

    quarters = BEFORE + slow.quarters * (len(slow.losses) - 2) + AFTER
    year, month = divmod(parse_period(facts.first)[0] + 3 * (quarters - 1), 12)
    return replace(facts, scenario=with_values(facts.scenario, {"time.end": f"{year}Q{month // 3 + 1}"}))


def _ways(ax: Axes, loop: Loop, values: NDArray[np.float64], first: int, w: Words) -> None:
    """Means (n, K) with intervals over replicates, the way down and the way up each a line; from rung ``first`` on."""
    from scipy import stats

    n, x, mean = len(values), -loop.losses * PER_CENT, values.mean(axis=0)
    half = stats.t.ppf(0.975, n - 1) * values.std(axis=0, ddof=1) / np.sqrt(n)
    ax.axhline(0, color=SOFT, linewidth=1)
    for where, colour, marker, dash, label in (
        (slice(first, loop.top + 1), WITH, "o", "-", w.t("way down", "chiều xuống")),
        (slice(loop.top, loop.turn + 1), WITHOUT, "s", (0, (5, 1.6)), w.t("way up", "chiều lên")),
        (
            slice(loop.turn, last(loop) + 1),
            WITH_DARK,
            "^",
            (0, (1.2, 1.2)),
            w.t("down again, and back", "lại xuống, rồi trở lại"),
        ),
    ):
        if where.stop - where.start < 2 and where.start == loop.turn:
            continue
        ax.errorbar(x[where], mean[where], yerr=half[where], color=colour, linewidth=0, elinewidth=1.4)
        ax.plot(x[where], mean[where], color=colour, marker=marker, markersize=5, linestyle=dash, label=label)
    ax.grid(visible=True, axis="x", color=FAINT, linewidth=0.6)
    ax.set_xlim(5, -45)
    ax.set_xlabel(w.t("urban jobs, %", "việc làm đô thị, %"), fontsize=8.5)


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

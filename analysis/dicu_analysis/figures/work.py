"""Work in the whole country over time: formal jobs and who has them, informality, offers to people elsewhere, pay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from dicu_analysis import labour
from dicu_analysis.figures import bands, palette, style
from dicu_analysis.language import Text
from dicu_analysis.load import Run
from dicu_analysis.replicates import Lines, over

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Line = tuple[str, Text, str, palette.Dash]
INFORMAL: Final[Text] = Text("informal", "phi chính\n thức")
PANELS: Final[tuple[tuple[Text, tuple[Line, ...]], ...]] = (
    (
        Text("Formal jobs and formal workers, {unit}", "Việc làm và lao động chính thức, {unit}"),
        (
            ("formal_jobs", Text("jobs", "việc làm"), palette.FORMAL, palette.SOLID),
            ("formal_workers", Text("workers", "lao động"), palette.FORMAL, palette.DASHED),
        ),
    ),
    (
        Text(
            "Informal, percent of workers outside farming",
            "Phi chính thức, % lao động ngoài nông nghiệp",
        ),
        (("informality", INFORMAL, palette.INFORMAL, palette.SOLID),),
    ),
    (
        Text(
            "Offers to people elsewhere, per 100 jobs and year",
            "Chào việc cho người ở nơi khác, trên 100 việc làm mỗi năm",
        ),
        (
            ("made", Text("made", "đã chào"), palette.FORMAL, palette.DASHED),
            ("taken", Text("taken", "đã nhận"), palette.FORMAL, palette.SOLID),
        ),
    ),
    (
        Text(
            "Pay of an unskilled urban worker, M VND per month",
            "Tiền công lao động giản đơn ở thành thị, triệu đồng/tháng",
        ),
        (
            ("pay_formal_mvnd_per_month", Text("formal", "chính thức"), palette.FORMAL, palette.SOLID),
            ("pay_informal_mvnd_per_month", INFORMAL, palette.INFORMAL, palette.DASHED),
        ),
    ),
)
PERSONS: Final = ("formal_jobs", "formal_workers")


def of_the_country(run: Run) -> pd.DataFrame:
    """Sums of the country by recorded step, see `labour.summed`.

    Raises
    ------
    style.NothingToDraw
        When work was not recorded, or nobody works outside farming.
    """
    if labour.districts(run).empty:
        raise style.NothingToDraw(f"{run.folder}: no table of formal jobs")
    made = labour.summed(run)
    if made["informality"].isna().any():
        raise style.NothingToDraw(f"{run.folder}: nobody works outside farming")
    return made


def draw(run: Run) -> Figure:
    """Four panels over time."""
    lines = over(run, of_the_country)
    nation = lines.middle
    start, end = nation.iloc[0], nation.iloc[-1]
    w, say = run.words, run.told
    first, last = (w.step(run.labels[step]) for step in (nation.index[0], nation.index[-1]))
    unit, scale = style.counted_in(nation[[*PERSONS]].to_numpy().max(), w)
    now, then = (style.percent(row["informality"], 0, w) for row in (end, start))
    jobs = [w.num(row["formal_jobs"] / scale, 1) for row in (start, end)]
    title = w.t(
        f"{now} of workers outside farming have no formal job in {last}, {then} in {first}; formal jobs go from "
        f"{jobs[0]} to {jobs[1]} {unit}",
        f"{now} lao động ngoài nông nghiệp không có việc làm chính thức vào {last}, {then} vào {first}; việc làm chính "
        f"thức {jobs[0]} \u2192 {jobs[1]} {unit}",
    )
    fig, (bottom, top) = style.sheet(
        8.0,
        say(title),
        w.t(
            "The whole country at the end of the steps in which labour markets are recorded",
            "Cả nước, cuối các bước có ghi thị trường lao động",
        ),
        [say(w.say(text)) for text in FOOT] + [*bands.foot(run), style.run_line(run)],
    )
    grid = fig.add_gridspec(
        2, 2, left=0.06, right=0.9, bottom=bottom + 0.07, top=top - 0.05, wspace=0.36, hspace=0.38
    )
    drawn = lines.map(lambda f: f.assign(**{name: f[name] / scale for name in PERSONS}))
    for k, (heading, shown) in enumerate(PANELS):
        ax = fig.add_subplot(grid[k // 2, k % 2])
        ax.set_title(say(w.say(heading).format(unit=unit)))
        _panel(ax, run, drawn, shown)
        style.mark_reform(ax, run, label=k < 2)
    return fig


FOOT: Final = (
    Text(
        "A job is formal with a contract and social insurance, other work is informal. Jobs and workers are counted in "
        "the model's workers, all aged 15\u201364, more than a survey has employed; a job is anywhere in the commuting "
        "area.",
        "Việc làm chính thức có hợp đồng và bảo hiểm xã hội, việc khác là phi chính thức. Việc làm và lao động đếm "
        "theo lao động của mô hình, mọi người 15\u201364 tuổi, nhiều hơn số có việc làm của điều tra; việc làm ở bất "
        "cứ đâu trong khu vực đi lại làm việc.",
    ),
    Text(
        "How many people come for a job follows from the assumed share of new jobs that recruit from afar, times the "
        "share of offers taken. Pay: mean of labour markets by workers outside farming, at the prices of the start.",
        "Số người chuyển đến trên mỗi việc làm là hệ quả của giả định về tỷ lệ việc làm mới tuyển người từ nơi khác, "
        "nhân với tỷ lệ chào việc được nhận. Tiền công: trung bình các thị trường lao động theo lao động ngoài nông "
        "nghiệp, giá lúc đầu kỳ.",
    ),
)


def _panel(ax: Axes, run: Run, drawn: Lines, lines: tuple[Line, ...]) -> None:
    nation = drawn.middle
    at = run.year_at_end(nation.index.to_numpy())
    ends, highest = [], 0.0
    for name, label, colour, dash in lines:
        values = nation[name].to_numpy(dtype=np.float64)
        there = np.isfinite(values)  # nothing can be offered before the first step
        if not there.any():
            continue
        bands.fill(ax, at, drawn, name, colour)
        ax.plot(
            at[there], values[there], color=colour, linestyle=dash, marker="o" if there.sum() == 1 else ""
        )
        ends.append((float(at[there][-1]), float(values[there][-1]), run.words.say(label), colour))
        highest = max(highest, float(drawn.high[name][there].max()))
    ax.set_ylim(0, 1.18 * highest if highest else 1.0)
    style.years(ax, float(at[0]) - 0.15, float(at[-1]), 7, w=run.words)
    style.label_ends(ax, ends, gap=0.075)

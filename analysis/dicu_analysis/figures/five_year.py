"""Five-year migration as a census measures it: who lives elsewhere than five years ago, beside the official figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from dicu.scenario.vocabulary import SCOPES
from dicu_analysis import official, seed_spread
from dicu_analysis.figures import names, palette, style
from dicu_analysis.language import Text
from dicu_analysis.load import Run
from dicu_analysis.scalars import as_float

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WORDS: Final = (
    Text("inside the district", names.SCOPES["within a district"].vi),
    Text("between districts\nof a province", "giữa các huyện\ntrong tỉnh"),
    names.SCOPES["between provinces"],
)
YEARS: Final = 5


def shares(run: Run) -> pd.DataFrame:
    """Percent of persons aged 5 and over by scope (columns) at each whole five years of the run (index: period).

    Who moved within a commune counts as not having moved, as in the census.

    Raises
    ------
    style.NothingToDraw
        When the run is shorter than five years.
    """
    if not run.has_rows("five_year"):
        raise style.NothingToDraw(
            f"{run.folder}: shorter than five years, so nobody's residence then is known"
        )
    persons = run.table("five_year")
    persons = persons.assign(period=persons["period"].astype(str), scope=persons["scope"].astype(str))
    wide = persons.pivot(index="period", columns="scope", values="persons")
    made: pd.DataFrame = 100.0 * wide[list(SCOPES)].div(wide.sum(axis=1), axis=0)
    return made


def draw(run: Run) -> Figure:
    """Bars by how far people live from where they did: official surveys, then the simulated five-year periods."""
    simulated = shares(run)
    surveys = official.figures("five_year").pivot(index="year", columns="key", values="value")[list(SCOPES)]
    real = run.is_real
    first = simulated.iloc[0]
    digits = {scope: seed_spread.digits_of(f"five_year.{scope}", run, 1) for scope in SCOPES}
    w = run.words
    sign = w.t("\u00a0%", "%")
    parts = (WORDS[0], names.SCOPES["between districts"], WORDS[2])
    told = ", ".join(
        f"{w.num(first[s], digits[s])}{sign} {w.say(part)}" for s, part in zip(SCOPES, parts, strict=True)
    )
    total, when = f"{w.num(first.sum(), min(digits.values()))}{sign}", w.step(str(simulated.index[0]))
    title = w.t(
        f"{total} live elsewhere than five years before in {when}: {told}",
        f"{total} dân số từ 5 tuổi sống ở nơi khác so với 5 năm trước, {when}: {told}",
    )
    if real:
        census, survey = (w.num(as_float(surveys.loc[year].sum()), 1) + sign for year in (2019, 2024))
        title += w.t(
            f" (census 2019: {census}, survey 2024: {survey})",
            f" (tổng điều tra 2019: {census}, điều tra 2024: {survey})",
        )
    foot = [
        w.t(
            "Persons aged 5 and over (simulated: by year of birth) on 1 April, or at the end of the quarter named, by "
            "where they lived five years before; communes, districts and provinces before the merger.",
            "Dân số từ 5 tuổi (mô phỏng: theo năm sinh) vào ngày 1/4 hoặc cuối quý được nêu, theo nơi ở 5 năm trước; "
            "xã, huyện, tỉnh trước khi sáp nhập.",
        ),
        w.t(
            "Simulated persons are attributed the place of their household then, or of the household that theirs came "
            "out of; who moved to a partner, the place left then (assumption A45).",
            "Người được mô phỏng được gán nơi ở khi đó của hộ mình, hoặc của hộ mà hộ mình tách ra; người chuyển đến ở "
            "với vợ hoặc chồng được gán nơi đã rời đi khi đó (giả định A45).",
        ),
    ]
    if real:
        cited = names.sources(official.cited("five_year"), w)
        foot.append(
            w.t(
                f"Official: {cited}. Fitted to the census; the years of the survey held the epidemic, which is not "
                "simulated (decision 26).",
                f"Số liệu chính thức: {cited}. Đã khớp theo tổng điều tra; giai đoạn của điều tra có đại dịch, không "
                "được mô phỏng (quyết định 26).",
            )
        )
    foot.append(style.run_line(run))
    fig, (bottom, top) = style.sheet(
        5.9,
        run.told(title),
        w.t(
            "Percent of persons aged 5 and over who lived elsewhere five years before",
            "Phần trăm dân số từ 5 tuổi sống ở nơi khác 5 năm trước",
        ),
        [run.told(text) for text in foot],
    )
    ax = fig.add_axes((0.06, bottom + 0.1, 0.91, top - bottom - 0.17))
    bars = [
        *(
            (
                w.t(
                    f"{'census' if year == 2019 else 'survey'} {year}",
                    f"{'tổng điều tra' if year == 2019 else 'điều tra'} {year}",
                ),
                row,
                face,
                "//",
            )
            for (year, row), face in zip(surveys.iterrows(), (palette.WITHOUT, palette.FAINT), strict=True)
            if real
        ),
        *(
            (w.t(f"simulated {period}", f"mô phỏng {w.step(str(period))}"), row, shade(k, len(simulated)), "")
            for k, (period, row) in enumerate(simulated.iterrows())
        ),
    ]
    width = 0.82 / len(bars)
    for k, (label, row, face, hatch) in enumerate(bars):
        at = np.arange(len(SCOPES)) + (k - (len(bars) - 1) / 2) * width
        ax.bar(at, row, 0.92 * width, color=face, hatch=hatch, edgecolor="white", linewidth=0.5, label=label)
        for x, height in zip(at, row, strict=True):
            ax.annotate(
                w.num(height, 1),
                (x, height),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=9,
            )
    ax.set_xticks(np.arange(len(SCOPES)), [run.told(w.say(text)) for text in WORDS], fontsize=10.5)
    ax.set_ylim(0, 1.12 * max(float(np.max(row)) for _, row, _, _ in bars))
    ax.legend(
        frameon=False,
        ncols=len(bars),
        loc="lower left",
        bbox_to_anchor=(-0.01, 1.0),
        fontsize=9.5,
        columnspacing=1.6,
        handlelength=1.2,
    )
    return fig


def shade(k: int, n: int) -> tuple[float, float, float]:
    """Blue for the first five years, paler for later ones."""
    from matplotlib.colors import to_rgb

    pale = 0.55 * k / max(n - 1, 1)
    r, g, b = (c + (1 - c) * pale for c in to_rgb(palette.WITH))
    return r, g, b

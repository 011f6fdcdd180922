"""Work in the whole country over time: formal jobs and who has them, informality, offers to people elsewhere, pay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from dicu_analysis import labour
from dicu_analysis.figures import bands, palette, style
from dicu_analysis.load import Run
from dicu_analysis.replicates import Lines, over

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Line = tuple[str, str, str, palette.Dash]
PANELS: Final[tuple[tuple[str, tuple[Line, ...]], ...]] = (
    (
        "Formal jobs and formal workers, {unit}",
        (
            ("formal_jobs", "jobs", palette.FORMAL, palette.SOLID),
            ("formal_workers", "workers", palette.FORMAL, palette.DASHED),
        ),
    ),
    (
        "Informal, percent of workers outside farming",
        (("informality", "informal", palette.INFORMAL, palette.SOLID),),
    ),
    (
        "Offers to people elsewhere, per 100 jobs and year",
        (
            ("made", "made", palette.FORMAL, palette.DASHED),
            ("taken", "taken", palette.FORMAL, palette.SOLID),
        ),
    ),
    (
        "Pay of an unskilled urban worker, M VND per month",
        (
            ("pay_formal_mvnd_per_month", "formal", palette.FORMAL, palette.SOLID),
            ("pay_informal_mvnd_per_month", "informal", palette.INFORMAL, palette.DASHED),
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
    labels = [run.labels[step] for step in (nation.index[0], nation.index[-1])]
    unit, scale = ("million", 1e6) if nation[[*PERSONS]].to_numpy().max() >= 1e6 else ("thousand", 1e3)
    title = (
        f"{style.number(end['informality'], 0)} % of workers outside farming have no formal job in {labels[1]}, "
        f"{style.number(start['informality'], 0)} % in {labels[0]}; formal jobs go from "
        f"{style.number(start['formal_jobs'] / scale)} to {style.number(end['formal_jobs'] / scale)} {unit}"
    )
    say = run.terms.en
    fig, (bottom, top) = style.sheet(
        8.0,
        say(title),
        "The whole country at the end of the steps in which labour markets are recorded",
        [say(text) for text in FOOT] + [*bands.foot(run), style.run_line(run)],
    )
    grid = fig.add_gridspec(
        2, 2, left=0.06, right=0.9, bottom=bottom + 0.07, top=top - 0.05, wspace=0.36, hspace=0.38
    )
    drawn = lines.map(lambda f: f.assign(**{name: f[name] / scale for name in PERSONS}))
    for k, (heading, shown) in enumerate(PANELS):
        ax = fig.add_subplot(grid[k // 2, k % 2])
        ax.set_title(say(heading.format(unit=unit)))
        _panel(ax, run, drawn, shown)
        style.mark_reform(ax, run, label=k < 2)
    return fig


FOOT: Final = (
    "A job is formal with a contract and social insurance, other work is informal. Jobs and workers are counted in the "
    "model's workers, all aged 15\u201364, more than a survey has employed; a job is anywhere in the commuting area.",
    "How many people come for a job follows from the assumed share of new jobs that recruit from afar, times the share "
    "of offers taken. Pay: mean of labour markets by workers outside farming, at the prices of the start.",
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
        ends.append((float(at[there][-1]), float(values[there][-1]), label, colour))
        highest = max(highest, float(drawn.high[name][there].max()))
    ax.set_ylim(0, 1.18 * highest if highest else 1.0)
    style.years(ax, float(at[0]) - 0.15, float(at[-1]), 7)
    style.label_ends(ax, ends, gap=0.075)

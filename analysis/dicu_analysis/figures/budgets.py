"""Budgets of all governments and the services they pay for, over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from dicu_analysis import seed_spread
from dicu_analysis.figures import bands, palette, style
from dicu_analysis.language import DISTRICT_WORK, OFFICE
from dicu_analysis.load import Run
from dicu_analysis.moments import moments
from dicu_analysis.replicates import Lines as Over
from dicu_analysis.replicates import over
from dicu_analysis.scalars import as_float

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Lines = dict[str, tuple[str, str, palette.Dash]]

SPENT: Final[Lines] = {
    "wages_mvnd": ("wages", palette.MONEY[0], palette.SOLID),
    "running_mvnd": ("running costs", palette.MONEY[2], palette.DASHED),
    "investment_mvnd": ("investment", palette.MONEY[1], palette.SOLID),
    "severance_all_mvnd": ("severance", palette.MONEY[2], palette.DOTTED),
    "desks_mvnd": ("desks", palette.MONEY[3], palette.MIXED),
}
RAISED: Final[Lines] = {
    "revenue_local_mvnd": ("raised locally", palette.MONEY[1], palette.SOLID),
    "transfer_mvnd": ("nation's grant", palette.MONEY[0], palette.SOLID),
    "reinvested_mvnd": ("savings kept", palette.MONEY[2], palette.DOTTED),
    "deficit_mvnd": ("deficits", palette.MONEY[3], palette.MIXED),
}
WAYS: Final[Lines] = {
    "travel_minutes": ("commune office", palette.WAYS[5], palette.SOLID),
    "district_minutes": ("district's work", palette.WAYS[3], palette.SOLID),
    "clinic_minutes": ("clinic", palette.WAYS[3], palette.DOTTED),
    "hospital_minutes": ("hospital", palette.WAYS[4], palette.DASHED),
}


def _of_the_nation(run: Run) -> pd.DataFrame:
    """The row of the nation by step, from the first that has spent anything; amounts per year, as sums are told."""
    table = run.governments
    nation = table[(table["level"] == "nation") & (table["step"] > 0)].set_index("step").sort_index()
    if len(nation) < 2:
        raise style.NothingToDraw("the nation's books were not recorded, or once only")
    nation = nation.assign(
        severance_all_mvnd=nation["severance_mvnd"] + nation["severance_nation_mvnd"],
        deficit_mvnd=-nation["balance_mvnd"],
    )
    amounts = [*SPENT, *RAISED]
    return nation.assign(**{name: nation[name] * run.steps_per_year / run.terms.per_sum for name in amounts})


def draw(run: Run) -> Figure:
    """Three panels: what is spent, where it comes from, and how far people are from services."""
    over_runs = over(run, _of_the_nation)
    nation = over_runs.middle
    foot = [
        "All commune, district and province offices together; amounts at the prices of the start. Severance is that "
        "of posts cut, whoever pays it (governments and the nation). Each step is shown at its end.",
        "Ways are travel times of residents to the office (or its nearest desk), means by where people live that day; "
        "the district's work is what was done at its seat, and at the commune's once a reform moves it there. Cost of "
        "a post, speeds and shares are parameters with stated ranges: see config.yaml and the table of parameters.",
        *bands.foot(run),
        style.run_line(run),
    ]
    if not run.districts_govern:
        foot[:2] = [
            foot[0].replace("commune, district and province", "commune and province"),
            foot[1].replace(
                "; the district's work is what was done at its seat, and at the commune's once a reform moves it there",
                "",
            ),
        ]
    say = run.terms.en
    fig, (bottom, top) = style.sheet(
        6.4,
        say(_finding(run, nation)),
        say("Money in trillion VND per year, ways in minutes"),
        [say(text) for text in foot],
    )
    grid = fig.add_gridspec(1, 3, left=0.05, right=0.885, bottom=bottom + 0.08, top=top - 0.08, wspace=0.6)
    for k, (title, lines) in enumerate(
        (("Spent", SPENT), ("Where it comes from", RAISED), ("Way to services, minutes", _ways(run)))
    ):
        ax = fig.add_subplot(grid[k])
        _lines(ax, run, over_runs, lines)
        ax.set_title(title)
        style.mark_reform(ax, run, label=k == 0)
    return fig


def _ways(run: Run) -> Lines:
    """Ways to the offices that the country has."""
    return {name: look for name, look in WAYS.items() if name != "district_minutes" or run.districts_govern}


def _lines(ax: Axes, run: Run, over_runs: Over, lines: Lines) -> None:
    nation = over_runs.middle
    at = run.year_at_end(nation.index.to_numpy())
    shown = {name: look for name, look in lines.items() if nation[name].abs().max() > 0}
    ends = []
    for name, (label, colour, dash) in shown.items():
        bands.fill(ax, at, over_runs, name, colour)
        ax.plot(at, nation[name], color=colour, linestyle=dash)
        ends.append((float(at[-1]), float(nation[name].iloc[-1]), run.terms.en(label), colour))
    values = nation[list(shown)].to_numpy()
    low, high = (float(values.min()), float(values.max())) if shown else (0.0, 1.0)
    ax.set_ylim(min(0.0, low), max(1.16 * high, 1e-9))
    style.years(ax, float(at[0]), float(at[-1]), 4, next_panel=True)
    style.label_ends(ax, ends)


def _finding(run: Run, nation: pd.DataFrame) -> str:
    """Wages and investment before the reform and a year after; without one, at the start and the end."""
    steps = nation.index.to_numpy()
    at = moments(run, steps)
    before, after = at.eve, at.soon
    if run.reform_step is None:
        before, after = steps[0], steps[-1]
    one, two = nation.loc[before], nation.loc[after]
    head = "Reform" if run.reform_step is not None else "No reform"

    def pair(name: str) -> str:
        digits = seed_spread.digits_of(f"budget.{name.removesuffix('_mvnd')}.soon", run, 1)
        return f"{style.number(as_float(one[name]), digits)} to {style.number(as_float(two[name]), digits)}"

    def way(name: str) -> str:
        digits = seed_spread.digits_of(f"{name}.soon", run, 0)
        return (
            f"from {style.number(as_float(one[name]), digits)} to {style.number(as_float(two[name]), digits)}"
        )

    office, work = way("travel_minutes"), way("district_minutes")
    ways = f"way to the {OFFICE.en} {office} minutes"
    ways += f", to the {DISTRICT_WORK.en} {work}" if run.districts_govern else ""
    return (
        f"{head}, {run.labels[before]} to {run.labels[after]}: wages {pair('wages_mvnd')}, investment "
        f"{pair('investment_mvnd')} {_size(run)}a year; {ways}"
    )


def _size(run: Run) -> str:
    """What sums are told in, between a number and "a year"."""
    size = run.terms.size("en")
    return f"{size} " if size else ""

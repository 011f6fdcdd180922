"""Budgets of all governments and the services they pay for, over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from analysis.figures import style
from analysis.load import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Lines = dict[str, tuple[str, str, object]]

SPENT: Final[Lines] = {
    "wages": ("wages", style.BLUE, "-"),
    "running": ("running costs", style.SOFT, (0, (5, 1.6))),
    "investment": ("investment", style.GREEN, "-"),
    "severance_all": ("severance", style.ORANGE, (0, (1.2, 1.2))),
    "desks": ("desks", style.INK, (0, (3, 1, 1, 1))),
}
RAISED: Final[Lines] = {
    "revenue_local": ("raised locally", style.GREEN, "-"),
    "transfer": ("nation's grant", style.BLUE, "-"),
    "reinvested": ("savings kept", style.ORANGE, (0, (1.2, 1.2))),
    "deficit": ("deficits", style.INK, (0, (3, 1, 1, 1))),
}
WAYS: Final[Lines] = {
    "travel_minutes": ("commune office", style.BLUE, "-"),
    "district_minutes": ("district's work", style.ORANGE, "-"),
    "clinic_minutes": ("clinic", style.SOFT, (0, (1.2, 1.2))),
    "hospital_minutes": ("hospital", style.GREEN, (0, (5, 1.6))),
}
TRILLION: Final = 1e6
"""Amounts are recorded in M VND."""


def of_the_nation(run: Run) -> pd.DataFrame:
    """The row of the nation by step, amounts in trillion VND a year."""
    table = run.governments
    nation = table[table["level"] == "nation"].set_index("step").sort_index()
    if len(nation) < 2:
        raise style.NothingToDraw("the nation's books were not recorded, or once only")
    nation = nation.assign(
        severance_all=nation["severance"] + nation["severance_nation"], deficit=-nation["balance"]
    )
    amounts = [*SPENT, *RAISED]
    return nation.assign(**{name: nation[name] * run.steps_per_year / TRILLION for name in amounts})


def draw(run: Run) -> Figure:
    """Three panels: what is spent, where it comes from, and how far people are from services."""
    nation = of_the_nation(run)
    foot = [
        "All commune, district and province offices together; amounts at the prices of the start. Severance is that "
        "of posts cut, whoever pays it (governments and the nation). Each step is shown at its end.",
        "Ways are travel times of residents to the office (or its nearest desk), means by where people live that day; "
        "the district's work is what was done at its seat, and at the commune's since the merger. Cost of a post, "
        "speeds and shares are parameters with stated ranges: see config.yaml and the table of parameters.",
        style.run_line(run),
    ]
    fig, (bottom, top) = style.sheet(
        6.4, _finding(run, nation), "Money in trillion VND a year, ways in minutes", foot
    )
    grid = fig.add_gridspec(1, 3, left=0.05, right=0.885, bottom=bottom + 0.08, top=top - 0.08, wspace=0.6)
    for k, (title, lines) in enumerate(
        (("Spent", SPENT), ("Where it comes from", RAISED), ("Way to services, minutes", WAYS))
    ):
        ax = fig.add_subplot(grid[k])
        _lines(ax, run, nation, lines)
        ax.set_title(title)
        style.mark_reform(ax, run, label=k == 0)
    return fig


def _lines(ax: Axes, run: Run, nation: pd.DataFrame, lines: Lines) -> None:
    at = run.year_at_end(nation.index.to_numpy())
    shown = {name: look for name, look in lines.items() if nation[name].abs().max() > 0}
    ends = []
    for name, (label, colour, dash) in shown.items():
        ax.plot(at, nation[name], color=colour, linestyle=dash)
        ends.append((float(at[-1]), float(nation[name].iloc[-1]), label, colour))
    low = min(0.0, float(nation[list(shown)].to_numpy().min()))
    ax.set_ylim(low, 1.16 * float(nation[list(shown)].to_numpy().max()))
    ax.set_xlim(float(at[0]), float(at[-1]))
    ax.xaxis.set_major_locator(_years())
    ax.set_xlabel("Year")
    style.label_ends(ax, ends)


def _years() -> object:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=4, integer=True, steps=[1, 2, 5, 10], prune="upper")


def _finding(run: Run, nation: pd.DataFrame) -> str:
    """Wages and investment before the reform and a year after; without one, at the start and the end."""
    steps = nation.index.to_numpy()
    reform = run.comparison_step
    before = steps[steps < reform][-1] if (steps < reform).any() else steps[0]
    later = steps[steps >= reform + run.steps_per_year]
    after = later[0] if len(later) else steps[-1]
    if run.reform_step is None:
        before, after = steps[0], steps[-1]
    one, two = nation.loc[before], nation.loc[after]
    head = "Merger" if run.reform_step is not None else "No merger"

    def pair(name: str) -> str:
        return f"{style.number(float(one[name]))} to {style.number(float(two[name]))}"

    ways = (
        f"commune offices from {one['travel_minutes']:.0f} to {two['travel_minutes']:.0f} minutes away, what districts "
        f"did from {one['district_minutes']:.0f} to {two['district_minutes']:.0f}"
    )
    return (
        f"{head}, {run.labels[before]} to {run.labels[after]}: wages {pair('wages')}, investment {pair('investment')} "
        f"trillion a year; {ways}"
    )

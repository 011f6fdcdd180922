"""Net migration by province on a map, before and after the reform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from dicu.world.geometry import Ring
from dicu_analysis import seed_spread
from dicu_analysis.borders import UnknownBorders
from dicu_analysis.figures import palette, style
from dicu_analysis.figures.placing import label_apart
from dicu_analysis.figures.province_map import (
    HATCH,
    Filling,
    classed,
    draw_map,
    matching_outlines,
    plain_name,
)
from dicu_analysis.flows import rates
from dicu_analysis.load import Map, Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EDGES: Final = np.array([-20.0, -10.0, -5.0, -2.0, 0.0, 2.0, 5.0, 10.0, 20.0])
"""Edges of the classes, per 1,000 residents and year: the same for every run, so that maps can be compared."""
MOST_NAMED: Final = 3
"""Provinces that are named together where luck may have decided which of them comes first."""


@dataclass(frozen=True, eq=False)
class Panel:
    """One map: rates by unit of one set of borders over one period.

    Attributes
    ----------
    borders : Map
    period : (first, last) labels
    table : DataFrame
        As `dicu_analysis.flows.rates` makes it; the mean over runs.
    sd : Series by code
        Standard deviation over seeds of each rate (of their mean over runs).
    note : str
        Why these are not the borders in force, where they are not.
    """

    borders: Map
    period: tuple[str, str]
    table: pd.DataFrame
    sd: pd.Series[float]
    note: str = ""

    @property
    def net(self) -> pd.Series[float]:
        """Net migration per 1,000 residents a year, by province code."""
        return self.table["net_per_1000_a_year"]

    @property
    def within(self) -> pd.Series[bool]:
        """Provinces whose net rate luck alone may have made."""
        return self.net.abs() <= seed_spread.TIMES * self.sd

    @property
    def gaining(self) -> int:
        """Provinces that gain people, beyond luck."""
        return int(((self.net > 0) & ~self.within).sum())

    @property
    def losing(self) -> int:
        """Provinces that lose people, beyond luck."""
        return int(((self.net < 0) & ~self.within).sum())


def panels(run: Run, others: Sequence[Run] = ()) -> list[Panel]:
    """Before and after the reform (or where it would have been), each on the borders in force at its end.

    Parameters
    ----------
    others : sequence of Run
        Replicates: the same run with other seeds.

    Returns
    -------
    list of Panel
        One where the run has no step before, none without any step.
    """
    cut, labels = run.comparison_step, run.labels
    made = []
    for first, last in ((1, min(cut, len(labels)) - 1), (max(cut, 1), len(labels) - 1)):
        if first > last:
            continue
        period = (labels[first], labels[last])
        made.append(_panel(run, others, last, period))
    return made


def _panel(run: Run, others: Sequence[Run], last: int, period: tuple[str, str]) -> Panel:
    borders: Map = last
    note = ""
    try:
        tables = [rates(r, "province", borders, period) for r in (run, *others)]
    except (UnknownBorders, ValueError) as error:
        borders, note = (
            "legacy",
            run.terms.en(f"Provinces of the start, since those of {period[1]} cannot be counted ({error})."),
        )
        tables = [rates(r, "province", borders, period) for r in (run, *others)]
    table = sum(tables[1:], tables[0]) / len(tables)
    first = run.labels.index(period[0])
    years = (last - first + 1) / run.steps_per_year
    sd = seed_spread.of_rates(table["residents"], int(run.manifest["weight"]), years) / np.sqrt(len(tables))
    return Panel(borders, period, table, pd.Series(sd, index=table.index), note)


def draw(run: Run) -> Figure:
    """Two maps on one diverging symmetric scale; provinces that lose people are also hatched."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.patches import Patch

    shown = panels(run)
    colours, norm = classed(EDGES, palette.gains(len(EDGES) + 1))
    outlines = matching_outlines(run)
    foot = [
        "The same recorded moves counted on each map: what a merger makes internal is no longer counted, and "
        "nobody moves because a border does. Rates per 1,000 mean residents of the period.",
        luck(run),
        *dict.fromkeys(p.note for p in shown if p.note),
        (_outlines_of(run) if outlines else "")
        + "Choice of destination, costs and networks are assumptions: see the parameters in config.yaml.",
        style.run_line(run),
    ]
    fig, (bottom, top) = style.sheet(
        8.4, finding(run, shown), run.terms.en("Net migration by province, per 1,000 residents a year"), foot
    )
    height = top - bottom - 0.06
    for k, panel in enumerate(shown):
        ax = fig.add_axes((0.02 + 0.425 * k, bottom + 0.015, 0.41, height))
        draw_map(ax, run, Filling(panel.net, panel.borders, colours, norm, panel.within), outlines)
        title = run.terms.en(f"{len(panel.table)} provinces, {panel.period[0]} to {panel.period[1]}")
        ax.set_title(title, loc="left", x=0.02)
        _name_extremes(ax, run, panel, outlines)
    bar = fig.add_axes((0.895, bottom + 0.17, 0.016, height - 0.3))
    scale = fig.colorbar(
        ScalarMappable(norm, colours), cax=bar, extend="both", ticks=EDGES, spacing="uniform"
    )
    scale.ax.set_yticklabels([style.signed(e, 0) for e in EDGES])
    scale.outline.set_visible(False)
    bar.text(0, 1.09, "gains people", transform=bar.transAxes, fontsize=9, va="bottom")
    bar.text(0, -0.09, "loses people\n(hatched)", transform=bar.transAxes, fontsize=9, va="top")
    fig.legend(
        handles=[
            Patch(facecolor=palette.PAPER, edgecolor=palette.SOFT, hatch=HATCH, label="net loss"),
            Patch(
                facecolor=palette.WITHIN, edgecolor=palette.SOFT, linewidth=0.4, label="luck alone may do it"
            ),
        ],
        loc="lower right",
        bbox_to_anchor=(0.995, bottom + 0.005),
        frameon=False,
        fontsize=9,
    )
    return fig


def _outlines_of(run: Run) -> str:
    if run.terms.own:
        return "Outlines: the country's own. "
    return "Outlines: Natural Earth 1:10m, public domain; coarse. "


def luck(run: Run) -> str:
    """How it was decided what luck may have done, for the foot of a figure."""
    weight = int(run.manifest["weight"])
    return (
        f"Grey: within {seed_spread.TIMES:g} standard deviations of what another seed changes at one row for "
        f"{weight:,} household{'s' if weight > 1 else ''} ({seed_spread.basis(run)}; data/seed_spread.csv)."
    )


def leaders(values: pd.Series[float], sd: pd.Series[float]) -> list[str]:
    """Units that may have the largest value: all that luck does not tell from the one that has it here.

    Two are told apart where they differ by more than `seed_spread.TIMES` standard deviations of their difference.
    """
    known = values.dropna().sort_values(ascending=False, kind="stable")
    if known.empty:
        return []
    top = known.index[0]
    apart = seed_spread.TIMES * np.hypot(sd[known.index], float(sd[top]))
    return [str(c) for c in known.index[(known.iloc[0] - known) <= apart]]


def _extremes(panel: Panel) -> dict[str, list[str]]:
    """Provinces that may gain most and those that may lose most; none where luck leaves too many of them."""
    made = {}
    for word, sign in (("gain", 1), ("lose", -1)):
        most = leaders(sign * panel.net, panel.sd)
        sure = [c for c in most if sign * panel.net[c] > 0 and not panel.within[c]]
        made[word] = most if len(most) <= MOST_NAMED and sure == most else []
    return made


def _name_extremes(ax: Axes, run: Run, panel: Panel, outlines: dict[str, list[Ring]]) -> None:
    """Name the provinces that gain and lose most, with a line to the middle of their people."""
    names = run.names("province", panel.borders)
    places = run.world_places
    unit = np.asarray(run.unit_of_place("province", panel.borders)).astype(str)
    points = places[["longitude", "latitude"]].to_numpy(dtype=np.float64)
    land = np.concatenate([points, *(ring for rings in outlines.values() for ring in rings)])
    for code in dict.fromkeys(c for most in _extremes(panel).values() for c in most):
        mine = unit == code
        lon, lat = np.average(points[mine], axis=0, weights=places["residents"].to_numpy()[mine] + 1.0)
        text = f"{plain_name(names[code])} {style.signed(float(panel.net[code]), _digits(panel.sd[code]))}"
        label_apart(ax, text, (float(lon), float(lat)), land, palette.INK)


def _digits(sd: float) -> int:
    return seed_spread.digits(sd, 1)


def finding(run: Run, shown: Sequence[Panel]) -> str:
    """What holds over seeds: how many provinces gain and lose beyond luck, and who leads where that is sure."""
    if not shown or all(p.table["in_persons"].sum() == 0 for p in shown):
        return run.terms.en("Nobody moved from one province to another in this period")
    what = "the reform" if run.reform_step is not None else shown[-1].period[0]
    counted = [
        f"{p.gaining} of {len(p.table)} provinces gain people and {p.losing} lose them, beyond luck"
        for p in shown
    ]
    if len(shown) == 1:
        text = f"{shown[0].period[0]} to {shown[0].period[1]}: {counted[0]}"
    else:
        after = counted[1].replace(" provinces", "").replace(" people", "").removesuffix(", beyond luck")
        text = f"Before {what} {counted[0]}; after it {after}"
    last = shown[-1]
    text = run.terms.en(text)
    names = run.names("province", last.borders)
    for word, most in _extremes(last).items():
        if most:
            named = style.either([plain_name(names[c]) for c in most])
            values = ", ".join(style.signed(float(last.net[c]), _digits(last.sd[c])) for c in most)
            text += f"; {named} {word}{'s' if len(most) == 1 else ''} most ({values})"
    return text

"""Reforms side by side, from the folder that `dicu reform compare --out` wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from dicu_analysis.figures import palette, style
from dicu_analysis.figures.reform_maps import country_map, on_the_map, province_map
from dicu_analysis.language import ENGLISH
from dicu_analysis.load import REAL
from dicu_analysis.reform_names import policy_labels
from dicu_analysis.scalars import as_float
from dicu_analysis.terms import DECLARED, Terms, terms_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PANELS: Final = (
    ("units", "Units", 1.0, 0),
    ("below_standard", "Units below the standard", 1.0, 0),
    ("posts", "Posts, thousand", 1e-3, 0),
    ("commune_minutes", "Way to the commune office, min", 1.0, 1),
    ("commune_over_60_share", "... over an hour, % of people", 100.0, 2),
    ("commune_farther_share", "... farther than before, %", 100.0, 0),
    ("district_minutes", "Way to what districts did, min", 1.0, 1),
    ("district_over_60_share", "... over an hour, % of people", 100.0, 2),
    ("district_nearer_share", "... nearer than before, %", 100.0, 0),
)
"""Column of the summary, title, factor, decimals."""


EXAMPLE: Final = "Điện Biên"
"""The province drawn when none is asked for: 10 districts and 129 communes that became 45 units."""
MOST_PANELS: Final = 4
BINS: Final = 80
"""Bars of a histogram over the whole axis, so that maps that are nearly alike still make a bar that is seen."""


def draw_comparison(
    folder: Path,
    province: str | None = None,
    config: Mapping[str, Any] | None = None,
    country: Mapping[str, Any] | None = None,
) -> list[Path]:
    """Draw every figure of a comparison into its folder; the paths written.

    Parameters
    ----------
    folder
        Of `dicu reform compare --out`.
    province
        Legacy province whose units are drawn; None: `EXAMPLE` where it is.
    config
        The configuration that the policies were applied with; it dates and names them.
    country
        What a manifest says of the country (`dicu.record.local.country_block`); None: that of the package.

    Raises
    ------
    KeyError
        When there is no such province.
    """
    made: list[Path] = []
    given = {} if config is None else config
    terms = terms_of({"country": country}, 0.0)
    names = policy_labels(
        replace(ENGLISH, terms=terms), given.get("reform", {}), given.get("world", {}).get("name", REAL)
    )
    with style.styled():
        made += style.save(
            bars(pd.read_parquet(folder / "summary.parquet"), names, given.get("reform", {}), terms),
            folder,
            "reforms_compared",
        )
        draws = pd.read_parquet(folder / "random_maps.parquet")["objective"].to_numpy(dtype=np.float64)
        if len(draws):
            figure = objectives(pd.read_parquet(folder / "objectives.parquet"), draws, names, terms)
            made += style.save(figure, folder, "objectives")
        made += _maps(folder, province, names, terms)
    return made


def _maps(folder: Path, province: str | None, names: dict[str, str], terms: Terms) -> list[Path]:
    """The maps: of one province, and of the country where the world has outlines and there are two to compare."""
    places, units = (pd.read_parquet(folder / f"{name}.parquet") for name in ("places", "units"))
    policies = list(dict.fromkeys(units["policy"]))
    known = set(places["legacy_province"])
    asked = province if province is not None else EXAMPLE
    made: list[Path] = []
    if asked in known or province is not None:
        shown = policies if len(policies) <= MOST_PANELS else _few(policies)
        made += style.save(province_map(places, units, shown, asked, names, terms), folder, "province")
    if {"none", "actual"} <= set(policies) and not terms.own and on_the_map(places):
        made += style.save(country_map(places, ("none", "actual"), names), folder, "country")
    return made


def _few(policies: list[str]) -> list[str]:
    """The panels of a map when there are more policies than it has room for."""
    first = [p for p in ("none", "actual", "standard", "optimised") if p in policies]
    return (first + [p for p in policies if p not in first])[:MOST_PANELS]


def bars(
    summary: pd.DataFrame, names: dict[str, str], reform: Mapping[str, Any], terms: Terms = DECLARED
) -> Figure:
    """Small multiples: one panel a measure, one bar a policy, the number beside it."""
    n = len(summary)
    standard, waived = reform.get("standard"), reform.get("waive_merged_from")
    by = f"Resolution {standard}" if standard and not terms.own else "the standards"
    merged = f", units merged of {waived} or more included" if waived else ""
    foot = [
        "Every policy is applied to the same residents; nobody has moved yet. Way: one way, with detour and speed by "
        "terrain (assumptions), from where people live to the office that serves them or its nearest desk. What "
        "districts did: their administration, at the district's seat before, at the commune's seat after.",
        f"Below the standard: persons or area under {by}{merged}. Posts of commune and district offices in the model.",
    ]
    fig, (bottom, top) = style.sheet(
        2.6 + 3 * (0.62 + 0.27 * n),
        terms.en(_finding(summary)),
        "Reforms compared, the day after",
        [terms.en(text) for text in foot],
    )
    grid = fig.add_gridspec(
        3, 3, left=0.272, right=0.955, bottom=bottom + 0.015, top=top - 0.045, hspace=0.42, wspace=0.12
    )
    y = np.arange(n)[::-1]
    for k, (column, title, factor, digits) in enumerate(PANELS):
        ax = fig.add_subplot(grid[k // 3, k % 3])
        value = factor * summary[column].to_numpy(dtype=np.float64)
        colours = [
            palette.WITHOUT if p == "none" else palette.WITH_DARK if p == "actual" else palette.WITH_PALE
            for p in summary["policy"]
        ]
        ax.barh(y, value, color=colours, height=0.68)
        high = float(np.nanmax(value)) if np.nanmax(value) > 0 else 1.0
        for at, v in zip(y, value, strict=True):
            ax.annotate(f" {style.number(v, digits)}", (v, at), va="center", ha="left", fontsize=9)
        ax.set_xlim(0, 1.22 * high)
        ax.set_title(terms.en(title), fontsize=10)
        ax.set_yticks(y, [fill(names.get(p, p), 30) for p in summary["policy"]] if k % 3 == 0 else [""] * n)
        ax.grid(visible=False)
        ax.set_xticks([])
        ax.spines["bottom"].set_visible(False)
    return fig


def _finding(summary: pd.DataFrame) -> str:
    rows = summary.set_index("policy")
    if not {"none", "actual"} <= set(rows.index):
        return f"{len(rows)} reforms of the same country"
    none, actual = rows.loc["none"], rows.loc["actual"]
    return (
        f"The actual reform takes the commune office from {style.number(as_float(none['commune_minutes']))} to "
        f"{style.number(as_float(actual['commune_minutes']))} minutes away, and what districts did from "
        f"{style.number(as_float(none['district_minutes']))} to {style.number(as_float(actual['district_minutes']))}"
    )


def objectives(
    table: pd.DataFrame, draws: np.ndarray, names: dict[str, str], terms: Terms = DECLARED
) -> Figure:
    """Random maps as a histogram, every other map as a line with its name."""
    worse = table.set_index("map")["share_of_random_maps_worse"]
    foot = [
        "Objective: mean relative shortfall of persons + of area (over units) + hours of the mean resident's way to "
        "the seat; weights 1 unless configured. All maps have as many units in each province as the actual reform, "
        "but for no reform and the standards' rule.",
        "Random maps: spanning forests on the same neighbour graph, seats where people have the shortest way. "
        "The actual map is shown with its own seats and with the best ones.",
    ]
    title = "Maps of units by the objective"
    if "actual, best seats" in worse.index:
        title = (
            f"{round(len(draws) * float(worse['actual, best seats']))} of {len(draws)} random maps are worse than the "
            "actual one with the same rule for seats"
        )
    fig, (bottom, top) = style.sheet(
        5.4, title, "Objective of every map, smaller is better", [terms.en(text) for text in foot]
    )
    ax = fig.add_axes((0.05, bottom + 0.09, 0.9, top - bottom - 0.13))
    shown = table[table["map"] != "random"].sort_values("objective")
    shown = shown[shown["objective"] <= 2 * float(draws.max())]
    low, high = (
        float(min(shown["objective"].min(), draws.min())),
        float(max(shown["objective"].max(), draws.max())),
    )
    pad = 0.06 * max(high - low, 1e-3)
    bins = np.linspace(low - pad, high + pad, BINS + 1)
    count, _, _ = ax.hist(draws, bins=bins.tolist(), color=palette.FAINT, edgecolor="white")
    most = float(np.max(count))
    ax.annotate(
        f"{len(draws)} random maps",
        (float(np.median(draws)), most),
        xytext=(0, 4),
        textcoords="offset points",
        ha="center",
        fontsize=9,
        color=palette.SOFT,
    )
    for i, row in enumerate(shown.itertuples(index=False)):
        name = names.get(str(row.map), str(row.map).replace("actual", "Actual"))
        height = most * (1.32 - 0.13 * (i % 6))
        shade = palette.WITH_DARK if str(row.map).startswith("actual") else palette.WITH
        colour = palette.WITHOUT if row.map == "none" else shade
        x = as_float(row.objective)
        ax.plot([x, x], [0.0, height], color=colour, linewidth=1.6)
        ax.annotate(
            f" {name} {style.number(x, 3)}",
            (x, height),
            ha="left",
            va="center",
            fontsize=9,
            color=palette.text(colour),
            fontweight="bold",
        )
    ax.set_xlim(low - pad, high + 4 * pad)
    ax.set_ylim(0, 1.45 * most)
    ax.set_xlabel("Objective")
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.grid(visible=False)
    return fig

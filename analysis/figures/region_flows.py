"""Who moved where: flows from region to region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.figures import style
from analysis.flows import flows_between
from analysis.load import Run
from sim.world import facts

if TYPE_CHECKING:
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure


def draw(run: Run) -> Figure:
    """Heat map origin x destination in thousand persons a year; moves inside a region stand apart in grey."""
    from matplotlib.colors import PowerNorm
    from matplotlib.patches import Rectangle

    regions = _in_order(run)
    n = len(regions)
    years = (len(run.labels) - 1) / run.steps_per_year
    table = flows_between(run, "region", internal=True).groupby(["origin", "destination"])["persons"].sum()
    flow = (
        np.array([[table.get((o, d), 0) for d in regions] for o in regions], dtype=np.float64) / years / 1e3
    )
    between = np.where(np.eye(n, dtype=bool), 0.0, flow)
    net = between.sum(axis=0) - between.sum(axis=1)
    unit, scale = ("thousand persons a year", 1.0) if between.max() >= 1 or n < 2 else ("persons a year", 1e3)
    flow, between, net = flow * scale, between * scale, net * scale
    digits = 0 if between.max() >= 100 or scale > 1 else 1

    regions = [facts.REGIONS.get(r, r) for r in regions]
    foot = [
        "Read along a row: where the people of a region went. Grey diagonal: moves within a region, over any "
        "distance, on no colour scale.",
        f"Mean of {run.labels[1]} to {run.labels[-1]}. Regions are those of before the merger, on fixed "
        "places, so a new border is never a move.",
        style.run_line(run),
    ]
    fig, (bottom, top) = style.sheet(
        7.4, _finding(regions, between, net, unit, digits), f"Moves, {unit}", foot
    )
    left = 0.06 + 0.0075 * min(24, max(len(r) for r in regions))
    ax = fig.add_axes((left, bottom + 0.03, 0.955 - left, top - bottom - 0.17))
    ax.grid(False)
    largest = max(between.max(), 1e-12)
    norm = PowerNorm(0.6, 0.0, largest)
    colours = _colours()
    for i in range(n):
        for j in range(n):
            value = flow[i, j]
            face = "#efefef" if i == j else colours(norm(value))
            ax.add_patch(Rectangle((j, i), 1, 1, facecolor=face, edgecolor="white", linewidth=2))
            dark = i != j and norm(value) > 0.55
            ax.text(
                j + 0.5, i + 0.5, style.number(value, digits), ha="center", va="center", fontsize=11.5,
                color="white" if dark else (style.SOFT if i == j else style.INK),
                fontstyle="italic" if i == j else "normal",
            )  # fmt: skip
    for k in range(n):
        ax.text(
            1.11 * n, k + 0.5, style.signed(net[k], digits), ha="center", va="center", fontsize=11.5,
            fontweight="bold", color=style.INK,
        )  # fmt: skip
    ax.annotate(
        "Net\ngain", (1.11 * n, 0), xytext=(0, 6), textcoords="offset points", ha="center", va="bottom",
        fontsize=9.5, fontweight="bold",
    )  # fmt: skip
    ax.set_xlim(0, 1.2 * n)
    ax.set_ylim(n, 0)
    ax.set_xticks(np.arange(n) + 0.5, [_broken(r, 13) for r in regions], fontsize=9.5)
    ax.set_yticks(np.arange(n) + 0.5, [_broken(r, 24) for r in regions], fontsize=9.5)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    corner: dict[str, Any] = {
        "textcoords": "offset points", "ha": "right", "va": "bottom", "fontsize": 9.5, "color": style.SOFT,
    }  # fmt: skip
    ax.annotate("to \u2192", (0, 0), xytext=(-2, 30), **corner)
    ax.annotate("from \u2193", (0, 0), xytext=(-4, 5), **corner)
    return fig


def _in_order(run: Run) -> list[str]:
    """Regions from north to south, as people know them from the map."""
    places = run.world_places
    latitude = places.groupby("region", observed=True)["latitude"].mean()
    return [str(r) for r in latitude.sort_values(ascending=False).index]


def _finding(regions: list[str], between: np.ndarray, net: np.ndarray, unit: str, digits: int) -> str:
    if between.sum() == 0:
        return "Nobody moved from one region to another"
    i, j = np.unravel_index(int(between.argmax()), between.shape)
    most, least = int(net.argmax()), int(net.argmin())
    return (
        f"Largest stream: {regions[i]} to {regions[j]}, {style.number(between[i, j], digits)} {unit}; "
        f"{regions[most]} gains most ({style.signed(net[most], digits)}), "
        f"{regions[least]} loses most ({style.signed(net[least], digits)})"
    )


def _broken(name: str, width: int) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(name, width))


def _colours() -> Colormap:
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    return ListedColormap(colormaps["Blues"](np.linspace(0.04, 0.95, 256)))

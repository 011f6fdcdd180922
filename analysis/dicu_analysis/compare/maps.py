"""Differences by province on maps: one per arm, all on one scale that is fixed for the outcome, not for the runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis.compare.arms import Arm, CannotCompare, differences
from dicu_analysis.compare.charts import Chart
from dicu_analysis.compare.outcomes import Outcome, say
from dicu_analysis.effects import FEWEST
from dicu_analysis.figures import palette, style
from dicu_analysis.figures.province_map import HATCH, Filling, classed, draw_map, matching_outlines
from dicu_analysis.language import Text
from dicu_analysis.load import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EDGES: Final = {
    "urban_share": (0.1, 0.2, 0.5, 1.0),
    "residents": (1e3, 5e3, 2e4, 1e5),
    "move_rate": (0.2, 0.5, 1.0, 2.0),
    "in_rate": (0.2, 0.5, 1.0, 2.0),
    "out_rate": (0.2, 0.5, 1.0, 2.0),
    "net_rate": (0.2, 0.5, 1.0, 2.0),
    "access": (0.005, 0.02, 0.05, 0.1),
}
"""Upper halves of the classes of a difference, by outcome (all of access alike), so that maps of any runs compare."""
STEPS: Final = (0.1, 0.25, 0.5, 1.0)
"""The same for an outcome without classes of its own, as shares of the power of ten above its largest difference."""
MOST_MAPS: Final = 4


def edges_of(what: Outcome, largest: float) -> NDArray[np.float64]:
    """Edges (k,) of the classes, symmetric about 0; only where an outcome has none of its own does the data decide."""
    half: tuple[float, ...] | None = EDGES.get(what.name) or (
        EDGES["access"] if what.name.startswith("access_") else None
    )
    if half is None:
        top = 10.0 ** np.ceil(np.log10(largest)) if largest > 0 else 1.0
        half = tuple(top * s for s in STEPS)
    upper = np.array(half)
    return np.concatenate([-upper[::-1], [0.0], upper])


def map_run(arms: Sequence[Arm]) -> Run | None:
    """A run with a folder of its own, whose places and outlines a map is drawn from; None where all are in sweeps."""
    return next((arm.run for arm in arms if arm.run is not None), None)


def difference_map(arms: Sequence[Arm], name: str, language: str = "en") -> Chart:
    """Paired differences of an outcome from the first arm, by province of the start, at the last common period.

    Provinces whose 95 % interval holds 0 are grey, losses hatched.

    Raises
    ------
    CannotCompare
        When no arm has the folder of a run, or the arms have nothing in common.
    """
    base, others = arms[0], list(arms[1 : 1 + MOST_MAPS])
    run = map_run(arms)
    if run is None:
        raise CannotCompare(
            "map: no arm is a run with a folder of its own; a sweep keeps results, not places"
        )
    what = base.outcome(name, "province")
    parts = []
    for arm in others:
        made = differences(arm, base, name, "province")
        parts.append(made[made["period"] == made["period"].iloc[-1]].assign(arm=arm.label))
    table = pd.concat(parts, ignore_index=True)
    with style.styled():
        figure = _draw(run, table, what, base.label, language)
    columns = ["arm", "period", "unit", "name", "mean", "low", "high", "n"]
    return Chart(f"map_{name}", figure, table[columns])


def _draw(run: Run, table: pd.DataFrame, what: Outcome, base: str, language: str) -> Figure:
    from matplotlib.cm import ScalarMappable
    from matplotlib.patches import Patch

    edges = edges_of(what, float(table["mean"].abs().max()))
    colours, norm = classed(edges, palette.gains(len(edges) + 1))
    outlines = matching_outlines(run)
    period, n = str(table["period"].iloc[0]), int(table["n"].min())
    title = Text(
        f"{what.text.en}: difference from {base}, {period}",
        f"{what.text.vi}: chênh lệch so với {base}, {period}",
    )
    luck = (
        Text(
            "Grey: the 95 % interval of the paired difference holds 0.",
            "Xám: khoảng tin cậy 95 % của chênh lệch chứa 0.",
        )
        if n >= FEWEST
        else Text(
            f"Fewer than {FEWEST} replicates: what luck alone may have made is not marked.",
            f"Dưới {FEWEST} lần lặp: không đánh dấu được phần có thể do ngẫu nhiên.",
        )
    )
    tail = Text(
        f"Replicates: {n}. Provinces of the start. One scale for all maps of this outcome. Simulated, not a forecast.",
        f"{n} lần lặp. Tỉnh theo bản đồ ban đầu. Cùng một thang màu cho mọi bản đồ của chỉ tiêu này. Mô phỏng, không "
        "phải dự báo.",
    )
    notes = [f"{say(luck, language)} {say(tail, language)}"]
    fig, (bottom, top) = style.sheet(7.2, say(title, language), say(what.unit, language), notes)
    arms = list(dict.fromkeys(table["arm"].astype(str)))
    wide = 0.86 / len(arms)
    for k, arm in enumerate(arms):
        mine = table[table["arm"] == arm].set_index("unit")
        within = (mine["low"] <= 0) & (mine["high"] >= 0) if n >= FEWEST else None
        ax = fig.add_axes((0.02 + wide * k, bottom + 0.02, wide * 0.97, top - bottom - 0.07))
        draw_map(ax, run, Filling(mine["mean"], "legacy", colours, norm, within), outlines)
        ax.set_title(arm, loc="left")
    bar = fig.add_axes((0.905, bottom + 0.16, 0.016, top - bottom - 0.3))
    scale = fig.colorbar(
        ScalarMappable(norm, colours), cax=bar, extend="both", ticks=edges, spacing="uniform"
    )
    digits = max(0, -int(np.floor(np.log10(edges[edges > 0].min()) + 1e-9)))
    scale.ax.set_yticklabels([style.signed(float(e), digits) for e in edges])
    scale.outline.set_visible(False)
    less = Text("less (hatched)", "giảm (gạch chéo)")
    unsure = Text("luck alone may do it", "có thể do ngẫu nhiên")
    fig.legend(
        handles=[
            Patch(facecolor=palette.PAPER, edgecolor=palette.SOFT, hatch=HATCH, label=say(less, language)),
            Patch(
                facecolor=palette.WITHIN, edgecolor=palette.SOFT, linewidth=0.4, label=say(unsure, language)
            ),
        ],
        loc="lower right",
        bbox_to_anchor=(0.995, bottom),
        frameon=False,
        fontsize=9,
    )
    return fig

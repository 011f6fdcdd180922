"""Jobs, rents and floor area by class of city, and the urban share by two definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dicu_analysis import seed_spread
from dicu_analysis.cities import GROUPS, WHOLE, by_group, urban_shares
from dicu_analysis.figures import bands, palette, style
from dicu_analysis.figures.names import URBAN_SHARE
from dicu_analysis.language import TERRAINS, Text
from dicu_analysis.load import Run
from dicu_analysis.replicates import over

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINES = dict(zip(GROUPS, palette.CLASSES_OF_CITIES, strict=True))
LINES[WHOLE] = LINES[GROUPS[0]]
NAMES = {
    **dict(zip(GROUPS, ("đô thị đặc biệt", "đô thị loại I", "đô thị khác", "huyện nông thôn"), strict=True)),
    WHOLE: TERRAINS["all"].vi,
}
"""Groups in Vietnamese."""
_PANELS = (
    ("formal_jobs", Text("Formal jobs, start = 100", "Việc làm chính thức, đầu kỳ = 100")),
    ("rent_ratio", Text("Rent of a dwelling, start = 100", "Tiền thuê một căn nhà, đầu kỳ = 100")),
    ("floor_area_m2", Text("Floor area a person, m\u00b2", "Diện tích sàn một người, m\u00b2")),
)


def draw(run: Run) -> Figure:
    """Four panels over time: three by group of districts (another country: all of it), one of the urban share.

    Raises
    ------
    dicu_analysis.figures.style.NothingToDraw
        When the run has no urban areas, or is of a version without this table.
    """
    if not run.has_rows("cities"):
        raise style.NothingToDraw("no urban areas in this run")
    w, own = run.words, run.terms.own
    if own and not run.country["classes"]:
        raise style.NothingToDraw("no standards that give cities a class in this country")
    groups, urban = over(run, by_group), over(run, urban_shares).map(lambda f: 100 * f)
    table, shares = groups.middle, urban.middle
    here = [g for g in LINES if g in table.index.get_level_values("group")]
    last = table.index.get_level_values("step").max()
    named = {g: w.t(g, NAMES[g]) for g in here}
    rents = ", ".join(
        w.t(f"{rise} in {named[g]}", f"{rise} ở {named[g]}")
        for g, rise in (
            (g, style.percent(100 * (_times(table, g) - 1), _digits(run, g), w, sign=True)) for g in here
        )
    )
    ended, began = w.step(run.labels[int(last)]), w.step(run.labels[0])
    title = w.t(
        f"Rents by {ended}, over those of {began}: {rents}",
        f"Tiền thuê nhà vào {ended} so với {began}: {rents}",
    )
    foot = [
        w.t(
            "Cities by the class that standards on residents give them at the start (Resolutions 1210/2016 and "
            "26/2022); urban districts count with their municipality, townships with their rural district; other "
            "cities: II to V.",
            "Đô thị theo loại mà tiêu chuẩn về dân số xếp cho lúc đầu kỳ (Nghị quyết 1210/2016 và 26/2022); quận tính "
            "cùng thành phố trực thuộc trung ương, thị trấn tính cùng huyện; đô thị khác: loại II đến V.",
        ),
        w.t(
            "Rents and dwellings are at constant prices and incomes of the start; floor area of the start is set "
            "(A67). Urban: by places of the start, and by wards and townships of the borders of the day.",
            "Tiền thuê và nhà ở theo giá và thu nhập cố định lúc đầu kỳ; diện tích sàn lúc đầu kỳ là giá trị đặt trước "
            "(A67). Thành thị: theo địa điểm lúc đầu kỳ, và theo phường, thị trấn của địa giới khi đó.",
        ),
        *bands.foot(run),
        style.run_line(run),
    ]
    if own:
        foot[:2] = [
            w.t(
                "All of the country together. Rents and dwellings are at constant prices and incomes of the start; "
                "floor area of the start is set. Urban: by places of the start.",
                "Gộp cả nước. Tiền thuê và nhà ở theo giá và thu nhập cố định lúc đầu kỳ; diện tích sàn lúc đầu kỳ là "
                "giá trị đặt trước. Thành thị: theo địa điểm lúc đầu kỳ.",
            )
        ]
    subtitle = w.t(
        "Districts before the reform, by the class of their city; at the end of each year",
        "Quận, huyện trước khi sắp xếp, theo loại đô thị; cuối mỗi năm",
    )
    subtitle = w.t("At the end of each year", "Cuối mỗi năm") if own else subtitle
    fig, (bottom, top) = style.sheet(8.2, title, run.told(subtitle), foot)
    grid = fig.add_gridspec(
        2, 2, left=0.06, right=0.87, bottom=bottom + 0.07, top=top - 0.05, wspace=0.46, hspace=0.38
    )
    axes = [fig.add_subplot(grid[k // 2, k % 2]) for k in range(4)]
    for ax, (name, label) in zip(axes, _PANELS, strict=False):
        ends = []
        for group in here:
            values = table.xs(group, level="group")[name]
            scale = 100 / values.iloc[0] if name != "floor_area_m2" else 1.0
            here_alone = groups.of(group, "group", scale)
            drawn = here_alone.middle[name]
            at = run.year_at_end(values.index.to_numpy())
            colour, dash = LINES[group]
            bands.fill(ax, at, here_alone, name, colour)
            ax.plot(at, drawn, color=colour, linestyle=dash)
            ends.append((float(at[-1]), float(drawn.iloc[-1]), named[group], colour))
        _finish(ax, run, w.say(label), ends)
    ax, at = axes[3], run.year_at_end(shares.index.to_numpy())
    ends = []
    for name, text, colour, dash in (
        ("fixed", w.t("places of\n the start", "địa điểm\n lúc đầu kỳ"), palette.URBAN, palette.SOLID),
        ("of_the_day", w.t("wards of\n the day", "phường, thị\n trấn khi đó"), palette.URBAN, palette.DASHED),
    )[: 1 if own else 2]:
        bands.fill(ax, at, urban, name, colour)
        ax.plot(at, shares[name], color=colour, linestyle=dash)
        ends.append((float(at[-1]), float(shares[name].iloc[-1]), text, colour))
    _finish(ax, run, w.say(URBAN_SHARE), ends, gap=0.14)
    return fig


def _times(table: pd.DataFrame, group: str) -> float:
    """Rents at the end over those of the first record, as drawn; the column is over those of the simulation's start."""
    ratio = table.xs(group, level="group")["rent_ratio"]
    return float(ratio.iloc[-1] / ratio.iloc[0])


def _digits(run: Run, group: str) -> int:
    return seed_spread.digits_of(f"rent_ratio.{group}.end", run, 0, 100.0)


def _finish(ax: Axes, run: Run, title: str, ends: list[Any], gap: float = 0.075) -> None:
    ax.set_title(title)
    low, high = ax.get_ylim()
    room = max(high - low, 1.0)
    ax.set_ylim(max(0.0, low - 0.12 * room), high + 0.18 * room)
    style.break_axis(ax, run.words)
    times = run.year_at_end(np.array([0, len(run.labels) - 1]))
    style.years(ax, float(times[0]) - 0.15, float(times[1]), 7, w=run.words)
    style.mark_reform(ax, run, label=(at := ax.get_subplotspec()) is not None and at.is_first_row())
    style.label_ends(ax, ends, gap=gap)

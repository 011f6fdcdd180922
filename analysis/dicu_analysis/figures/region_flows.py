"""Who moved where: flows from region to region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis import seed_spread
from dicu_analysis.figures import palette, style
from dicu_analysis.figures.net_migration_map import leaders
from dicu_analysis.flows import region_streams
from dicu_analysis.language import Words
from dicu_analysis.load import Run
from dicu_analysis.scalars import floats

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FULL: Final = 100.0
"""Thousand persons a year at which the scale of colours ends; the same for every run."""
MOST_NAMED: Final = 3


def draw(run: Run) -> Figure:
    """Heat map origin x destination in thousand persons a year; moves inside a region stand apart in grey.

    Raises
    ------
    style.NothingToDraw
        When the country has one region alone.
    """
    from matplotlib.colors import PowerNorm
    from matplotlib.patches import Rectangle

    first = run.comparison_step
    streams = region_streams(run, first)
    regions = list(streams.index)
    n = len(regions)
    if n == 1:
        raise style.NothingToDraw(f"{run.folder}: the country has one region")
    years = (len(run.labels) - first) / run.steps_per_year
    flow = streams.to_numpy() / 1e3
    between = np.where(np.eye(n, dtype=bool), 0.0, flow)
    net = between.sum(axis=0) - between.sum(axis=1)
    w = run.words
    unit, scale, full = w.t("thousand persons a year", "nghìn người mỗi năm"), 1.0, FULL
    if between.max() < 1:
        unit, scale, full = w.t("persons a year", "người mỗi năm"), 1e3, 1e3
    flow, between, net = flow * scale, between * scale, net * scale
    weight = int(run.manifest["weight"])
    sd = seed_spread.of_streams(between / scale * 1e3 * years, weight) / years / 1e3 * scale
    net_sd = _of_nets(run, regions, years) / 1e3 * scale
    digits = seed_spread.digits(float(sd.max()), 0 if between.max() >= 100 or scale > 1 else 1)
    early, late = (w.step(run.labels[k]) for k in (min(first, len(run.labels) - 1), -1))
    period = w.t(f"{early} to {late}", f"{early} đến {late}") if first < len(run.labels) - 1 else late

    regions = [run.terms.region(r, w.code) for r in regions]
    times, basis = w.num(seed_spread.TIMES), seed_spread.basis(run, w)
    foot = [
        w.t(
            "Read along a row: where the people of a region went. Grey diagonal: moves within a region, over any "
            f"distance, on no colour scale. Colours end at {w.num(full)} {unit}, in every run.",
            "Đọc theo hàng: người của một vùng đã đi đâu. Đường chéo xám: di chuyển trong vùng, mọi khoảng cách, không "
            f"theo thang màu. Thang màu dừng ở {w.num(full)} {unit}, ở mọi lần mô phỏng.",
        ),
        w.t(
            f"Mean of {period}. Regions are those of the start, on fixed places, so a new border is never a move. Grey "
            f"net gain: within {times} standard deviations of what another seed changes ({basis.en}).",
            f"Trung bình {period}. Các vùng lúc đầu kỳ, theo địa điểm cố định, nên địa giới mới không làm phát sinh "
            f"lượt di chuyển. Di cư thuần màu xám: không quá {times} độ lệch chuẩn của thay đổi do hạt giống ngẫu "
            f"nhiên (seed) khác ({basis.vi}).",
        ),
        style.run_line(run),
    ]
    fig, (bottom, top) = style.sheet(
        7.4,
        _finding(w, regions, between, net, sd, net_sd, unit, digits),
        w.t(f"Moves, {unit}, mean of {period}", f"Di chuyển, {unit}, trung bình {period}"),
        foot,
    )
    left = 0.06 + 0.0075 * min(24, max(len(r) for r in regions))
    ax = fig.add_axes((left, bottom + 0.03, 0.955 - left, top - bottom - 0.17))
    ax.grid(False)
    norm = PowerNorm(0.6, 0.0, full, clip=True)
    colours = palette.streams()
    for i in range(n):
        for j in range(n):
            value = flow[i, j]
            face = palette.WITHIN if i == j else colours(norm(value))
            ax.add_patch(Rectangle((j, i), 1, 1, facecolor=face, edgecolor="white", linewidth=2))
            ax.text(
                j + 0.5,
                i + 0.5,
                w.num(value, digits),
                ha="center",
                va="center",
                fontsize=11.5,
                color=palette.on(face),
                fontstyle="italic" if i == j else "normal",
            )
    for k in range(n):
        ax.text(
            1.11 * n,
            k + 0.5,
            w.num(net[k], digits, sign=True),
            ha="center",
            va="center",
            fontsize=11.5,
            fontweight="bold" if abs(net[k]) > seed_spread.TIMES * net_sd[k] else "normal",
            color=palette.INK if abs(net[k]) > seed_spread.TIMES * net_sd[k] else palette.SOFT,
        )
    ax.annotate(
        w.t("Net\ngain", "Di cư\nthuần"),
        (1.11 * n, 0),
        xytext=(0, 6),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=9.5,
        fontweight="bold",
    )
    ax.set_xlim(0, 1.2 * n)
    ax.set_ylim(n, 0)
    ax.set_xticks(np.arange(n) + 0.5, [_broken(r, 13) for r in regions], fontsize=9.5)
    ax.set_yticks(np.arange(n) + 0.5, [_broken(r, 24) for r in regions], fontsize=9.5)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    corner: dict[str, Any] = {
        "textcoords": "offset points",
        "ha": "right",
        "va": "bottom",
        "fontsize": 9.5,
        "color": palette.SOFT,
    }
    ax.annotate(w.t("to \u2192", "đến \u2192"), (0, 0), xytext=(-2, 30), **corner)
    ax.annotate(w.t("from \u2193", "từ \u2193"), (0, 0), xytext=(-4, 5), **corner)
    return fig


def _of_nets(run: Run, regions: list[str], years: float) -> NDArray[np.float64]:
    """Standard deviation over seeds of the net gain of each region, persons a year."""
    places = run.world_places
    people = places.groupby(places["region"].astype(str), observed=True)["residents"].sum()
    residents = people.reindex(regions).to_numpy(dtype=np.float64)
    weight = int(run.manifest["weight"])
    rate = seed_spread.of_rates(residents, weight, years, level="region")
    return floats(np.nan_to_num(rate * residents / 1e3))


def _finding(
    w: Words,
    regions: list[str],
    between: NDArray[np.float64],
    net: NDArray[np.float64],
    sd: NDArray[np.float64],
    net_sd: NDArray[np.float64],
    unit: str,
    digits: int,
) -> str:
    """The largest stream and the regions that gain and lose most, where luck leaves no more than a few of them."""
    if between.sum() == 0:
        return w.t(
            "Nobody moved from one region to another in this period",
            "Không ai chuyển từ vùng này sang vùng khác trong giai đoạn này",
        )
    n = len(regions)
    to = w.t("to", "đến")
    streams = pd.Series(
        {f"{regions[i]} {to} {regions[j]}": between[i, j] for i in range(n) for j in range(n) if i != j}
    )
    spread = pd.Series(
        [sd[i, j] for i in range(n) for j in range(n) if i != j], index=streams.index, dtype=np.float64
    )
    largest = leaders(streams, spread)
    told = []
    if len(largest) <= MOST_NAMED:
        numbers, named = ", ".join(w.num(streams[name], digits) for name in largest), style.either(largest, w)
        told.append(
            w.t(f"Largest stream: {named}, {numbers} {unit}", f"Dòng lớn nhất: {named}, {numbers} {unit}")
        )
    gains, error = pd.Series(net, index=regions), pd.Series(net_sd, index=regions)
    for word, sign in (("gain", 1), ("lose", -1)):
        most = leaders(sign * gains, error)
        if len(most) <= MOST_NAMED and all(sign * gains[m] > seed_spread.TIMES * error[m] for m in most):
            values, named = ", ".join(w.num(gains[m], digits, sign=True) for m in most), style.either(most, w)
            told.append(
                w.t(
                    f"{named} {word}{'s' if len(most) == 1 else ''} most ({values})",
                    f"{named} {'tăng' if word == 'gain' else 'giảm'} nhiều nhất ({values})",
                )
            )
    moved = f"{w.num(between.sum(), digits)} {unit}"
    return "; ".join(told) or w.t(
        f"{moved} moved from one region to another", f"{moved} chuyển từ vùng này sang vùng khác"
    )


def _broken(name: str, width: int) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(name, width))

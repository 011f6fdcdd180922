"""Pictures of H1: effects side by side, and which rural districts hang on which city."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from dicu.world.world import World
from dicu_analysis.experiments import pictures, stored
from dicu_analysis.experiments.assemble import Facts
from dicu_analysis.experiments.h1.estimands import RATE
from dicu_analysis.experiments.h1.panel import RURAL, Bools, Districts, Floats, Panel
from dicu_analysis.experiments.h1.treatment import Treatment
from dicu_analysis.experiments.h1.words import named, sure
from dicu_analysis.experiments.result import Estimate, Figure
from dicu_analysis.figures.palette import FAINT, INK, PAPER, SOFT
from dicu_analysis.figures.style import sheet, styled

RATES: Final = ("struggling", "others", "growth, same districts", "crossed", "loss, same districts")
SHARES: Final = ("struggling, % of base", "others, % of base", "difference, % of base")
CITIES: Final = 6
"""Areas that get a colour of their own."""
COLOURS: Final = ("#6b0e3b", "#0072b2", "#667400", "#b34700", "#0b7a8c", "#2626b0")
MARKS: Final = ("o", "s", "^", "D", "v", "P")
SMALLEST, LARGEST = 4.0, 60.0
"""Area of a mark, points squared, of the least and of the largest rural population."""


def effects(
    folder: Path,
    found: Sequence[Estimate],
    cuts: Sequence[Estimate],
    facts: Facts,
    replicates: int,
    given: Treatment,
) -> Figure:
    """Rates, shares of the base, and shares with each mechanism cut, with intervals."""
    a = named(found, "struggling")
    w = facts.words
    title = {
        1: w.t(
            "Fast urban growth draws people out of struggling rural districts",
            "Đô thị tăng trưởng nhanh hút người khỏi các huyện nông thôn khó khăn",
        ),
        -1: w.t(
            "Fast urban growth keeps people in struggling rural districts",
            "Đô thị tăng trưởng nhanh giữ người ở lại các huyện nông thôn khó khăn",
        ),
        0: w.t(
            "What fast urban growth does to leaving struggling rural districts is not told apart from nothing",
            "Tác động của đô thị tăng trưởng nhanh đến việc rời các huyện nông thôn khó khăn chưa phân biệt được với "
            "không",
        ),
    }[sure(a)]
    panels: list[tuple[str, Sequence[Estimate], float | None]] = [
        (w.t(f"more {RATE}", f"thêm, {stored.said(w, RATE)}"), [named(found, n) for n in RATES], None),
        (stored.said(w, "% of the rate without growth"), [named(found, n) for n in SHARES], None),
    ]
    if cuts:
        panels.append((stored.said(w, "struggling, % of the base rate"), cuts, None))
    return pictures.effects(
        folder,
        "h1",
        title,
        w.t(
            f"Formal jobs of all urban districts +{given.points} points a quarter for {given.years} years against "
            f"none; loss: farm income -{given.lost} % in a random half of the districts; crossed: what growth does "
            "with the loss less what it does without.",
            f"Việc làm chính thức ở mọi huyện đô thị tăng thêm {w.signs(given.points)} điểm phần trăm mỗi quý trong "
            f"{w.signs(given.years)} năm, so với không; giảm thu nhập: thu nhập nông nghiệp giảm "
            f"{w.signs(given.lost)}% ở một nửa số huyện chọn ngẫu nhiên; tương tác: tác động của tăng trưởng khi thu "
            "nhập giảm trừ khi không giảm.",
        ),
        panels,
        facts,
        replicates,
    )


def looked_to(
    folder: Path,
    world: World,
    districts: Districts,
    shares: Floats,
    base: Panel,
    weak: Bools,
    facts: Facts,
) -> Figure:
    """A map: the commuting area to which most rural movers of each district go, by seat; struggling ones ringed."""
    rural = base[RURAL][:, 0].mean(axis=0)
    there = (rural > 0) & (shares.sum(axis=1) > 0)
    first = shares.argmax(axis=1)
    people = np.bincount(first[there], rural[there], len(districts.area_name))
    top = [int(a) for a in np.argsort(-people, kind="stable")[:CITIES] if people[a] > 0]
    size = SMALLEST + (LARGEST - SMALLEST) * rural / rural.max()
    w = facts.words
    title = w.t(
        "Which city the rural movers of a district look to most",
        "Người nông thôn của mỗi huyện hướng đến thành phố nào nhiều nhất",
    )
    with styled():
        fig, (bottom, height) = sheet(
            9.0, title,
            w.t(
                "Each mark is a district with rural residents, at its seat, as large as they are many; colour and "
                "shape: the commuting area to which most of its movers to towns go, other than its own. Ringed: "
                "struggling.",
                "Mỗi dấu là một huyện có dân nông thôn, đặt tại huyện lỵ, càng lớn càng đông dân; màu và hình: khu vực "
                "đi lại làm việc mà phần lớn người chuyển ra đô thị của huyện đến, trừ khu vực của chính huyện. Khoanh "
                "tròn: huyện khó khăn.",
            ),
            pictures.foot(facts, base[RURAL].shape[0], bars=False), pictures.line(w),
        )  # fmt: skip
        ax = fig.add_axes((0.05, bottom + 0.02, 0.62, height - bottom - 0.06))
        lon, lat = districts.seat[:, 0], districts.seat[:, 1]
        if facts.world == "viet_nam":
            pictures.outlines(ax, world)
        other = there & ~np.isin(first, top)
        ax.scatter(
            lon[other], lat[other], size[other], marker="X", color=FAINT, edgecolor=SOFT, linewidth=0.4
        )
        ring = there & weak
        ax.scatter(lon[ring], lat[ring], size[ring] + 26, facecolor="none", edgecolor=INK, linewidth=0.7)
        lines = []
        for a, colour, mark in zip(top, COLOURS, MARKS, strict=False):
            mine = there & (first == a)
            ax.scatter(lon[mine], lat[mine], size[mine], marker=mark, color=colour, linewidth=0)
            share = pictures.share(w, rural[mine].sum() / rural[there].sum())
            of = w.t(f"{share} of rural residents", f"{share} dân nông thôn")
            lines.append((_name(districts, world, a), of, colour, mark))
        pictures.as_map(ax, lat)
        key = pictures.room_for_key(fig, (0.70, bottom + 0.30, 0.28, 0.40))
        rest = float(rural[other].sum() / rural[there].sum())
        lines.append((w.t("another area", "khu vực khác"), pictures.share(w, rest), FAINT, "X"))
        for k, (name, text, colour, mark) in enumerate(lines):
            y = 0.95 - 0.13 * k
            key.scatter([0.05], [y], 60, marker=mark, color=colour, edgecolor=SOFT, linewidth=0.4)
            key.text(0.13, y, f"{name}:\n{text}", va="center", fontsize=8)
        key.scatter([0.05], [0.95 - 0.13 * len(lines)], 90, facecolor=PAPER, edgecolor=INK, linewidth=0.7)
        key.text(0.13, 0.95 - 0.13 * len(lines), stored.said(w, "struggling"), va="center", fontsize=9)
    alt = f"{title}: " + "; ".join(f"{name} {text}" for name, text, _, _ in lines)
    return pictures.finish(fig, folder, "h1_exposure", title, alt, w)


def _name(districts: Districts, world: World, area: int) -> str:
    """An area by its central district and the province of that, which readers know."""
    centre = districts.area_name[area]
    of = np.flatnonzero((districts.area == area) & (np.array(districts.name) == centre))
    province = str(world.legacy_provinces.name[districts.province[of[0]]])
    return centre if centre == province else f"{centre} ({province})"


__all__ = ["effects", "looked_to"]

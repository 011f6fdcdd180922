"""Pictures of H6: where communes empty, and what changes it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from dicu.world.world import World
from dicu_analysis.experiments import pictures, stored
from dicu_analysis.experiments.assemble import Facts
from dicu_analysis.experiments.h6.typology import CLASSES, SURE, Communes, Floats, Ints
from dicu_analysis.experiments.result import Estimate, Figure
from dicu_analysis.figures.palette import BETTER, SOFT, WITHIN, WORSE, WORSE_PALE
from dicu_analysis.figures.style import sheet, styled

COLOURS: Final = (WORSE, WORSE_PALE, WITHIN, BETTER)
MARKS: Final = ("v", "o", "s", "^")
SMALLEST, LARGEST = 3.0, 34.0
"""Area of a mark, points squared, of the least and of the largest commune."""
PER_CENT: Final = 100.0


def where(
    folder: Path,
    world: World,
    communes: Communes,
    which: Ints,
    sure: Floats,
    people: Floats,
    facts: Facts,
    replicates: int,
) -> Figure:
    """A map of rural communes by class; filled where the class is sure, hollow where it is not."""
    rural = communes.rural
    size = SMALLEST + (LARGEST - SMALLEST) * np.sqrt(people / max(people[rural].max(initial=1.0), 1.0))
    w = facts.words
    title = w.t(
        "Which rural communes empty, age, hold and grow in ten years without a reform",
        "Xã nông thôn nào vơi dần dân, già hóa, giữ được dân và tăng dân trong mười năm khi không sắp xếp",
    )
    with styled():
        fig, (bottom, top) = sheet(
            9.0, title,
            w.t(
                f"Each mark is a rural commune of today. Filled: the same class in at least {SURE:.0%} of the runs "
                "that it was tried in; hollow: not sure.",
                f"Mỗi dấu là một xã nông thôn hiện nay. Tô kín: cùng loại ở ít nhất {SURE:.0%} số lần thử; rỗng: chưa "
                "chắc chắn.",
            ),
            pictures.foot(facts, replicates, bars=False), pictures.line(w),
        )  # fmt: skip
        ax = fig.add_axes((0.05, bottom + 0.02, 0.62, top - bottom - 0.06))
        if facts.world == "viet_nam":
            pictures.outlines(ax, world)
        lines = []
        for k in (2, 3, 1, 0):
            for told in (False, True):
                mine = rural & (which == k) & ((sure >= SURE) == told)
                ax.scatter(
                    communes.longitude[mine], communes.latitude[mine], size[mine], marker=MARKS[k],
                    facecolor=COLOURS[k] if told else "none", edgecolor=COLOURS[k], linewidth=0.5,
                )  # fmt: skip
        for k, name in enumerate(CLASSES):
            mine = rural & (which == k)
            total = max(people[rural].sum(), 1.0)
            certain = people[mine & (sure >= SURE)].sum() / total
            part, surely = (pictures.share(w, x) for x in (people[mine].sum() / total, certain))
            lines.append(
                w.t(
                    f"{name}: {part} of rural people\n({surely} surely)",
                    f"{stored.said(w, name)}: {part} dân nông thôn\n({surely} chắc chắn)",
                )
            )
        pictures.as_map(ax, communes.latitude[rural])
        key = pictures.room_for_key(fig, (0.68, bottom + 0.30, 0.30, 0.40))
        for k, text in enumerate(lines):
            y = 0.9 - 0.22 * k
            key.scatter([0.05], [y], 60, marker=MARKS[k], color=COLOURS[k], edgecolor=SOFT, linewidth=0.4)
            key.text(0.13, y, text, va="center", fontsize=9)
    alt = f"{title}: " + "; ".join(text.replace("\n", " ") for text in lines)
    return pictures.finish(fig, folder, "h6_where", title, alt, w)


def responses(folder: Path, found: Sequence[Estimate], facts: Facts, replicates: int) -> Figure:
    """What each policy and programme changes for the communes that empty."""

    def of(what: str) -> list[Estimate]:
        return [
            e.model_copy(update={"name": e.name.removesuffix(f": {what}")})
            for e in found
            if e.name.endswith(f": {what}")
        ]

    w = facts.words
    return pictures.effects(
        folder,
        "h6",
        w.t(
            "What policies and programmes change for the communes that empty",
            "Các chính sách và chương trình thay đổi gì ở các xã vơi dần dân",
        ),
        w.t(
            "Policies against no reform; satellite desks, social housing and industrial zones against the reform that "
            "they are added to. Left: residents after ten years. Right: mean access over five services.",
            "Chính sách so với không sắp xếp; điểm phục vụ vệ tinh, nhà ở xã hội và khu công nghiệp so với đợt sắp xếp "
            "mà chúng được thêm vào. Trái: số dân sau mười năm. Phải: mức tiếp cận trung bình của năm dịch vụ.",
        ),
        [
            (stored.said(w, "thousand residents"), of("residents"), None),
            (stored.said(w, "points of access"), of("access"), None),
        ],
        facts,
        replicates,
    )


__all__ = ["responses", "where"]

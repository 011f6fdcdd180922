"""Figures of responses over two factors: a number in every cell, so that no colour has to be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dicu_analysis.experiments.assemble import Facts
from dicu_analysis.experiments.h1_parts import PER_CENT, Surface
from dicu_analysis.experiments.pictures import finish, foot
from dicu_analysis.experiments.result import Figure
from dicu_analysis.figures.palette import INK
from dicu_analysis.figures.style import sheet, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def cells(
    ax: Axes,
    values: NDArray[np.float64],
    texts: Sequence[Sequence[str]],
    limits: tuple[float, float],
    colours: str,
) -> None:
    """A shaded cell for each of values (rows, columns), the first row at the bottom, with its text."""
    ax.imshow(values, origin="lower", aspect="auto", cmap=colours, vmin=limits[0], vmax=limits[1], alpha=0.45)
    for j, row in enumerate(texts):
        for k, text in enumerate(row):
            ax.text(k, j, text, ha="center", va="center", fontsize=8, color=INK)
    ax.grid(visible=False)


def surface(folder: Path, s: Surface, facts: Facts) -> Figure:
    """H1: the rate over both shocks, and the interaction of each cell in log points and in points a year."""
    rate = s.rate.mean(axis=2) * PER_CENT
    title = "Rural people who move to towns, over sizes of urban growth and of rural distress"
    n = s.rate.shape[2]
    with styled():
        fig, (bottom, top) = sheet(
            4.9,
            title,
            "Left: % of rural residents a year, years 3-10. Middle and right: what a cell has beyond the "
            "sum of its two margins, ± Monte Carlo error; in points a year this is partly arithmetic.",
            foot(facts, n, bars=False),
        )
        panels = (
            ("rate, % a year", rate, [[f"{x:.3f}" for x in row] for row in rate], 0),
            ("interaction, log points x 100", *_crossed(s.log_interaction * PER_CENT), 1),
            ("interaction, points a year", *_crossed(s.additive * PER_CENT), 1),
        )
        for k, (name, values, texts, first) in enumerate(panels):
            ax = fig.add_axes((0.06 + k * 0.325, bottom + 0.13, 0.275, top - bottom - 0.22))
            most = float(np.abs(values).max()) or 1.0
            limits = (-most, most) if first else (float(values.min()), float(values.max()) or 1.0)
            cells(ax, values, texts, limits, "PuOr" if first else "Blues")
            growth, loss = s.growth[first:], s.loss[first:]
            ax.set_xticks(range(len(growth)), [f"{u:+.3g}" if u else "0" for u in growth], fontsize=8)
            ax.set_yticks(range(len(loss)), [f"{-r:.3g} %" if r else "0" for r in loss], fontsize=8)
            ax.set_xlabel("urban jobs, points a quarter", fontsize=8.5)
            ax.set_title(name, fontsize=9.5)
            if k == 0:
                ax.set_ylabel("farm income, 12 quarters", fontsize=8.5)
    rows = "; ".join(
        f"farm income {-r if r else 0:g} %: {', '.join(f'{x:.3f}' for x in line)}"
        for r, line in zip(s.loss, rate, strict=True)
    )
    alt = f"{title}. Rate in % a year, from usual to fastest urban growth: {rows}."
    return finish(fig, folder, "h1_grid", title, alt)


def _crossed(x: NDArray[np.float64]) -> tuple[NDArray[np.float64], list[list[str]]]:
    """Means over replicates, and mean ± Monte Carlo error as text."""
    mean, error = x.mean(axis=2), x.std(axis=2, ddof=1) / np.sqrt(x.shape[2])
    digits = max(1, 1 - int(np.floor(np.log10(float(np.abs(mean).max()) or 1.0))))
    texts = [
        [f"{m:+.{digits}f}\n±{e:.{digits}f}" for m, e in zip(*line, strict=True)]
        for line in zip(mean, error, strict=True)
    ]
    return mean, texts


__all__ = ["cells", "surface"]

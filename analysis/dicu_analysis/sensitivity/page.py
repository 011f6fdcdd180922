"""The page on a sweep's sensitivity, with a picture and a table."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from dicu_analysis import markdown
from dicu_analysis.sensitivity.boxes import Box
from dicu_analysis.sensitivity.design import Design
from dicu_analysis.sensitivity.indices import COLUMNS, LEADING, METHOD

PAGE, TABLE, PICTURE = "sensitivity.md", "sensitivity.csv", "sensitivity.png"
ENOUGH: Final = 0.1
"""Half of an interval of a total index from which on it is called wide."""


def write(design: Design, found: pd.DataFrame, box: Box | None, asked_box: bool, folder: Path) -> Path:
    """Write page, table and picture; returns the page."""
    folder.mkdir(parents=True, exist_ok=True)
    found.to_csv(folder / TABLE, index=False, float_format="%.6g")
    _draw(design, found, folder / PICTURE)
    lines = [
        f"# What {design.outcome} hangs on", "",
        f"{METHOD[design.kind]}, {len(design.y):,} points, {len(design.keys)} parameters; mean {design.y.mean():.6g}, "
        f"standard deviation over the points {design.y.std(ddof=1):.4g}.{_luck(design)}", "",
        f"![{design.outcome}]({PICTURE})", "",
        *_table(design, found), *_remarks(design, found),
    ]  # fmt: skip
    if asked_box:
        lines += _box(box)
    (folder / PAGE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / PAGE


def _luck(design: Design) -> str:
    if not np.isfinite(design.luck):
        return " One replicate each: what luck adds counts as interaction."
    return f" Luck is {100 * design.luck**2 / design.y.var(ddof=1):.0f} % of the variance over points."


def _table(design: Design, found: pd.DataFrame) -> list[str]:
    columns = COLUMNS[design.kind]
    lines = [
        f"| parameter | {' | '.join(columns.values())} | direction | |",
        "|---|" + "---:|" * (len(columns) + 1) + "---|",
    ]
    for _, row in found.iterrows():
        cells = []
        for name in columns:
            half = row.get(f"{name}_conf", np.nan)
            cells.append(f"{row[name]:.3g}" + (f" ± {half:.2g}" if np.isfinite(half) else ""))
        told = "" if row["matters"] else "not told from 0"
        lines.append(f"| `{row['key']}` | {' | '.join(cells)} | {row['direction']:+.2f} | {told} |")
    return [*lines, ""]


def _remarks(design: Design, found: pd.DataFrame) -> list[str]:
    lines = []
    if design.kind == "saltelli":
        share = float(found["S1"].sum())
        lines.append(
            f"First-order effects add up to {100 * share:.0f} % of the variance; the rest is interaction"
            + ("." if np.isfinite(design.luck) else ", luck included.")
        )
        if (found["ST_conf"] > ENOUGH).any():
            lines.append("Intervals wider than .1 either way: double sweep.sample.n.")
    elif design.kind == "morris":
        lines.append(
            "Morris screens: effects per whole range, measured over steps of two thirds of it, in the outcome's unit; "
            "a spread as large as the mean says that an effect hangs on the other parameters or bends. It gives no "
            "shares of variance."
        )
    else:
        lines.append(
            "The points are neither Saltelli's nor Morris's design, so total indices (with interactions) cannot be "
            "told: what is missing to 100 % is interaction, luck and error."
        )
    return [" ".join(lines), ""]


def _box(box: Box | None) -> list[str]:
    if box is None:
        return ["## Box", "", "No restriction of any parameter is better than chance.", ""]
    where = "above" if box.above else "below"
    lines = [
        "## Box", "",
        f"Points {where} {box.bound:.6g}: a box with {box.inside} of {box.of} points holds {100 * box.coverage:.0f} % "
        f"of them (coverage), and {100 * box.density:.0f} % of what is in it is {where} the bound (density).", "",
    ]  # fmt: skip
    lines += markdown.table(
        ("parameter", "from", "to", "by chance"),
        (
            (f"`{key}`", f"{low:.4g}", f"{high:.4g}", f"{box.chance[key]:.2g}")
            for key, (low, high) in box.limits.items()
        ),
        "lrrr",
    )
    return [*lines, ""]


def _draw(design: Design, found: pd.DataFrame, path: Path) -> None:
    lead = LEADING[design.kind]
    figure, axis = plt.subplots(figsize=(6.5, 0.6 + 0.3 * len(found)))
    at = np.arange(len(found))[::-1]
    columns = [c for c in COLUMNS[design.kind] if f"{c}_conf" in found]
    for shift, (name, colour) in enumerate(zip(columns, ("#1f4e79", "#b0562d"), strict=False)):
        axis.errorbar(
            found[name], at - 0.15 * shift, xerr=found[f"{name}_conf"], fmt="o", markersize=4, linewidth=1,
            color=colour, label=COLUMNS[design.kind][name],
        )  # fmt: skip
    axis.axvline(0, color="0.6", linewidth=0.8)
    axis.set_yticks(at, found["key"], fontsize=7)
    axis.set_xlabel(COLUMNS[design.kind][lead], fontsize=8)
    axis.legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(path, dpi=130)
    plt.close(figure)


__all__ = ["PAGE", "PICTURE", "TABLE", "write"]

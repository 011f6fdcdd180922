"""A run, or several with other luck or parameters, scored on a table of figures: tables, a page, and a picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis import markdown
from dicu_analysis.load import Run
from dicu_analysis.markdown import number
from dicu_analysis.targets.areas import UnknownArea
from dicu_analysis.targets.catalogue import CATALOGUE
from dicu_analysis.targets.measure import Measured, NotInRun, measure
from dicu_analysis.targets.table import BadFigures, Figure
from dicu_analysis.validation.rivals import RIVALS, Rivals
from dicu_analysis.validation.scores import LEAST, MODEL, best, scored

Floats = NDArray[np.float64]
PREDICTED, SCORES, PAGE, PICTURE = "predicted.csv", "scores.csv", "validation.md", "validation.png"
IN_SAMPLE: Final = "in sample"
"""Said of figures with the role ``fit``: the defaults were fitted to them."""
WIDE: Final = 20.0
"""Largest over smallest from which on a picture's axes are logarithmic."""
NAMED: Final = 8
"""Provinces that a picture names: those farthest off."""


@dataclass(frozen=True)
class Validation:
    """What came of it: a row a figure, a row a kind and method, and figures that could not be measured, with why."""

    predicted: pd.DataFrame
    scores: pd.DataFrame
    left: list[tuple[Figure, str]]


def validate(runs: Sequence[Run], figures: Sequence[Figure], source: str) -> Validation:
    """Measure every figure in every run and by every rival.

    Parameters
    ----------
    runs : sequence of Run
        Of one country; several are an ensemble over luck or parameters.
    source : str
        The table's path, for messages.

    Raises
    ------
    BadFigures
        For areas that the runs' country does not have, each with its line.
    """
    measured = [Measured(run) for run in runs]
    wrong = []
    for f in figures:
        try:
            measured[0].areas.pair(f.area, f.last) if CATALOGUE[f.figure].pair else measured[0].areas.find(
                f.area, f.last
            )
        except UnknownArea as error:
            wrong.append(f"{source}:{f.line}: column area: {error}")
    if wrong:
        raise BadFigures(wrong)
    rivals = Rivals(measured[0]) if runs[0].is_real else None
    rows: list[dict[str, object]] = []
    ensemble: dict[int, Floats] = {}
    left: list[tuple[Figure, str]] = []
    for f in figures:
        try:
            values = np.array([measure(m, f) for m in measured], dtype=np.float64)
        except NotInRun as error:
            left.append((f, str(error)))
            continue
        ensemble[len(rows)] = values
        low, high = np.percentile(values, [10.0, 90.0])
        said = {} if rivals is None else {**rivals.predict(f), **rivals.from_count(f, measured)}
        fitted = [MODEL] if f.role == "fit" else []
        fitted += [] if rivals is None else sorted(rivals.in_sample(f) & set(said))
        rows.append(
            {
                "group": group_of(measured[0], f), "figure": f.figure, "unit": f.unit, "area": f.area, "from": f.since,
                "to": f.until, "role": f.role, "source": f.source, "in_sample": ";".join(fitted),
                "observed": f.value, MODEL: values.mean(),
                "low": low, "high": high, **{name: said.get(name, np.nan) for name in RIVALS},
            }
        )  # fmt: skip
    predicted = pd.DataFrame(rows)
    scores = scored(predicted, ensemble) if len(rows) else pd.DataFrame()
    return Validation(predicted, scores, left)


def group_of(measured: Measured, f: Figure) -> str:
    """Figures that are scored together: of a kind, a period, a level of areas, and a role."""
    pair = CATALOGUE[f.figure].pair
    areas = measured.areas
    level = f"{areas.pair(f.area, f.last)[0].level}s" if pair else areas.find(f.area, f.last).level
    when = f.since if f.until == f.since else f"{f.since} to {f.until}"
    told = IN_SAMPLE if f.role == "fit" else f.role
    return f"{f.figure}, {level}, {when}, {f.unit} ({told})"


NO_RIVAL: Final = "no rival"
COLUMNS: Final = {
    "n": "n", "rmse": "RMSE", "model_rmse": "model's on the same", "bias": "bias", "r": "r", "rank": "rank",
    "sign": "sign", "slope": "slope", "crps": "CRPS", "log_rmse": "RMSE of logs",
}  # fmt: skip


def summary(scores: pd.DataFrame) -> list[str]:
    """A table of who is nearest on each kind of figure, by error, by correlation and by CRPS."""
    if scores.empty:
        return []
    rows = []
    for group, part in scores.groupby("group", sort=False):
        model = part[part["method"] == MODEL].iloc[0]
        names = [", ".join(part.loc[best(part, c), "method"]) for c in ("rmse", "r", "crps")]
        able = part.loc[best(part, "rmse"), "rmse"]
        near = f"{model['rmse'] / able.min():.2f}" if len(able) and able.min() > 0 else ""
        if len(part) == 1:
            names, near = [NO_RIVAL, "", ""], ""
        rows.append((str(group), str(int(model["n"])), names[0], near, names[1], names[2]))
    return [
        *markdown.table(("figures", "n", "nearest (RMSE)", "model / nearest", "r", "CRPS"), rows, "lrlrll"),
        "",
    ]


def score_tables(scores: pd.DataFrame) -> list[str]:
    """A heading and a table of every method for each kind of figure."""
    lines: list[str] = []
    for group, part in scores.groupby("group", sort=False) if len(scores) else ():
        winner = ", ".join(part.loc[part["wins"], "method"])
        nearest = f"Nearest: **{winner}**." if len(part) > 1 else f"{NO_RIVAL.capitalize()} speaks of it."
        lines += [f"## {group}", "", nearest, ""]
        rows = []
        firsts = {c: best(part, c) for c in COLUMNS if c not in ("n", "model_rmse")}
        for k, (_, row) in enumerate(part.iterrows()):
            told = f"{row['method']} ({IN_SAMPLE})" if row["in_sample"] else str(row["method"])
            cells = [number(float(row[c])) for c in COLUMNS]
            bold = [c in firsts and bool(firsts[c][k]) and len(part) > 1 for c in COLUMNS]
            cells = [f"**{text}**" if b and text else text for text, b in zip(cells, bold, strict=True)]
            rows.append((told, *cells))
        lines += [*markdown.table(("method", *COLUMNS.values()), rows, "l" + "r" * len(COLUMNS)), ""]
    return lines


def write(v: Validation, runs: Sequence[Run], source: str, folder: Path) -> Path:
    """Write both tables, the page and the picture; returns the page."""
    folder.mkdir(parents=True, exist_ok=True)
    v.predicted.to_csv(folder / PREDICTED, index=False, float_format="%.6g")
    v.scores.to_csv(folder / SCORES, index=False, float_format="%.6g")
    lines = [
        "# Validation",
        "",
        f"{len(runs)} run(s) of `{runs[0].manifest['name']}`, weight {runs[0].config['population']['weight']:,}, "
        f"{runs[0].labels[0]} to {runs[0].labels[-1]}, on {len(v.predicted):,} figures of `{source}`. Figures that "
        f"say *{IN_SAMPLE}* were fitted, so they are no test. Model: mean of the runs. The nearest has the smallest "
        "root mean square error of the methods that speak of all figures of its kind; CRPS is the mean absolute error "
        "where a method gives one number. Bold is best of its column. A method marked (in sample) was fitted on the "
        "figure's own years; it is compared only where the model was too.",
        "",
    ]
    lines += summary(v.scores)
    if (folder / PICTURE).exists():
        (folder / PICTURE).unlink()
    if draw(v, folder / PICTURE, runs[0]):
        lines += [f"![Predicted against observed]({PICTURE})", ""]
    lines += score_tables(v.scores)
    if v.left:
        lines += ["## Not measured", ""]
        reasons: dict[str, int] = {}
        for f, why in v.left:
            reasons[f"{f.figure}: {why}"] = reasons.get(f"{f.figure}: {why}", 0) + 1
        lines += [f"- {count} x {why}" for why, count in reasons.items()] + [""]
    (folder / PAGE).write_text("\n".join(lines), encoding="utf-8")
    told = {"runs": [run.manifest["run_id"] for run in runs], "figures": source}
    (folder / "validation.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return folder / PAGE


def draw(v: Validation, path: Path, run: Run) -> bool:
    """Predicted against observed, a panel a kind of figure that has several; the areas farthest off are named."""
    if v.predicted.empty:
        return False
    groups = [(g, p) for g, p in v.predicted.groupby("group", sort=False) if len(p) >= LEAST]
    if not groups:
        return False
    wide = min(3, len(groups))
    rows = -(-len(groups) // wide)
    names = run.names("province", "legacy")
    figure, axes = plt.subplots(rows, wide, figsize=(4.6 * wide, 4.4 * rows), squeeze=False)
    for axis in axes.flat[len(groups) :]:
        axis.set_visible(False)
    for axis, (group, part) in zip(axes.flat, groups, strict=False):
        observed, model = part["observed"].to_numpy(np.float64), part[MODEL].to_numpy(np.float64)
        spread = [np.maximum(model - part["low"], 0.0), np.maximum(part["high"] - model, 0.0)]
        axis.errorbar(observed, model, yerr=spread, fmt="o", markersize=3, linewidth=0.7, color="#1f4e79")
        ends = [min(observed.min(), model.min()), max(observed.max(), model.max())]
        axis.plot(ends, ends, color="0.6", linewidth=0.8)
        scale = np.abs(observed) + np.abs(observed).mean()
        for k in np.argsort(-np.abs(model - observed) / scale, kind="stable")[:NAMED]:
            area = str(part["area"].iloc[k])
            axis.annotate(
                names.get(area, area),
                (observed[k], model[k]),
                fontsize=6,
                xytext=(3, 2),
                textcoords="offset points",
            )
        both = np.concatenate([observed, model])
        if both.min() > 0.0 and both.max() > WIDE * both.min():  # counts of places of all sizes
            axis.set_xscale("log")
            axis.set_yscale("log")
        axis.set_xlabel("observed", fontsize=8)
        axis.set_ylabel("model", fontsize=8)
        axis.tick_params(labelsize=7)
        axis.set_title("\n".join(str(group).split(", ", 1)), fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=130)
    plt.close(figure)
    return True


__all__ = [
    "PAGE", "PICTURE", "PREDICTED", "SCORES", "Validation", "group_of", "number", "score_tables", "summary", "validate",
    "write",
]  # fmt: skip

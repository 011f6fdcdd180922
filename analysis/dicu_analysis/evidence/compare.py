"""Estimates on data and on the model's output side by side: as rows, as a table, as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from dicu_analysis.estimators.gravity import Coefficient
from dicu_analysis.evidence import cross, panel
from dicu_analysis.load import Run

CROSS: Final = "cross-section of 63 provinces, 2012-16"
PANEL: Final = "panel of 63 provinces, 2010-13; province and year effects, errors clustered by province"


@dataclass(frozen=True)
class Row:
    """One coefficient on both sides.

    Attributes
    ----------
    regression, name, words : str
    data : Coefficient
    model : tuple of Coefficient
        Of each run.
    """

    regression: str
    name: str
    words: str
    data: Coefficient
    model: tuple[Coefficient, ...]

    @property
    def values(self) -> list[float]:
        """Estimates of the runs."""
        return [c.estimate for c in self.model]

    @property
    def apart(self) -> float:
        """Mean of the runs less data, in standard errors: of the data, and the spread of the runs."""
        spread = float(np.var(self.values, ddof=1)) if len(self.values) > 1 else self.model[0].se ** 2
        return float((np.mean(self.values) - self.data.estimate) / np.sqrt(self.data.se**2 + spread))


def compare(runs: Sequence[Run]) -> list[Row]:
    """Every regression on data and on each run.

    Raises
    ------
    dicu_analysis.targets.measure.NotInRun
        When a run is too short, or not of a country with official rates.
    """
    rows = []
    data, model = cross.official(runs[0]), [cross.simulated(run) for run in runs]
    for name, words in cross.WORDS.items():
        rows.append(Row(CROSS, name, words, data[name], tuple(m[name] for m in model)))
    data, model = panel.official(runs[0]).estimates(), [panel.simulated(run).estimates() for run in runs]
    for name, words in panel.WORDS.items():
        rows.append(Row(PANEL, name, f"ln out-rate on {words}", data[name], tuple(m[name] for m in model)))
    return rows


def as_json(rows: Sequence[Row]) -> str:
    """The rows with everything that is known of them."""

    def plain(c: Coefficient) -> dict[str, Any]:
        return {key: value for key, value in asdict(c).items() if key != "name"}

    told = [
        {
            "regression": r.regression, "name": r.name, "words": r.words, "data": plain(r.data),
            "model": {
                "mean": float(np.mean(r.values)), "low": min(r.values), "high": max(r.values),
                "runs": [plain(c) for c in r.model],
            },
            "apart_in_standard_errors": r.apart,
        }
        for r in rows
    ]  # fmt: skip
    return json.dumps(told, indent=1) + "\n"


def as_table(rows: Sequence[Row]) -> str:
    """The comparison as Markdown."""
    runs = len(rows[0].model)
    lines = ["# The same regressions on data and on the model's output", ""]
    lines += [
        "The two slopes of the cross-section are fitted (docs/calibration.md). The panel is shown and not fitted: "
        "towns grow by those who leave for them, so no column identifies a pull, and the window of the fit has too "
        "few years for it. What counts is whether both answer alike: *apart* is the model less the data in standard "
        "errors, those of the data and the spread of the runs.",
        "",
    ]
    for regression in dict.fromkeys(r.regression for r in rows):
        lines += [f"## {regression[0].upper()}{regression[1:]}", ""]
        lines += [
            f"| | data | model ({runs} run{'s' if runs > 1 else ''}) | apart |",
            "|---|---|---|---:|",
        ]
        lines += [
            f"| {r.words} | {_told(r.data)} | {_over(r)} | {r.apart:+.1f} |"
            for r in rows
            if r.regression == regression
        ]
        lines.append("")
    return "\n".join(lines)


def _told(c: Coefficient) -> str:
    return f"{c.estimate:+.4f} (s.e. {c.se:.4f}, n {c.n})"


def _over(r: Row) -> str:
    if len(r.model) == 1:
        return _told(r.model[0])
    return f"{np.mean(r.values):+.4f} ({min(r.values):+.4f} to {max(r.values):+.4f})"


__all__ = ["Row", "as_json", "as_table", "compare"]

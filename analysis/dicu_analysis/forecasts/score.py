"""Scores of a frozen forecast on figures that have come since."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis.forecasts.frozen import Frozen
from dicu_analysis.forecasts.make import KEY
from dicu_analysis.targets.areas import NATION, folded
from dicu_analysis.targets.catalogue import CATALOGUE
from dicu_analysis.targets.table import BadFigures, Figure, moment
from dicu_analysis.validation.page import score_tables, summary
from dicu_analysis.validation.scores import scored

PAGE, SCORES, SCORED = "score.md", "scores.csv", "scored.csv"
NEAR: Final = 0.13
"""Half a quarter: how far a figure's moments may lie from those that were forecast."""
KNOWN: Final = "ended before the forecast was frozen"


class Scored:
    """A forecast beside figures: what both speak of, with scores, and what was not forecast.

    Parameters
    ----------
    frozen : Frozen
    figures : sequence of Figure
    source : str
        Path of the table of figures, for messages.

    Raises
    ------
    BadFigures
        For figures whose area the forecast does not know, each with its line.
    """

    def __init__(self, frozen: Frozen, figures: Sequence[Figure], source: str) -> None:
        self.frozen, self.source = frozen, source
        table = frozen.table
        times = [
            _times(str(a), str(b), CATALOGUE[str(name)].stock)
            for name, a, b in zip(table["figure"], table["from"], table["to"], strict=True)
        ]
        areas = _areas(table)
        wrong: list[str] = []
        rows: list[dict[str, object]] = []
        self.left: list[Figure] = []
        ensemble: dict[int, NDArray[np.float64]] = {}
        forecast = set(table["figure"])
        for f in figures:
            if f.figure not in forecast:
                self.left.append(f)
                continue
            code = areas.get(folded(f.area.removeprefix("2025:")))
            if code is None:
                known = ", ".join(dict.fromkeys(table["area"]))
                wrong.append(
                    f"{source}:{f.line}: column area: not forecast (got {f.area!r}, allowed {known})"
                )
                continue
            same = (table["figure"] == f.figure) & (table["unit"] == f.unit) & (table["area"] == code)
            hits = [
                int(k)
                for k in np.flatnonzero(same.to_numpy())
                if abs(times[k][0] - f.first) < NEAR and abs(times[k][1] - f.last) < NEAR
            ]
            if not hits:
                self.left.append(f)
                continue
            row = table.iloc[hits[0]]
            ensemble[len(rows)] = frozen.members[hits[0]]
            rows.append(
                {
                    "group": self._group(f, code), "figure": f.figure, "unit": f.unit, "area": code, "from": f.since,
                    "to": f.until, "role": f.role, "source": f.source, "in_sample": "", "observed": f.value,
                    **{c: row[c] for c in table.columns if c not in (*KEY, "sd")},
                }
            )  # fmt: skip
        if wrong:
            raise BadFigures(wrong)
        self.table = pd.DataFrame(rows)
        self.scores = scored(self.table, ensemble) if rows else pd.DataFrame()

    def _group(self, f: Figure, code: str) -> str:
        level = "nation" if code == NATION else "provinces"
        when = f.since if f.since == f.until else f"{f.since} to {f.until}"
        late = "" if f.last > _decimal(self.frozen) else f" ({KNOWN})"
        return f"{f.figure}, {level}, {when}, {f.unit}{late}"

    @property
    def inside(self) -> float:
        """Percent of figures that lie in the range of the middle 80 % of the runs."""
        held = (self.table["low"] <= self.table["observed"]) & (self.table["observed"] <= self.table["high"])
        return float(100 * held.mean())

    def write(self, folder: Path) -> Path:
        """Write the page and both tables; returns the page."""
        folder.mkdir(parents=True, exist_ok=True)
        self.table.to_csv(folder / SCORED, index=False, float_format="%.6g")
        self.scores.to_csv(folder / SCORES, index=False, float_format="%.6g")
        lines = [
            f"# The forecast of {self.frozen.told['made']} on {self.source}", "",
            f"{len(self.table)} figures were forecast and have come; {len(self.left)} others were not forecast. "
            f"Checksum of the forecast, found unchanged: `{self.frozen.seal}`. The middle 80 % of the runs "
            f"hold {self.inside:.0f} % of them. CRPS is the mean absolute error where a method gives one number; bold "
            "is best of its column, of the methods that speak of all.", "",
            *summary(self.scores), *score_tables(self.scores),
        ]  # fmt: skip
        if self.left:
            lines += ["## Not forecast", ""]
            lines += [f"- {f.figure}, {f.area}, {f.since} to {f.until} (line {f.line})" for f in self.left]
        (folder / PAGE).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return folder / PAGE


def _times(since: str, until: str, stock: bool) -> tuple[float, float]:
    first = moment(since, ends=False, stock=stock, census=False)
    return first, first if stock else moment(until, ends=True, stock=False, census=False)


def _decimal(frozen: Frozen) -> float:
    return moment(frozen.made.isoformat(), ends=False, stock=False, census=False)


def _areas(table: pd.DataFrame) -> dict[str, str]:
    """Areas of a forecast by folded code and name."""
    made: dict[str, str] = {}
    for code, name in table[["area", "name"]].drop_duplicates().itertuples(index=False):
        short = str(code).removeprefix("2025:")
        made |= {folded(str(name)): str(code), folded(short): str(code)}
        made.setdefault(folded(short).lstrip("0"), str(code))
    return made | {"": NATION, "vietnam": NATION, "country": NATION, "nation": NATION}


__all__ = ["PAGE", "SCORED", "SCORES", "Scored"]

"""Published figures beside simulated ones: where the uncalibrated model is near the country, and where it is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from analysis import official
from analysis.figures import style
from analysis.figures.five_year import SCOPES, shares
from analysis.figures.urban_rural import official as residents
from analysis.load import Run
from analysis.report.language import Words
from sim.world import facts

MIDYEAR: Final = 0.5
CENSUS_DAY: Final = 0.25
FAR_PERCENT: Final = 20.0
"""Relative deviation from which a simulated figure is called far from the published one."""


Role = Literal["start", "seen", "unseen"]
"""Whether a run starts from the figure, values were chosen by hand with sight of it (decision 26), or neither."""


@dataclass(frozen=True)
class Row:
    """One published figure and its simulated counterpart."""

    what: str
    when: str
    published: float
    simulated: float
    digits: int
    unit: str
    source: str
    role: Role

    @property
    def deviation(self) -> float:
        """Percent of the published figure."""
        return 100 * (self.simulated / self.published - 1)

    @property
    def far(self) -> bool:
        """Whether the simulation is far from it."""
        return abs(self.deviation) >= FAR_PERCENT


def is_real(run: Run) -> bool:
    """Whether the run is of the real country, the only one with published figures."""
    return bool(run.config.get("world", {}).get("name") == "viet_nam")


def _at(run: Run, column: str, moment: float) -> float | None:
    """A column of the national table at a moment in decimal years; None outside the run."""
    at = run.year_at_end(run.national.index.to_numpy())
    if not at[0] <= moment <= at[-1]:
        return None
    return float(np.interp(moment, at, run.national[column].to_numpy(dtype=np.float64)))


def table(w: Words, run: Run) -> list[Row]:
    """Every published figure that the run has a counterpart of."""
    made: list[Row] = []
    points = residents()
    start = float(run.year_at_end(0))
    for year in (int(points["year"].min()), int(points["year"].max())):
        row = points[points["year"] == year].iloc[0]
        urban, rural = (_at(run, f"{k}_persons", year + MIDYEAR) for k in ("urban", "rural"))
        if urban is None or rural is None:
            continue
        near_start: Role = "start" if abs(year + MIDYEAR - start) < 1 else "unseen"
        persons, own = float(row["urban"] + row["rural"]), urban + rural
        made.append(
            Row(
                w.t("residents", "dân số"),
                str(year),
                persons / 1e6,
                own / 1e6,
                1,
                w.t("million", "triệu"),
                str(row["source"]),
                near_start,
            )
        )
        made.append(
            Row(
                w.t("urban share", "tỷ lệ dân số thành thị"),
                str(year),
                100 * float(row["urban"]) / persons,
                100 * urban / own,
                1,
                "%",
                str(row["source"]),
                near_start,
            )
        )
    for _, p in official.figures("households").iterrows():
        households = _at(run, "households", float(p["year"]) + CENSUS_DAY)
        if households is not None:
            made.append(
                Row(
                    w.t("households", "số hộ"),
                    str(p["year"]),
                    float(p["value"]),
                    households / 1e6,
                    1,
                    w.t("million", "triệu"),
                    str(p["source"]),
                    "start" if abs(p["year"] + CENSUS_DAY - start) < 1 else "seen",
                )
            )
    simulated = five_year(run)
    if simulated is not None:
        surveys = official.figures("five_year")
        words = {
            "within a district": w.t("moved inside the district, 5 years", "chuyển trong huyện, 5 năm"),
            "between districts": w.t("moved between districts, 5 years", "chuyển giữa các huyện, 5 năm"),
            "between provinces": w.t("moved between provinces, 5 years", "chuyển giữa các tỉnh, 5 năm"),
        }
        first = simulated.iloc[0]
        for scope in SCOPES:
            # both were looked at: the census was fitted, the survey is of the years simulated
            for _, mine in surveys[surveys["key"] == scope].sort_values("year").iterrows():
                made.append(
                    Row(
                        words[scope],
                        str(mine["year"]),
                        float(mine["value"]),
                        float(first[scope]),
                        1,
                        w.t("% of persons 5+", "% dân số từ 5 tuổi"),
                        str(mine["source"]),
                        "seen",
                    )
                )
    return made


def five_year(run: Run) -> pd.DataFrame | None:
    """Simulated five-year migration in percent, None for a shorter run."""
    try:
        return shares(run)
    except style.NothingToDraw:
        return None


def surveys() -> pd.DataFrame:
    """Official five-year migration by year."""
    return official.figures("five_year").pivot(index="year", columns="key", values="value")[list(SCOPES)]


def provinces(run: Run) -> tuple[int, float, float] | None:
    """Latest official year, and median and largest deviation of provinces' residents in percent."""
    year = max(facts.residents_years())
    step = [
        k
        for k in np.unique(run.places["step"].to_numpy())
        if abs(float(run.year_at_end(k)) - (year + MIDYEAR)) <= 0.51
    ]
    if not step:
        return None
    at = run.places[run.places["step"] == step[0]]
    mine = (
        pd.Series(at["persons"].to_numpy())
        .groupby(run.world_places["legacy_province"].astype(str).to_numpy())
        .sum()
    )
    known = facts.residents(year).set_index("code")
    theirs = (known["urban"] + known["rural"]).reindex(mine.index)
    off = (100 * (mine / theirs - 1)).abs().dropna()
    return (year, float(off.median()), float(off.max())) if len(off) else None

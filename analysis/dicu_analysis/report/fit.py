"""Published figures beside simulated ones: where the model is near the country, and where it is not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import pandas as pd

from dicu.scenario.vocabulary import SCOPES
from dicu.world import facts
from dicu_analysis import labour, official
from dicu_analysis.figures import style
from dicu_analysis.figures.five_year import shares
from dicu_analysis.figures.urban_rural import official as residents
from dicu_analysis.language import Words
from dicu_analysis.load import Run
from dicu_analysis.scalars import as_float, as_int
from dicu_analysis.terms import Terms

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
    key: str

    @property
    def deviation(self) -> float:
        """Percent of the published figure."""
        return 100 * (self.simulated / self.published - 1)

    @property
    def far(self) -> bool:
        """Whether the simulation is far from it."""
        return abs(self.deviation) >= FAR_PERCENT


MADE_UP: Final = ("one_place", "two_places", "ring", "monocentric")
"""Small worlds that come with the program, for lessons and tests."""


def world_note(w: Words, run: Run) -> tuple[str, str] | None:
    """What must be known of a world that is not the built-in Viet Nam: in short, and in full."""
    world = run.config.get("world", {})
    if run.terms.own:
        return own_world(w, run.terms)
    return None if run.is_real else other_world(w, str(world.get("name")), world.get("places"))


def own_world(w: Words, terms: Terms) -> tuple[str, str]:
    """The same of a country that is given as tables."""
    name = terms.named(w.code)
    return (
        w.t(f"{name}, as the user's own tables state it.", f"{name}, theo các bảng của người dùng."),
        w.t("It is not set beside published figures.", "Không đối chiếu với số liệu công bố."),
    )


def other_world(w: Words, name: str, places: str | None = None) -> tuple[str, str]:
    """The same by the name of a world and the user's own table of places."""
    if name in MADE_UP:
        return (
            w.t("A made-up world, not Viet Nam.", "Một thế giới giả định, không phải Việt Nam."),
            w.t(f"{name}: for lessons and tests.", f"{name}: dùng để học và kiểm thử."),
        )
    table = f" ({Path(places).name})" if places else f" ({name})"
    return (
        w.t("A world of the user's own.", "Thế giới do người dùng lập."),
        w.t(
            f"Its places come from the user's own table{table}, so it is not set beside published figures.",
            f"Các địa điểm lấy từ bảng của người dùng{table}, nên không đối chiếu với số liệu công bố.",
        ),
    )


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
    start = run.begins
    stated = sorted({int(year) for year in points["year"]})
    inside = [year for year in stated if _at(run, "persons", year + MIDYEAR) is not None]
    for year in sorted(
        {*inside[:1], *inside[-1:]}
    ):  # the first and the last that the run has a counterpart of
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
                f"residents.{year}",
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
                f"urban_share.{year}",
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
                    f"households.{p['year']}",
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
                        f"{scope}.{mine['year']}",
                    )
                )
    return made + _informality(w, run)


def _informality(w: Words, run: Run) -> list[Row]:
    """Workers without a formal job in the country, each year of the labour force survey."""
    if labour.districts(run).empty:
        return []
    cited = labour.official_informality()[1]
    return [
        Row(
            w.t("workers without a formal job", "lao động không có việc làm chính thức"),
            str(year),
            as_float(row["official"]),
            as_float(row["simulated"]),
            1,
            w.t("% of workers", "% lao động"),
            cited,
            "seen",  # jobs start from the survey and grow partly as it has them
            f"informality.{year}",
        )
        for year, row in labour.compared(run).iterrows()
    ]


def informality_by_province(run: Run) -> list[tuple[int, float]]:
    """Correlation over former provinces of the share without a formal job with the survey's, by year."""
    if labour.districts(run).empty:
        return []
    told = labour.compared(run)["r"].dropna()
    return [(as_int(year), as_float(r)) for year, r in told.items()]


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

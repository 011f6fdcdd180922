"""The numbers that pages are quoted for, each declared once: what it is, its unit, whose and when it is, its function.

Two quantities never share a name. The way to the seat is read from the map, for the people of the eve; the way to the
office or its nearest desk is what the residents of a day meet, read from the table of governments. The first knows no
desks, the second those that stand that day. A table of governments counts its residents as a step begins, a table of
places as it ends, so the two have not even the same weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from dicu_analysis.language import (
    DISTRICT_SEAT,
    DISTRICT_WORK,
    INVESTMENT,
    NEW_SEAT,
    OFFICE,
    OLD_SEAT,
    WAGES,
    Text,
    Words,
)
from dicu_analysis.load import Run
from dicu_analysis.report import ways
from dicu_analysis.report.measures import Measures, measure
from dicu_analysis.scalars import as_float

if TYPE_CHECKING:
    from dicu_analysis.report.measures import Sheet

MINUTES: Final[Text] = Text("minutes", "phút")
PERCENT: Final[Text] = Text("%", "%")
SUM: Final[Text] = Text("trillion VND per year", "nghìn tỷ đồng mỗi năm")
POSTS: Final[Text] = Text("posts", "biên chế")
PERSONS: Final[Text] = Text("persons a year", "người mỗi năm")
EVE: Final = "people at the end of the last step before the reform that both arms recorded"
DAY_BEFORE: Final = "residents at the beginning of the last recorded step before the reform"
DAY_AFTER: Final = "residents at the beginning of the first recorded step a year after the reform"
AFTER: Final = "mean of all steps from the reform to the end"
END: Final = "last recorded step"


@dataclass(frozen=True)
class Headline:
    """One number.

    Attributes
    ----------
    key : str
    name : (str, str)
        In words, both languages.
    unit : (str, str)
    period : str
        Whose and when it is.
    of : callable
        From the sheet of a run and its measures.
    """

    key: str
    name: Text
    unit: Text
    period: str
    of: Callable[[Sheet, Measures], float]

    def said(self, w: Words) -> str:
        """Name and unit."""
        return f"{w.say(self.name)}, {w.say(self.unit)}"


def nation(run: Run, step: int) -> pd.Series:
    """The row of the whole country in the table of governments at a recorded step."""
    table = run.governments
    mine = table[(table["level"].astype(str) == "nation") & (table["step"] == step)]
    return mine.iloc[0]


def _seat(column: str) -> Callable[[Sheet, Measures], float]:
    return lambda sheet, _: as_float(ways.by_terrain(sheet).loc["all", column])


def _met(column: str, moment: str) -> Callable[[Sheet, Measures], float]:
    return lambda sheet, _: as_float(nation(sheet.run, sheet.moments.named()[moment])[column])


def _measured(key: str) -> Callable[[Sheet, Measures], float]:
    return lambda _, measures: measures[key]


def _largest(_: Sheet, measures: Measures) -> float:
    streams = {k: v for k, v in measures.items() if k.startswith("flow.")}
    return max(v for k, v in streams.items() if len(set(k.split(".")[1:])) == 2)


HEADLINES: Final = (
    Headline("seat.old", OLD_SEAT, MINUTES, EVE, _seat("old_commune")),
    Headline("seat.new", NEW_SEAT, MINUTES, EVE, _seat("new_commune")),
    Headline("seat.district", DISTRICT_SEAT, MINUTES, EVE, _seat("district")),
    Headline("seat.farther", Text("new seat farther than the old", "trụ sở mới xa hơn trụ sở cũ"), PERCENT, EVE,
             _seat("office_farther")),
    Headline("office.eve", OFFICE, MINUTES, DAY_BEFORE, _met("travel_minutes", "eve")),
    Headline("office.soon", OFFICE, MINUTES, DAY_AFTER, _met("travel_minutes", "soon")),
    Headline("district_work.eve", DISTRICT_WORK, MINUTES, DAY_BEFORE, _met("district_minutes", "eve")),
    Headline("district_work.soon", DISTRICT_WORK, MINUTES, DAY_AFTER, _met("district_minutes", "soon")),
    Headline("posts.eve", POSTS, POSTS, DAY_BEFORE, _measured("posts.eve")),
    Headline("posts.soon", POSTS, POSTS, DAY_AFTER, _measured("posts.soon")),
    Headline("wages.eve", WAGES, SUM, DAY_BEFORE, _measured("budget.wages.eve")),
    Headline("wages.soon", WAGES, SUM, DAY_AFTER, _measured("budget.wages.soon")),
    Headline("investment.eve", INVESTMENT, SUM, DAY_BEFORE, _measured("budget.investment.eve")),
    Headline("investment.soon", INVESTMENT, SUM, DAY_AFTER, _measured("budget.investment.soon")),
    Headline("stream", Text("largest stream between regions", "luồng di cư liên vùng lớn nhất"), PERSONS, AFTER,
             _largest),
    Headline("leaving", Text("rural residents who move to towns", "dân nông thôn chuyển ra thành thị"),
             Text("per 1,000 a year", "trên 1.000 mỗi năm"), AFTER, _measured("leaving.rural_to_urban.rate")),
    Headline("urban", Text("people in towns", "dân số thành thị"), Text("persons", "người"), END,
             _measured("persons.urban.end")),
)  # fmt: skip


def values(sheet: Sheet) -> dict[str, float]:
    """Every headline number of a run, by key."""
    measures = measure(sheet)
    return {h.key: h.of(sheet, measures) for h in HEADLINES}

"""Options by criteria: the difference from the country without the reform, its interval, and what may be said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dicu_analysis.effects import Effect
from dicu_analysis.language import TERRAINS, Text, Words
from dicu_analysis.report import saying
from dicu_analysis.report.arms import Arms
from dicu_analysis.report.contents_people import ACCOUNTS
from dicu_analysis.report.measures import administration
from dicu_analysis.view.options import Options

OFFICES: Final = {
    "commune_administration": Text("Access to the commune office", "Mức tiếp cận trụ sở xã"),
    "district_administration": Text(
        "Access to former district business", "Mức tiếp cận thủ tục trước đây do cấp huyện giải quyết"
    ),
}
PEOPLE: Final = Text("People", "Người dân")
MONEY: Final = Text("Money and posts", "Ngân sách và biên chế")
YEAR: Final = Text("trillion dong a year", "nghìn tỷ đồng mỗi năm")


@dataclass(frozen=True)
class Criterion:
    """One line: what is compared, in which unit, and the key of the measure."""

    group: Text
    name: Text
    unit: Text
    key: str
    digits: int
    factor: float = 1.0


@dataclass(frozen=True)
class Cell:
    """An option by a criterion: numbers as written, and where they lie on the line of the criterion, percent."""

    value: str
    interval: str
    sign: str
    at: float
    low: float | None
    high: float | None


def criteria(arms: Arms) -> list[Criterion]:
    """The criteria that an option has values for, in their order on the page."""
    index = Text("index points", "điểm chỉ số")
    made = [
        Criterion(OFFICES[s], TERRAINS[t], index, f"access.{s}.{t}.end", 3)
        for s in administration(arms.run)
        for t in ("all", *arms.terrains)
    ]
    rate = Text("per 1,000 a year", "trên 1.000 mỗi năm")
    made += [
        Criterion(PEOPLE, Text("rural residents who move to towns", "dân nông thôn chuyển ra thành thị"), rate, "leaving.rural_to_urban.rate", 2),
        Criterion(PEOPLE, Text("townspeople who move to rural areas", "dân thành thị chuyển về nông thôn"), rate, "leaving.urban_to_rural.rate", 2),
        Criterion(PEOPLE, Text("share of people in towns", "tỷ lệ dân số thành thị"), Text("percentage points", "điểm phần trăm"), "share.urban.end", 2),
    ]  # fmt: skip
    for key in ("posts", "budget.wages", "budget.severance", "budget.investment", "budget.balance"):
        name, digits, factor = ACCOUNTS[key]
        unit = Text("thousand", "nghìn") if key == "posts" else YEAR
        plain = Text("posts", "biên chế") if key == "posts" else name
        made.append(Criterion(MONEY, plain, unit, f"{key}.end", digits, factor))
    return [c for c in made if c.key in arms.difference]


def compared(w: Words, options: Options) -> list[dict[str, object]]:
    """Rows of the table, grouped: criterion, level without the reform, and a cell an option."""
    rows: list[dict[str, object]] = []
    chosen = {
        c: [o.difference[c.key].times(c.factor) if c.key in o.difference else None for o in options.arms]
        for c in criteria(options.first)
    }
    reaches: dict[tuple[Text, Text], float] = {}  # lines of one group and unit have one scale
    for c, effects in chosen.items():
        far = [_reach(e) for e in effects if e is not None]
        reaches[c.group, c.unit] = max(reaches.get((c.group, c.unit), 0.0), *far)
    for c, effects in chosen.items():
        reach = reaches[c.group, c.unit] or 1.0
        base = options.first.base_level[c.key].times(c.factor)
        rows.append(
            {
                "group": w.say(c.group),
                "name": w.say(c.name),
                "unit": w.say(c.unit),
                "base": saying.value(w, base, c.digits, sign=False),
                "cells": [None if e is None else _cell(w, e, c.digits, reach) for e in effects],
            }
        )
    return rows


def _reach(e: Effect) -> float:
    ends = (e.mean, e.low, e.high) if e.known else (e.mean,)
    return max(abs(v) for v in ends)


def _cell(w: Words, e: Effect, digits: int, reach: float) -> Cell:

    def at(value: float) -> float:
        return round(50 + 48 * value / reach, 2)  # 0 in the middle of the line

    known = e.known
    slight = known and not any(round(v, digits) for v in (e.mean, e.low, e.high))
    return Cell(
        saying.value(w, e, digits),
        saying.interval(w, e, digits),
        "slight" if slight and e.sign != "none" else e.sign,
        at(e.mean),
        at(e.low) if known else None,
        at(e.high) if known else None,
    )

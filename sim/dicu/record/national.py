"""Table `national`: every output of the whole country as one `Metric`, declared and counted in one place.

A new output is one entry of `METRICS`; its column, its line in the codebook and its place in the results of sweeps
follow from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dicu.record.declare import STEP, Column, Table
from dicu.scenario.vocabulary import REASON_WORDS, REASON_WORK

MOVE: Final = "rule `move`, committed in uid order"
_ROWS: Final = "household columns, sum"
SIZES: Final = {
    1: "one person", 2: "two persons", 3: "three persons", 4: "four persons", 5: "five persons",
    6: "six persons; larger ones are spread over the others",
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """What a metric may count after a step.

    Attributes
    ----------
    stocks : dicu.commit.stocks.Stocks
        Households, persons and workers by place, and wealth, in rows.
    urban : (P,) bool
        Places that are urban in the step.
    district, province : (P,) int
        Legacy district and province of each place.
    considered : int
        Households that thought about moving.
    changes : dicu.commit.changes.Changes
        What was committed; None only where no metric of a flow is asked.
    """

    stocks: Any
    urban: NDArray[np.bool_]
    district: NDArray[np.integer[Any]]
    province: NDArray[np.integer[Any]]
    considered: int
    changes: Any


@dataclass(frozen=True)
class Metric:
    """One output of the whole country.

    Attributes
    ----------
    name, unit, text, source : str
        Of its column, see `dicu.record.declare.Column`.
    count : callable
        From `Seen` to whole rows, or to money in 0.1 M VND times rows.
    flow : bool
        Happens during a step; null at the start.
    """

    name: str
    unit: str
    text: str
    source: str
    count: Callable[[Seen], int]
    flow: bool = True

    @property
    def column(self) -> Column:
        """Its column in the table."""
        money = self.unit == "M VND"
        kind = "float64" if money else "int64"
        return Column(
            self.name, kind, self.unit, self.text, self.source, scaled=True, tenths=money, flow=self.flow
        )


def _of_size(k: int) -> Callable[[Seen], int]:
    """Rows of k members."""
    return lambda s: int(s.stocks.sizes[k - 1])


def _place(what: str, urban: bool | None = None) -> Callable[[Seen], int]:
    """Sum of a stock by place over all places, or over urban or other ones."""

    def count(s: Seen) -> int:
        values = getattr(s.stocks, what)
        return int((values if urban is None else values[s.urban == urban]).sum())

    return count


def _committed(what: str) -> Callable[[Seen], int]:
    """A count that the commit kept."""
    return lambda s: int(getattr(s.changes, what))


def _went(origin: bool, destination: bool, persons: bool) -> Callable[[Seen], int]:
    """Moves, or persons who moved, from urban (True) or rural places to urban or rural ones."""

    def count(s: Seen) -> int:
        way = (s.urban[s.changes.origin] == origin) & (s.urban[s.changes.destination] == destination)
        return int(s.changes.persons[way].sum()) if persons else int(way.sum())

    return count


def _within(s: Seen) -> int:
    return int((s.district[s.changes.origin] == s.district[s.changes.destination]).sum())


def _across(s: Seen) -> int:
    return int((s.province[s.changes.origin] != s.province[s.changes.destination]).sum())


def _work_across(s: Seen) -> int:
    far = s.province[s.changes.origin] != s.province[s.changes.destination]
    return int((far & (s.changes.reason == REASON_WORK)).sum())


def _reason(name: str) -> Callable[[Seen], int]:
    return lambda s: int(s.changes.by_reason[name])


WAYS: Final = {
    "rural_to_urban": (False, True, "rural to urban places"),
    "urban_to_rural": (True, False, "urban to rural places"),
    "urban_to_urban": (True, True, "one urban place to another"),
    "rural_to_rural": (False, False, "one rural place to another"),
}
"""Whether origin and destination are urban. Every move goes one of these ways."""

METRICS: Final = (
    Metric("households", "households", "households in the country", _ROWS, _place("households"), flow=False),
    Metric("persons", "persons", "persons in the country", _ROWS, _place("persons"), flow=False),
    *(Metric(f"households_of_{k}", "households", f"households of {words}", _ROWS, _of_size(k), flow=False)
      for k, words in SIZES.items()),
    Metric("urban_households", "households", "households in places that are urban at the end of the step", _ROWS,
           _place("households", True), flow=False),
    Metric("urban_persons", "persons", "persons in places that are urban at the end of the step", _ROWS,
           _place("persons", True), flow=False),
    Metric("rural_households", "households", "households in all other places", _ROWS,
           _place("households", False), flow=False),
    Metric("rural_persons", "persons", "persons in all other places", _ROWS, _place("persons", False), flow=False),
    Metric("urban_natural", "persons", "births less deaths in urban places", "rule `life_course`",
           lambda s: int(s.changes.urban.natural)),
    Metric("urban_net_moves", "persons", "persons who came to urban places from rural ones less those who left for "
           "them: movers, partners, families that followed", MOVE, lambda s: int(s.changes.urban.net_moves)),
    Metric("urban_reclassified", "persons", "persons of places that became urban at the beginning of the step less "
           "those of places that became rural; with the two before, urban_persons less that of the step before",
           "sim/dicu/government/urban_status.py", lambda s: int(s.changes.urban.reclassified)),
    Metric("considered", "households", "households that thought about moving during the step", "rule `consider`",
           lambda s: s.considered),
    Metric("moves", "households", "moves: of whole households, of one adult who left, of a partner, of a family that "
           "followed", MOVE, lambda s: len(s.changes)),
    Metric("moves_whole", "households", "households that moved with everybody", MOVE, _committed("whole")),
    Metric("moves_split", "households", "households founded by one adult who left", MOVE, _committed("splits")),
    Metric("moves_home", "households", "of the moves, those back to the home place", MOVE, _committed("returns")),
    Metric("returns_to_parents", "households", "of those back home, people alone who joined their parents' household",
           MOVE, lambda s: len(s.changes.returned_child)),
    Metric("moves_lodging", "households", "of the adults who left, those who took a room in a household of lodgers",
           "rule `lodgers`", _committed("lodged")),
    Metric("moved_persons", "persons", "persons who moved", MOVE, lambda s: int(s.changes.persons.sum())),
    Metric("moves_follow", "families", "families that followed a child who had moved away", "rule `follow`",
           _committed("followed")),
    *(Metric(f"moves_{way}", "households", f"households who moved from {words}", MOVE, _went(a, b, False))
      for way, (a, b, words) in WAYS.items()),
    *(Metric(f"persons_{way}", "persons", f"persons who moved from {words}", MOVE, _went(a, b, True))
      for way, (a, b, words) in WAYS.items()),
    Metric("moves_within_district", "households", "moves inside a legacy district", MOVE, _within),
    Metric("moves_between_districts", "households", "moves between districts of one legacy province", MOVE,
           lambda s: len(s.changes) - _within(s) - _across(s)),
    Metric("moves_between_provinces", "households", "moves between legacy provinces", MOVE, _across),
    *(Metric(f"reason_{name}", "households", f"moves that {word.text}",
             "rule `choose`: the largest term without which staying would have won", _reason(name))
      for name, word in REASON_WORDS.items()),
    Metric("moves_for_work_between_provinces", "households", "of the moves between legacy provinces, those to a job "
           "that was offered; over moves_between_provinces the share of moves for work", "rule `work`", _work_across),
    Metric("families_parted", "households", "families that parted from the man's parents, to a home in the same place",
           "rule `life_course`", _committed("parted")),
    Metric("couples", "couples", "couples formed", "rule `couples`", _committed("couples")),
    Metric("partners_exchanged", "persons", "partners whose place changed without a move, because a row stands for "
           "many households and their couple for one within a place (0 with weight 1), and lodgers whose room is in "
           "another place of the district", "rule `couples`",
           lambda s: int(s.changes.exchanged.shape[1])),
    Metric("births", "persons", "births", "rule `life_course`", _committed("births")),
    Metric("deaths", "persons", "deaths", "rule `life_course`", _committed("deaths")),
    Metric("orphans_taken_in", "persons", "children whose last adult died, taken in by a household of the place",
           "commit", _committed("rehoused")),
    Metric("orphans_alone", "persons", "such children for whom no household of the place had room", "commit",
           _committed("alone")),
    Metric("workers", "persons", "members aged 15-64", _ROWS, _place("workers"), flow=False),
    Metric("farm_workers", "persons", "of those, in farming households", _ROWS,
           lambda s: int(s.stocks.workers[:, 0::2].sum()), flow=False),
    Metric("formal_workers", "persons", "members aged 15-64 of households with a formal job", _ROWS,
           lambda s: int(s.stocks.formal.sum()), flow=False),
    Metric("wealth_mvnd", "M VND", "wealth of all households at the end of the step", _ROWS,
           lambda s: int(s.stocks.wealth), flow=False),
    Metric("income_mvnd", "M VND", "income of all households in the step", "rule `wealth`", _committed("income")),
    Metric("consumption_mvnd", "M VND", "consumption of all households in the step", "rule `wealth`",
           _committed("consumption")),
    Metric("move_costs_mvnd", "M VND", "paid for moves", "rule `liquidity`", _committed("move_costs")),
    Metric("remittances_mvnd", "M VND", "sent to parent households", "rule `remit`", _committed("remitted")),
    Metric("estates_mvnd", "M VND", "left to nobody by households that died out", "commit", _committed("estates")),
)  # fmt: skip
"""Columns of the table in their order. Households in farming are the even types: see `Stocks.workers`."""

NATIONAL: Final = Table(
    "national",
    "national.parquet",
    "one row per step: the whole country; stocks at its end, moves during it",
    (*STEP, *(metric.column for metric in METRICS)),
)


def counted(seen: Seen) -> dict[str, int]:
    """The row of a step; flows are 0 where nothing was committed yet."""
    return {m.name: 0 if m.flow and seen.changes is None else m.count(seen) for m in METRICS}

"""What one step changed: the counts of a commit, and the list of its moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicu.commit.ledger import Movers
from dicu.population.shard import Shipment


class UrbanGrowth(NamedTuple):
    """By what the number of people in urban places changed in a step, in members of rows.

    Attributes
    ----------
    natural : int
        Births less deaths there.
    net_moves : int
        Who came from rural places less who left for them: movers, partners (those exchanged too), families that
        followed.
    reclassified : int
        People of places that became urban at the beginning of the step, less those of places that became rural.
    abroad : int
        Who came there from abroad less who left for it; 0 in a country without a table of them.
    """

    natural: int
    net_moves: int
    reclassified: int
    abroad: int = 0


@dataclass(frozen=True, eq=False)
class Crossed:
    """Who crossed the country's border in a step, in rows and members.

    Attributes
    ----------
    row, uid, left_place : (E,) int64, uint64, int32
        Households that left: rows as they lay before any was freed, identities, and where they lived.
    new_uid, place : (I,) uint64, int32
        Households that came, in the order of the rows they took behind all others, and where they live.
    emigrants, immigrants : (P,) int64
        Members who left and came by place.
    taken, brought : int
        Wealth units.
    """

    row: NDArray[np.int64]
    uid: NDArray[np.uint64]
    left_place: NDArray[np.int32]
    new_uid: NDArray[np.uint64]
    place: NDArray[np.int32]
    emigrants: NDArray[np.int64]
    immigrants: NDArray[np.int64]
    taken: int
    brought: int


@dataclass(eq=False)
class Changes:
    """What one step changed, in rows and members (times the weight: the country).

    Attributes
    ----------
    origin, destination : (E,) int32
        Places of each move of a household or of one person, in commit order.
    persons : (E,) int64
    reason : (E,) uint8
        Index into `dicu.scenario.vocabulary.REASONS`.
    movers_by_age : (3, 2, 128) int64
        Persons who moved by scope, sex (0 male) and age.
    whole, splits, returns, couples, followed, parted, lodged : int
        Households that moved as one; members who left alone; moves back home; new couples; families that followed a
        child; families that parted from parents; those who left alone and took a room with lodgers.
    births, deaths, rehoused, alone : int
        Persons born and died; orphans taken in, and children left without an adult for want of a household.
    new_rows, freed_rows : int
    emptied : int
        Rows left empty: those freed and, on many processes, those of households that went to other ranks.
    income, consumption, move_costs, estates, remitted : int
        Wealth units: earned, consumed, paid for moves, left by the dead to nobody, sent by children.
    founded_child, founded_parent : (F,) uint64
        Identities of each new household and of the one it came out of; those of couples stand there twice, first
        with the man's household, after all others with the woman's.
    parent_row : (N,) int64
        Row of the (first) parent household by new row, in the order of the rows taken behind the last one; who comes
        from abroad has none and follows after them.
    returned_child, returned_parent : (K,) uint64
        Identities of who came home alone and joined the parents, and of the parents' household.
    lodged_child, lodged_host : (K,) uint64
        Identities of who took a room with lodgers, and of their household.
    guest_row, host_row : (E,) int64
        Rows, as they lay before new ones were added, of the household that a grown person left for another (partners
        who moved, children who came home, lodgers) and of that other; ``joined_place`` (E,) int32 is where they live.
    exchanged : (2, X) int32
        Places from and to which partners went without a move, because their couples stand for couples within a place,
        and lodgers who found a room in another place of the district.
    row_source, row_target : (M,) int64
        Rows that were moved into emptied ones at the end, and where to.
    shipments : list of Shipment
        Households that left this rank for others or came from them, on many processes.
    natural : (P,) int64
        Births less deaths by place.
    urban : UrbanGrowth
        By what the people of urban places changed; set once the step is counted.
    abroad : Crossed or None
        Who left the country and came to it, where it says so; their rows are among those freed, and new ones.
    movers : Movers or None
        Who made each of the E moves, in the same order, when moves are recorded one by one.
    """

    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    persons: NDArray[np.int64]
    reason: NDArray[np.uint8]
    movers_by_age: NDArray[np.int64]
    whole: int = 0
    splits: int = 0
    returns: int = 0
    couples: int = 0
    followed: int = 0
    parted: int = 0
    lodged: int = 0
    births: int = 0
    deaths: int = 0
    rehoused: int = 0
    alone: int = 0
    new_rows: int = 0
    freed_rows: int = 0
    emptied: int = 0
    income: int = 0
    consumption: int = 0
    move_costs: int = 0
    estates: int = 0
    remitted: int = 0
    by_reason: dict[str, int] = field(default_factory=dict)
    founded_child: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    founded_parent: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    parent_row: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    returned_child: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    returned_parent: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    lodged_child: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    lodged_host: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    guest_row: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    host_row: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    joined_place: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    exchanged: NDArray[np.int32] = field(default_factory=lambda: np.empty((2, 0), dtype=np.int32))
    row_source: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    row_target: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    movers: Movers | None = None
    shipments: list[Shipment] = field(default_factory=list)
    abroad: Crossed | None = None
    natural: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    urban: UrbanGrowth = field(default_factory=lambda: UrbanGrowth(0, 0, 0))

    def __len__(self) -> int:
        return len(self.origin)

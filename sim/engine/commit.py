"""The commit: events become changes, in uid order, the same whatever engine found them.

Whole moves change a row; a split adds one. Stocks are carried along as integers and compared with a recount by the
accounts at the end of each step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from sim.behaviour.draws import hash64_2
from sim.behaviour.tables import Tables
from sim.engine.events import Events
from sim.engine.stocks import Stocks
from sim.population.columns import (
    MEMBERS,
    SECTOR_MASK,
    SECTOR_SHIFT,
    TENURE_MASK,
    TENURE_SHIFT,
    TYPE_MASK,
    Households,
)
from sim.population.life_stage import stage_of, type_of

_AGRICULTURE = 0
_SERVICE = 2
_RENT = 1
_FILTER_BITS = 22


@dataclass(frozen=True, eq=False)
class Moves:
    """Committed moves of one step, in uid order of the household that decided.

    Attributes
    ----------
    origin, destination : (E,) int32
        Place indices.
    persons : (E,) int64
        People who moved.
    whole, splits, returns : int
        Households that moved as one; members who founded a household; moves to the home place.
    """

    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    persons: NDArray[np.int64]
    whole: int
    splits: int
    returns: int

    def __len__(self) -> int:
        return len(self.origin)


@njit(cache=True, parallel=True)
def _taken(existing: NDArray[np.uint64], new: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which of the sorted ``new`` uids stand among ``existing``: a bit filter that stays in cache, then a search."""
    bits = np.zeros(1 << (_FILTER_BITS - 3), dtype=np.uint8)
    shift = np.uint64(64 - _FILTER_BITS)
    for k in range(new.shape[0]):
        top = new[k] >> shift
        bits[top >> np.uint64(3)] |= np.uint8(1) << np.uint8(top & np.uint64(7))
    taken = np.zeros(new.shape[0], dtype=np.bool_)
    for i in prange(existing.shape[0]):
        top = existing[i] >> shift
        if bits[top >> np.uint64(3)] & (np.uint8(1) << np.uint8(top & np.uint64(7))):
            k = np.searchsorted(new, existing[i])
            if k < new.shape[0] and new[k] == existing[i]:
                taken[k] = True
    return taken


@njit(cache=True)
def _children(key: np.uint64, parents: NDArray[np.uint64], ordinal: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Hash of each parent and ordinal under the step's key."""
    uid = np.empty(parents.shape[0], dtype=np.uint64)
    for k in range(parents.shape[0]):
        uid[k] = hash64_2(key, parents[k], ordinal[k])
    return uid


def new_uids(existing: NDArray[np.uint64], parents: NDArray[np.uint64], key: np.uint64) -> NDArray[np.uint64]:
    """Identities of new households, (E,) uint64: a hash of the parent's uid, the step (in the key) and an ordinal.

    The ordinal counts upwards while the hash is taken, in the order of the parents, so that the same child has the
    same identity in every scenario.

    Parameters
    ----------
    existing : (N,) uint64
        Identities in use.
    parents : (E,) uint64
        In commit order; one child each.
    """
    ordinal = np.zeros(len(parents), dtype=np.int64)
    while True:
        uid = _children(key, parents, ordinal)
        order = np.argsort(uid, kind="stable")
        ranked = uid[order]
        again = np.zeros(len(uid), dtype=np.bool_)
        again[order] = _taken(existing, ranked)
        again[order[1:]] |= ranked[1:] == ranked[:-1]  # the first of a pair keeps its identity
        if not again.any():
            return uid
        ordinal[again] += 1


@njit(cache=True)
def _settle(attributes: np.uint8, urban: bool, tenant: bool) -> np.uint8:
    """Attributes on arrival: no farming in urban places (services instead); movers rent."""
    if urban and ((attributes >> SECTOR_SHIFT) & SECTOR_MASK) == _AGRICULTURE:
        attributes = np.uint8(
            (attributes & ~np.uint8(SECTOR_MASK << SECTOR_SHIFT)) | np.uint8(_SERVICE << SECTOR_SHIFT)
        )
    if tenant:
        attributes = np.uint8(
            (attributes & ~np.uint8(TENURE_MASK << TENURE_SHIFT)) | np.uint8(_RENT << TENURE_SHIFT)
        )
    return attributes


@njit(cache=True)
def _with_type(flags: np.uint8, attributes: np.uint8, stage: int) -> np.uint8:
    """Flags with the type of this life stage and these attributes."""
    return np.uint8((flags & ~np.uint8(TYPE_MASK)) | np.uint8(type_of(stage, attributes)))


@njit(cache=True)
def _apply(
    order: NDArray[np.int64],
    row: NDArray[np.int32],
    to: NDArray[np.uint16],
    leaver: NDArray[np.int8],
    new_uid: NDArray[np.uint64],
    n: int,
    uid: NDArray[np.uint64],
    place: NDArray[np.uint16],
    home_place: NDArray[np.uint16],
    wealth: NDArray[np.uint16],
    member: NDArray[np.uint8],
    attributes: NDArray[np.uint8],
    income_quantile: NDArray[np.uint8],
    ties: NDArray[np.uint8],
    flags: NDArray[np.uint8],
    urban: NDArray[np.bool_],
    year: int,
    district: NDArray[np.int32],
    province: NDArray[np.int32],
    households: NDArray[np.int64],
    persons: NDArray[np.int64],
    network: NDArray[np.int64],
    origin_out: NDArray[np.int32],
    destination_out: NDArray[np.int32],
    persons_out: NDArray[np.int64],
) -> tuple[int, int, int]:
    """Apply events in the order given; new rows are appended. Returns whole moves, splits, returns home."""
    born = 0
    whole = 0
    returns = 0
    for k in range(order.shape[0]):
        e = order[k]
        i = row[e]
        o = place[i]
        d = to[e]
        origin_out[k] = o
        destination_out[k] = d
        if d == home_place[i]:
            returns += 1
        if leaver[e] < 0:
            whole += 1
            people = 0
            for m in range(MEMBERS):
                people += member[i, m] != 0
            h = province[district[home_place[i]]]
            place[i] = d
            ties[i] = 0
            attributes[i] = _settle(attributes[i], urban[d], d != home_place[i])
            flags[i] = _with_type(flags[i], attributes[i], (flags[i] & TYPE_MASK) // 4)
            households[o] -= 1
            households[d] += 1
            persons[o] -= people
            persons[d] += people
            network[h, district[o]] -= 1
            network[h, district[d]] += 1
            persons_out[k] = people
        else:
            child = n + born
            adults = 0
            for m in range(MEMBERS):
                adults += member[i, m] != 0
            uid[child] = new_uid[born]
            place[child] = d
            home_place[child] = o
            ties[child] = 0
            income_quantile[child] = income_quantile[i]
            part = wealth[i] // np.uint16(adults)  # an equal share a head, rounded down; the rest stays
            wealth[child] = part
            wealth[i] -= part
            for m in range(MEMBERS):
                member[child, m] = 0
            member[child, 0] = member[i, leaver[e]]
            for m in range(leaver[e], MEMBERS - 1):
                member[i, m] = member[i, m + 1]
            member[i, MEMBERS - 1] = 0
            attributes[child] = _settle(attributes[i], urban[d], True)
            flags[child] = _with_type(np.uint8(0), attributes[child], stage_of(member[child], year))
            flags[i] = _with_type(flags[i], attributes[i], stage_of(member[i], year))
            households[d] += 1
            persons[o] -= 1
            persons[d] += 1
            network[province[district[o]], district[d]] += 1
            persons_out[k] = 1
            born += 1
    return whole, born, returns


def commit(households: Households, events: Events, tables: Tables, stocks: Stocks) -> Moves:
    """Apply the moves of a step to the rows and carry the stocks along.

    Parameters
    ----------
    stocks : Stocks
        Changed in place.
    """
    key = households.uid[events.row]
    order = np.argsort(key, kind="stable")
    split = events.leaver[order] >= 0
    uids = new_uids(households.uid[: households.n], key[order][split], tables.new_key)
    if households.n + len(uids) > households.capacity:
        households.grow(households.n + max(len(uids), households.n // 16))
    origin = np.empty(len(events), dtype=np.int32)
    destination = np.empty(len(events), dtype=np.int32)
    persons = np.empty(len(events), dtype=np.int64)
    whole, splits, returns = _apply(
        order,
        events.row,
        events.destination,
        events.leaver,
        uids,
        households.n,
        households.uid,
        households.place,
        households.home_place,
        households.wealth,
        households.member,
        households.attributes,
        households.income_quantile,
        households.ties,
        households.flags,
        tables.urban,
        tables.year,
        tables.district,
        tables.province,
        stocks.households,
        stocks.persons,
        stocks.network,
        origin,
        destination,
        persons,
    )
    households.n += splits
    return Moves(origin, destination, persons, int(whole), int(splits), int(returns))


__all__ = ["Moves", "commit", "new_uids"]

"""The commit: events become changes, the same whatever engine found them and in whatever order they come.

Moves and couples touch rows of their own and sums of integers, so they are applied as they lie in memory; where one
event could get in another's way (identities, orphans, returns, followers, estates), the order is that of the uids.
Moves, then couples, families that part from parents, orphans, those who came home to their parents, lodgers, families
that follow, who crosses the country's border; estates; and at last the emptied rows are filled, so that there are
never holes. Stocks are carried along as integers and compared with a recount by the accounts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.abroad import AbroadTable
from dicu.behaviour.events import DEAD_WORKERS_MASK, DEAD_WORKERS_SHIFT, Events
from dicu.behaviour.geography import Where
from dicu.behaviour.remit import Follows
from dicu.behaviour.tables import Tables
from dicu.commit.abroad import cross_border
from dicu.commit.across import Across, Closed, Closing, identities
from dicu.commit.changes import Changes
from dicu.commit.estates import inherit
from dicu.commit.family import pair_up, seekers_of
from dicu.commit.followers import follow_children
from dicu.commit.ledger import Ledger, Movers
from dicu.commit.lodgers import take_lodgings
from dicu.commit.moves import Moves, apply_moves
from dicu.commit.orphans import rehouse_orphans
from dicu.commit.partings import Partings
from dicu.commit.returns import come_home
from dicu.commit.rows import (
    without_holes,
)
from dicu.commit.stocks import CARRIED, DIED, Carried, Stocks, carry
from dicu.compute.kernel import kernel
from dicu.population.columns import FORMAL, MEMBERS, Households, Rows, of_lodgers
from dicu.population.links import Links
from dicu.population.shard import Shard, alone
from dicu.scenario.vocabulary import MOVE_KINDS, REASON_FAMILY, REASONS


@kernel
def _life(
    h: Rows,
    row: NDArray[np.int32],
    mask: NDArray[np.int32],
    where: Where,
    sums: Carried,
    emptied: NDArray[np.int64],
) -> tuple[int, int, int]:
    """Carry births and deaths into the stocks; list emptied rows. Returns births, deaths, how many are empty."""
    households, persons, network, jobs = sums
    district, province = where.district, where.province
    births = 0
    deaths = 0
    empty = 0
    for k in range(row.shape[0]):
        i = row[k]
        died = 0
        born = 0
        for m in range(MEMBERS):
            died += mask[k] >> m & 1
            born += mask[k] >> (MEMBERS + m) & 1
        births += born
        deaths += died
        persons[h.place[i]] += born - died
        if h.attributes[i] & np.uint8(FORMAL):
            jobs[DIED, district[h.place[i]]] -= mask[k] >> DEAD_WORKERS_SHIFT & DEAD_WORKERS_MASK
        if h.member[i, 0] == 0:
            emptied[empty] = i
            empty += 1
            households[h.place[i]] -= 1
            network[province[district[h.home_place[i]]], district[h.place[i]]] -= 1
    return births, deaths, empty


def commit(
    households: Households,
    links: Links,
    events: Events,
    followers: Follows,
    tables: Tables,
    move_cost: NDArray[np.uint16],
    stocks: Stocks,
    *,
    one_by_one: bool = False,
    shard: Shard | None = None,
    abroad: AbroadTable | None = None,
) -> Changes:
    """Apply the events of a step to the rows, the links and the stocks (all changed in place).

    Parameters
    ----------
    followers : Follows
        Families that would follow, in the order of the children's uids.
    move_cost : (L, L) uint16
        What a move costs between districts, wealth units.
    one_by_one : bool
        Also say who made each move (`Changes.movers`).
    shard : Shard or None
        What part of the population this is; None: all of it. Events, rows and links are those of this rank, and so are
        the changes (see `dicu.commit.whole`); the families that follow are addresses, of all ranks.
    abroad : AbroadTable or None
        How many leave the country and come to it; None: nobody.
    """
    shard = alone(len(tables.where.district)) if shard is None else shard
    emptied = np.empty(len(events.life_row), dtype=np.int64)
    before = stocks.persons.copy()
    births, deaths, n_empty = _life(
        households.rows, events.life_row, events.life_mask, tables.where, stocks.carried, emptied
    )
    natural = stocks.persons - before
    dead = emptied[:n_empty]

    # identities and room for every new row of this step
    uid = households.uid[: households.n]
    splitting = uid[events.row[events.leaver >= 0]]
    seekers = seekers_of(households, events, tables)
    pairs = pair_up(households, seekers, tables)
    partings = Partings.of(events)
    founding = np.concatenate([splitting, uid[pairs.woman_row][pairs.founds], uid[partings.row]])
    uids = identities(shard, uid, founding, tables.move.new_key)
    if households.n + len(uids) > households.capacity:
        households.grow(households.n + max(len(uids), households.n // 16))
    h = households.rows
    ledger = Ledger()

    def who(rows: NDArray[np.integer], kind: str | NDArray[np.intp]) -> Movers | None:
        code = np.array([MOVE_KINDS.index(kind)]) if isinstance(kind, str) else kind
        return Movers.of(households, rows, code) if one_by_one else None

    movers = who(events.row, (events.leaver >= 0).astype(np.intp))
    parent = np.empty(len(splitting), dtype=np.int64)
    moves = Moves(
        events.row,
        events.destination,
        events.leaver,
        events.reason,
        uids,
        parent,
        tables.couples,
        origin=np.empty(len(events), dtype=np.int32),
        people=np.empty((len(events), MEMBERS), dtype=np.uint8),
    )
    born = np.concatenate([[0], np.cumsum(events.leaver >= 0)])
    moved = np.zeros((CARRIED, 4), dtype=np.int64)

    def move(part: int, first: int, last: int, sums: Carried) -> None:
        some = first, last, int(born[first])
        moved[part] = apply_moves(some, h, households.n, moves, tables.where, tables.ages, move_cost, sums)

    carry(stocks, len(events), move)
    whole, returns, paid, _ = moved.sum(axis=0)
    split = np.arange(households.n, households.n + len(parent))
    left = _left_behind(households.rows, links, parent, shard)
    links.enter(split[left >= 0], left[left >= 0])
    ledger.add(moves.origin, events.destination, moves.people, events.reason, tables, movers)
    n = households.n + len(parent)

    # who came out of whom, while the parents' rows still are where they were
    founders = pairs.man_row[pairs.founds]
    parents = np.concatenate([parent, founders, partings.row])
    founded_parent = np.concatenate([uid[parents], uid[pairs.woman_row][pairs.founds]])
    guests, hosts = pairs.moving(h)
    partners = who(guests, "partner")
    of_couples, of_families = np.split(uids[len(parent) :], [len(founders)])
    couples = pairs.settle(h, n, of_couples, tables, stocks)
    n += couples.new_rows
    partings.settle(h, n, of_families, tables, stocks)
    links.enter(np.arange(n, n + len(partings)), shard.address(partings.row))
    n += len(partings)
    family = np.full(len(couples.origin), REASON_FAMILY, dtype=np.uint8)
    ledger.add(couples.origin, couples.destination, couples.people, family, tables, partners)

    households.n = n
    across = None if shard.alone else Across(shard, households, links)
    moved_whole = events.row[events.leaver < 0].astype(np.int64)
    if across is not None:
        moved_whole, split = across.movers(moved_whole, split)
    orphans = rehouse_orphans(households, events, tables, stocks)
    home = come_home(households, links, np.concatenate([moved_whole, split]), tables, stocks, shard)
    elsewhere = split[households.place[split] != households.home_place[split]]
    lodged = take_lodgings(households, elsewhere, tables, stocks)
    lodged_child, lodged_host = households.uid[lodged.emptied], households.uid[lodged.host]
    lodged_place = households.place[lodged.host].astype(np.int32)
    home_child, home_parent = households.uid[home.emptied], households.uid[home.parent]
    home_place = households.place[home.parent].astype(np.int32)
    if across is not None:
        followers = across.families(followers)
    families = who(followers.parent, "follow")
    came = follow_children(households, followers, tables, stocks)
    ledger.add(
        came.origin,
        came.destination,
        came.people,
        np.full(len(came.which), REASON_FAMILY, dtype=np.uint8),
        tables,
        families.take(came.which) if families is not None else None,
    )

    # last, with rows that nothing else touched: who leaves the country and who comes to it
    crossed = cross_border(households, abroad, tables, stocks) if abroad is not None else None
    h = households.rows
    emigrated = crossed.row if crossed is not None else np.empty(0, dtype=np.int64)
    arrived = len(crossed.new_uid) if crossed is not None else 0

    # links of the merged, estates, then no holes
    merged = np.concatenate([home.emptied, came.emptied])
    died_out = np.concatenate([dead, orphans.emptied])
    departed = across.departed if across is not None else np.empty(0, dtype=np.int64)
    gone = np.sort(np.concatenate([died_out, couples.emptied, merged, lodged.emptied, departed, emigrated]))
    # what did not fit into a partner's purse is left behind as an estate
    beyond = couples.emptied[households.wealth[couples.emptied] > 0]
    bequeathing = np.concatenate([died_out, beyond])
    closing = Closing(merged, np.concatenate([home.parent, came.host]), bequeathing, gone)
    closed = across.close(closing) if across is not None else _close(households, links, closing)

    reason = ledger.column(3, np.uint8)
    counts = np.bincount(reason, minlength=len(REASONS))
    return Changes(
        origin=ledger.column(0, np.int32),
        destination=ledger.column(1, np.int32),
        persons=ledger.column(2, np.int64),
        reason=reason,
        movers_by_age=ledger.by_age,
        whole=int(whole),
        splits=len(parent),
        returns=int(returns),
        couples=len(pairs),
        parted=len(partings),
        lodged=len(lodged.emptied),
        followed=len(came.which),
        births=int(births),
        deaths=int(deaths),
        rehoused=orphans.taken_in,
        alone=orphans.left,
        new_rows=len(uids) + arrived,
        freed_rows=len(gone) - len(departed),
        emptied=len(gone),
        income=events.income,
        consumption=events.consumption,
        move_costs=int(paid),
        estates=closed.estates,
        by_reason={name: int(k) for name, k in zip(REASONS, counts, strict=True)},
        founded_child=np.concatenate([uids, of_couples]),
        founded_parent=founded_parent,
        parent_row=parents,
        returned_child=home_child,
        returned_parent=home_parent,
        lodged_child=lodged_child,
        lodged_host=lodged_host,
        guest_row=np.concatenate([guests, home.emptied, lodged.emptied]),
        host_row=np.concatenate([hosts, home.parent, lodged.host]),
        joined_place=np.concatenate([couples.destination, home_place, lodged_place]),
        exchanged=np.concatenate([couples.exchanged, lodged.exchanged], axis=1),
        row_source=closed.source,
        row_target=closed.target,
        shipments=across.shipments if across is not None else [],
        movers=ledger.movers(),
        natural=natural,
        abroad=crossed,
    )


def _left_behind(h: Rows, links: Links, left: NDArray[np.int64], shard: Shard) -> NDArray[np.int64]:
    """Addresses of the households that those who split off have links to: the rows they left; of lodgers the parents
    of the household, -1 where it has none.
    """
    address = shard.address(left)
    shared = np.flatnonzero(of_lodgers(h.attributes[left]))
    if len(shared):
        address[shared] = links.parents_of(left[shared])
    return address


def _close(households: Households, links: Links, closing: Closing) -> Closed:
    """Links of the merged, estates, then no holes: what of the links is concerned is looked for once."""
    gone = closing.gone
    moving = np.arange(households.n - len(gone), households.n)  # into the holes, but for those that are gone
    concerned = links.touching(np.concatenate([gone, moving]))
    concerned.merge_into(closing.merged, closing.hosts)
    estates = inherit(households, concerned.child, concerned.parent, closing.bequeathing, gone)
    source, target, households.n = without_holes(households.rows, gone, households.n)
    concerned.remap(gone, source, target)
    links.put_back(concerned)
    return Closed(estates, source, target)

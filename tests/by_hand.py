"""Shared by tests: households written down by hand, and the books that a commit must keep.

Everything here counts in plain numpy and Python, without the kernels that it is there to check.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dicu.behaviour.events import Events, no_work
from dicu.behaviour.remit import Follows
from dicu.behaviour.tables import Tables
from dicu.commit.commit import Changes, commit
from dicu.commit.stocks import DIED, Stocks
from dicu.population.columns import COLUMNS, Households
from dicu.population.links import Links
from nests import make_geography, make_tables
from states import by_law

YEAR = 2024
FARM, INDUSTRY, SERVICE, NO_WORK = 0, 1, 2, 3
OWN, RENT, SOCIAL = 0, 1, 2
NATIVE = 255
BUSY = 0x80


def person(text: str) -> int:
    """Member byte of somebody of this sex and age: ``person("f24")``."""
    return ((YEAR - int(text[1:]) - 1910) << 1) | (text[0] == "f")


def name(byte: int) -> str:
    """The other way round."""
    return f"{'f' if byte & 1 else 'm'}{YEAR - 1910 - (int(byte) >> 1)}"


@dataclass
class Row:
    """One household by hand: ``Row(7, 0, "m40 f38 f9", wealth=200)``."""

    uid: int
    place: int
    people: str
    wealth: int = 100
    home: int | None = None
    ties: int = NATIVE
    skilled: int = 0
    sector: int = SERVICE
    tenure: int = OWN
    quantile: int = 128
    flags: int = 0
    newly_wed: int = 0
    formal: int = 0
    apart: int = 0


def households(*rows: Row, spare: int = 0) -> Households:
    """Columns of these rows in this order, with room for ``spare`` more; types as members and work demand."""
    h = Households.empty(len(rows), len(rows) + spare)
    for i, r in enumerate(rows):
        codes = sorted(person(p) for p in r.people.split())
        h.uid[i], h.place[i], h.wealth[i] = r.uid, r.place, r.wealth
        h.home_place[i] = r.place if r.home is None else r.home
        h.member[i] = codes + [0] * (6 - len(codes))
        h.attributes[i] = (
            r.skilled | r.sector << 1 | r.tenure << 3 | r.newly_wed << 5 | r.formal << 6 | r.apart << 7
        )
        h.income_quantile[i], h.ties[i] = r.quantile, r.ties
        h.flags[i] = r.flags | kind_of(h.member[i], int(h.attributes[i]))
    return h


def kind_of(member: np.ndarray, attributes: int) -> int:
    """Type by the specification: stage (young adult, children, other, elderly) x skill x not farming."""
    ages = [YEAR - 1910 - (int(b) >> 1) for b in member if b]
    if all(a >= 60 for a in ages):
        stage = 3
    elif any(a < 15 for a in ages):
        stage = 1
    else:
        stage = 0 if any(a < 35 for a in ages) else 2
    return stage * 4 + (attributes & 1) * 2 + ((attributes >> 1) & 3 != FARM)


@dataclass
class Land:
    """Places, their districts and provinces; by default two provinces with districts {0, 1}, {2}, {3, 4}, of two."""

    district: list[int] = field(default_factory=lambda: [0, 0, 1, 1, 2])
    province: list[int] = field(default_factory=lambda: [0, 0, 1])
    urban: list[int] = field(default_factory=list)

    def tables(self, **couples: Any) -> Tables:
        """What the commit reads of the frozen tables; ``couples`` replaces fields of `CoupleTable`."""
        sizes = [
            [self.district.count(d) for d, province in enumerate(self.province) if province == q]
            for q in range(max(self.province) + 1)
        ]
        made = make_tables(make_geography(sizes))
        urban = np.zeros(len(self.district), dtype=np.bool_)
        urban[self.urban] = True
        hazards = made.life.hazards._replace(detail_key=np.uint64(0xFEED_0000_0000_0003))
        keys = {
            "home_key": np.uint64(0xC0DE_0000_0000_0005),
            "reach_key": np.uint64(0xC0DE_0000_0000_0006),
        }
        return made._replace(
            where=made.where._replace(urban=urban),
            move=made.move._replace(new_key=np.uint64(0xDEAD_BEEF_0000_0001)),
            life=made.life._replace(hazards=hazards),
            couples=made.couples._replace(**keys | couples),
            ages=by_law(YEAR),
        )


LAND = Land()
"""Places 0, 1 in district 0 and 2, 3 in district 1 of province 0; place 4 in district 2 of province 1."""


def recount(h: Households, tables: Any) -> Stocks:
    """Stocks as counted from the rows."""
    n, places = h.n, len(tables.where.district)
    place = h.place[:n].astype(int)
    kinds = np.zeros((places, 16), dtype=np.int64)
    np.add.at(kinds, (place, h.flags[:n] & 15), 1)
    persons = np.zeros(places, dtype=np.int64)
    np.add.at(persons, place, (h.member[:n] != 0).sum(axis=1))
    network = np.zeros((int(tables.where.province.max()) + 1, len(tables.where.province)), dtype=np.int64)
    home = tables.where.province[tables.where.district[h.home_place[:n]]]
    np.add.at(network, (home, tables.where.district[place]), 1)
    workers = np.zeros((places, 16), dtype=np.int64)
    wealth = int(h.wealth[:n].astype(np.int64).sum())
    ages = tables.ages.year - 1910 - (h.member[:n].astype(int) >> 1)
    here = h.member[:n] != 0
    jobs = (here & (ages >= 15) & (ages <= 64)).sum(axis=1) * (h.attributes[:n] >> 6 & 1)
    districts = len(tables.where.province)
    formal, looking = np.zeros(districts, dtype=np.int64), np.zeros(districts, dtype=np.int64)
    np.add.at(formal, tables.where.district[place], jobs)
    flows = np.zeros((5, districts), dtype=np.int64)
    sizes = np.bincount((h.member[:n] != 0).sum(axis=1), minlength=7)[1:]
    return Stocks(kinds.sum(axis=1), persons, kinds, workers, network, formal, looking, sizes, flows, wealth)


def happenings(
    moves: list[tuple[int, int, int]] | None = None,
    life: list[tuple[int, int]] | None = None,
    reasons: list[int] | None = None,
) -> Events:
    """Events by hand: moves are (row, destination, leaver or -1), life events (row, mask)."""
    row, to, who = np.array(moves or [], dtype=np.int64).reshape(-1, 3).T
    life_row, mask = np.array(life or [], dtype=np.int32).reshape(-1, 2).T
    return Events(
        row=row.astype(np.int32),
        destination=to.astype(np.uint16),
        leaver=who.astype(np.int8),
        reason=np.array(reasons if reasons is not None else [0] * len(row), dtype=np.uint8),
        life_row=life_row.copy(),
        life_mask=mask.copy(),
        considered=len(row),
        income=0,
        consumption=0,
        work=no_work(1),
    )


def seeks(slot: int) -> int:
    """Mask of a life event: the member of this slot looks for a partner."""
    return (slot + 1) << 12


def following(*families: tuple[int, int]) -> Follows:
    """Families that would follow: (parent row, child row)."""
    parent, child = np.array(families, dtype=np.int64).reshape(-1, 2).T
    return Follows(parent.copy(), child.copy(), np.zeros(len(parent), dtype=np.bool_))


def linked(*pairs: tuple[int, int]) -> Links:
    """Links by row: (child, parent)."""
    links = Links.empty(len(pairs))
    child, parent = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    links.add(child, parent)
    return links


def free(tables: Any) -> np.ndarray:
    """Moves that cost nothing."""
    return np.zeros((len(tables.where.province),) * 2, dtype=np.uint16)


@dataclass
class Done:
    """A commit with what was before: the rows of before (a copy) and its changes."""

    before: Households
    after: Households
    links: Links
    stocks: Stocks
    changes: Changes

    def row(self, uid: int) -> int:
        """Where a household stands now."""
        at = np.flatnonzero(self.after.uid[: self.after.n] == np.uint64(uid))
        assert len(at) == 1, f"{len(at)} rows of uid {uid}"
        return int(at[0])

    def people(self, uid: int) -> str:
        """Members, eldest first: "m40 f38"."""
        return " ".join(name(b) for b in self.after.member[self.row(uid)] if b)

    def of(self, column: str, uid: int) -> int:
        """One value of one household."""
        return int(getattr(self.after, column)[self.row(uid)])

    def work_and_tenure(self, uid: int) -> tuple[int, int]:
        """Sector and tenure."""
        a = self.of("attributes", uid)
        return a >> 1 & 3, a >> 3 & 3

    @property
    def new(self) -> set[int]:
        """Uids that were not there before."""
        return {int(u) for u in self.after.uid[: self.after.n]} - {int(u) for u in self.before.uid}

    def link_uids(self) -> set[tuple[int, int]]:
        """Links as (child, parent) uids."""
        child, parent = self.links.canonical(self.after.uid)
        return {(int(c), int(p)) for c, p in zip(child, parent, strict=True)}


def settle(
    h: Households,
    events: Events,
    tables: Any = None,
    *,
    links: Links | None = None,
    follows: Follows | None = None,
    cost: np.ndarray | None = None,
) -> Done:
    """Commit, and check what must hold after any commit: see `assert_books`.

    The rows must already show the deaths and births of ``events``, as after a household pass.
    """
    tables = LAND.tables() if tables is None else tables
    links = linked() if links is None else links
    follows = following() if follows is None else follows
    before = h.take(np.arange(h.n))
    stocks = stocks_of_last_step(h, events, tables)
    changes = commit(h, links, events, follows, tables, free(tables) if cost is None else cost, stocks)
    done = Done(before, h, links, stocks, changes)
    assert_books(done, tables)
    return done


def stocks_of_last_step(h: Households, events: Events, tables: Any) -> Stocks:
    """Stocks of before the pass: the dead still counted, the newborn not yet."""
    stocks = recount(h, tables)
    for i, mask in zip(events.life_row, events.life_mask, strict=True):
        deaths, births = bin(int(mask) & 63).count("1"), bin(int(mask) >> 6 & 63).count("1")
        stocks.persons[h.place[i]] += deaths - births
    return stocks


def assert_books(done: Done, tables: Any) -> None:
    """Nobody and no money lost, no holes, nobody twice, types right, stocks those of a recount."""
    before, h, c, n = done.before, done.after, done.changes, done.after.n
    counted = recount(h, tables)
    for what in ("households", "persons", "network"):
        assert np.array_equal(getattr(done.stocks, what), getattr(counted, what)), what
    there = h.member[:n] != 0
    assert there[:, 0].all(), "a hole"
    born = np.where(there, h.member[:n], 255).astype(int)
    assert (np.diff(born, axis=1) >= 0).all(), "members are not eldest first, nobody last"
    assert len(np.unique(h.uid[:n])) == n, "a uid twice"
    assert n == before.n + c.new_rows - c.freed_rows
    # deaths and births stood in the rows before the commit already
    people = np.sort(before.member[before.member != 0])
    assert np.array_equal(np.sort(h.member[:n][there]), people), "other people than before"
    total = int(before.wealth.astype(np.int64).sum())
    assert counted.wealth == total - c.move_costs - c.estates, "money lost or made"
    kinds = [kind_of(h.member[i], int(h.attributes[i])) for i in range(n)]
    assert kinds == (h.flags[:n] & 15).tolist(), "type differs from members and work"
    jobs = recount(before, tables).formal + done.stocks.jobs.sum(axis=0)
    dead = done.stocks.jobs[DIED]  # those of `before` are dead already
    assert np.array_equal(counted.formal, jobs - dead), "formal jobs and workers differ"
    assert not (h.attributes[:n] & 64)[(h.flags[:n] & 1) == 0].any(), "a farmer with a formal job"
    done.links.check(n)
    assert (c.origin != c.destination).all()
    net = np.zeros(len(tables.where.district), dtype=np.int64)
    np.add.at(net, c.destination, c.persons)
    np.add.at(net, c.origin, -c.persons)
    np.add.at(net, c.exchanged[1], 1)
    np.add.at(net, c.exchanged[0], -1)
    assert np.array_equal(counted.persons - recount(before, tables).persons, net), "moves are not the change"
    assert c.movers_by_age.sum() == c.persons.sum()


def columns(h: Households) -> dict[str, list[Any]]:
    """Every column by uid, to compare states whatever the order of rows."""
    order = np.argsort(h.uid[: h.n])
    return {name: getattr(h, name)[: h.n][order].tolist() for name, _, _ in COLUMNS}

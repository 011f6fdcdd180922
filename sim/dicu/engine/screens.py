"""What every household goes through in a step, and two screens for what few do: the vectorised part of the pass.

Small loops of few arrays over a chunk that stays in the first cache: ties, shocks, jobs found and lost, income and
consumption, and for life events, jobs and considering a move one hash, one bound and one comparison each.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.consider import may_consider
from dicu.behaviour.events import WorkTally
from dicu.behaviour.household_rules import faded, income_units
from dicu.behaviour.member_word import COUNT_MASK, HAZARD_BITS, HAZARD_MASK, PERSON_SHIFT, WORKER_SHIFT
from dicu.behaviour.screening import CODES, LOOKS_MASK, LOOKS_SHIFT, READY_SHIFT, bounds_of, sure_couple
from dicu.behaviour.tables import Tables
from dicu.behaviour.ties import grown
from dicu.behaviour.wealth import wealth_after
from dicu.behaviour.work import attributes_after, changes_status, flags_after, may_be_offered, tally_change
from dicu.compute.hashing import hash32
from dicu.compute.kernel import kernel
from dicu.population.columns import N_KINDS, Rows
from dicu.population.life_stage import kind_of

BLOCK: Final = 1 << 15
_CHUNK: Final = 1 << 11


class Lists(NamedTuple):
    """What `own_rows` fills: rows that passed a screen, and changes of status (B blocks of K entries each).

    Attributes
    ----------
    mover, life, offer : (B K,) int32
        Of considering a move, of life events, of jobs offered from afar; the k-th block owns entries k K to (k + 1) K.
    found : (B, 5) int64
        As `_block` returns.
    tally : WorkTally
    """

    mover: NDArray[np.int32]
    life: NDArray[np.int32]
    offer: NDArray[np.int32]
    found: NDArray[np.int64]
    tally: WorkTally


class Space(NamedTuple):
    """Working space of one thread: a chunk of each intermediate value, (2048,) each.

    Attributes
    ----------
    members : uint64
        Sum of the members' bounds, see `dicu.behaviour.screening.ScreenTable`.
    word, cell, draw, bound : uint32
        Packed words of the members, place and kind in one index, a draw, income or a bound.
    offered : uint32
        The draw of finding a job, whose other end is an offer.
    rate, luck, extra : float32
        Pay of a worker or bound of considering, lasting luck or readiness, other income of a person.
    hit, youngest : uint8
        Whether a disaster strikes, a job is found or lost, a screen is passed; the youngest member's byte.
    """

    members: NDArray[np.uint64]
    word: NDArray[np.uint32]
    cell: NDArray[np.uint32]
    draw: NDArray[np.uint32]
    bound: NDArray[np.uint32]
    offered: NDArray[np.uint32]
    rate: NDArray[np.float32]
    luck: NDArray[np.float32]
    extra: NDArray[np.float32]
    hit: NDArray[np.uint8]
    youngest: NDArray[np.uint8]


def space() -> Space:
    """Working space of `own_rows`."""
    n = _CHUNK
    return Space(
        members=np.empty(n, dtype=np.uint64),
        word=np.empty(n, dtype=np.uint32),
        cell=np.empty(n, dtype=np.uint32),
        draw=np.empty(n, dtype=np.uint32),
        bound=np.empty(n, dtype=np.uint32),
        offered=np.empty(n, dtype=np.uint32),
        rate=np.empty(n, dtype=np.float32),
        luck=np.empty(n, dtype=np.float32),
        extra=np.empty(n, dtype=np.float32),
        hit=np.empty(n, dtype=np.uint8),
        youngest=np.empty(n, dtype=np.uint8),
    )


@kernel
def _listed(hit: NDArray[np.uint8], start: int, rows: NDArray[np.int32], n: int) -> int:
    """Write the rows that are hit behind the ``n`` of before, without a branch; returns how many there are then.

    The last of ``rows`` is for those that are not, and for those that find no room.
    """
    last = rows.shape[0] - 1
    k = np.int64(n)
    for i in range(hit.shape[0]):
        rows[min(k, last)] = start + i
        k += np.int64(hit[i])
    return int(k)


@kernel
def _block(
    lo: int, hi: int, h: Rows, t: Tables, mine: tuple[int, int], lists: Lists, space: Space
) -> tuple[int, int, int, int, int]:
    """Rows lo..hi: own-row rules and screens. Returns how many rows are listed in ``lists.mover`` and ``life``, income,
    consumption, how many in ``offer``; ``mine`` is the part of the lists for this block.

    More rows than there is room for are counted but not listed.
    """
    members, word, cell, draw, bound, offered, rate, luck, extra, hit, youngest = space
    considering = t.consider.bound.reshape(-1)
    shock_bound = t.consider.shock_bound
    screen = t.screen
    pay = t.money.pay.reshape(-1)
    change = t.work.change.reshape(-1)
    mover, life, offer = (
        lists.mover[mine[0] : mine[1]],
        lists.life[mine[0] : mine[1]],
        lists.offer[mine[0] : mine[1]],
    )
    movers = 0
    lives = 0
    offers = 0
    income = np.int64(0)
    consumption = np.int64(0)
    for start in range(lo, hi, _CHUNK):
        end = min(hi, start + _CHUNK)
        size = end - start
        u = h.uid[start:end]
        p = h.place[start:end]
        f = h.flags[start:end]
        a = h.attributes[start:end]
        # members: bounds of life events and readiness, workers, persons in one look-up each
        c0, c1, c2 = h.member[start:end, 0], h.member[start:end, 1], h.member[start:end, 2]
        c3, c4, c5 = h.member[start:end, 3], h.member[start:end, 4], h.member[start:end, 5]
        for i in range(size):
            youngest[i] = max(max(c2[i], c3[i]), max(c4[i], c5[i]))
        for i in range(size):
            hit[i] = sure_couple(c0[i], c1[i], c2[i], youngest[i], a[i], screen)
        for i in range(size):
            cell[i] = screen.first[p[i]]
        for i in range(size):
            bound[i] = np.uint32(cell[i] + np.uint32(np.uint32(hit[i]) * np.uint32(CODES)))
        for i in range(size):
            members[i] = screen.member[bound[i] + c0[i]] + screen.member[bound[i] + c1[i]]
        for i in range(size):
            members[i] += screen.member[cell[i] + c2[i]] + screen.member[cell[i] + c3[i]]
        for i in range(size):
            members[i] += screen.member[cell[i] + c4[i]] + screen.member[cell[i] + c5[i]]
        for i in range(size):
            word[i] = np.uint32(members[i])
        # ties and shocks
        tie = h.ties[start:end]
        for i in range(size):
            tie[i] = grown(tie[i], t.ties_growth)
        for i in range(size):
            hit[i] = t.struck[p[i]]
        for i in range(size):
            f[i] = faded(f[i], hit[i])
        # formal jobs found and lost
        for i in range(size):
            cell[i] = np.uint32(np.uint32(p[i]) * np.uint32(N_KINDS)) + np.uint32(kind_of(f[i], a[i]))
        for i in range(size):
            offered[i] = hash32(u[i], t.work.key)
        for i in range(size):
            bound[i] = change[cell[i]]
        for i in range(size):
            workers = np.uint32((word[i] >> np.uint32(WORKER_SHIFT)) & np.uint32(COUNT_MASK))
            hit[i] = changes_status(offered[i], bound[i], workers)
        for i in range(size):
            a[i] = attributes_after(a[i], f[i], hit[i])
        for i in range(size):
            f[i] = flags_after(f[i], hit[i])
        for i in range(size):
            if hit[i]:
                workers = np.uint32((word[i] >> np.uint32(WORKER_SHIFT)) & np.uint32(COUNT_MASK))
                tally_change(lists.tally, t.where.district[p[i]], a[i], int(workers))
        for i in range(size):
            cell[i] = np.uint32(np.uint32(p[i]) * np.uint32(N_KINDS)) + np.uint32(kind_of(f[i], a[i]))
        # income, consumption, wealth
        q = h.income_quantile[start:end]
        for i in range(size):
            rate[i] = pay[cell[i]]
        for i in range(size):
            luck[i] = t.money.luck[q[i]]
        for i in range(size):
            extra[i] = t.money.other_pay[p[i]]
        for i in range(size):
            draw[i] = hash32(u[i], t.money.key)
        for i in range(size):
            workers = np.uint32((word[i] >> np.uint32(WORKER_SHIFT)) & np.uint32(COUNT_MASK))
            persons = np.uint32(word[i] >> np.uint32(PERSON_SHIFT))
            bound[i] = income_units(rate[i], luck[i], workers, extra[i], persons, draw[i])
        w = h.wealth[start:end]
        before = np.int64(0)
        after = np.int64(0)
        earned = np.int64(0)
        for i in range(size):
            earned += np.int64(bound[i])
            before += np.int64(w[i])
        for i in range(size):
            persons = np.uint32(word[i] >> np.uint32(PERSON_SHIFT))
            floor = np.uint32(persons * t.money.floor)
            w[i] = np.uint16(wealth_after(np.uint32(w[i]), bound[i], floor, t.money.keep, t.money.draw))
        for i in range(size):
            after += np.int64(w[i])
        income += earned
        consumption += before + earned - after
        # screen of life events
        for i in range(size):
            draw[i] = hash32(u[i], t.life.hazards.key) >> np.uint32(32 - HAZARD_BITS)
        passed = hit[:size]
        for i in range(size):
            passed[i] = np.uint8(draw[i] < (word[i] & np.uint32(HAZARD_MASK)))
        lives = _listed(passed, start, life, lives)
        # screen of considering a move: readiness of the adults, a shock raises the bound
        for i in range(size):
            rate[i] = considering[cell[i]] * screen.ties[tie[i]]
        for i in range(size):
            luck[i] = np.float32(np.int32(members[i] >> np.uint64(READY_SHIFT))) * screen.unit
        for i in range(size):
            draw[i] = hash32(u[i], t.consider.key)
        for i in range(size):
            passed[i] = np.uint8(may_consider(draw[i], rate[i], luck[i], f[i], shock_bound))
        movers = _listed(passed, start, mover, movers)
        # screen of offers from afar: the other end of the draw of finding a job
        for i in range(size):
            extra[i] = screen.offer[p[i]]
        for i in range(size):
            luck[i] = np.float32(np.int32((members[i] >> np.uint64(LOOKS_SHIFT)) & np.uint64(LOOKS_MASK)))
        for i in range(size):
            passed[i] = may_be_offered(offered[i], extra[i], luck[i], a[i])
        offers = _listed(passed, start, offer, offers)
    return movers, lives, int(income), int(consumption), offers


@kernel
def own_rows(lo: int, hi: int, h: Rows, t: Tables, lists: Lists, space: Space) -> None:
    """What the households of rows lo..hi go through, block by block."""
    blocks = lists.found.shape[0]
    room = lists.mover.shape[0] // blocks
    for b in range(blocks):
        start, end = lo + b * BLOCK, min(hi, lo + (b + 1) * BLOCK)
        found = _block(start, end, h, t, (b * room, (b + 1) * room), lists, space)
        for k in range(len(found)):
            lists.found[b, k] = found[k]


@kernel
def list_again(lo: int, hi: int, h: Rows, t: Tables, mine: tuple[int, int], lists: Lists) -> None:
    """The screens once more, for a block whose rows did not fit their room (unusual parameters)."""
    movers = lives = offers = mine[0]
    screen = t.screen
    for i in range(lo, hi):
        attributes = h.attributes[i]
        total = bounds_of(i, h, screen)
        ready = np.float32(np.int32(total >> np.uint64(READY_SHIFT))) * screen.unit
        looks = np.float32(np.int32((total >> np.uint64(LOOKS_SHIFT)) & np.uint64(LOOKS_MASK)))
        if hash32(h.uid[i], t.life.hazards.key) >> np.uint32(32 - HAZARD_BITS) < (
            np.uint32(total) & np.uint32(HAZARD_MASK)
        ):
            lists.life[lives] = i
            lives += 1
        if may_be_offered(hash32(h.uid[i], t.work.key), screen.offer[h.place[i]], looks, attributes):
            lists.offer[offers] = i
            offers += 1
        bound = t.consider.bound[h.place[i], kind_of(h.flags[i], attributes)] * screen.ties[h.ties[i]]
        draw = hash32(h.uid[i], t.consider.key)
        if may_consider(draw, bound, ready, h.flags[i], t.consider.shock_bound):
            lists.mover[movers] = i
            movers += 1


__all__ = ["BLOCK", "Lists", "Space", "list_again", "own_rows", "space"]

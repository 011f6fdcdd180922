"""Follow one household through a run, without changing anything: the story is told by a copy of its row.

The copy lives through the step by the rules of the `objects` engine, one at a time; then it must equal what the engine
made of the row, and likewise its wealth after remittances, or the trace stops.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.ages import Ages
from dicu.behaviour.events import PARTING_MASK, PARTING_SHIFT, SEEKER_MASK, Events, no_work
from dicu.behaviour.remit import Follows
from dicu.behaviour.tables import Tables
from dicu.behaviour.wealth import UNITS_PER_MVND
from dicu.commit.changes import Changes
from dicu.commit.family import pair_up, seekers_of
from dicu.compute.mesa_import import mesa
from dicu.engine.objects import DecidingHousehold
from dicu.model import Model
from dicu.population.columns import APART, COLUMNS, MEMBERS, SHOCK_MASK, SHOCK_SHIFT
from dicu.population.household import Household
from dicu.record.local import local_of
from dicu.scenario.vocabulary import REASON_WORK, REASONS, SERVICES
from dicu.trace.around import Gaps, Partner, declined, job_changes, left_behind, partner_of, row_of
from dicu.trace.remittances import remittances
from dicu.trace.sight import Weighed, person, places_of, sees, spot, thinks, weighs
from dicu.trace.story import Chapter, Event, Money, Option, Sight, State, Thought, written

_DEAD: Final = (1 << MEMBERS) - 1
_WHY: Final = {
    "chance": "no single term tipped it: size, variety and luck together",
    "income": "the higher income tipped it",
    "services": "the better services tipped it",
    "network": "its own people there tipped it",
    "home": "it was home",
    "shock": "without the shock it would not have thought about it",
    "family": "for the family",
    "work": "for the formal job that was offered",
}


class StoryDiffers(RuntimeError):
    """What the copy did is not what the engine did: a fault of the trace, never of the reader."""


class Watching:
    """Watches one household (`dicu.model.Watch`). After each step `chapter` tells it; None if it is not there.

    Parameters
    ----------
    model : Model
    uid : int
    gaps : Gaps or None
        To be shared by those who watch the same model.
    """

    def __init__(self, model: Model, uid: int, gaps: Gaps | None = None) -> None:
        self._model, self.uid = model, uid
        self._gaps = gaps if gaps is not None else Gaps(model)
        self._nowhere = mesa.Model(rng=0)
        self._local = local_of(model.world)
        self.chapter: Chapter | None = None
        self.founded: Event | None = None
        self.present = False

    # ---------------------------------------------------------------- before the pass

    def frozen(self, tables: Tables, followers: Follows) -> None:
        """Before the pass: what it is and sees, and, on a copy of its row, what it will do."""
        model, h = self._model, self._model.households
        self.chapter = None
        row = row_of(h, self.uid)
        self.present = row >= 0
        if not self.present:
            return
        self._row, self._tables = row, tables
        self._before = self._state(row, tables.ages)
        self._own = h.take(np.array([row]))
        self._saw: Sight = sees(
            self._own,
            tables,
            model.world,
            self._gaps.now(),
            model.markets,
            model.access(),
            SERVICES,
            model.network,
            model.settings.population.weight,
        )
        self._old = [int(code) for code in self._own.member[0] if code]
        self._old_wealth = int(self._own.wealth[0])
        agent = DecidingHousehold(self._nowhere, self._own, 0)
        tally = no_work(len(tables.where.province))
        self._earned, self._consumed, self._mask = agent.live(tables, tally)
        lived = self._own.take(np.array([0]))
        self._options: Weighed = weighs(lived, tables, model.world)
        took, leaves = agent.hear(tables, tally)
        heard = self._own.take(np.array([0]))
        considered, self._to, self._leaver, self._reason = agent.decide(tables, tally)
        if took >= 0:
            self._to, self._leaver, self._reason = took, leaves, REASON_WORK
        self._work = tally
        self._thought: Thought = thinks(heard, tables, considered)
        self._places: tuple[tuple[Option, ...], int | None] = ((), None)
        if considered:
            self._places = places_of(lived, tables, model.world, self._options.nest)
        self._called = {  # families that would follow or be followed, by the other household's uid
            "follows": [
                written(h.uid[c]) for p, c in zip(followers.parent, followers.child, strict=True) if p == row
            ],
            "followed by": [
                written(h.uid[p]) for p, c in zip(followers.parent, followers.child, strict=True) if c == row
            ],
        }

    # ---------------------------------------------------------------- after the pass

    def passed(self, events: Events) -> None:
        """After the pass: the engine must have done with the row what the copy did; who found a partner.

        Raises
        ------
        StoryDiffers
            When it has done something else.
        """
        if not self.present:
            return
        h, row = self._model.households, self._row
        for name, _, _ in COLUMNS:
            if not np.array_equal(getattr(h, name)[row], getattr(self._own, name)[0]):
                raise StoryDiffers(f"{written(self.uid)}: {name} after the pass differs from the story")
        at = np.flatnonzero(events.row == row)
        decided = (
            (int(events.destination[at[0]]), int(events.leaver[at[0]]), int(events.reason[at[0]]))
            if len(at)
            else (-1, 0, 0)
        )
        told = (self._to, self._leaver, self._reason) if self._to >= 0 else (-1, 0, 0)
        if decided != told:
            raise StoryDiffers(f"{written(self.uid)}: decided {decided}, but the story says {told}")
        self._partner: Partner | None = None
        if self._mask >> (2 * MEMBERS) & SEEKER_MASK:
            pairs = pair_up(h, seekers_of(h, events, self._tables), self._tables)
            self._partner = partner_of(h, row, pairs)

    # ---------------------------------------------------------------- after the commit

    def committed(self, changes: Changes) -> None:
        """After the commit: what became of it and its family; then what remittances will do."""
        children = changes.founded_child[changes.founded_parent == np.uint64(self.uid)]
        self._home = [
            written(u) for u in changes.returned_parent[changes.returned_child == np.uint64(self.uid)]
        ]
        self._rooms = {
            written(child): written(host)
            for child, host in zip(changes.lodged_child, changes.lodged_host, strict=True)
            if host == np.uint64(self.uid) or child in children
        }
        self._back = [
            written(u) for u in changes.returned_child[changes.returned_parent == np.uint64(self.uid)]
        ]
        abroad = changes.abroad
        self._emigrated = abroad is not None and bool((abroad.uid == np.uint64(self.uid)).any())
        if not self.present:
            self._found(changes)
            return
        h, tables, ages = self._model.households, self._tables, self._tables.ages
        row = row_of(h, self.uid)
        still = row >= 0
        life = self._lived(children, ages)
        did = self._decided(children, ages)
        life += self._family(row, children, ages)
        fare = committed = sent = received = 0
        if self._to >= 0:
            paid = self._model.move_cost[
                tables.where.district[self._own.place[0]], tables.where.district[self._to]
            ]
            fare = min(int(paid), int(self._own.wealth[0]))
        if still:
            committed = int(h.wealth[row]) - int(self._own.wealth[0]) + fare
            sent, received, events = remittances(self._model, self._tables, row, self._local)
            life += events
            self._expected = int(h.wealth[row]) - sent + received
        units = UNITS_PER_MVND
        self.chapter = Chapter(
            step=self._model.now + 1,
            period=self._model.calendar.label(self._model.now),
            before=self._before,
            saw=self._saw,
            thought=self._thought,
            options=self._options.options,
            winner=self._options.winner if self._thought.considered else None,
            places=self._places[0],
            place_winner=self._places[1],
            life=tuple(life),
            did=tuple(did),
            money=Money(
                earned=self._earned / units,
                consumed=self._consumed / units,
                fare=fare / units,
                family=committed / units,
                sent=sent / units,
                received=received / units,
                after=self._expected / units,
            )
            if still
            else None,
        )
        self.present = still

    def ended(self) -> None:
        """After the step: remittances must have done what the story says.

        Raises
        ------
        StoryDiffers
            When the household's wealth is another one.
        """
        if self.chapter is None or not self.present:
            return
        h = self._model.households
        wealth = int(h.wealth[row_of(h, self.uid)])
        if wealth != self._expected:
            raise StoryDiffers(f"{written(self.uid)}: wealth {wealth}, but the story says {self._expected}")

    # ---------------------------------------------------------------- in words

    def _state(self, row: int, ages: Ages) -> State:
        model, h = self._model, self._model.households
        view = Household(self._nowhere, h, row)
        parent = int(model.links.parents_of(np.array([row]))[0])
        return State(
            place=spot(model.world, view.place, model.urban.now),
            home=spot(model.world, view.home_place, model.urban.now),
            members=tuple(person(int(code), ages) for code in view.members if code),
            life_stage=view.life_stage,
            skilled=view.skilled,
            sector=view.sector,
            formal=view.formal,
            tenure=view.tenure,
            wealth_mvnd=view.wealth_mvnd,
            ties=float(view.ties) / 255.0,
            shock=(int(h.flags[row]) >> SHOCK_SHIFT) & SHOCK_MASK,
            parent=written(h.uid[parent]) if parent >= 0 else None,
            children=tuple(
                written(uid) for uid in np.sort(h.uid[model.links.of_parents(np.array([row])).child])
            ),
        )

    def _lived(self, children: NDArray[np.uint64], ages: Ages) -> list[Event]:
        """Deaths, births, the search for a partner and a family that parts, from the pass."""
        mask, told = self._mask, job_changes(self._work)
        for m, code in enumerate(self._old):
            if mask >> m & 1:
                told.append(Event("death", f"the {person(code, ages)} dies"))
        here = Counter(int(c) for c in self._own.member[0] if c)
        here.subtract(c for m, c in enumerate(self._old) if not mask >> m & 1)
        for code in (+here).elements():
            told.append(Event("birth", f"a {'girl' if code & 1 else 'boy'} is born"))
        if parting := mask >> PARTING_SHIFT & PARTING_MASK:
            who = person(int(self._own.member[0, parting - 1]), ages)
            family = f"the {who} parts from the parents with his family"
            told.append(
                Event("parts", f"{family}: their household is {written(children[0])}", written(children[0]))
            )
        seeker = (mask >> (2 * MEMBERS) & SEEKER_MASK) - 1
        if seeker >= 0:
            who = person(int(self._own.member[0, seeker]), ages)
            if self._partner is None:
                told.append(Event("seeks", f"the {who} looks for a partner and finds none"))
            else:
                what = (
                    "the partner moves in"
                    if self._partner.hosts
                    else ("together they found a household" if self._partner.founds else "and moves in there")
                )
                told.append(
                    Event(
                        "couple",
                        f"the {who} finds a partner in {self._partner.uid}; {what}",
                        self._partner.uid,
                    )
                )
        return told

    def _decided(self, children: NDArray[np.uint64], ages: Ages) -> list[Event]:
        """What came of an offer, and of thinking about moving."""
        return declined(self._work, self._model.world) + self._chosen(children, ages)

    def _chosen(self, children: NDArray[np.uint64], ages: Ages) -> list[Event]:
        """What came of thinking about moving, or of a job that was taken."""
        if not self._thought.considered and self._to < 0:
            return []
        if self._to < 0:
            chosen = self._options.options[self._options.winner]
            if chosen.kind == "work":
                return [Event("work", f"{chosen.name.removeprefix('stay and ')}, in the same place")]
            if chosen.kind != "stay":
                return [Event("stay", "stays: nobody of age to move, or no other place in the nest drawn")]
            return [Event("stay", "stays")]
        where, why = str(spot(self._model.world, self._to)), _WHY[REASONS[self._reason]]
        if self._leaver < 0:
            goes = "goes back home" if self._to == int(self._own.home_place[0]) else "moves, everybody"
            return [Event("move", f"{goes}, to {where}; {why}")]
        who, child = person(int(self._own.member[0, self._leaver]), ages), written(children[0])
        if child in self._rooms:
            rooms = self._rooms[child]
            return [
                Event("split", f"the {who} leaves alone for {where} and lodges with {rooms}; {why}", rooms)
            ]
        return [Event("split", f"the {who} leaves alone for {where} and founds {child}; {why}", child)]

    def _family(self, row: int, children: NDArray[np.uint64], ages: Ages) -> list[Event]:
        """What others brought about: partners, orphans, parents who follow; and the end of the household."""
        h = self._model.households
        if row < 0:
            return [self._gone(ages)]
        told = left_behind(Household(self._nowhere, self._own, 0), Household(self._nowhere, h, row))
        if self._leaver >= 0 and int(h.attributes[row]) & ~int(self._own.attributes[0]) & APART:
            told.append(Event("apart", "one of a couple works elsewhere from now on, and they stay married"))
        if self._partner is not None and self._partner.founds:
            told.append(Event("child", f"their household is {written(children[0])}", written(children[0])))
        came = Counter(int(c) for c in h.member[row] if c)
        came.subtract(int(c) for c in self._own.member[0] if c)
        new = [person(code, ages) for code in (+came).elements()]
        if self._partner is not None and self._partner.hosts and new:
            told.append(Event("joined", f"joined by {', '.join(new)}"))
        elif self._back:
            told.append(Event("joined", f"{', '.join(new)} of {self._back[0]} is back home", self._back[0]))
        elif new and written(self.uid) in self._rooms.values():
            told.append(Event("joined", f"lodge with it from now on: {', '.join(new)}"))
        elif self._called["followed by"] and new:
            parents = self._called["followed by"][0]
            told.append(
                Event("joined", f"its parents {parents} follow and move in: {', '.join(new)}", parents)
            )
        elif new:
            told.append(Event("orphans", f"takes in, orphaned in the place: {', '.join(new)}"))
        lost = Counter(int(c) for c in self._own.member[0] if c)
        lost.subtract(int(c) for c in h.member[row] if c)
        if self._mask & _DEAD and self._partner is None and any(k > 0 for k in lost.values()):
            away = ", ".join(person(code, ages) for code in (+lost).elements())
            told.append(Event("orphans", f"households of the place take in {away}"))
        if self._to < 0 and int(h.place[row]) != int(self._own.place[0]) and self._called["follows"]:
            child = self._called["follows"][0]
            told.append(
                Event(
                    "follow",
                    f"follows its child {child} to {spot(self._model.world, int(h.place[row]))}",
                    child,
                )
            )
        return told

    def _gone(self, ages: Ages) -> Event:
        """Why the household is no more."""
        left = [person(int(c), ages) for c in self._own.member[0] if c]
        if self._emigrated:
            return Event("gone", "leaves the country, everybody")
        if not left:
            return Event("gone", "its last member is dead: the household is no more")
        if self._partner is not None:
            return Event("gone", f"it lives on in {self._partner.uid}", self._partner.uid)
        if self._mask & _DEAD:
            return Event("gone", f"its last adult is dead; households of the place take in {', '.join(left)}")
        if self._home:
            return Event("gone", f"lives with the parents {self._home[0]} again", self._home[0])
        if not self._called["follows"]:
            raise StoryDiffers(
                f"{written(self.uid)}: the household is no more, and the story does not say why"
            )
        child = self._called["follows"][0]
        return Event("gone", f"everybody moves in with the child {child}", child)

    def _found(self, changes: Changes) -> None:
        """Whether it was founded in this step, and by whom."""
        parents = changes.founded_parent[changes.founded_child == np.uint64(self.uid)]
        abroad = changes.abroad
        arrived = abroad is not None and bool((abroad.new_uid == np.uint64(self.uid)).any())
        if not len(parents) and not arrived:
            return
        period, now = self._model.calendar.label(self._model.now), self._model.households
        row = row_of(now, self.uid)
        where = spot(self._model.world, int(now.place[row]))
        if arrived:
            self.founded = Event("founded", f"came from abroad in {period}, to {where}", None)
            return
        uids = [written(uid) for uid in parents]
        if len(uids) == 2:
            how = f"by a couple, out of {uids[0]} (his) and {uids[1]} (hers)"
        else:
            alone = int(now.member[row, 1]) == 0
            how = f"by one who left {uids[0]}" if alone else f"by a family that parted from {uids[0]}"
        self.founded = Event("founded", f"founded in {period} {how}, in {where}", uids[0])


__all__ = ["Gaps", "StoryDiffers", "Watching", "row_of"]

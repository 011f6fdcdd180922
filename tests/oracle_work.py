"""Formal work in plain Python, written from the specification: who finds, loses, is offered and takes a formal job.

Given are the commuting areas and what the markets hold in the step: chances, offers, and what places are worth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from oracle_luck import LODGING, TWO_32, age_of, chance, code_number, hash32, hash64, race, stable_id

FORMAL = 64


@dataclass
class Market:
    """What the markets hold: by commuting area, but for the area of each district and who looks there."""

    area: list[int]
    centre: list[int]
    find: np.ndarray
    lose: np.ndarray
    offers: np.ndarray
    cost: float
    looking: np.ndarray
    network_start: np.ndarray


def relative(count: np.ndarray, start: np.ndarray, province: list[int]) -> np.ndarray:
    """N over the sum of its kind, outside the home province or within it, times that of the start."""
    out = count.astype(float)
    for h in range(len(count)):
        for inside in (True, False):
            d = np.array([(q == h) is inside for q in province])
            now, then = count[h, d].sum(), start[h, d].sum()
            if now > 0 and then > 0:
                out[h, d] *= then / now
    return out


class Work:
    """The rule over one step of a `Country`, whose ways, weights and needs it uses."""

    def __init__(self, country: Any, market: Market) -> None:
        self.c, self.m = country, market
        labour = country.scenario.labour
        odds, farm = labour.skill_odds, labour.farm_search
        self.search = {(True, 0): farm, (True, 1): farm * odds, (False, 0): 1.0, (False, 1): odds}
        n, areas = len(market.area), len(market.centre)
        net = np.zeros((len(country.districts), areas))
        for a in range(areas):
            net[:, a] = country.relative_stock[:, [d for d in range(n) if market.area[d] == a]].sum(axis=1)
        net = (1.0 + net) ** country.scenario.choose.network
        self.spread = np.zeros((n, areas))
        for a in range(areas):
            pull = {
                d: country.near_district[d, market.centre[a]] * net[country.province[d], a]
                for d in range(n)
                if market.area[d] != a
            }
            total = sum(market.looking[d] * p for d, p in pull.items())
            for d, p in pull.items():
                self.spread[d, a] = market.offers[a] * p / total if total > 0 else 0.0

    def changes(self, uid: int, place: int, kind: int, formal: bool) -> bool:
        """Whether the household, some of whom work, finds or loses a formal job."""
        a = self.m.area[self.c.district[place]]
        most = self.c.scenario.labour.most_found
        p = (
            self.m.lose[a]
            if formal
            else min(most, self.search[kind % 2 == 0, kind // 2 % 2] * self.m.find[a])
        )
        return hash32(uid, self.c.key["work"]) < math.floor(p * TWO_32)

    def hears(self, uid: int, place: int, kind: int, people: list[int]) -> int:
        """Place in which it is offered a formal job, -1 for none."""
        d = self.c.district[place]
        looking = sum(round(256 * self.c.readiness(b)) for b in people)
        other_end = 2**32 - 1 - hash32(uid, self.c.key["work"])
        if not other_end < chance(looking * self.spread[d].sum()) * TWO_32:
            return -1
        codes = [code_number(str(self.c.world.districts.code[k])) for k in self.m.centre]
        areas = {a: (stable_id("area", codes[a]), w) for a, w in enumerate(self.spread[d]) if w > 0}
        a = race(hash64(self.c.key["offer_area"], uid), areas)
        inside = [j for j, k in enumerate(self.c.district) if self.m.area[k] == a]
        key = self.c.world.place_key
        return int(
            race(
                hash64(self.c.key["offer_place"], uid),
                {j: (stable_id("place", int(key[j])), float(self.c.e[j, kind | 1])) for j in inside},
            )
        )

    def takes(self, uid: int, place: int, kind: int, wealth: int, to: int) -> bool:
        """Whether it takes the job, if nothing else happens to it: against 1, if its purse pays the way."""
        d, there = self.c.district[place], self.c.district[to]
        q = self.c.province[there]
        near = self.c.province[d] == q
        if wealth < (self.c.need_district[d][there] if near else self.c.need_province[d][q]):
            return False
        worth = self.c.seen.expected
        gain = math.log(worth[to, 16 + (kind | 1)] / worth[place, kind])
        weight = math.exp(self.c.scenario.choose.beta_income * gain - self.m.cost)
        return hash64(self.c.key["offer_taken"], uid) >> 32 < weight / (1.0 + weight) * TWO_32

    def hear(self, done: dict[str, Any], wealth: int) -> str:
        """What becomes of an offer in the household's step: "" if there is none, "taken" or "lapsed"."""
        people = [b for b in done["member"] if b]
        uid, place, kind = done["uid"], done["place"], done["kind"]
        to = -1 if done["attributes"] & FORMAL else self.hears(uid, place, kind, people)
        if to < 0:
            return ""
        adult = any(age_of(b, self.c.seen.year) >= self.c.seen.law.majority for b in people)
        if done["life"] or not adult or not self.takes(uid, place, kind, wealth, to):
            return "lapsed"
        home, bits = to == done["home"], done["attributes"]
        lodges = bits & LODGING == LODGING
        leaver = -1 if home and not lodges else self.c.leaver(uid, people, bits, True)
        done.update(to=to, reason="work", considers=False, leaver=leaver)
        return "taken"

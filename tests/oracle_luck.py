"""Luck and life in plain Python, written from the specification: hashes, races, who lives with whom, life events.

Nothing of `dicu.behaviour` or `dicu.engine` is called; numbers of rules stand here a second time, as the specification
and docs/assumptions.md state them.
"""

from __future__ import annotations

import itertools
import math
from typing import Any, NamedTuple

# ---------------------------------------------------------------- luck: hashes of (seed, purpose, uid, step)

TWO_32 = 2.0**32
_32, _64 = 2**32 - 1, 2**64 - 1
_GOLDEN = 0x9E3779B97F4A7C15
PURPOSE = {
    "consider": 1,
    "nest": 2,
    "place": 3,
    "split": 4,
    "leaver": 5,
    "life": 7,
    "detail": 8,
    "newborn": 9,
    "money": 10,
    "work": 40,
    "offer_area": 41,
    "offer_place": 42,
    "offer_taken": 43,
}


def mix32(x: int) -> int:
    """The multiply-xorshift 16 21f0aaad 15 d35a2d97 15."""
    x = (x ^ x >> 16) * 0x21F0AAAD & _32
    x = (x ^ x >> 15) * 0xD35A2D97 & _32
    return x ^ x >> 15


def mix64(x: int) -> int:
    """Stafford's variant 13."""
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & _64
    x = (x ^ x >> 27) * 0x94D049BB133111EB & _64
    return x ^ x >> 31


def key64(seed: int, purpose: int, step: int) -> int:
    """Key of the draws of one purpose at one step."""
    h = mix64((seed + _GOLDEN) & _64)
    h = mix64((h + purpose) & _64)
    return mix64((h + step) & _64)


def hash64(key: int, a: int) -> int:
    """64 bits for one identity."""
    return mix64(mix64((a + _GOLDEN) & _64) ^ key)


def hash64_2(key: int, a: int, b: int) -> int:
    """64 bits for a pair."""
    return hash64(hash64(key, a), b)


def hash32(uid: int, key: int) -> int:
    """32 bits for a household."""
    return mix32((mix32((uid ^ key) & _32) + (uid >> 32) & _32) ^ key >> 32)


def stable_id(kind: str, number: int) -> int:
    """Identity of an alternative: of its own number, never of its row."""
    return hash64(key64(0, int.from_bytes(kind.encode()[:7], "little"), 0), number) >> 32


def code_number(code: str) -> int:
    """A unit's code as a number."""
    return int.from_bytes(code.encode()[:8], "little")


def exponential(key: int, alternative: int) -> float:
    """Standard exponential of one alternative of one household's race."""
    bits = mix32(mix32((alternative ^ key) & _32) ^ key >> 32)
    return -math.log((TWO_32 - 0.5 - bits) / TWO_32)


def race(key: int, options: dict[Any, tuple[int, float]]) -> Any:
    """The option of least Exp / weight; None when no weight is positive. Options: name -> (identity, weight)."""
    times = {name: exponential(key, a) / w for name, (a, w) in options.items() if w > 0.0}
    return min(times, key=lambda name: times[name]) if times else None


def chance(hazard: float) -> float:
    """1 - exp(-hazard)."""
    return -math.expm1(-hazard)


# ---------------------------------------------------------------- who lives with whom (assumption A38)


def age_of(byte: int, year: int) -> int:
    """Age by birth year."""
    return year - 1910 - (byte >> 1)


NEWLY_WED, LODGING, APART = 32, 24, 128
"""Bits of a household's attributes."""


class Law(NamedTuple):
    """Ages of majority and at marriage, years."""

    majority: int
    marriage: int


VIET_NAM = Law(18, 18)


def partners(people: list[int], year: int, attributes: int = 0, law: Law = VIET_NAM) -> dict[int, int]:
    """Slot -> slot of the partner; where newly-weds live with the parents, one couple of the children at home; lodgers
    have none.
    """
    if attributes & LODGING == LODGING:
        return {}
    age = [age_of(b, year) for b in people]
    adults = [m for m, a in enumerate(age) if a >= law.marriage]
    if len(adults) < 2:
        return {}
    if len(adults) >= 3 and max(age) < 35 and max(age) - min(age) < 16:
        return {}  # sharers

    def at_home(m: int) -> bool:
        has_elder = max(age) - age[m] >= 16
        has_child = any(16 <= age[m] - a <= 45 for a in age)
        return age[m] < 35 and has_elder and not has_child

    def closest(free: list[int], most: int) -> dict[int, int]:
        found: dict[int, int] = {}
        while most:
            pairs = [
                (abs(age[m] - age[w]), m, w)
                for m, w in itertools.product(free, free)
                if not people[m] & 1 and people[w] & 1 and abs(age[m] - age[w]) <= 12
            ]
            if not pairs:
                break
            _, m, w = min(pairs)
            found |= {m: w, w: m}
            free = [k for k in free if k not in (m, w)]
            most -= 1
        return found

    home = [m for m in adults if at_home(m)]
    found = closest([m for m in adults if m not in home], 6)
    known = any(max(age) - age[m] >= 16 for m in found)
    return found | (closest(home, 1) if attributes & NEWLY_WED and not known else {})


def apart(people: list[int], year: int, attributes: int = 0, law: Law = VIET_NAM) -> list[int]:
    """Slots of those whose partner lives elsewhere, where the household has the mark of it."""
    age = [age_of(b, year) for b in people]
    pair = partners(people, year, attributes, law)
    if not attributes & APART:
        return []
    grown = [m for m, a in enumerate(age) if m not in pair and a >= law.marriage]
    if attributes & LODGING == LODGING:
        return grown
    return [m for m in grown if not (age[m] < 35 and max(age) - age[m] >= 16 and age[m] - min(age) < 16)]


def seeking(people: list[int], year: int, attributes: int = 0, law: Law = VIET_NAM) -> list[int]:
    """Slots of those who are single and free to look for a partner."""
    age = [age_of(b, year) for b in people]
    pair = partners(people, year, attributes, law)

    def guardian(m: int) -> bool:
        if attributes & LODGING == LODGING:
            return False
        for j, other in enumerate(age):
            explained = any(16 <= age[p] - other <= 45 and abs(age[p] - age[m]) < 16 for p in pair)
            if j != m and 16 <= age[m] - other <= 45 and not explained:
                return True
        others = [a for j, a in enumerate(age) if j != m]
        return any(a < law.majority for a in others) and not any(a >= law.majority for a in others)

    of_age = [m for m, a in enumerate(age) if law.marriage <= a <= 60]
    away = apart(people, year, attributes, law)
    return [m for m in of_age if m not in pair and m not in away and not guardian(m)]


def mothers(people: list[int], year: int, attributes: int = 0, law: Law = VIET_NAM) -> list[int]:
    """Slots of the women who can give birth: with a partner and a free slot each."""
    pair = partners(people, year, attributes, law)
    women = [m for m, b in enumerate(people) if b & 1 and m in pair and age_of(b, year) < 50]
    return women[: 6 - len(people)]


def with_parents(people: list[int], year: int, attributes: int = 0, law: Law = VIET_NAM) -> list[int]:
    """Slots of those who have a partner and live with somebody a generation older."""
    age = [age_of(b, year) for b in people]
    return [m for m in partners(people, year, attributes, law) if max(age) - age[m] >= 16]


def parting_family(
    people: list[int], m: int, year: int, attributes: int = 0, law: Law = VIET_NAM
) -> list[int]:
    """Slots of who leaves the parents with member m: the partner, and minors who may be their children."""
    age = [age_of(b, year) for b in people]
    partner = partners(people, year, attributes, law)[m]
    younger = min(age[m], age[partner])
    return sorted(
        [m, partner, *(j for j, a in enumerate(age) if a < law.majority and 16 <= younger - a <= 45)]
    )


def life_of(
    people: list[int],
    uid: int,
    year: int,
    death: Any,
    birth: Any,
    later: Any,
    seek: Any,
    part: Any,
    key: int,
    detail: int,
    attributes: int = 0,
    law: Law = VIET_NAM,
) -> list[int]:
    """Risks that happen, 0-5 deaths, 6-11 births, 12-17 searches, 18-23 partings by slot; ``birth`` of the area."""
    risks = {m: float(death[b]) for m, b in enumerate(people)}
    for m in mothers(people, year, attributes, law):
        children = sum(16 <= age_of(people[m], year) - age_of(b, year) <= 45 for b in people)
        risks[6 + m] = float((later if children >= 2 else birth)[people[m]])
    risks |= {12 + m: float(seek[people[m]]) for m in seeking(people, year, attributes, law)}
    risks |= {18 + m: float(part[people[m]]) for m in with_parents(people, year, attributes, law)}
    left = {r: risks[r] for r in sorted(risks) if risks[r] > 0.0}
    if not hash32(uid, key) < chance(math.fsum(left.values())) * TWO_32:
        return []
    happened: list[int] = []
    for r in list(left):
        p = chance(left[r])
        if not happened:  # something does happen
            p = 1.0 if len(left) == 1 else p / chance(math.fsum(left.values()))
        if hash64_2(detail, uid, r) >> 32 < p * TWO_32:
            happened.append(r)
        del left[r]
    searches = [r for r in happened if 12 <= r < 18 and r - 12 not in happened]
    others = [r for r in happened if r < 12] + searches[:1]
    return others or [r for r in happened if r >= 18][:1]


def stage_of(people: list[int], year: int) -> int:
    """0 young adult, 1 children, 2 other, 3 all 60 or older."""
    age = [age_of(b, year) for b in people]
    if all(a >= 60 for a in age):
        return 3
    if any(a < 15 for a in age):
        return 1
    return 0 if any(a < 35 for a in age) else 2

"""The library of household archetypes: who lives with whom, by five-year age group and sex.

Built by rule from kinds of household known in Viet Nam (one person, couple, nuclear, lone parent, three
generations, grandparents with grandchildren, young sharers). Each rule states prior chances of ages and sexes
(assumption A20); they only shape what the margins leave open, because the weights are raked afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement, product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.population.columns import MEMBERS
from dicu.population.margins import AGE_GROUPS

KINDS: Final = (
    "one person",
    "couple",
    "nuclear",
    "lone parent",
    "three generations",
    "skipped generation",
    "sharers",
)
MALE: Final = 0
FEMALE: Final = 1
OLDEST: Final = AGE_GROUPS - 1

# Prior share of each kind among households, rural and urban (assumption A20).
_KIND_SHARE: Final = {
    "one person": (0.10, 0.12),
    "couple": (0.13, 0.13),
    "nuclear": (0.47, 0.46),
    "lone parent": (0.08, 0.09),
    "three generations": (0.17, 0.13),
    "skipped generation": (0.03, 0.01),
    "sharers": (0.02, 0.06),
}
# Husband's age group minus the wife's; eldest child's minus the mother's; next child's minus the one before.
_HUSBAND_GAP: Final = {0: 0.56, 1: 0.36, 2: 0.04, -1: 0.04}
_CHILD_GAP: Final = {4: 0.25, 5: 0.45, 6: 0.22, 7: 0.08}
_NEXT_CHILD: Final = {0: 0.35, 1: 0.65}
_CHILD_AT_HOME: Final = (1.0, 1.0, 1.0, 1.0, 0.6, 0.35, 0.2, 0.12, 0.08)
_BOY: Final = 0.52

Person = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Archetypes:
    """A archetypes, sorted by size, kind and members.

    Attributes
    ----------
    member : (A, 6) uint8
        ``1 + (age group << 1 | female)``; 0 = nobody; eldest first.
    size : (A,) int64
    kind : (A,) int64
        Index into `KINDS`.
    prior : (A, 2) float64
        Prior weight in rural and urban areas; each column sums to 1.
    """

    member: NDArray[np.uint8]
    size: NDArray[np.int64]
    kind: NDArray[np.int64]
    prior: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.size)


def _children(mother: int, count: int) -> list[tuple[tuple[Person, ...], float]]:
    """Children still at home of a mother of one age group, with prior chances."""
    found: list[tuple[tuple[Person, ...], float]] = []
    gaps = {g: p for g, p in _CHILD_GAP.items() if count < 3 or g in (4, 5, 6)}
    for (gap, p_gap), steps in product(gaps.items(), product(_NEXT_CHILD.items(), repeat=count - 1)):
        ages = [mother - gap]
        chance = p_gap
        for step, p_step in steps:
            ages.append(ages[-1] - step)
            chance *= p_step
        if ages[-1] < 0 or ages[0] >= len(_CHILD_AT_HOME):
            continue
        for age in ages:
            chance *= _CHILD_AT_HOME[age]
        for sexes in product((MALE, FEMALE), repeat=count):
            p_sex = 1.0
            for sex in sexes:
                p_sex *= _BOY if sex == MALE else 1 - _BOY
            found.append((tuple(zip(ages, sexes, strict=True)), chance * p_sex))
    return found


def _couples(youngest: int, oldest: int, gaps: tuple[int, ...]) -> list[tuple[int, int, float]]:
    """Couples as (wife's group, husband's group, prior)."""
    return [
        (wife, wife + gap, _HUSBAND_GAP[gap] * (0.25 if wife == 3 else 1.0))
        for wife in range(youngest, oldest + 1)
        for gap in gaps
        if 3 < wife + gap <= OLDEST
    ]


_CHILDREN_SHARE: Final = {1: 0.36, 2: 0.46, 3: 0.13, 4: 0.05}


def _enumerate() -> list[tuple[str, tuple[Person, ...], float]]:
    """All (kind, members, prior within the kind), repeats included."""
    made: list[tuple[str, tuple[Person, ...], float]] = []
    for age in range(3, AGE_GROUPS):
        for sex, share in ((MALE, 0.4), (FEMALE, 0.6)):
            made.append(("one person", ((age, sex),), share * (0.4 if age == 3 else 1 + 0.12 * age)))
    for wife, husband, chance in _couples(3, OLDEST, (0, 1, 2, -1)):
        made.append(("couple", ((husband, MALE), (wife, FEMALE)), chance * (1 + 0.1 * wife)))
    for count, share in _CHILDREN_SHARE.items():
        for wife, husband, chance in _couples(3, 14, (0, 1, 2, -1) if count == 1 else (0, 1)):
            for kids, p_kids in _children(wife, count):
                pair = ((husband, MALE), (wife, FEMALE))
                made.append(("nuclear", pair + kids, share * chance * p_kids))
    for count, share in ((1, 0.55), (2, 0.35), (3, 0.10)):
        for mother in range(4, 15):
            for kids, p_kids in _children(mother, count):
                made.append(("lone parent", ((mother, FEMALE), *kids), 0.8 * share * p_kids))
                if mother < OLDEST:
                    made.append(("lone parent", ((mother + 1, MALE), *kids), 0.2 * share * p_kids))
    for count, share in ((0, 0.15), (1, 0.35), (2, 0.40), (3, 0.10)):
        for wife, husband, chance in _couples(4, 10, (0, 1)):
            young = _children(wife, count) if count else [((), 1.0)]
            for (kids, p_kids), (gap, p_gap) in product(young, ((5, 0.7), (6, 0.3))):
                elder = husband + gap
                if elder > OLDEST or any(age > 3 for age, _ in kids):
                    continue
                pair = ((husband, MALE), (wife, FEMALE))
                p = share * chance * p_kids * p_gap
                grandmother, grandfather = (elder, FEMALE), (elder, MALE)
                made.append(("three generations", (grandmother, *pair, *kids), 0.55 * p))
                made.append(("three generations", (grandfather, *pair, *kids), 0.12 * p))
                if count < 3:
                    both = (grandfather, grandmother, *pair, *kids)
                    made.append(("three generations", both, 0.33 * p))
                if count:
                    alone = (grandmother, (wife, FEMALE), *kids)
                    made.append(("three generations", alone, 0.08 * p))
    for elder, age in product(range(10, OLDEST), range(4)):
        for old, p in ((((elder, FEMALE),), 0.45), (((elder, MALE), (elder, FEMALE)), 0.55)):
            for sex in (MALE, FEMALE):
                made.append(("skipped generation", (*old, (age, sex)), 0.5 * p * 0.7))
                made.append(
                    ("skipped generation", (*old, (age, sex), (max(age - 1, 0), FEMALE)), 0.5 * p * 0.15)
                )
                made.append(
                    ("skipped generation", (*old, (age, sex), (max(age - 1, 0), MALE)), 0.5 * p * 0.15)
                )
    for count, share in ((2, 0.6), (3, 0.28), (4, 0.12)):
        for ages in combinations_with_replacement(range(3, 7), count):
            if ages[-1] - ages[0] > 1:
                continue
            for sexes in product((MALE, FEMALE), repeat=count):
                p_age = 1.0
                for age in ages:
                    p_age *= (1.0, 1.4, 1.0, 0.5)[age - 3]
                people: tuple[Person, ...] = tuple(zip(ages, sexes, strict=True))
                made.append(("sharers", people, share * p_age / 2**count))
    return made


@cache
def archetypes() -> Archetypes:
    """The library: same members merged, priors summed, sorted; about twelve thousand archetypes."""
    weight: dict[tuple[str, tuple[int, ...]], float] = {}
    total = dict.fromkeys(KINDS, 0.0)
    for kind, who, prior in _enumerate():
        codes = tuple(sorted((1 + (age << 1 | sex) for age, sex in who), reverse=True))
        weight[kind, codes] = weight.get((kind, codes), 0.0) + prior
        total[kind] += prior
    order = sorted(weight, key=lambda k: (len(k[1]), KINDS.index(k[0]), k[1]))
    member = np.zeros((len(order), MEMBERS), dtype=np.uint8)
    weights = np.zeros((len(order), 2))
    for row, (kind, codes) in enumerate(order):
        member[row, : len(codes)] = codes
        share = weight[kind, codes] / total[kind]
        weights[row] = [share * _KIND_SHARE[kind][area] for area in (0, 1)]
    return Archetypes(
        member=member,
        size=np.array([len(codes) for _, codes in order], dtype=np.int64),
        kind=np.array([KINDS.index(kind) for kind, _ in order], dtype=np.int64),
        prior=weights,
    )

"""Who is whose partner, and who is single: inferred from ages and sexes, since no kinship is stored (assumption A38).

- Whom the law of the country lets marry (from 18 in Viet Nam) may be one of a couple or of sharers; who is below the
  age of majority is a *minor*.
- A *generation* lies between people 16 or more years apart; one's possible *child* is 16 to 45 years younger.
- Whoever is under 35, has somebody a generation older in the household and no possible child is a **child at home**,
  not a partner: the son of 24 and the daughter of 21 of a nuclear household are brother and sister.
- Three or more under 35, and nobody a generation apart, are **sharers** (siblings or friends who went to town): no
  couples.
- But where newly-weds live with the parents (a bit of the household's attributes), and neither a child nor their age
  tells who they are, the man and the woman among these children who are closest in age are a **couple**.
- Of all others, man and woman at most 12 years apart are a **couple**, the closest in age first. So in a
  household of three generations the grandparents are one couple and the son and his wife another.
- **Lodgers** (a tenure of the household) are adults without kin who share rooms: no couples, and nobody is anybody's
  guardian.
- Where a job keeps a couple **apart** (a bit of both households' attributes), whoever may marry, has no partner here
  and is no child at home is married to somebody elsewhere; neither who stayed nor who went looks for a partner.
- **Single** is who may marry and is 60 at most, in no couple and nobody's guardian: alone; a child at home; a sharer; a
  brother or sister of one of a couple (the children are explained by a couple of the own generation). A lone parent
  does not look for a partner, and no one does who would leave minors without an adult.

What this gets wrong: childless couples who lived with parents at the start count as brother and sister (each may look
for a partner), and of newly-weds and a sister of the same age the wrong two may be the couple; two siblings or friends
of different sex who share a flat in town count as a couple, and may have a child; so do a lone parent with a brother or
sister of the other sex, and a brother and sister of 35 and more who stayed with old parents; couples of the same sex,
or with more than 12 years between them, are not seen; lone parents find nobody before the children left; the widowed
are singles like all others.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.behaviour.ages import Ages, age_of
from dicu.behaviour.life_tables import FERTILE_AGES, FERTILE_FROM, SEEK_UNTIL
from dicu.behaviour.move import LODGERS, PARTNER_AWAY
from dicu.compute.kernel import kernel
from dicu.population.columns import APART, BIRTH_YEAR_ZERO, LODGING, MEMBERS, NEWLY_WED

# assumption A38, explained at the head of this module
GENERATION_YEARS: Final = 16
LATEST_PARENT_YEARS: Final = 45
WIDEST_COUPLE_YEARS: Final = 12
CHILD_AT_HOME_BELOW: Final = 35
FEWEST_SHARERS: Final = 3


@njit(cache=True, inline="always")
def _partner(couples: int, m: int) -> int:
    return ((couples >> (4 * m)) & 15) - 1


@kernel
def _nearest_in_age(member: NDArray[np.uint8], year: int, men: int, women: int, most: int) -> int:
    """Couples of man and woman, the closest in age first, up to ``most``; packed as in `couples_of`."""
    couples = 0
    he = 0
    she = 0
    while men != 0 and women != 0 and most > 0:
        best = WIDEST_COUPLE_YEARS + 1
        for m in range(MEMBERS):
            if (men >> m) & 1:
                for w in range(MEMBERS):
                    if (women >> w) & 1:
                        gap = abs(age_of(member[m], year) - age_of(member[w], year))
                        if gap < best:
                            best, he, she = gap, m, w
        if best > WIDEST_COUPLE_YEARS:
            break
        men &= ~(1 << he)
        women &= ~(1 << she)
        couples |= ((she + 1) << (4 * he)) | ((he + 1) << (4 * she))
        most -= 1
    return couples


@kernel
def couples_of(member: NDArray[np.uint8], ages: Ages, attributes: int = 0) -> int:
    """Everybody's partner, packed: 4 bits a slot, 0 = none, else the partner's slot + 1; `LODGERS` for lodgers.

    Parameters
    ----------
    member : (6,) uint8
    ages : Ages
        Nobody below the least age at marriage has a partner.
    attributes : int
        Of the household; read are `NEWLY_WED`, newly-weds live with the parents, `LODGING`, nobody is kin, and `APART`,
        which the bit `PARTNER_AWAY` repeats.
    """
    away = PARTNER_AWAY if attributes & APART else 0
    return _couples_here(member, ages, attributes) | away


@kernel
def _couples_here(member: NDArray[np.uint8], ages: Ages, attributes: int) -> int:
    """`couples_of` without the bit for partners elsewhere."""
    if attributes & LODGING == LODGING:
        return LODGERS
    # eldest first: mostly the two eldest are the only ones who are grown, man and woman, close in age
    last_grown = (ages.year - BIRTH_YEAR_ZERO - ages.marriage) << 1 | 1
    eldest, second, third = int(member[0]), int(member[1]), int(member[2])
    if second != 0 and second <= last_grown and (third == 0 or third > last_grown):
        if (eldest ^ second) & 1 and (second >> 1) - (eldest >> 1) <= WIDEST_COUPLE_YEARS:
            return 2 | 1 << 4
    size = 0
    grown = 0
    while size < MEMBERS and member[size] != 0:
        grown += member[size] <= last_grown
        size += 1
    if grown < 2:
        return 0
    oldest = age_of(member[0], ages.year)
    youngest = age_of(member[size - 1], ages.year)
    apart = oldest - youngest >= GENERATION_YEARS
    if not apart and grown >= FEWEST_SHARERS and oldest < CHILD_AT_HOME_BELOW:
        return 0
    men = 0
    women = 0
    he = 0
    she = 0
    sons = 0
    daughters = 0
    for m in range(grown):
        age = age_of(member[m], ages.year)
        # the youngest is a possible child of who is young enough to be one at home: nobody is too much younger
        if (
            age < CHILD_AT_HOME_BELOW
            and oldest - age >= GENERATION_YEARS
            and age - youngest < GENERATION_YEARS
        ):
            if member[m] & 1:
                daughters |= 1 << m
            else:
                sons |= 1 << m
        elif member[m] & 1:
            women |= 1 << m
            she = m
        else:
            men |= 1 << m
            he = m
    couples = 0
    if men != 0 and women != 0:
        if men == 1 << he and women == 1 << she:  # one of each: most households
            if abs(age_of(member[he], ages.year) - age_of(member[she], ages.year)) <= WIDEST_COUPLE_YEARS:
                couples = ((she + 1) << (4 * he)) | ((he + 1) << (4 * she))
        else:
            couples = _nearest_in_age(member, ages.year, men, women, MEMBERS)
    if attributes & NEWLY_WED:
        for m in range(MEMBERS):
            if _partner(couples, m) >= 0 and oldest - age_of(member[m], ages.year) >= GENERATION_YEARS:
                return couples  # the newly-weds are known without the mark: by a child, or by their age
        couples |= _nearest_in_age(member, ages.year, sons, daughters, 1)
    return couples


@kernel
def single_with(member: NDArray[np.uint8], m: int, ages: Ages, couples: int) -> bool:
    """`is_single` where the household's couples are known."""
    if member[m] == 0 or _partner(couples, m) >= 0:
        return False
    age = age_of(member[m], ages.year)
    if age < ages.marriage or age > SEEK_UNTIL:
        return False
    if couples & LODGERS:
        return not couples & PARTNER_AWAY
    if couples & PARTNER_AWAY and not _is_child_at_home(member, age, ages):
        return False
    minors = False
    adults = False
    for j in range(MEMBERS):
        if member[j] == 0:
            break
        if j == m:
            continue
        other = age_of(member[j], ages.year)
        if other < ages.majority:
            minors = True
        else:
            adults = True
        gap = age - other
        if gap < GENERATION_YEARS or gap > LATEST_PARENT_YEARS:
            continue
        # j may be the member's child, unless a couple of the member's generation may be the parents
        explained = False
        for p in range(MEMBERS):
            if member[p] != 0 and _partner(couples, p) >= 0:
                parent = age_of(member[p], ages.year)
                explained |= (
                    (parent - other >= GENERATION_YEARS)
                    & (parent - other <= LATEST_PARENT_YEARS)
                    & (abs(parent - age) < GENERATION_YEARS)
                )
        if not explained:
            return False
    return adults or not minors


@kernel
def _is_child_at_home(member: NDArray[np.uint8], age: int, ages: Ages) -> bool:
    """Whether a member of this age without a partner is one of the children at home, see the module."""
    youngest = age
    for m in range(MEMBERS):  # eldest first, nobody last
        if member[m] != 0:
            youngest = age_of(member[m], ages.year)
    has_elder = age_of(member[0], ages.year) - age >= GENERATION_YEARS
    return bool(age < CHILD_AT_HOME_BELOW and has_elder and age - youngest < GENERATION_YEARS)


@kernel
def married_elsewhere(member: NDArray[np.uint8], m: int, ages: Ages, couples: int) -> bool:
    """Whether the partner of member ``m`` lives elsewhere, as far as the household's mark tells."""
    if not couples & PARTNER_AWAY or member[m] == 0 or _partner(couples, m) >= 0:
        return False
    age = age_of(member[m], ages.year)
    if age < ages.marriage:
        return False
    return bool(couples & LODGERS) or not _is_child_at_home(member, age, ages)


@kernel
def takes_mark(member: NDArray[np.uint8], m: int, ages: Ages, couples: int) -> bool:
    """Whether the household's mark of partners elsewhere ends with member ``m``: who is meant, and nobody else may be.

    In a household of lodgers it stays: there all are married elsewhere, or nobody.
    """
    if couples & LODGERS or not married_elsewhere(member, m, ages, couples):
        return False
    for other in range(MEMBERS):
        if other != m and married_elsewhere(member, other, ages, couples):
            return False
    return True


@kernel
def heads_young_family(member: NDArray[np.uint8], m: int, ages: Ages, couples: int) -> bool:
    """Whether this member has a partner and lives with somebody a generation older: with parents, of his or hers."""
    if _partner(couples, m) < 0:
        return False
    oldest = 0  # members are eldest first
    return bool(age_of(member[oldest], ages.year) - age_of(member[m], ages.year) >= GENERATION_YEARS)


@kernel
def family_of(member: NDArray[np.uint8], m: int, ages: Ages, couples: int) -> int:
    """Who parts from the parents with member ``m``: the partner, and minors who may be the partners' children.

    Returns
    -------
    int
        A bit a slot, that of ``m`` too.
    """
    partner = _partner(couples, m)
    mask = 1 << m
    if partner < 0:
        return mask
    mask |= 1 << partner
    younger = min(age_of(member[m], ages.year), age_of(member[partner], ages.year))
    for j in range(MEMBERS):
        if member[j] != 0 and age_of(member[j], ages.year) < ages.majority:
            gap = younger - age_of(member[j], ages.year)
            if gap >= GENERATION_YEARS and gap <= LATEST_PARENT_YEARS:
                mask |= 1 << j
    return mask


@kernel
def parts_newly_weds(member: NDArray[np.uint8], m: int, ages: Ages) -> bool:
    """Whether newly-weds who live here part when this member leaves or dies: one of a couple, and under 35."""
    if age_of(member[m], ages.year) >= CHILD_AT_HOME_BELOW:
        return False
    return bool(_partner(couples_of(member, ages, NEWLY_WED), m) >= 0)


@kernel
def partner_of(member: NDArray[np.uint8], m: int, ages: Ages, attributes: int = 0) -> int:
    """Slot of a member's inferred partner, -1 if there is none; partners are mutual.

    Parameters
    ----------
    member : (6,) uint8
        A row of the household column.
    m : int
        Slot 0..5; an empty one has no partner.
    ages : Ages
    """
    return _partner(couples_of(member, ages, attributes), m)


@kernel
def is_single(member: NDArray[np.uint8], m: int, ages: Ages, attributes: int = 0) -> bool:
    """Whether a member who may marry is free to look for a partner, as inferred (see the module), up to age 60."""
    return single_with(member, m, ages, couples_of(member, ages, attributes))


@kernel
def mothers_of(member: NDArray[np.uint8], year: int, couples: int) -> int:
    """Bit mask of the women who can give birth: up to 49, with a partner, and room left in the household.

    Each needs a free slot of her own, the eldest first, so that a step's newborns always find room.
    """
    room = 0
    for m in range(MEMBERS):
        room += member[m] == 0
    mask = 0
    for m in range(MEMBERS):
        if room > 0 and member[m] & 1 and _partner(couples, m) >= 0:
            if age_of(member[m], year) < FERTILE_FROM + FERTILE_AGES:
                mask |= 1 << m
                room -= 1
    return mask


@kernel
def has_children(member: NDArray[np.uint8], m: int, ages: Ages, many: int) -> bool:
    """Whether ``many`` members or more are of an age to be this member's children."""
    age = age_of(member[m], ages.year)
    found = 0
    for j in range(MEMBERS):
        gap = age - age_of(member[j], ages.year)
        found += (member[j] != 0) & (gap >= GENERATION_YEARS) & (gap <= LATEST_PARENT_YEARS)
    return bool(found >= many)


@kernel
def can_give_birth(member: NDArray[np.uint8], m: int, ages: Ages, attributes: int = 0) -> bool:
    """Whether a member is a woman of up to 49 with a partner in the household and room for one more there."""
    return (mothers_of(member, ages.year, couples_of(member, ages, attributes)) >> m) & 1 == 1


__all__ = [
    "can_give_birth",
    "couples_of",
    "family_of",
    "has_children",
    "heads_young_family",
    "is_single",
    "married_elsewhere",
    "mothers_of",
    "partner_of",
    "parts_newly_weds",
    "single_with",
    "takes_mark",
]

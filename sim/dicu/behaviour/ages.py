"""Ages in a year, and the ages at which the law of the country begins to hold.

What the law of a country sets comes from its folder (`dicu.world.country.Law`) and travels with the year in which ages
are read. Statistical conventions, the same everywhere, are constants where they are used: working age and life stages
in `dicu.population.life_stage`, the childbearing span in `dicu.behaviour.life_tables`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from dicu.population.columns import BIRTH_YEAR_ZERO
from dicu.world.country import Law


class Ages(NamedTuple):
    """What tells who is of age in a step.

    Attributes
    ----------
    year : int
        In which ages are read.
    majority : int
        Age from which a person is of full age, years.
    marriage : int
        Least age at marriage, years.
    """

    year: int
    majority: int
    marriage: int


def ages_in(year: int, law: Law) -> Ages:
    """Ages of a year under the law of a country."""
    return Ages(year, law.majority, law.marriage)


@njit(cache=True, inline="always")
def age_of(member: np.uint8, year: int) -> int:
    """Age of a member in a year (by birth year); meaningless for 0 = nobody."""
    return int(year - BIRTH_YEAR_ZERO - (np.int64(member) >> 1))


__all__ = ["Ages", "age_of", "ages_in"]

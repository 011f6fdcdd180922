"""Who has a formal job at the start: one bit of a household, for all of its workers outside farming.

The workers of a province without a formal job are the share that its figures say; those of agriculture are taken out
first (`labour.farm_informal`), and of the rest the skilled have a formal job with odds that are `labour.skill_odds`
times those of the unskilled.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.compute.hashing import hash32, key64
from dicu.compute.kernel import kernel
from dicu.compute.pool import over_blocks
from dicu.population.columns import FORMAL, TYPE_MASK, Households, Rows
from dicu.population.life_stage import WORKING_UNTIL, of_working_age
from dicu.scenario.parameters_labour import Labour
from dicu.world.labour import labour_of
from dicu.world.world import World

_PURPOSE: Final = 6
"""Of the draws of the synthesis, which count to 5 (`dicu.population.synthesis`)."""
_BLOCK: Final = 1 << 16
_BISECTIONS: Final = 60
_TWO_32: Final = 4294967296.0
_MOST: Final = 0.99
"""So that nowhere everybody outside farming is formal: somebody must be there to find what is new."""


@kernel
def _count(lo: int, hi: int, h: Rows, province: NDArray[np.int32], year: int, out: NDArray[np.int64]) -> None:
    """Workers by province and (farming unskilled, other unskilled, farming skilled, other skilled)."""
    for i in range(lo, hi):
        out[province[h.place[i]], h.flags[i] & np.uint8(3)] += of_working_age(
            h.member[i], year, WORKING_UNTIL
        )


@kernel
def _draw(
    lo: int,
    hi: int,
    h: Rows,
    province: NDArray[np.int32],
    year: int,
    key: np.uint64,
    chance: NDArray[np.float64],
) -> None:
    """Set the bit of rows lo..hi; ``chance`` (R, 2) by province and skill."""
    for i in range(lo, hi):
        kind = h.flags[i] & np.uint8(TYPE_MASK)
        if kind & np.uint8(1) and of_working_age(h.member[i], year, WORKING_UNTIL) > 0:
            p = chance[province[h.place[i]], (kind >> np.uint8(1)) & np.uint8(1)]
            if np.float64(hash32(h.uid[i], key)) < p * _TWO_32:
                h.attributes[i] |= np.uint8(FORMAL)


def formal_chances(
    workers: NDArray[np.int64], informal: NDArray[np.float64], farm_informal: float, odds: float
) -> NDArray[np.float64]:
    """Chance of a formal job outside farming by province and skill, (R, 2) float64.

    Parameters
    ----------
    workers : (R, 4) int64
        Farming unskilled, other unskilled, farming skilled, other skilled.
    informal : (R,) float64
        Share of all workers without a formal job.
    """
    out = np.zeros((len(workers), 2))
    for r, (farm_u, other_u, farm_s, other_s) in enumerate(workers.tolist()):
        total, farm, other = farm_u + other_u + farm_s + other_s, farm_u + farm_s, other_u + other_s
        if other == 0:
            continue
        wanted = ((1.0 - informal[r]) * total - (1.0 - farm_informal) * farm) / other
        wanted = min(max(wanted, 0.0), _MOST)
        low, high = 0.0, 1.0
        for _ in range(_BISECTIONS):  # the unskilled's chance; the skilled's follows from the odds
            p = 0.5 * (low + high)
            skilled = odds * p / (1.0 - p + odds * p)
            if (other_u * p + other_s * skilled) / other < wanted:
                low = p
            else:
                high = p
        out[r] = low, odds * low / (1.0 - low + odds * low)
    return out


def set_formal(households: Households, world: World, labour: Labour, seed: int, year: int) -> None:
    """Draw who has a formal job at the start, keyed by the uid; written to the rows.

    Parameters
    ----------
    seed : int
        Of the population.
    year : int
        In which ages are read.
    """
    rows, n, province = households.rows, households.n, world.province.astype(np.int32)
    blocks = -(-n // _BLOCK)
    parts = np.zeros((blocks, len(world.legacy_provinces), 4), dtype=np.int64)

    def count(first: int, last: int) -> None:
        for b in range(first, last):
            _count(b * _BLOCK, min(n, (b + 1) * _BLOCK), rows, province, year, parts[b])

    over_blocks(count, blocks)
    of = labour_of(world)
    known = of.informal_with(labour.formal_growth + labour.growth_kept * np.nan_to_num(of.growth))
    informal = np.where(np.isnan(known), labour.informal_share, known)
    chance = formal_chances(parts.sum(axis=0), informal, labour.farm_informal, labour.skill_odds)
    key = np.uint64(key64(seed, _PURPOSE, 0))
    over_blocks(
        lambda first, last: _draw(first * _BLOCK, min(n, last * _BLOCK), rows, province, year, key, chance),
        blocks,
    )


__all__ = ["formal_chances", "set_formal"]

"""A reform of half the country, for studies: the mergers of 2025 in a random half of the new provinces.

Seats, borders and budgets of the communes change there and nowhere else; districts stay and no posts are cut, because
those two levers act on the whole country. What a difference in differences finds in it can be held against the truth
(`dicu_analysis.experiments.study`).
"""

from __future__ import annotations

import hashlib
from typing import Final

import pandas as pd

from dicu.reform.history import as_table
from dicu.reform.of_2025 import to_2025
from dicu.reform.table import OWN_LEVERS
from dicu.world.world import World

SEED: Final = 2025


def reformed_half(codes: list[str], seed: int = SEED) -> set[str]:
    """Half of the codes (rounded down, but one at least), by the order of keyed checksums."""
    ordered = sorted(codes, key=lambda code: hashlib.sha256(f"{seed} {code}".encode()).digest())
    return set(ordered[: max(1, len(codes) // 2)])


def half_country(world: World, date: str, seed: int = SEED) -> pd.DataFrame:
    """Table of reforms (`dicu.reform.table`) of communes in a random half of the new provinces.

    Provinces keep their borders, so that the same units can be followed through.

    Parameters
    ----------
    world : World
    date : str
        "2025Q3".
    seed : int
        Which half.
    """
    overlay = to_2025("half", world, 0, OWN_LEVERS, date)
    table = as_table(world, [overlay])
    chosen = reformed_half(world.new_provinces.code.tolist(), seed)
    kept = table[(table["level"] == "commune") & table["province"].isin(chosen)].copy()
    # communes stay in the province they were in: the one in which most of the unit's places lie is that of its seat
    old = dict(zip(world.place_id.tolist(), world.legacy_provinces.code[world.province], strict=True))
    kept["province"] = kept["seat"].map(old)
    return kept.reset_index(drop=True)

"""A random half of the areas or districts that a programme acts on: the treated ones of an experiment.

Units are put in pairs of neighbours in a stated order (by residents), and a keyed coin says which of each pair is
treated, so that the largest two cities are never both treated or both left. Draw 2m is the complement of draw 2m - 1:
over both, every unit is treated once. The coin depends on the draw and on the unit's code alone, never on the seed:
replicates share the randomisation.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dicu.compute.draws import Purpose, hash64, key64
from dicu.economy.market_rules import code_number


def half_of(codes: Sequence[str], draw: int) -> NDArray[np.bool_]:
    """Which units of a list are treated in a draw.

    Parameters
    ----------
    codes : sequence of str
        Codes of the units in the order in which neighbours are paired: first and second, third and fourth, and so on;
        the last of an odd number has a coin of its own.
    draw : int
        Number of the randomisation, from 1; 2m treats what 2m - 1 leaves.

    Returns
    -------
    (n,) bool

    Raises
    ------
    ValueError
        When ``draw`` is below 1.
    """
    if draw < 1:
        raise ValueError(f"a draw of a half is numbered from 1 (got {draw})")
    number, complement = (draw + 1) // 2, draw % 2 == 0
    key = np.uint64(key64(0, int(Purpose.TREATED_HALF), number))
    out = np.zeros(len(codes), dtype=np.bool_)
    for first in range(0, len(codes), 2):
        heads = bool(hash64(key, np.uint64(code_number(codes[first]))) >> np.uint64(63))
        out[first] = heads
        out[first + 1 : first + 2] = not heads
    return ~out if complement else out


__all__ = ["half_of"]

"""What every household goes through once more, in C: what compiled Python is held against.

`own_rows.c` writes the bytes of `dicu.engine.screens.own_rows`; a test compares them.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.kin import GENERATION_YEARS, WIDEST_COUPLE_YEARS
from dicu.behaviour.tables import Tables
from dicu.engine.screens import BLOCK, Lists
from dicu.lab.bench.yardstick import in_c
from dicu.population.columns import MEMBERS, Households

_POINTER: Final = ctypes.c_void_p


class _Rows(ctypes.Structure):
    _fields_ = [
        ("uid", _POINTER),
        ("place", _POINTER),
        ("wealth", _POINTER),
        ("member", _POINTER * MEMBERS),
        ("attributes", _POINTER),
        ("flags", _POINTER),
        ("ties", _POINTER),
        ("quantile", _POINTER),
    ]


class _Tables(ctypes.Structure):
    _fields_ = [
        *(
            (name, _POINTER)
            for name in (
                *("member", "first", "offer", "screen_ties", "pay", "other_pay", "luck", "change"),
                *("considering", "struck", "district"),
            )
        ),
        *((name, ctypes.c_uint64) for name in ("work_key", "money_key", "life_key", "consider_key")),
        *((name, ctypes.c_float) for name in ("unit", "shock_bound")),
        *(
            (name, ctypes.c_uint32)
            for name in (
                *("floor", "keep", "draw", "growth", "last_grown", "last_settled"),
                *("widest_couple", "generation"),
            )
        ),
    ]


class _Lists(ctypes.Structure):
    _fields_ = [
        *((name, _POINTER) for name in ("mover", "life", "offer", "found", "jobs_found", "jobs_lost")),
        *((name, ctypes.c_int64) for name in ("blocks", "block", "room")),
    ]


def _at(array: NDArray[np.generic]) -> int:
    """Where an array begins, which lies without gaps in memory."""
    if not (array.flags.c_contiguous or array.flags.f_contiguous):
        raise ValueError("own_rows.c reads arrays without gaps alone")
    return int(array.ctypes.data)


def own_rows_in_c(h: Households, t: Tables, lists: Lists) -> Callable[[], None]:
    """A call that does to all rows of ``h`` what `own_rows` does, and fills ``lists``.

    Raises
    ------
    dicu.lab.bench.yardstick.NoCompiler
    """
    members = (_POINTER * MEMBERS)(*(_at(h.member[:, m]) for m in range(MEMBERS)))
    own = (h.attributes, h.flags, h.ties, h.income_quantile)
    rows = _Rows(*(_at(a) for a in (h.uid, h.place, h.wealth)), members, *(_at(a) for a in own))
    s, money = t.screen, t.money
    read = (
        *(s.member, s.first, s.offer, s.ties, money.pay, money.other_pay, money.luck, t.work.change),
        *(t.consider.bound, t.struck, t.where.district),
    )
    keys = (t.work.key, money.key, t.life.hazards.key, t.consider.key)
    tables = _Tables(
        *(_at(a) for a in read),
        *(int(key) for key in keys),
        *(s.unit, t.consider.shock_bound),
        *(int(k) for k in (money.floor, money.keep, money.draw, t.ties_growth, s.last_grown, s.last_settled)),
        *(WIDEST_COUPLE_YEARS, GENERATION_YEARS),
    )
    written = (lists.mover, lists.life, lists.offer, lists.found, lists.tally.found, lists.tally.lost)
    blocks = len(lists.found)
    out = _Lists(*(_at(a) for a in written), blocks, BLOCK, len(lists.mover) // blocks)
    function = in_c("own_rows.c").own_rows
    function.restype = None
    function.argtypes = [ctypes.c_int64, *[_POINTER] * 3]
    pointed_at = h.rows, t, lists  # kept as long as the call is

    def run() -> None:
        assert pointed_at
        function(h.n, ctypes.byref(rows), ctypes.byref(tables), ctypes.byref(out))

    return run


__all__ = ["own_rows_in_c"]

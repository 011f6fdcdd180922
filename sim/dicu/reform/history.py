"""The dated table of who governed what: out of it any unit of any day can be rebuilt, and any reform written down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.government.overlay import Overlay, legacy_overlay
from dicu.scenario.suggest import unit_of
from dicu.world.world import Units, World

COLUMNS = (
    "level",
    "place_key",
    "code",
    "name",
    "kind",
    "seat_place_key",
    "since_step",
    "until_step",
    "since",
    "until",
)


def history(world: World, overlays: Sequence[Overlay]) -> pd.DataFrame:
    """Which commune and which province governed each place, from when until when.

    Parameters
    ----------
    world
        Its legacy units are in force at the start.
    overlays
        In the order of their dates; those that only pull levers change no row.

    Returns
    -------
    DataFrame
        One row a level, place and time in one unit (`COLUMNS`): ``since_step`` is its first step, ``until_step`` the
        first at which it is another's or has another name, kind or seat; -1 for the start and for the end that has not
        come. Sorted by level, place and time.
    """
    states = [legacy_overlay(world), *(o for o in overlays if o.levers.relabel)]
    parts = []
    for level in ("commune", "province"):
        rows: list[pd.DataFrame] = []
        for state in states:
            units: Units = getattr(state, f"{level}s")
            of_place: NDArray[np.int32] = getattr(state, f"{level}_of_place")
            rows.append(
                pd.DataFrame(
                    {
                        "level": level,
                        "place_key": world.place_key,
                        "code": units.code[of_place],
                        "name": units.name[of_place],
                        "kind": units.kind[of_place],
                        "seat_place_key": world.place_key[units.seat_place[of_place]],
                        "since_step": state.step,
                        "since": state.date,
                    }
                )
            )
        whole = pd.concat(rows, ignore_index=True).sort_values(["place_key", "since_step"], kind="stable")
        same = whole["place_key"].eq(whole["place_key"].shift())
        for column in ("code", "name", "kind", "seat_place_key"):
            same &= whole[column].eq(whole[column].shift())
        whole = whole[~same]
        last = whole["place_key"].ne(whole["place_key"].shift(-1))
        whole["until_step"] = whole["since_step"].shift(-1).where(~last, -1).astype(np.int64)
        whole["until"] = whole["since"].shift(-1).where(~last, "")
        parts.append(whole)
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def places_of(table: pd.DataFrame, level: str, code: str, step: int) -> NDArray[np.uint64]:
    """The places of one unit at one step, (n,) uint64 place keys, rebuilt from a `history`.

    Parameters
    ----------
    level
        "commune" or "province".
    step
        -1 for the start, or any step; at the step of a reform its borders hold already.

    Raises
    ------
    ValueError
        When no unit of that code was in force then.
    """
    now = in_force(table, step)
    mine = now[(now["level"] == level) & (now["code"] == code)]
    if mine.empty:
        raise ValueError(f"no {level} {code!r} was in force at step {step}")
    return np.sort(mine["place_key"].to_numpy(np.uint64))


def code_of(table: pd.DataFrame, level: str, unit: str, step: int) -> str:
    """Code of the unit that a code or a name stands for at one step of a `history`.

    Raises
    ------
    ValueError
        No unit of that code or name was in force then (with the name that was probably meant), or several
        bear the name (with their codes and where they lie).
    """
    now = in_force(table, step)
    units = now[now["level"] == level].drop_duplicates("code")
    codes, names = units["code"].tolist(), units["name"].tolist()
    above = _provinces(now).reindex(units["place_key"]).tolist()
    try:
        return str(codes[unit_of(unit, codes, names, level, above)])
    except ValueError as error:
        raise ValueError(f"{error}, in force at step {step}") from error


def _provinces(now: pd.DataFrame) -> pd.Series[str]:
    """Name of the province of each place, by place key."""
    provinces = now[now["level"] == "province"]
    return pd.Series(provinces["name"].to_numpy(), index=provinces["place_key"].to_numpy())


def in_force(table: pd.DataFrame, step: int) -> pd.DataFrame:
    """The rows of a `history` that hold at a step: every place once a level."""
    return table[(table["since_step"] <= step) & ((table["until_step"] > step) | (table["until_step"] == -1))]


def as_table(world: World, overlays: Sequence[Overlay]) -> pd.DataFrame:
    """Write overlays down as a user's table (`dicu.reform.table`), which reads back to the same borders.

    Only what changes has a row. Dates are those of the overlays.
    """
    rows: list[dict[str, Any]] = []
    before = legacy_overlay(world)
    for overlay in overlays:
        if not overlay.levers.relabel:
            continue
        extra = {"date": overlay.date, "levers": "+".join(overlay.levers.pulled)}
        for level in ("province", "commune"):
            old: Units = getattr(before, f"{level}s")
            new: Units = getattr(overlay, f"{level}s")
            was = getattr(before, f"{level}_of_place")
            now = getattr(overlay, f"{level}_of_place")
            same_units = _same_units(old, new, was, now)
            ways = np.unique(was.astype(np.int64) * len(new) + now)
            split = np.bincount(ways // len(new), minlength=len(old)) > 1
            if level == "province":
                torn = np.flatnonzero(split)
            else:  # where a province falls into several, its communes say who goes where
                moved = np.isin(before.province_of_place, torn) & (
                    before.provinces.code[before.province_of_place]
                    != overlay.provinces.code[overlay.province_of_place]
                )
                same_units |= dict.fromkeys(was[moved].tolist(), -1)
            for way in ways.tolist():
                u, v = divmod(way, len(new))
                if same_units[u] == v:
                    continue
                mine = np.flatnonzero((was == u) & (now == v)) if split[u] and level == "commune" else [None]
                for place in mine:
                    rows.append(
                        {
                            **extra,
                            "level": level,
                            "from": old.code[u],
                            "to": new.code[v],
                            "place": "" if place is None else str(world.place_id[place]),
                            "name": new.name[v],
                            "kind": new.kind[v],
                            "province": ""
                            if level == "province"
                            else overlay.provinces.code[overlay.province_of_place[new.seat_place[v]]],
                            "seat": str(world.place_id[new.seat_place[v]]),
                        }
                    )
        before = overlay
    columns = ["date", "level", "from", "to", "place", "name", "kind", "province", "seat", "levers"]
    return pd.DataFrame(rows, columns=columns).astype(str)


def _same_units(old: Units, new: Units, was: NDArray[np.int32], now: NDArray[np.int32]) -> dict[int, int]:
    """Units that go on as they are: same code, name, kind, seat and places."""
    number = {code: v for v, code in enumerate(new.code.tolist())}
    out: dict[int, int] = {}
    of_old = np.bincount(was, minlength=len(old))
    of_new = np.bincount(now, minlength=len(new))
    both = pd.Series(was.astype(np.int64) * len(new) + now).value_counts()
    for u, code in enumerate(old.code.tolist()):
        v = number.get(code, -1)
        if v < 0 or (old.name[u], old.kind[u], old.seat_place[u]) != (
            new.name[v],
            new.kind[v],
            new.seat_place[v],
        ):
            out[u] = -1
        else:
            shared = int(both.get(u * len(new) + v, 0))
            out[u] = v if shared == of_old[u] == of_new[v] else -1
    return out

"""Corrections of the source's units, before their geography is mended: kinds, and links to new units.

The rank that begins a unit's full name decides its kind ("Phường 5" is a ward, whatever the source's column
of types says). What a resolution says of a single link stands in ``data/links.csv``, each line with its
source; a line that confirms the source is kept as well, since another list contradicts it.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np
import pandas as pd

from dicu.scenario.suggest import fold
from dicu.world import facts
from dicu.world.gazetteer import LEGACY_KINDS, NEW_KINDS, Gazetteer, GazetteerError
from dicu.world.world import Repair

RANKS: Final = {fold(rank): kind for rank, kind in (LEGACY_KINDS | NEW_KINDS).items()}


def kind_of_name(full: str) -> str:
    """Kind that the rank at the start of a full name says ("Thị trấn Ngọc Lặc": township); "" without one."""
    words = full.split()
    for length in (2, 1):
        kind = RANKS.get(fold(" ".join(words[:length])))
        if kind is not None and len(words) > length:
            return kind
    return ""


def correct(source: Gazetteer) -> tuple[Gazetteer, tuple[Repair, ...]]:
    """Correct kinds and links of the source.

    Parameters
    ----------
    source : Gazetteer
        As read.

    Returns
    -------
    Gazetteer
        With kinds of both generations as names say, and without links that ``data/links.csv`` denies.
    tuple of Repair
        One for each unit or link that changed.
    """
    legacy, old_kinds = _kinds(source.legacy)
    new, new_kinds = _kinds(source.new)
    links, dropped = _links(source)
    corrected = dataclasses.replace(source, legacy=legacy, new=new, links=links)
    return corrected, (*old_kinds, *new_kinds, *dropped)


def _kinds(units: pd.DataFrame) -> tuple[pd.DataFrame, list[Repair]]:
    said = units["full"].map(kind_of_name)
    wrong = (said != "") & (said != units["kind"])
    repairs = [
        Repair("kind contradicts the name", f"{code} {full}", f"{kind} in the source: {meant}")
        for code, full, kind, meant in zip(
            units.loc[wrong, "code"],
            units.loc[wrong, "full"],
            units.loc[wrong, "kind"],
            said[wrong],
            strict=True,
        )
    ]
    return units.assign(kind=units["kind"].where(~wrong, said)), repairs


def _links(source: Gazetteer) -> tuple[pd.DataFrame, list[Repair]]:
    """Links without those that a resolution denies; GazetteerError where the table does not fit the source."""
    legacy = {code: row for row, code in enumerate(source.legacy["code"])}
    new = {code: row for row, code in enumerate(source.new["code"])}
    keep = np.ones(len(source.links), dtype=np.bool_)
    default = source.links["default"].to_numpy().copy()
    repairs = []
    for line in facts.stated_links().to_dict("records"):
        where = f"links.csv: {line['legacy']} to {line['new']}"
        if line["legacy"] not in legacy or line["new"] not in new:
            raise GazetteerError(f"{where}: no such unit in the source")
        mine = source.links["legacy"] == legacy[line["legacy"]]
        rows = np.flatnonzero(mine & (source.links["new"] == new[line["new"]]))
        if line["belongs"] == "yes":
            if len(rows) != 1:
                raise GazetteerError(f"{where}: stated as a part, which the source does not have")
            continue
        keep[rows] = False
        remaining = np.flatnonzero(mine & keep)
        if len(rows) != 1 or len(remaining) != 1:
            raise GazetteerError(
                f"{where}: one link can be denied where one other remains, got {len(remaining)}"
            )
        default[remaining] = True  # what was the larger part on paper was land without residents
        repairs.append(
            Repair(
                "link denied by a resolution",
                f"{line['legacy']} {line['legacy_name']}",
                f"not part of {line['new']} {line['new_name']}: {line['source']}, {line['where']}",
            )
        )
    return source.links.assign(default=default)[keep].reset_index(drop=True), repairs

"""A unit that a reform splits by shares of its people, where no place tells the parts apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from dicu.scenario.numbers import number
from dicu.world.table_checks import Problems
from dicu.world.world import Repair

TOLERANCE: Final = 1e-6
"""Shares of a unit may miss 1 by so much: decimals that a person writes."""
APART: Final = 0.25
"""Parts lie so much of the width of their place from its point, so that no two are at one point."""
KM_PER_DEGREE: Final = 111.195
GOLDEN_TURN: Final = 2.399963


@dataclass(frozen=True, eq=False)
class Split:
    """Places and reform with pieces instead of the places that were cut.

    Attributes
    ----------
    places, reform : DataFrame
    repairs : tuple of Repair
        What rounding did to each share.
    pieces : dict of str to dict of str to str
        Of a place that was cut, the piece that each unit takes, the first one with its old point.
    """

    places: pd.DataFrame
    reform: pd.DataFrame
    repairs: tuple[Repair, ...]
    pieces: dict[str, dict[str, str]]

    def first(self, place: str) -> str:
        """The piece that stands where a place stood; the place itself where it was not cut."""
        return next(iter(self.pieces[place].values())) if place in self.pieces else place

    def all_of(self, place: str) -> list[str]:
        """All pieces of a place."""
        return list(self.pieces[place].values()) if place in self.pieces else [place]


def split_by_share(places: pd.DataFrame, reform: pd.DataFrame, path: Path, problems: Problems) -> Split:
    """Cut the places of units that a reform splits by shares, and let the rows of the reform name the pieces.

    Each place of such a unit becomes a piece for each unit that takes a part, ``key/code``: residents by largest
    remainder, so that none is lost; area by share; points a quarter of the place's width apart.

    The column ``share`` of the reform is gone afterwards.
    """
    rows = reform.reset_index(drop=True)
    said = np.flatnonzero(rows["share"] != "")
    levels = rows["level"] if "level" in rows else pd.Series("commune", index=rows.index)
    unit_rows: dict[str, list[int]] = {}
    for at in said.tolist():
        share = number(str(rows["share"].iloc[at]))
        if share is None or not 0 < share <= 1:
            problems.cell(
                path, at + 1, "share", rows["share"].iloc[at], "a number above 0 and at most 1, or empty"
            )
        elif levels.iloc[at] != "commune":
            problems.cell(
                path,
                at + 1,
                "share",
                rows["share"].iloc[at],
                "empty for a province; its communes go their ways",
            )
        elif "place" in rows and rows["place"].iloc[at] != "":
            problems.cell(path, at + 1, "share", rows["share"].iloc[at], "empty where a place is named")
        else:
            unit_rows.setdefault(rows["from"].iloc[at], []).append(at)
    for code, ats in unit_rows.items():
        total = math.fsum(float(rows["share"].iloc[at]) for at in ats)
        every = np.flatnonzero((rows["from"] == code) & (levels == "commune")).tolist()
        if abs(total - 1.0) > TOLERANCE or every != ats:
            problems.note(
                f"{path}: rows {', '.join(str(at + 1) for at in every)}: column share: the shares of {code} add up to "
                f"{total:.6g} (allowed: 1, with one in each row of {code})"
            )
    if problems.found:
        return Split(places, reform, (), {})
    cut, repairs = [], []
    parts: dict[int, list[str]] = {}
    pieces: dict[str, dict[str, str]] = {}
    for code, ats in unit_rows.items():
        weights = np.array([float(rows["share"].iloc[at]) for at in ats])
        for at in np.flatnonzero(places["commune"] == code).tolist():
            place = places.iloc[at]
            people = _largest_remainder(int(place["residents"]), weights)
            for k, (row, share) in enumerate(zip(ats, weights.tolist(), strict=True)):
                piece = _piece(place, k, f"{place['place']}/{rows['to'].iloc[row]}", int(people[k]), share)
                cut.append(piece)
                parts.setdefault(row, []).append(piece["place"])
                pieces.setdefault(place["place"], {})[rows["to"].iloc[row]] = piece["place"]
                meant = share * int(place["residents"])
                detail = f"{share:g} of {int(place['residents']):,} residents is {meant:,.1f}: {int(people[k]):,} go"
                repairs.append(Repair("split by share", piece["place"], detail))
    gone = places["commune"].isin(unit_rows)
    made = pd.concat([places[~gone], pd.DataFrame(cut)], ignore_index=True) if cut else places
    out = []
    for at, row_ in enumerate(rows.to_dict("records")):
        row_.pop("share")
        if (seat := pieces.get(str(row_.get("seat", "")))) is not None:
            row_["seat"] = seat.get(row_["to"], next(iter(seat.values())))
        for key in parts.get(at, [None]):
            out.append({**row_, "place": key} if key is not None else row_)
    table = pd.DataFrame(out, columns=[c for c in (*reform.columns, "place") if c != "share"]).fillna("")
    table = table.loc[:, ~table.columns.duplicated()]
    return Split(made.astype(places.dtypes.to_dict()), table, tuple(repairs), pieces)


def _piece(place: Any, k: int, key: str, residents: int, share: float) -> dict[str, Any]:
    """Part ``k`` of a place; the first one stays at its point."""
    width = APART * math.sqrt(float(place["area_km2"])) if k else 0.0
    north = width * math.sin(GOLDEN_TURN * k) / KM_PER_DEGREE
    east = (
        width
        * math.cos(GOLDEN_TURN * k)
        / KM_PER_DEGREE
        / max(math.cos(math.radians(float(place["latitude"]))), 0.05)
    )
    made = dict(place)
    made |= {"place": key, "residents": residents, "area_km2": float(place["area_km2"]) * share}
    made["longitude"] = round(float(place["longitude"]) + east, 6)
    made["latitude"] = round(min(float(place["latitude"]) + north, 90.0), 6)
    if "share" in made:
        made["share"] = float(place["share"]) * share
    return made


def _largest_remainder(total: int, weights: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Whole persons by shares that add up to 1; the largest remainders get what is left, ties the first."""
    exact = total * weights
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole

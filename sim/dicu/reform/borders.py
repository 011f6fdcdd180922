"""Borders that a table of reforms changes, date by date: who governs what, and what is wrong with a row."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dicu.government.overlay import Levers, Overlay, legacy_overlay
from dicu.reform.border_checks import (
    SHOWN,
    Row,
    Unit,
    listed,
    lost_zeros,
    meant,
    padded,
    row_of,
    rows_of,
    seats_taken_along,
    warn_of_renamed,
)
from dicu.reform.border_shares import StatedShares, stated_shares
from dicu.scenario.numbers import otherwise_written
from dicu.world.table_checks import Problems
from dicu.world.world import Units, World


def _places_by(codes: Any) -> dict[str, list[int]]:
    """The places of each unit, in their order."""
    made: dict[str, list[int]] = {}
    for place, code in enumerate(codes.tolist()):
        made.setdefault(code, []).append(place)
    return made


def _parts(rows: list[Row]) -> list[Row]:
    """Rows of provinces that fall into several, and of those that join one of the several."""
    count = Counter(row["from"] for row in rows)
    several = {row["to"] for row in rows if count[row["from"]] > 1}
    return [row for row in rows if row["to"] in several]


class Borders:
    """The governments in force, changed by the rows of one date after the other.

    Parameters
    ----------
    world
        Starts with its legacy governments.
    path
        Of the table, for messages.
    problems
        Collects what is wrong; whoever calls stops.
    """

    def __init__(self, world: World, path: Path, problems: Problems) -> None:
        self.world, self.path, self.problems = world, path, problems
        start = legacy_overlay(world)
        self.units = {
            "commune": self._known(start.communes),
            "province": self._known(start.provinces),
        }
        self.of_place = {
            "commune": start.communes.code[start.commune_of_place].astype(object),
            "province": start.provinces.code[start.province_of_place].astype(object),
        }
        self._stated: StatedShares | None = None
        self._place = {key: i for i, key in enumerate(world.place_id.tolist())}

    def _known(self, units: Units) -> dict[str, Unit]:
        rows = zip(
            units.code.tolist(),
            units.name.tolist(),
            units.kind.tolist(),
            units.seat_place.tolist(),
            units.seat_km.tolist(),
            strict=True,
        )
        return {code: Unit(name, kind, seat, tuple(at)) for code, name, kind, seat, at in rows}

    def change(self, rows: pd.DataFrame, step: int, date: str, levers: Levers) -> Overlay:
        """Draw the borders of one date; when something is wrong it is noted and the borders are not to be used."""
        given = rows_of(rows)
        before = {level: codes.copy() for level, codes in self.of_place.items()}
        of_level = {
            level: [row for row in given if row["level"] == level] for level in ("province", "commune")
        }
        parts = _parts(
            of_level["province"]
        )  # provinces whose places are known only from the rows of their communes
        whole = [row for row in of_level["province"] if row not in parts]
        for level, named in (("province", whole), ("commune", of_level["commune"])):
            self._assign(level, of_level[level], before[level])
            self._name(level, named, before[level])
            self._reseat(level, {row["to"] for row in of_level[level]})
        self._stated = stated_shares(of_level["commune"], before["commune"], self.path, self.problems)
        told = self._provinces_of_communes(of_level["commune"], parts)
        self._all_told(parts, told, before["province"])
        self._name("province", parts, before["province"])
        held = {level: set(codes.tolist()) for level, codes in before.items()}
        for row, allowed in seats_taken_along(given, self.units["province"], self.of_place):
            self._cell(row, "province", row["province"], allowed)
        if not self.problems.found:
            warn_of_renamed(self.path, given, held, self.units)
        if self.problems.found:
            return legacy_overlay(self.world)
        return self._overlay(step, date, levers)

    # ---------------------------------------------------------------- who governs which place

    def _assign(self, level: str, rows: list[Row], before: Any) -> None:
        by_unit: dict[str, list[Row]] = {}
        places_of = _places_by(before)
        held = set(places_of)
        for row in rows:
            if row["from"] not in held:
                probably = meant(row["from"], held, self.units[level])
                self._cell(row, "from", row["from"], f"the code of a {level} in force{probably}")
            elif row["to"] == "":
                self.problems.note(
                    f"{self.path}: row {row_of(row)}: {level} {row['from']} is governed by nobody"
                )
            elif row["to"] not in held and (code := padded(row["to"], held)):
                self._cell(row, "to", row["to"], f"the code of a {level}, new or in force{lost_zeros(code)}")
            elif row["to"] not in held and otherwise_written(row["to"]):
                written = f"the code of a {level}, new or in force, in digits 0 to 9{meant(row['to'], held)}"
                self._cell(row, "to", row["to"], written)
            else:
                by_unit.setdefault(row["from"], []).append(row)
        for code, mine in by_unit.items():
            self._assign_unit(level, code, mine, places_of[code])

    def _assign_unit(self, level: str, code: str, rows: list[Row], places: list[int]) -> None:
        whole = [row for row in rows if row["place"] == ""]
        if level == "province" and len({row["to"] for row in whole}) == len(whole) > 1:
            whole = [row for row in whole if row["to"] == code] or whole[:1]
        if len(whole) > 1:
            self.problems.note(
                f"{self.path}: rows {listed(row_of(row) for row in whole)}: {level} {code} is governed twice, by "
                f"{' and '.join(str(row['to']) for row in whole[:SHOWN])} (allowed: one row without place, and places "
                f"of their own for the others: {listed(self.world.place_id[places].tolist())})"
            )
        taken: dict[int, Row] = {}
        for row in rows:
            if row["place"] == "":
                continue
            place = self._place.get(row["place"])
            if level == "province":
                self._cell(
                    row, "place", row["place"], "empty for a province; give its communes another province"
                )
            elif place is None or place not in places:
                mine = self.world.place_id[places].tolist()
                near = meant(row["place"], mine)
                self._cell(row, "place", row["place"], f"a place_key of {code}: {listed(mine)}{near}")
            elif place in taken:
                self.problems.note(
                    f"{self.path}: rows {row_of(taken[place])}, {row_of(row)}: place {row['place']} of {level} {code} "
                    f"is governed twice, by {taken[place]['to']} and {row['to']}"
                )
            else:
                taken[place] = row
        rest = [p for p in places if p not in taken]
        if rest and not whole:
            keys = listed(self.world.place_id[rest].tolist())
            self.problems.note(
                f"{self.path}: rows {listed(row_of(row) for row in rows)}: {level} {code}: governed by nobody: places "
                f"{keys} (allowed: a row for each, or one without place for the rest)"
            )
            return
        if whole and not rest:
            self.problems.note(
                f"{self.path}: row {row_of(whole[0])}: nothing of {level} {code} is left for this row"
            )
        for place, row in taken.items():
            self.of_place[level][place] = row["to"]
        for place in rest:
            self.of_place[level][place] = whole[0]["to"]

    # ---------------------------------------------------------------- what units are called and where they sit

    def _name(self, level: str, rows: list[Row], before: Any) -> None:
        known, now = self.units[level], self.of_place[level]
        by_unit: dict[str, list[Row]] = {}
        for row in rows:
            if row["to"] != "":
                by_unit.setdefault(row["to"], []).append(row)
        made: dict[str, Unit] = {}
        places_of, residents = _places_by(now), self.world.residents
        for code, mine in by_unit.items():
            here = places_of.get(code, [])
            said = {column: self._said(mine, column) for column in ("name", "kind", "seat")}
            came = {
                row["from"]: 0
                for row in sorted(mine, key=lambda row: str(row["from"]))
                if row["from"] in known
            }
            for place in here:
                if before[place] in came:
                    came[before[place]] += int(residents[place])
            largest = max(came, key=lambda unit: came[unit], default=None)
            model = known.get(code) or (known[largest] if largest is not None else None)
            if model is None:
                continue
            unit = Unit(said["name"] or model.name, said["kind"] or model.kind, model.seat, model.seat_km)
            if said["seat"]:
                self._sit(level, code, unit, next(row for row in mine if row["seat"] != ""))
            elif now[unit.seat] != code:
                self._sit_somewhere(unit, here, [known[row["from"]] for row in mine if row["from"] in known])
            made[code] = unit
        known.update(made)

    def _reseat(self, level: str, named: set[str]) -> None:
        """Who lost the place of its seat, and is not named by a row, sits with most people."""
        now = self.of_place[level]
        places_of = _places_by(now)
        for code, unit in self.units[level].items():
            if code not in named and now[unit.seat] != code and code in places_of:
                self._sit_somewhere(unit, places_of[code], [])

    def _said(self, rows: list[Row], column: str) -> str:
        """What the rows of one unit say of it: the same, or nothing."""
        said = [row for row in rows if row[column] != ""]
        for row in said[1:]:
            if row[column] != said[0][column]:
                self._cell(
                    row,
                    column,
                    row[column],
                    f"as in row {row_of(said[0])} for {row['to']}, {said[0][column]!r}",
                )
        return str(said[0][column]) if said else ""

    def _sit(self, level: str, code: str, unit: Unit, row: Row) -> None:
        """Put a unit's seat where a row says."""
        other = self.units[level].get(row["seat"]) or self.units["commune"].get(row["seat"])
        place = self._place.get(row["seat"])
        if other is not None:
            unit.seat, unit.seat_km = other.seat, other.seat_km
        elif place is not None:
            unit.seat, unit.seat_km = place, self._seat_km(place)
        else:
            known = [*self.units["commune"], *self._place]
            self._cell(
                row, "seat", row["seat"], f"a place_key or the code of a unit{meant(row['seat'], known)}"
            )
            return
        if self.of_place[level][unit.seat] != code:
            owner = self.of_place[level][unit.seat]
            self._cell(row, "seat", row["seat"], f"a place of {code}; this one belongs to {owner}")

    def _sit_somewhere(self, unit: Unit, mine: list[int], candidates: list[Unit]) -> None:
        """Put a unit's seat where its largest part had one, else in its place of most people."""
        inside = [u for u in candidates if u.seat in mine]
        if inside:
            best = max(inside, key=lambda u: int(self.world.residents[u.seat]))
            unit.seat, unit.seat_km = best.seat, best.seat_km
        elif mine:
            unit.seat = mine[int(np.argmax(self.world.residents[mine]))]
            unit.seat_km = self._seat_km(unit.seat)

    def _seat_km(self, place: int) -> tuple[float, float, float]:
        """Where a seat in a place stands: where a legacy commune had one, else at the place's point."""
        world = self.world
        own = int(world.legacy_commune[place])
        if int(world.legacy_communes.seat_place[own]) == place:
            x, y, z = world.legacy_communes.seat_km[own].tolist()
        else:
            x, y, z = world.position_km[place].tolist()
        return x, y, z

    def _provinces_of_communes(self, rows: list[Row], parts: list[Row]) -> set[str]:
        """Move places with their commune to the province that its rows name; no commune lies in two.

        ``parts`` as `_parts` finds them. Returns the communes whose rows name a province.
        """
        commune, province = self.of_place["commune"], self.of_place["province"]
        held = set(province.tolist()) | {row["to"] for row in parts if row["to"] != ""}
        places_of, told = _places_by(commune), set[str]()
        by_unit: dict[str, list[Row]] = {}
        for row in rows:
            if row["to"] != "":
                by_unit.setdefault(row["to"], []).append(row)
        for code, mine in by_unit.items():
            said = self._said(mine, "province")
            if said and said not in held:
                row = next(row for row in mine if row["province"] != "")
                probably = meant(said, held, self.units["province"])
                self._cell(
                    row, "province", said, f"the code of a province in force after that date{probably}"
                )
            elif said:
                told.add(code)
                province[places_of.get(code, [])] = said
            else:
                found = sorted(set(province[places_of.get(code, [])].tolist()))
                if len(found) > 1:
                    self.problems.note(
                        f"{self.path}: rows {listed(row_of(row) for row in mine)}: {code} lies in the provinces "
                        f"{' and '.join(found)} (allowed: one; say which in column province)"
                    )

        return told

    def _all_told(self, parts: list[Row], told: set[str], before: Any) -> None:
        """Note parts of a province that get nothing, and communes of one that is no more which nobody took."""
        commune, province = self.of_place["commune"], self.of_place["province"]
        held, places_of = set(province.tolist()), _places_by(before)
        by_unit: dict[str, list[Row]] = {}
        for row in parts:
            by_unit.setdefault(row["from"], []).append(row)
            if row["to"] not in held:
                self._cell(row, "to", row["to"], "a province that rows of communes name in column province")
        for code, mine in by_unit.items():
            if len(mine) == 1 or any(row["to"] == code for row in mine):
                continue  # all of it goes one way, or what nobody takes stays
            left = sorted({commune[place] for place in places_of.get(code, [])} - told)
            if left:
                self.problems.note(
                    f"{self.path}: rows {listed(row_of(row) for row in mine)}: province {code} falls into several: "
                    f"nobody says where {listed(left)} go (allowed: a row from, to and province for each)"
                )

    # ---------------------------------------------------------------- the result

    def _overlay(self, step: int, date: str, levers: Levers) -> Overlay:
        province, province_of_place = self._made("province", None)
        commune, commune_of_place = self._made("commune", province_of_place)
        return Overlay(
            name="table",
            generation="table",
            step=step,
            date=date,
            communes=commune,
            provinces=province,
            commune_of_place=commune_of_place,
            province_of_place=province_of_place,
            levers=levers,
            shares=None if self._stated is None else self._stated.among(commune),
        )

    def _made(self, level: str, above: Any) -> tuple[Units, Any]:
        codes = self.of_place[level]
        held = np.array(sorted(set(codes.tolist())), dtype=object)
        units = [self.units[level][code] for code in held]
        seats = np.array([unit.seat for unit in units], dtype=np.int32)
        parent = np.full(len(units), -1, dtype=np.int32) if above is None else above[seats]
        order = np.lexsort((np.arange(len(held)), parent))
        rank = {code: i for i, code in enumerate(held[order].tolist())}
        of_place = np.array([rank[code] for code in codes.tolist()], dtype=np.int32)
        made = Units(
            level=level,
            generation="table",
            code=np.array([str(c) for c in held[order]], dtype=np.str_),
            name=np.array([units[i].name for i in order], dtype=np.str_),
            kind=np.array([units[i].kind for i in order], dtype=np.str_),
            parent=parent[order],
            seat_place=seats[order],
            seat_km=np.array([units[i].seat_km for i in order], dtype=np.float64).reshape(-1, 3),
        )
        return made, of_place

    # ---------------------------------------------------------------- messages

    def _cell(self, row: Row, column: str, value: Any, allowed: str) -> None:
        self.problems.cell(self.path, row_of(row), column, value, allowed)

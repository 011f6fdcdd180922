"""Names and codes of areas in tables of figures, as people write them: accents, case and titles do not count.

A reform gives some provinces the name and the code of one that they are part of. A figure of after the reform means
the provinces as they are then; ``2025:79`` and ``legacy:79`` say which is meant whatever the date.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.scenario.calendar import parse_period
from dicu.scenario.suggest import suggest
from dicu_analysis.load import Run

NATION: Final = "VN"
NEW: Final = "2025"
"""Before the colon: a province of after the reform; and the level of those is ``province_2025``."""
LEGACY: Final = "legacy"
_TITLES: Final = re.compile(r"^(tinh|thanh pho|tp|province of|city of) | (province|city)$")
_ALSO: Final = {
    "tphcm": "ho chi minh", "hcmc": "ho chi minh", "saigon": "ho chi minh", "thua thien hue": "hue",
    "dac lac": "dak lak", "daklak": "dak lak", "dac nong": "dak nong", "south east": "southeast",
    "mekong river delta": "mekong delta",
    "northern midlands and mountain areas": "northern midlands and mountains",
    "north central and central coastal areas": "north and south central coast",
    "central coast": "north and south central coast", "bac can": "bac kan",
}  # fmt: skip


def folded(name: str) -> str:
    """A name without accents, capitals, signs and titles."""
    plain = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    plain = re.sub(r"[^a-z0-9]+", " ", plain).strip()
    plain = _TITLES.sub("", plain).strip()
    return _ALSO.get(plain, plain)


@dataclass(frozen=True)
class Area:
    """A province of either map, a region, or the nation; ``provinces`` are the codes of former provinces in it."""

    level: str
    code: str
    name: str
    provinces: tuple[str, ...]


class UnknownArea(ValueError):
    """No area of the run's country is called so."""


class Areas:
    """The areas of a run's country: the nation, its regions and its former provinces."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @cached_property
    def provinces(self) -> dict[str, str]:
        """Names of the former provinces by code, in the order of the codes."""
        return self.run.names("province", "legacy")

    @cached_property
    def region_of(self) -> dict[str, str]:
        """Region of each former province."""
        table = self.run.world_places.drop_duplicates("legacy_province")
        return dict(zip(table["legacy_province"].astype(str), table["region"].astype(str), strict=True))

    @cached_property
    def known(self) -> dict[str, Area]:
        """Every area by folded code and name."""
        everybody = tuple(self.provinces)
        country = self.run.country.get("name") or {}
        names = list(country.values()) if isinstance(country, dict) else [str(country)]
        nation = Area("nation", NATION, str(names[0] if names else NATION), everybody)
        made = dict.fromkeys(
            ("", folded(NATION), "vietnam", "country", "nation", *map(folded, names)), nation
        )
        words = self.run.country.get("regions") or {}
        for region in sorted(set(self.region_of.values())):
            mine = tuple(c for c in everybody if self.region_of[c] == region)
            told = words.get(region) or {}
            area = Area("region", region, str(told.get("en", region)), mine)
            made |= {folded(text): area for text in (region, *told.values())}
        for code, name in self.provinces.items():
            area = Area("province", code, name, (code,))
            made[folded(name)] = area
            made[folded(code)] = area
            made.setdefault(folded(code).lstrip("0"), area)
        return made

    @cached_property
    def redrawn(self) -> float:
        """Moment of the reform in decimal years, whether or not the run makes it; infinite where there is none."""
        date = self.run.config.get("reform", {}).get("date")
        return float("inf") if date is None or not self.new else parse_period(str(date))[0] / 12.0

    @cached_property
    def new(self) -> dict[str, Area]:
        """Provinces of after the reform by code, in the order of the codes."""
        table = self.run.world_places
        if "new_province" not in table:
            return {}
        pairs = table[["legacy_province", "new_province"]].astype(str).drop_duplicates()
        if pairs["legacy_province"].duplicated().any():
            return {}  # a province that is split is no union of former ones
        names = self.run.names("province", "2025")
        inside = pairs.groupby("new_province")["legacy_province"].apply(lambda p: tuple(sorted(p)))
        return {
            code: Area(f"province_{NEW}", code, names[code], inside[code]) for code in names if code in inside
        }

    @cached_property
    def _known_new(self) -> dict[str, Area]:
        """The same by folded code and name."""
        made: dict[str, Area] = {}
        for code, area in self.new.items():
            made[folded(area.name)] = made[folded(code)] = area
            made.setdefault(folded(code).lstrip("0"), area)
        return made

    def province_at(self, at: float) -> NDArray[np.int64]:
        """Number of the province that each former one belongs to at a moment, (R,)."""
        codes = list(self.provinces)
        if at <= self.redrawn:
            return np.arange(len(codes))
        of = {code: k for k, area in enumerate(self.new.values()) for code in area.provinces}
        return np.array([of[code] for code in codes], dtype=np.int64)

    def find(self, text: str, at: float = -np.inf) -> Area:
        """The area of that code or name.

        Parameters
        ----------
        at : float
            Moment of the figure, decimal years: after the reform names and codes mean the provinces of then.

        Raises
        ------
        UnknownArea
            With what is allowed and the nearest name.
        """
        map_, colon, rest = text.partition(":")
        said = map_.strip().lower() if colon else ""
        name = folded(rest if said in (NEW, LEGACY) else text)
        new = self._known_new if said == NEW or (said != LEGACY and at > self.redrawn) else {}
        known = new if said == NEW else {**self.known, **new}
        found = known.get(name)
        if found is None:
            near = suggest(name, tuple(known))
            hint = f"; did you mean {near}" if near else ""
            here = {code: area.name for code, area in self.new.items()} if new else self.provinces
            names = ", ".join(f"{code} {name}" for code, name in here.items())
            regions = ", ".join(sorted(set(self.region_of.values())))
            raise UnknownArea(f"not an area (got {text!r}, allowed {NATION}, {regions}, {names}{hint})")
        return found

    def pair(self, text: str, at: float = -np.inf) -> tuple[Area, Area]:
        """Origin and destination of ``origin>destination``.

        Raises
        ------
        UnknownArea
            For text without two known areas.
        """
        origin, sign, destination = text.partition(">")
        if not sign:
            raise UnknownArea(f"not two areas (got {text!r}, allowed ORIGIN>DESTINATION)")
        return self.find(origin, at), self.find(destination, at)


__all__ = ["LEGACY", "NATION", "NEW", "Area", "Areas", "UnknownArea", "folded"]

"""Names and codes of areas in tables of figures, as people write them: accents, case and titles do not count."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from dicu.scenario.suggest import suggest
from dicu_analysis.load import Run

NATION: Final = "VN"
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
    """A former province, a region, or the nation; ``provinces`` are the codes that it has."""

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

    def find(self, text: str) -> Area:
        """The area of that code or name.

        Raises
        ------
        UnknownArea
            With what is allowed and the nearest name.
        """
        found = self.known.get(folded(text))
        if found is None:
            near = suggest(folded(text), tuple(self.known))
            hint = f"; did you mean {near}" if near else ""
            names = ", ".join(f"{code} {name}" for code, name in self.provinces.items())
            regions = ", ".join(sorted(set(self.region_of.values())))
            raise UnknownArea(f"not an area (got {text!r}, allowed {NATION}, {regions}, {names}{hint})")
        return found

    def pair(self, text: str) -> tuple[Area, Area]:
        """Origin and destination of ``origin>destination``.

        Raises
        ------
        UnknownArea
            For text without two known areas.
        """
        origin, sign, destination = text.partition(">")
        if not sign:
            raise UnknownArea(f"not two areas (got {text!r}, allowed ORIGIN>DESTINATION)")
        return self.find(origin), self.find(destination)


__all__ = ["NATION", "Area", "Areas", "UnknownArea", "folded"]

"""Names of provinces, districts and cities that a configuration may use, before any world is built."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from dicu.scenario.suggest import suggest
from dicu.scenario.wording import quoted

PATH: Final = Path(__file__).parent / "data" / "cities.csv"
CITY_KINDS: Final = ("provincial city", "town")
"""Districts that are cities by themselves; the urban districts of a municipality are so only together."""
_SHOWN: Final = 12


@cache
def districts() -> tuple[tuple[str, str, str, str], ...]:
    """Code, name, kind and province of each legacy district of Viet Nam, in the order of the world."""
    with PATH.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return tuple((row["code"], row["name"], row["kind"], row["province"]) for row in rows)


def known_cities() -> tuple[str, ...]:
    """Who can be made a centrally governed city: the provinces, then the cities and towns."""
    provinces = dict.fromkeys(province for *_, province in districts())
    return (*provinces, *(name for _, name, kind, _ in districts() if kind in CITY_KINDS))


def known_sites() -> tuple[str, ...]:
    """Where an industrial zone can be: the provinces, then the districts as "Huyện Yên Phong, Bắc Ninh"."""
    provinces = dict.fromkeys(province for *_, province in districts())
    return (*provinces, *(f"{name}, {province}" for _, name, _, province in districts()))


def known_districts() -> tuple[str, ...]:
    """Codes of the districts."""
    return tuple(code for code, *_ in districts())


def unknown(name: str, known: Iterable[str]) -> str:
    """What to say of a name that is not among those known; "" when it is."""
    known = tuple(known)
    if name in known:
        return ""
    if near := suggest(name, known):
        return f"no such place (got {quoted(name)}; did you mean {quoted(near)})"
    rest = ", ..." if len(known) > _SHOWN else ""
    return f"no such place (got {quoted(name)}, allowed {', '.join(known[:_SHOWN])}{rest})"

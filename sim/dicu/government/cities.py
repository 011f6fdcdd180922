"""Urban areas and their classes: what the standards on population make of the cities, towns and townships of the map.

An urban area is a municipality, a provincial city, a town, or a township, with the borders of before the reform, which
are fixed like places. Its class is the highest of those that its kind can have whose standards on residents, all and
inner (in wards and townships), it meets; the standards are lower in some regions (Resolutions 1210/2016/UBTVQH13 and
26/2022/UBTVQH15; in the tables `urban_standards` and `urban_regions` of the country). The official
classification gives points on five criteria, of which population and density are two, so a city can have a class whose
density it does not reach on its whole area; whether it does is told beside (assumption A69).

Classes decide nothing in the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dicu.world.country import Country
from dicu.world.world import World

CLASSES: Final = ("special", "I", "II", "III", "IV", "V", "none")


@dataclass(frozen=True)
class Standard:
    """What a class asks of an area of a kind: residents, inner residents, residents a km2."""

    name: str
    kind: str
    residents: int
    inner: int
    density: int


def standards(country: Country) -> tuple[Standard, ...]:
    """The standards of a country's table ``urban_standards``, highest class first; none without the table."""
    table = country.own("urban_standards")
    if table is None:
        return ()
    return tuple(
        Standard(
            str(r["class"]),
            str(r["kind"]),
            int(r["residents"]),
            int(r["inner_residents"]),
            int(r["density_km2"]),
        )
        for r in table.to_dict("records")
    )


def region_shares(country: Country) -> dict[str, tuple[float, float]]:
    """By region: shares of the standards on residents and on density that are enough there (``urban_regions``)."""
    table = country.own("urban_regions")
    if table is None:
        return {}
    rows = table.to_dict("records")
    return {str(r["region"]): (float(r["residents_share"]), float(r["density_share"])) for r in rows}


def class_of(
    known: tuple[Standard, ...],
    kind: str,
    residents: float,
    inner: float,
    area_km2: float,
    shares: tuple[float, float] = (1.0, 1.0),
) -> tuple[str, bool]:
    """Class of an urban area, and whether it reaches the density of that class on its whole area.

    Parameters
    ----------
    known : tuple of Standard
        Those of the country, highest class first.
    kind : str
        A kind for which there are standards.
    residents, inner : float
        In all of it, and in its wards and townships.
    shares : (float, float)
        Of the standards on residents and density that are enough in its region.
    """
    for standard in known:
        if (
            standard.kind == kind
            and residents >= shares[0] * standard.residents
            and inner >= shares[0] * standard.inner
        ):
            return standard.name, residents >= shares[1] * standard.density * area_km2
    return "none", False


class UrbanAreas:
    """The urban areas of a world (A areas), in the order municipalities, cities and towns, townships.

    Attributes
    ----------
    code, name, kind : list of str
        Codes are those of the province, the district, or the commune.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.code: list[str] = []
        self.name: list[str] = []
        self.kind: list[str] = []
        self._places: list[NDArray[np.int64]] = []
        self._standards = standards(world.country)
        kinds, whole = {standard.kind for standard in self._standards}, []
        for units, of_place in (
            (world.legacy_provinces, world.province),
            (world.districts, world.district),
            (world.legacy_communes, world.legacy_commune),
        ):
            for u, kind in enumerate(units.kind.tolist()):
                if kind in kinds:
                    whole.append(units is world.legacy_provinces)
                    self.code.append(str(units.code[u]))
                    self.name.append(str(units.name[u]))
                    self.kind.append(kind)
                    self._places.append(np.flatnonzero(of_place == u))
        self._area = np.array([float(world.area_km2[places].sum()) for places in self._places])
        shares, regions = region_shares(world.country), world.region[world.province]
        # by the region of its first place: no urban area lies in two; those that are provinces have the full standards
        self._shares = [
            (1.0, 1.0) if full else shares.get(world.region_names[regions[places[0]]], (1.0, 1.0))
            for full, places in zip(whole, self._places, strict=True)
        ]

    def __len__(self) -> int:
        return len(self.code)

    def columns(
        self, residents: NDArray[np.int64], urban_now: NDArray[np.bool_] | None = None
    ) -> dict[str, Any]:
        """Classes and what they rest on, one row an area; ``residents`` (P,) are real persons.

        ``urban_now`` (P,) are the places that count as inner ones; None: those of the start.
        """
        people = np.array([int(residents[places].sum()) for places in self._places], dtype=np.int64)
        urban = residents * (self._world.urban if urban_now is None else urban_now)
        inner = np.array([int(urban[places].sum()) for places in self._places], dtype=np.int64)
        found = [
            class_of(self._standards, kind, p, i, area, share)
            for kind, p, i, area, share in zip(
                self.kind, people.tolist(), inner.tolist(), self._area.tolist(), self._shares, strict=True
            )
        ]
        return {
            "code": self.code,
            "name": self.name,
            "kind": self.kind,
            "class": [name for name, _ in found],
            "dense": np.array([dense for _, dense in found], dtype=np.bool_),
            "residents": people,
            "inner_residents": inner,
            "density_km2": people / np.maximum(self._area, np.finfo(float).tiny),
        }


__all__ = ["CLASSES", "UrbanAreas", "class_of", "standards"]

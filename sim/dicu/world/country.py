"""What a world knows of its country besides places and units: words, money, and the optional tables of its folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import pandas as pd

from dicu.scenario.country import FILE, REFERENCE_INCOME, CountryFile, parse_country
from dicu.scenario.country_parts import AGES, Currency, LegalAges
from dicu.world.rates import RATES
from dicu.world.schema import TABLES
from dicu.world.table_checks import Problems, checked
from dicu.world.table_files import read_raw

DATA: Final = Path(__file__).parent / "data"
SHIPPED: Final = DATA / "figures"
"""Tables of Viet Nam that stand in where another country has none (`Schema.borrowed`)."""
LENT_BY: Final = "the country that the package ships"
"""Who lends, in words for the outputs of another country."""
SOME_RATES: Final = "rates in part"
"""Said where a country states some of the names of `rates` and borrows the others."""
FACTS: Final[dict[str, str]] = {
    "life_course.fertility_urban": "fertility",
    "life_course.fertility_rural": "fertility",
    "life_course.life_expectancy": "life expectancy",
    "life_course.union_age_women": "age at first union",
    "life_course.union_age_men": "age at first union",
    "population.household_size_urban": "size of households",
    "population.household_size_rural": "size of households",
    "population.household_size_year": "year of that size",
    "population.household_size_trend": "trend of that size",
    "income.rural_urban_earnings": "rural over urban earnings",
    "income.rural_urban_income_head": "rural over urban income",
}
"""Settings that are facts of a country: where `country.yaml` does not state one, that of another country holds."""
AGES_IN_WORDS: Final = dict(
    zip(AGES, ("age of majority", "least age at marriage", "retirement ages", "retirement ages"), strict=True)
)
"""What is said to be borrowed where `ages` of `country.yaml` does not state a key."""


class Law(NamedTuple):
    """Ages that the law of a country sets, in years, its own or borrowed; keys as in `LegalAges`."""

    majority: int
    marriage: int
    retirement_men: float
    retirement_women: float


@dataclass(frozen=True, eq=False)
class Country:
    """A country as its folder states it.

    Attributes
    ----------
    file : CountryFile
        ``country.yaml``.
    tables : mapping of str to DataFrame
        The optional tables that the folder has, by their names in `dicu.world.schema.TABLES`.
    ward_kinds : frozenset of str
        Kinds of units whose offices are staffed as those of towns and whose people live in towns.
    ward_standard : mapping of str to str
        By province (code before the reform): the role in `standards` that its wards have, where it is not "ward".
    reduced_area : frozenset of str
        Provinces in which the reduced area of `standards` holds.
    made_up : bool
        One of the small worlds for lessons and tests.
    notes : tuple of str
        What looked odd when the tables were read, for a person.
    outlines : str
        GeoJSON of borders for maps; "" without.
    """

    file: CountryFile
    tables: Mapping[str, pd.DataFrame] = field(default_factory=lambda: MappingProxyType({}))
    ward_kinds: frozenset[str] = frozenset()
    ward_standard: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    reduced_area: frozenset[str] = frozenset()
    made_up: bool = False
    notes: tuple[str, ...] = ()
    outlines: str = ""

    def own(self, name: str) -> pd.DataFrame | None:
        """A table of the country's own, None when it has none."""
        return self.tables.get(name)

    def table(self, name: str) -> pd.DataFrame:
        """A table of the country's own, or the one that is borrowed in its place."""
        own = self.tables.get(name)
        if own is not None:
            return own
        lent = shipped_table(name)
        # figures of the lender's provinces are nobody else's
        return lent[lent["province"] == ""] if "province" in lent else lent

    @cached_property
    def law(self) -> Law:
        """Ages that the law sets: the country's own, and those of the lender where it states none."""
        return shipped_law()._replace(**_stated(self.file.ages))

    @cached_property
    def borrowed(self) -> tuple[str, ...]:
        """What is not the country's own and stands in from Viet Nam, in words; empty where all is its own."""
        if self.made_up:
            return ()
        lent = [name for name, schema in TABLES.items() if schema.borrowed and name not in self.tables]
        rates = self.own("rates")
        if rates is not None and not set(RATES) - {"within_region_moves"} <= set(rates["name"]):
            lent.append(
                SOME_RATES
            )  # without the one left out here, moves within regions follow from those between
        said = self.file.parameters
        facts = [
            what
            for key, what in FACTS.items()
            if key.split(".")[1] not in (said.get(key.split(".")[0]) or {})
        ]
        own = _stated(self.file.ages)
        laws = [what for key, what in AGES_IN_WORDS.items() if key not in own]
        return (*lent, *dict.fromkeys((*facts, *laws)))

    @cached_property
    def sha256(self) -> str:
        """Checksum of all that a run takes from here."""
        digest = hashlib.sha256(self.file.model_dump_json().encode())
        for name in sorted(self.tables):
            digest.update(f"\n{name}\n".encode())
            digest.update(self.tables[name].to_csv(index=False, float_format=plain_float).encode())
        digest.update(
            repr(
                (sorted(self.ward_kinds), sorted(self.ward_standard.items()), sorted(self.reduced_area))
            ).encode()
        )
        digest.update(self.outlines.encode())
        return digest.hexdigest()


def plain_float(value: object) -> str:
    """The shortest decimal that reads back to the same float."""
    return float.__repr__(float(str(value)))


@cache
def shipped_table(name: str) -> pd.DataFrame:
    """The table of the package's own country; never to be changed."""
    path, schema, problems = SHIPPED / f"{name}.csv", TABLES[name], Problems()
    raw = read_raw(path)
    table = checked(raw.drop(columns=[c for c in schema.notes if c in raw]), path, schema.columns, problems)
    problems.stop()
    return table


@cache
def shipped_file() -> CountryFile:
    """``country.yaml`` of the package's own country."""
    path = DATA / FILE
    return parse_country(path.read_text(encoding="utf-8"), str(path))


@cache
def shipped_law() -> Law:
    """Ages that the law of the package's own country sets; it states them all."""
    return Law(**_stated(shipped_file().ages))


def _stated(ages: LegalAges) -> dict[str, Any]:
    """The ages that a country states, by their keys."""
    return ages.model_dump(include=set(AGES), exclude_none=True)


CITY_WARD: Final = "ward of a central city"
"""Row of the shipped standards that holds for the wards of a municipality."""


def made_up(year: int, municipalities: Iterable[str]) -> Country:
    """The country of a small made-up world: no figures of its own, and the standards of the package.

    Parameters
    ----------
    municipalities
        Codes of provinces that are cities.
    """
    file = CountryFile(
        name={"en": "a made-up world", "vi": "một thế giới giả định"},
        year=year,
        languages=("en", "vi"),
        currency=Currency(code="VND", symbol="đ", scale="million"),
        income=REFERENCE_INCOME,
        titles={
            "urban district": "Quận",
            "town": "Thị xã",
            "provincial city": "Thành phố",
            "rural district": "Huyện",
        },
    )
    return Country(
        file=file,
        tables={name: shipped_table(name) for name in ("standards", "urban_standards")},
        ward_kinds=frozenset(("ward", "special zone")),
        ward_standard=dict.fromkeys(municipalities, CITY_WARD),
        made_up=True,
    )

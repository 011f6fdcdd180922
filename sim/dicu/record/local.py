"""Tables as another country's are written: amounts in its own money, and no name of the package's own reform.

Inside the model, and in the columns that `dicu.record.codebook` declares, money is million dong of 2019 and the map
after the reform is called "2025". Runs of another country are written with the names, the unit and the amounts of that
country; readers turn the names back (`Local.canonical`), never the amounts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from dicu.record.declare import MONEY, Column, Table
from dicu.world.world import World

MODEL_UNIT: Final = "M VND"
MODEL_SUFFIX: Final = "mvnd"
MODEL_GENERATION: Final = "2025"
GENERATION: Final = "new"
"""What the map after the reform is called in the tables of another country."""
_OF_A_LAW: Final = re.compile(r"[:,] (?:Resolutions?|Dispatch) \d.*")
"""What a source says of the laws of the package's own country."""
_LABELS: Final = {"2025": GENERATION, "province_2025": f"province_{GENERATION}"}
_DISTRICT_OFFICE: Final = re.compile(r"district_(?:administration|minutes|office)")
_DISTRICT: Final = re.compile(r"\bdistrict(s?)\b")
NO_OFFICE: Final = "of no meaning in this country: it has no districts, and nobody has to go to one"
"""What a codebook says of columns on the office of a district where there is none."""
_LABELLED: Final = ("generation", "level")


class LocalColumn(Column):
    """A column as a country writes it; its unit is that country's."""

    def __post_init__(self) -> None:
        """The declared column was checked."""


@dataclass(frozen=True)
class Local:
    """How a country writes its tables.

    Attributes
    ----------
    unit, suffix : str
        "k NOK", "knok".
    factor : float
        Units of it for one of the model's.
    own : bool
        False: everything as it is declared.
    districts : bool
        False: districts are labour markets, and no office does what a district office does.
    """

    unit: str = MODEL_UNIT
    suffix: str = MODEL_SUFFIX
    factor: float = 1.0
    own: bool = False
    districts: bool = True

    def name(self, name: str) -> str:
        """A column's name as the country writes it."""
        if not self.own:
            return name
        for end in MONEY.values():
            if name.endswith(end):
                return name.removesuffix(end) + end.replace(MODEL_SUFFIX, self.suffix)
        return name.replace(f"_{MODEL_GENERATION}_", f"_{GENERATION}_")

    def canonical(self, name: str) -> str:
        """A column's name as it is declared."""
        if not self.own:
            return name
        for end in MONEY.values():
            here = end.replace(MODEL_SUFFIX, self.suffix)
            if name.endswith(here):
                return name.removesuffix(here) + end
        return name.replace(f"_{GENERATION}_", f"_{MODEL_GENERATION}_")

    def column(self, column: Column) -> Column:
        """A declared column as the country writes it."""
        if not self.own:
            return column
        told = {f.name: getattr(column, f.name) for f in fields(column)}
        told["name"] = self.name(column.name)
        told["unit"] = column.unit.replace(MODEL_UNIT, self.unit)
        text = column.text.replace(MODEL_UNIT, self.unit)
        told["text"] = re.sub(rf"\b{MODEL_GENERATION}\b", GENERATION, text)  # a period, 2025Q3, stays
        source = column.source.replace(f"borders of {MODEL_GENERATION}", "borders after the reform")
        told["source"] = _OF_A_LAW.sub("", source)
        if not self.districts:
            told["text"] = self._without_districts(column, told["text"])
        return LocalColumn(**told)

    @staticmethod
    def _without_districts(column: Column, text: str) -> str:
        if _DISTRICT_OFFICE.search(column.name):
            return NO_OFFICE
        if column.unit == "label":  # the labels themselves stay as they are written
            return f"{text}; a district is a labour market" if _DISTRICT.search(text) else text
        return _DISTRICT.sub(r"labour market\1", text)

    def table(self, table: Table) -> Table:
        """A declared table as the country writes it."""
        if not self.own:
            return table
        text = table.text if self.districts else _DISTRICT.sub(r"labour market\1", table.text)
        return Table(table.name, table.file, text, tuple(self.column(c) for c in table.columns))

    def written(self, data: pa.Table) -> pa.Table:
        """Rows in declared columns with the names, labels and amounts of the country; types and nulls stay."""
        if not self.own:
            return data
        ends, schema = tuple(MONEY.values()), data.schema
        for at, name in enumerate(data.column_names):
            values = data[name]
            if name.endswith(ends):
                factor = pa.scalar(self.factor, type=pa.float64())
                data = data.set_column(
                    at, name, pc.multiply(values.cast(pa.float64()), factor).cast(values.type)
                )
            elif name in _LABELLED:
                data = data.set_column(at, name, _relabelled(values, _LABELS))
        named = [field.with_name(self.name(field.name)) for field in schema]
        return pa.Table.from_arrays(data.columns, schema=pa.schema(named))

    def read(self, data: pa.Table) -> pa.Table:
        """Rows that a country wrote, in the declared names and labels; amounts stay in its money."""
        if not self.own:
            return data
        back = {there: here for here, there in _LABELS.items()}
        for at, name in enumerate(data.column_names):
            if name in _LABELLED:
                data = data.set_column(at, name, _relabelled(data[name], back))
        return data.rename_columns([self.canonical(name) for name in data.column_names])


def _relabelled(values: Any, labels: Mapping[str, str]) -> Any:
    """A text column with some of its labels changed; its type stays."""
    plain = values.cast(pa.string())
    made = pa.array([labels.get(v, v) for v in plain.to_pylist()], type=pa.string())
    return made.dictionary_encode().cast(values.type) if pa.types.is_dictionary(values.type) else made


def local_of(world: World) -> Local:
    """How a country writes; worlds of the package write as declared."""
    country = world.country
    currency = country.file.currency
    if country.made_up or (currency.code == "VND" and country.file.money == 1.0):
        return Local()
    return Local(currency.unit, currency.suffix, country.file.money, own=True, districts=world.has_districts)


def local_of_manifest(manifest: Mapping[str, Any]) -> Local:
    """How the run of a manifest, or the sweep, was written; runs before there were other countries as declared."""
    said = manifest.get("country") or {}
    if not said.get("own_tables"):
        return Local()
    return Local(
        said["currency"]["unit"],
        said["currency"]["suffix"],
        float(said["money"]),
        own=True,
        districts=bool(said.get("districts_govern", True)),
    )


def country_block(world: World) -> dict[str, Any]:
    """What a manifest says of the country: words, money, the reform, what is borrowed and what looked odd."""
    country = world.country
    file, local = country.file, local_of(world)
    return {
        "name": dict(file.name),
        "made_up": country.made_up,
        "languages": list(file.languages),
        "currency": {
            "code": file.currency.code,
            "symbol": file.currency.symbol,
            "scale": file.currency.scale,
            "unit": file.currency.unit,
            "suffix": file.currency.suffix,
        },
        "money": file.money,
        "own_tables": local.own,
        "tiers": {level: {"one": dict(t.one), "many": dict(t.many)} for level, t in file.tiers.items()},
        "regions": {code: dict(words) for code, words in file.regions.items()},
        "reform": None if file.reform is None else file.reform.model_dump(),
        "residents_of": file.year,
        "borrowed": list(country.borrowed),
        "notes": list(country.notes),
        "sources": dict(file.sources),
        "classes": country.own("urban_standards") is not None,
        "outlines": bool(country.outlines),
        "travel": [list(row) for row in world.travel_rows],
        "districts_govern": world.has_districts,
    }

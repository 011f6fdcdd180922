"""The codebook: every output table and column of a run, declared once, with dtype, unit, meaning and source.

A table is written only through `dicu.record.conform`, which refuses an undeclared, missing or wrongly typed
column; so what the codebook says and what the files hold cannot drift apart.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from dicu.record.abroad import ABROAD
from dicu.record.declare import FRICTIONLESS, STEP, Column, Table
from dicu.record.flows import FlowLayout, flows_table
from dicu.record.folder import write_bytes
from dicu.record.governments import governments_table
from dicu.record.households import HOUSEHOLDS
from dicu.record.local import Local
from dicu.record.moves import MOVES
from dicu.record.national import MOVE, NATIONAL
from dicu.record.residence import FIVE_YEAR, FIVE_YEAR_FLOWS
from dicu.record.urban_places import URBAN_PLACES
from dicu.scenario.vocabulary import SERVICE_WORDS, SERVICES

BORDER: Final = "world; borders of"


MOVERS: Final = Table(
    "movers",
    "movers.parquet",
    "one row per year-end step, scope, sex and age: who moved during the year",
    (
        *STEP,
        Column("scope", "code", "label", "within a district, between districts, between provinces", MOVE),
        Column("sex", "code", "label", "male or female", "household columns"),
        Column("age", "int32", "years", "year less year of birth", "household columns"),
        Column(
            "persons", "int64", "persons", "persons who moved since the last such step", MOVE, scaled=True
        ),
    ),
)

DISTRICTS: Final = Table(
    "districts", "districts.parquet", "one row per step and labour market (legacy district), at the end of the step",
    (
        *STEP,
        Column("district", "code", "id", "code of the legacy district", "world_units.parquet"),
        Column("commuting_area", "code", "id", "code of the district in the centre of the commuting area, the labour "
               "market", "sim/dicu/economy/commuting.py"),
        Column("workers_other", "int64", "persons", "workers outside farming who live there, already weighted",
               "household columns"),
        Column("workers_farm", "int64", "persons", "workers in farming, already weighted", "household columns"),
        Column("informal_workers", "int64", "persons", "of those outside farming, workers without a formal job",
               "household columns"),
        Column("formal_workers", "int64", "persons", "of those outside farming, workers with a formal job, somewhere "
               "in the commuting area", "household columns"),
        Column("formal_jobs", "float64", "jobs", "formal jobs, filled or not", "rule `markets`"),
        Column("finding_chance", "float64", "probability", "chance that an informal unskilled worker finds a formal "
               "job of the commuting area in the step", "rule `markets`"),
        Column("offers_made", "int64", "jobs", "formal jobs there offered to people elsewhere in the step, already "
               "weighted", "rule `work`", flow=True),
        Column("offers_taken", "int64", "jobs", "of those, taken: each a move for work", "rule `work`", flow=True),
        Column("pay_formal_mvnd_per_month", "float64", "M VND/month", "pay of an unskilled formal worker, urban",
               "rule `markets`"),
        Column("pay_informal_mvnd_per_month", "float64", "M VND/month", "pay of an unskilled informal worker, urban",
               "rule `markets`"),
        Column("farm_income_mvnd_per_month", "float64", "M VND/month", "income of an unskilled farm worker",
               "rule `markets`"),
        Column("output_mvnd_per_month", "float64", "M VND/month", "what all workers earn; output a worker follows it, "
               "divided by workers_other + workers_farm", "rule `markets`", sums=True),
        Column("disaster", "bool", "1", "a disaster struck in the step", "rule `markets`", flow=True, sums=True),
        Column("dwellings", "float64", "dwellings", "dwellings, empty ones included", "rule `housing`"),
        Column("rent_mvnd_per_month", "float64", "M VND/month", "rent of a dwelling", "rule `housing`"),
        Column("rent_ratio", "float64", "ratio", "rent over that of the start", "rule `housing`"),
        Column("households_per_dwelling", "float64", "ratio", "households per dwelling over those of the start: what "
               "crowds urban services", "rule `housing`"),
        Column("floor_area_m2", "float64", "m2/person", "floor area a resident", "rule `housing`"),
    ),
)  # fmt: skip


CITIES: Final = Table(
    "cities", "cities.parquet", "one row per step and urban area (borders before the reform), at the end of the step",
    (
        *STEP,
        Column("code", "code", "id", "of the province (municipality), district (city, town) or commune (township)",
               "world_units.parquet"),
        Column("name", "code", "label", "name", "world_units.parquet"),
        Column("kind", "code", "label", "municipality, provincial city, town, township", "world_units.parquet"),
        Column("class", "code", "label", "special, I to V, or none: the highest whose standards on residents it meets",
               "sim/dicu/government/cities.py: Resolutions 1210/2016 and 26/2022"),
        Column("dense", "bool", "1", "reaches the density of that class on its whole area", "the same"),
        Column("residents", "int64", "persons", "persons within its borders, already weighted", "household columns"),
        Column("inner_residents", "int64", "persons", "of those, in urban places", "household columns"),
        Column("density_km2", "float64", "persons/km2", "residents over its whole area", "household columns"),
    ),
)  # fmt: skip


def _places(services: tuple[str, ...]) -> Table:
    unknown = [s for s in services if s not in SERVICES]
    if unknown:
        raise ValueError(f"unknown services {unknown}: the codebook allows {list(SERVICES)}")
    return Table(
        "places", "places.parquet",
        "one row per step and place, at the end of the step, in the order of world_places",
        (
            *STEP,
            Column("place_key", "uint64", "id", "stable identity of the place", "world_places.parquet"),
            Column("households", "int64", "households", "households living there", "household columns",
                   scaled=True),
            Column("persons", "int64", "persons", "persons living there", "household columns", scaled=True),
            *(Column(f"access_{s}", "float32", "index", f"access to {SERVICE_WORDS[s].text}: quality times "
                     "what distance leaves of it; 1.0 = served at the door by an office with all it needs",
                     "rule `access`, model specification section 3") for s in services),
        ),
    )  # fmt: skip


LINEAGE: Final = Table(
    "lineage",
    "lineage.parquet",
    "one row per reform step and pair (unit before, unit after) that share a place",
    (
        *STEP,
        Column("level", "code", "label", "commune or province", "sim/dicu/reform"),
        Column("predecessor", "text", "id", "code of the unit before", "world_units.parquet"),
        Column("successor", "text", "id", "code of the unit after", "world_units.parquet"),
        Column("predecessor_name", "text", "label", "its name", "world_units.parquet"),
        Column("successor_name", "text", "label", "its name", "world_units.parquet"),
        Column(
            "kind",
            "code",
            "label",
            "split: the unit before went to several; merged: that after is made of several; else unchanged",
            "sim/dicu/reform",
        ),
        Column("places", "int64", "places", "places that went this way", "sim/dicu/reform"),
        Column("persons", "int64", "persons", "persons living there that day", "household columns"),
        Column("area_km2", "float64", "km2", "area that went this way", "world_places.parquet"),
    ),
)

WORLD_PLACES: Final = Table(
    "world_places",
    "world_places.parquet",
    "one row per place; fixed for the whole run",
    (
        Column("place_key", "uint64", "id", "legacy commune code * 100,000 + 2025 code", "world"),
        Column("longitude", "float64", "degree", "point of the place, WGS 84", "world"),
        Column("latitude", "float64", "degree", "point of the place, WGS 84", "world"),
        Column("area_km2", "float64", "km2", "area", "world, repaired by rule"),
        Column("terrain", "code", "label", "plain, mountain or island", "world, by rule"),
        Column(
            "urban",
            "bool",
            "1",
            "ward or township in the middle of the year of the residents; later changes: urban_places",
            "world",
        ),
        Column("residents", "int64", "persons", "official residents at start, modelled by place", "world"),
        Column("region", "code", "label", "region of the legacy province", "world"),
        Column("legacy_commune", "code", "id", "code", f"{BORDER} before the reform"),
        Column(
            "district",
            "code",
            "id",
            "code of the legacy district (labour and housing market)",
            f"{BORDER} before the reform",
        ),
        Column("legacy_province", "code", "id", "code", f"{BORDER} before the reform"),
        Column("new_commune", "code", "id", "code", f"{BORDER} 2025"),
        Column("new_province", "code", "id", "code", f"{BORDER} 2025"),
    ),
)

WORLD_UNITS: Final = Table(
    "world_units",
    "world_units.parquet",
    "one row per unit of either generation, with its seat",
    (
        Column("level", "code", "label", "commune, district or province", "world"),
        Column("generation", "code", "label", "legacy or 2025", "world"),
        Column("code", "text", "id", "official code", "world"),
        Column("name", "text", "label", "name", "world"),
        Column("kind", "code", "label", "commune, ward, township, rural district, ...", "world"),
        Column("parent", "text", "id", "code of the unit one level up; empty for provinces", "world"),
        Column("seat_place", "uint64", "id", "place key of the seat", "world"),
        Column("seat_longitude", "float64", "degree", "seat, WGS 84", "world"),
        Column("seat_latitude", "float64", "degree", "seat, WGS 84", "world"),
    ),
)


def tables(
    services: tuple[str, ...] = SERVICES,
    flows: FlowLayout = "place",
    moves: bool = False,
    households: bool = False,
    abroad: bool = False,
) -> dict[str, Table]:
    """All tables of a run with these services and this layout of flows, by name; the last three only if asked.

    Raises
    ------
    ValueError
        For a service or a layout that the codebook does not know; the message lists what is allowed.
    """
    made = (
        NATIONAL,
        _places(services),
        flows_table(flows),
        *((MOVES,) if moves else ()),
        *((HOUSEHOLDS,) if households else ()),
        *((ABROAD,) if abroad else ()),
        MOVERS,
        FIVE_YEAR,
        FIVE_YEAR_FLOWS,
        DISTRICTS,
        CITIES,
        governments_table(),
        LINEAGE,
        URBAN_PLACES,
        WORLD_PLACES,
        WORLD_UNITS,
    )
    return {t.name: t for t in made}


def write_codebook(folder: Path, local: Local | None = None, plugins: tuple[Table, ...] = ()) -> list[Path]:
    """Write ``codebook.csv`` and ``datapackage.json`` (Frictionless, with units) of the tables in a folder.

    Parameters
    ----------
    local
        How the country writes its tables; None: as they are declared.
    plugins : tuple of Table
        Those that observers declare.

    Raises
    ------
    ValueError
        For a Parquet file that is not declared, or whose columns or dtypes differ from the declaration.
    """
    found = []
    for path in sorted(folder.glob("*.parquet")):
        if not path.name.startswith(".tmp-"):
            found.append(_declaration(path, local or Local(), plugins))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["table", "column", "dtype", "unit", "description", "source"])
    for table in found:
        for c in table.columns:
            writer.writerow([table.name, c.name, c.dtype, c.unit, c.text, c.source])
    package = {
        "profile": "data-package",
        "name": "dicu-run",
        "resources": [
            {
                "name": t.name, "path": t.file, "format": "parquet",
                "mediatype": "application/vnd.apache.parquet",
                "description": t.text,
                "schema": {"fields": [
                    {"name": c.name, "type": FRICTIONLESS[c.dtype], "description": c.text, "unit": c.unit,
                     "source": c.source, "constraints": {"required": True}} for c in t.columns
                ]},
            }
            for t in found
        ],
    }  # fmt: skip
    return [
        write_bytes(folder / "codebook.csv", text.getvalue().encode()),
        write_bytes(folder / "datapackage.json", json.dumps(package, indent=1, ensure_ascii=False).encode()),
    ]


def _declaration(path: Path, local: Local, plugins: tuple[Table, ...] = ()) -> Table:
    schema = pq.read_schema(path)
    services = tuple(n.removeprefix("access_") for n in schema.names if n.startswith("access_"))
    layout: FlowLayout = "district" if "origin_district" in schema.names else "place"
    known = {t.file: local.table(t) for t in (*tables(services, layout, True, True, True).values(), *plugins)}
    if path.name not in known:
        raise ValueError(f"{path}: no such table in the codebook; declared are {sorted(known)}")
    table = known[path.name]
    if not schema.equals(table.schema(), check_metadata=False):
        raise ValueError(
            f"{path}: columns differ from the codebook\nfile:\n{schema}\ncodebook:\n{table.schema()}"
        )
    return table

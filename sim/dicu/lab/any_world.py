"""A world of a folder beside its own official figures, and the text that explains its tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from dicu.scenario.country import FILE, CountryFile
from dicu.scenario.country_parts import AGES, LegalAges
from dicu.world.country import LENT_BY, shipped_file
from dicu.world.rates import names_in_words
from dicu.world.schema import LEVELS, OUTLINES, TABLES
from dicu.world.world import Units, World

TOLERANCE: Final = 0.005
"""Relative difference that is accepted where the table states none."""


@dataclass(frozen=True)
class Compared:
    """One official figure beside the world; ``ok`` None: the world has no such unit."""

    what: str
    official: float
    world: float
    tolerance: float
    source: str
    ok: bool | None


def _units(world: World, level: str, after: bool) -> tuple[Units, NDArray[np.integer[Any]]] | None:
    if level == "district":
        return None if after else (world.districts, world.district)
    if level == "commune":
        return (
            (world.new_communes, world.new_commune)
            if after
            else (world.legacy_communes, world.legacy_commune)
        )
    if level == "province":
        new = world.new_communes.parent[world.new_commune]
        return (world.new_provinces, new) if after else (world.legacy_provinces, world.province)
    return None


def compare(world: World) -> list[Compared]:
    """The figures of the table ``official``, each beside the world; empty without the table."""
    table = world.country.own("official")
    if table is None:
        return []
    made = []
    columns = {
        "residents": world.residents.astype(np.float64),
        "urban_residents": np.where(world.urban, world.residents, 0).astype(np.float64),
        "area_km2": world.area_km2,
    }
    for row in table.to_dict("records"):
        level, code = str(row.get("level", "")), str(row.get("code", ""))
        after = row.get("after") == "yes"
        tolerance = float(row.get("tolerance", TOLERANCE))
        found = _units(world, level, after)
        have: float | None = None
        if row["figure"] == "units":
            have = None if found is None else float(len(found[0]))
        elif not level:
            have = float(columns[row["figure"]].sum())
        elif found is not None and code in found[0].code.tolist():
            mine = found[1] == found[0].code.tolist().index(code)
            have = float(columns[row["figure"]][mine].sum())
        what = " ".join(
            part for part in (row["figure"], level, code, "after the reform" if after else "") if part
        )
        official = float(row["value"])
        ok = None if have is None else bool(abs(have - official) <= tolerance * abs(official))
        made.append(Compared(what, official, have or 0.0, tolerance, "official", ok))
    return made


def _called(file: CountryFile, level: str) -> str:
    """What the units of a tier are called, and the tier itself where that is another word."""
    if level not in file.tiers:
        return level
    words = file.tiers[level].many
    many = words.get("en") or next(iter(words.values()))
    return many if many == level else f"{many} ({level})"


def render(world: World, rows: Sequence[Compared]) -> RenderableType:
    """What a folder holds, what is odd about it, what it borrows, and how it compares."""
    country = world.country
    words = Table(title=f"{world.name}, residents of {world.year}", title_justify="left", show_header=False)
    words.add_column()
    words.add_column(justify="right")
    tiers = [level for level in LEVELS if level != "district" or world.has_districts]
    for level in tiers:
        old, new = _units(world, level, False), _units(world, level, True)
        text = f"{len(old[0]):,}" if old else ""
        if new and country.file.reform is not None:
            text += f" -> {len(new[0]):,}"
        words.add_row(_called(country.file, level), text)
    words.add_row("places", f"{world.n_places:,}")
    words.add_row("labour and housing markets", f"{len(world.districts):,}")
    words.add_row("residents", f"{int(world.residents.sum()):,}")
    urban = float(world.residents[world.urban].sum()) / max(float(world.residents.sum()), 1.0)
    words.add_row("in towns", f"{100 * urban:.1f} %")
    words.add_row("area", f"{float(world.area_km2.sum()):,.0f} km2")
    words.add_row(
        "money", f"{country.file.currency.unit}; 1 of the model's M VND is {country.file.money:g} of it"
    )
    parts: list[RenderableType] = [words]
    splits = [r for r in world.repairs if r.kind == "split by share"]
    for r in splits[:20]:
        parts.append(Text(f"split {r.unit}: {r.detail}"))
    for note in country.notes:
        parts.append(Text(f"look at: {note}", style="yellow"))
    if country.borrowed:
        parts.append(Text(f"borrowed from {LENT_BY}: {', '.join(country.borrowed)}", style="yellow"))
    if not rows:
        parts.append(Text("official.csv is missing: nothing says whether the world is right", style="yellow"))
        return Group(*parts)
    table = Table(title="Beside official.csv", title_justify="left")
    for name in ("what", "official", "world", "allowed", ""):
        table.add_column(name, justify="right" if name in ("official", "world", "allowed") else "left")
    marks = {True: "[green]yes[/]", False: "[bold red]NO[/]", None: "[bold red]no such unit[/]"}
    for row in rows:
        table.add_row(
            row.what,
            f"{row.official:,.10g}",
            f"{row.world:,.10g}",
            f"±{100 * row.tolerance:g} %",
            marks[row.ok],
        )
    right = sum(row.ok is True for row in rows)
    return Group(*parts, table, Text(f"{right} of {len(rows)} figures agree"))


def explanation() -> str:
    """What each table and column of a world's folder means, as Markdown (also a part of docs/world.md)."""
    lines = []
    for name, schema in TABLES.items():
        need = "must be there" if schema.required else f"without it: {schema.missing}"
        if schema.borrowed:
            need = f"without it, borrowed and said so on every page: {schema.missing}"
        lines += [f"### `{name}`", "", f"One row: {schema.text}. {need[0].upper()}{need[1:]}.", ""]
        lines += ["| column | what | allowed |", "|---|---|---|"]
        for c in schema.columns:
            must = "" if c.required else " (may be left out)"
            lines.append(f"| `{c.name}`{must} | {c.text} | {c.allowed()} |")
        lines.append("")
        if name == "rates":
            lines += [names_in_words()]
    lines += [
        f"### `{OUTLINES}`",
        "",
        "Borders to draw maps on: one feature per province of before the reform, its code as property `code` and a "
        "Polygon or MultiPolygon in longitude and latitude. Without it maps show points.",
        "",
    ]
    lines += _ages_in_words()
    return "\n".join(lines)


def _ages_in_words() -> list[str]:
    """What `ages` of ``country.yaml`` may state, and what stands in for each key."""
    lent = shipped_file().ages
    lines = [
        f"### `ages` in `{FILE}`",
        "",
        "Ages that a law of the country sets, in years: `ages: {majority: 18}`. A key that is not stated, or null, is "
        f"borrowed and said so on every page. Source of what is borrowed: {lent.source}.",
        "",
        "| key | what | allowed | borrowed |",
        "|---|---|---|---|",
    ]
    for key, field in LegalAges.model_fields.items():
        extra = field.json_schema_extra
        allowed = extra["allowed"] if isinstance(extra, dict) else ""
        value = f"{getattr(lent, key):g}" if key in AGES else ""
        lines.append(f"| `{key}` | {field.description} | {allowed} | {value} |")
    return [*lines, ""]


README: Final = f"""# The tables of a country

`{FILE}` says what the country is called, its money and its settings. Every other file is a table: .csv, .tsv, .parquet,
.xlsx or .ods. Codes are text: leading zeros count. Columns `status`, `source` and `confidence` may
be added to any table for a reader. Unknown columns and files are refused, so that nothing is left out unseen;
`ignore: {{places: [remark]}}` in `{FILE}` leaves columns aside.

`dicu world check .` says what is wrong, odd, borrowed or missing.

"""

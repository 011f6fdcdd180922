"""A user's own reform: a dated table of which unit becomes which, read with every error at once.

One row says that a unit of the day before (``from``), or one place of it (``place``), belongs to a unit (``to``) from a
date on. Units that are not named stay as they are. Columns: `COLUMNS`; `docs/reforms.md` has an example.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from dicu.government.overlay import Levers, Overlay
from dicu.reform.border_checks import ReformWarning, row_of, rows_of
from dicu.reform.borders import Borders
from dicu.scenario.calendar import parse_period
from dicu.scenario.vocabulary import LEVERS
from dicu.scenario.wording import some
from dicu.world.neighbours import neighbours, parts
from dicu.world.table_checks import Column, Problems, TableError, checked, without_columns
from dicu.world.table_files import read_raw
from dicu.world.world import World

LEVEL: Final = ("commune", "province")
COLUMNS: Final = (
    Column(
        "date",
        "text",
        "period at whose beginning the row holds; empty: reform.date",
        required=False,
        empty=True,
    ),
    Column(
        "level", "choice", "level of government; without the column: commune", required=False, choices=LEVEL
    ),
    Column("from", "text", "code of a unit in force the day before"),
    Column("to", "text", "code of the unit that takes over; new or in force", empty=True),
    Column(
        "place",
        "text",
        "key of the place that goes this way; empty: all, or the rest",
        required=False,
        empty=True,
    ),
    Column("name", "text", "name of the unit that takes over", required=False, empty=True),
    Column("kind", "text", "commune, ward, special zone, ...", required=False, empty=True),
    Column(
        "ward_like",
        "flag",
        "in a world's folder: whether a new kind is staffed as towns are",
        required=False,
        empty=True,
    ),
    Column("province", "text", "code of its province from then on", required=False, empty=True),
    Column(
        "seat",
        "text",
        "its seat: the key of a place, or the code of a unit whose seat it takes over",
        required=False,
        empty=True,
    ),
    Column(
        "money_share",
        "text",
        "share of the grant that goes this way; empty: by residents",
        required=False,
        empty=True,
    ),
    Column(
        "capital_share",
        "text",
        "share of the public capital; empty: by residents",
        required=False,
        empty=True,
    ),
    Column(
        "running_share", "text", "share of the running costs; empty: by residents", required=False, empty=True
    ),
    Column("staff_share", "text", "share of the posts; empty: by residents", required=False, empty=True),
    Column("levers", "text", "what changes on that date", required=False, empty=True),
)
"""Columns of a table of reforms."""
OWN_LEVERS: Final = Levers(relabel=True, pool_budgets=True, close_offices=True)
"""Levers of a date that names none: districts and posts stay."""


class ReformTableError(TableError):
    """A table of reforms is wrong; the message lists every problem found."""


def read_table(
    path: Path,
    world: World,
    date: str,
    step_of: Callable[[str], int],
    levers: Levers | None = None,
    ignore: Sequence[str] = (),
) -> list[Overlay]:
    """The overlays of a table, in the order of their dates.

    Parameters
    ----------
    path
        A .csv or .parquet file with `COLUMNS`.
    world
        Whose legacy units are in force at the start.
    date
        Date of rows without one.
    step_of
        Step at whose beginning a date lies; ValueError when it is none.
    levers
        Instead of those in the table.
    ignore
        Columns that are left aside.

    Raises
    ------
    ReformTableError
        Everything that is wrong, by row: unknown units (with what was probably meant), places that nobody governs or
        two units do, shares that do not add up.

    Warns
    -----
    ReformWarning
        Units that are not in one piece on the neighbour graph; new units without a name that merge nothing.
    """
    try:
        problems = Problems()
        raw = without_columns(read_raw(path), path, ignore, COLUMNS, problems)
        problems.stop()
        return _overlays(raw, path, world, date, step_of, levers)
    except TableError as error:
        raise ReformTableError(str(error)) from error


def overlays_of(
    rows: pd.DataFrame,
    name: str,
    world: World,
    date: str,
    step_of: Callable[[str], int],
    levers: Levers,
    shown: str = "",
) -> list[Overlay]:
    """The overlays of a table that a policy made or a country has.

    ``name`` is that of the policy, ``shown`` what messages call the table, the rest as in `read_table`.
    """
    with warnings.catch_warnings():  # what the country itself cut in pieces is no mistake of the user's
        warnings.simplefilter("ignore", ReformWarning)
        made = _overlays(rows, Path(shown or name), world, date, step_of, levers)
    return [replace(overlay, name=name, generation=name) for overlay in made]


def borders_of(rows: pd.DataFrame, path: Path, world: World, date: str) -> tuple[list[Overlay], list[str]]:
    """The borders that the reform of a world's folder draws, date after date, and what looked odd about them.

    Parameters
    ----------
    rows
        Table ``reform`` of the folder, its cells parsed.
    path
        Its file, for messages.
    date
        Of rows without one.

    Raises
    ------
    ReformTableError
        As `read_table`.
    """

    def step_of(label: str) -> int:
        return parse_period(label)[0]

    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always", ReformWarning)
        try:
            made = _overlays(rows, path, world, date, step_of, None)
        except TableError as error:
            raise ReformTableError(str(error)) from error
    return made, [str(w.message) for w in found if issubclass(w.category, ReformWarning)]


def _overlays(
    raw: pd.DataFrame,
    path: Path,
    world: World,
    date: str,
    step_of: Callable[[str], int],
    levers: Levers | None,
) -> list[Overlay]:
    problems = Problems()
    table = checked(raw, path, COLUMNS, problems)
    problems.stop()
    for column in COLUMNS:
        if column.name not in table.columns:
            table[column.name] = "commune" if column.name == "level" else ""
    table["date"] = table["date"].where(table["date"] != "", date)
    table["row"] = range(1, len(table) + 1)
    if not len(table):
        problems.note(f"{path}: no rows (allowed: one row per unit that changes)")
    steps = _steps(table, path, step_of, problems)
    problems.stop()
    borders = Borders(world, path, problems)
    made = []
    for step in sorted(set(steps)):
        rows = table[[s == step for s in steps]]
        pulled = levers if levers is not None else _levers(rows, path, problems)
        made.append(borders.change(rows, step, str(rows["date"].iloc[0]), pulled))
        problems.stop()
    _warn_of_pieces(world, path, made)
    return made


def _steps(table: pd.DataFrame, path: Path, step_of: Callable[[str], int], problems: Problems) -> list[int]:
    """Step of each row; -1 and a note where its date is none."""
    known: dict[str, int] = {}
    for row in rows_of(table.drop_duplicates("date")):
        try:
            known[row["date"]] = step_of(row["date"])
        except ValueError as error:
            problems.found.append(f"{path}: row {row['row']}: column date: {error}")
            known[row["date"]] = -1
    return [known[date] for date in table["date"]]


def _levers(rows: pd.DataFrame, path: Path, problems: Problems) -> Levers:
    said = rows[rows["levers"] != ""]
    if said.empty:
        return OWN_LEVERS
    first = str(said["levers"].iloc[0])
    for row in rows_of(said):
        names = [] if row["levers"] == "none" else [name.strip() for name in row["levers"].split("+")]
        if not set(names) <= set(LEVERS) or len(set(names)) < len(names):
            problems.cell(
                path,
                row_of(row),
                "levers",
                row["levers"],
                f"none, or some of {', '.join(LEVERS)}, each once, joined by +",
            )
            return OWN_LEVERS
        if row["levers"] != first:
            problems.cell(
                path, row_of(row), "levers", row["levers"], f"the same on all rows of a date, {first!r}"
            )
    return Levers(**{name.strip(): True for name in first.split("+") if name != "none"})


def _warn_of_pieces(world: World, path: Path, overlays: list[Overlay]) -> None:
    """Warn of units made by the table that are in several pieces."""
    graph = neighbours(world)
    for overlay in overlays:
        unit = overlay.commune_of_place
        same = unit[graph.pair[:, 0]] == unit[graph.pair[:, 1]]
        label = parts(world.n_places, graph.pair[same])
        pieces: dict[int, set[int]] = {}
        for place, u in enumerate(unit.tolist()):
            pieces.setdefault(u, set()).add(int(label[place]))
        torn = [u for u, labels in pieces.items() if len(labels) > 1]
        torn = [u for u in torn if not _was_torn(overlay, u, world, label)]
        if torn:
            names = some([f"{overlay.communes.code[u]} ({len(pieces[u])} pieces)" for u in torn])
            warnings.warn(f"{path}: {overlay.date}: not contiguous: {names}", ReformWarning, stacklevel=5)


def _was_torn(overlay: Overlay, unit: int, world: World, label: Any) -> bool:
    """Whether a unit is one commune of before, which is what it is."""
    places = overlay.commune_of_place == unit
    return len(set(world.legacy_commune[places].tolist())) == 1


__all__ = [
    "COLUMNS",
    "OWN_LEVERS",
    "ReformTableError",
    "ReformWarning",
    "borders_of",
    "overlays_of",
    "read_table",
]

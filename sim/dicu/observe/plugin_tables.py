"""Tables of plug-ins' observers, as they declare them."""

from __future__ import annotations

from typing import Any, Protocol

from dicu.population.columns import COLUMNS, Households
from dicu.record.declare import STEP, Column, Table
from dicu.scenario.plugin_use import instances
from dicu.scenario.plugins import BadPlugin, asked, method_of
from dicu.scenario.scenario import Scenario


def observer_tables(scenario: Scenario) -> tuple[Table, ...]:
    """One table per observer that a scenario uses.

    Raises
    ------
    BadPlugin
        When an observer declares no columns.
    """
    made = []
    for name, observer in instances(scenario, "observers"):
        columns = tuple(getattr(observer, "columns", ()))
        if not columns or not all(isinstance(c, Column) for c in columns):
            raise BadPlugin(
                f"plug-in observer {name}: declares {columns!r}, allowed a tuple of dicu.plugins.Column"
            )
        text = f"what the observer {name} of a plug-in saw, by step"
        made.append(Table(f"plugin_{name}", f"plugin_{name}.parquet", text, (*STEP, *columns)))
    return tuple(made)


class _HasHouseholds(Protocol):
    """What an observer is shown: a model."""

    households: Households


def observed(name: str, observer: Any, model: _HasHouseholds) -> dict[str, Any]:
    """What an observer saw, by its columns; while it looks, the columns of households cannot be written.

    Stocks, links and markets can: what an observer does to them, no check of the accounts need find. A kernel that an
    observer calls with the columns is compiled once more, since they cannot be written.

    Raises
    ------
    BadPlugin
        When it fails, writes, or fills other columns than it declared, or columns of unequal length.
    """
    what = f"plug-in observer {name}"
    h = model.households
    columns = [getattr(h, column) for column, _, _ in COLUMNS]
    for column in columns:
        column.flags.writeable = False
    try:
        made = asked(f"{what}: observe", method_of(what, observer, "observe"), model)
    finally:
        for column in columns:
            column.flags.writeable = True
    seen: dict[str, Any] = asked(f"{what}: observe", dict, made)
    declared = [c.name for c in observer.columns]
    if seen and set(seen) != set(declared):
        raise BadPlugin(f"{what}: fills {', '.join(map(str, seen))}; its columns are {', '.join(declared)}")
    lengths = {column: asked(f"{what}: column {column}", len, values) for column, values in seen.items()}
    if len(set(lengths.values())) > 1:
        raise BadPlugin(f"{what}: columns of unequal length ({lengths})")
    return seen

"""Tables of plug-ins' observers, as they declare them."""

from __future__ import annotations

from dicu.record.declare import STEP, Column, Table
from dicu.scenario.plugin_use import instances
from dicu.scenario.plugins import BadPlugin
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

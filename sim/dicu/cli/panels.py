"""How `dicu --help` groups commands: by what people want."""

from __future__ import annotations

from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.models import CommandInfo

PANELS: Final[dict[str, tuple[str, ...]]] = {
    "Run": ("run", "init", "sweep", "resume", "fork"),
    "Look at what was run": ("ls", "show", "plot", "compare", "export", "figures", "trace"),
    "For people who decide": ("brief", "report", "view"),
    "Ask, fit and test": ("experiment", "calibrate", "validate", "forecast", "score", "sensitivity"),
    "Countries, reforms, governments": ("world", "reform", "governments"),
    "What there is": ("parameters", "schema", "doctor", "bench"),
}


def arrange(app: typer.Typer) -> None:
    """Put every command and group into its panel.

    Raises
    ------
    LookupError
        When a command is in none, or a panel names one that there is not.
    """
    panel_of = {name: panel for panel, names in PANELS.items() for name in names}
    for command in app.registered_commands:
        command.rich_help_panel = _panel(panel_of, _name(command))
    for group in app.registered_groups:
        group.rich_help_panel = _panel(panel_of, str(group.name))
    there = [_name(c) for c in app.registered_commands] + [str(g.name) for g in app.registered_groups]
    if absent := sorted(set(panel_of) - set(there)):
        raise LookupError(f"panels of dicu.cli.panels name {absent}, which are no commands")
    app.info.cls = Arranged


class Arranged(TyperGroup):
    """Commands and groups of commands in the order of the panels; typer puts all groups after all commands."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names in that order."""
        order = [name for names in PANELS.values() for name in names]
        return sorted(super().list_commands(ctx), key=order.index)


def _name(command: CommandInfo) -> str:
    if command.name is None and command.callback is not None:
        return str(command.callback.__name__).replace("_", "-")
    return str(command.name)


def _panel(panel_of: dict[str, str], name: str) -> str:
    if name not in panel_of:
        raise LookupError(f"command {name!r} is in no panel of dicu.cli.panels")
    return panel_of[name]


__all__ = ["PANELS", "Arranged", "arrange"]

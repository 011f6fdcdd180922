"""Every parameter of the model in one table: what a reviewer checks and the documentation prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from dicu.scenario.dump import scalar
from dicu.scenario.fields import leaves


@dataclass(frozen=True)
class ParameterRow:
    """One parameter: its dotted path, the specification's symbol, and what is known about its value.

    All fields are text as it is printed; ``default`` is written as in YAML, ``range`` says what is allowed,
    ``status`` is a letter of `dicu.scenario.declare.Status`.
    """

    path: str
    symbol: str
    default: str
    unit: str
    range: str
    status: str
    source: str
    text: str


_HEADINGS = ("parameter", "symbol", "value", "unit", "range", "status", "source", "meaning")


def parameter_table() -> list[ParameterRow]:
    """Every parameter of a scenario, in the order of declaration.

    Returns
    -------
    list of ParameterRow
        One row a parameter, for `dicu parameters` and the documentation.
    """
    return [
        ParameterRow(
            path=leaf.path,
            symbol=leaf.symbol,
            default=scalar(leaf.default),
            unit=leaf.unit,
            range=leaf.range,
            status=leaf.status,
            source=leaf.source,
            text=leaf.text,
        )
        for leaf in leaves()
    ]


def markdown_table(rows: Sequence[ParameterRow]) -> str:
    """The table in Markdown, one line a parameter, for a document.

    Parameters
    ----------
    rows : sequence of ParameterRow
        As `parameter_table` makes them.

    Returns
    -------
    str
        Lines with a head; a bar inside a cell is escaped.
    """
    lines = [_HEADINGS, ("---",) * len(_HEADINGS), *(astuple(row) for row in rows)]
    cells = [" | ".join(str(cell).replace("|", "\\|") for cell in line) for line in lines]
    return "".join(f"| {line} |\n" for line in cells)


def print_table(rows: Sequence[ParameterRow], *, markdown: bool = False) -> None:
    """Print parameters to standard output, as a table for a terminal or as Markdown.

    Into a pipe or a file the terminal's table is written without being cut.

    Parameters
    ----------
    rows : sequence of ParameterRow
        As `parameter_table` makes them.
    markdown : bool
        Print Markdown instead.
    """
    if markdown:
        print(markdown_table(rows), end="")
        return
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in _HEADINGS:
        table.add_column(heading, overflow="fold", no_wrap=heading == "parameter")
    for row in rows:
        table.add_row(*(escape(cell) for cell in astuple(row)))
    console = Console()
    if not console.is_terminal:
        console = Console(width=600)
    console.print(table)

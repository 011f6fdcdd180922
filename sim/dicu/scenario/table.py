"""Every parameter of the model in one table: what a reviewer checks and the documentation prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from dicu.scenario.dump import scalar
from dicu.scenario.fields import leaves
from dicu.scenario.suggest import suggest


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


class UnknownParameter(ValueError):
    """No key has the word that was asked for; the message lists the sections."""


def chosen_rows(rows: Sequence[ParameterRow], word: str) -> list[ParameterRow]:
    """Parameters whose key begins with a word, then those whose key contains it.

    Raises
    ------
    UnknownParameter
        When there is none.
    """
    wanted = word.strip().lower()
    found = [row for row in rows if wanted in row.path.lower()]
    if not found:
        sections = list(dict.fromkeys(row.path.partition(".")[0] for row in rows))
        near = suggest(wanted, [*sections, *(row.path for row in rows)])
        hint = f"; did you mean {near}?" if near else ""
        none = ", for no plug-in that has parameters is installed" if wanted.startswith("plugin") else ""
        raise UnknownParameter(
            f"no parameter has this in its key{none} (got '{word}', allowed a part of a key, or a section: "
            f"{', '.join(sections)}{hint})"
        )
    return sorted(found, key=lambda row: not row.path.lower().startswith(wanted))


def plain_table(rows: Sequence[ParameterRow]) -> str:
    """The table for other programs: a head, then one line a parameter, columns between tabs."""
    return "".join("\t".join(line) + "\n" for line in (_HEADINGS, *(astuple(row) for row in rows)))


def print_table(rows: Sequence[ParameterRow], *, markdown: bool = False) -> None:
    """Print parameters to standard output: a few lines each on a terminal, one line each into a pipe or a file.

    Parameters
    ----------
    rows : sequence of ParameterRow
        As `parameter_table` makes them.
    markdown : bool
        Print a Markdown table instead.
    """
    if markdown:
        print(markdown_table(rows), end="")
        return
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        print(plain_table(rows), end="")
        return
    for row in rows:
        head = Text.assemble(
            (row.path, "bold"), f" = {row.default}", f" {row.unit}" if row.unit != "1" else ""
        )
        symbol = f" Symbol: {row.symbol}." if row.symbol else ""
        console.print(head, highlight=False)
        console.print(Padding(Text(row.text), (0, 0, 0, 4), expand=False), highlight=False)
        about = f"Range: {row.range}. Status: {row.status}. Source: {row.source}.{symbol}"
        console.print(Padding(Text(about, style="dim"), (0, 0, 0, 4), expand=False), highlight=False)

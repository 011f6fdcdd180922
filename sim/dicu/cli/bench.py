"""`dicu bench`: how long each part of a run takes beside a yardstick, over commits, and in instructions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicu.cli.app import app, fail

if TYPE_CHECKING:
    from dicu.lab.bench.cases import Bench
    from dicu.lab.bench.measure import Measured
    from dicu.lab.bench.record import Entry


@app.command(
    epilog="Example: `dicu bench --rows small --case own-fresh --case own-aged`; see docs/performance.md."
)
def bench(
    rows: Annotated[
        str, typer.Option(help="small (a made-up country), .28, 2.8 or 28 (millions), or a number of rows.")
    ] = ".28",
    case: Annotated[
        list[str] | None, typer.Option(help="What to measure, repeatable. Default: all; --list names them.")
    ] = None,
    seconds: Annotated[
        float, typer.Option(help="CPU time for each case with its yardstick, at least.", min=0.01)
    ] = 2.0,
    history: Annotated[
        Path | None, typer.Option(help="CSV to which a row per case is added, in place of this commit's.")
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(help="Such a file: status 1 if a ratio is worse than its last, in a repeat too."),
    ] = None,
    tolerance: Annotated[
        float, typer.Option(help="For --compare: how much worse is worse, as a share.", min=0)
    ] = 0.05,
    draw: Annotated[Path | None, typer.Option(help="Draw such a file instead of measuring.")] = None,
    out: Annotated[Path, typer.Option(help="For --draw: the picture.")] = Path("bench.png"),
    instructions: Annotated[
        bool, typer.Option("--instructions", help="Count instructions with valgrind instead: without noise.")
    ] = False,
    list_: Annotated[bool, typer.Option("--list", help="Say which cases there are, and end.")] = False,
) -> None:
    """Time each part of a step, fresh and on rows aged by ten years, synthesis, world, start-up, and peak memory.

    Each case is timed in turns with a yardstick that needs the same of the machine, in CPU time on one thread; the
    ratio is what to compare.
    """
    if draw is not None:
        _draw(draw, out)
        return
    if list_:
        _list()
        return
    if instructions:
        _instructions(case)
        return
    from dicu.lab.bench.cases import NAMES, Bench, check_names
    from dicu.lab.bench.record import append, entries

    names = tuple(case or NAMES)
    try:
        check_names(names)
        made = Bench(rows, seconds, lambda text: typer.echo(text, err=True))
    except ValueError as error:
        fail(f"--{error}", 2)
    before = None if compare is None else _read(compare)
    if history is not None and history.exists():
        _read(history)  # what is wrong with it is said before the work
    found = []
    typer.echo(_HEAD)
    for measured in made.all(names):
        found.append(measured)
        typer.echo(_line(measured))
    worse = before is not None and _compare(made, found, before, tolerance)
    if history is not None:
        append(history, entries(found, rows))
    if worse:
        raise typer.Exit(1)


_HEAD = f"{'case':18} {'ratio':>10} {'spread':>7}  {'ns of CPU per row':>17}  {'rows':>11}  {'chunks':>6}  yardstick"


def _line(m: Measured) -> str:
    numbers = f"{m.ratio:10.4g} {m.spread:7.1%}  {m.ns_a_row:17.4g}  {m.rows:11,d}  {m.chunks:6d}"
    return f"{m.case:18} {numbers}  {m.yardstick}"


def _read(file: Path) -> list[Entry]:
    from dicu.lab.bench.record import BadHistory, read

    try:
        return read(file)
    except FileNotFoundError:
        fail(f"{file}: no such file", 2)
    except BadHistory as error:
        fail(str(error), 2)


def _compare(made: Bench, found: list[Measured], before: list[Entry], tolerance: float) -> bool:
    """Say what became worse; True if anything did."""
    from dicu.lab.bench.record import BadHistory, compare

    try:
        verdicts = compare(found, before, made.measure, size=made.setting.rows, tolerance=tolerance)
    except BadHistory as error:
        fail(str(error), 2)
    for verdict in verdicts:
        typer.echo(verdict.line())
    return any(verdict.worse for verdict in verdicts)


def _draw(history: Path, out: Path) -> None:
    from dicu.lab.bench.draw import draw
    from dicu.lab.bench.record import BadHistory

    try:
        draw(_read(history), out)
    except BadHistory as error:
        fail(f"{history}: {error}", 2)
    except OSError as error:
        fail(f"{out}: could not be written ({error.strerror})", 1)
    typer.echo(str(out))


def _list() -> None:
    from dicu.lab.bench.cases import CASES, PEAK

    for name, one in CASES.items():
        typer.echo(f"{name:18} {one.kind:8} {one.about}")
    typer.echo(f"{PEAK:18} {'memory':8} Peak memory of a process that makes the country and takes two steps")


def _instructions(names: list[str] | None) -> None:
    from dicu.lab.bench.instructions import NAMES, CannotCount, count

    try:
        for counted in count(names or NAMES):
            typer.echo(f"{counted.case:18} {counted.a_row:10.2f} instructions per row")
    except ValueError as error:
        fail(f"--{error}", 2)
    except CannotCount as error:
        fail(str(error), 1)


__all__ = ["bench"]

"""`dicu ls`, `dicu show` and `dicu export`: what runs there are, what one is, and its tables for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dicu.cli.app import app, fail
from dicu.cli.finding import RUN_HELP, run_path

if TYPE_CHECKING:
    from dicu_analysis.opened import OpenRun, OpenSweep

Run = Annotated[Path, typer.Argument(metavar="RUN", help=f"{RUN_HELP}.", parser=run_path)]
Json = Annotated[bool, typer.Option("--json", help="As JSON, for machines.")]
_SHOWN = ("name", "id", "seed", "policy", "world", "weight", "start", "end", "ended")


@app.command(name="ls", epilog="Example: `dicu ls actual`")
def ls(
    name: Annotated[str | None, typer.Argument(help="Only runs of this name.")] = None,
    out: Annotated[Path, typer.Option(help="Parent folder of runs.")] = Path("runs"),
    json: Json = False,
) -> None:
    """List finished runs and sweeps, the latest first; * marks the latest of each name."""
    from json import dumps

    from dicu.record.naming import listed, short_ids

    if not out.is_dir() and out != Path("runs"):
        fail(f"--out: no such folder (got '{out}', allowed a parent folder of runs)", 2)
    table = listed(out)
    keep = [k for k, called in enumerate(table["name"]) if name is None or called == name]
    if name is not None and not keep:
        names = ", ".join(sorted(set(table["name"]))) or "none"
        fail(f"{out}: no run is called so (got {name!r}, there are {names})", 2)
    rows = [{key: column[k] for key, column in table.items()} for k in keep]
    if json:
        typer.echo(dumps(rows, ensure_ascii=False, indent=1))
        return
    short = short_ids([row["id"] for row in rows if row["id"]])
    shown = [
        {
            **row,
            "id": f"{short[row['id']]}{'*' * row['latest']}" if row["id"] else "sweep",
            "ended": row["ended"][:16],
        }
        for row in rows
    ]
    _print([[str(row[key] if row[key] is not None else "") for key in _SHOWN] for row in shown], _SHOWN)
    if not rows:
        typer.echo(f"no finished run in {out}", err=True)


@app.command(name="show", epilog="Example: `dicu show actual/latest`")
def show(run: Run, json: Json = False) -> None:
    """Say what a run or sweep is: what it was made of, what differs from the defaults, what it found, its tables."""
    from json import dumps

    from dicu_analysis.load import UnfinishedRun
    from dicu_analysis.opened import OpenSweep

    found = _opened(run)
    try:
        facts = _sweep_facts(found) if isinstance(found, OpenSweep) else _facts(found)
    except UnfinishedRun as error:
        fail(str(error), 2)
    if json:
        typer.echo(dumps(facts, ensure_ascii=False, indent=1))
        return
    for head, part in facts.items():
        if isinstance(part, dict):
            typer.echo(f"\n{head}")
            width = max((len(str(k)) for k in part), default=0)
            for key, value in part.items():
                typer.echo(f"  {key!s:<{width}}  {value}")
        else:
            typer.echo(f"{head:<14}  {part}")


def _opened(run: Path) -> OpenRun | OpenSweep:
    from dicu_analysis.load import UnfinishedRun
    from dicu_analysis.opened import opened

    try:
        return opened(run)
    except UnfinishedRun as error:
        fail(str(error), 2)


def _facts(run: OpenRun) -> dict[str, Any]:
    from dicu.scenario.fields import leaf_at
    from dicu_analysis.load import flat

    m, nation = run.manifest, run.national
    config = flat(run.config)
    own = {
        k: v
        for k, v in config.items()
        if k in leaf_at() and k != "name" and v != _plain(leaf_at()[k].default)
    }
    first, last = nation.iloc[0], nation.iloc[-1]
    seconds = float(sum(m["seconds"].values()))
    return {
        "run": f"{run.name}/{run.id}",
        "folder": str(run.folder),
        "made": f"{m['ended']} in {seconds:,.1f} s by {m['model_version']}",
        "state": m["state_sha256"],
        "replicates": f"{len(run.arm.sources)} (seeds {', '.join(str(s) for s in run.arm.seeds)})",
        "differs from the defaults": own or {"": "nothing"},
        "found": {
            "persons": f"{first['persons']:,.0f} ({run.labels[0]}) -> {last['persons']:,.0f} ({run.labels[-1]})",
            "urban share": f"{_percent(first)} -> {_percent(last)}",
            "moves": f"{nation['moves'].sum():,.0f} households, {nation['moved_persons'].sum():,.0f} persons",
        },
        "tables": {
            name.removesuffix(".parquet"): f"{stated['bytes']:,} bytes"
            for name, stated in m["outputs"].items()
            if name.endswith(".parquet")
        },
    }


def _percent(row: Any) -> str:
    return f"{100 * row['urban_persons'] / row['persons']:.1f} %" if row["persons"] else "nobody"


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _sweep_facts(sweep: OpenSweep) -> dict[str, Any]:
    from dicu_analysis.effects import counted

    m = sweep.manifest
    return {
        "sweep": sweep.name,
        "folder": str(sweep.folder),
        "made": f"{m.get('written', '')} by {m.get('model_version', '')}",
        "runs": f"{m['finished']} of {m['runs']} finished, {len(m['failed'])} failed",
        "arms": {arm.label: counted(len(arm.sources)) for arm in sweep.arms},
        "varied": {key: ", ".join(dict.fromkeys(sweep.runs[key].astype(str))) for key in sweep.varied},
    }


@app.command(
    name="export", epilog="Example: `dicu export actual/latest national --to xlsx`, or `all` for every table"
)
def export(
    run: Run,
    table: Annotated[str, typer.Argument(help="Name of a table (`dicu show RUN` lists them), or all.")],
    to: Annotated[
        str, typer.Option(help="csv, or xlsx (needs the extra: pip install 'dicu[xlsx]').")
    ] = "csv",
    out: Annotated[
        Path | None, typer.Option(help="Folder to write into. Default: the run's, in `export`.")
    ] = None,
) -> None:
    """Write a table of a run, or the results of a sweep, as CSV or as an Excel workbook with its codebook."""
    from dicu_analysis.export import CannotExport, export_tables
    from dicu_analysis.load import UnfinishedRun

    try:
        made = export_tables(_opened(run), table, to, out)
    except (CannotExport, UnfinishedRun) as error:
        fail(str(error), 2)
    except OSError as error:
        fail(f"the table could not be written: {error}", 1)
    for path in made:
        typer.echo(str(path))


def _print(rows: list[list[str]], heads: tuple[str, ...]) -> None:
    """A table in columns, wide as it is: nothing is cut."""
    lines = [list(heads), *rows]
    widths = [max(len(line[k]) for line in lines) for k in range(len(heads))]
    for line in lines:
        typer.echo("  ".join(f"{cell:<{w}}" for cell, w in zip(line, widths, strict=True)).rstrip())

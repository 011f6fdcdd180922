"""`dicu sweep`: many runs from one file; what is there already is not done again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dicu.cli.app import app, fail
from dicu.cli.arguments import Executor, SweepsFolder, Workers

if TYPE_CHECKING:
    from dicu.sweeps.drive import Summary
    from dicu.sweeps.plan import Plan, Run

SHOWN = 20
"""Rows of a table on the screen; all of them are in the folder."""
RECENT = 21
"""Entries of the log that the pace of a sweep is told from."""


@app.command(
    epilog="Example: `dicu sweep monocentric sweep.replications=10 --workers 2`; "
    "`--dry-run` first shows what it would do."
)
def sweep(
    config: Annotated[
        str, typer.Argument(help="Sweep: a YAML file, or the name of a shipped one (monocentric, h1, ...).")
    ],
    override: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KEY=VALUE]...",
            help="Values of the base scenario (population.weight=1000) or of the sweep (sweep.replications=5).",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the plan, counts and an estimate of time; run nothing.")
    ] = False,
    status: Annotated[
        bool,
        typer.Option("--status", help="Say how far it is, and whether a process works on it; run nothing."),
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Also do runs again that failed before.")
    ] = False,
    workers: Workers = None,
    cluster: Annotated[
        str | None,
        typer.Option(help="A dask scheduler that runs already: tcp://host:port, or its scheduler file."),
    ] = None,
    tls_ca_file: Annotated[
        Path | None, typer.Option(help="Of a scheduler that asks for TLS: its authority, PEM.")
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="... your certificate, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="... your key, PEM.")] = None,
    executor: Executor = "dask",
    out: SweepsFolder = Path("runs"),
) -> None:
    """Run a sweep: every combination of scenarios, values and replications, each once and for all.

    The same command goes on where a killed one stopped. The folder holds one file per run, all results in
    results.parquet, the plan and a manifest.
    """
    from dicu.scenario.loader import ConfigurationErrors

    if executor not in ("dask", "serial"):
        fail(f"--executor: unknown executor (got '{executor}', allowed dask, serial)", 2)
    if executor == "serial" and (workers is not None or cluster is not None):
        fail("--executor serial runs in this process: --workers and --cluster do not go with it", 2)
    if workers is not None and cluster is not None:
        fail(
            "--workers and --cluster: the scheduler says how many workers there are (allowed one of them)", 2
        )

    files = (tls_ca_file, tls_cert, tls_key)
    if any(files) and (cluster is None or not all(files)):
        fail("--tls-ca-file, --tls-cert, --tls-key: all three, and with --cluster (or none of them)", 2)
    for path in files:
        if path is not None and not path.is_file():
            fail(f"--tls-...: no such file (got '{path}')", 2)

    from dicu.record.locks import Busy
    from dicu.scenario.scenario import UnfitScenario
    from dicu.sweeps.drive import NoRoom, run_sweep
    from dicu.sweeps.executors import BadCluster, Tls, over_dask, serial
    from dicu.sweeps.plan import make_plan
    from dicu.sweeps.start import Starts
    from dicu.world.table_checks import TableError

    tls = Tls(*(path for path in files if path is not None)) if all(files) else None
    starts = Starts()
    try:
        plan = make_plan(config, override or [], starts)
    except ConfigurationErrors as errors:
        fail("\n".join(errors.messages), 2)
    except TableError as error:
        fail(str(error), 2)
    if status:
        _status(plan, out)
        return
    if dry_run:
        _show(plan, out, starts, workers, retry_failed)
        return
    from dicu.cli.progress import Runs

    try:
        with Runs() as bar:
            summary = run_sweep(
                plan,
                out,
                executor=serial if executor == "serial" else over_dask(workers, cluster, tls),
                retry_failed=retry_failed,
                tell=bar,
            )
    except Busy as error:
        fail(str(error), 1)
    except NoRoom as error:
        fail(f"{error}; finished runs are kept: make room and give the same command again", 1)
    except BadCluster as error:
        fail(f"--cluster {cluster}: {error}", 2)
    except (OSError, TimeoutError) as error:
        where = f"--cluster {cluster}: " if cluster is not None else f"{out}: "
        fail(f"{where}{error}; finished runs are kept: give the same command again", 1)
    _summary(plan, summary)
    typer.echo(str(out / plan.name))
    if not summary.complete:
        asked = all(error.startswith(UnfitScenario.__name__) for error in summary.failed.values())
        raise typer.Exit(2 if asked else 1)


def _values(run: Run, plan: Plan) -> list[str]:
    from dicu.sweeps.plan import value_at

    return ["" if (v := value_at(run.scenario, path)) is None else str(v) for path in plan.paths]


def _table(title: str, columns: list[str]) -> Any:
    from rich.table import Table

    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _show(plan: Plan, out: Path, starts: Any, workers: int | None, retry_failed: bool) -> None:
    """What a dry run prints."""
    from rich.console import Console

    from dicu.sweeps.drive import standing
    from dicu.sweeps.estimate import estimate
    from dicu.sweeps.executors import cores
    from dicu.sweeps.store import failures

    console = Console(highlight=False)
    folder = out / plan.name
    done = standing(plan, folder)
    failed = failures(folder, [r.run_id for r in plan.distinct if r.run_id not in done])
    missing = [r for r in plan.distinct if r.run_id not in done and (retry_failed or r.run_id not in failed)]
    points = [run for run in plan.runs if run.replicate == 0]
    table = _table(f"{plan.name}: one row per combination", ["point", "scenario", *plan.paths])
    for run in points[:SHOWN]:
        table.add_row(str(run.point), run.label, *_values(run, plan))
    console.print(table)
    if len(points) > SHOWN:
        console.print(f"... and {len(points) - SHOWN} more")
    seeds = f"{plan.seed} to {plan.seed + plan.replications - 1}" if plan.replications > 1 else str(plan.seed)
    console.print(
        f"{len(points)} combinations x {plan.replications} replications (seeds {seeds}) = {len(plan.runs)} runs, "
        f"{len(plan.distinct)} of them different"
    )
    console.print(f"in {folder}: {len(done)} done, {len(failed)} failed before, {len(missing)} to do")
    guess = estimate(plan, missing, folder, starts)
    processes = min(cores() if workers is None else workers, max(len(missing), 1))
    console.print(
        f"estimate: {_time(guess.seconds)} on one process, {_time(guess.seconds / processes)} on {processes} "
        f"(measured on {guess.basis})"
    )


def _status(plan: Plan, out: Path) -> None:
    """How far a sweep is, from its folder alone: another process may be at work on it."""
    from datetime import datetime

    from dicu.record.locks import is_held
    from dicu.sweeps.drive import standing
    from dicu.sweeps.store import failures, log_entries

    folder = out / plan.name
    done = standing(plan, folder)
    failed = failures(folder, [r.run_id for r in plan.distinct if r.run_id not in done])
    left = len(plan.distinct) - len(done) - len(failed)
    held = is_held(folder / ".lock")
    told = f"{folder}: {len(done)} of {len(plan.distinct)} runs done, {len(failed)} failed, {left} to do"
    typer.echo(f"{told}; {'a process works' if held else 'no process works'} on it")
    ends = [datetime.fromisoformat(entry["at"]) for entry in log_entries(folder)[-RECENT:]]
    seconds = (ends[-1] - ends[0]).total_seconds() if ends else 0.0
    if held and left and seconds > 0:
        rate = (len(ends) - 1) / seconds
        typer.echo(f"the last {len(ends) - 1} at {rate:.3g} runs/s: {_time(left / rate)} to go")


def _summary(plan: Plan, summary: Summary) -> None:
    """Failures first, then what is there by combination."""
    from rich.console import Console

    console = Console(highlight=False, stderr=True)
    if summary.failed:
        table = _table("failed", ["run id", "scenario", "replicate", *plan.paths, "error"])
        bad = [run for run in plan.distinct if run.run_id in summary.failed]
        for run in bad[:SHOWN]:
            error = summary.failed[run.run_id].splitlines()[0][:200]
            table.add_row(run.run_id, run.label, str(run.replicate), *_values(run, plan), error)
        console.print(table)
        if len(bad) > SHOWN:
            console.print(f"... and {len(bad) - SHOWN} more in {summary.folder / 'failed'}")
    table = _table("", ["scenario", "runs", "failed"])
    for label in dict.fromkeys(run.label for run in plan.runs):
        mine = [run for run in plan.runs if run.label == label]
        wrong = sum(run.run_id in summary.failed for run in mine)
        table.add_row(label, str(len(mine)), str(wrong))
    console.print(table)
    again = "; --retry-failed does those that failed again" if summary.failed else ""
    console.print(f"{summary.finished} of {summary.total} runs are there, {summary.done_now} done now{again}")


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"

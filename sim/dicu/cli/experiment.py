"""`dicu experiment`: the six experiments and the tests of their tests, each from its sweeps to one page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dicu.cli.app import app, fail
from dicu.cli.arguments import SweepsFolder, SweepValues

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dicu.sweeps.plan import Plan
    from dicu_analysis.experiments.assemble import Facts
    from dicu_analysis.language import Words

EXPERIMENTS = ("h1", "h2", "h3", "h4", "h5", "h6")
WHAT = (*EXPERIMENTS, "all", "controls")
QUICK_WEIGHT, QUICK_REPLICATIONS, QUICK_MEMBERS = 1000, 3, 2


@app.command(
    epilog="Example: `dicu experiment h1 --quick`, then open runs/h1_quick/experiment.md; with `--language vi` "
    "runs/h1_quick/experiment.vi.md. `dicu experiment controls` tests the tests."
)
def experiment(
    what: Annotated[str, typer.Argument(help=f"One of {', '.join(WHAT)}.")],
    override: SweepValues = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            help="1,000 households per row, at most 3 replicates and 2 members of the ensemble, fewer assumptions: for "
            "trying out, never for citing.",
        ),
    ] = False,
    workers: Annotated[int | None, typer.Option(help="Processes. Default: one per core.", min=1)] = None,
    executor: Annotated[str, typer.Option(help="dask (processes) or serial (this process).")] = "dask",
    sweeps: Annotated[
        Path | None, typer.Option(help="Folder of the sweeps' files. Default: those that come with dicu.")
    ] = None,
    out: SweepsFolder = Path("runs"),
    copy: Annotated[
        Path | None,
        typer.Option(help="Folder into which pages and figures are copied, e.g. docs/experiments."),
    ] = None,
    language: Annotated[
        str,
        typer.Option(
            help="en or vi. With vi the page is also written in Vietnamese, experiment.vi.md, with its figures in "
            "figures/vi; experiment.json is the same."
        ),
    ] = "en",
) -> None:
    """Run an experiment's sweeps (or find them done), estimate, draw, and write a one-page result.

    The result stands in the folder of its sweep: experiment.md to read, experiment.json for machines, figures.
    """
    from dicu_analysis.language import LANGUAGES, Words

    if what not in WHAT:
        fail(f"no such experiment (got '{what}', allowed {', '.join(WHAT)})", 2)
    if executor not in ("dask", "serial"):
        fail(f"--executor: unknown executor (got '{executor}', allowed dask, serial)", 2)
    if language not in LANGUAGES:
        fail(f"--language: unknown (got '{language}', allowed {', '.join(LANGUAGES)})", 2)
    if what == "controls":
        passed = _controls(out, quick, workers if executor == "dask" else 1)
        raise typer.Exit(0 if passed else 1)
    chosen = EXPERIMENTS if what == "all" else (what,)
    planned = {name: _plans(name, sweeps, override or [], quick) for name in chosen}
    words = Words(language)
    pages = [_one(name, planned[name], out, quick, words, workers, executor) for name in chosen]
    for name, page in zip(chosen, pages, strict=True):
        typer.echo(str(page))
        if copy is not None:
            from dicu_analysis.experiments.page import copy_page

            copy_page(page.parent, copy, name, words)


def _plans(name: str, sweeps: Path | None, override: list[str], quick: bool) -> dict[str, Plan]:
    """The plans of an experiment's sweeps, all checked before anything runs."""
    from dicu.scenario.loader import ConfigurationErrors
    from dicu.scenario.shipped import configs
    from dicu.sweeps.ensemble import asks_for_ensemble
    from dicu.sweeps.plan import make_plan
    from dicu_analysis.experiments.catalogue import CATALOGUE

    folder = configs() / "sweeps" if sweeps is None else sweeps
    experiment = CATALOGUE[name]
    made: dict[str, Plan] = {}
    given = {text.partition("=")[0] for text in override}
    for sweep in experiment.sweeps:
        path = folder / f"{sweep}.yaml"
        if not path.is_file():
            fail(f"--sweeps: no file {path} (allowed: a folder with {sweep}.yaml)", 2)
        if quick and sweep in experiment.thorough:
            continue
        coarse = [f"name={sweep}_quick"] if quick else []
        if quick and "population.weight" not in given:
            coarse.append(f"population.weight={QUICK_WEIGHT}")
        if asks_for_ensemble(path):
            if not _has_ensemble(made):
                typer.echo(
                    f"{sweep}: left out, no ensemble of parameter sets comes with this country", err=True
                )
                continue
            if quick:
                coarse.append(f"sweep.ensemble={QUICK_MEMBERS}")
        try:
            made[sweep] = make_plan(path, [*coarse, *override])
            if quick and "sweep.replications" not in given and made[sweep].replications > QUICK_REPLICATIONS:
                fewer = f"sweep.replications={QUICK_REPLICATIONS}"
                made[sweep] = make_plan(path, [*coarse, *override, fewer])
        except ConfigurationErrors as errors:
            fail("\n".join(errors.messages), 2)
    return made


def _has_ensemble(made: Mapping[str, Plan]) -> bool:
    """Whether the country of the first sweep is the one whose ensemble comes with the program."""
    from dicu.scenario.fitted import fitted

    world = next(iter(made.values())).runs[0].scenario.world
    return bool(fitted().members) and world.name == "viet_nam" and world.places is None


def _one(
    name: str,
    plans: dict[str, Plan],
    out: Path,
    quick: bool,
    words: Words,
    workers: int | None,
    executor: str,
) -> Path:
    """Sweeps, then estimates; returns the page."""
    from dicu_analysis.experiments.catalogue import conclude

    folders: dict[str, Path] = {}
    for sweep, plan in plans.items():
        folders[sweep] = _sweep(plan, out, workers, executor)
    if name == "h5":
        _ladder(plans["h5"], folders["h5"], workers if executor == "dask" else 1)
    if quick:
        typer.echo(f"{name}: QUICK, for trying out and never for citing", err=True)
    page: Path = conclude(name, folders, _facts(next(iter(plans.values())), quick, words), out)
    return page


def _sweep(plan: Plan, out: Path, workers: int | None, executor: str) -> Path:
    from dicu.cli.progress import Runs
    from dicu.record.locks import Busy
    from dicu.sweeps.drive import NoRoom, run_sweep
    from dicu.sweeps.executors import over_dask, serial

    how: Any = serial if executor == "serial" else over_dask(workers, None)
    try:
        with Runs() as bar:
            summary = run_sweep(plan, out, executor=how, retry_failed=True, tell=bar)
    except (Busy, NoRoom, OSError, TimeoutError) as error:
        fail(f"{plan.name}: {error}; finished runs are kept: give the same command again", 1)
    if not summary.complete:
        first = next(iter(summary.failed.items()))
        fail(
            f"{plan.name}: {len(summary.failed)} of {summary.total} runs failed, the first {first[0]}: {first[1]}; "
            f"see {summary.folder / 'failed'}",
            1,
        )
    return summary.folder


def _ladder(plan: Plan, folder: Path, workers: int | None) -> None:
    """The up and down sweep of H5, beside the sweep whose first scenario it goes on from: same seeds, same luck."""
    from dicu.lab.ladder import Climb, Ladder, climb_all
    from dicu_analysis.experiments import h5_ladder

    fast, slow = (Ladder(h5_ladder.LOSSES, q, h5_ladder.BEFORE, h5_ladder.AFTER) for q in h5_ladder.SPEEDS)
    jobs = [
        Climb(run.scenario, ladder, name, run.replicate)
        for run in plan.runs[: plan.replications]
        for name, ladder in (("slow", slow), ("fast", fast), (h5_ladder.STILL, slow.still()))
    ]
    typer.echo("h5: jobs lost and given back step by step", err=True)
    climb_all(jobs, folder, workers)


def _facts(plan: Plan, quick: bool, words: Words) -> Facts:
    from dicu_analysis.experiments.assemble import Facts

    return Facts(plan.runs[0].scenario, plan.version, quick, words)


def _controls(out: Path, quick: bool, workers: int | None) -> bool:
    """Run and judge the tests of the tests; whether all passed."""
    from collections.abc import Sequence

    from dicu.lab.controls import BASE, jobs, play_all
    from dicu_analysis.experiments import controls

    def player(work: Sequence[tuple[str, Mapping[str, Any], Sequence[int]]]) -> list[Any]:
        return list(
            play_all([job for arm, values, seeds in work for job in jobs(arm, values, seeds)], workers)
        )

    size = controls.QUICK if quick else controls.FULL
    made = controls.judge(player, size, BASE["consider.lambda0"], lambda text: typer.echo(text, err=True))
    folder = out / (f"{controls.FOLDER}_quick" if quick else controls.FOLDER)
    path = controls.write_controls(made, folder)
    for name, some in made.items():
        for c in some:
            mark = "passed" if c.passed else "FAILED"
            typer.echo(
                f"{name}  {mark}  {c.kind}: {c.text}: {c.found:.4g} (allowed {c.low:.4g} to {c.high:.4g})"
            )
    typer.echo(str(path))
    return all(c.passed for some in made.values() for c in some)

"""What users call: `dicu.load`, `dicu.run`, `dicu.open` and `dicu.sweep`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dicu.scenario.fields import leaf_at
from dicu.scenario.loader import load as _load
from dicu.scenario.scenario import Scenario

if TYPE_CHECKING:
    from dicu.execution.progress import Progress
    from dicu_analysis.load import Run

Config = str | Path
"""A file, the name of a shipped scenario (``actual``), or the folder of a run."""


def load(config: Config, values: Mapping[str, Any] | None = None, **short: Any) -> Scenario:
    """A checked scenario.

    Parameters
    ----------
    config : str or Path
        A YAML file, the name of a shipped scenario (``"actual"``), or the folder of a run.
    values : mapping of str to Any, optional
        Values that replace those of the file, by their whole key: ``{"choose.theta": 0.5}``.
    **short : Any
        The same by the last part of a key where only one section has it: ``seed=7``, ``weight=1000``.

    Raises
    ------
    dicu.scenario.loader.ConfigurationErrors
        Everything that is wrong, at once.
    TypeError
        For a keyword that no key ends in, or several do.
    """
    return _load(config, _overrides(values, short)).scenario


def run(
    config: Config | Scenario,
    values: Mapping[str, Any] | None = None,
    *,
    out: str | Path = "runs",
    threads: int | None = None,
    figures: bool = False,
    progress: Progress | None = None,
    again: bool = False,
    **short: Any,
) -> Run:
    """Run a scenario; one that stands there already is found and opened.

    Parameters
    ----------
    config, values, **short
        As in `load`; a `Scenario` is taken as it is.
    out : str or Path
        Parent of ``<name>/<run id>``.
    threads : int, optional
        Threads; the results do not depend on it. Default: all cores.
    figures : bool
        Draw figures into the run's folder as well.
    progress : Progress, optional
        Told what happens; nothing is printed by default.
    again : bool
        Run it although it stands there.

    Returns
    -------
    dicu_analysis.load.Run
        The finished run with its tables as data frames.

    Raises
    ------
    dicu.scenario.loader.ConfigurationErrors
        When the scenario is wrong.
    dicu.scenario.scenario.UnfitScenario
        When the world does not have what the scenario asks of it.
    """
    from dicu.execution.execute import execute

    if isinstance(config, Scenario):
        if values or short:
            raise TypeError("run: values go with a file or a name; a Scenario is taken as it is")
        scenario = config
    else:
        scenario = load(config, values, **short)
    folder = execute(scenario, out=Path(out), threads=threads, progress=progress, again=again)
    if figures:
        from dicu_analysis.figures import draw_all

        draw_all(folder)
    return open(folder)


def open(folder: str | Path) -> Run:
    """A finished run, read from its folder.

    Raises
    ------
    dicu_analysis.load.UnfinishedRun
        When it is not the folder of a finished run.
    """
    from dicu_analysis.load import Run

    return Run(folder)


def sweep(
    config: Config,
    values: Mapping[str, Any] | None = None,
    *,
    out: str | Path = "runs",
    workers: int | None = None,
) -> Path:
    """Run a sweep, or what is missing of it, and return its folder; results are in ``results.parquet``.

    Parameters
    ----------
    config : str or Path
        A YAML file or the name of a shipped sweep (``"monocentric"``).
    values : mapping of str to Any, optional
        Values that replace those of the sweep (``{"sweep.replications": 3}``) or of its base scenario.
    out : str or Path
        Parent folder of sweeps.
    workers : int, optional
        Processes; 1 is this one. Default: one per core.

    Raises
    ------
    dicu.scenario.loader.ConfigurationErrors
        When the sweep is wrong.
    RuntimeError
        When runs failed; finished ones are kept and their number is told.
    """
    from dicu.sweeps.drive import run_sweep
    from dicu.sweeps.executors import over_dask, serial
    from dicu.sweeps.plan import make_plan

    plan = make_plan(config, [f"{key}={_written(value)}" for key, value in (values or {}).items()])
    summary = run_sweep(plan, Path(out), executor=serial if workers == 1 else over_dask(workers))
    if not summary.complete:
        first = next(iter(summary.failed.items()), ("", "not begun"))
        raise RuntimeError(
            f"{summary.folder}: {summary.finished} of {summary.total} runs are there; {first[0]}: {first[1]}"
        )
    return summary.folder


def _overrides(values: Mapping[str, Any] | None, short: Mapping[str, Any]) -> list[str]:
    """``key=value`` as the command line has it."""
    whole = dict(values or {})
    given = set(whole)
    for name, value in short.items():
        keys = [key for key in leaf_at() if key == name or key.rpartition(".")[2] == name]
        if name in keys:
            keys = [name]
        if len(keys) != 1:
            found = f"several keys end so: {', '.join(keys)}" if keys else "no key ends so"
            raise TypeError(f"{name}: {found}; give the whole key in values={{...}}")
        if keys[0] in given:
            raise TypeError(f"{name}: given twice, as a keyword and as {keys[0]} in values")
        whole[keys[0]] = value
    return [f"{key}={_written(value)}" for key, value in whole.items()]


def _written(value: Any) -> str:
    """A value as YAML writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_written(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)

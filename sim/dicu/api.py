"""What users call: `dicu.load`, `dicu.run`, `dicu.sweep`, `dicu.open`, `dicu.start`, `dicu.compare`
and `dicu.runs`."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dicu.scenario.fields import leaf_at
from dicu.scenario.loader import load as _load
from dicu.scenario.scenario import Scenario, with_values

if TYPE_CHECKING:
    import pandas as pd

    from dicu.execution.progress import Progress
    from dicu.model import Model
    from dicu_analysis.compare.comparison import Comparison
    from dicu_analysis.opened import OpenRun, OpenSweep

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

    Examples
    --------
    >>> scenario = dicu.load("monocentric", seed=7, weight=500)
    >>> scenario.reform.policy, scenario.seed
    ('actual', 7)
    """
    return _load(
        _named(config, "a YAML file, a shipped scenario's name, or a run's folder"), _overrides(values, short)
    ).scenario


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
) -> OpenRun:
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
    dicu_analysis.opened.OpenRun
        The finished run: its tables as data frames, `flows`, `plot`, `compare`.

    Raises
    ------
    dicu.scenario.loader.ConfigurationErrors
        When the scenario is wrong.
    dicu.scenario.scenario.UnfitScenario
        When the world does not have what the scenario asks of it.

    Examples
    --------
    >>> run = dicu.run("monocentric", {"time.end": "2025Q4"}, seed=7, weight=200)
    >>> [int(n) for n in run.national["urban_persons"] > 0]
    [1, 1, 1, 1, 1, 1, 1, 1, 1]
    >>> run.flows("province", on="2025").columns.tolist()
    ['step', 'origin', 'destination', 'households', 'persons']
    >>> run.plot("urban_share")
    Chart('urban_share_fan', 3 rows)
    """
    from dicu.execution.execute import execute
    from dicu.record.naming import point_latest
    from dicu_analysis.opened import OpenRun

    if isinstance(config, Scenario):
        if values or short:
            raise TypeError("run: values go with a file or a name; a Scenario is taken as it is")
        scenario = config
    else:
        scenario = load(config, values, **short)
    folder = execute(scenario, out=Path(out), threads=threads, progress=progress, again=again)
    point_latest(folder)
    if figures:
        from dicu_analysis.figures import draw_all

        draw_all(folder)
    return OpenRun(folder)


def start(
    config: Config | Scenario,
    values: Mapping[str, Any] | None = None,
    *,
    seed: int | None = None,
    engine: Literal["threads", "objects"] = "threads",
    collect: Mapping[str, Any] | None = None,
    **short: Any,
) -> Model:
    """The Mesa model of a scenario at the start of its run, to be stepped by hand or by `mesa.batch_run`.

    Nothing is written. Draws are hashes of the seed, so that what a user takes from ``model.rng`` changes no result.

    Parameters
    ----------
    config, values, **short
        As in `load`; a `Scenario` is taken as it is.
    seed : int, optional
        That of the scenario by default.
    engine : {"threads", "objects"}
        With "objects" every household is a Mesa agent too; governments always are. The results are the same bytes.
    collect : mapping of str to callable, optional
        Model reporters of a `mesa.DataCollector`, collected at the start and after every step.

    Returns
    -------
    dicu.Model

    Raises
    ------
    TypeError
        When values stand beside a `Scenario`, or a short name stands for no key or several.

    Examples
    --------
    >>> model = dicu.start("monocentric", seed=7, weight=200, start="2025Q1", end="2025Q3")
    >>> while model.running:
    ...     model.step()
    >>> model.calendar.label(model.now - 1), model.steps
    ('2025Q3', 3)

    >>> import mesa
    >>> persons = {"persons": lambda model: int(model.residents.sum())}
    >>> model = dicu.start("monocentric", weight=200, start="2025Q1", end="2025Q3", collect=persons)
    >>> model.run_model()
    >>> len(model.datacollector.get_model_vars_dataframe())
    4
    """
    import mesa

    from dicu.execution.fits import check_fits
    from dicu.execution.starting import first_model
    from dicu.reform.opening import open_world

    if isinstance(config, Scenario):
        if values or short:
            raise TypeError("start: values go with a file or a name; a Scenario is taken as it is")
        scenario = config if seed is None else with_values(config, {"seed": seed})
    else:
        scenario = load(config, values, **short, **({} if seed is None else {"seed": seed}))
    world = open_world(scenario)
    check_fits(scenario, world)
    model, _ = first_model(scenario, world, engine=engine)
    model.steps = 0  # of the run: those of the history before it may have been read from a cache
    if collect is not None:
        model.datacollector = mesa.DataCollector(model_reporters=dict(collect))
        model.datacollector.collect(model)
    return model


def open(run: str | Path, *, out: str | Path = "runs") -> OpenRun | OpenSweep:
    """A finished run or sweep, read from its folder.

    Parameters
    ----------
    run : str or Path
        A folder; or, looked for in ``out``, a name (the latest run of it), ``<name>/latest``, or the beginning of an
        id.
    out : str or Path
        Parent folder of runs.

    Raises
    ------
    dicu_analysis.load.UnfinishedRun
        When there is none, or it did not finish, or it is not what was written.

    Examples
    --------
    >>> run = dicu.run("monocentric", {"time.end": "2025Q4"}, seed=7, weight=200)
    >>> dicu.open("monocentric/latest").id == dicu.open(run.id[:6]).id == run.id
    True
    """
    from dicu.record.naming import find_run
    from dicu_analysis.opened import opened

    return opened(find_run(_named(run, "a run's folder, name or short id"), out))


def compare(
    *runs: str | Path | OpenRun | OpenSweep, out: str | Path = "runs", labels: Sequence[str] = ()
) -> Comparison:
    """Runs and sweeps beside each other: what differs in configuration, and paired differences over replicates.

    Parameters
    ----------
    *runs : run, sweep, folder, name or id
        The first is what the others are held against. Runs of the same configuration with other seeds that lie beside
        one are its replicates; a sweep has an arm per configuration.
    out : str or Path
        Where names and ids are looked for.
    labels : sequence of str
        How the arms are called.

    Raises
    ------
    dicu_analysis.compare.arms.CannotCompare
        When there is one arm only, or they have no seed and period in common.

    Examples
    --------
    >>> values = {"time.end": "2025Q4", "population.weight": 200}
    >>> for seed in (1, 2, 3):
    ...     with_reform = dicu.run("monocentric", values, seed=seed)
    ...     without = dicu.run("monocentric", {**values, "reform.policy": "none"}, seed=seed, name="without")
    >>> found = dicu.compare(without, with_reform)
    >>> found
    Comparison(without (3), monocentric (3); base without)
    >>> found.configurations.index.tolist()
    ['reform.policy']
    >>> found.differences("move_rate")["n"].tolist()
    [3, 3]
    """
    from dicu_analysis.opened import compared

    return compared(runs, out=out, labels=labels)


def runs(out: str | Path = "runs") -> pd.DataFrame:
    """Finished runs and sweeps in a folder, the latest first, as `dicu ls` lists them.

    Returns
    -------
    pandas.DataFrame
        ``name, id, kind, seed, world, policy, weight, start, end, ended, latest, folder``.

    Examples
    --------
    >>> run = dicu.run("monocentric", {"time.end": "2025Q4"}, seed=7, weight=200)
    >>> dicu.runs().loc[run.id, ["name", "seed", "policy"]].astype(str).tolist()
    ['monocentric', '7', 'actual']
    """
    import pandas as pd

    from dicu.record.naming import listed

    return pd.DataFrame(listed(out)).set_index("id", drop=False)


def sweep(
    config: Config,
    values: Mapping[str, Any] | None = None,
    *,
    out: str | Path = "runs",
    workers: int | None = None,
) -> OpenSweep:
    """Run a sweep, or what is missing of it, and open it; results are in ``results.parquet`` of its folder.

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

    Examples
    --------
    >>> sweep = dicu.sweep("monocentric", {"sweep.replications": 1, "time.end": "2025Q4"}, workers=1)
    >>> [arm.label for arm in sweep.arms]
    ['none, theta 0.4', 'none, theta 0.6', 'actual, theta 0.4', 'actual, theta 0.6']
    >>> sweep.plot("moves", form="heat")
    Chart('moves_heat', 4 rows)
    """
    from dicu.sweeps.drive import run_sweep
    from dicu.sweeps.executors import over_dask, serial
    from dicu.sweeps.plan import make_plan
    from dicu_analysis.opened import OpenSweep

    _named(config, "a sweep's YAML file or a shipped sweep's name")
    plan = make_plan(config, [f"{key}={_written(value)}" for key, value in (values or {}).items()])
    summary = run_sweep(plan, Path(out), executor=serial if workers == 1 else over_dask(workers))
    if not summary.complete:
        first = next(iter(summary.failed.items()), ("", "not begun"))
        raise RuntimeError(
            f"{summary.folder}: {summary.finished} of {summary.total} runs are there; {first[0]}: {first[1]}"
        )
    return OpenSweep(summary.folder)


def _named(config: Config, allowed: str) -> Config:
    """What is asked for, if it is a text or a path.

    Raises
    ------
    TypeError
        For anything else.
    """
    if not isinstance(config, str | os.PathLike):
        raise TypeError(f"config: got {config!r} ({type(config).__name__}), allowed {allowed}")
    return config


def _overrides(values: Mapping[str, Any] | None, short: Mapping[str, Any]) -> list[str]:
    """``key=value`` as the command line has it."""
    if values is not None and not isinstance(values, Mapping):
        raise TypeError(f"values: got {values!r}, allowed a mapping such as {{'choose.theta': 0.5}}")
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
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_written(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)

"""`dicu reform ...`: the laboratory of reforms, where maps of governments are made and compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicu.cli.app import app, fail
from dicu.cli.drawing import use_asked_threads

if TYPE_CHECKING:
    from dicu.scenario.scenario import Scenario
    from dicu.world.world import World

reform_app = typer.Typer(no_args_is_help=True, help="Reforms: make maps of governments and compare them.")
app.add_typer(reform_app, name="reform")
BaseScenario = Annotated[
    str, typer.Option(help="Scenario whose world and parameters are used: a file or a shipped name.")
]


@reform_app.command(
    epilog="Example: `dicu reform compare none actual random standard optimised --draws 200 --out runs/reforms`"
)
def compare(
    policies: Annotated[
        list[str],
        typer.Argument(
            metavar="POLICY... [KEY=VALUE]...", help="Policies, and values that replace the configuration's."
        ),
    ],
    config: BaseScenario = "base",
    year: Annotated[
        int | None,
        typer.Option(
            help="Viet Nam: year of the residents, 2019 to 2024. Default: 2024.",
            min=2019,
            max=2024,
            show_default=False,
        ),
    ] = None,
    draws: Annotated[
        int, typer.Option(help="Random maps to compare objectives with.", min=0, max=100_000)
    ] = 200,
    out: Annotated[Path | None, typer.Option(help="Folder for tables (Parquet, CSV) and figures.")] = None,
    province: Annotated[
        str | None,
        typer.Option(help="Code or name of the legacy province whose units are drawn. Default: Điện Biên."),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(help="Threads; the results do not depend on it.", min=1)
    ] = None,
) -> None:
    """Apply policies to the same people and print what each does: units, ways, standards, posts, money.

    Nobody moves here; what people do about a reform is for `dicu run`.
    """
    from rich.console import Console

    from dicu.cli.progress import Bar
    from dicu.cli.reform_tables import comparison_table, objective_table, write_comparison
    from dicu.lab.compare_reforms import compare as compare_policies
    from dicu.record.local import country_block, local_of
    from dicu.reform.designs import Country
    from dicu.reform.opening import open_world
    from dicu_analysis.terms import terms_of

    names, scenario = _asked(policies, config)
    if scenario.world.tables is not None:
        if year is not None:
            fail(f"--year: a folder of tables has the residents of one year (got {year})", 2)
    elif year is not None or not _says_start(policies):
        when = [f"time.start={2024 if year is None else year}Q2", "time.history=none"]
        names, scenario = _asked([*policies, *when], config)
    use_asked_threads(threads)
    with Bar() as bar, _refused():
        bar.phase("building the world")
        world = open_world(scenario)
        if province is not None:
            province = _legacy_province(world, province)
        country = Country(world, scenario.reform, scenario.access, scenario.calendar.step_of)
        made = compare_policies(
            country,
            scenario.government,
            names,
            draws=draws,
            tell=lambda text: bar.phase(f"policy {text}"),
        )
    console = Console(width=None if Console().is_terminal else 200)
    block, local = country_block(world), local_of(world)
    console.print(comparison_table(made, terms_of({"country": block}, 0.0), local))
    console.print(objective_table(made))
    if out is not None:
        from dicu_analysis.figures.reforms import draw_comparison

        try:
            write_comparison(made, out, local)
        except OSError as error:
            fail(f"--out: nothing can be written there (got '{out}': {error.strerror})", 2)
        drawn = draw_comparison(out, province, scenario.model_dump(mode="json"), block)
        for path in [*sorted(out.glob("*.csv")), *drawn]:
            typer.echo(str(path))


@contextmanager
def _refused() -> Iterator[None]:
    """End in words when the world or a table is wrong, or does not have what a policy needs."""
    from dicu.scenario.scenario import UnfitScenario
    from dicu.world.table_checks import TableError

    try:
        yield
    except (UnfitScenario, TableError) as error:
        fail(str(error), 2)


def _says_start(arguments: list[str]) -> bool:
    """Whether a command line says when to start."""
    return any(word.startswith("time.start=") for word in arguments)


def _legacy_province(world: World, word: str) -> str:
    """Name of the legacy province that a code or a name stands for, or a refusal."""
    from dicu.scenario.suggest import unit_of

    units = world.legacy_provinces
    try:
        return str(units.name[unit_of(word, units.code.tolist(), units.name.tolist(), "legacy province")])
    except ValueError as error:
        fail(f"--province: {error}", 2)


def _asked(arguments: list[str], config: str, *, first: bool = False) -> tuple[list[str], Scenario]:
    """Policies and scenario that a command line asks for; ``first``: the scenario is one of the first policy."""
    from dicu.scenario.loader import ConfigurationErrors, load
    from dicu.scenario.plugins import policy_names
    from dicu.scenario.suggest import suggest

    names = [word for word in arguments if "=" not in word]
    values = [word for word in arguments if "=" in word]
    for name in names:
        if name not in policy_names():
            near = suggest(name, policy_names())
            hint = f"; did you mean {near}" if near else ""
            fail(f"no such policy (got {name}, allowed {', '.join(policy_names())}{hint})", 2)
    if len(set(names)) < len(names):
        fail(f"each policy once (got {' '.join(names)})", 2)
    if not names:
        fail(f"no policy to compare (allowed {', '.join(policy_names())})", 2)
    if first and names[0] != "none":
        values = [f"reform.policy={names[0]}", *values]
    try:
        return names, load(config, values).scenario
    except ConfigurationErrors as errors:
        fail("\n".join(errors.messages), 2)


@reform_app.command(
    epilog="Example: `dicu reform lineage actual --unit 03127`; `--date 2025Q2 --level province` for another day"
)
def lineage(
    policies: Annotated[
        list[str],
        typer.Argument(
            metavar="POLICY [KEY=VALUE]...", help="A policy, and values that replace the configuration's."
        ),
    ],
    config: BaseScenario = "base",
    unit: Annotated[
        str | None, typer.Option(help="Code or name of a unit to rebuild: its places on a day.")
    ] = None,
    level: Annotated[str, typer.Option(help="commune or province.")] = "commune",
    date: Annotated[
        str | None,
        typer.Option(help="The day of --unit, a period such as 2025Q3; default: the end of the run."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the table here, .csv or .parquet.")] = None,
    rows: Annotated[
        bool, typer.Option("--as-table", help="Write the policy as a table for reform.table instead.")
    ] = False,
) -> None:
    """The dated table of who governed which place, out of which any unit of any day can be rebuilt."""
    from rich.console import Console

    from dicu.cli.reform_tables import frame_table, write_frame
    from dicu.reform.history import as_table, code_of, history, in_force, places_of
    from dicu.reform.opening import open_world
    from dicu.reform.policies import plan_of

    names, scenario = _asked(policies, config, first=True)
    if len(names) != 1:
        fail(f"one policy (got {' '.join(names)})", 2)
    if level not in ("commune", "province"):
        fail(f"--level: no such level (got {level}, allowed commune, province)", 2)
    if out is not None and out.suffix not in (".csv", ".parquet"):
        fail(f"--out: neither .csv nor .parquet (got {out})", 2)
    calendar = scenario.calendar
    try:
        step = calendar.n_steps - 1 if date is None else calendar.step_of(date)
    except ValueError as error:
        fail(f"--date: {error}", 2)
    with _refused():
        world = open_world(scenario)
        overlays = plan_of(scenario, world)
    table = as_table(world, overlays) if rows else history(world, overlays)
    if out is not None:
        try:
            write_frame(table, out)
        except OSError as error:
            fail(f"--out: nothing can be written there (got '{out}': {error.strerror})", 2)
        typer.echo(str(out))
    if unit is not None:
        dated = history(world, overlays)
        try:
            unit = code_of(dated, level, unit, step)
            places = places_of(dated, level, unit, step)
        except ValueError as error:
            fail(f"--unit: {error}", 2)
        mine = dated[(dated["level"] == level) & dated["place_key"].isin(places)]
        Console(width=None if Console().is_terminal else 160).print(
            frame_table(mine, f"Places of {level} {unit}")
        )
    elif out is None:
        held = in_force(dated_now := (history(world, overlays) if rows else table), step)
        typer.echo(f"{len(table):,} rows; in force at the end of the run or on that day:")
        for name, units in held.groupby("level")["code"].nunique().items():
            typer.echo(f"  {units:,} {name}s over {len(dated_now['place_key'].unique()):,} places")

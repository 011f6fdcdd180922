"""The figures of a run, one a file; each is drawn from the run's folder alone."""

from __future__ import annotations

from pathlib import Path


def draw_all(run_folder: Path | str) -> list[Path]:
    """Draw every figure of a finished run into its folder ``figures``, as SVG and PNG.

    Figures of what a run does not have (five-year migration in a run of two years) are left out.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    analysis.load.UnfinishedRun
        When the run did not finish.
    """
    from analysis.figures import (
        access_by_terrain,
        budgets,
        cities,
        five_year,
        households,
        mover_ages,
        net_migration_map,
        region_flows,
        services_by_province,
        style,
        urban_rural,
    )
    from analysis.load import Run

    run = Run(run_folder)
    folder = run.folder / "figures"
    folder.mkdir(exist_ok=True)
    made = []
    for figure in (
        urban_rural, net_migration_map, region_flows, access_by_terrain, mover_ages, five_year, households,
        budgets, services_by_province, cities,
    ):  # fmt: skip
        with style.styled():
            try:
                drawn = figure.draw(run)
            except style.NothingToDraw:
                continue
            made += style.save(drawn, folder, figure.__name__.rsplit(".", 1)[1])
    return made

"""The figures of a run, one a file; each is drawn from the run's folder alone."""

from __future__ import annotations

from pathlib import Path


def draw_all(run_folder: Path | str) -> list[Path]:
    """Draw every figure of a finished run into its folder ``figures``, as SVG and PNG.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    analysis.load.UnfinishedRun
        When the run did not finish.
    """
    from analysis.figures import access_by_terrain, net_migration_map, region_flows, style, urban_rural
    from analysis.load import Run

    run = Run(run_folder)
    folder = run.folder / "figures"
    folder.mkdir(exist_ok=True)
    made = []
    for figure in (urban_rural, net_migration_map, region_flows, access_by_terrain):
        with style.styled():
            made += style.save(figure.draw(run), folder, figure.__name__.rsplit(".", 1)[1])
    return made

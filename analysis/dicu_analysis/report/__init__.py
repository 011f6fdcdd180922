"""The report: one self-contained page in Vietnamese and English on what a run or a sweep says, and how surely."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dicu_analysis.report.experiments import Found


def write(
    folder: Path | str,
    *,
    out: Path | None = None,
    against: Path | None = None,
    experiments: Path | None = None,
    language: str | None = None,
    view: str | None = None,
    tell: Callable[[str], None] | None = None,
    warn: Callable[[str], None] = lambda text: None,
) -> Path:
    """Write the report on a run or a sweep.

    Parameters
    ----------
    folder : Path or str
        A finished run, or a sweep with results.
    out : Path, optional
        The file to write; ``report.html`` in the folder by default.
    against : Path, optional
        The run to compare with; by default a twin without reform is looked for beside it.
    experiments : Path, optional
        Where results of experiments lie; by default beside the run.
    language : str, optional
        Code of the language shown first, one of those of the page; the first of the country by default.
    view : str, optional
        Address of a view of the same runs, relative to the report; by default that of a ``view.html`` beside it.
    tell : callable, optional
        Told what is being done.
    warn : callable, optional
        Told of each file that is named on the page and could not be read.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    dicu_analysis.load.UnfinishedRun, dicu_analysis.report.subject.CannotCompare
    dicu_analysis.report.experiments.BadExperiment, dicu_analysis.report.page.TooLarge, dicu_analysis.report.page.NoSuchLanguage
        When it cannot be made; nothing is written then.
    """
    from dicu.record.folder import write_bytes
    from dicu_analysis.report.arms import collect
    from dicu_analysis.report.comparison import Comparison
    from dicu_analysis.report.experiments import find
    from dicu_analysis.report.page import render
    from dicu_analysis.report.subject import CannotCompare, gather
    from dicu_analysis.sweep import Sweep, is_sweep

    if is_sweep(Path(folder)):
        if against is not None:
            raise CannotCompare(
                f"--against: {folder} is a sweep, whose scenarios are compared with each other"
            )
        sweep = Sweep(Path(folder))
        comparison = Comparison(sweep)
        found = find(experiments or sweep.folder, strict=experiments is not None)
        _warn(found, warn)
        path = out or sweep.folder / "report.html"
        html = render(None, found, comparison, language=language, view=view or _view(path), tell=tell)
        return write_bytes(path, html.encode("utf-8"))
    subject = gather(folder, against)
    parent = subject.run.folder.resolve().parent.parent
    found = find(experiments or parent, strict=experiments is not None)
    _warn(found, warn)
    path = out or subject.run.folder / "report.html"
    html = render(collect(subject, tell), found, language=language, view=view or _view(path), tell=tell)
    return write_bytes(path, html.encode("utf-8"))


def _view(report: Path) -> str | None:
    """The view that lies beside a report."""
    return "view.html" if (report.parent / "view.html").is_file() else None


def _warn(found: Found, warn: Callable[[str], None]) -> None:
    for text in found.unreadable:
        warn(f"not shown in the report: {text}")
    from dicu_analysis.language import ENGLISH

    for experiment in found.experiments:
        for text in experiment.left_out(ENGLISH):
            warn(f"not shown in the report: {experiment.path.parent}: {text}")

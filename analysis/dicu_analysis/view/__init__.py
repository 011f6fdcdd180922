"""The view: one file in which readers look up their own commune, offline, in Vietnamese and English."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


def write(
    folder: Path | str,
    *,
    out: Path | None = None,
    against: Path | None = None,
    scenario: str | None = None,
    experiments: Path | None = None,
    language: str | None = None,
    tell: Callable[[str], None] | None = None,
) -> Path:
    """Write the view of a run or a sweep.

    Parameters
    ----------
    folder : Path or str
        A finished run, or a sweep that kept its tables (``results.keep``).
    out : Path, optional
        The file to write; ``view.html`` in the folder by default. A ``report.html`` beside it is linked to.
    against : Path, optional
        Of a run: the run to compare with.
    scenario : str, optional
        Of a sweep: the scenario that maps and pages of communes show; the first by default.
    experiments : Path, optional
        Where results of experiments lie.
    language : str, optional
        Language shown first; that of the country by default.
    tell : callable, optional
        Told what is being done.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    dicu_analysis.load.UnfinishedRun, dicu_analysis.report.subject.CannotCompare
    dicu_analysis.swept.NothingKept, dicu_analysis.report.page.TooLarge
        When it cannot be made; nothing is written then.
    """
    from dicu.record.folder import write_bytes
    from dicu_analysis.report.experiments import find
    from dicu_analysis.view.options import options
    from dicu_analysis.view.page import render

    path = out or Path(folder) / "view.html"
    shown = options(Path(folder), against=against, scenario=scenario, tell=tell)
    found = find(experiments or path.parent, strict=experiments is not None)
    report = "report.html" if (path.parent / "report.html").is_file() else None
    html = render(shown, found, language=language, report=report, tell=tell)
    return write_bytes(path, html.encode("utf-8"))

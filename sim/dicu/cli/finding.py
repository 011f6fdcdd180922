"""How commands find the run that is meant: by its folder, its name, or the beginning of its id."""

from __future__ import annotations

from pathlib import Path

from dicu.cli.app import fail

RUN_HELP = "A run: its folder, its name (the latest of it), NAME/latest, or the first digits of its id"


def run_path(text: str) -> Path:
    """The folder of the run or sweep that a word names; status 2, with what there is, for one that names none."""
    from dicu.record.naming import NoSuchRun, find_run

    try:
        return find_run(text)
    except NoSuchRun as error:
        fail(str(error), 2)


def begun_path(text: str) -> Path:
    """The same for commands that also take a run that has only begun: its folder need not stand yet."""
    if Path(text).name == "latest" or Path(text).is_dir():
        return run_path(text)
    from dicu.record.naming import NoSuchRun, find_run

    try:
        return find_run(text)
    except NoSuchRun as error:
        if error.several:
            fail(str(error), 2)
        return Path(text)


def config_path(text: str) -> str:
    """A scenario as `dicu run` takes it; a word that is neither a file nor a shipped one may be a run's name or id."""
    from dicu.scenario.shipped import shipped

    path = Path(text)
    if path.name == "latest" and len(path.parts) > 1:
        return str(run_path(text))
    if path.exists() or path.suffix or not text or path.name in shipped("scenario"):
        return text
    from dicu.record.naming import NoSuchRun, find_run

    try:
        return str(find_run(text))
    except NoSuchRun as error:
        if error.several:
            fail(str(error), 2)
        return text  # the loader lists what there is

"""`dicu --help` groups commands by what people want, and `dicu doctor` says what there is."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from dicu.cli import app
from dicu.cli.panels import PANELS, arrange


def test_help_shows_every_panel_and_command() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).output
    at = [shown.index(f" {panel} ") for panel in PANELS]
    assert at[:4] == sorted(at[:4])
    for names in PANELS.values():
        for name in names:
            assert f"│ {name} " in shown


def test_a_command_without_a_panel_is_refused() -> None:
    other = typer.Typer()

    @other.command()
    def nowhere() -> None:
        pass

    with pytest.raises(LookupError, match="'nowhere' is in no panel"):
        arrange(other)
    with pytest.raises(LookupError, match="which are no commands"):
        arrange(typer.Typer())


def test_the_doctor_says_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from dicu.cli import doctor

    monkeypatch.setitem(doctor.EXTRAS, "made_up", ("no-such-package",))
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 0
    for words in ("Python 3", "dicu ", "numba ", "threads: ", "cache: ", "ns of CPU per keyed draw"):
        assert words in done.output
    assert "extra made_up: lacks no-such-package (pip install 'dicu[made_up]')" in done.output

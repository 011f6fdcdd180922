"""`dicu --help` groups commands by what people want, and `dicu doctor` says what there is."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import get_type_hints

import pytest
import typer
from typer.models import ArgumentInfo, OptionInfo
from typer.testing import CliRunner

from dicu.cli import app, doctor
from dicu.cli.panels import PANELS, arrange


def test_help_shows_every_panel_and_command() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).output
    at = [shown.index(f" {panel} ") for panel in PANELS]
    assert at == sorted(at)
    for names in PANELS.values():
        for name in names:
            assert f"│ {name} " in shown


def asked_for() -> Iterator[tuple[str, ArgumentInfo | OptionInfo]]:
    """Every argument and option of every command, with its name and its command's."""
    for command in app.registered_commands:
        for name, hint in get_type_hints(command.callback, include_extras=True).items():
            for told in getattr(hint, "__metadata__", ()):
                yield f"{command.callback.__name__} {name}", told


def test_wherever_a_run_is_asked_for_its_name_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`NAME/latest` reaches every command that takes a run as the folder it stands for."""
    folder = tmp_path / "runs" / "actual" / "abcd1111"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"name": "actual"}', encoding="utf-8")
    (folder.parent / "latest").write_text("abcd1111\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    seen = set()
    for name, told in asked_for():
        many = name == "validate folders"  # which also takes a folder of runs
        if (str(told.metavar).startswith("RUN") or name.endswith(" against")) and not many:
            seen.add(name)
            assert told.parser is not None, name
            assert Path(told.parser("actual/latest")) == Path("runs/actual/abcd1111"), name
    assert {"report folder", "report against", "view folder", "view against", "trace run_folder"} <= seen


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
    real = metadata.requires

    def requires(package: str) -> list[str]:
        return [*real(package), "no-such-package>=2; extra == 'made-up'", "pandas; extra == 'ours'"]

    monkeypatch.setattr(metadata, "requires", requires)
    monkeypatch.setattr(doctor, "ROWS", 1000)  # what the machine can do is not tested
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 0
    for words in ("Python 3", "dicu ", "numba ", "threads: ", "cache: ", "ns of CPU per keyed draw"):
        assert words in done.output
    assert "extra made-up: lacks no-such-package (pip install 'dicu[made-up]')" in done.output
    assert "extra ours: there" in done.output


def test_extras_are_those_of_the_package() -> None:
    declared = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))
    found = doctor.extras(metadata.requires("dicu"))
    optional = declared["project"]["optional-dependencies"]
    assert {extra: len(names) for extra, names in found.items()} == {e: len(n) for e, n in optional.items()}
    assert "duckdb" in found["analysis"]
    assert "scipy" not in found["analysis"], "everybody has it"


def test_files_that_vanish_while_a_folder_is_measured_count_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "below").mkdir()
    for name in ("a", "below/b", "below/c"):
        (tmp_path / name).write_bytes(b"12345")
    real = Path.walk

    def walk(folder: Path) -> Iterator[object]:
        for above, folders, names in real(folder):
            (above / "b").unlink(missing_ok=True)
            yield above, folders, names

    monkeypatch.setattr(Path, "walk", walk)
    assert doctor._bytes(tmp_path) == 10
    assert doctor._bytes(tmp_path / "nowhere") == 0

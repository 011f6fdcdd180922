"""A brief of a small made-up country, as `dicu brief` makes it: sweep, report and view."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from dicu.cli import app

KEEP = "keep: [national, places, flows, governments, lineage, world_places, world_units]"


def sweep_file(folder: Path, keep: str = KEEP, more: str = "") -> Path:
    """A sweep of a city among villages, with the reform and without."""
    path = folder / "small.yaml"
    path.write_text(
        f"""base: {Path("configs/small/monocentric.yaml").resolve()}
set:
  population: {{weight: 100}}
  time: {{start: 2025Q1, end: 2026Q4}}
  record: {{places: year, governments: year}}
sweep:
  scenarios:
    none: {{reform.policy: none}}
    actual: {{reform.policy: actual}}
{more}  replications: 3
  seed: 1
results: {{levels: [nation, terrain], {keep}}}
""",
        encoding="utf-8",
    )
    return path


def brief(folder: Path, more: str = "") -> Path:
    """The folder of the sweep, with report.html and view.html."""
    path = sweep_file(folder, more=more)
    done = CliRunner().invoke(app, ["brief", str(path), "--executor", "serial", "--out", str(folder)])
    assert done.exit_code == 0, done.output
    made = folder / "small"
    assert done.stdout.split()[-1] == str(made / "view.html")
    return made

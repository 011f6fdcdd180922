"""The worked plug-in of examples/: installed it changes nothing, used it acts, and the run's identity says so."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "plugin"
SMALL = ("population.weight=200", "time.start=2025Q1", "time.end=2025Q3")
LARGER = ("population.weight=20", "time.start=2025Q1", "time.end=2026Q4")
TERM = "plugins.settled_children.use=true"
OBSERVER = "plugins.large_households.use=true"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as an installer leaves it: the package, and its entry points beside it."""
    room = tmp_path_factory.mktemp("site")
    shutil.copytree(EXAMPLE / "src" / "dicu_example", room / "dicu_example")
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = room / f"dicu_example-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    lines = [
        f"[{group}]\n" + "\n".join(f"{name} = {value}" for name, value in found.items())
        for group, found in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return room


def dicu_(words: list[str], cwd: Path, site: Path | None) -> subprocess.CompletedProcess[str]:
    """The command, with or without the plug-in installed."""
    environment = {**os.environ, "PYTHONPATH": "" if site is None else str(site)}
    return subprocess.run(
        [sys.executable, "-m", "dicu", *words],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment,
        check=False,
    )


def run(
    words: tuple[str, ...], cwd: Path, site: Path | None, *more: str, size: tuple[str, ...] = SMALL
) -> tuple[Path, dict[str, object]]:
    """Folder and manifest of a small run."""
    done = dicu_(["run", "monocentric", *size, *words, *(more or ("--no-figures",))], cwd, site)
    assert done.returncode == 0, done.stderr
    folder = cwd / done.stdout.splitlines()[-1]
    return folder, json.loads((folder / "manifest.json").read_text())


def test_installed_and_not_used_it_changes_nothing(site: Path, tmp_path: Path) -> None:
    folder, told = run((), tmp_path, None)
    same, again = run((), tmp_path, site)
    assert same == folder, "not even the id of the run"
    assert again["run_id"] == told["run_id"]
    assert "plugins" not in (folder / "config.yaml").read_text(encoding="utf-8")


def test_used_it_acts_and_is_part_of_the_identity(site: Path, tmp_path: Path) -> None:
    plain, without = run((), tmp_path, site)
    folder, told = run((TERM, OBSERVER, "reform.policy=districts_as_communes"), tmp_path, site, "--figures")
    assert told["state_sha256"] != without["state_sha256"]
    code = told["config"]["plugins"]["settled_children"]["code"]  # type: ignore[index]
    assert code.startswith("dicu-example 0.1.0 ")
    assert (folder / "plugin_large_households.parquet").is_file()
    assert (folder / "figures" / "plugin_large_households.png").is_file()
    assert not (plain / "plugin_large_households.parquet").exists()
    import dicu

    opened = dicu.open(folder)
    seen = opened.table("plugin_large_households").groupby("step")["households"].sum()
    assert seen.tolist() == opened.national["households"].tolist()
    assert "plugin_large_households" in (folder / "codebook.csv").read_text(encoding="utf-8")
    lineage = opened.lineage
    assert lineage.loc[lineage["level"] == "commune", "successor"].nunique() < 12, "a commune per district"
    again = dicu_(["run", str(folder), "--no-figures"], tmp_path, site)
    assert Path(again.stdout.splitlines()[-1]).name == folder.name, "its own configuration gives it again"


def test_another_source_gives_another_run(site: Path, tmp_path: Path) -> None:
    _, told = run((TERM,), tmp_path, site)
    changed = tmp_path / "changed"
    shutil.copytree(site, changed)
    with open(changed / "dicu_example" / "term.py", "a", encoding="utf-8") as file:
        file.write("# another version\n")
    _, other = run((TERM,), tmp_path, changed)
    assert other["run_id"] != told["run_id"]
    assert other["state_sha256"] == told["state_sha256"], "a comment decides nothing"


@pytest.mark.slow  # statistical; `uv run pytest -m slow`
def test_households_with_children_move_less_and_others_do_not(site: Path, tmp_path: Path) -> None:
    """Of weight 0 the term changes nothing to the bit; of weight 5 hardly a household with children chooses to move.

    Moves that nobody considered (a job offered from afar, a family that follows) are none of the term's business.
    """
    import dicu

    _, plain = run((), tmp_path, site, size=LARGER)
    chosen = {}
    for weight in (0.0, 5.0):
        words = (TERM, f"plugins.settled_children.weight={weight}", "record.moves=all")
        folder, told = run(words, tmp_path, site, size=LARGER)
        moves = dicu.open(folder).table("moves")
        own = moves[~moves["reason"].isin(["work", "family"])]
        chosen[weight] = {stage: int((own["stage"] == stage).sum()) for stage in ("children", "young adult")}
        if weight == 0.0:
            assert told["state_sha256"] == plain["state_sha256"]
    assert chosen[0.0]["children"] >= 20
    assert chosen[5.0]["children"] < 0.1 * chosen[0.0]["children"]
    assert chosen[5.0]["young adult"] > 0.8 * chosen[0.0]["young adult"]


def test_parameters_are_listed_and_unknown_names_answered_with_the_list(site: Path, tmp_path: Path) -> None:
    listed = dicu_(["parameters"], tmp_path, site).stdout
    for key in ("districts_as_communes.fewest", "settled_children.weight", "large_households.members"):
        assert f"plugins.{key}" in listed
    assert "plugins." not in dicu_(["parameters"], tmp_path, None).stdout
    for word, said in {
        "plugins.settled_chidren.use=true": "no such plug-in (got settled_chidren, installed: districts_as_communes, "
        "large_households, settled_children; did you mean settled_children)",
        "plugins.settled_children.wait=1": "unknown key (allowed use, weight)",
        "plugins.settled_children.weight=9": "out of range (got 9, allowed a number from 0 to 5)",
        "reform.policy=district_as_communes": "did you mean districts_as_communes",
    }.items():
        refused = dicu_(["run", "monocentric", word], tmp_path, site)
        assert refused.returncode == 2
        assert said in refused.stderr, refused.stderr
    missing = dicu_(["run", "monocentric", TERM], tmp_path, None)
    assert "no such plug-in (got settled_children, installed: none)" in missing.stderr


@pytest.mark.slow
def test_the_example_is_installed_by_an_installer(tmp_path: Path) -> None:
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not there")
    done = subprocess.run(
        [uv, "pip", "install", "--no-deps", "--target", str(tmp_path / "site"), str(EXAMPLE)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"no build back end to be had: {done.stderr.strip().splitlines()[-1]}")
    assert "plugins.settled_children.weight" in dicu_(["parameters"], tmp_path, tmp_path / "site").stdout


BROKEN = {
    "a term that writes": (
        "class T:\n    def __init__(self, settings):\n        pass\n"
        "    def utility(self, seen):\n        seen.access[:] = 0\n    def hazard(self, seen):\n        return None\n",
        "terms",
        "plug-in term odd: utility: failed (ValueError: assignment destination is read-only, ",
    ),
    "a term without a method": (
        "class T:\n    def __init__(self, settings):\n        pass\n"
        "    def utility(self, seen):\n        return None\n",
        "terms",
        "plug-in term odd: T has no method hazard",
    ),
    "an observer that fails": (
        "from dicu.plugins import Column\nclass T:\n    columns = (Column('n', 'int64', '1', 'number', 'odd'),)\n"
        "    def __init__(self, settings):\n        pass\n    def observe(self, model):\n        return 1 / 0\n",
        "observers",
        "plug-in observer odd: observe: failed (ZeroDivisionError: division by zero, ",
    ),
    "an observer that writes": (
        "from dicu.plugins import Column\nclass T:\n    columns = (Column('n', 'int64', '1', 'number', 'odd'),)\n"
        "    def __init__(self, settings):\n        pass\n"
        "    def observe(self, model):\n        model.households.place[:3] = 0\n        return {}\n",
        "observers",
        "plug-in observer odd: observe: failed (ValueError: assignment destination is read-only, ",
    ),
    "an observer with other columns": (
        "from dicu.plugins import Column\nclass T:\n    columns = (Column('n', 'int64', '1', 'number', 'odd'),)\n"
        "    def __init__(self, settings):\n        pass\n    def observe(self, model):\n        return {'m': [1]}\n",
        "observers",
        "plug-in observer odd: fills m; its columns are n",
    ),
}


def _broken(room: Path, source: str, group: str) -> Path:
    (room / "odd.py").write_text(source)
    info = room / "odd-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[dicu.{group}]\nodd = odd:T\n")
    return room


@pytest.mark.parametrize("case", BROKEN)
def test_a_mistake_of_a_plugin_is_told_as_the_plugins(case: str, tmp_path: Path) -> None:
    source, group, told = BROKEN[case]
    site = _broken(tmp_path, source, group)
    done = dicu_(["run", "monocentric", *SMALL, "plugins.odd.use=true", "--no-figures"], tmp_path, site)
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert "should not have happened" not in done.stderr


def test_broken_settings_of_a_plugin_that_is_not_used_stop_nothing(tmp_path: Path) -> None:
    site = _broken(tmp_path, "import no_such_module\n", "settings")
    done = dicu_(["run", "monocentric", *SMALL, "--no-figures"], tmp_path, site)
    assert done.returncode == 0, done.stderr
    assert "plug-in odd cannot be used: " in done.stderr
    used = dicu_(["run", "monocentric", *SMALL, "plugins.odd.use=true", "--no-figures"], tmp_path, site)
    assert used.returncode == 2
    assert "plug-in odd cannot be used: " in used.stderr

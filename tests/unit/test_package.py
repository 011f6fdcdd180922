"""The package as users import it and as it is installed: lazy face, shipped files by name, a folder to start from."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import dicu
from dicu.cli import app
from dicu.scenario.loader import ConfigurationErrors, load
from dicu.scenario.shipped import configs, find, shipped
from dicu.sweeps.plan import make_plan

ROOT = Path(__file__).parents[2]


def test_import_dicu_alone_loads_no_heavy_library() -> None:
    code = "import sys, dicu; print(sorted({'numba', 'pandas', 'mesa', 'matplotlib', 'pyarrow'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_the_face_promises_is_there() -> None:
    for name in dicu.__all__:
        assert getattr(dicu, name) is not None
    assert set(dicu.__all__) <= set(dir(dicu))
    with pytest.raises(AttributeError, match=r"no attribute 'simulate' .there are Model,"):
        _ = dicu.simulate  # type: ignore[attr-defined]


def test_the_old_names_are_gone() -> None:
    """Nothing installed answers to them, and no source imports them: `sim.dicu` would be a second copy."""
    for name in ("sim.dicu.model", "sim.model", "analysis.load"):
        code = f"import importlib; importlib.import_module({name!r})"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd="/", check=False
        )
        assert "ModuleNotFoundError" in done.stderr, name
    for name in ("sim.dicu.model", "sim.dicu", "analysis.dicu_analysis.flows"):
        code = f"import importlib; importlib.import_module({name!r})"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
        )
        assert f"ImportError: import dicu{'_analysis' * name.startswith('analysis')}, not" in done.stderr, (
            name
        )
    sources = [p for top in ("sim", "analysis", "tests", "docs") for p in (ROOT / top).rglob("*.py")]
    words = ("import " + "sim", "from " + "sim", "import " + "analysis", "from " + "analysis")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line.lstrip().startswith(tuple(f"{w}{end}" for w in words for end in (" ", ".")))
        or line.strip() in words
    ]
    assert found == []
    assert not (ROOT / "sim" / "__init__.py").exists()


def test_shipped_files_are_found_by_name_and_paths_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find("actual") == shipped("scenario")["actual"]
    assert find("h1", "sweep") == configs() / "sweeps" / "h1.yaml"
    assert load("actual").scenario.reform.policy == "actual"
    (tmp_path / "actual").write_text("name: mine\nreform: {policy: none}\n", encoding="utf-8")
    assert load("actual").scenario.name == "mine", "a file that is there is what is meant"
    assert find("nowhere.yaml") == Path("nowhere.yaml")
    (tmp_path / "relabel").mkdir()  # as `--out .` makes them
    assert find("relabel") == shipped("scenario")["relabel"]
    with pytest.raises(
        ConfigurationErrors, match=r"neither a file nor a shipped scenario .got actaul, .*did you mean"
    ):
        load("actaul")
    with pytest.raises(ConfigurationErrors, match="it is a shipped sweep: try dicu sweep h1"):
        load("h1")
    with pytest.raises(ConfigurationErrors, match="it is a shipped scenario: try dicu run actual_"):
        make_plan("actual_with_satellites")
    with pytest.raises(ConfigurationErrors, match="neither a file nor a shipped scenario"):
        load("")
    with pytest.raises(ConfigurationErrors, match=r"shipped sweep .got h9"):
        make_plan("h9")


def test_a_file_may_extend_a_shipped_scenario_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("extends: actual\nseed: 7\n", encoding="utf-8")
    made = load(path).scenario
    assert (made.reform.policy, made.seed, made.name) == ("actual", 7, "mine")


def test_keywords_are_keys_by_their_last_part() -> None:
    made = dicu.load("monocentric", {"choose.theta": 0.4}, weight=500, seed=9)
    assert (made.choose.theta, made.population.weight, made.seed) == (0.4, 500, 9)
    with pytest.raises(TypeError, match=r"places: several keys end so: world.places, record.places"):
        dicu.load("monocentric", places="step")
    with pytest.raises(TypeError, match="seed: given twice"):
        dicu.load("monocentric", {"seed": 7}, seed=9)
    assert dicu.load("monocentric", name="2025").name == "2025"
    with pytest.raises(TypeError, match="wieght: no key ends so"):
        dicu.load("monocentric", wieght=5)
    with pytest.raises(ConfigurationErrors, match=r"choose.theta"):
        dicu.load("monocentric", theta=7)


def test_a_run_from_python_is_the_run_of_the_command(tmp_path: Path) -> None:
    values = {"population.weight": 200, "time.end": "2025Q4"}
    run = dicu.run("monocentric", values, out=tmp_path)
    words = [
        "run",
        "monocentric",
        *(f"{k}={v}" for k, v in values.items()),
        "--no-figures",
        "--out",
        str(tmp_path),
    ]
    told = CliRunner().invoke(app, words)
    assert told.output.splitlines()[-1] == str(run.folder)
    assert len(run.national) == len(run.labels)
    again = dicu.run(dicu.load(run.folder), out=tmp_path)
    assert again.folder == run.folder, "the folder of a run is its scenario"


def test_a_folder_to_start_from_is_sound_and_nothing_is_overwritten(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["init", str(tmp_path / "study")])
    assert told.exit_code == 0
    assert load(tmp_path / "study" / "scenario.yaml").scenario.reform.table == str(
        tmp_path / "study" / "reform.csv"
    )
    again = CliRunner().invoke(app, ["init", str(tmp_path / "study")])
    assert again.exit_code == 2
    assert "scenario.yaml, sweep.yaml, reform.csv stands there already" in again.output


def test_version_and_module() -> None:
    assert CliRunner().invoke(app, ["--version"]).output == f"dicu {dicu.__version__}\n"
    done = subprocess.run(
        [sys.executable, "-m", "dicu", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"dicu {dicu.__version__}\n"

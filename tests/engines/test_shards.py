"""The engine `shards`: one run on 1, 2 and 3 processes gives the bytes of `threads`, killed and resumed too."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu.cli import ranks as ranks_of_a_run
from dicu.commit.across import identities
from dicu.commit.identity import new_uids
from dicu.compute.ranks import Ranks
from dicu.execution.execute import execute
from dicu.execution.saved import last_saved
from dicu.population.shard import SHARED_OUT, Shard, owners
from dicu.record.manifest import file_sha256
from dicu.scenario.scenario import Scenario, with_values

pytest.importorskip("mpi4py", reason="the extra cluster is not installed")

ROOT = Path(__file__).parents[2]
MPIRUN = Path(sys.executable).with_name("mpirun")
DRIVER = Path(__file__).with_name("shards_driver.py")
SECONDS = 240
"""After which mpirun ends its processes, so that none can hang the suite."""

VALUES: dict[str, Any] = {
    "name": "cut",
    "world.name": "monocentric",
    "population.weight": 40,
    "time.start": "2025Q1",
    "time.end": "2026Q2",
    "time.history": "2024Q1",
    "reform.policy": "actual",
    "record.moves": "all",
    "record.households.where": ["all"],
    "money.follow_chance": 0.05,
    "money.remit_chance": 0.9,
    "life_course.lodging_share": 0.6,
    "life_course.parting_rate": 0.1,
}
"""Six quarters after four of history, and more of what goes from rank to rank than there is by default."""

STEPS = 6
KILL = """
import os, signal, sys
from dicu.model import Model

step = Model.step
def dying(model):
    if model.now == 3 and model.shard.ranks.number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    step(model)
Model.step = dying

from dicu.cli import main
main()
"""

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="there is no mpirun in a wheel for Windows")


def mpirun(n: int, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command on n processes."""
    return subprocess.run(
        [
            str(MPIRUN),
            "--allow-run-as-root",
            "--oversubscribe",
            "--bind-to",
            "none",
            "--timeout",
            str(SECONDS),
            "-n",
            str(n),
            sys.executable,
            *command,
        ],
        cwd=ROOT,
        env={**os.environ, "NUMBA_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=SECONDS + 30,
    )


def arguments(values: dict[str, Any]) -> list[str]:
    return [f"{k}={json.dumps(v) if isinstance(v, list) else v}" for k, v in values.items()]


def told(folder: Path) -> tuple[str, dict[str, str]]:
    """Checksums of the state and of each table of a run."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    tables = {path.name: file_sha256(path) for path in sorted(folder.glob("*.parquet"))}
    assert len(tables) > 10, "no tables are compared"
    return manifest["state_sha256"], tables


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A cache of histories of its own: the first run of each kind simulates it, the others read it."""
    with pytest.MonkeyPatch.context() as patch:
        kernels = Path(os.environ.get("DICU_CACHE") or "~/.cache/dicu").expanduser() / "kernels"
        folder = tmp_path_factory.mktemp("cache")
        if kernels.is_dir():
            (folder / "kernels").symlink_to(kernels)
        patch.setenv("DICU_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="module")
def whole(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run by one process, on threads."""
    folder = execute(with_values(Scenario(), VALUES), out=tmp_path_factory.mktemp("threads"), threads=1)
    shutil.rmtree(cache / "histories")  # so that the ranks simulate it too
    return folder


@pytest.fixture(scope="module")
def killed(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """States of a run on two ranks, of which one was killed in its fourth step; and what was said."""
    out = tmp_path_factory.mktemp("killed")
    config = out / "config.yaml"
    config.write_text("{}\n")
    done = mpirun(
        2, "-c", KILL, "run", str(config), *arguments(VALUES), "--engine", "shards", "--no-figures", "--out",
        str(out), "--checkpoint-every", "2",
    )  # fmt: skip
    assert done.returncode != 0, "nothing was killed"
    states = next((out / "cut" / "saved").iterdir())
    assert [path.name for path in states.glob("saved-*.json")] == ["saved-00002.json"]
    return states, done.stderr


@pytest.fixture(scope="module")
def made(killed: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Runs by the same three processes: on one to three of them, districts dealt out, and the killed one resumed."""
    top = tmp_path_factory.mktemp("shards")
    elsewhere = top / "resumed" / "cut" / "saved" / killed[0].name
    shutil.copytree(killed[0], elsewhere)
    plain = {"values": VALUES, "every": 0, "districts": "together", "resume": ""}
    jobs = {
        "3": {**plain, "ranks": 3, "every": 4},
        "2": {**plain, "ranks": 2},
        "1": {**plain, "ranks": 1},
        "dealt": {**plain, "ranks": 3, "districts": "dealt"},
        "resumed": {**plain, "ranks": 3, "resume": str(elsewhere)},
    }
    listed = [{**job, "out": str(top / name)} for name, job in jobs.items()]
    (top / "jobs.json").write_text(json.dumps(listed))
    done = mpirun(3, str(DRIVER), str(top / "jobs.json"))
    assert done.returncode == 0, done.stderr
    return dict(zip(jobs, map(Path, done.stdout.split()), strict=True))


@needs_posix
@pytest.mark.parametrize("which", ["1", "2", "3", "dealt"])
def test_same_bytes_as_threads(which: str, whole: Path, made: dict[str, Path]) -> None:
    assert told(made[which]) == told(whole)
    assert made[which].name == whole.name, "the engine is no part of a run's identity"


@needs_posix
def test_the_manifest_tells_of_ranks(made: dict[str, Path]) -> None:
    manifest = json.loads((made["3"] / "manifest.json").read_bytes())
    assert (manifest["engine"], manifest["ranks"]["n"]) == ("shards", 3)
    exchanged = manifest["ranks"]["exchanges"]
    for kind in ("moves", "new uids", "link references", "remittances", "stocks", "estates", "follow"):
        assert exchanged[kind]["calls"] > STEPS
        assert exchanged[kind]["bytes"] > 0, f"{kind}: nothing went from rank to rank"


@needs_posix
def test_a_killed_rank_ends_all(killed: tuple[Path, str]) -> None:
    said = killed[1]
    assert "a process of this run is gone, so all end; `dicu resume` goes on from the last state" in said
    assert "Traceback" not in said


@needs_posix
def test_resumed_on_other_ranks(whole: Path, made: dict[str, Path]) -> None:
    assert told(made["resumed"]) == told(whole)


@needs_posix
def test_resumed_on_threads(whole: Path, killed: tuple[Path, str], cache: Path, tmp_path: Path) -> None:
    """A state that two ranks saved is one that any engine reads."""
    shutil.copytree(killed[0], tmp_path / "cut" / "saved" / killed[0].name)
    saved = last_saved(tmp_path / "cut" / "saved" / killed[0].name)
    assert saved is not None
    assert told(execute(saved.scenario, out=tmp_path, saved=saved, threads=1)) == told(whole)


@needs_posix
def test_a_bad_configuration_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("population: {weigth: 3}\n")
    done = mpirun(
        2, "-c", "from dicu.cli import main; main()", "run", str(tmp_path / "bad.yaml"), "--engine", "shards",
        "--out", str(tmp_path),
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.count("did you mean population.weight") == 1
    assert done.stderr.count("engine shards on 2 ranks") == 1
    assert list(tmp_path.iterdir()) == [tmp_path / "bad.yaml"]


def test_without_mpi(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "mpi4py", None)
    monkeypatch.delitem(sys.modules, "dicu.compute.mpi", raising=False)
    done = CliRunner().invoke(app, ["run", "none", "--engine", "shards", "--out", str(tmp_path)])
    assert done.exit_code == 2
    assert "--engine shards" in done.stderr
    assert "pip install 'dicu[cluster]'" in done.stderr


def test_districts_are_shared_out_whole() -> None:
    district = np.repeat(np.arange(9), 5)
    residents = np.arange(45) + 1
    together, dealt = (owners(district, residents, 4, cut) for cut in ("together", "dealt"))
    for rank in (together, dealt):
        assert all(len(set(rank[district == d])) == 1 for d in range(9))
        assert set(rank) == set(range(4))
    assert (np.diff(together) >= 0).all()
    assert np.bincount(together, weights=residents).max() < 1.5 * residents.sum() / 4
    with pytest.raises(ValueError, match=f"{SHARED_OUT}.*'thrown', allowed together, dealt"):
        owners(district, residents, 2, "thrown")


def test_more_ranks_than_districts() -> None:
    assert set(owners(np.zeros(3, dtype=np.int64), np.ones(3), 4)) <= set(range(4))


class InTurn(Ranks):
    """Ranks that are threads of one process: what each says is laid beside the others'."""

    def __init__(self, number: int, said: list[Any], gate: threading.Barrier) -> None:
        super().__init__(number, len(said))
        self._said, self._gate = said, gate

    def _all(self, mine: Any) -> list[Any]:
        self._said[self.number] = mine
        self._gate.wait(60)
        every = list(self._said)
        self._gate.wait(60)
        return every

    def everyone(self, kind: str, array: Any) -> Any:
        return np.concatenate(self._all(array))

    def sum(self, kind: str, array: Any) -> Any:
        return sum(self._all(array))


def test_identities_that_meet_across_ranks() -> None:
    """What almost never happens: a new household would get the identity of one on another rank, old or new."""
    key = np.uint64(12345)
    parents = [np.array([5, 7], dtype=np.uint64), np.array([9, 5], dtype=np.uint64)]
    taken = new_uids(np.empty(0, dtype=np.uint64), np.array([7, 9], dtype=np.uint64), key)
    existing = [np.r_[parents[0], taken[1:]], np.r_[parents[1], taken[:1]]]
    said: list[Any] = [None, None]
    gate = threading.Barrier(2)

    def work(number: int) -> Any:
        shard = Shard(InTurn(number, said, gate), np.zeros(1, dtype=np.int64))
        return identities(shard, existing[number], parents[number], key)

    with ThreadPoolExecutor(2) as pool:
        found = np.concatenate(list(pool.map(work, range(2))))
    assert len(set(found.tolist())) == 4
    assert not np.isin(found, np.concatenate(existing)).any()
    assert np.array_equal(found, new_uids(np.concatenate(existing), np.concatenate(parents), key))


class Mourning:
    """A rank that only knows whether it was told to end all."""

    size = 3
    joined = True

    def __init__(self, number: int) -> None:
        self.number, self.first, self.ended = number, number == 0, [0]

    def end_all(self, status: int) -> None:
        self.ended.append(status)


@pytest.mark.parametrize("number", [1, 2])
def test_a_rank_that_fails_says_so_and_ends_all(
    number: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ranks_of_a_run, "_GRACE", 0.0)
    ranks: Any = Mourning(number)

    def fail() -> None:
        with ranks_of_a_run.together(ranks):
            print("progress of another rank than the first")
            raise RuntimeError("persons: 3 expected, 2 counted")

    with pytest.raises(RuntimeError, match="2 counted"):
        fail()
    said = capfd.readouterr()
    assert ranks.ended[1:] == [1]
    assert f"rank {number}: failed: RuntimeError: persons: 3 expected, 2 counted" in said.err
    assert "progress" not in said.out

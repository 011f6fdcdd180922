"""What is left of a run that is killed, that fills the disk, or whose files are damaged."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from dicu.record.folder import run_folder
from dicu_analysis.load import Run, UnfinishedRun

SYNTHETIC = Path(__file__).parents[1] / "unit" / "record" / "synthetic.py"
ROOT = Path(__file__).parents[2]

CHILD = """
import importlib.util, resource, signal, sys, time
from pathlib import Path
spec = importlib.util.spec_from_file_location("synthetic_runs", sys.argv[1])
synthetic = importlib.util.module_from_spec(spec)
spec.loader.exec_module(synthetic)
from dicu.record.codebook import SERVICES
from dicu.record.folder import building, run_folder
from dicu.record.recorder import Recorder

out, mode = Path(sys.argv[2]), sys.argv[3]
world = synthetic.world()
with building(run_folder(out, "synthetic", "0123456789abcdef")) as folder:
    if mode == "full":
        sys.dont_write_bytecode = True  # Python keeps bytecode cut short, which no later process can read
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))  # a write beyond fails, as on a full disk
    made = Recorder(folder, world, synthetic.calendar(), weight=1, flows="place", services=tuple(SERVICES))
    with made as recorder:
        synthetic.fill(recorder, world)
        if mode == "hang":
            print("in the middle", flush=True)
            time.sleep(120)
        recorder.finish()
    synthetic.write_manifest(folder, synthetic.manifest())
"""


def child(out: Path, mode: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(SYNTHETIC), str(out), mode],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def synthetic() -> ModuleType:
    spec = importlib.util.spec_from_file_location("synthetic_runs", SYNTHETIC)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def content(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_killed_in_the_middle_the_old_run_stands_and_the_next_start_cleans_up(synthetic, tmp_path) -> None:
    final = synthetic.make_run(tmp_path)
    before = content(final)
    process = child(tmp_path, "hang")
    assert process.stdout.readline() == "in the middle\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    process.stdout.close()
    process.stderr.close()
    left = [p for p in final.parent.iterdir() if p.name.startswith(".tmp-")]
    assert len(left) == 1
    assert content(final) == before
    with pytest.raises(UnfinishedRun, match="not a finished run"):
        Run(left[0])
    synthetic.make_run(tmp_path, run_id="another")
    assert sorted(p.name for p in final.parent.iterdir()) == ["0123456789abcdef", "another"]


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE")
def test_full_disk_is_an_error_and_leaves_nothing(tmp_path) -> None:
    process = child(tmp_path, "full")
    _, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "OSError" in err, err
    assert list(run_folder(tmp_path, "synthetic", "x").parent.iterdir()) == []


def test_two_runs_at_once_do_not_touch_each_other(synthetic, tmp_path) -> None:
    running = child(tmp_path, "hang")
    try:
        assert running.stdout.readline() == "in the middle\n"
        final = synthetic.make_run(tmp_path)
        names = [p.name for p in final.parent.iterdir()]
        assert sum(n.startswith(".tmp-") for n in names) == 1, "the living run keeps its folder"
        assert Run(final).verify() == []
    finally:
        running.terminate()
        running.wait(timeout=30)
        running.stdout.close()
        running.stderr.close()


def test_a_table_cut_short_is_named(synthetic, tmp_path) -> None:
    final = synthetic.make_run(tmp_path)
    path = final / "flows.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(UnfinishedRun, match=r"flows\.parquet: \d+ bytes, but the manifest states"):
        Run(final).table("flows")
    path.unlink()
    with pytest.raises(UnfinishedRun, match=r"flows\.parquet: missing"):
        Run(final).table("flows")


def test_a_flipped_byte_is_found_by_checksum(synthetic, tmp_path) -> None:
    final = synthetic.make_run(tmp_path)
    path = final / "places.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    assert Run(final).verify() == ["places.parquet"]


def test_a_table_that_is_no_parquet_is_named(synthetic, tmp_path) -> None:
    final = synthetic.make_run(tmp_path)
    path = final / "national.parquet"
    path.write_bytes(b"\0" * path.stat().st_size)
    with pytest.raises(UnfinishedRun, match=r"national\.parquet: damaged"):
        _ = Run(final).national


def test_half_a_manifest_is_named(synthetic, tmp_path) -> None:
    final = synthetic.make_run(tmp_path)
    text = (final / "manifest.json").read_text(encoding="utf-8")
    assert json.loads(text)
    (final / "manifest.json").write_text(text[: len(text) // 2], encoding="utf-8")
    with pytest.raises(UnfinishedRun, match=r"manifest\.json: not readable as JSON"):
        Run(final)

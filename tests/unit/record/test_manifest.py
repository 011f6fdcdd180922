from __future__ import annotations

import json
import subprocess

import pytest

from dicu.record.manifest import file_sha256, git_version, peak_memory_mb, write_manifest


def test_manifest_of_a_run_lists_every_file_with_its_checksum(synthetic, tmp_path) -> None:
    folder = synthetic.make_run(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    files = {p.name for p in folder.iterdir()} - {"manifest.json"}
    assert set(manifest["outputs"]) == files
    for name, stated in manifest["outputs"].items():
        assert stated == {"bytes": (folder / name).stat().st_size, "sha256": file_sha256(folder / name)}
    assert manifest["versions"]["numpy"]
    assert manifest["versions"]["python"].startswith("3.")
    assert manifest["started"].endswith("+00:00")
    assert manifest["peak_memory_mb"]["getrusage"] > 10


def test_crate_links_the_run_to_what_it_read_and_wrote(synthetic, tmp_path) -> None:
    folder = synthetic.make_run(tmp_path)
    graph = json.loads((folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    by_id = {e["@id"]: e for e in graph}
    assert len(by_id) == len(graph)
    action = next(e for e in graph if e["@type"] == "CreateAction")
    for link in (*action["result"], *action["object"], action["instrument"], *by_id["./"]["hasPart"]):
        assert link["@id"] in by_id
    assert {x["@id"] for x in action["result"]} >= {"flows.parquet", "national.parquet", "codebook.csv"}
    assert by_id["flows.parquet"]["sha256"] == file_sha256(folder / "flows.parquet")


def test_bad_digest_or_naive_time_is_refused(synthetic) -> None:
    with pytest.raises(ValueError, match="state_sha256: 'xyz' is not a sha256"):
        synthetic.manifest(state_sha256="xyz")
    with pytest.raises(ValueError, match="need a time zone"):
        synthetic.manifest(started=__import__("datetime").datetime(2025, 1, 1))


def test_nan_is_not_written(synthetic, tmp_path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_manifest(tmp_path, {**synthetic.manifest(), "seconds": {"pass": float("nan")}})
    assert not (tmp_path / "manifest.json").exists()


def git(folder, *words: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", "-C", str(folder), *who, *words], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_git_version_and_dirty_flag(tmp_path) -> None:
    assert git_version(tmp_path) is None
    git(tmp_path, "init", "-q")
    assert git_version(tmp_path) == {"sha": None, "dirty": False}
    source = tmp_path / "sim" / "a.py"
    source.parent.mkdir()
    source.write_text("1")
    assert git_version(tmp_path) == {"sha": None, "dirty": True}
    git(tmp_path, "add", "sim")
    git(tmp_path, "commit", "-q", "-m", "a", "--no-verify")
    head = git(tmp_path, "rev-parse", "HEAD")
    assert git_version(tmp_path) == {"sha": head, "dirty": False}
    (tmp_path / "mine.yaml").write_text("a user's own scenario")
    assert git_version(tmp_path) == {"sha": head, "dirty": False}, "only sources count"
    source.write_text("2")
    assert git_version(tmp_path) == {"sha": head, "dirty": True}
    (tmp_path / "b").mkdir()
    assert git_version(tmp_path / "b") is None, (
        "a folder inside somebody's repository has no version of its own"
    )


def test_no_git_program_gives_none(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_version(tmp_path) is None


def test_peak_memory_is_in_megabytes() -> None:
    peak = peak_memory_mb()
    if peak["VmHWM"] is not None:
        assert peak["getrusage"] == pytest.approx(peak["VmHWM"], rel=0.5)

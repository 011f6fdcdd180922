from __future__ import annotations

import os
import socket
import time

import pytest

from sim.record.folder import building, is_finished, replacing, run_folder, sweep, write_bytes

DEAD = 2**22 + 1  # above the largest process number of Linux


def write_run(final, text: str) -> None:
    with building(final) as folder:
        (folder / "data").write_text(text)
        write_bytes(folder / "manifest.json", b"{}")


def test_where_a_run_stands(tmp_path) -> None:
    assert run_folder(tmp_path, "actual", "0a1b") == tmp_path / "actual" / "0a1b"


@pytest.mark.parametrize("bad", ["", "..", "a/b", ".hidden", "a b", "x" * 101, "a~b"])
def test_names_that_lead_elsewhere_are_refused(tmp_path, bad) -> None:
    with pytest.raises(ValueError, match="allowed are"):
        run_folder(tmp_path, bad, "id")
    with pytest.raises(ValueError, match="allowed are"):
        run_folder(tmp_path, "name", bad)


def test_a_finished_run_is_replaced_whole(tmp_path) -> None:
    final = run_folder(tmp_path, "a", "1")
    write_run(final, "old")
    (final / "figures").mkdir()
    write_run(final, "new")
    assert sorted(p.name for p in final.iterdir()) == ["data", "manifest.json"]
    assert (final / "data").read_text() == "new"
    assert [p.name for p in final.parent.iterdir()] == ["1"]


def test_an_error_leaves_the_old_run_and_nothing_else(tmp_path) -> None:
    final = run_folder(tmp_path, "a", "1")
    write_run(final, "old")

    def fail() -> None:
        with building(final) as folder:
            (folder / "data").write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (final / "data").read_text() == "old"
    assert [p.name for p in final.parent.iterdir()] == ["1"]


def test_without_manifest_nothing_is_published(tmp_path) -> None:
    final = run_folder(tmp_path, "a", "1")
    with pytest.raises(RuntimeError, match=r"no manifest\.json"), building(final) as folder:
        (folder / "data").write_text("half")
    assert list(final.parent.iterdir()) == []
    assert not is_finished(final)


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path) -> None:
    path = write_bytes(tmp_path / "a", b"old")

    def fail() -> None:
        with replacing(path) as tmp:
            tmp.write_bytes(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_sweep_takes_what_the_dead_left_and_spares_the_living(tmp_path) -> None:
    here = socket.gethostname()
    dead, alive = tmp_path / f".tmp-a~{here}~{DEAD}", tmp_path / f".tmp-a~{here}~{os.getppid()}"
    mine, other = tmp_path / f".tmp-b~{here}~{os.getpid()}", tmp_path / ".tmp-c~elsewhere~1"
    stale, file = tmp_path / ".tmp-d~elsewhere~1", tmp_path / f".tmp-e~{here}~{DEAD}"
    for folder in (dead, alive, mine, other, stale):
        folder.mkdir()
    file.write_text("x")
    (tmp_path / "kept").mkdir()
    long_ago = time.time() - 30 * 86400
    os.utime(stale, (long_ago, long_ago))
    assert set(sweep(tmp_path)) == {dead, stale, file}
    assert {p.name for p in tmp_path.iterdir()} == {alive.name, mine.name, other.name, "kept"}


def test_a_run_caught_between_two_renames_comes_back(tmp_path) -> None:
    final = run_folder(tmp_path, "a", "1")
    write_run(final, "old")
    parked = final.with_name(f".tmp-old-1~{socket.gethostname()}~{DEAD}")
    final.rename(parked)
    sweep(final.parent)
    assert (final / "data").read_text() == "old"
    final.rename(parked)
    write_run(final, "new")
    assert (final / "data").read_text() == "new"
    assert [p.name for p in final.parent.iterdir()] == ["1"]

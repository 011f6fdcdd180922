from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dicu.record.folder import building, is_finished, replacing, run_folder, scratch, sweep, write_bytes


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
    write_run(final, "new")
    assert sorted(p.name for p in final.iterdir()) == ["data", "manifest.json"]
    assert (final / "data").read_text() == "new"
    assert [p.name for p in final.parent.iterdir()] == ["1"]


def test_what_others_put_into_a_run_goes_along(tmp_path) -> None:
    final = run_folder(tmp_path, "a", "1")
    write_run(final, "old")
    (final / "figures").mkdir()
    (final / "figures" / "mine.png").write_text("mine")
    (final / "report.html").write_text("mine too")
    write_run(final, "new")
    assert (final / "data").read_text() == "new"
    assert (final / "figures" / "mine.png").read_text() == "mine"
    assert (final / "report.html").read_text() == "mine too"


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


def holder(folder: Path) -> subprocess.Popen[str]:
    """A process that makes a folder in ``folder`` as a run does, says its name and stays."""
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom dicu.record.folder import scratch\n"
        "with scratch(Path(sys.argv[1]), 'a') as made:\n    print(made.name, flush=True)\n    time.sleep(600)\n"
    )
    return subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be held there")
def test_sweep_takes_what_the_dead_left_and_spares_the_living(tmp_path) -> None:
    """Who is alive says the kernel's lock; names that are not ours are nobody's business."""
    living, dying = holder(tmp_path), holder(tmp_path)
    try:
        alive, dead = (tmp_path / process.stdout.readline().strip() for process in (living, dying))
        dying.kill()
        dying.wait()
        users = [tmp_path / name for name in (".tmp-notes", ".tmp-a~elsewhere~1", ".tmp-x~0123456789AB")]
        for folder in users:
            folder.mkdir()
        fresh, stale = tmp_path / ".tmp-a~0123456789ab", tmp_path / ".tmp-b~0123456789ab"
        for file in (fresh, stale):
            file.write_text("x")
        long_ago = time.time() - 30 * 86400
        os.utime(stale, (long_ago, long_ago))
        with scratch(tmp_path, "mine") as mine:
            assert set(sweep(tmp_path)) == {dead, stale}
            assert {p.name for p in tmp_path.iterdir()} == {p.name for p in (alive, mine, fresh, *users)}
        assert sweep(tmp_path, held=True) == [fresh]
    finally:
        for process in (living, dying):
            process.kill()
            process.wait()
            process.stdout.close()


def test_a_run_caught_between_two_renames_comes_back(tmp_path) -> None:
    final = run_folder(tmp_path, "a", "1")
    write_run(final, "old")
    parked = final.with_name(".tmp-old-1~0123456789ab")
    final.rename(parked)
    sweep(final.parent)
    assert (final / "data").read_text() == "old"
    final.rename(parked)
    write_run(final, "new")
    assert (final / "data").read_text() == "new"
    assert [p.name for p in final.parent.iterdir()] == ["1"]

"""Runs by name, by `latest` and by the first digits of their id; what is meant is never guessed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dicu.record.naming import (
    NoSuchRun,
    OddManifest,
    find_run,
    latest_of,
    listed,
    point_latest,
    short_ids,
    standing,
)


def made(out: Path, name: str, run_id: str, ended: str = "2026-01-01T00:00:00+00:00") -> Path:
    """A folder that looks finished."""
    folder = out / name / run_id
    folder.mkdir(parents=True)
    told = {"name": name, "ended": ended, "config": {"seed": 1, "world": {"name": "ring"}}}
    (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    made(tmp_path, "actual", "abcd1111")
    made(tmp_path, "actual", "abcd2222", "2026-01-02T00:00:00+00:00")
    made(tmp_path, "none", "ffff0000", "2026-01-03T00:00:00+00:00")
    sweep = tmp_path / "h9"
    sweep.mkdir()
    (sweep / "manifest.json").write_text(json.dumps({"name": "h9", "plan_sha256": "0"}), encoding="utf-8")
    return tmp_path


def test_a_run_is_found_by_folder_name_latest_and_beginning(out: Path) -> None:
    point_latest(out / "actual" / "abcd2222")
    wanted = out / "actual" / "abcd2222"
    for asked in ("actual", "actual/latest", "actual/abcd2", "abcd2", "latest"):
        assert find_run(asked, out) == wanted, asked
    for path in (wanted, out / "actual", out / "actual" / "latest", out / "actual" / "abcd2"):
        assert find_run(path, "nowhere") == wanted, path
    assert find_run("h9", out) == out / "h9"
    assert find_run("none", out) == out / "none" / "ffff0000", "the only one of its name"


def test_several_are_refused_with_their_ids(out: Path) -> None:
    for asked in ("abcd", "actual", "actual/a"):
        with pytest.raises(
            NoSuchRun, match=r"several runs are meant .*actual/abcd1111, actual/abcd2222"
        ) as caught:
            find_run(asked, out)
        assert caught.value.several


def test_what_names_nothing_is_answered_with_what_there_is(out: Path) -> None:
    with pytest.raises(
        NoSuchRun, match=r"got 'actaul'; in .* there are actual, h9, none; .*did you mean actual"
    ):
        find_run("actaul", out)
    with pytest.raises(
        NoSuchRun, match=r"no such run folder, and no id begins so .there are actual/abcd1111"
    ):
        find_run("actual/9", out)
    with pytest.raises(NoSuchRun, match="got 'fff'"):
        find_run("fff", out)  # fewer digits than an id is known by
    with pytest.raises(NoSuchRun, match="there are no runs in"):
        find_run("actual", out / "empty")


def test_latest_moves_and_a_run_that_is_gone_is_none(out: Path) -> None:
    point_latest(out / "actual" / "abcd1111")
    point_latest(out / "actual" / "abcd2222")
    assert latest_of(out / "actual") == out / "actual" / "abcd2222"
    assert sorted(p.name for p in (out / "actual").iterdir()) == ["abcd1111", "abcd2222", "latest"]
    (out / "actual" / "abcd2222" / "manifest.json").unlink()
    assert latest_of(out / "actual") is None
    with pytest.raises(NoSuchRun, match="the run that it names is gone"):
        find_run("actual/latest", out)


def test_what_the_file_says_cannot_lead_out_of_its_folder(out: Path) -> None:
    (out / "actual" / "latest").write_text("../none/ffff0000\n", encoding="utf-8")
    assert latest_of(out / "actual") is None


def test_standing_runs_are_listed_the_latest_first_and_damaged_ones_left_out(out: Path) -> None:
    point_latest(out / "actual" / "abcd1111")
    (out / "none" / "ffff0000" / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.warns(OddManifest, match=r"ffff0000.*manifest\.json: cannot be read"):
        found = standing(out)
    assert [(s.name, s.id, s.latest) for s in found] == [
        ("actual", "abcd2222", False),
        ("actual", "abcd1111", True),
        ("h9", "", False),
    ]
    with pytest.warns(OddManifest):
        assert listed(out)["kind"] == ["run", "run", "sweep"]


@pytest.mark.parametrize(
    ("odd", "says"),
    [
        ([], "not a mapping .got list"),
        ({"name": ["none"]}, "name: not a text"),
        ({"name": "none", "config": [1]}, "config: not a mapping .got list"),
        ({"name": "none", "config": {"world": "ring"}}, "config.world: not a mapping .got str"),
        ({"name": "none", "config": {"population": [1]}}, "config.population: not a mapping .got list"),
    ],
)
def test_one_odd_manifest_is_told_and_the_others_are_listed(out: Path, odd: object, says: str) -> None:
    (out / "none" / "ffff0000" / "manifest.json").write_text(json.dumps(odd), encoding="utf-8")
    with pytest.warns(OddManifest, match=says):
        table = listed(out)
    assert table["name"] == ["actual", "actual", "h9"]


def test_an_id_that_begins_so_in_two_folders_is_several(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder beside, named as the runs are, hides none of them."""
    made(tmp_path / "here", "actual", "abcd3333")
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(NoSuchRun, match="several runs are meant") as caught:
        find_run("actual/abcd", out)
    assert caught.value.several
    assert find_run("actual/abcd3", out) == Path("actual/abcd3333")
    assert find_run("actual/abcd1", out) == out / "actual" / "abcd1111"
    made(tmp_path / "here", "actual", "abcd1111")
    with pytest.raises(NoSuchRun, match="several") as caught:
        find_run("actual/abcd11", out)
    assert str(out / "actual" / "abcd1111") in str(caught.value), "ids alike are told by their folders"


def test_short_ids_tell_all_apart() -> None:
    assert short_ids(["abcd1111", "abcd1122", "ffff0000"], 4) == {
        "abcd1111": "abcd111",
        "abcd1122": "abcd112",
        "ffff0000": "ffff000",
    }

"""The first screen says what the answer hangs on: read from experiments and scores, or the command that makes them."""

from __future__ import annotations

import json
from pathlib import Path

from dicu_analysis.language import Text, Words
from dicu_analysis.report.experiments import Found, find
from dicu_analysis.report.hangs import hangs
from stated_results import experiment

EN, VI = Words("en"), Words("vi")


def tile(effect: float, low: float, high: float) -> dict[str, object]:
    sign = "up" if low > 0 else "down" if high < 0 else "unclear"
    return {"effect": effect, "interval": [low, high], "sign": sign, "replicates": 5}


def robust(
    name: str, verdict: str, *cells: dict[str, object], decides: tuple[str, ...] = ()
) -> dict[str, object]:
    def both(text: str) -> dict[str, str]:
        return {"en": text, "vi": f"{text} vi"}

    needs = ("need by work", "need by dispatch")[: len(cells)]
    return {
        "name": name, "outcome": both(name), "unit": "points", "verdict": verdict,
        "sign": "down" if verdict == "holds" else None, "words": both("w"), "decides": [both(d) for d in decides],
        "grids": [{"title": both("t"), "corner": both("c"), "columns": [both(n) for n in needs],
                   "rows": [both("no saving reinvested")], "tiles": [list(cells)]}],
        "members": [{"case": both("case"), "n": 30, "up": 27, "down": 3, "low": -0.1, "middle": 1.0, "high": 2.0}],
    }  # fmt: skip


def write(folder: Path, **changes: object) -> Found:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "experiment.json").write_text(json.dumps(experiment(**changes)))
    return find(folder)


def test_without_results_the_commands_are_named(tmp_path: Path) -> None:
    said = hangs(EN, Found(), tmp_path)
    assert said is not None
    assert said["command"] == "dicu experiment h2"
    assert said["sentences"] == said["tables"] == []
    assert said["validation"] is None
    assert said["validate"].startswith("dicu validate")


def test_two_sentences_and_a_table_from_what_an_experiment_found(tmp_path: Path) -> None:
    found = write(
        tmp_path / "h2",
        robust=[
            robust("access on islands", "holds", tile(-9, -10, -8), tile(-38, -40, -36)),
            robust("leaving", "flips", tile(0.1, 0.05, 0.15), tile(-0.2, -0.3, -0.1),
                   decides=("what offices need (turns the sign, by up to 0.3 points)", "severance (moves it)")),
        ],
    )  # fmt: skip
    said = hangs(EN, found, tmp_path)
    assert said is not None
    assert said["command"] == ""
    first, second = said["sentences"]
    assert (
        first == "In every combination tried: access on islands falls. The sign does not hang on assumptions."
    )
    assert (
        second
        == "There is no one answer for leaving: what decides the sign is what offices need and severance."
    )
    islands, leaving = said["tables"]
    ((name, cells),) = islands["rows"]
    assert name == "no saving reinvested"
    assert [(c["mark"], c["sure"]) for c in cells] == [("▼", True), ("▼", True)]
    assert [c["mark"] for c in leaving["rows"][0][1]] == ["▲", "▼"]
    assert islands["members"] == [("case", "27/30")]
    other = hangs(VI, found, tmp_path)
    assert other is not None
    assert "leaving vi" in other["sentences"][1]


def test_two_quantities_of_one_name_are_told_apart_and_one_of_two_experiments_once(tmp_path: Path) -> None:
    """What reinvesting gives back holds where what the merger does turns, and the first screen says both."""
    other = robust("access", "holds", tile(1, 0.5, 1.5), tile(2, 1, 3))
    other["outcome"] = {"en": "access where savings are reinvested", "vi": "a"}
    same = robust("access", "flips", tile(0.1, 0.05, 0.15), tile(-0.2, -0.3, -0.1))
    write(tmp_path / "h2", robust=[same])
    (tmp_path / "h3").mkdir()
    (tmp_path / "h3" / "experiment.json").write_text(json.dumps(experiment(id="h3", robust=[other, same])))
    said = hangs(EN, find(tmp_path), None)
    assert said is not None
    assert said["sentences"][0].startswith(
        "In every combination tried: access where savings are reinvested falls."
    )
    assert said["sentences"][1].startswith("There is no one answer for access:")
    assert [t["title"] for t in said["tables"]] == ["access", "access where savings are reinvested"]


def test_units_are_in_the_language_of_the_reader(tmp_path: Path) -> None:
    made = robust("leaving", "flips", tile(0.1, 0.05, 0.15), tile(-0.2, -0.3, -0.1)) | {
        "unit": "points a year"
    }
    found = write(tmp_path / "h2", robust=[made])
    for w, unit in ((EN, "points a year"), (VI, "điểm mỗi năm")):
        said = hangs(w, found, None)
        assert said is not None
        assert said["tables"][0]["unit"] == unit


def test_experiments_of_made_up_worlds_say_nothing_of_the_country(tmp_path: Path) -> None:
    found = write(tmp_path / "h2", world="ring", robust=[robust("x", "holds", tile(-9, -10, -8))])
    said = hangs(EN, found, tmp_path)
    assert said is not None
    assert said["tables"] == []
    assert said["command"]


def test_who_won_is_read_from_the_latest_scores(tmp_path: Path) -> None:
    folder = tmp_path / "none" / "id" / "validation"
    folder.mkdir(parents=True)
    (folder / "scores.csv").write_text(
        "group,method,n,rmse,wins\n"
        '"net, province, 2012 to 2016 (in sample)",model,63,1.0,True\n'
        '"net, province, 2012 to 2016 (in sample)",gravity,63,2.0,False\n'
        '"net, province, 2019 (held out)",model,63,3.0,False\n'
        '"net, province, 2019 (held out)",persistence,63,2.0,True\n'
    )
    said = hangs(EN, Found(), tmp_path)
    assert said is not None
    assert said["validation"] == {
        "fitted": "1/1",
        "held_out": "0/1",
        "rows": [("net, province, 2019 (held out)", "persistence", False)],
    }


def test_a_text_has_both_languages() -> None:
    """Words of a result are chosen by the reader's language, as all others."""
    assert VI.say(Text("a", "b")) == "b"

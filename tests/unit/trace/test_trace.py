from __future__ import annotations

import json
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from dicu.behaviour.events import Events
from dicu.behaviour.remit import Follows
from dicu.behaviour.tables import Tables
from dicu.cli import app
from dicu.commit.changes import Changes
from dicu.execution.execute import execute
from dicu.execution.starting import first_model
from dicu.model import Model
from dicu.population.columns import MEMBERS
from dicu.reform.opening import open_world
from dicu.scenario.scenario import Scenario, with_values
from dicu.scenario.vocabulary import REASON_WORK
from dicu.trace.around import Gaps
from dicu.trace.replay import CannotTrace, parse_uid, trace
from dicu.trace.story import Chapter, Story, written
from dicu.trace.tell import text
from dicu.trace.watching import StoryDiffers, Watching
from sealing import reseal

LIVELY = {
    "world.name": "ring",
    "population.weight": 25,
    "time.start": "2024Q3",
    "time.end": "2026Q2",
    "reform.policy": "actual",
    "consider.lambda0": 0.2,
    "choose.move_share": 0.5,
    "choose.home": 2.0,
    "money.follow_chance": 0.05,
    "money.remit_chance": 0.5,
    "life_course.lodging_share": 0.5,
    "life_course.parting_rate": 0.2,
}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return with_values(Scenario(), LIVELY)


@pytest.fixture(scope="module")
def folder(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return execute(scenario, out=tmp_path_factory.mktemp("runs"))


class Everybody:
    """Watches a quarter of the households there are (or another share), and lists what the engine says for itself."""

    def __init__(self, model: Model, share: int = 4) -> None:
        self.model = model
        n = model.households.n
        gaps = Gaps(model)
        chosen = [int(uid) for uid in model.households.uid[:n] if uid % share == 0]
        self.start = {int(uid) for uid in model.households.uid[:n]}
        self.watched = {uid: Watching(model, uid, gaps) for uid in chosen}
        self.chapters: dict[int, list[Chapter]] = {uid: [] for uid in self.watched}
        self.moves: dict[tuple[int, int], tuple[int, bool]] = {}
        self.took: set[tuple[int, int]] = set()
        self.people = {"birth": 0, "death": 0}
        self.founded: dict[int, list[int]] = {}
        self.back: list[tuple[int, int]] = []

    def frozen(self, tables: Tables, followers: Follows) -> None:
        for one in self.watched.values():
            one.frozen(tables, followers)

    def passed(self, events: Events) -> None:
        uid = self.model.households.uid
        for row, to, leaver in zip(events.row, events.destination, events.leaver, strict=True):
            self.moves[self.model.now + 1, int(uid[row])] = (int(to), int(leaver) >= 0)
        for row in events.row[events.reason == REASON_WORK]:
            self.took.add((self.model.now + 1, int(uid[row])))
        old = np.isin(uid[events.life_row], np.array(list(self.watched), dtype=np.uint64))
        for mask in events.life_mask[old].tolist():
            self.people["death"] += (mask & (1 << MEMBERS) - 1).bit_count()
            self.people["birth"] += (mask >> MEMBERS & (1 << MEMBERS) - 1).bit_count()
        for one in self.watched.values():
            one.passed(events)

    def committed(self, changes: Changes) -> None:
        for child, parent in zip(
            changes.founded_child.tolist(), changes.founded_parent.tolist(), strict=True
        ):
            self.founded.setdefault(child, []).append(parent)
        self.back += zip(changes.returned_child.tolist(), changes.returned_parent.tolist(), strict=True)
        for one in self.watched.values():
            one.committed(changes)

    def ended(self) -> None:
        for uid, one in self.watched.items():
            one.ended()
            if one.chapter is not None:
                self.chapters[uid].append(one.chapter)


@pytest.fixture(scope="module")
def everybody(scenario: Scenario) -> Everybody:
    model, _ = first_model(scenario, open_world(scenario))
    crowd = Everybody(model)
    model.watch = crowd
    while model.now < scenario.calendar.n_steps:
        model.step()
        crowd.ended()
    return crowd


def test_moves_and_lives_told_are_those_of_the_model(everybody: Everybody) -> None:
    """Each story is checked against the row as it is told; here, against the events of all rows."""
    told: dict[tuple[int, int], str] = {}
    people = {"birth": 0, "death": 0}
    for uid, chapters in everybody.chapters.items():
        for chapter in chapters:
            for event in (*chapter.did, *chapter.life):
                if event.kind in ("move", "split"):
                    told[chapter.step, uid] = event.kind
                if event.kind in people:
                    people[event.kind] += 1
    moved = {
        key: "split" if alone else "move"
        for key, (_, alone) in everybody.moves.items()
        if key[1] in everybody.watched
    }
    assert len(moved) > 30
    assert set(moved.values()) == {"move", "split"}
    assert told == moved
    assert people == everybody.people
    assert people["birth"] > 5
    assert people["death"] > 5


def test_who_came_home_to_the_parents_and_they_say_so(everybody: Everybody, folder: Path) -> None:
    child, parent = next(pair for pair in everybody.back if pair[1] in everybody.watched)
    last = trace(folder, written(child), steps=99).chapters[-1].life[-1]
    assert (last.kind, last.text) == ("gone", f"lives with the parents {written(parent)} again")
    told = [
        event
        for chapter in everybody.chapters[parent]
        for event in chapter.life
        if event.uid == written(child)
    ]
    assert any(
        event.kind == "joined" and event.text.endswith(f"of {written(child)} is back home") for event in told
    )


def test_every_kind_of_event_occurs_and_the_money_adds_up(everybody: Everybody) -> None:
    kinds = {e.kind for chapters in everybody.chapters.values() for c in chapters for e in (*c.did, *c.life)}
    assert {
        "stay", "work", "move", "split", "birth", "death", "seeks", "couple", "joined", "follow", "sends",
        "receives", "gone",
    } <= kinds  # fmt: skip
    compared = 0
    for chapters in everybody.chapters.values():
        for before, after in pairwise(chapters):
            m = before.money
            total = (
                before.before.wealth_mvnd + m.earned - m.consumed - m.fare + m.family - m.sent + m.received
            )
            assert total == pytest.approx(m.after)
            assert m.after == pytest.approx(after.before.wealth_mvnd)
            compared += 1
    assert compared > 1000


TOOK = "for the formal job that was offered"
STATUS = {
    "finds a formal job at home": True,
    "loses the formal job and works on without one": False,
    "gives up the formal job for farming": False,
    "leaves the formal job behind, out of its commuting area": False,
}


def test_jobs_taken_are_those_of_the_model(everybody: Everybody) -> None:
    told = {
        (c.step, uid)
        for uid, chapters in everybody.chapters.items()
        for c in chapters
        if any(e.text.endswith(TOOK) for e in c.did)
    }
    assert told == {key for key in everybody.took if key[1] in everybody.watched}
    assert len(told) > 3


def test_whoever_comes_to_a_formal_job_or_loses_it_is_told_why(everybody: Everybody) -> None:
    """The status of the next chapter is that of this one, changed by what is told and by nothing else."""
    changed = dict.fromkeys((*STATUS, TOOK), 0)
    for chapters in everybody.chapters.values():
        for before, after in pairwise(chapters):
            formal = before.before.formal
            for event in before.life:
                if event.kind == "job":
                    formal = STATUS[event.text]
                    changed[event.text] += 1
            if any(e.kind == "move" and e.text.endswith(TOOK) for e in before.did):
                formal = True
                changed[TOOK] += 1
            assert after.before.formal == formal, (before.life, before.did)
    assert min(changed.values()) > 0, changed


def test_every_offer_is_told_to_who_got_it(scenario: Scenario) -> None:
    """With every household of a step watched: as many offers told, taken and not, as the pass has made."""
    model, _ = first_model(with_values(scenario, {"population.weight": 50}), open_world(scenario))
    made = 0
    for _ in range(3):
        crowd = Everybody(model, share=1)
        model.watch = crowd
        model.step()
        crowd.ended()
        did = [e for chapters in crowd.chapters.values() for c in chapters for e in c.did]
        work = model.events.work
        assert sum(e.kind == "offer" for e in did) == work.lapsed.sum()
        assert sum(e.text.endswith(TOOK) for e in did) == work.taken.sum()
        assert (work.lapsed + work.taken).tolist() == work.made.tolist()
        made += int(work.made.sum())
    assert made > 5


def test_options_are_a_logit_and_the_least_draw_wins(everybody: Everybody) -> None:
    seen = 0
    for chapters in everybody.chapters.values():
        for c in chapters:
            assert sum(o.probability for o in c.options) == pytest.approx(1.0)
            assert all((o.weight > 0) == o.open for o in c.options)
            for options, winner in ((c.options, c.winner), (c.places, c.place_winner)):
                if winner is not None:
                    assert options[winner].race == min(o.race for o in options if o.race is not None)
                    seen += 1
            assert c.thought.considered == (not c.thought.busy and c.thought.draw < c.thought.chance)
    assert seen > 100


def test_those_who_think_choose_as_often_as_the_options_say(everybody: Everybody) -> None:
    """Staying is drawn about as often as the mean of its probabilities: the draws are those of the weights."""
    stay = [
        (c.options[0].probability, c.winner == 0)
        for chapters in everybody.chapters.values()
        for c in chapters
        if c.winner is not None
    ]
    chance, drawn = np.array(stay, dtype=np.float64).T
    error = np.sqrt((chance * (1 - chance)).sum())
    assert len(stay) > 80
    assert abs(drawn.sum() - chance.sum()) < 4 * error


def test_both_engines_tell_the_same(folder: Path, everybody: Everybody) -> None:
    threads = trace(folder, "any", steps=3)
    objects = trace(folder, "any", steps=3, engine="objects")
    assert threads == objects
    assert text(threads) == text(objects)
    assert len(threads.chapters) == 3
    assert any(e.kind in ("move", "split") for c in threads.chapters for e in c.did)
    uid = int(threads.uid, 16)
    assert uid == min(u for (step, u) in everybody.moves if step <= 3 and u in everybody.start)


def test_one_watched_alone_is_one_watched_among_many(folder: Path, everybody: Everybody) -> None:
    uid = min(u for (step, u) in everybody.moves if step <= 6 and u in everybody.watched)
    assert trace(folder, written(uid), steps=6).chapters == tuple(everybody.chapters[uid][:6])


def test_uid_in_either_notation_and_from_a_later_step(folder: Path) -> None:
    story = trace(folder, "any", steps=5)
    assert trace(folder, str(int(story.uid, 16)), steps=5) == story
    later = trace(folder, story.uid, steps=2, since="2025Q1")
    assert [c.period for c in later.chapters] == ["2025Q1", "2025Q2"]
    assert later.chapters == story.chapters[2:4]
    assert later.ending == "told"
    assert trace(folder, story.uid, steps=500).ending in ("run over", "gone")


def test_one_founded_later_and_one_that_ends(folder: Path, everybody: Everybody) -> None:
    child, parents = next((c, p) for c, p in everybody.founded.items() if len(p) == 1)
    story = trace(folder, written(child), steps=1)
    assert story.founded is not None
    assert story.founded.uid == written(parents[0])
    assert f"by one who left {written(parents[0])}" in text(story)
    assert len(story.chapters) == 1
    assert story.chapters[0].before.parent == written(parents[0])
    couple, both = next((c, p) for c, p in everybody.founded.items() if len(p) == 2)
    told = text(trace(folder, written(couple), steps=1))
    assert "by a couple" in told
    assert all(written(p) in told for p in both)
    ended = next(
        u for u, cs in everybody.chapters.items() if cs and any(e.kind == "gone" for e in cs[-1].life)
    )
    story = trace(folder, written(ended), steps=500)
    assert story.ending == "gone"
    assert story.chapters[-1].money is None
    assert "no more" in text(story)


@pytest.mark.parametrize("wrong", ["", "x", "0x", "-3", "0", str(2**64), "0xfffffffffffffffff", "1.5"])
def test_what_is_no_identity_is_refused(wrong: str) -> None:
    with pytest.raises(CannotTrace, match=r"--household: not an identity .*decimal or as 0x"):
        parse_uid(wrong)


def test_an_identity_that_never_exists_is_answered_with_how_to_find_one(
    folder: Path, everybody: Everybody
) -> None:
    with pytest.raises(CannotTrace) as raised:
        trace(folder, "0x1")
    message = str(raised.value)
    assert "got 0x0000000000000001; replayed from 2024Q3 to 2026Q2" in message
    assert "--household any" in message
    assert written(min(everybody.start)) in message


def test_what_cannot_be_replayed_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotTrace, match=r"no manifest.json, so this is not a finished run"):
        trace(tmp_path, "any")
    with pytest.raises(CannotTrace, match=r"--steps: at least one step \(got 0\)"):
        trace(folder, "any", steps=0)
    with pytest.raises(CannotTrace, match=r"--since: .*got '2030Q1', allowed 2024Q3 to 2026Q2"):
        trace(folder, "any", since="2030Q1")
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    reseal(other, run_id="0" * 16)
    with pytest.raises(CannotTrace, match="other inputs or by another version"):
        trace(other, "any")


def test_a_run_that_the_program_would_not_make_again_is_refused(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    table = pq.read_table(other / "national.parquet")
    moves = table["moves"].to_pylist()
    moves[2] += 60
    at = table.schema.get_field_index("moves")
    pq.write_table(table.set_column(at, table.schema.field(at), pa.array(moves)), other / "national.parquet")
    with pytest.raises(CannotTrace, match=r"national\.parquet: .* but the manifest states"):
        trace(other, "any", steps=3)
    reseal(other)
    with pytest.raises(CannotTrace, match="differs from the run in 2024Q4: moves"):
        trace(other, "any", steps=3)


def test_a_story_that_is_not_what_the_engine_did_stops(scenario: Scenario) -> None:
    """The negative control of the check that each story goes through."""
    model, _ = first_model(scenario, open_world(scenario))

    class Meddling(Watching):
        def frozen(self, tables: Tables, followers: Follows) -> None:
            super().frozen(tables, followers)
            model.households.wealth[self._row] += 1

    model.watch = Meddling(model, int(model.households.uid[0]))
    with pytest.raises(StoryDiffers, match="wealth after the pass differs"):
        model.step()


def test_the_command(folder: Path) -> None:
    def ask(*words: str) -> Any:
        return CliRunner().invoke(app, ["trace", str(folder), *words])

    story = trace(folder, "any", steps=3)
    answer = ask("--household", story.uid, "--steps", "3")
    assert answer.exit_code == 0
    assert text(story) in answer.output
    data = json.loads(ask("--household", story.uid, "--steps", "3", "--json").stdout)
    assert data == json.loads(json.dumps(story.as_dict()))
    assert data["chapters"][0]["options"][0]["kind"] == "stay"
    for words, said in (
        (("--household", "nobody"), "not an identity"),
        (("--household", "any", "--engine", "gpu"), "unknown engine"),
    ):
        refused = ask(*words)
        assert refused.exit_code == 2
        assert said in refused.output


def test_tables_list_the_likeliest_and_always_the_winner(everybody: Everybody) -> None:
    chapter = next(c for chapters in everybody.chapters.values() for c in chapters if c.winner is not None)
    options = tuple(
        replace(chapter.options[0], kind="place", name=f"hamlet {k}", probability=p)
        for k, p in enumerate((0.4, 0.2, 0.1, 0.1, 0.08, 0.07, 0.04, 0.01))
    )
    one = replace(chapter, places=options, place_winner=7)
    told = text(Story("a/b", 1, 60, "0x1", None, (one,), "told")).splitlines()
    shown = [line for line in told if "hamlet" in line]
    assert [line.split()[1] for line in shown] == ["0", "1", "2", "7"]
    assert shown[-1].endswith("wins")
    assert "1.00 %" in shown[-1]
    assert any("4 others" in line and "29.00 %" in line for line in told)
    assert "More steps" in told[-1]

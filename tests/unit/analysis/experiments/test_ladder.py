"""Jobs lost and given back step by step: the runs to the bit, and what is read off made-up ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dicu.lab.controls import BASE
from dicu.lab.ladder import FILE, Climb, Ladder, climb, climb_all
from dicu.model import Model
from dicu.scenario.scenario import Scenario, with_values
from dicu.sweeps.start import Starts
from dicu_analysis.experiments import h5_ladder
from dicu_analysis.experiments.assemble import Facts
from made_up_shocks import written

SHORT = Ladder((0.3, 0.6, 0.3), 2, 1, 2)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return with_values(Scenario(), BASE)


def test_a_ladder_says_its_path() -> None:
    assert SHORT.path == ((0.0, 1), (0.3, 2), (0.6, 2), (0.3, 2), (0.0, 2))
    assert SHORT.length == SHORT.still().length == 9


def test_going_over_to_another_size_leaves_the_rest_to_the_bit(scenario: Scenario) -> None:
    """Rungs that lose next to nothing: the run is forked at each, and the history is that of a run left alone."""
    tiny = 1e-12
    starts = Starts()
    forked = climb(Climb(scenario, Ladder((tiny, 2 * tiny, tiny), 2, 1, 2), "tiny", 0), starts)
    alone = climb(Climb(scenario, SHORT.still(), "still", 0), starts)
    assert [row["share"] for row in forked] == [row["share"] for row in alone]
    assert [row["step"] for row in forked] == list(range(1, 10))
    assert [row["rung"] for row in forked] == [0, 1, 1, 2, 2, 3, 3, 4, 4]
    whole = with_values(scenario, {"time.end": "2026Q4"})
    start = starts.start(whole)
    model = Model(whole, starts.world(whole), start.households, start.links)
    model.step()
    persons = model.stocks.persons
    assert alone[0]["share"] == int(persons[model.world.urban].sum()) / int(persons.sum())


def test_losses_act_and_the_first_rung_does_not(scenario: Scenario) -> None:
    starts = Starts()
    lost = climb(Climb(scenario, Ladder((0.95, 0.95), 4, 1, 1), "lost", 0), starts)
    still = climb(Climb(scenario, Ladder((0.95, 0.95), 4, 1, 1).still(), "still", 0), starts)
    assert lost[0]["share"] == still[0]["share"]
    assert [r["share"] for r in lost[1:]] != [r["share"] for r in still[1:]]


def test_ladders_are_found_done_and_made_anew_when_they_are_others(
    scenario: Scenario, tmp_path: Path
) -> None:
    jobs = [Climb(scenario, SHORT.still(), "still", 0)]
    path = climb_all(jobs, tmp_path, 1)
    made = path.stat().st_mtime_ns
    assert climb_all(jobs, tmp_path, 1).stat().st_mtime_ns == made
    other = [Climb(scenario.model_copy(update={"seed": 7}), SHORT.still(), "still", 0)]
    assert climb_all(other, tmp_path, 1).stat().st_mtime_ns != made


def test_a_share_that_follows_at_once_has_no_loop(tmp_path: Path) -> None:
    fast, slow = h5_ladder.read_loops(written(tmp_path, 0.0))
    assert (fast.quarters, slow.quarters) == (3, 6)
    assert fast.gap.shape == (4, len(h5_ladder.LOSSES) + 2)
    assert fast.gap[:, fast.top].mean() == pytest.approx(-0.004, abs=1e-5)
    assert fast.between(fast.gap, 0.2).mean() == pytest.approx(0.0, abs=2e-6)
    assert fast.twice.tolist() == [0.1, 0.2, 0.3]


def flows(loops: list[h5_ladder.Loop], change: Any) -> list[h5_ladder.Loop]:
    """The same rungs with a share that changes by ``change(loss, way up, quarters)`` a quarter."""
    made = []
    for loop in loops:
        time = [loop.quarters] * (len(loop.losses) - 1) + [h5_ladder.AFTER]
        steps = [
            t * change(x, k > loop.top, loop.quarters)
            for k, (x, t) in enumerate(zip(loop.losses, time, strict=True))
        ]
        noise = np.random.default_rng(3).normal(0, 1e-7, (4, len(steps)))
        made.append(h5_ladder.Loop(loop.quarters, loop.losses, np.cumsum(steps + noise, axis=1)))
    return made


def test_a_stock_that_falls_while_jobs_are_missing_has_a_loop_but_its_flow_remembers_nothing(
    tmp_path: Path,
) -> None:
    """The way up of the share lies below its way down, and more so when slower: that is arithmetic."""
    fast, slow = loops = flows(h5_ladder.read_loops(written(tmp_path, 0.0)), lambda x, up, q: -1e-3 * x)
    assert slow.between(slow.gap, 0.2).mean() < fast.between(fast.gap, 0.2).mean() < 0
    assert fast.memory.mean() == pytest.approx(0.0, abs=1e-6)
    part = h5_ladder.ladder_part(loops)
    assert "not distinguishable from zero at both speeds" in part.words.en
    assert "số học" in part.words.vi


def test_a_second_loss_is_held_against_the_first_at_the_same_size(tmp_path: Path) -> None:
    """Jobs go down to -40 %, back, and down again: only a country that changed meanwhile answers differently."""
    still = h5_ladder.read_loops(written(tmp_path, 0.0))
    assert still[0].losses[still[0].turn] == 0.0
    assert still[0].turn < h5_ladder.last(still[0])
    alike = flows(still, lambda x, up, q: -1e-3 * x)
    assert alike[0].again.mean() == pytest.approx(0.0, abs=1e-6)
    assert "not told from chance at both speeds" in h5_ladder.ladder_part(alike).words.en
    weary = flows(still, lambda x, up, q: -1e-3 * x * (0.5 if up else 1.0))
    assert weary[0].again.mean() == pytest.approx(0.5e-3 * 0.3, rel=0.01), "of losses of 20 and 40 %"
    assert "finds another country" in h5_ladder.ladder_part(weary).words.en
    once = h5_ladder.Loop(4, np.array([0, 0.5, 0.9, 0.5, 0]), np.zeros((2, 5)))
    assert (once.turn, np.isnan(once.again).all()) == (4, True)


def test_what_half_the_speed_says(tmp_path: Path) -> None:
    still = h5_ladder.read_loops(written(tmp_path, 0.0))
    for size, said in (
        (lambda q: 1.0, "half the speed is not told apart"),
        (lambda q: 6 / q - 0.5, "less so when slower"),
        (lambda q: q / 3, "more so when slower"),
    ):
        loops = flows(still, lambda x, up, q, size=size: -1e-3 * x - 1e-5 * size(q) * up)
        assert loops[0].memory.mean() == pytest.approx(-1e-5 * size(3), rel=0.1)
        part = h5_ladder.ladder_part(loops)
        assert said in part.words.en
        found = {e.name: e for e in part.estimates}
        assert found["6 quarters a rung: flow, up less down, mean"].effect == pytest.approx(
            -1e-3 * size(6), rel=0.1
        )
    figure = h5_ladder.draw(tmp_path, loops, Facts(Scenario(), "0", True))
    assert (tmp_path / figure.png).is_file()
    assert "6 quarters a rung, in order of time: 0 %" in figure.alt


def test_without_a_ladder_there_is_none(tmp_path: Path) -> None:
    assert h5_ladder.read_loops(tmp_path) == []


def test_a_ladder_without_its_twin_is_refused(tmp_path: Path) -> None:
    table = pq.read_table(written(tmp_path, 0.0) / FILE).to_pandas()
    kept = table[(table["name"] != "still") | (table["replicate"] != 3)]
    pq.write_table(pa.Table.from_pandas(kept, preserve_index=False), tmp_path / FILE)
    with pytest.raises(ValueError, match="without a history that is still"):
        h5_ladder.read_loops(tmp_path)

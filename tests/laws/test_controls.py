"""The tests of the experiments, tested: to the bit on the small world, and by hundreds of placebos (slow)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dicu.lab.controls import BASE, jobs, play, play_all
from dicu.scenario.scenario import Scenario, with_values
from dicu_analysis.experiments import controls
from dicu_analysis.experiments.controls import (
    FULL,
    Size,
    judge,
    placebo_crossed,
    placebos,
    positive,
    put_in,
    read_controls,
    rivals,
    to_the_bit,
    write_controls,
)
from dicu_analysis.experiments.result import EXPERIMENTS

Work = Sequence[tuple[str, Mapping[str, Any], Sequence[int]]]


def player(work: Work) -> list[Any]:
    return list(play_all([job for arm, values, some in work for job in jobs(arm, values, some)], 1))


@pytest.mark.slow  # statistical; `uv run pytest -m slow`
def test_nothing_changes_with_the_mechanism_off() -> None:
    """To the bit, for every experiment; and with the mechanism on something does."""
    found = to_the_bit(player, Size(0, 0, 0, pairs=6))
    assert set(found) == set(controls.BITS)
    for name, control in found.items():
        assert control.passed, (name, control.text)


def test_a_run_is_its_own_twin_and_not_that_of_another_seed() -> None:
    scenario = with_values(Scenario(), {**BASE, "time.end": "2024Q3"})
    first, again = play(scenario), play(scenario)
    other = play(scenario.model_copy(update={"seed": 43}))
    assert first == again
    assert other.digest != first.digest
    assert first.rate > 0
    assert 0 < first.share < 1


def made_up(shared: float = 0.0, effect: float = 0.0, distress: float = 0.0, paper: float = 0.0) -> Any:
    """Runs out of a generator: log-normal rates; ``shared`` luck by seed; what is put in has an ``effect``, a rival
    cause that of ``distress``, and what is there on paper that of ``paper``.
    """
    untreated = [rival.untreated for rival in controls.RIVALS.values()]
    on_paper = [rival.treated for rival in controls.RIVALS.values()]
    put = [one.treated for one in controls.PUT_IN.values()]

    def play_made_up(work: Work) -> list[Any]:
        made = []
        for k, (arm, values, some) in enumerate(work):
            more = effect if values.get("consider.lambda0") or values in put else 0.0
            rival = distress if values in untreated or values in on_paper else 0.0
            rival += paper if values in on_paper else 0.0
            for seed in some:
                own = np.random.default_rng([seed, k]).normal(0, 1, 6)
                common = np.random.default_rng(seed).normal(0, 1, 6)
                x = np.sqrt(1 - shared) * own + np.sqrt(shared) * common
                rate = 0.01 * np.exp(0.1 * x[0] + more)
                made.append(
                    SimpleNamespace(
                        arm=arm,
                        seed=seed,
                        rate=rate,
                        leaving=0.02 + 0.001 * x[1] + 0.01 * (more + rival),
                        access=0.5 + 0.1 * x[2] + more + rival,
                        city=0.1 + 0.1 * x[3] + more + rival,
                        share=0.4 + 0.01 * x[4] + 0.1 * (more + rival),
                        emptied=0.01 + 0.001 * x[5] + 0.01 * (more + rival),
                        digest=str(rate),
                    )
                )
        return made

    return play_made_up


def test_placebos_of_a_sound_test_pass() -> None:
    found, runs = placebos(made_up(), Size(400, 0, 0, 0))
    assert len(runs) == 4 * 400 * controls.REPLICATES
    assert all(c.passed for c in found.values())
    assert {(round(c.low, 3), round(c.high, 3)) for c in found.values()} == {(0.025, 0.08)}


def test_placebos_of_a_drifting_outcome_fail() -> None:
    """An arm that differs by construction is no placebo, and the control sees it."""

    def drifting(work: Work) -> list[Any]:
        runs = made_up()(work)
        for run in runs:
            run.rate *= 1.2 if run.arm == "urban" else 1.0
        return runs

    found, _ = placebos(drifting, Size(400, 0, 0, 0))
    assert not found["h1"].passed
    assert found["h2"].passed


def test_positive_control_finds_what_was_put_in_and_nothing_else() -> None:
    size = Size(0, 100, 60, 0)
    found = positive(made_up(shared=0.9, effect=0.25), size, 0.08)
    assert set(found) == {"h2", "h3", "h4", "h5", "h6"}
    assert all(c.passed for c in found.values())
    blind = positive(made_up(shared=0.9, effect=0.0), size, 0.08)
    assert not any(c.passed for c in blind.values())


def test_a_rival_cause_is_not_read_as_the_treatment_and_must_be_there() -> None:
    """Of every experiment but H1: silent where the treatment is on paper, loud where it acts, and dead causes told."""
    size = Size(400, 0, 0, 0)
    _, untreated = placebos(made_up(), size)
    lively = rivals(made_up(distress=1.0), size, untreated)
    assert set(lively) == set(EXPERIMENTS) - {"h1"}
    assert all(there.passed for _, there in lively.values())
    assert sum(silent.passed for silent, _ in lively.values()) >= 4, (
        "one of five may lie outside of 99 % by luck"
    )
    dead = rivals(made_up(), size, untreated)
    assert not any(there.passed for _, there in dead.values())
    acting = rivals(made_up(distress=1.0, paper=1.0), size, untreated)
    assert not any(silent.passed for silent, _ in acting.values())


def test_an_interaction_put_in_is_found_and_none_where_there_is_none() -> None:
    """15 % of what growth does: as often as promised; with households that consider no more often, hardly ever."""

    def growing(heard: bool) -> Any:
        def play_grown(work: Work) -> list[Any]:
            made = []
            for arm, values, some in work:
                more = values.get("consider.lambda0", 0.08) / 0.08 if heard else 1.0
                for seed in some:
                    own = np.random.default_rng([seed, len(arm)]).normal(0, 2e-5)
                    usual = 0.01 * np.exp(0.05 * np.random.default_rng(seed).normal())
                    grown = 1.2 if "programme.urban_job_growth" in values else 1.0
                    made.append(SimpleNamespace(arm=arm, seed=seed, rate=usual * grown * more + own))
            return made

        return play_grown

    size = Size(0, 100, 60, 0)
    found = put_in(growing(heard=True), size, 0.08)
    assert len(found) == 2
    assert all(c.passed for c in found), [c.text for c in found]
    deaf = put_in(growing(heard=False), size, 0.08)
    assert deaf[0].passed
    assert deaf[1].found is not None
    assert deaf[1].found < 0.2


def test_the_placebos_of_the_two_by_two() -> None:
    _, runs = placebos(made_up(), Size(400, 0, 0, 0))
    assert placebo_crossed(runs, Size(400, 0, 0, 0)).passed
    runs.loc[runs["arm"] == "both", "rate"] *= 1.3
    assert not placebo_crossed(runs, Size(400, 0, 0, 0)).passed


def test_controls_are_written_and_read(tmp_path: Any) -> None:
    some = to_the_bit(made_up(), Size(0, 0, 0, pairs=1))
    assert not some["h1"].passed, "made-up arms of one seed differ by their own luck"
    write_controls(
        {name: [some[name]] if name in some else [] for name in EXPERIMENTS}, tmp_path / "controls_quick"
    )
    assert read_controls(tmp_path, "h1") == [some["h1"]]
    assert read_controls(tmp_path / "elsewhere", "h1") == []


@pytest.mark.slow
def test_all_controls_pass() -> None:
    """400 placebo experiments of each test, the positive and the reverse control; `dicu experiment controls`."""

    def on_all_cores(work: Work) -> list[Any]:
        return list(play_all([job for arm, values, some in work for job in jobs(arm, values, some)]))

    found = judge(on_all_cores, FULL, BASE["consider.lambda0"])
    failed = [(name, c.kind, c.text, c.found) for name, some in found.items() for c in some if not c.passed]
    assert not failed

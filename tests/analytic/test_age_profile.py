"""Who moves, by age: the hump of young adults that every country shows (Rogers & Castro 1981)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

GROUPS = np.arange(0, 90, 5)
"""First ages of five-year groups, the last one open."""


def by_group(ages: np.ndarray) -> np.ndarray:
    """Sum single ages 0..127 into five-year groups."""
    out = np.zeros(len(GROUPS))
    np.add.at(out, np.minimum(np.arange(len(ages)) // 5, len(GROUPS) - 1), ages)
    return out


@pytest.fixture(scope="module")
def profile() -> dict[str, np.ndarray]:
    """Moves and person-steps by five-year group over four years: all, and those beyond the district; by sex."""
    from dicu.execution.starting import first_model
    from dicu.reform.opening import open_world
    from dicu.scenario.scenario import Scenario, with_values

    scenario = with_values(
        Scenario(),
        {"world.name": "monocentric", "population.weight": 1, "time.start": "2020Q1", "time.end": "2023Q4"},
    )
    model, _ = first_model(scenario, open_world(scenario))
    moves, at_risk = np.zeros((3, 2, 128), dtype=np.int64), np.zeros((2, 128), dtype=np.int64)
    for _ in range(model.calendar.n_steps):
        h, year = model.households, model.year
        codes = np.bincount(h.member[: h.n].reshape(-1), minlength=256)
        codes[0] = 0
        for code in np.flatnonzero(codes):
            at_risk[code & 1, min(max(year - 1910 - (code >> 1), 0), 127)] += codes[code]
        model.step()
        moves += model.changes.movers_by_age
    return {
        "moves": by_group(moves.sum(axis=(0, 1))),
        "far": by_group(moves[1:].sum(axis=(0, 1))),
        "men": by_group(moves[:, 0].sum(axis=0)) / by_group(at_risk[0]),
        "women": by_group(moves[:, 1].sum(axis=0)) / by_group(at_risk[1]),
        "at_risk": by_group(at_risk.sum(axis=0)),
        "years": moves.sum(axis=(0, 1)),
    }


def rate(p: dict[str, Any], what: str, first: int, last: int) -> float:
    """Moves a person-step between two ages, the last group included."""
    some = (first <= GROUPS) & (last >= GROUPS)
    return float(p[what][some].sum() / p["at_risk"][some].sum())


@pytest.mark.parametrize("what", ["moves", "far"])
def test_rates_peak_between_18_and_29(profile: dict[str, np.ndarray], what: str) -> None:
    rates = profile[what] / profile["at_risk"]
    assert profile[what].sum() > 3_000
    assert GROUPS[rates.argmax()] in (20, 25), dict(zip(GROUPS.tolist(), rates.round(4), strict=True))


@pytest.mark.parametrize("what", ["moves", "far"])
def test_children_and_the_old_move_less(profile: dict[str, np.ndarray], what: str) -> None:
    peak = rate(profile, what, 20, 25)
    assert rate(profile, what, 5, 10) < 0.6 * peak
    assert rate(profile, what, 60, 85) < 0.6 * peak
    assert rate(profile, what, 45, 55) < 0.6 * peak


def test_the_hump_falls_with_age_after_its_peak(profile: dict[str, np.ndarray]) -> None:
    """The labour-force slope of the schedule."""
    after = [rate(profile, "moves", first, last) for first, last in ((25, 30), (35, 45), (50, 65), (70, 85))]
    assert after == sorted(after, reverse=True), after


def test_both_sexes_peak_as_young_adults(profile: dict[str, np.ndarray]) -> None:
    for sex in ("men", "women"):
        assert GROUPS[profile[sex].argmax()] in (20, 25), (sex, profile[sex].round(4))

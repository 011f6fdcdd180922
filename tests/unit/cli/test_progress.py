"""What is said of a run's progress where there is no terminal."""

from __future__ import annotations

import pytest

from dicu.cli import progress


def test_the_rate_of_a_run_leaves_out_what_was_done_before_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A history is counted on its own, so a run after it does not seem faster than it is."""
    now = 0.0
    monkeypatch.setattr(progress.time, "perf_counter", lambda: now)
    bar = progress.Bar()
    bar.start(1, 50_000_000)
    now = 10.0
    bar.step("2014Q2", 50_000_000)
    bar.start(1, 50_000_000)
    now = 20.0
    bar.step("2019Q1", 50_000_000)
    told = capsys.readouterr().err.splitlines()
    assert told == [f"{p}: step 1 of 1, 5.0 M households/s" for p in ("2014Q2", "2019Q1")]

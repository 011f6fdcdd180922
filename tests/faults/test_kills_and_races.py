"""Whatever moment a run is killed at, and whoever else makes it, its folder ends whole and nothing is lost."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from faults import kills_and_races

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def test_kills_and_races_in_short(tmp_path: Path) -> None:
    for told in kills_and_races.main(3, 2, tmp_path):
        assert told.n > 0
        assert told.found() == []


@pytest.mark.slow
def test_sixty_kills_and_forty_races(tmp_path: Path) -> None:
    kills, races = kills_and_races.main(60, 40, tmp_path)
    assert (kills.n, races.n) == (60, 40)
    assert kills.found() == races.found() == []
    met = kills.moments
    assert min(met.get(name, 0) for name in ("before a saved state", "with a saved state")) >= 5, met

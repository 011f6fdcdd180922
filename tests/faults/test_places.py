"""Damaged tables of places: no traceback, no silent acceptance."""

from __future__ import annotations

import pytest

from faults import fuzz_places


def test_damaged_tables_of_places_in_short() -> None:
    found = fuzz_places.main(60, seed=7)
    assert sum(found.values()) == 60
    assert {kind for kind, what in found if what == "read"} >= {"none"}
    assert found[("sense", "read")] == 0, "nobody lives anywhere"
    assert found[("shape", "read")] == 0


@pytest.mark.slow
def test_damaged_tables_of_places() -> None:
    found = fuzz_places.main(1_000, seed=8)
    assert found[("none", "refused")] == 0
    assert found[("sense", "read")] == 0

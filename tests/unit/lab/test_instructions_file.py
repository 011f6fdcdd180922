"""What callgrind wrote is read as it writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dicu.lab.bench.instructions import CALLS, CannotCount, _counted


def test_totals_count_where_the_summary_says_nothing(tmp_path: Path) -> None:
    file = tmp_path / "counts.1"
    file.write_text(f"events: Ir\nsummary: 0\n\nfn=(2)\n0 260\ntotals: {CALLS * 500}\n")
    assert _counted("own", file, 10).a_row == 50.0
    file.write_text("events: Ir\nsummary: 0\ntotals: 0\n")
    with pytest.raises(CannotCount, match="own"):
        _counted("own", file, 10)

"""No single flipped bit is passed over; the long form is the table of docs/reliability.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from faults import bit_flips


@pytest.mark.parametrize("n", [12, pytest.param(300, marks=pytest.mark.slow)])
@pytest.mark.parametrize("what", ["run_folder", "saved_state", "sweep_store"])
def test_every_flip_is_noticed_or_mended(what: str, n: int, tmp_path: Path) -> None:
    tally = getattr(bit_flips, what)(n, tmp_path)
    assert tally.silent == 0
    assert tally.noticed + tally.remade == n


@pytest.mark.parametrize("n", [50, pytest.param(300, marks=pytest.mark.slow)])
def test_no_damaged_kernel_is_loaded(n: int) -> None:
    """Of the kernels that this very process uses."""
    from dicu.compute.numeric import exp64

    exp64(1.0)
    assert bit_flips.kernel_cache(n).silent == 0

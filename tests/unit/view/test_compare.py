"""What is said of an option by a criterion."""

from __future__ import annotations

import pytest

from dicu_analysis.effects import estimate
from dicu_analysis.language import ENGLISH
from dicu_analysis.view.compare import _cell


@pytest.mark.parametrize(
    ("values", "digits", "sign"),
    [
        ([0.01, 0.011, 0.012], 1, "slight"),
        ([-0.012, -0.011, -0.01], 1, "slight"),
        ([0.01, 0.011, 0.012], 2, "up"),
        ([-0.3, -0.2, -0.25], 1, "down"),
        ([-0.3, 0.2, 0.1], 1, "unclear"),
        ([0.0, 0.0, 0.0], 1, "none"),
    ],
)
def test_what_is_written_as_0_is_not_called_more_for_sure(
    values: list[float], digits: int, sign: str
) -> None:
    cell = _cell(ENGLISH, estimate(values), digits, 1.0)
    assert cell.sign == sign
    assert (sign == "slight") <= (cell.value.strip("+\u22120.") == "")

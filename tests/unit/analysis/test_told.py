"""The negative control of a fit: what acts on no figure sets the cut above which anything is called told."""

from __future__ import annotations

import pandas as pd
import pytest

from dicu_analysis.told import INERT, least_told


def test_nothing_is_told_that_chance_tells_of_what_acts_on_no_figure() -> None:
    found = pd.DataFrame({"key": ["choose.network", *INERT], "narrowed": [0.2, 0.29, 0.09]})
    assert least_told(found, 0.1) == pytest.approx(0.29)
    assert least_told(found[found["key"] != INERT[0]], 0.1) == pytest.approx(0.1), (
        "chance never lowers the cut"
    )
    assert least_told(found[:1], 0.1) == pytest.approx(0.1)

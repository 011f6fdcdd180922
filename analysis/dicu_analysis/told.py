"""From which narrowing on a parameter may be called told by figures: a negative control of fit and emulator."""

from __future__ import annotations

from typing import Final

import pandas as pd

INERT: Final = ("government.disruption", "government.severance_pay_share")
"""Parameters that act from a merger of governments on, so on no figure that is fitted: what is called told of them is
chance."""


def least_told(parameters: pd.DataFrame, least: float) -> float:
    """Narrowing above which a parameter is called told: ``least``, or the most that chance narrowed an `INERT` one.

    Parameters
    ----------
    parameters : DataFrame
        Columns ``key`` and ``narrowed``, the share by which the spread of a parameter shrank.
    """
    chance = parameters.loc[parameters["key"].isin(INERT), "narrowed"]
    return max(least, float(chance.max())) if len(chance) else least


__all__ = ["INERT", "least_told"]

"""Event study around a reform that reaches some provinces, and the difference in differences it comes down to."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from dicu_analysis.estimators.gravity import Coefficient, fit


@dataclass(frozen=True)
class EventStudy:
    """Effects by time since the reform, against the last period before it, and their one-number summary.

    Attributes
    ----------
    by_time : dict of int to Coefficient
        Periods since the reform; -1 is the reference and left out.
    did : Coefficient
        Two-way fixed effects: mean effect after the reform.
    """

    by_time: dict[int, Coefficient]
    did: Coefficient

    @property
    def pre_trend(self) -> float:
        """Largest distance of an effect before the reform from none, in standard errors."""
        return max((abs(c.distance(0.0)) for k, c in self.by_time.items() if k < 0), default=0.0)


def event_study(
    data: pd.DataFrame,
    outcome: str,
    *,
    unit: str,
    since: str,
    treated: str,
    cluster: str | None = None,
    weights: str | None = None,
) -> EventStudy:
    """All treated units are reformed at once, so two-way fixed effects weigh no effect negatively.

    Parameters
    ----------
    data : DataFrame
        One row a unit and period.
    since : str
        Column of whole periods since the reform (-1: the last before it), for untreated units too.
    treated : str
        Column of 0 and 1.
    cluster : str or None
        By default the unit; a study of communes clusters by province.

    Raises
    ------
    ValueError
        Without treated or untreated units.
    """
    made = data.assign(_since=data[since].astype(int), _treated=data[treated].astype(int))
    made["_post"] = made["_treated"] * (made["_since"] >= 0)
    if made["_treated"].nunique() < 2:
        raise ValueError(f"{treated}: an event study needs treated and untreated units, got only one of them")
    if -1 not in set(made["_since"]):
        raise ValueError(f"{since}: the period before the reform (-1), which is the reference, is missing")
    by = cluster or unit
    dynamic = fit("ols", f"{outcome} ~ i(_since, _treated, ref=-1) | {unit} + _since", made, by, weights)
    did = fit("ols", f"{outcome} ~ _post | {unit} + _since", made, by, weights)["_post"]
    by_time = {}
    for name, c in dynamic.items():
        (k,) = re.findall(r"-?\d+", name.split("::")[1].split(":")[0])
        by_time[int(k)] = c
    return EventStudy(dict(sorted(by_time.items())), did)

"""Household-level counterfactuals: who moved because of it, in one arm of a pair and not in the other.

Arms of a replicate share their luck household by household, so a household that moves in one arm only does so because
of what differs between the arms: directly (feedbacks cut) or in total (feedbacks on). Households that one arm founds
and the other does not have no counterpart, and count as moving in one arm only when they move.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from dicu_analysis.experiments.result import Group, finite
from dicu_analysis.scalars import floats

AGES: Final = ((0, 24, "below 25"), (25, 34, "25-34"), (35, 59, "35-59"), (60, 200, "60 and over"))
QUARTERS: Final = 64
"""Ranks of lasting luck in income (0-255) to a quarter of the households."""
COLUMNS: Final = (
    "step",
    "uid",
    "origin_terrain",
    "origin_urban",
    "destination_urban",
    "households",
    "age",
    "income_quantile",
)
BY: Final = ("all", "terrain", "age", "income quarter")


@dataclass(frozen=True)
class Which:
    """Which moves count: from rural places, to urban ones only or anywhere, in steps first to last."""

    first: int
    last: int
    to_urban: bool = True


def movers(moves: pd.DataFrame, which: Which) -> pd.DataFrame:
    """One row a household: its first move of the kind, with the groups it belongs to.

    Parameters
    ----------
    moves : DataFrame
        Table ``moves`` of a run, columns `COLUMNS` at least.
    """
    keep = ~moves["origin_urban"] & moves["step"].between(which.first, which.last)
    if which.to_urban:
        keep &= moves["destination_urban"]
    some = moves[keep].sort_values(["step", "uid", "age"], kind="stable").drop_duplicates("uid")
    age = np.select([some["age"].between(a, b) for a, b, _ in AGES], [label for _, _, label in AGES], "")
    quarter = 1 + some["income_quantile"].to_numpy() // QUARTERS
    return pd.DataFrame(
        {
            "uid": some["uid"].to_numpy(),
            "households": some["households"].to_numpy(),
            "all": "all",
            "terrain": some["origin_terrain"].astype(str).to_numpy(),
            "age": age,
            "income quarter": quarter.astype(str),
        }
    )


def compare(treated: pd.DataFrame, untreated: pd.DataFrame) -> pd.DataFrame:
    """Households by group that moved in the treated arm only, in the untreated only, in both.

    A household that moved in both arms belongs to the group of its move in the untreated one.

    Returns
    -------
    DataFrame
        Index (by, group), columns ``treated, untreated, both`` in households.
    """
    in_treated = treated["uid"].isin(untreated["uid"])
    in_untreated = untreated["uid"].isin(treated["uid"])
    parts = {
        "treated": treated[~in_treated],
        "untreated": untreated[~in_untreated],
        "both": untreated[in_untreated],
    }
    made = {}
    for name, part in parts.items():
        sums = {(by, group): n for by in BY for group, n in part.groupby(by)["households"].sum().items()}
        made[name] = pd.Series(sums, dtype=np.float64)
    return pd.DataFrame(made).fillna(0.0)


def groups(
    pairs: Iterable[tuple[pd.DataFrame, pd.DataFrame]], kind: Literal["total", "direct"]
) -> list[Group]:
    """Means over replicates of `compare`, with the Monte Carlo error of the net number.

    Parameters
    ----------
    pairs : iterable of (treated, untreated)
        Of each replicate, from `movers`.
    """
    tables = [compare(a, b) for a, b in pairs]
    index: Sequence[tuple[str, str]] = sorted(
        {key for t in tables for key in t.index}, key=lambda k: (BY.index(k[0]), k[1])
    )
    made = []
    for by, group in index:
        rows = np.array(
            [floats(t.loc[[(by, group)]])[0] if (by, group) in t.index else np.zeros(3) for t in tables]
        )
        net = rows[:, 0] - rows[:, 1]
        error = float(net.std(ddof=1) / np.sqrt(len(net))) if len(net) > 1 else float("nan")
        made.append(
            Group(
                by=by,
                group=group,
                kind=kind,
                only_treated=float(rows[:, 0].mean()),
                only_untreated=float(rows[:, 1].mean()),
                both=float(rows[:, 2].mean()),
                net=float(net.mean()),
                mc_error=finite(error),
            )
        )
    return made

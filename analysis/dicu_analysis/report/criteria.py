"""The options of a sweep by criteria: differences from the baseline, which option is best or worst, and regret.

Options are the scenarios besides the baseline. Runs of the same replicate and point share their luck in every scenario,
so options are subtracted from each other within those, as they are from the baseline.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Final, Literal

import numpy as np
import pandas as pd

from dicu.scenario.calendar import parse_period
from dicu.scenario.vocabulary import MEMBER
from dicu_analysis.effects import Effect, estimate
from dicu_analysis.language import DISTRICT_WORK, OFFICE, SERVICES, Text
from dicu_analysis.report.comparison import INDEX, NAMES, POINTS, Comparison, Outcome, balanced

Standing = Literal["best", "worst", "highest", "lowest"]

MINUTES: Final = Text("minutes", "phút")
SUM: Final = NAMES["wages"].unit
TIE: Final = 1e-9
"""Regret below this share of the best value is a sum that was rounded otherwise, not a loss."""
PAYBACK: Final = "payback"

MORE: Final[dict[str, Outcome]] = {
    **{
        s: Outcome(Text(f"access to {SERVICES[s].en}, whole country", f"tiếp cận {SERVICES[s].vi}, cả nước"), INDEX, 3, "more")
        for s in ("health", "education")
    },
    "office_minutes": Outcome(Text(f"way to the {OFFICE.en}", f"thời gian đến {OFFICE.vi}"), MINUTES, 1, "less"),
    "district_minutes": Outcome(Text(f"way to the {DISTRICT_WORK.en}", f"thời gian đến {DISTRICT_WORK.vi}"), MINUTES, 1, "less"),
    "farther": Outcome(
        Text("residents with a longer way to the commune office", "dân cư có thời gian đến trụ sở xã dài hơn"),
        POINTS, 1, "less",
    ),
    "nearer": Outcome(
        Text("residents with a shorter way to former district business", "dân cư có thời gian đi làm thủ tục trước đây do cấp huyện giải quyết ngắn hơn"),
        POINTS, 1, "more",
    ),
    "severance": Outcome(
        Text("severance of the whole run, whoever pays it", "tổng chi chế độ nghỉ việc do tinh giản biên chế, mọi nguồn"),
        SUM, 1, "less",
    ),
    "investment": Outcome(Text("public investment of local governments", "đầu tư công của chính quyền địa phương"), SUM, 1),
    "balance": Outcome(Text("balance (negative: the nation pays)", "cân đối (âm: trung ương bù)"), SUM, 1, "more"),
    PAYBACK: Outcome(
        Text("payback of severance by the wages of posts cut", "thời gian để tiền lương của biên chế đã cắt bù lại chi chế độ nghỉ việc"),
        Text("years", "năm"), 1, "less",
    ),
}  # fmt: skip
"""Criteria that stand in the table of options besides `NAMES`.

What is paid in wages or invested has no good direction, as posts have none: it is what the same money was spent on.
"""
CRITERIA: Final[dict[str, Outcome]] = {**NAMES, **MORE}
LEVELS: Final = frozenset({PAYBACK})
"""Criteria told as they are, for the baseline cuts no post and so has none to be subtracted."""
GROUPS: Final[tuple[tuple[str, Text, tuple[str, ...]], ...]] = (
    ("access", Text("Access", "Mức tiếp cận"), (*(k for k in NAMES if "administration." in k), "health", "education")),
    (
        "people", Text("Ways and moves of people", "Đi lại và di chuyển của người dân"),
        ("farther", "nearer", "office_minutes", "district_minutes", "rural_to_urban", "urban_to_rural", "urban_share"),
    ),
    ("money", Text("Money and posts", "Ngân sách và biên chế"), ("posts", "wages", "severance", "investment", "balance", PAYBACK)),
)  # fmt: skip
"""Tables of the page: their key, caption, and criteria."""


@dataclass(frozen=True)
class Regret:
    """What an option loses against the best one of each parameter set, over sets.

    Attributes
    ----------
    mean, largest : float
        Over the sets, in the unit of the criterion; 0 in a set in which the option is best.
    best, sets : int
        In how many sets it is best (or level with the best), of how many.
    """

    mean: float
    largest: float
    best: int
    sets: int


class Options:
    """The options of a comparison by criteria.

    Parameters
    ----------
    comparison : Comparison
    """

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.sweep = comparison.sweep

    @property
    def labels(self) -> list[str]:
        """Scenarios that have runs to subtract from those of the baseline."""
        return list(self.comparison.effects)

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """(runs, criteria) of each run at its last period; what the results do not hold is left out."""
        nation = self.sweep.level("nation")
        made = {str(name): values for name, values in self.comparison.outcomes.items()}
        if not nation.empty:
            made |= self._of_nation(nation)
        kept = {k: made[k] for k in CRITERIA if k in made}
        return pd.DataFrame(kept).reindex(self.sweep.runs.index).dropna(axis=1, how="all")

    def _of_nation(self, nation: pd.DataFrame) -> dict[str, pd.Series[float]]:
        last = nation[nation["step"] == nation["step"].max()].set_index("run")
        a_year = 12 / parse_period(self.sweep.period)[1] / self.sweep.terms.per_sum
        governs = (self.sweep.manifest.get("country") or {}).get("districts_govern", True)
        read: dict[str, tuple[tuple[str, ...], float]] = {
            **{s: ((f"access_{s}",), 1.0) for s in ("health", "education")},
            "office_minutes": (("gov_travel_minutes",), 1.0),
            "district_minutes": (("gov_district_minutes",), 1.0),
            "farther": (("gov_commune_office_farther",), 100.0),
            "nearer": (("gov_district_office_nearer",), 100.0),
            "investment": (("gov_investment_mvnd",), a_year),
            "balance": (("gov_balance_mvnd",), a_year),
            PAYBACK: (("gov_payback_years",), 1.0),
        }
        if not governs:
            read = {k: v for k, v in read.items() if k not in ("district_minutes", "nearer")}
        made = {
            name: last[list(columns)].sum(axis=1, skipna=False) * factor
            for name, (columns, factor) in read.items()
            if set(columns) <= set(last.columns)
        }
        paid = ["gov_severance_mvnd", "gov_severance_nation_mvnd"]
        # paid over some years, which may be over by the last period: known where governments are recorded at every step
        if self.sweep.manifest["results"].get("every") == "step" and set(paid) <= set(nation.columns):
            by_step = (
                nation[nation["step"] > nation["step"].min()].set_index("run")[paid].sum(axis=1, skipna=False)
            )
            made["severance"] = (
                by_step.groupby(level="run").agg(lambda paid: paid.sum(skipna=False))
                / self.sweep.terms.per_sum
            )
        return made

    @cached_property
    def effects(self) -> dict[str, dict[str, Effect]]:
        """By option and criterion: paired difference from the baseline, or the level where the baseline has none."""
        made = {}
        for option in self.labels:
            mine = self._between(option, str(self.sweep.baseline))
            found = {c: estimate(mine[c].tolist(), f"effect:{option}.{c}") for c in mine if c not in LEVELS}
            own = self._levels(option)
            found |= {c: estimate(own[c].tolist(), f"level:{option}.{c}") for c in own}
            made[option] = {c: found[c] for c in CRITERIA if c in found and np.isfinite(found[c].mean)}
        return made

    def _between(self, one: str, other: str) -> pd.DataFrame:
        """(replicates, criteria) differences, the mean over points within a replicate."""
        differences = self.comparison.differences(self.outcomes, one, other)
        return balanced(differences, self.sweep.free).groupby("replicate").mean()

    def _levels(self, option: str) -> pd.DataFrame:
        keys = [*self.sweep.free, "replicate"]
        columns = [c for c in self.outcomes if c in LEVELS]
        frame = self.sweep.runs[["scenario", *keys]].join(self.outcomes[columns])
        own = frame[frame["scenario"] == option].drop(columns="scenario").set_index(keys)
        return balanced(own, self.sweep.free).groupby("replicate").mean()

    @cached_property
    def _above(self) -> dict[tuple[str, str], set[str]]:
        """Criteria in which the first of two options is told to lie above the second."""
        made: dict[tuple[str, str], set[str]] = {p: set() for p in _ordered(self.labels)}
        for one, other in combinations(self.labels, 2):
            mine = self._between(one, other)
            for c in map(str, mine):
                if mine[c].isna().all():
                    continue
                sign = estimate(mine[c].tolist()).sign
                if sign in ("up", "down") and self._seen(one, other, c):
                    made[(one, other) if sign == "up" else (other, one)].add(c)
        return made

    def _seen(self, one: str, other: str, criterion: str) -> bool:
        """Whether the numbers of two options differ on the page, so that no mark stands between equal numbers."""
        shown = {
            round(self.effects[o][criterion].mean, CRITERIA[criterion].digits)
            for o in (one, other)
            if criterion in self.effects[o]
        }
        return len(shown) > 1

    @cached_property
    def _without(self) -> dict[str, set[str]]:
        """Criteria in which an option has no number in any run."""
        scenario = self.sweep.runs["scenario"]
        return {
            o: {c for c in map(str, self.outcomes) if self.outcomes.loc[scenario == o, c].isna().all()}
            for o in self.labels
        }

    def standing(self, option: str, criterion: str) -> Standing | None:
        """Whether an option is told to lie above (or below) every other option, in the words of the criterion.

        To be above all others is to be above each: an intersection-union test (Berger 1982, see
        `dicu_analysis.experiments.robust`), in which every comparison must be sure by itself, so that no correction for
        their number is needed. Options that have no value in the criterion stand aside.
        """
        others = [o for o in self.labels if o != option and criterion not in self._without[o]]
        if not others or any(criterion not in self.effects[o] for o in (option, *others)):
            return None  # one of them lacks a number in some run
        above = all(criterion in self._above[option, o] for o in others)
        below = all(criterion in self._above[o, option] for o in others)
        if not above and not below:
            return None
        better = CRITERIA[criterion].better
        if better is None:
            return "highest" if above else "lowest"
        return "best" if above == (better == "more") else "worst"

    @property
    def members(self) -> bool:
        """Whether the runs vary the parameter set of the ensemble."""
        return MEMBER in self.sweep.free and self.sweep.runs[MEMBER].nunique(dropna=False) > 1

    @cached_property
    def regrets(self) -> dict[str, dict[str, Regret]]:
        """By scenario, the baseline included, and criterion with a good direction; empty without an ensemble."""
        made: dict[str, dict[str, Regret]] = {s: {} for s in self.sweep.scenarios}
        if not self.members:
            return {}
        for c in map(str, self.outcomes):
            better = CRITERIA[c].better
            if better is None or c in LEVELS:  # the country without a reform has none to be compared with
                continue
            values = self._by_member(c)
            if values.shape[1] > 1 and len(values):
                for scenario, regret in _regrets(values, better).items():
                    made[scenario][c] = regret
        return made

    def _by_member(self, criterion: str) -> pd.DataFrame:
        """(members, scenarios) means over what all scenarios have run; those without a value are left out."""
        keys = [*self.sweep.free, "replicate"]
        frame = self.sweep.runs[["scenario", *keys]].join(self.outcomes[criterion])
        wide = frame.groupby(["scenario", *keys], dropna=False)[criterion].mean().unstack("scenario")
        return wide.dropna(axis=1, how="all").dropna().groupby(MEMBER, dropna=False).mean()


def _ordered(labels: list[str]) -> list[tuple[str, str]]:
    return [(a, b) for a in labels for b in labels if a != b]


def _regrets(values: pd.DataFrame, better: str) -> dict[str, Regret]:
    """Regret of each scenario (columns) over members (rows)."""
    good = values if better == "more" else -values
    best = good.max(axis=1)
    lost = good.rsub(best, axis=0)
    level = lost.le(TIE * best.abs().clip(lower=TIE), axis=0)
    lost = lost.mask(level, 0.0)
    return {
        str(s): Regret(float(lost[s].mean()), float(lost[s].max()), int(level[s].sum()), len(values))
        for s in values.columns
    }


__all__ = ["CRITERIA", "GROUPS", "LEVELS", "Options", "Regret"]

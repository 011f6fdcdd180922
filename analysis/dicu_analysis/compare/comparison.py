"""A comparison: arms, what differs in their configuration, and paired differences against the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from dicu_analysis.compare.arms import Arm, CannotCompare, at_period, configurations, differences, summary
from dicu_analysis.compare.charts import Chart, difference_chart
from dicu_analysis.compare.outcomes import STANDARD, UnknownOutcome
from dicu_analysis.compare.sources import NATION, unit_level
from dicu_analysis.effects import FEWEST


@dataclass(frozen=True)
class Comparison:
    """Arms beside each other.

    Attributes
    ----------
    arms : tuple of Arm
        The first is the base: differences are those of the others less it, within seeds.
    """

    arms: tuple[Arm, ...]

    @classmethod
    def of(cls, arms: Sequence[Arm], labels: Sequence[str] = ()) -> Comparison:
        """A comparison of at least two arms.

        Raises
        ------
        CannotCompare
            For one arm alone, labels of another number, or a label that stands twice.
        """
        if len(arms) < 2:
            raise CannotCompare(
                f"at least two arms are needed (got {', '.join(a.label for a in arms) or 'none'})"
            )
        if labels and (len(labels) != len(arms) or len(set(labels)) != len(labels)):
            raise CannotCompare(
                f"labels: one of each arm, all different (got {', '.join(labels)}; the arms are "
                f"{', '.join(a.label for a in arms)})"
            )
        named = (
            [Arm(label, a.sources) for label, a in zip(labels, arms, strict=True)] if labels else list(arms)
        )
        return cls(tuple(named))

    @property
    def base(self) -> Arm:
        """What the others are held against."""
        return self.arms[0]

    @property
    def configurations(self) -> pd.DataFrame:
        """Keys in which the arms differ, and what each has."""
        return configurations(self.arms)

    def levels(self, outcome: str, unit: str = NATION) -> pd.DataFrame:
        """Mean of an outcome over replicates with its interval, by arm, period and unit."""
        parts = [summary(a.values(outcome, unit)).assign(arm=a.label) for a in self.arms]
        return _arm_first(pd.concat(parts, ignore_index=True))

    def differences(self, outcome: str, unit: str = NATION) -> pd.DataFrame:
        """Paired differences from the base, by arm, period and unit; see `dicu_analysis.compare.arms.differences`."""
        parts = [differences(a, self.base, outcome, unit).assign(arm=a.label) for a in self.arms[1:]]
        return _arm_first(pd.concat(parts, ignore_index=True))

    def plot(self, outcome: str, *, unit: str = NATION, language: str = "en") -> Chart:
        """Paired differences over time with their intervals; a panel per unit for a level."""
        what = self.base.outcome(outcome, unit.partition(":")[0])
        return difference_chart(self.differences(outcome, unit), what, self.base.label, unit, language)

    @property
    def table(self) -> pd.DataFrame:
        """Paired differences of the standard outcomes for the whole country at the last common period."""
        return self.at_end()[["outcome", "arm", "period", "mean", "low", "high", "n"]]

    def at_end(self, outcomes: Sequence[str] = (), unit: str = NATION) -> pd.DataFrame:
        """Paired differences at the last common period, by outcome, arm and unit.

        Parameters
        ----------
        outcomes : sequence of str
            `STANDARD` by default, but those that these units lack.
        unit : str
            A level or one of its units.
        """
        parts = []
        for name in outcomes or STANDARD:
            if not outcomes and name == "net_rate" and unit == NATION:
                continue  # of a whole country it is 0
            try:
                found = self.differences(name, unit)
            except UnknownOutcome:
                if outcomes:
                    raise
                continue
            parts.append(at_period(found, None).assign(outcome=name))
        columns = ["outcome", "arm", "period", "unit", "name", "mean", "low", "high", "n"]
        made: pd.DataFrame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
        return made[columns]

    def units(self, unit: str) -> int:
        """How many units a level has; one for one of its units."""
        level, code = unit_level(unit)
        return 1 if code is not None else int(self.base.sources[0].frame(level)["unit"].nunique())

    def text(self, outcomes: Sequence[str] = (), unit: str = NATION) -> str:
        """`at_end` as it is printed, with a line where there are too few replicates for an interval."""
        found = self.at_end(outcomes, unit)
        if not len(found):
            return f"none of the standard outcomes is known of {unit}"
        fewest = int(found["n"].min())
        left_out = ["unit", "name"] if unit == NATION else []
        if found["low"].isna().all():
            left_out += ["low", "high"]
        lines = [found.drop(columns=left_out).to_string(index=False)]
        if fewest < FEWEST:
            n = "one replicate" if fewest == 1 else f"{fewest} replicates"
            lines.append(f"{n}: no interval; use more seeds (at least {FEWEST})")
        return "\n".join(lines)

    def __repr__(self) -> str:
        words = ", ".join(f"{a.label} ({len(a.sources)})" for a in self.arms)
        return f"Comparison({words}; base {self.base.label})"

    def __str__(self) -> str:
        return f"{self!r}\n\n{self.text()}"

    def _repr_html_(self) -> str:
        head = escape(repr(self))
        return f"<p><b>{head}</b></p>{self.configurations.to_html()}{self.table.to_html(index=False)}"


def _arm_first(table: pd.DataFrame) -> pd.DataFrame:
    return table[["arm", *(c for c in table.columns if c != "arm")]]

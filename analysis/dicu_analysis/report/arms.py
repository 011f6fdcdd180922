"""The two arms of a report in words, and every figure of both over their replicates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import pandas as pd

from dicu_analysis.effects import Effect, differences, estimate, levels
from dicu_analysis.language import Words
from dicu_analysis.load import Run
from dicu_analysis.reform_names import ReformName
from dicu_analysis.report.measures import Measures, Sheet, both, changes_by_province, measure, outcomes
from dicu_analysis.report.subject import Subject


@dataclass(frozen=True, eq=False)
class Arms:
    """A subject with its figures.

    Attributes
    ----------
    subject : Subject
    sheet : Sheet
        The run that is reported.
    pairs : tuple of (Sheet, Sheet)
        Its replicates with their twins; empty without a twin.
    treated, base : tuple of dict
        Figures of each run, in the order of ``pairs``; ``treated`` of the run alone without a twin.
    """

    subject: Subject
    sheet: Sheet
    pairs: tuple[tuple[Sheet, Sheet], ...]
    treated: tuple[Measures, ...]
    base: tuple[Measures, ...]

    @property
    def run(self) -> Run:
        """The run that is reported."""
        return self.subject.run

    @property
    def twin(self) -> Sheet | None:
        """The other arm of the first pair."""
        return self.pairs[0][1] if self.pairs else None

    @property
    def n(self) -> int:
        """Pairs."""
        return len(self.pairs)

    @cached_property
    def difference(self) -> dict[str, Effect]:
        """Paired differences, run less twin."""
        return differences(self.treated, self.base) if self.pairs else {}

    @cached_property
    def level(self) -> dict[str, Effect]:
        """Means of the run and its replicates."""
        return levels(self.treated)

    @cached_property
    def base_level(self) -> dict[str, Effect]:
        """Means of the other arm."""
        return levels(self.base, "base") if self.base else {}

    def relative(self, key: str) -> Effect | None:
        """Paired difference in percent of the other arm; None where either lacks it or the other is 0."""
        if key not in self.difference or any(not b[key] for b in self.base):
            return None
        return estimate(
            [100 * (a[key] / b[key] - 1) for a, b in zip(self.treated, self.base, strict=True)],
            f"relative:{key}",
        )

    @cache  # noqa: B019 - an Arms lives as long as the process that writes one page
    def outcomes(self, moment: str) -> pd.DataFrame:
        """Percent of people by what became of their access, see `measures.outcomes`."""
        return outcomes(self.pairs, moment)

    @cache  # noqa: B019
    def changes(self, service: str, moment: str) -> pd.Series[float]:
        """Change of access by legacy province, see `measures.changes_by_province`; the mean over pairs."""
        changes = [changes_by_province(a, b, service, moment) for a, b in self.pairs]
        made: pd.Series[float] = pd.concat(changes, axis=1).mean(axis=1)
        return made

    @property
    def terrains(self) -> list[str]:
        """Terrains of this world, without the whole."""
        return [t for t in self.sheet.groups if t != "all"]

    @cached_property
    def reform_name(self) -> ReformName:
        """What the reform of the run is called."""
        return ReformName.of_run(self.run)

    def reform(self, w: Words) -> str:
        """The reform of the run, in words."""
        return self.reform_name.name(w)

    def names(self, w: Words) -> tuple[str, str]:
        """Short names of both arms, for legends and tables."""
        twin = self.subject.twin
        if twin is None:
            return w.t("this run", "lần mô phỏng này"), ""
        if not self.subject.about_the_reform:
            return w.t("this run", "lần mô phỏng này"), w.t("the run compared with", "lần mô phỏng đối chứng")
        return self.reform_name.label(w), ReformName.of_run(twin).label(w)

    def other(self, w: Words) -> str:
        """The other arm as a clause: "the same country without the merger"."""
        if not self.subject.about_the_reform:
            return w.t("the run it is compared with", "lần mô phỏng được đem so sánh")
        return w.t("the same country without the reform", "cùng đất nước đó nếu không sắp xếp")


def collect(subject: Subject, tell: Callable[[str], None] | None = None) -> Arms:
    """Read every run of a subject and take its figures."""
    if not subject.pairs:
        sheet = Sheet(subject.run)
        return Arms(subject, sheet, (), (measure(sheet),), ())
    pairs, treated, base = [], [], []
    for k, (run, twin) in enumerate(subject.pairs):
        if tell is not None:
            tell(f"reading pair {k + 1} of {len(subject.pairs)}")
        sheets = both(run, twin)
        treated.append(measure(sheets[0]))
        base.append(measure(sheets[1]))
        pairs.append(sheets)
    return Arms(subject, pairs[0][0], tuple(pairs), tuple(treated), tuple(base))

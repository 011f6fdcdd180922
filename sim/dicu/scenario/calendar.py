"""The calendar of a run: which quarter or month a step is, and which step a date falls on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from dicu.scenario.wording import quoted

StepLength = Literal["quarter", "month"]

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
FIRST_AGE_YEAR: Final = 2010
LAST_AGE_YEAR: Final = 2037
"""Between these years the members of a run have ages that can be held, see `Calendar.age_year`."""
FIRST_MOMENT: Final = 1995
"""Year from whose January `Calendar.moment` counts; no run begins earlier."""
NOTATION: Final = (
    "a quarter such as 2025Q3, a month such as 2025-07 or its first day 2025-07-01, years "
    f"{FIRST_YEAR} to {LAST_YEAR}"
)

_DAY: Final = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])-01")
_INSIDE: Final = re.compile(r"([0-9]{4}-(?:0[1-9]|1[0-2]))-[0-3][0-9]")
_QUARTER: Final = re.compile(r"([0-9]{4})Q([1-4])")
_MONTH: Final = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def parse_period(label: str) -> tuple[int, int]:
    """First month and number of months of a quarter ("2025Q3") or a month ("2025-07").

    Parameters
    ----------
    label : str
        A quarter ``YYYYQn`` or a month ``YYYY-MM``.

    Returns
    -------
    tuple of int
        Months since January of year 0 at which the period begins, and its length in months (3 or 1).

    Raises
    ------
    ValueError
        When the label is neither; the message says what is allowed.
    """
    if match := _QUARTER.fullmatch(label):
        year, month, months = int(match[1]), 3 * (int(match[2]) - 1), 3
    elif (match := _MONTH.fullmatch(label)) or (match := _DAY.fullmatch(label)):
        year, month, months = int(match[1]), int(match[2]) - 1, 1
    elif match := _INSIDE.fullmatch(label):
        raise ValueError(
            f"a day within a month: the model knows none, everything dated acts at the beginning of a month or quarter "
            f"(got {quoted(label)}, allowed {quoted(match[1] + '-01')}, or {NOTATION})"
        )
    else:
        raise ValueError(f"not a date (got {quoted(label)}, allowed {NOTATION})")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"year out of range (got {quoted(label)}, allowed {NOTATION})")
    return 12 * year + month, months


def edge_problems(start: str, end: str, step: StepLength) -> list[tuple[Literal["start", "end"], str]]:
    """What keeps two dates from being the edges of a run of whole steps; empty when nothing does.

    Parameters
    ----------
    start, end : str
        First and last period, each readable by `parse_period`.
    step : {"quarter", "month"}
        Length of a step.

    Returns
    -------
    list of (str, str)
        Which date is wrong ("start" or "end"), and what is wrong with what is allowed.
    """
    length = 3 if step == "quarter" else 1
    first, _ = parse_period(start)
    last, months = parse_period(end)
    found: list[tuple[Literal["start", "end"], str]] = []
    if first % length:
        months_allowed = "01, 04, 07 or 10"
        found.append(
            (
                "start",
                f"not at the beginning of a quarter (got {quoted(start)}, allowed month {months_allowed})",
            )
        )
    if (last + months) % length:
        months_allowed = "03, 06, 09 or 12"
        found.append(
            ("end", f"not the last month of a quarter (got {quoted(end)}, allowed month {months_allowed})")
        )
    if last + months <= first:
        found.append(("end", f"the end lies before the start (got {quoted(start)} to {quoted(end)})"))
    return found


def history_problem(history: str, start: str, step: StepLength) -> str:
    """What keeps a date from being where the history of a run begins; "" when nothing does."""
    months = parse_period(start)[0] - parse_period(history)[0]
    if months <= 0:
        return f"not before the start (got {quoted(history)}, allowed a period before {quoted(start)})"
    if step == "quarter" and months % 3:
        return f"not at the beginning of a quarter (got {quoted(history)}, allowed month 01, 04, 07 or 10)"
    return ""


@dataclass(frozen=True)
class Calendar:
    """Steps from ``start`` to ``end``, both included, each a quarter or a month long.

    What is dated at a step acts at its beginning: a policy of 2025Q3 acts on 1 July 2025, before anything
    else of that step. Steps count from ``start``, those of the history before it from below 0.

    Parameters
    ----------
    start, end : str
        First and last period, as a quarter ("2019Q2") or a month ("2019-04"). With quarters as steps, a start
        in months must be the first month of a quarter and an end in months the last.
    step : {"quarter", "month"}
        Length of a step.
    history : str or None
        Period from which the run is simulated, without a record, before it begins; None: it begins at ``start``.

    Raises
    ------
    ValueError
        When a date cannot be read, does not lie on an edge of the steps, or the end comes before the start.
    """

    start: str
    end: str
    step: StepLength = "quarter"
    history: str | None = None

    def __post_init__(self) -> None:
        if self.step not in ("quarter", "month"):
            raise ValueError(f"no such step (got {quoted(self.step)}, allowed quarter, month)")
        for which, text in edge_problems(self.start, self.end, self.step):
            raise ValueError(f"{which}: {text}")
        if self.history is not None and (wrong := history_problem(self.history, self.start, self.step)):
            raise ValueError(f"history: {wrong}")

    @property
    def months_per_step(self) -> int:
        """Length of a step in months: 3 or 1."""
        return 3 if self.step == "quarter" else 1

    @property
    def dt_quarters(self) -> float:
        """Length of a step in quarters: 1 or 1/3. Rates a quarter become chances by 1 - exp(-rate dt)."""
        return self.months_per_step / 3

    @property
    def steps_per_year(self) -> int:
        """Steps in a calendar year: 4 or 12."""
        return 12 // self.months_per_step

    @property
    def n_steps(self) -> int:
        """Number of steps: 2019Q2 to 2035Q4 are 67 quarters."""
        last, months = parse_period(self.end)
        return (last + months - self._first_month) // self.months_per_step

    @property
    def steps(self) -> range:
        """All steps in order: 0, 1, ..., n_steps - 1."""
        return range(self.n_steps)

    @property
    def first_step(self) -> int:
        """The first step that is simulated: 0, or as many below it as the history has."""
        if self.history is None:
            return 0
        return (parse_period(self.history)[0] - self._first_month) // self.months_per_step

    def moment(self, step: int) -> int:
        """Number of a step since January 1995, for the keys of draws: the same luck whenever a run begins."""
        return (self._first_month - 12 * FIRST_MOMENT) // self.months_per_step + step

    def label(self, step: int) -> str:
        """Name of a step: "2025Q3" when steps are quarters, "2025-07" when they are months."""
        month = self._month_of(step)
        if self.step == "quarter":
            return f"{month // 12}Q{month % 12 // 3 + 1}"
        return f"{month // 12}-{month % 12 + 1:02d}"

    def year(self, step: int) -> int:
        """Calendar year in which a step lies."""
        return self._month_of(step) // 12

    def age_year(self, step: int) -> int:
        """Year in which ages of a step are counted: its calendar year, moved where the run begins before 2010.

        A birth year has 7 bits from 1910, in which who is 99 at the start and who is born at the end must both fit. All
        birth years of a run are moved by the same number of years, so that nobody's age is another one.
        """
        return self.year(step) + max(0, FIRST_AGE_YEAR - self.year(self.first_step))

    def is_year_end(self, step: int) -> bool:
        """Whether a step is the last of its calendar year (the fourth quarter, or December)."""
        return (self._month_of(step) + self.months_per_step) % 12 == 0

    def steps_until(self, label: str) -> float:
        """Steps from the start of the run to a date: negative before the start, and not whole within a step."""
        month, _ = parse_period(label)
        return (month - self._first_month) / self.months_per_step

    def step_of(self, label: str) -> int:
        """Step at whose beginning a date lies.

        Parameters
        ----------
        label : str
            A quarter or a month, whatever the length of a step: "2025Q3" and "2025-07" begin on the same day.

        Returns
        -------
        int
            The step, 0 for the start of the run.

        Raises
        ------
        ValueError
            When the date cannot be read, lies outside the run, or lies inside a step.
        """
        month, _ = parse_period(label)
        months = month - self._first_month
        if not 0 <= months < self.n_steps * self.months_per_step:
            raise ValueError(
                f"outside the run (got {quoted(label)}, allowed {self.label(0)} to {self.label(self.n_steps - 1)})"
            )
        if months % self.months_per_step:
            before = months // self.months_per_step
            choices = " or ".join(self.label(s) for s in (before, before + 1) if s < self.n_steps)
            raise ValueError(f"not at the beginning of a quarter (got {quoted(label)}, allowed {choices})")
        return months // self.months_per_step

    @property
    def first_month(self) -> int:
        """Months since January of year 0 at which the first step that is simulated begins."""
        return self._first_month + self.first_step * self.months_per_step

    def month_of(self, step: int) -> int:
        """Months since January of year 0 at which a step begins.

        Raises
        ------
        IndexError
            When there is no such step.
        """
        return self._month_of(step)

    def step_holding(self, month: int) -> int:
        """Step in which a month (since January of year 0) lies; the first one for earlier months."""
        return max((month - self._first_month) // self.months_per_step, self.first_step)

    def step_at(self, label: str) -> int:
        """Step at whose beginning a date lies, or the next one, between the first one and ``n_steps``."""
        months = parse_period(label)[0] - self._first_month
        return min(max(-(-months // self.months_per_step), self.first_step), self.n_steps)

    @property
    def _first_month(self) -> int:
        return parse_period(self.start)[0]

    def _month_of(self, step: int) -> int:
        if not self.first_step <= step < self.n_steps:
            raise IndexError(f"no such step (got {step}, allowed {self.first_step} to {self.n_steps - 1})")
        return self._first_month + step * self.months_per_step

"""The bench's history: a table with a row a commit and case, and whether a bench is slower than one in it."""

from __future__ import annotations

import csv
import io
import platform
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from dicu.lab.bench.measure import Measured
from dicu.record.folder import write_bytes
from dicu.record.manifest import SOURCE, git_version, machine

COLUMNS: Final = (
    "commit", "date", "machine", "size", "case", "yardstick", "ratio", "spread", "ns_a_row", "yardstick_ns",
    "rows", "chunks",
)  # fmt: skip
TOLERANCE: Final = 0.05
"""Worse by more than this share is worse: the ratios of two benches of the same code differ by up to 3 %."""


class BadHistory(ValueError):
    """A file is no history of a bench."""


@dataclass(frozen=True)
class Entry:
    """A row of the history, see `COLUMNS`: ``size`` is what ``--rows`` said, ``rows`` are those of a call."""

    commit: str
    date: str
    machine: str
    size: str
    measured: Measured

    @property
    def key(self) -> tuple[str, str, str, str]:
        """There is one row of each."""
        return self.commit, self.machine, self.size, self.measured.case

    def cells(self) -> list[str]:
        """The row as text."""
        m = self.measured
        times = f"{m.ratio:.5g}", f"{m.spread:.4f}", f"{m.ns_a_row:.5g}", f"{m.yardstick_ns:.5g}"
        return [
            self.commit,
            self.date,
            self.machine,
            self.size,
            m.case,
            m.yardstick,
            *times,
            str(m.rows),
            str(m.chunks),
        ]


def this_machine() -> str:
    """Processor and cores, by which ratios may be compared."""
    told = machine()
    return f"{told['cpu'] or platform.machine()}, {told['cores']} cores, {socket.gethostname()}"


def this_commit(root: Path = SOURCE) -> str:
    """The commit of the program, with a + where its sources were changed since; the version without git."""
    from importlib.metadata import version

    git = git_version(root)
    if git is None or git["sha"] is None:
        return f"v{version('dicu')}"
    return str(git["sha"])[:12] + ("+" if git["dirty"] else "")


def entries(found: Iterable[Measured], size: str) -> list[Entry]:
    """What was measured here and now, as rows."""
    commit, on, now = this_commit(), this_machine(), datetime.now(UTC).isoformat(timespec="seconds")
    return [Entry(commit, now, on, size, m) for m in found]


def read(file: Path) -> list[Entry]:
    """Read a history.

    Raises
    ------
    BadHistory
        When it is none, with line, column and value.
    FileNotFoundError
    """
    with open(file, encoding="utf-8", newline="") as opened:
        table = csv.DictReader(opened)
        if table.fieldnames is None or tuple(table.fieldnames) != COLUMNS:
            raise BadHistory(f"{file}: line 1: columns are {table.fieldnames}, must be {list(COLUMNS)}")
        return [_entry(file, table.line_num, row) for row in table]


def _entry(file: Path, line: int, row: dict[str, Any]) -> Entry:
    numbers: dict[str, float] = {}
    for name in COLUMNS[6:]:
        try:
            numbers[name] = float(row[name])
        except (TypeError, ValueError):
            raise BadHistory(f"{file}: line {line}: {name}: got {row[name]!r}, must be a number") from None
    measured = Measured(
        row["case"],
        row["yardstick"],
        numbers["ratio"],
        numbers["spread"],
        numbers["ns_a_row"],
        numbers["yardstick_ns"],
        int(numbers["rows"]),
        int(numbers["chunks"]),
    )
    return Entry(row["commit"], row["date"], row["machine"], row["size"], measured)


def append(file: Path, new: Sequence[Entry]) -> None:
    """Add rows to a history, made if it is not there; those of the same commit, machine, size and case are replaced."""
    made = {entry.key: entry for entry in [*(read(file) if file.exists() else []), *new]}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(entry.cells() for entry in made.values())
    file.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(file, text.getvalue().encode())


@dataclass(frozen=True)
class Verdict:
    """What a comparison found for one case.

    Attributes
    ----------
    before : Entry
        Its last row in the history.
    now : float
        Ratio measured; of the repeat where there was one.
    worse : bool
        Slower than before beyond the tolerance, in the repeat too.
    repeated : bool
    """

    before: Entry
    now: float
    worse: bool
    repeated: bool

    def line(self) -> str:
        """In words."""
        then = self.before.measured.ratio
        how = "worse" if self.worse else "not worse" + (" when repeated" if self.repeated else "")
        return (
            f"{self.before.measured.case}: {then:.4g} at {self.before.commit}, now {self.now:.4g} "
            f"({self.now / then - 1:+.1%}): {how}"
        )


def compare(
    found: Sequence[Measured],
    before: Sequence[Entry],
    again: Callable[[str], Measured | None],
    *,
    size: str,
    tolerance: float = TOLERANCE,
) -> list[Verdict]:
    """Hold ratios against the last ones of a history of this size; one that is worse is measured again.

    Parameters
    ----------
    again : callable
        Measures a case once more.

    Raises
    ------
    BadHistory
        When the history has none of the cases at this size.
    """
    last = {e.measured.case: e for e in before if e.size == size}
    held = [m for m in found if m.case in last]
    if not held:
        there = ", ".join(sorted({f"{e.measured.case} ({e.size})" for e in before})) or "nothing"
        raise BadHistory(f"the history has none of these cases at --rows {size}; it has {there}")
    return [_verdict(m, last[m.case], again, tolerance) for m in held]


def _verdict(
    m: Measured, before: Entry, again: Callable[[str], Measured | None], tolerance: float
) -> Verdict:
    limit = before.measured.ratio * (1 + tolerance)
    if m.ratio <= limit:
        return Verdict(before, m.ratio, worse=False, repeated=False)
    repeat = again(m.case)
    best = m.ratio if repeat is None else min(m.ratio, repeat.ratio)
    return Verdict(before, best, worse=best > limit, repeated=True)


__all__ = [
    "COLUMNS", "TOLERANCE", "BadHistory", "Entry", "Verdict", "append", "compare", "entries", "read", "this_commit",
    "this_machine",
]  # fmt: skip

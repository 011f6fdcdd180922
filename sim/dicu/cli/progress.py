"""Progress on standard error: of a run (phase, steps, households per second), of a sweep (runs), with time left.

On a terminal a bar; elsewhere (a file, a log of a cluster) plain lines, at most one in `PLAIN_SECONDS`.
"""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

if TYPE_CHECKING:
    from dicu.sweeps.plan import Run
    from dicu.sweeps.work import Status


PLAIN_SECONDS: Final = 10.0
"""Between two lines about steps or runs where there is no terminal."""


class _Shown:
    """What both bars share: a console on standard error, one task, and its beginning and end."""

    def __init__(self, first: str) -> None:
        self._console = Console(stderr=True)
        self._plain = not self._console.is_terminal
        self._said = time.perf_counter()
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<30}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
        )
        self._task = self._bar.add_task(first, total=None, rate="")

    def __enter__(self) -> Self:
        if not self._plain:
            self._bar.start()
        return self

    def _line(self, text: str, *, at_once: bool = False) -> None:
        """A plain line, unless the last one was said just now."""
        now = time.perf_counter()
        if self._plain and (at_once or now - self._said >= PLAIN_SECONDS):
            self._said = now
            print(text, file=sys.stderr, flush=True)

    def note(self, text: str) -> None:
        """Print above the bar, or as lines."""
        if self._plain:
            self._line(text, at_once=True)
        else:
            self._console.print(text, highlight=False, markup=False)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._plain:
            self._bar.stop()


class Bar(_Shown):
    """Rich progress bar that follows `dicu.execution.progress.Progress`."""

    def __init__(self) -> None:
        super().__init__("")
        self._done = self._steps = self._step = 0
        self._since = time.perf_counter()

    def phase(self, text: str) -> None:
        """Show a phase of unknown length."""
        self._bar.update(self._task, description=text)
        self._line(text, at_once=True)

    def start(self, steps: int, households: int) -> None:
        """Begin counting steps."""
        self._since = time.perf_counter()
        self._done, self._steps, self._step = 0, steps, 0
        self._bar.reset(self._task, total=steps, description=f"{households:,} rows", rate="")

    def step(self, label: str, households: int) -> None:
        """Count a step; the rate is household-steps a second since the start."""
        self._done += households
        rate = self._done / max(time.perf_counter() - self._since, 1e-9)
        told = f"{rate / 1e6:,.1f} M households/s"
        self._bar.update(self._task, advance=1, description=label, rate=told)
        self._step += 1
        self._line(f"{label}: step {self._step} of {self._steps}, {told}", at_once=self._step == self._steps)


class Runs(_Shown):
    """Rich progress bar of a sweep: runs done and failed, seconds per run, time left."""

    def __init__(self) -> None:
        super().__init__("starting")
        self._ended = self._failed = self._missing = 0
        self._since = time.perf_counter()

    def start(self, missing: int, done: int) -> None:
        """So many runs are to be done, so many are there."""
        self._since = time.perf_counter()
        self._missing = missing
        self._bar.reset(self._task, total=missing, description=f"{done} runs were there", rate="")
        self._line(f"{missing} runs to do, {done} were there", at_once=True)

    def ended(self, run: Run, status: Status) -> None:
        """Count a run; a failed one is told at once."""
        self._ended += 1
        if status.state != "done":
            self._failed += 1
            self.note(f"failed: {run.label} {run.replicate} ({run.run_id}): {status.error}")
        rate = self._ended / max(time.perf_counter() - self._since, 1e-9)
        told = f"{run.label}, replication {run.replicate}"
        speed = f"{rate:,.2f} runs/s, {self._failed} failed"
        self._bar.update(self._task, advance=1, description=told, rate=speed)
        self._line(f"{self._ended} of {self._missing} runs, {speed}", at_once=self._ended == self._missing)

"""Progress bars on standard error: of a run (phase, steps, households a second), of a sweep (runs), with time left."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

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
    from sim.sweep.plan import Run
    from sim.sweep.work import Status


class _Shown:
    """What both bars share: a console on standard error, one task, and its beginning and end."""

    def __init__(self, first: str) -> None:
        self._console = Console(stderr=True)
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
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()


class Bar(_Shown):
    """Rich progress bar that follows `sim.run.Progress`."""

    def __init__(self) -> None:
        super().__init__("")
        self._done = 0
        self._since = time.perf_counter()

    def phase(self, text: str) -> None:
        """Show a phase of unknown length."""
        self._bar.update(self._task, description=text)

    def note(self, text: str) -> None:
        """Print above the bar."""
        self._console.print(text, highlight=False)

    def start(self, steps: int, households: int) -> None:
        """Begin counting steps."""
        self._since = time.perf_counter()
        self._bar.reset(self._task, total=steps, description=f"{households:,} rows", rate="")

    def step(self, label: str, households: int) -> None:
        """Count a step; the rate is household-steps a second since the start."""
        self._done += households
        rate = self._done / max(time.perf_counter() - self._since, 1e-9)
        self._bar.update(self._task, advance=1, description=label, rate=f"{rate / 1e6:,.1f} M households/s")


class Runs(_Shown):
    """Rich progress bar of a sweep: runs done and failed, seconds a run, time left."""

    def __init__(self) -> None:
        super().__init__("starting")
        self._ended = self._failed = 0
        self._since = time.perf_counter()

    def start(self, missing: int, done: int) -> None:
        """So many runs are to be done, so many are there."""
        self._since = time.perf_counter()
        self._bar.reset(self._task, total=missing, description=f"{done} runs were there", rate="")

    def ended(self, run: Run, status: Status) -> None:
        """Count a run; a failed one is told at once."""
        self._ended += 1
        if status.state != "done":
            self._failed += 1
            self._console.print(
                f"failed: {run.label} {run.replicate} ({run.run_id}): {status.error}", highlight=False
            )
        rate = self._ended / max(time.perf_counter() - self._since, 1e-9)
        told = f"{run.label}, replication {run.replicate}"
        self._bar.update(
            self._task, advance=1, description=told, rate=f"{rate:,.2f} runs/s, {self._failed} failed"
        )

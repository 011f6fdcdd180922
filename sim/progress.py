"""The progress bar of a run, on standard error: phase, steps, households a second, time left."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)


class Bar:
    """Rich progress bar that follows `sim.run.Progress`."""

    def __init__(self) -> None:
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
        self._task = self._bar.add_task("", total=None, rate="")
        self._done = 0
        self._since = time.perf_counter()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

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

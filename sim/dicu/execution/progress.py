"""Whom a run tells what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Progress(Protocol):
    """What a run tells while it works; all calls come from the run's own thread."""

    def phase(self, text: str) -> None:
        """A new phase begins (building the world, synthesising, drawing)."""

    def note(self, text: str) -> None:
        """Something worth reading, kept on the screen."""

    def start(self, steps: int, households: int) -> None:
        """The steps begin."""

    def step(self, label: str, households: int) -> None:
        """A step is done."""


@dataclass(frozen=True)
class Silent:
    """Tells nothing (tests, sweeps)."""

    def phase(self, text: str) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""

    def start(self, steps: int, households: int) -> None:
        """Nothing."""

    def step(self, label: str, households: int) -> None:
        """Nothing."""

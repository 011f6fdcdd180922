"""Fenced blocks of a page, to be executed as a reader would: shell, Python, and files to write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A block: its language, the file it is to be written to (or ""), and its text."""

    language: str
    file: str
    text: str


def blocks(page: Path) -> list[Block]:
    """Blocks of a page in order; those without a language are shown, not executed."""
    made = []
    for match in FENCE.finditer(page.read_text(encoding="utf-8")):
        language, _, rest = match["info"].partition(" ")
        file = rest.removeprefix("file=") if rest.startswith("file=") else ""
        if language:
            made.append(Block(language, file, match["text"]))
    return made

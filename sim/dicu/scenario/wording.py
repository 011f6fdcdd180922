"""Values as messages show them: on one line, and not too long."""

from __future__ import annotations

from collections.abc import Sequence


def clip(text: str, most: int = 60) -> str:
    """A text for a message, cut where it gets long."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def quoted(value: object, most: int = 60) -> str:
    """A value as Python writes it, cut where it gets long; one of numpy as the plain number that it is."""
    plain = getattr(value, "item", None)
    return clip(repr(plain() if callable(plain) else value), most)


def some(items: Sequence[object], most: int = 10) -> str:
    """The first ``most`` of some items, with commas between them, and how many more there are."""
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(str(item) for item in items[:most]) + more


def visible(text: str) -> str:
    """A text with everything that cannot be printed written as in Python: a line break as ``\\n``."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)

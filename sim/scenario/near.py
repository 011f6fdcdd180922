"""What was probably meant: the known word nearest to one that is unknown, for messages."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz, process

LONGEST: Final = 200
"""No name is longer; a longer word has no neighbour worth looking for."""
NEAR: Final = 0.6
"""Least similarity of two words, `rapidfuzz.fuzz.ratio` over 100."""
_LETTERS: Final = str.maketrans({"đ": "d", "Đ": "d", "-": "_"})
"""What Unicode does not take apart, and signs that are written for each other."""


def composed(text: str) -> str:
    """A text in Unicode's composed form (NFC), in which names are kept and compared."""
    return unicodedata.normalize("NFC", text)


@lru_cache(maxsize=16384)
def folded(text: str) -> str:
    """A text without case, accents and đ, for finding what was meant: "Đà Nẵng" -> "da nang"."""
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()


def nearest(word: str, candidates: Iterable[str], cutoff: float = NEAR) -> str:
    """The candidate that was probably meant, "" when none is near.

    Parameters
    ----------
    word : str
        Case, accents and - for _ do not count.
    candidates : iterable of str
    cutoff : float
        Least similarity, 0 to 1. A candidate that holds the whole word of four letters or more is near as well.

    Returns
    -------
    str
        One of the candidates; the first of those equally near.
    """
    if not 0 < len(word) <= LONGEST:
        return ""
    sought = folded(word)
    by_folded: dict[str, str] = {}
    for candidate in candidates:
        by_folded.setdefault(folded(candidate), candidate)
    found = process.extractOne(sought, list(by_folded), scorer=fuzz.ratio, score_cutoff=100.0 * cutoff)
    if found is not None:
        return by_folded[found[0]]
    holding = [name for name in by_folded if sought in name] if len(sought) >= 4 else []
    return by_folded[holding[0]] if holding else ""

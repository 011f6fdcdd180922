"""Names compared as a reader compares them: by Unicode's canonical form, and alike without their accents.

Two spellings are one name when their canonical forms (NFC) agree: a decomposed "Huế" is "Huế". They are only
alike, and worth a suggestion, when the accents must be dropped as well: "Hanoi" is not "Hà Nội" but means it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz, process

from dicu.scenario.wording import quoted

CUTOFF: Final = 60.0
"""Least likeness of a suggestion, percent: twice the letters in common over the letters of both."""
SHORTEST_PART: Final = 4
"""A word of at least this many letters suggests a name that holds it, or that it holds."""
D_WITH_STROKE: Final = str.maketrans("đĐðÐ", "dDdD")
"""Letters that Unicode does not decompose; the Icelandic eth is a common mistyping of đ."""
RANK: Final = re.compile(
    r"(thanh pho|thi xa|thi tran|dac khu|tinh|huyen|quan|phuong|xa|tp|tx|tt)(\.\s*|\s+)(?=\S)"
)
"""Rank before the name of a Vietnamese unit, without accents: names are listed without it."""
LONGEST: Final = 200
"""Characters of a word that are compared: nobody's typing error is longer."""


def canonical(text: str) -> str:
    """A name in the form in which it is compared: NFC, without spaces round it or doubled within it."""
    return " ".join(unicodedata.normalize("NFC", text).split())


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """Lower-case letters and digits of a name without accents ("Đắk Plao" -> "dakplao")."""
    return "".join(ch for ch in _plain(text) if ch.isalnum())


def _plain(text: str) -> str:
    """Lower case without accents; spaces and punctuation stay."""
    parts = unicodedata.normalize("NFKD", text.translate(D_WITH_STROKE)).casefold()
    return "".join(ch for ch in parts if not unicodedata.combining(ch))


def same(word: str, names: Iterable[str]) -> list[str]:
    """Names that are ``word`` in canonical form, whatever their case; several when they differ in it only."""
    wanted = canonical(word).casefold()
    found = [name for name in names if canonical(name).casefold() == wanted]
    exact = [name for name in found if canonical(name) == canonical(word)]
    return exact or found


def unit_of(
    word: str, codes: Sequence[str], names: Sequence[str], kind: str, lies_in: Sequence[str] = ()
) -> int:
    """Which of some units a code or a name stands for.

    Parameters
    ----------
    word : str
        What was written.
    codes, names : sequence of str
        Of each unit.
    kind : str
        What they are, for messages ("commune").
    lies_in : sequence of str
        Where each lies, to tell units of one name apart.

    Returns
    -------
    int
        Position of the unit.

    Raises
    ------
    ValueError
        None has that code or name (with the name that was probably meant), or several bear the name (with their codes
        and where they lie).
    """
    if canonical(word) in codes:
        return codes.index(canonical(word))
    meant = set(same(word, names))
    found = sorted((codes[i], i) for i, name in enumerate(names) if name in meant)
    if len(found) == 1:
        return found[0][1]
    if found:
        told = (f"{code} ({', '.join((names[i], *lies_in[i : i + 1]))})" for code, i in found)
        raise ValueError(
            f"{len(found)} {kind}s have that name (got {quoted(word)}, allowed one code of {', '.join(told)})"
        )
    near = suggest(word, names)
    hint = f"; did you mean {near}" if near else ""
    raise ValueError(f"no {kind} of that code or name (got {quoted(word)}{hint})")


def suggest(name: str, allowed: Iterable[str], cutoff: float = CUTOFF) -> str:
    """The allowed name that was probably meant, "" when none is near.

    Parameters
    ----------
    name : str
        What was written.
    allowed : iterable of str
        What there is; of names equally near the first is suggested.
    cutoff : float
        Least likeness, percent.

    Returns
    -------
    str
        One of ``allowed``: alike after `fold`, with its rank or without ("Thành phố Huế"); else the most
        alike by letters; else one that holds the whole word, or that the word holds.
    """
    name = canonical(name[:LONGEST])
    plain = _plain(name)
    rank = RANK.match(plain)
    word, bare = fold(plain), fold(plain[rank.end() :] if rank else plain)
    names = list(dict.fromkeys(allowed))
    folded = [fold(other) for other in names]
    if not word:
        return ""
    for exactly in (word, bare):
        if exactly in folded:
            return names[folded.index(exactly)]
    best = process.extractOne(word, folded, scorer=fuzz.ratio, score_cutoff=cutoff)
    at = best[2] if best is not None else _holds(word, folded)
    return "" if at is None else names[at]


def _holds(word: str, folded: Sequence[str]) -> int | None:
    """Position of the shortest name that holds the word, else of the longest one that it holds."""
    if len(word) < SHORTEST_PART:
        return None
    longer = [i for i, other in enumerate(folded) if word in other]
    if longer:
        return min(longer, key=lambda i: len(folded[i]))
    within = [i for i, other in enumerate(folded) if len(other) >= SHORTEST_PART and other in word]
    return max(within, key=lambda i: len(folded[i]), default=None)

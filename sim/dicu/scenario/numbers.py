"""How a number is written: digits 0 to 9, a point, an exponent; nothing that readers take for something else.

Python reads ``1_000``, ``0b11`` and digits of any script; YAML libraries read ``010`` as 8 or as 10. Here such a
word is text, so that whoever needs a number refuses it and `plainly` says what was probably meant.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
NUMBER: Final = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_LONGEST: Final = 60
_BASE: Final = re.compile(r"([-+]?)(0[bB][01]+|0[oO][0-7]+|0[xX][0-9a-fA-F]+)")
_ZEROS: Final = re.compile(r"^([-+]?)0+(?=[0-9])")
_SIGNS: Final = str.maketrans({"_": "", "'": "", "’": "", "\u2212": "-", "\u066b": ".", "\u066c": ""})
"""Separators of thousands that mean nothing else, the sign minus, the Arabic point and separator."""


def number(text: str) -> float | None:
    """The number that a text is, None when it is none or is not written plainly."""
    return float(text) if NUMBER.fullmatch(text) else None


def plainly(text: str) -> str:
    """A number as it should be written, "" when the text is no number in any notation.

    ``1_000`` -> ``1000``, ``0b11`` -> ``3``, ``٣`` -> ``3``, ``007`` -> ``7``.
    """
    if len(text) > _LONGEST:
        return ""
    latin = "".join(c if (d := unicodedata.decimal(c, None)) is None else str(d) for c in text)
    made = "".join(latin.translate(_SIGNS).split())
    if base := _BASE.fullmatch(made):
        return f"{base[1]}{int(base[2], 0)}"
    made = _ZEROS.sub(r"\1", made)
    return made if NUMBER.fullmatch(made) else ""


def otherwise_written(text: str) -> str:
    """The number that a text is in a notation that readers do not take, "" for plain numbers and for no number.

    A code of leading zeros is plain: ``00101`` -> ``""``; ``１２`` -> ``12``, ``1_941`` -> ``1941``.
    """
    return "" if text.isascii() and text.isalnum() else plainly(text) if number(text) is None else ""

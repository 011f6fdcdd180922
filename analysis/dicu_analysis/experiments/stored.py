"""What `experiment.json` holds in English, said in the language of a reader.

Names, units and notes are stored once, in English, so that a result is the same whatever language its page is in;
``vi.yaml`` has the Vietnamese of each, with what is filled in told by its number (`dicu.scenario.languages`). Texts
that travel in both languages (`Text`) are not in it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from dicu.scenario.languages import WRITTEN, Language
from dicu.scenario.vocabulary import POLICY_WORDS
from dicu_analysis.language import Text, Words

FILE: Final = Path(__file__).with_name("vi.yaml")
WORLDS: Final = {"viet_nam": Text("viet_nam", "Việt Nam")}
_NUMBER: Final = re.compile(r"(?<![\w.,/])\d[\d.,]*\d(?![\w/])")
_ENGLISH: Final = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?|\d+\.\d+")
_PERIOD: Final = re.compile(r"(\d{4}(?:Q\d|-\d\d)) to (\d{4}(?:Q\d|-\d\d))")
_PER_CENT: Final = re.compile(r"(?<=\d) %")
_QUARTERS: Final = re.compile(r"(?<=\d) q\b")


@cache
def table() -> Language:
    """The Vietnamese of everything that is stored in English; policies are called what every page calls them."""
    sentences = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    policies = {key: _small(word.label_vi) for key, word in POLICY_WORDS.items()}
    return Language("vi", WRITTEN["vi"], ",", ".", "", (), {}, {}, False, policies | sentences)


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def said(w: Words, english: str) -> str:
    """A stored text in the language of a reader; English where the table has none."""
    return numbers(table().said(english)) if w.vi else english


def note(w: Words, english: str) -> str:
    """A note of an estimate, which may be two with a semicolon between them."""
    whole = said(w, english)
    return "; ".join(said(w, each) for each in english.split("; ")) if whole == english else whole


def say(w: Words, text: Text) -> str:
    """A text of a result: in Vietnamese with quarters in words, and from the table where it was left in English."""
    if not w.vi:
        return text.en
    own = text.vi if text.vi != text.en else said(w, text.en)
    return _PER_CENT.sub("%", _QUARTERS.sub(" quý", own))


def numbers(text: str) -> str:
    """A text with its English numbers in Vietnamese signs: 1,234.5 becomes 1.234,5; a version or a date stays."""

    def turned(found: re.Match[str]) -> str:
        number = found.group()
        return number.translate(str.maketrans(",.", ".,")) if _ENGLISH.fullmatch(number) else number

    return _NUMBER.sub(turned, text)


def policies(w: Words, text: str) -> str:
    """A sentence in which policies and programmes stand by their keys, with what they are called instead."""
    if not w.vi:
        return text
    names = {key: word.vi for key, word in POLICY_WORDS.items()}
    names |= {key: table().said(key) for key in ("housing", "zones")}
    return re.sub(rf"\b({'|'.join(sorted(names, key=len, reverse=True))})\b", lambda m: names[m[0]], text)


def period(w: Words, stored: str) -> str:
    """First and last period of runs, "2020Q1 to 2024Q4"."""
    found = _PERIOD.fullmatch(stored)
    return f"{w.step(found[1])} đến {w.step(found[2])}" if w.vi and found else stored


def world(w: Words, name: str) -> str:
    """Name of the world of runs."""
    return w.of(WORLDS, name)


__all__ = ["FILE", "note", "numbers", "period", "policies", "said", "say", "table", "world"]

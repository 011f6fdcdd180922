"""Languages in which pages are written: two that stand in the source, and one file of sentences for each other.

A third language is ``data/languages/CODE.yaml``: its name, how numbers and dates are written, and `sentences`, each
English one with its translation. What is filled in is told by its number, ``{1} of {2}``; `dicu_analysis.sentences`
lists the English ones. A sentence that a table lacks is said in English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import yaml

HERE: Final = Path(__file__).parent / "data" / "languages"
WRITTEN: Final[Mapping[str, str]] = {"en": "English", "vi": "Tiếng Việt"}
"""Languages of the source and their own names."""
SHORT: Final = 12
"""Letters below which a sentence is a scrap like "{1} to {2}", which other sentences contain."""
SCRAP: Final = 60
"""Characters that may be filled into a scrap: more is another sentence, and not translated by halves."""
_FILLED: Final = re.compile(r"(?<!\{)\{(\d+)\}(?!\})")


@dataclass(frozen=True)
class Language:
    """A table of sentences.

    Attributes
    ----------
    code, name : str
        ISO 639 code, and what the language calls itself.
    decimal, group : str
        Signs of a number: before decimals, and between thousands.
    day : str
        How a first day of a month is written, with ``{month}`` and ``{year}``.
    months : tuple of str
        Twelve names.
    sizes : mapping of str to str
        thousand, million, billion and trillion, in the plural.
    market : mapping of str to str
        ``stem`` of the word for a district and the ``word`` in its place where districts do not govern.
    complete : bool
        Claims that no sentence is missing; a test holds it to that.
    sentences : mapping of str to str
    """

    code: str
    name: str
    decimal: str
    group: str
    day: str
    months: tuple[str, ...]
    sizes: Mapping[str, str]
    market: Mapping[str, str]
    complete: bool
    sentences: Mapping[str, str] = field(repr=False)

    def said(self, english: str) -> str:
        """A sentence in this language, English where the table has none."""
        known = self._said
        if english not in known:
            known[english] = self._translated(english)
        return known[english]

    def has(self, english: str) -> bool:
        """Whether the table has a sentence, with what is filled in or without."""
        return english in self.sentences or self._found(english) is not None

    @cached_property
    def _said(self) -> dict[str, str]:
        return {plain(en): plain(own) for en, own in self.sentences.items() if not _FILLED.search(en)}

    @cached_property
    def _filled(self) -> list[tuple[int, re.Pattern[str], str]]:
        """Patterns of the sentences into which something is filled, those with the most letters first."""
        made = []
        for english, own in self.sentences.items():
            parts = _FILLED.split(english)
            if len(parts) == 1:
                continue
            letters = sum(map(str.isalpha, "".join(parts[::2])))
            most = f"{{0,{SCRAP}}}" if letters < SHORT else "*"
            text = "".join(
                f"(?P<f{part}>.{most}?)" if at % 2 else re.escape(plain(part))
                for at, part in enumerate(parts)
            )
            made.append((letters, re.compile(text, re.DOTALL), own))
        return sorted(made, key=lambda row: -row[0])

    def _found(self, english: str, least: int = 0) -> tuple[re.Match[str], str] | None:
        """What matches with the most letters, of those with `least` of them."""
        for letters, pattern, own in self._filled:
            if letters < least:
                break
            if match := pattern.fullmatch(english):
                return match, own
        return None

    def _translated(self, english: str, least: int = 0) -> str:
        found = self._found(english, least)
        if found is None:
            return english
        match, own = found
        # what is filled in may be a sentence itself, but is mostly said already: a scrap would fit that too
        plainly = {
            n: self._said.get(text) or self._translated(text, SHORT) for n, text in match.groupdict().items()
        }
        return plain(_FILLED.sub(lambda m: plainly.get(f"f{m[1]}", m[0]), own))


def plain(text: str) -> str:
    """A sentence with its doubled braces as single ones."""
    return text.replace("{{", "{").replace("}}", "}")


@cache
def codes() -> tuple[str, ...]:
    """Codes of all languages, those of the source first."""
    return (*WRITTEN, *sorted(path.stem for path in HERE.glob("*.yaml")))


@cache
def language(code: str) -> Language:
    """The table of a language that is not one of the source.

    Raises
    ------
    ValueError
        When the file is wrong: a key missing or unknown, months that are not twelve, or a translation that
        fills in what its sentence does not have.
    """
    path = HERE / f"{code}.yaml"
    told: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    wanted = set(Language.__dataclass_fields__) - {"code"}
    if set(told) != wanted:
        raise ValueError(f"{path}: keys {sorted(set(told) ^ wanted)} (allowed: {', '.join(sorted(wanted))})")
    if len(told["months"]) != 12:
        raise ValueError(f"{path}: months: {len(told['months'])} of them (allowed: 12)")
    for english, own in told["sentences"].items():
        if not isinstance(own, str) or not set(_FILLED.findall(own)) <= set(_FILLED.findall(english)):
            raise ValueError(
                f"{path}: sentences: {english!r}: got {own!r} (allowed: a text that fills in what the sentence has)"
            )
    return Language(code=code, **(told | {"months": tuple(told["months"])}))


def name_of(code: str) -> str:
    """What a language calls itself."""
    return WRITTEN[code] if code in WRITTEN else language(code).name

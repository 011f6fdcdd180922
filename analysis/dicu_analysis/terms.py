"""The terms in which outputs speak of a country: its tiers of government, its money, its regions, its reform.

Sentences are written once, with the words and the money of the country that comes with the package. A run of another
country says of itself what these are called there (the block ``country`` of its manifest), and every sentence that
`dicu_analysis.language.Words` says, and every text of a figure, is put into those terms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from dicu.record.local import MODEL_UNIT, local_of_manifest
from dicu.scenario.languages import WRITTEN, language

GUARD: Final = "\u2060"
"""Stands, unseen, in a country's word that is the package's word for another tier, so that it is not put into terms
twice."""
SIZES: Final[tuple[tuple[float, str, str], ...]] = (
    (1.0, "", ""),
    (1e3, "thousand", "nghìn"),
    (1e6, "million", "triệu"),
    (1e9, "billion", "tỷ"),
    (1e12, "trillion", "nghìn tỷ"),
)
SCALES: Final = {"one": 1.0, "thousand": 1e3, "million": 1e6}
TRILLION: Final = 1e6
"""Amounts of the model (million dong) in the unit that sums of money are told in: a trillion dong."""
MARKET: Final[Mapping[str, Mapping[str, str]]] = {
    "one": {"en": "labour market", "vi": "thị trường lao động"},
    "many": {"en": "labour markets", "vi": "thị trường lao động"},
}
"""What a district is in a country whose districts do not govern and have no word of their own."""
_TIERS: Final = ("commune", "district", "province")
_ENGLISH: Final = re.compile(
    r"(?:\b(?P<article>[Aa])n? )?\b(?P<word>(?:[Cc]ommune|[Dd]istrict|[Pp]rovince)s?)\b"
)
_VIETNAMESE: Final = re.compile(
    r"(?P<before>thị )?\b(?P<word>[Xx]ã|[Hh]uyện|[Tt]ỉnh, thành phố|[Tt]ỉnh)\b(?P<after> hội)?"
)
_OF_VIETNAMESE: Final = {
    "xã": "commune",
    "huyện": "district",
    "tỉnh": "province",
    "tỉnh, thành phố": "province",
}
_SUM_ENGLISH: Final = re.compile(r"\b(?P<first>[Tt])rillion (?:dong|VND)\b")
_SUM_VIETNAMESE: Final = re.compile(r"\b(?P<first>[Nn])ghìn tỷ đồng\b")


@dataclass(frozen=True)
class Terms:
    """What a country calls things.

    Attributes
    ----------
    block : mapping
        ``country`` of the manifest; empty for runs before there were other countries.
    residents : float
        Of the country: sums of money are told in a unit in which they are no fractions.
    own : bool
        Whether this is another country than those of the package, in whose terms sentences are written.
    """

    block: Mapping[str, Any] = field(default_factory=dict)
    residents: float = 0.0
    own: bool = False

    def said(self, text: str, code: str) -> str:
        """A sentence of the package in the terms of this country."""
        if not self.own:
            return text
        if code == "vi":
            text = _SUM_VIETNAMESE.sub(lambda m: _like(m["first"], self.money(code)), text)
            text = text.replace("triệu đồng", self.amount(code))
            return _VIETNAMESE.sub(self._tier_vi, text)
        text = _SUM_ENGLISH.sub(lambda m: _like(m["first"], self.money(code)), text)
        text = text.replace(MODEL_UNIT, self.amount(code))
        if code not in WRITTEN:
            return text if self.block.get("districts_govern", True) else _market(text, code)
        return _ENGLISH.sub(self._tier_en, text)

    def en(self, text: str) -> str:
        """A text of a figure that is in English."""
        return self.drawn(text, "en")

    def drawn(self, text: str, code: str) -> str:
        """A whole text of a figure: what is in terms once is not put into them again."""
        return self.said(text, code).replace(GUARD, "")

    def _tier_en(self, found: re.Match[str]) -> str:
        word, article = found["word"], found["article"]
        start = found.string[: found.start()].rstrip(" \u00a0")
        named = word[0].isupper() and start and start[-1] not in ".:;?!(\n" and not article
        plural = word.endswith("s")
        tier = word.lower().removesuffix("s")
        told = self._word(tier, "many" if plural else "one", "en")
        if told is None or named:  # a capital inside a sentence is a name
            return found[0]
        told = _like(word[0], told)
        if article is None:
            return told
        return f"{article}{'n' if told[0].lower() in 'aeiou' else ''} {told}"

    def _tier_vi(self, found: re.Match[str]) -> str:
        word = found["word"]
        told = self._word(_OF_VIETNAMESE[word.lower()], "one", "vi")
        if told is None or found["before"] or found["after"]:
            return found[0]
        return _like(word[0], told)

    def _word(self, tier: str, number: str, code: str) -> str | None:
        words = self.block.get("tiers", {}).get(tier)
        if words is None and tier == "district" and not self.block.get("districts_govern", True):
            words = MARKET
        told: str | None = None if words is None else words[number].get(code)
        if told is None:
            return None
        if told.lower().removesuffix("s") in _TIERS and told.lower().removesuffix("s") != tier:
            return told[0] + GUARD + told[1:]
        return told

    @cached_property
    def name(self) -> Mapping[str, str]:
        """Name of the country by language."""
        names: Mapping[str, str] = self.block.get("name", {})
        return names

    def named(self, code: str) -> str:
        """Name of the country in a language, or in the first that it gives."""
        return _any(self.name, code, "")

    def region(self, region: str, code: str) -> str:
        """Name of a region; its code where the run does not say."""
        return _any(self.block.get("regions", {}).get(region, {}), code, region)

    @cached_property
    def _factor(self) -> float:
        """Units of the currency for one amount of the tables."""
        return SCALES[self.block["currency"]["scale"]]

    @cached_property
    def _size(self) -> tuple[float, str, str]:
        """What sums are told in: the largest of `SIZES` in which a unit of the model's money per resident is 1."""
        public = self.residents * float(self.block["money"]) * self._factor
        return [s for s in SIZES if s[0] <= max(public, 1.0)][-1]

    @property
    def per_sum(self) -> float:
        """Amounts of the tables in one unit of a sum of money."""
        return self._size[0] / self._factor if self.own else TRILLION

    @property
    def measured(self) -> float:
        """Units of a sum of money here for one of those that `dicu_analysis.seed_spread` was measured in."""
        return TRILLION * float(self.block["money"]) / self.per_sum if self.own else 1.0

    def size(self, code: str) -> str:
        """What sums of money are told in, without the currency: "trillion"."""
        if not self.own:
            return "nghìn tỷ" if code == "vi" else "trillion"
        _, en, vi = self._size
        if code not in WRITTEN:
            return language(code).sizes.get(en, en)
        return vi if code == "vi" else en

    def money(self, code: str) -> str:
        """What sums of money are told in: "million EXC"."""
        return f"{self.size(code)} {self.block['currency']['code']}".strip()

    def amount(self, code: str) -> str:
        """What single amounts are told in: "k EXC" as the columns say it, in Vietnamese in words."""
        currency = self.block["currency"]
        if code != "vi":
            return str(currency["unit"])
        words = {factor: vi for factor, _, vi in SIZES}
        return f"{words[self._factor]} {currency['code']}".strip()

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages of the country's pages, the first one first."""
        return tuple(self.block.get("languages", ()))


def _market(text: str, code: str) -> str:
    """A text of a table in which a district is what it is where districts do not govern."""
    stem, word = language(code).market["stem"], language(code).market["word"]
    return re.sub(rf"\b{stem}", lambda m: _like(m[0][0], word), text, flags=re.IGNORECASE)


def _any(words: Mapping[str, str], code: str, otherwise: str) -> str:
    return words.get(code) or words.get("en") or next(iter(words.values()), otherwise)


def _like(first: str, word: str) -> str:
    """A word with a capital where the one that it stands for has one."""
    return word[:1].upper() + word[1:] if first.isupper() else word


def terms_of(manifest: Mapping[str, Any], residents: float) -> Terms:
    """The terms of a run, or of a sweep, by its manifest."""
    return Terms(manifest.get("country") or {}, residents, local_of_manifest(manifest).own)


DECLARED: Final = Terms()
"""Those of the package, in which sentences are written."""

"""Words and numbers in the language of a reader: every text is written in English and in Vietnamese, side by side, and
other languages translate the English one (`dicu.scenario.languages`)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from dicu.scenario.languages import WRITTEN, Language, language
from dicu.scenario.vocabulary import REASON_WORDS, SERVICE_WORDS, TERRAIN_WORDS, Word
from dicu_analysis.terms import DECLARED, Terms


@dataclass(frozen=True)
class Text:
    """A text in English and in Vietnamese, which travel together until a page chooses (`Words.say`)."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by pydantic, where a record holds a text

    en: str
    vi: str


LANGUAGES: Final = ("vi", "en")
"""Languages of pages on worlds of the package."""
MINUS: Final = "\u2212"
NARROW: Final = "\u00a0"
"""A space at which no line may break, between a number and its unit."""


def _names(words: Mapping[str, Word]) -> dict[str, Text]:
    return {key: Text(*word.names) for key, word in words.items()}


TERRAINS: Final = {
    **_names(TERRAIN_WORDS),
    "all": Text("whole country", "cả nước"),
}
SERVICES: Final = _names(SERVICE_WORDS)
REASONS: Final = _names(REASON_WORDS)

AREAS: Final = {"urban": Text("urban", "thành thị"), "rural": Text("rural", "nông thôn")}
WAGES: Final[Text] = Text("wages", "tiền lương")
RUNNING: Final[Text] = Text("running costs", "chi hoạt động")
INVESTMENT: Final[Text] = Text("investment", "đầu tư")

OLD_SEAT: Final[Text] = Text("old commune seat", "trụ sở xã cũ")
NEW_SEAT: Final[Text] = Text("new commune seat", "trụ sở xã mới")
DISTRICT_SEAT: Final[Text] = Text("district seat", "trụ sở huyện")
OFFICE: Final[Text] = Text(
    "commune office or its nearest desk",
    "trụ sở xã hoặc điểm phục vụ hành chính công gần nhất",
)
DISTRICT_WORK: Final[Text] = Text(
    "district's work or its nearest desk",
    "nơi giải quyết thủ tục trước đây của cấp huyện hoặc điểm phục vụ gần nhất",
)

OPEN: Final = "\ue000"
MIDDLE: Final = "\ue001"
CLOSE: Final = "\ue002"
"""Characters of private use that hold the place of a mark in a text until the page is put together."""


@dataclass(frozen=True)
class Mark:
    """A number of the page: what it is, its value, its decimals and how it was written."""

    key: str
    value: float
    digits: int
    text: str


@dataclass(frozen=True)
class Words:
    """Chooses between the two texts and writes numbers as readers of one language expect them.

    What it says of a country is said in the ``terms`` of that country.
    """

    code: str
    marks: list[Mark] | None = field(default=None, compare=False, repr=False)
    terms: Terms = field(default=DECLARED, repr=False)

    @property
    def plain(self) -> Words:
        """The same language without marks, for what is drawn."""
        return Words(self.code, terms=self.terms)

    @property
    def vi(self) -> bool:
        """Whether this is the Vietnamese text."""
        return self.code == "vi"

    @property
    def table(self) -> Language | None:
        """Sentences of a language that is not one of the source."""
        return None if self.code in WRITTEN else language(self.code)

    def t(self, en: str, vi: str) -> str:
        """The text of this language, in the terms of the country."""
        table = self.table
        text = vi if self.vi else en if table is None else table.said(en)
        return self.terms.said(text, self.code)

    def say(self, text: Text) -> str:
        """What a text is in this language."""
        return self.t(text.en, text.vi)

    def of(self, names: Mapping[Any, Text], key: str) -> str:
        """A name from one of the tables above; a key that they do not have stands for itself."""
        return self.say(names[key]) if key in names else key

    def num(self, value: float, digits: int = 0, *, sign: bool = False, key: str = "") -> str:
        """A number: 1,234.5 in English, 1.234,5 in Vietnamese; a true minus; what rounds to 0 has no sign.

        With a ``key`` that says what it is, it is marked (see `Mark`), so that the page can tell where it came from.
        """
        text = self._written(value, digits, sign=sign)
        if not key or self.marks is None:
            return text
        self.marks.append(Mark(key, float(value), digits, text))
        return f"{OPEN}{len(self.marks) - 1}{MIDDLE}{text}{CLOSE}"

    def _written(self, value: float, digits: int, *, sign: bool) -> str:
        if value is None or not math.isfinite(value):
            return self.t("unknown", "không rõ")
        text = f"{value:+,.{digits}f}" if sign else f"{value:,.{digits}f}"
        if float(text.replace(",", "")) == 0:
            text = text.lstrip("+-")
        return self.signs(text).replace("-", MINUS)

    def signs(self, number: str) -> str:
        """A number as English writes it, with the signs that this language has for decimals and thousands."""
        if self.vi:
            return number.translate(str.maketrans(",.", ".,"))
        table = self.table
        if table is None:
            return number
        return number.translate({ord(","): table.group, ord("."): table.decimal})

    def pct(self, value: float, digits: int = 0, *, sign: bool = False, key: str = "") -> str:
        """A number of percent, after a space where the language has one."""
        return self.num(value, digits, sign=sign, key=key) + ("%" if self.table is None else f"{NARROW}%")

    def people(self, persons: float, *, sign: bool = False, key: str = "") -> str:
        """Persons in words: "1.2 million people", "45 thousand people", "800 people"."""
        size = abs(persons)
        if size >= 999_500:
            return f"{self.num(persons / 1e6, 1, sign=sign, key=key and key + '|value|1e-06')} {self.t('million people', 'triệu người')}"
        if size >= 10_000:
            return f"{self.num(persons / 1e3, 0, sign=sign, key=key and key + '|value|0.001')} {self.t('thousand people', 'nghìn người')}"
        if size >= 1_000:
            return f"{self.num(persons / 1e3, 1, sign=sign, key=key and key + '|value|0.001')} {self.t('thousand people', 'nghìn người')}"
        return f"{self.num(persons, 0, sign=sign, key=key and key + '|value|1')} {self.t('people', 'người')}"

    def period(self, label: str) -> str:
        """A step in words: "2035Q4" is "end of 2035", others "second quarter of 2025"; months likewise."""
        if "Q" in label:
            year, quarter = label.split("Q")
            if quarter == "4":
                return self.t(f"end of {year}", f"cuối năm {year}")
            name = ("first", "second", "third")[int(quarter) - 1]
            return self.t(
                f"{name} quarter of {year}", f"quý {('I', 'II', 'III')[int(quarter) - 1]} năm {year}"
            )
        year, month = label.split("-")
        if month == "12":
            return self.t(f"end of {year}", f"cuối năm {year}")
        return self.t(f"month {int(month)} of {year}", f"tháng {int(month)} năm {year}")

    def step(self, label: str) -> str:
        """A step where there is little room: "2035Q4", in Vietnamese "quý IV/2035"; of months "tháng 7/2025"."""
        if "Q" in label:
            year, quarter = label.split("Q")
            return self.t(label, f"quý{NARROW}{('I', 'II', 'III', 'IV')[int(quarter) - 1]}/{year}")
        year, month = label.split("-")
        return self.t(label, f"tháng{NARROW}{int(month)}/{year}")

    def day_of(self, label: str) -> str:
        """The first day of a step."""
        from dicu.scenario.calendar import parse_period

        months = parse_period(label)[0]
        year, month = divmod(months, 12)
        names = (
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        )  # fmt: skip
        table = self.table
        if table is not None:
            return table.day.format(month=table.months[month], year=year)
        return self.t(f"1 {names[month]} {year}", f"ngày 1/{month + 1}/{year}")


def listed(w: Words, parts: list[str]) -> str:
    """ "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + w.t(" and ", " và ") + parts[-1]


VIETNAMESE: Final = Words("vi")
ENGLISH: Final = Words("en")

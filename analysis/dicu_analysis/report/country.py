"""What is said of another country than those of the package: what is borrowed, what looked odd, where figures are from."""

from __future__ import annotations

from typing import Any, Final

from dicu_analysis.language import Text, Words, listed
from dicu_analysis.seed_spread import LENDER
from dicu_analysis.terms import Terms

BORROWED: Final[dict[str, Text]] = {
    "age_sex": Text("ages by sex", "cơ cấu tuổi và giới tính"),
    "household_size": Text("sizes of households", "phân bố quy mô hộ"),
    "rates": Text(
        "shares of skill, sector and tenure",
        "tỷ lệ theo trình độ, ngành và hình thức nhà ở",
    ),
    "rates in part": Text(
        "some shares of skill, sector and tenure",
        "một phần các tỷ lệ theo trình độ, ngành và hình thức nhà ở",
    ),
    "size of households": Text("the mean size of households", "quy mô hộ trung bình"),
    "fertility": Text("fertility", "mức sinh"),
    "mortality": Text("mortality", "mức chết"),
    "life expectancy": Text("life expectancy", "tuổi thọ"),
    "age at first union": Text("age at first union", "tuổi kết hôn lần đầu"),
    "age of majority": Text("age of majority", "tuổi thành niên"),
    "least age at marriage": Text("least age at marriage", "tuổi kết hôn tối thiểu"),
    "retirement ages": Text("retirement ages", "tuổi nghỉ hưu"),
    "rural over urban earnings": Text(
        "rural over urban earnings",
        "tỷ số tiền công nông thôn so với thành thị",
    ),
    "rural over urban income": Text(
        "rural over urban income",
        "tỷ số thu nhập nông thôn so với thành thị",
    ),
}
"""What a country may borrow (`dicu.world.country.Country.borrowed`), in words; what is not here stands for itself."""


def said(w: Words, terms: Terms) -> dict[str, Any] | None:
    """Borrowed figures as a sentence, notes and sources; None for the worlds of the package."""
    if not terms.own:
        return None
    name = terms.named(w.code)
    lent = [w.of(BORROWED, key) for key in terms.block["borrowed"]]
    borrowed = w.t(
        f"Not the figures of {name}, but borrowed from {LENDER.en}: {listed(w, lent)}.",
        f"Không phải số liệu của {name} mà mượn của {LENDER.vi}: {listed(w, lent)}.",
    )
    return {
        "name": name,
        "borrowed": borrowed if lent else "",
        "notes": list(terms.block["notes"]),
        "sources": "; ".join(f"{key}: {text}" for key, text in terms.block["sources"].items()),
    }

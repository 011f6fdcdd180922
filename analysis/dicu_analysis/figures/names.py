"""What several figures of a run call the same thing, in English and Vietnamese: sources, reaches of a move, shares."""

from __future__ import annotations

from typing import Final

from dicu_analysis.language import Text, Words

SOURCES: Final[dict[str, str]] = {
    "National Statistics Office of Viet Nam, PX-Web tables E02.02 and E02.03-07 (mid-year residents by province, urban "
    "and rural, thousands), as updated 2025-07-23": "Cục Thống kê, các bảng PX-Web E02.02 và E02.03-07 (dân số trung "
    "bình theo tỉnh, thành thị và nông thôn, nghìn người), cập nhật ngày 23/7/2025",
    "National Statistics Office of Viet Nam, PX-Web tables of the labour force survey by province, 2018-2024 "
    "(employed, informal rate, unemployment of working age, trained, output per worker)": "Cục Thống kê, các bảng "
    "PX-Web của điều tra lao động việc làm theo tỉnh, 2018-2024 (có việc làm, tỷ lệ phi chính thức, thất nghiệp trong "
    "độ tuổi lao động, đã qua đào tạo, năng suất lao động)",
    "National Statistics Office of Viet Nam, PX-Web, labour force survey: informal rate by sex, residence, sector and "
    "qualification, 2013-2024 (2024 preliminary)": "Cục Thống kê, PX-Web, điều tra lao động việc làm: tỷ lệ phi chính "
    "thức theo giới tính, nơi ở, khu vực và trình độ, 2013-2024 (2024 sơ bộ)",
    "census of 1 April 2019, General Statistics Office": "Tổng điều tra dân số và nhà ở ngày 1/4/2019, Tổng cục Thống "
    "kê",
    "census of 1 April 2019, UNFPA": "Tổng điều tra dân số và nhà ở ngày 1/4/2019, UNFPA",
    "census of 1 April 2019, first results": "Tổng điều tra dân số và nhà ở ngày 1/4/2019, kết quả sơ bộ",
    "mid-term survey of 1 April 2024, General Statistics Office": "Điều tra dân số và nhà ở giữa kỳ ngày 1/4/2024, "
    "Tổng cục Thống kê",
    "mid-term survey of 1 April 2024, General Statistics Office: recalled, check before citing": "Điều tra dân số và "
    "nhà ở giữa kỳ ngày 1/4/2024, Tổng cục Thống kê: theo trí nhớ, cần kiểm tra trước khi trích dẫn",
    "press on the mid-term survey of 2014, reposted": "báo chí về điều tra dân số giữa kỳ 2014, đăng lại",
    "press on the population change survey of 1 April 2020, translated": "báo chí về điều tra biến động dân số ngày "
    "1/4/2020, bản dịch",
}
"""Sources of official figures, as the tables name them, in Vietnamese; one that is not here is named as there."""

SCOPES: Final[dict[str, Text]] = {
    "within a district": Text("within a district", "trong huyện"),
    "between districts": Text("between districts", "giữa các huyện"),
    "between provinces": Text("between provinces", "giữa các tỉnh"),
}
"""How far a move goes (`dicu.scenario.vocabulary.SCOPES`)."""
URBAN_SHARE: Final[Text] = Text(
    "Urban share, percent of all persons", "Tỷ lệ dân số thành thị, % tổng dân số"
)


def sources(cited: str, w: Words) -> str:
    """Sources that stand with "; " between them, in the language of a figure."""
    return "; ".join(SOURCES.get(part, part) if w.vi else part for part in cited.split("; "))


def heading(text: str) -> str:
    """A name that stands alone, with a capital."""
    return text[:1].upper() + text[1:]


__all__ = ["SCOPES", "SOURCES", "URBAN_SHARE", "heading", "sources"]

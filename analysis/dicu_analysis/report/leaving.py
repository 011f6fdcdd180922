"""What a reform does to leaving the countryside for towns, in a sentence that claims what its interval allows."""

from __future__ import annotations

from typing import Final

from dicu_analysis.effects import Effect
from dicu_analysis.language import Words
from dicu_analysis.report import saying

SMALLEST_RATE: Final = 1.0
"""Smallest effect of interest on leaving, per 1,000 residents and year (0.1 points a year, as in experiment H1)."""


def leaving(w: Words, e: Effect, level: Effect) -> str:
    """What the reform does to leaving the countryside for towns, by what the replicates allow to say."""
    cut = w.num(SMALLEST_RATE)
    around = saying.bracket(w, e, 2)
    mean = saying.value(w, level, 1, sign=False)
    of = w.t(
        f"of {mean} per 1,000 rural residents who move to towns in a year",
        f"so với mức {mean} trên 1.000 dân nông thôn chuyển ra thành thị mỗi năm",
    )
    size = e.size(SMALLEST_RATE)
    if size == "unknown":
        pairs = w.t("one pair of runs" if e.n == 1 else f"{e.n} pairs of runs", f"{e.n} cặp lần mô phỏng")
        return w.t(
            f"Whether more people leave the countryside cannot be said from {pairs}: it differs by {around} {of}, "
            "which may be luck.",
            f"Từ {pairs}, chưa thể kết luận có thêm người rời nông thôn hay không: chênh lệch {around} {of}, có thể chỉ "
            "là ngẫu nhiên.",
        )
    if size in ("same", "none"):
        return w.t(
            f"Leaving the countryside for towns hardly changes: {around} {of}. All of the interval is smaller "
            f"than the smallest change of interest ({cut} per 1,000).",
            f"Việc rời nông thôn ra thành thị hầu như không đổi: {around} {of}. Toàn bộ khoảng tin cậy nhỏ hơn "
            f"mức thay đổi nhỏ nhất đáng quan tâm ({cut} trên 1.000).",
        )
    if size == "unclear":
        return w.t(
            f"A change in leaving the countryside for towns cannot be told from chance: {around} {of}.",
            f"Không phân biệt được với ngẫu nhiên thay đổi trong việc rời nông thôn ra thành thị: {around} {of}.",
        )
    more = size in ("more", "some_more")
    decided = w.t(
        f"All of the interval is beyond the smallest change of interest ({cut} per 1,000).",
        f"Toàn bộ khoảng tin cậy vượt mức thay đổi nhỏ nhất đáng quan tâm ({cut} trên 1.000).",
    )
    if size in ("some_more", "some_less"):
        decided = w.t(
            f"Whether by more than the smallest change of interest ({cut} per 1,000) is not decided.",
            f"Chưa rõ có vượt mức thay đổi nhỏ nhất đáng quan tâm ({cut} trên 1.000) hay không.",
        )
    return w.t(
        f"{'More' if more else 'Fewer'} people leave the countryside for towns: {around} {of}. {decided}",
        f"{'Nhiều' if more else 'Ít'} người rời nông thôn ra thành thị hơn: {around} {of}. {decided}",
    )

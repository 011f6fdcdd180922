"""Estimates as a sentence or a cell says them: one place decides what is written beside a number and what is not.

An interval is written where there are enough replicates for one; with two, both values stand in its place; with one,
nothing does, and the page says once why. A word for a size is chosen by `Effect.size` alone, and its threshold
stands beside it.
"""

from __future__ import annotations

from dicu_analysis import seed_spread
from dicu_analysis.effects import FEWEST, Effect
from dicu_analysis.language import Words
from dicu_analysis.load import Run


def value(w: Words, e: Effect, digits: int, *, sign: bool = True) -> str:
    """The mean."""
    return w.num(e.mean, digits, sign=sign, key=_key(e, "value"))


def percent(w: Words, e: Effect, digits: int = 0, *, sign: bool = True) -> str:
    """The mean of something in percent."""
    return value(w, e, digits, sign=sign) + "%"


def between(w: Words, low: str, high: str) -> str:
    """A range of two numbers as written."""
    return w.t(f"{low} to {high}", f"từ {low} đến {high}")


def interval(w: Words, e: Effect, digits: int, *, sign: bool = True) -> str:
    """Bounds of the interval; both values of two replicates; nothing for one."""
    if e.known:
        low = w.num(e.low, digits, sign=sign, key=_key(e, "low"))
        return between(w, low, w.num(e.high, digits, sign=sign, key=_key(e, "high")))
    if 1 < len(e.values) < FEWEST:
        return "; ".join(
            w.num(v, digits, sign=sign, key=_key(e, f"value {k}")) for k, v in enumerate(e.values)
        )
    return ""


def interval_head(w: Words, n: int) -> str:
    """Head of a column of intervals over n replicates."""
    if n >= FEWEST:
        return w.t("95% interval", "khoảng tin cậy 95%")
    return w.t("each replicate", "từng lần lặp")


def difference_head(w: Words, n: int) -> str:
    """Head of a column of differences over n pairs."""
    text = w.t("difference", "chênh lệch")
    return text if n == 1 else f"{text} ({interval_head(w, n)})"


def few(w: Words, n: int, *, pairs: bool = True) -> str:
    """Why there is no interval, to be said once on a page; empty where there are enough replicates."""
    if n >= FEWEST:
        return ""
    what = w.t("pairs of runs" if pairs else "replicates", "cặp lần mô phỏng" if pairs else "lần lặp")
    if n == 1:
        one = w.t("pair of runs" if pairs else "replicate", what)
        return w.t(
            f"One {one} only: how much of a difference is luck is unknown. No interval is given, and no difference is "
            f"called large, small or certain; intervals need {FEWEST} {what} or more.",
            f"Chỉ có một {what}: không biết chênh lệch có bao nhiêu phần là ngẫu nhiên. Không nêu khoảng tin cậy và "
            f"không gọi chênh lệch nào là lớn, nhỏ hay chắc chắn; cần từ {FEWEST} {what} trở lên để có khoảng tin cậy.",
        )
    return w.t(
        f"{n} {what} only: too few for an interval, so both values stand beside the mean; intervals need {FEWEST} or "
        "more.",
        f"Chỉ có {n} {what}: quá ít để tính khoảng tin cậy, nên cả hai giá trị được ghi cạnh trung bình; cần từ {FEWEST} "
        f"{what} trở lên để có khoảng tin cậy.",
    )


def bracket(w: Words, e: Effect, digits: int, unit: str = "") -> str:
    """A mean with its interval: "+2.0% (95% interval +1.9 to +2.1)"."""
    text = value(w, e, digits) + unit
    around = interval(w, e, digits)
    if not around:
        return text
    return f"{text} ({interval_head(w, e.n)}: {around})"


def luck(w: Words, run: Run) -> str:
    """What is called within luck, and what the spread over seeds rests on."""
    times = w.num(seed_spread.TIMES)
    basis = seed_spread.basis(run, w)
    return w.t(
        f"Within luck: up to {times} standard deviations of what another seed changes ({basis.en}).",
        f"Trong phạm vi ngẫu nhiên: không quá {times} độ lệch chuẩn của thay đổi do hạt giống ngẫu nhiên (seed) khác "
        f"({basis.vi}).",
    )


def _key(e: Effect, part: str) -> str:
    if not e.key:
        return ""
    return f"{e.key}|{part}|{e.factor:g}"

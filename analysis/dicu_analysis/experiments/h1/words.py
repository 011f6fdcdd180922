"""What H1 says in plain words, in both languages; nothing is said of a sign that the interval leaves open."""

from __future__ import annotations

from collections.abc import Sequence

from dicu_analysis.effects import FEWEST
from dicu_analysis.experiments.h1.robustness import said
from dicu_analysis.experiments.h1.treatment import Treatment
from dicu_analysis.experiments.result import Estimate, Members
from dicu_analysis.language import Text


def named(estimates: Sequence[Estimate], name: str) -> Estimate:
    """The estimate of a name."""
    return next(e for e in estimates if e.name == name)


def sure(e: Estimate) -> int:
    """1, -1, or 0 where the interval holds 0 or there is none."""
    low, high = e.interval
    if low is None or high is None or e.replicates < FEWEST:
        return 0
    return 1 if low > 0 else -1 if high < 0 else 0


def _number(x: float | None, digits: int = 2) -> str:
    return "-" if x is None else f"{x:.{digits}f}"


def _within(e: Estimate, digits: int = 2) -> Text:
    low, high = e.interval
    if low is None or high is None:
        return Text("", "")
    a, b = _number(low, digits), _number(high, digits)
    return Text(f" ({a} to {b})", f" (từ {a} đến {b})")


def _within_share(e: Estimate, of: Estimate, share: float) -> bool:
    """Whether all of an interval is smaller than a share of another effect: shown to be small, not only unseen."""
    low, high = e.interval
    if low is None or high is None or of.effect is None or sure(of) == 0:
        return False
    cut = share * abs(of.effect)
    return -cut < low and high < cut


def plain(
    estimates: Sequence[Estimate],
    base: float,
    given: Treatment,
    share_of_growth: float,
    over: Sequence[Members],
) -> Text:
    """The answer in a few sentences: struggling, elsewhere, the difference, with farm income lost, over the ensemble.

    Parameters
    ----------
    share_of_growth : float
        What farm income lost must add to, as a share of what growth does, to matter.
    over : sequence of Members
        (a) over the ensemble, or nothing.
    """
    a, b = named(estimates, "struggling"), named(estimates, "others")
    share, apart = named(estimates, "struggling, % of base"), named(estimates, "difference, % of base")
    c, without = named(estimates, "crossed"), named(estimates, "growth, same districts")
    more = {
        1: Text("more, in proportion, than elsewhere", "nhiều hơn nơi khác xét theo tỷ lệ"),
        -1: Text("less, in proportion, than elsewhere", "ít hơn nơi khác xét theo tỷ lệ"),
        0: Text(
            "in proportion neither more nor less than elsewhere that could be told apart",
            "xét theo tỷ lệ, chưa phân biệt được là nhiều hơn hay ít hơn nơi khác",
        ),
    }[sure(apart)]
    harder = {
        1: Text("growth pulls harder", "tăng trưởng thu hút mạnh hơn"),
        -1: Text("growth pulls less hard", "tăng trưởng thu hút yếu hơn"),
        0: Text(
            "it could not be told whether growth pulls harder or less hard",
            "chưa xác định được tăng trưởng thu hút mạnh hơn hay yếu hơn",
        ),
    }[sure(c)]
    if _within_share(c, without, share_of_growth):
        harder = Text("growth pulls about as hard", "tăng trưởng thu hút gần như vẫn vậy")
    ensemble = said(over[0]) if over else Text("", "")
    return Text(
        en=f"In struggling rural districts {base:.1f} of 1,000 residents move to towns in a usual year. When formal "
        f"jobs of the cities grow {given.points} points a quarter faster, {_number(a.effect)}{_within(a).en} more do "
        f"so a year, {_number(share.effect, 1)} %{_within(share, 1).en} more; elsewhere {_number(b.effect)}"
        f"{_within(b).en}: {more.en}. Where farm income is {given.lost} % lower besides, {harder.en}: "
        f"{_number(c.effect)}{_within(c).en} on top of {_number(without.effect)}.{ensemble.en}",
        vi=f"Ở các huyện nông thôn khó khăn, bình thường mỗi năm cứ một nghìn người dân có {base:.1f} người chuyển ra "
        f"đô thị. Khi việc làm chính thức ở đô thị tăng nhanh hơn {given.points} điểm phần trăm mỗi quý, có thêm "
        f"{_number(a.effect)}{_within(a).vi} người mỗi năm, tức thêm {_number(share.effect, 1)} %"
        f"{_within(share, 1).vi}; ở nơi khác là {_number(b.effect)}{_within(b).vi}: {more.vi}. Nơi thu nhập nông "
        f"nghiệp còn giảm {given.lost} %, {harder.vi}: {_number(c.effect)}{_within(c).vi} cộng vào mức "
        f"{_number(without.effect)}.{ensemble.vi}",
    )


def crossed_verdict(estimates: Sequence[Estimate], share: float) -> str:
    """What the 2 x 2 in the same districts decides, or that it cannot."""
    c, b = named(estimates, "crossed"), named(estimates, "growth, same districts")
    low, high = c.interval
    if low is None or high is None or b.effect is None or c.effect is None:
        return "the 2 x 2 has too few replicates to say anything"
    cut = share * abs(b.effect)
    start = (
        f"the 2 x 2 in the same districts (c-ii): {c.effect:+.3f} ({low:+.3f} to {high:+.3f}), beside {b.effect:.3f} "
        f"that growth does without the loss; smallest effect of interest {cut:.3f}, {share:.0%} of it: "
    )
    if sure(b) == 0:
        return start + "growth alone is not distinguishable from zero, so the design cannot decide"
    if low > cut or high < -cut:
        return start + "larger than that"
    if _within_share(c, b, share):
        return start + "smaller than that"
    return start + "the design does not decide whether it is larger"


__all__ = ["crossed_verdict", "named", "plain", "sure"]

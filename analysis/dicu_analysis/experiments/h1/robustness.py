"""Whether what H1 says survives: with each mechanism cut, and over the ensemble of fitted parameter sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from dicu.scenario.vocabulary import MEMBER
from dicu_analysis.effects import estimate as effect_of
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.h1.estimands import COLUMNS, PER_CENT, RATE, Arms, crossed
from dicu_analysis.experiments.h1.panel import Bools, Districts, Floats, Panel, panels
from dicu_analysis.experiments.result import Members, Robust, SignGrid
from dicu_analysis.experiments.robust import Outcome, from_default, grid, judge, members, tile
from dicu_analysis.language import Text

FITTED: Final = "h1_ensemble"
BASE, TREATED = "neither", "urban"
FEWEST_MEMBERS: Final = 5
"""Of the ensemble, of whom fewer say nothing: a quick look has two."""
MECHANISMS: Final = {
    "network": Text("without networks", "không có mạng lưới đồng hương"),
    "offers": Text("without offers from afar", "không có lời mời việc từ nơi xa"),
    "rents": Text("without rents", "không có giá thuê"),
    "services": Text("without services", "không có dịch vụ"),
    "purses": Text("without purses", "không có giới hạn chi tiêu"),
    "remittances": Text("without remittances", "không có tiền gửi về"),
}
_GROWTH: Final = Text("urban jobs grow faster", "việc làm đô thị tăng nhanh hơn")


def two(treated: Panel, base: Panel, weak: Bools, rural: Bools) -> tuple[Floats, Floats]:
    """(n,) each: (a), per 1,000 a year; and (c-i), (a) less (b) over their own bases, in points."""
    rates = {k: (treated.rate(where), base.rate(where)) for k, where in (("a", weak), ("b", rural & ~weak))}
    shares = {k: one / other - 1.0 for k, (one, other) in rates.items()}
    return rates["a"][0] - rates["a"][1], PER_CENT * (shares["a"] - shares["b"])


def over_members(
    sweep: FinishedSweep, districts: Districts, weak: Bools, rural: Bools
) -> tuple[Floats, Floats, Floats]:
    """(M,) each, for every member of the ensemble the mean over its replicates: `two`, and `harder`."""
    found = panels(sweep, districts, COLUMNS)
    numbers = sorted(int(m) for m in sweep.arms[MEMBER].unique())
    made = []
    for m in numbers:
        arms = Arms.of(sweep, found, ensemble_member=m)
        made.append((*two(arms.urban, arms.neither, weak, rural), harder(arms, districts)))
    a, apart, more = (np.array([found[k].mean() for found in made]) for k in range(3))
    return a, apart, more


def harder(arms: Arms, districts: Districts) -> Floats:
    """(n,) what farm income lost adds to the pull of growth, in per cent of that pull without it (c-ii)."""
    more, without, _ = crossed(arms, districts)
    return PER_CENT * more / without


def robustness(
    sweeps: Mapping[str, FinishedSweep], arms: Arms, districts: Districts, weak: Bools, rural: Bools
) -> list[Robust]:
    """(a), whether the struggling are drawn more in proportion, and whether lost income makes growth pull harder.

    The first two by mechanism and over the ensemble, the third over the ensemble alone.

    Parameters
    ----------
    arms : Arms
        With all mechanisms on.
    """
    rows: dict[Text, tuple[Floats, Floats]] = {
        Text("all mechanisms", "đủ mọi cơ chế"): two(arms.urban, arms.neither, weak, rural)
    }
    if "h1_cuts" in sweeps:
        cuts = sweeps["h1_cuts"]
        found = panels(cuts, districts, COLUMNS)
        for name in dict.fromkeys(str(s).rpartition(" ")[0] for s in cuts.arms["scenario"]):
            pair = [found[cuts.arm(f"{name} {arm}")] for arm in (TREATED, BASE)]
            text = MECHANISMS.get(name, Text(f"without {name}", f"không có {name}"))
            rows[text] = two(pair[0], pair[1], weak, rural)
    over = over_members(sweeps[FITTED], districts, weak, rural) if FITTED in sweeps else None
    if over is not None and len(over[0]) < FEWEST_MEMBERS:
        over = None
    made = []
    for k, outcome in enumerate(_OUTCOMES):
        table = grid(
            Text("Mechanisms, cut one at a time", "Các cơ chế, cắt từng cái một"), _GROWTH, list(rows),
            [Text(outcome.unit, outcome.unit)],
            lambda r, c, k=k: tile(effect_of(list(rows.values())[r][k].tolist())),  # type: ignore[misc]
        )  # fmt: skip
        tiles = [row[0] for row in table.tiles]
        swings = [from_default(Text("which mechanism is cut", "cơ chế nào bị cắt"), tiles[0], tiles[1:])]
        made.append(judge(outcome, [table], [] if over is None else [members(over[k], _GROWTH)], swings))
    if over is not None:
        made.append(judge(_HARDER, [_alone(harder(arms, districts))], [members(over[2], _LOSS)], []))
    return made


def _alone(values: Floats) -> SignGrid:
    """One cell: the fitted parameters with all mechanisms on."""
    text = Text("the best set of parameters", "bộ tham số tốt nhất")
    unit = Text(_HARDER.unit, _HARDER.unit)
    return grid(_LOSS, text, [text], [unit], lambda r, c: tile(effect_of(values.tolist())))


def _outcome(name: str, text: Text, unit: str) -> Outcome:
    """One whose numbers are those of the cells."""
    return Outcome(name, text, unit, 1.0, lambda _: {})


_OUTCOMES: Final = (
    _outcome(
        "struggling",
        Text(
            "leaving struggling rural districts for towns", "việc rời các huyện nông thôn khó khăn ra đô thị"
        ),
        RATE,
    ),
    _outcome(
        "difference, % of base",
        Text(
            "the pull in struggling districts over their usual rate, less that elsewhere,",
            "mức thu hút ở huyện khó khăn so với mức thường ngày, trừ đi mức ở nơi khác,",
        ),
        "points",
    ),
)
_LOSS: Final = Text("farm income is lost besides", "thu nhập nông nghiệp cũng giảm")
_HARDER: Final = _outcome(
    "crossed, % of growth",
    Text(
        "what growth draws where farm income is lost",
        "mức thu hút của tăng trưởng ở nơi thu nhập nông nghiệp giảm",
    ),
    "% of what it draws without",
)


def said(over: Members) -> Text:
    """The ensemble in a sentence of the answer."""
    low, high = (f"{x:.2f}" for x in (over.low or 0.0, over.high or 0.0))
    return Text(
        f" Over {over.n} sets of parameters that fit about equally it is {low} to {high} (the middle 80 %), more in "
        f"{over.up} of {over.n}.",
        f" Trên {over.n} bộ tham số khớp số liệu ngang nhau, con số này là từ {low} đến {high} (80 % ở giữa), tăng ở "
        f"{over.up} trong {over.n} bộ.",
    )


__all__ = ["FITTED", "MECHANISMS", "harder", "over_members", "robustness", "said", "two"]

"""Whether a sign survives: one difference between two arms over cells of assumptions and over fitted parameter sets.

A cell is a pair of arms of one sweep that share everything but what is asked about. An answer holds where every cell is
told apart from 0 on the same side, an intersection-union test (Berger 1982): the more cells, the harder to pass, so
that no correction for their number is needed. Members of the ensemble are parameter sets that fit the country about
equally; each has one pair of runs with the same luck, so what is counted over them is their sign.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from dicu.scenario.vocabulary import MEMBER
from dicu_analysis.effects import Effect
from dicu_analysis.effects import estimate as effect_of
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.result import Members, Number, Robust, SignGrid, Tile, finite
from dicu_analysis.language import Text

Floats = NDArray[np.float64]
Values = Mapping[int, Floats]

NEARLY_ALL: Final = 0.9
"""Share of the members that must agree before their sign counts as told (assumption A141)."""
EDGE: Final = 10.0
"""Per cent of the members left out at each end of their range."""
MOST: Final = 4
"""Assumptions named as deciding."""


@dataclass(frozen=True)
class Outcome:
    """What is compared: a number per run.

    Attributes
    ----------
    name : str
        Identity, such as ``access plain rural``.
    text : Text
        As the subject of a sentence.
    unit : str
    scale : float
        Turns the values into the unit.
    of : callable
        Values by point of a sweep, (n,) each with replicates in order.
    """

    name: str
    text: Text
    unit: str
    scale: float
    of: Callable[[FinishedSweep], Values]


@dataclass(frozen=True)
class Contrast:
    """Two arms of the same sweep: what is asked about, and what it is compared with."""

    treated: str
    base: str
    text: Text


@dataclass(frozen=True)
class Case:
    """An assumption at a value that is not the default: its label in the sweep, its name, and the value."""

    label: str
    assumption: Text
    value: str

    @property
    def text(self) -> Text:
        """Name and value."""
        return Text(f"{self.assumption.en}: {self.value}", f"{self.assumption.vi}: {self.value}")


class Reader:
    """Effects of one outcome in one sweep, by arms.

    Parameters
    ----------
    sweep : FinishedSweep
    outcome : Outcome
    """

    def __init__(self, sweep: FinishedSweep, outcome: Outcome) -> None:
        self.sweep = sweep
        self.scale = outcome.scale
        self.values = outcome.of(sweep)

    def difference(self, contrast: Contrast, case: str = "", **at: Any) -> Floats:
        """(n,) treated less base within replicates, where keys (with _ for the dot) have these values."""
        treated, base = (
            self.values[self.sweep.arm(f"{case} {arm}".strip(), **at)]
            for arm in (contrast.treated, contrast.base)
        )
        made: Floats = (treated - base) * self.scale
        return made

    def tile(self, contrast: Contrast, case: str = "", **at: Any) -> Tile:
        """The same as a cell of a grid."""
        return tile(effect_of(self.difference(contrast, case, **at).tolist()))

    def members(self, contrast: Contrast, case: str = "", **at: Any) -> Floats:
        """(M,) difference of each member of the ensemble, the mean over its replicates."""
        numbers = sorted(int(m) for m in self.sweep.arms[MEMBER].unique())
        return np.array([self.difference(contrast, case, ensemble_member=m, **at).mean() for m in numbers])


def tile(effect: Effect) -> Tile:
    """A cell from an effect."""
    return Tile(
        effect=finite(effect.mean),
        interval=(finite(effect.low), finite(effect.high)),
        sign=effect.sign,
        replicates=effect.n,
    )


def grid(
    title: Text,
    corner: Text,
    rows: Sequence[Text],
    columns: Sequence[Text],
    cell: Callable[[int, int], Tile | None],
) -> SignGrid:
    """A grid by a function of row and column."""
    return SignGrid(
        title=title, corner=corner, columns=list(columns), rows=list(rows),
        tiles=[[cell(r, c) for c in range(len(columns))] for r in range(len(rows))],
    )  # fmt: skip


def members(values: Floats, case: Text) -> Members:
    """How many members are above and below 0, and where they lie."""
    low, middle, high = np.percentile(values, [EDGE, 50.0, 100.0 - EDGE])
    return Members(
        case=case, n=len(values), up=int((values > 0).sum()), down=int((values < 0).sum()),
        low=finite(float(low)), middle=finite(float(middle)), high=finite(float(high)),
    )  # fmt: skip


def _of_members(m: Members) -> str:
    if m.up >= NEARLY_ALL * m.n:
        return "up"
    return "down" if m.down >= NEARLY_ALL * m.n else "unclear"


def survives(
    grids: Sequence[SignGrid], over: Sequence[Members]
) -> tuple[Literal["holds", "flips", "open"], str]:
    """The verdict over all cells and members, and the sign where it holds."""
    signs = [t.sign for g in grids for row in g.tiles for t in row if t is not None]
    told = {*signs, *(_of_members(m) for m in over)}
    if {"up", "down"} <= told:
        return "flips", ""
    return ("holds", told.pop()) if told in ({"up"}, {"down"}) else ("open", "")


@dataclass(frozen=True)
class Swing:
    """How far an assumption moves the effect: the widest difference between its cells, and whether the sign turns."""

    text: Text
    turns: bool
    size: float


def swing(text: Text, cells: Sequence[Tile | None]) -> Swing:
    """Of cells that differ in one assumption alone."""
    there = [t for t in cells if t is not None and t.effect is not None]
    effects = [t.effect for t in there if t.effect is not None]
    turns = {"up", "down"} <= {t.sign for t in there}
    return Swing(text, turns, max(effects) - min(effects) if effects else 0.0)


def from_default(text: Text, default: Tile | None, cells: Sequence[Tile | None]) -> Swing:
    """Of cells in which one assumption alone differs from the default: how far the farthest of them is from it."""
    made = swing(text, [default, *cells])
    if default is None or default.effect is None:
        return made
    there = [t.effect for t in cells if t is not None and t.effect is not None]
    return replace(made, size=max((abs(effect - default.effect) for effect in there), default=0.0))


def widest(swings: Sequence[Swing]) -> list[Swing]:
    """One for each assumption, the widest that it makes anywhere; those that turn the sign first, then by size."""
    best: dict[str, Swing] = {}
    for s in swings:
        old = best.get(s.text.en)
        best[s.text.en] = s if old is None else Swing(s.text, s.turns or old.turns, max(s.size, old.size))
    return sorted(best.values(), key=lambda s: (not s.turns, -s.size))


def of_grid(table: SignGrid, rows: Text, columns: Text) -> list[Swing]:
    """Swings of the factor that runs down, and of the one that runs across."""
    down = [swing(rows, [r[c] for r in table.tiles]) for c in range(len(table.columns))]
    return [*down, *(swing(columns, r) for r in table.tiles)]


def of_cases(table: SignGrid, cases: Sequence[Case]) -> list[Swing]:
    """Swings of assumptions one at a time; the first row is the default, then one row for each case."""
    made = []
    for name in dict.fromkeys(c.assumption.en for c in cases):
        mine = [k for k, c in enumerate(cases, start=1) if c.assumption.en == name]
        text = cases[mine[0] - 1].assumption
        for column in range(len(table.columns)):
            made.append(from_default(text, table.tiles[0][column], [table.tiles[k][column] for k in mine]))
    return made


SIGNS: Final = {
    "up": Text("rises", "tăng"),
    "down": Text("falls", "giảm"),
}


def judge(
    outcome: Outcome, grids: Sequence[SignGrid], over: Sequence[Members], swings: Sequence[Swing]
) -> Robust:
    """One outcome over all cells and members: verdict, what decides it, and the words for it."""
    verdict, sign = survives(grids, over)
    ordered = widest(swings)
    decides = [
        Text(
            f"{s.text.en} ({_turns(s).en}by up to {_size(s.size)} {outcome.unit})",
            f"{s.text.vi} ({_turns(s).vi}tối đa {_size(s.size)})",
        )
        for s in ordered[:MOST]
        if s.size > 0
    ]
    return Robust(
        name=outcome.name, outcome=outcome.text, unit=outcome.unit, verdict=verdict,
        sign=sign or None,  # type: ignore[arg-type]
        words=_words(outcome, verdict, sign, grids, over, [s.text for s in ordered if s.turns]),
        decides=decides, grids=list(grids), members=list(over),
    )  # fmt: skip


def _turns(s: Swing) -> Text:
    return Text("turns the sign, ", "đổi dấu, ") if s.turns else Text("moves it ", "thay đổi ")


def _size(x: float) -> str:
    return f"{x:.2g}"


def counted(grids: Sequence[SignGrid]) -> dict[str, int]:
    """Cells by sign."""
    signs = [t.sign for g in grids for row in g.tiles for t in row if t is not None]
    return {kind: signs.count(kind) for kind in dict.fromkeys(signs)} | {"all": len(signs)}


def _words(
    outcome: Outcome,
    verdict: str,
    sign: str,
    grids: Sequence[SignGrid],
    over: Sequence[Members],
    turning: Sequence[Text],
) -> Text:
    n = counted(grids)
    up, down = n.get("up", 0), n.get("down", 0)
    if not n["all"]:
        text = outcome.text
    elif verdict == "holds":
        text = Text(
            f"{outcome.text.en} {SIGNS[sign].en} in all {n['all']} combinations of options and assumptions",
            f"{outcome.text.vi} {SIGNS[sign].vi} ở cả {n['all']} tổ hợp phương án và giả định",
        )
    elif up and down:
        text = Text(
            f"{outcome.text.en} rises in {up} and falls in {down} of {n['all']} combinations of options and "
            "assumptions, so there is no one answer",
            f"{outcome.text.vi} tăng ở {up} và giảm ở {down} trong {n['all']} tổ hợp phương án và giả định, nên không "
            "có một câu trả lời duy nhất",
        )
    else:
        text = Text(
            f"{outcome.text.en} rises in {up} and falls in {down} of {n['all']} combinations; in the rest its sign is "
            "not told from chance",
            f"{outcome.text.vi} tăng ở {up} và giảm ở {down} trong {n['all']} tổ hợp; ở phần còn lại, dấu chưa phân "
            "biệt được với ngẫu nhiên",
        )
    if over:
        en = "; ".join(f"{m.case.en}: up in {m.up}, down in {m.down} of {m.n}" for m in over)
        vi = "; ".join(f"{m.case.vi}: tăng ở {m.up}, giảm ở {m.down} trong {m.n}" for m in over)
        text = Text(
            f"{text.en}. Over the sets of parameters that fit about equally: {en}",
            f"{text.vi}. Trên các bộ tham số khớp số liệu ngang nhau: {vi}",
        )
    if turning:
        en, vi = (", ".join(t) for t in ([x.en for x in turning], [x.vi for x in turning]))
        text = Text(f"{text.en}. What turns it: {en}", f"{text.vi}. Điều làm đổi dấu: {vi}")
    return Text(f"{text.en}.", f"{text.vi}.")


def number(value: Number) -> str:
    """A signed number of a cell."""
    return "-" if value is None else f"{value:+.2g}"


__all__ = ["Case", "Contrast", "Members", "Outcome", "Reader", "Robust", "SignGrid", "Swing", "Tile", "counted",
           "from_default", "grid", "judge", "members", "of_cases", "of_grid", "survives", "swing", "tile",
           "widest"]  # fmt: skip

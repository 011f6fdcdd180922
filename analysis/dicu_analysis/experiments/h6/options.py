"""What each policy and programme changes over sets of parameters that fit about equally, and whether its sign holds.

One run per set and arm, all sets with the same luck: other luck would move their middle too, by about as much as it
moves one replicate. A sign holds where the interval over the replicates of the best set leaves out 0 and nine in ten
sets have it (`dicu_analysis.experiments.robust`). Since sets share their luck, other sets cannot tell for one of them
which communes empty, as other replicates can: luck would pick the same ones in all. Replicates of the best set with
other luck do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dicu_analysis.effects import estimate as effect_of
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.h6.responses import ACTUAL, PROGRAMMES, Response
from dicu_analysis.experiments.h6.typology import EMPTYING, Bools, Floats, Run, of_mean
from dicu_analysis.experiments.result import Cell, Members, Part, Robust, Row, Table
from dicu_analysis.experiments.robust import EDGE, SIGNS, Outcome, grid, judge, members, survives, tile
from dicu_analysis.language import Text

ENSEMBLE: Final = "h6_options_ensemble"
Changes = Mapping[str, Response]


@dataclass(frozen=True)
class _Asked:
    """A number of a response whose sign is asked for."""

    name: str
    text: Text
    unit: str
    of: Callable[[Response], Floats]


_PRIMARY: Final = _Asked(
    "emptying", Text("the share of rural people whose commune empties", "tỷ lệ dân nông thôn có xã vơi dần dân"),
    "points", lambda r: r.emptying,
)  # fmt: skip
_ASKED: Final = (
    _Asked("residents", Text("residents of the communes that empty", "số dân các xã vơi dần dân"),
           "thousands", lambda r: r.kept),
    _Asked("access", Text("access in the communes that empty", "mức tiếp cận ở các xã vơi dần dân"),
           "points of access", lambda r: r.access),
    _Asked("countryside", Text("residents of all rural communes", "số dân mọi xã nông thôn"),
           "thousands", lambda r: r.countryside),
)  # fmt: skip
_REFORM: Final = Text("the reform of 2025 against no reform", "đợt sắp xếp năm 2025 so với không sắp xếp")
_POLICIES: Final = Text("policies against no reform", "các chính sách so với không sắp xếp")
_PROGRAMMES: Final = Text(
    "programmes added to the reform of 2025", "các chương trình thêm vào đợt sắp xếp năm 2025"
)
_LUCK: Final = Text(
    " Each set has one run per arm, all with the same luck, so luck is in these counts.",
    " Mỗi bộ một lần mô phỏng cho mỗi kịch bản, cùng yếu tố ngẫu nhiên, nên các số đếm gồm cả ngẫu nhiên.",
)


def emptying_by_other_luck(
    sweep: FinishedSweep, runs: Sequence[Run], fitted: FinishedSweep, rural: Bools
) -> Bools:
    """(U,) rural communes that empty by the mean of those runs, one per replicate, whose luck the sets do not have.

    By the mean of all of them where the sets have the luck of each.
    """
    seeds = sweep.plan.drop_duplicates("replicate").sort_values("replicate")["seed"]
    theirs = set(fitted.plan["seed"])
    other = [run for run, seed in zip(runs, seeds, strict=True) if seed not in theirs]
    made: Bools = rural & (of_mean(other or runs) == EMPTYING)
    return made


def robustness(best: Changes, over: Changes) -> list[Robust]:
    """Signs by policy and programme; the first is that of the primary number. Nothing where the ensemble was not run.

    Parameters
    ----------
    best : name -> Response
        Of the best set of parameters, one number per replicate.
    over : name -> Response
        One number per set of parameters.
    """
    there = [name for name in over if name in best]
    if ACTUAL not in there:
        return []
    policies = [name for name in there if name not in PROGRAMMES]
    programmes = [name for name in there if name in PROGRAMMES]
    first = _robust(_PRIMARY, "reform", _REFORM, [ACTUAL], best, over)
    words = Text(first.words.en + _LUCK.en, first.words.vi + _LUCK.vi)
    made = [first.model_copy(update={"words": words})]
    for asked in _ASKED:
        made.append(_robust(asked, "policies", _POLICIES, policies, best, over))
        if programmes:
            made.append(_robust(asked, "programmes", _PROGRAMMES, programmes, best, over))
    return made


def _robust(
    asked: _Asked, kind: str, text: Text, names: Sequence[str], best: Changes, over: Changes
) -> Robust:
    """One number of some options: it holds where it does for each of them on the same side, and flips where one flips.

    Options are other treatments, not assumptions about one (decision 68), so two that differ do not make it flip.
    """
    rows = [Text(name, name) for name in names]
    table = grid(
        Text("The best set of parameters", "Bộ tham số tốt nhất"), text, rows,
        [Text("over replicates", "qua các lần lặp")],
        lambda r, c: tile(effect_of(asked.of(best[names[r]]).tolist())),
    )  # fmt: skip
    counts = [members(asked.of(over[name]), row) for name, row in zip(names, rows, strict=True)]
    about = Text(f"{asked.text.en}, {text.en}", f"{asked.text.vi}, {text.vi}")
    outcome = Outcome(f"{asked.name}, {kind}", about, asked.unit, 1.0, lambda _: {})
    each = [
        survives([table.model_copy(update={"rows": [name], "tiles": [tiles]})], [m])
        for name, tiles, m in zip(rows, table.tiles, counts, strict=True)
    ]
    same = each[0] if len(set(each)) == 1 else ("open", "")
    verdict, sign = ("flips", "") if ("flips", "") in each else same
    said = {"verdict": verdict, "sign": sign or None, "words": _words(about, each, counts)}
    return judge(outcome, [table], counts, []).model_copy(update=said)


def _words(about: Text, each: Sequence[tuple[str, str]], counts: Sequence[Members]) -> Text:
    """Which options have a sign that holds, which one that turns, and how many sets have it in the rest."""
    told: dict[str, list[Text]] = {"holds": [], "flips": [], "open": []}
    for (verdict, sign), m in zip(each, counts, strict=True):
        if verdict == "holds":
            k = m.up if sign == "up" else m.down
            said = Text(f"{SIGNS[sign].en} in {k} of {m.n} sets", f"{SIGNS[sign].vi} ở {k} trong {m.n} bộ")
        else:
            said = Text(f"rises in {m.up} of {m.n} sets", f"tăng ở {m.up} trong {m.n} bộ")
        told[verdict].append(Text(f"{m.case.en} ({said.en})", f"{m.case.vi} ({said.vi})"))
    heads = {
        "holds": Text("holds for", "giữ nguyên với"),
        "flips": Text("turns for", "đổi với"),
        "open": Text("is open for", "chưa rõ với"),
    }
    listed = [
        Text(
            f"{heads[verdict].en} {', '.join(t.en for t in some)}",
            f"{heads[verdict].vi} {', '.join(t.vi for t in some)}",
        )
        for verdict, some in told.items()
        if some
    ]
    return Text(
        f"{about.en}: the sign {'; '.join(t.en for t in listed)}.",
        f"{about.vi}: dấu {'; '.join(t.vi for t in listed)}.",
    )


def costs(over: Changes) -> list[Part]:
    """What options cost over the sets, and residents kept per billion dong where they cost something in all of them."""
    if not over:
        return []
    rows = []
    for name, change in over.items():
        ends: list[float | None] = [None] * 3
        if (change.cost > 0).all():
            ends = [float(x) for x in np.percentile(1e3 * change.kept / change.cost, [EDGE, 50, 100 - EDGE])]
        rows.append(Row(name=name, cells=[Cell(value=v) for v in (float(np.median(change.cost)), *ends)]))
    return [
        Part(
            title=Text(
                "What it costs, over sets of parameters", "Chi phí, trên các bộ tham số khớp ngang nhau"
            ),
            words=Text(
                "Public money over ten years, against no reform or, for programmes, against the reform of 2025; and "
                "residents of the communes that empty per billion dong, where an option costs something in every set. "
                "One run per set, so luck is in it too.",
                "Ngân sách công trong mười năm, so với không sắp xếp hoặc, với các chương trình, so với đợt sắp xếp "
                "năm 2025; và số dân các xã vơi dần dân trên một tỷ đồng, với phương án tốn kém ở mọi bộ. Mỗi bộ một "
                "lần mô phỏng nên gồm cả yếu tố ngẫu nhiên.",
            ),
            tables=[
                Table(
                    title=Text(
                        "Billion dong, and persons per billion dong", "Tỷ đồng, và số người trên một tỷ đồng"
                    ),
                    corner=Text("option", "phương án"),
                    columns=["billion dong, middle", "per billion, 10 %", "middle", "90 %"],
                    rows=rows,
                    note=Text("", ""),
                )
            ],
        )
    ]


def best_in(over: Changes, name: str) -> int:
    """Sets in which a policy keeps more people than any other."""
    policies = [other for other in over if other not in PROGRAMMES]
    kept = np.array([over[other].kept for other in policies])
    return int((kept.argmax(axis=0) == policies.index(name)).sum())


def same_sign(values: Floats, effect: float) -> Text:
    """In how many sets (M,) a number has the sign that it has for the best set."""
    k, n = int((np.sign(values) == np.sign(effect)).sum()), len(values)
    return Text(f"the same sign in {k} of {n} sets", f"cùng dấu ở {k} trong {n} bộ")


__all__ = ["ENSEMBLE", "best_in", "costs", "emptying_by_other_luck", "robustness", "same_sign"]

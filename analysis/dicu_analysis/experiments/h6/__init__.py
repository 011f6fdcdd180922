"""H6, futures: which rural communes empty within ten years, how sure is that, and what would change it for how much?

The primary number is what the reform does to the share of rural people whose commune empties. Beside it stand the
typology with its stability over replicates and over the ensemble, and eight policies and three programmes with what
each keeps in the communes that empty, whether that holds over the ensemble, and what it costs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from dicu.scenario.vocabulary import MEMBER, TERRAINS
from dicu_analysis.effects import Effect, paired
from dicu_analysis.effects import estimate as effect_of
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.assemble import Facts, Found, Spec, arms_of
from dicu_analysis.experiments.h6 import drawing, options
from dicu_analysis.experiments.h6.options import ENSEMBLE
from dicu_analysis.experiments.h6.responses import (
    ACTUAL,
    NONE,
    PROGRAMMES,
    Arm,
    Response,
    changes_of,
    emptying_by_others,
    programme_cost,
    spending,
    told,
)
from dicu_analysis.experiments.h6.typology import (
    A_YEAR,
    AGED,
    CLASSES,
    EMPTYING,
    SURE,
    Communes,
    Floats,
    Ints,
    Run,
    agreement,
    left_out,
    of_mean,
    of_run,
    people_in,
    read_run,
)
from dicu_analysis.experiments.place_units import world_of
from dicu_analysis.experiments.result import Cell, Figure, Part, Row, Table
from dicu_analysis.experiments.statistics import shared_luck
from dicu_analysis.language import Text

PER_CENT: Final = 100.0
SPEC: Final = Spec(
    id="h6",
    question="Which places lose their future, and what would change it?",
    estimand="share of rural people of the start whose commune loses at least 1 % of its residents per year over ten "
    "years: `actual` less `none`",
    design="eleven arms that share their luck: no reform, eight policies, and the reform of 2025 with social housing "
    "or with an industrial zone in each of the ten provinces that lost most people in 2012-16; ten years from 2025",
    unit="points",
    held_fixed=(
        "the starting population (one synthesis for all replicates)",
        "communes are those of after 1 July 2025 in every arm, made of places that never move",
        "amenities of places, and the official dates at which places become urban",
    ),
    caveats=(
        "a commune of 30,000 people is some 40 rows at this weight: one run says little of one commune, the mean over "
        "replicates more, and what is said surely is said of many communes together",
        "policies and programmes are run with replicates on the best parameter set, and once each on sets that fit "
        "about equally, all of these with the same luck: luck is part of their spread and moves their middle too",
        "what offices need is the default alone",
        "luck moves communes over the cut, so more of them empty in a single run (the arms, the ensemble) than by the "
        "mean over replicates (the classes)",
        "what a policy changes in the communes that empty is held against those that empty by the mean of the other "
        "replicates (over the sets, by replicates of the best set with other luck), or those that luck emptied would "
        "seem to be kept",
        "ages are recorded by district: a commune ages as the district does in which most of its people live",
        "what a social dwelling and an industrial zone cost is assumed (assumption A144), not simulated",
    ),
)
SWEEPS: Final = ("h6", ENSEMBLE)
SESOI: Final = 1.0
"""Points of rural people (assumption A143)."""
NAMES: Final = (
    Text("emptying", "vơi dần dân"),
    Text("ageing", "già hóa"),
    Text("holding", "giữ được dân"),
    Text("growing", "tăng dân"),
)


def estimate(sweeps: Mapping[str, FinishedSweep], facts: Facts) -> Found:
    """Everything H6 says."""
    sweep = sweeps["h6"]
    world = world_of(facts.scenario)
    communes = Communes.of(world)
    labels = [str(s) for s in sweep.arms["scenario"]]
    arms = read_arms(sweep, communes)
    base = arms[NONE].runs
    which = of_mean(base)
    emptying = emptying_by_others(base, communes.rural)
    share = {name: _share(arm.runs, communes) for name, arm in arms.items()}
    sure = agreement(left_out(base), which)
    changes = changes_of(arms, emptying, communes.rural)
    over: Sequence[Run] = []
    others: dict[str, Response] = {}
    if ENSEMBLE in sweeps:
        fitted = read_arms(sweeps[ENSEMBLE], communes)
        over = fitted[NONE].runs
        sure = np.minimum(sure, agreement([of_run(r) for r in over], which))
        here = options.emptying_by_other_luck(sweep, base, sweeps[ENSEMBLE], communes.rural)
        others = changes_of(fitted, [here] * len(over), communes.rural)
    responses = [number for name, change in changes.items() for number in told(name, change)]
    start: Floats = np.mean([r.start for r in base], axis=0)
    points = {name: sweep.arm(name) for name in labels}
    made = Found(
        effect=paired(share[ACTUAL] - share[NONE]),
        sesoi=SESOI,
        plain=_plain(people_in(which, start, communes.rural), sure, which, start, communes, changes, others),
        replicates=sweep.replicates,
        luck_shared=shared_luck(share[ACTUAL], share[NONE]),
        arms=arms_of(
            points,
            {points[n]: share[n] for n in labels},
            {n: sweep.arms.loc[p, sweep.varied].to_dict() for n, p in points.items()},
            1.0,
        ),
        secondary=responses,
        parts=[
            _typology(which, sure, start, communes),
            _cuts(base, communes),
            *_over(over, communes),
            *options.costs(others),
        ],
        robust=options.robustness(changes, others),
    )

    def draw(facts: Facts) -> list[Figure]:
        n = sweep.replicates
        drawn = [drawing.where(sweep.folder, world, communes, which, sure, start, facts, n)]
        return [*drawn, *([drawing.responses(sweep.folder, responses, facts, n)] if responses else [])]

    made.draw = draw
    return made


def read_arms(sweep: FinishedSweep, communes: Communes) -> dict[str, Arm]:
    """Every arm with its runs and its cost, by scenario: replicates in order, those of each member of an ensemble."""
    spent = spending(sweep)
    made = {}
    for name, rows in sweep.arms.groupby("scenario", sort=False):
        ordered = rows.sort_values(MEMBER) if MEMBER in rows.columns else rows
        points = [int(str(p)) for p in ordered.index]
        runs = [read_run(sweep, communes, p, r) for p in points for r in range(sweep.replicates)]
        values = {key: rows.iloc[0][key] for key in sweep.varied}
        made[str(name)] = Arm(runs, np.concatenate([spent[p] for p in points]), programme_cost(values))
    return made


def _share(runs: Sequence[Run], communes: Communes) -> Floats:
    """(n,) per cent of the rural people of the start whose commune empties in a run."""
    return np.array(
        [PER_CENT * people_in(of_run(r), r.start, communes.rural)[EMPTYING] for r in runs], dtype=np.float64
    )


def _typology(which: Ints, sure: Floats, start: Floats, communes: Communes) -> Part:
    """Classes by terrain: communes, people, and how many of them surely."""
    total = max(float(start[communes.rural].sum()), 1.0)
    rows = []
    for k, name in enumerate(CLASSES):
        mine = communes.rural & (which == k)
        certain = mine & (sure >= SURE)
        values: list[float] = [
            float(mine.sum()),
            float(certain.sum()),
            PER_CENT * float(start[mine].sum()) / total,
            PER_CENT * float(start[certain].sum()) / total,
        ]
        for t in range(len(TERRAINS)):
            here = communes.rural & (communes.terrain == t)
            values.append(PER_CENT * float(start[mine & here].sum()) / max(float(start[here].sum()), 1.0))
        rows.append(Row(name=name, cells=[Cell(value=v) for v in values]))
    return Part(
        title=Text("What becomes of rural communes", "Tương lai của các xã nông thôn"),
        words=Text(
            f"Without a reform, by the mean over replicates. Emptying: loses at least {A_YEAR:.0%} of its residents "
            f"per year; growing: gains as much; ageing: neither, while the share of working age falls by "
            f"{PER_CENT * AGED:g} points per year; holding: the rest. Surely: the same class in at least {SURE:.0%} of "
            "the means that leave out one replicate each and, where the ensemble was run, of its members.",
            f"Không sắp xếp, theo trung bình các lần lặp. Vơi dần dân: mất ít nhất {A_YEAR:.0%} dân mỗi năm; tăng dân: "
            f"tăng từng ấy; già hóa: không thuộc hai loại trên và tỷ lệ trong tuổi lao động giảm {PER_CENT * AGED:g} "
            f"điểm mỗi năm; giữ được dân: còn lại. Chắc chắn: cùng loại ở ít nhất {SURE:.0%} số lần thử.",
        ),
        estimates=[],
        tables=[
            Table(
                title=Text("Communes and people by class", "Số xã và dân số theo loại"),
                corner=Text("class", "loại"),
                columns=["communes", "surely", "% of rural people", "surely, %", *(f"{t}, %" for t in TERRAINS)],
                rows=rows,
                note=Text("the last columns: of the rural people of that terrain",
                          "các cột cuối: trong dân nông thôn của địa hình đó"),
            )
        ],
    )  # fmt: skip


def _cuts(base: Sequence[Run], communes: Communes) -> Part:
    """What other cuts would have said: the share of rural people in each class."""
    rows = []
    for factor in (0.5, 1.0, 2.0):
        which = of_mean(base, A_YEAR * factor, AGED * factor)
        shares = people_in(which, np.mean([r.start for r in base], axis=0), communes.rural)
        rows.append(
            Row(
                name=f"{PER_CENT * A_YEAR * factor:g} %, {PER_CENT * AGED * factor:g} points",
                cells=[Cell(value=PER_CENT * float(s)) for s in shares],
            )
        )
    return Part(
        title=Text("Other cuts", "Ngưỡng khác"),
        words=Text("The same with half and with twice the cuts.", "Cũng vậy với nửa và gấp đôi ngưỡng."),
        tables=[
            Table(
                title=Text("Rural people by class, %", "Dân nông thôn theo loại, %"),
                corner=Text("cut per year", "ngưỡng mỗi năm"),
                columns=list(CLASSES),
                rows=rows,
                note=Text("", ""),
            )
        ],
    )


def _over(over: Sequence[Run], communes: Communes) -> list[Part]:
    """Shares of each class over the members of the ensemble, one run each; nothing where it was not run."""
    if not over:
        return []
    shares = PER_CENT * np.array([people_in(of_run(r), r.start, communes.rural) for r in over])
    ends = np.percentile(shares, [10.0, 50.0, 90.0], axis=0).T
    low, middle, high = ends[EMPTYING]
    return [
        Part(
            title=Text(
                "Over sets of parameters that fit about equally", "Trên các bộ tham số khớp ngang nhau"
            ),
            words=Text(
                f"Over {len(over)} sets, {low:.0f} to {high:.0f} % of rural people live in communes that empty (middle "
                f"{middle:.0f} %; a tenth of the sets lies beyond each end). One run per set, so luck is in it too.",
                f"Trên {len(over)} bộ, {low:.0f} đến {high:.0f} % dân nông thôn sống ở xã vơi dần dân (trung vị "
                f"{middle:.0f} %). Mỗi bộ một lần mô phỏng nên gồm cả yếu tố ngẫu nhiên.",
            ),
            tables=[
                Table(
                    title=Text("Rural people by class, %", "Dân nông thôn theo loại, %"),
                    corner=Text("class", "loại"),
                    columns=["10 %", "middle", "90 %"],
                    rows=[
                        Row(name=name, cells=[Cell(value=float(v)) for v in row])
                        for name, row in zip(CLASSES, ends, strict=True)
                    ],
                    note=Text("", ""),
                )
            ],
        )
    ]


def _plain(
    shares: Floats,
    sure: Floats,
    which: Ints,
    start: Floats,
    communes: Communes,
    changes: Mapping[str, Response],
    others: Mapping[str, Response],
) -> Text:
    rural = communes.rural
    certain = rural & (which == EMPTYING) & (sure >= SURE)
    total = max(float(start[rural].sum()), 1.0)
    surely = PER_CENT * float(start[certain].sum()) / total
    parts_en = ", ".join(f"{PER_CENT * s:.0f} % {n.en}" for s, n in zip(shares, NAMES, strict=True))
    parts_vi = ", ".join(f"{PER_CENT * s:.0f} % {n.vi}" for s, n in zip(shares, NAMES, strict=True))
    n = int((rural & (which == EMPTYING)).sum())
    most = most_kept({name: change.kept for name, change in changes.items() if name not in PROGRAMMES})
    added = {name: effect_of(c.kept.tolist()) for name, c in changes.items() if name in PROGRAMMES}
    said = _most(most, others), _countryside(changes, others), _added(added, others)
    en, vi = " ".join(t.en for t in said if t.en), " ".join(t.vi for t in said if t.vi)
    return Text(
        en=f"In ten years, of 100 rural people, by the commune they live in at the start: {parts_en}. {n} communes "
        f"empty; for {surely:.0f} of 100 rural people that is sure. {en}".strip(),
        vi=f"Trong mười năm, cứ 100 người nông thôn theo xã nơi họ sống lúc đầu: {parts_vi}. {n} xã vơi dần dân; với "
        f"{surely:.0f} trong 100 người nông thôn, điều đó là chắc chắn. {vi}".strip(),
    )


def most_kept(kept: Mapping[str, Floats]) -> tuple[str, list[str], Effect] | None:
    """The policy that keeps most people, those that luck cannot tell from it, and what it keeps; None if none surely
    keeps any.

    Parameters
    ----------
    kept : name -> (n,) float64
        Residents kept by replicate, all policies against the same arm with the same luck, so they are paired.
    """
    effects = {name: effect_of(values.tolist()) for name, values in kept.items()}
    surely = [name for name, e in effects.items() if e.mean > 0 and _is_sure(e)]
    if not surely:
        return None
    best = max(surely, key=lambda name: effects[name].mean)
    alike = [name for name in kept if name != best and not _is_sure(paired(kept[best] - kept[name]))]
    return best, alike, effects[best]


def _most(most: tuple[str, list[str], Effect] | None, others: Mapping[str, Response]) -> Text:
    if most is None:
        return Text(
            "No policy that was tried keeps more people there that could be told from chance.",
            "Chưa chính sách nào giữ thêm được dân ở đó mà phân biệt được với ngẫu nhiên.",
        )
    best, alike, effect = most
    number = f"{effect.mean:+.1f}", f"({effect.low:+.1f} to {effect.high:+.1f})"
    other_en = f"; luck cannot tell it from {', '.join(alike)}" if alike else ""
    other_vi = f"; chưa phân biệt được với {', '.join(alike)}" if alike else ""
    sets = Text("", "")
    if best in others:
        first, n = options.best_in(others, best), len(others[best].kept)
        same = options.same_sign(others[best].kept, effect.mean)
        sets = Text(
            f" Over {n} sets of parameters that fit about equally, one run each: {same.en}, and it keeps the most in "
            f"{first}.",
            f" Trên {n} bộ tham số khớp ngang nhau, mỗi bộ một lần mô phỏng: {same.vi}, và giữ được nhiều nhất ở "
            f"{first} bộ.",
        )
    return Text(
        f"Of the policies {best} keeps most people there: {number[0]} thousand after ten years {number[1]}{other_en}."
        f"{sets.en}",
        f"Trong các chính sách, giữ được nhiều dân nhất là {best}: {number[0].replace('.', ',')} nghìn người sau mười "
        f"năm{other_vi}.{sets.vi}",
    )


def _countryside(changes: Mapping[str, Response], others: Mapping[str, Response]) -> Text:
    """What the reform does to all rural communes together, beside what it does to those that empty."""
    if ACTUAL not in changes:
        return Text("", "")
    e = effect_of(changes[ACTUAL].countryside.tolist())
    if not _is_sure(e):
        return Text("", "")
    sets = _in_sets(others, ACTUAL, lambda r: r.countryside, e)
    return Text(
        f"The reform of 2025 changes all rural communes together by {e.mean:+.0f} thousand residents ({e.low:+.0f} to "
        f"{e.high:+.0f}{sets.en}).",
        f"Tính mọi xã nông thôn, đợt sắp xếp năm 2025 làm thay đổi {e.mean:+.0f} nghìn dân (từ {e.low:+.0f} đến "
        f"{e.high:+.0f}{sets.vi}).",
    )


def _added(added: Mapping[str, Effect], others: Mapping[str, Response]) -> Text:
    """What the programmes add to the reform, those told from nothing."""
    listed_en, listed_vi = [], []
    for name, e in added.items():
        if _is_sure(e):
            sets = _in_sets(others, name, lambda r: r.kept, e)
            mean, low, high = (f"{x:+.1f}" for x in (e.mean, e.low, e.high))
            listed_en.append(f"{name} {mean} thousand ({low} to {high}{sets.en})")
            listed_vi.append(f"{name} {mean} nghìn người (từ {low} đến {high}{sets.vi})".replace(".", ","))
    if not listed_en:
        return Text("", "")
    return Text(
        f"Added to the reform of 2025: {', '.join(listed_en)}.",
        f"Thêm vào đợt sắp xếp năm 2025: {', '.join(listed_vi)}.",
    )


def _in_sets(others: Mapping[str, Response], name: str, of: Callable[[Response], Floats], e: Effect) -> Text:
    """After an interval: in how many sets of parameters the sign is the same; nothing without an ensemble."""
    if name not in others:
        return Text("", "")
    same = options.same_sign(of(others[name]), e.mean)
    return Text(f"; {same.en}", f"; {same.vi}")


def _is_sure(e: Effect) -> bool:
    return e.known and (e.low > 0 or e.high < 0)


__all__ = ["ENSEMBLE", "SPEC", "SWEEPS", "estimate", "most_kept", "read_arms"]

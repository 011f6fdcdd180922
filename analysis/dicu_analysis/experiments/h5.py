"""H5, return: do people come back after a shock has passed?

The urban share forty quarters after urban jobs came back, less the same without the shock; other sizes and the way up
(a push out of farming) beside it, and the same without feedbacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis.effects import paired
from dicu_analysis.experiments import h5_ladder, pictures, stored
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.assemble import Facts, Found, Spec, arms_of
from dicu_analysis.experiments.result import Estimate, Figure, Robust
from dicu_analysis.experiments.robust import Contrast, Outcome, Reader, grid, judge, members, of_grid
from dicu_analysis.experiments.statistics import shared_luck
from dicu_analysis.language import Text
from dicu_analysis.scalars import as_int

SPEC: Final = Spec(
    id="h5",
    question="Do people come back?",
    estimand="urban share of the population 40 quarters after the shock has ended, less the same without the shock",
    design="20 % of urban jobs are not there for 8 quarters, then all are back; paired with the same history without; "
    "other sizes, a push out of farming, and jobs lost and given back step by step beside it",
    unit="points",
    held_fixed=(
        "the starting population (one synthesis for all replicates)",
        "borders and governments (no reform)",
        "which places are urban: wards and townships of the start",
    ),
)
FITTED: Final = "h5_ensemble"
SWEEPS: Final = ("h5", FITTED)
SESOI: Final = 0.1
PER_CENT: Final = 100.0
BEGINS, ENDS, AFTER = 5, 12, 40
"""Record steps: the shock begins with 5 (2020Q2) and ends with 12 (2022Q1); 40 quarters later is 52."""
SHOCKS: Final = {
    "loss10": "urban jobs -10 %",
    "loss20": "urban jobs -20 %",
    "loss40": "urban jobs -40 %",
    "push20": "farm income -20 %",
}


def shares(sweep: FinishedSweep) -> dict[int, NDArray[np.float64]]:
    """Urban share by point, (n, steps + 1)."""
    rows = sweep.rows("nation", ["urban_persons", "persons"]).sort_values(["point", "replicate", "step"])
    made: dict[int, list[NDArray[np.float64]]] = {}
    for (point, _), run in rows.groupby(["point", "replicate"], sort=True):
        made.setdefault(as_int(point), []).append(_share(run))
    return {point: np.array(paths) for point, paths in made.items()}


def _share(run: pd.DataFrame) -> NDArray[np.float64]:
    share: NDArray[np.float64] = (run["urban_persons"] / run["persons"]).to_numpy(dtype=np.float64)
    return share


def estimate(sweeps: Mapping[str, FinishedSweep], facts: Facts) -> Found:
    """Everything H5 says.

    Raises
    ------
    ValueError
        When the runs end too early.
    """
    sweep = sweeps["h5"]
    path = shares(sweep)
    points = {str(scenario): as_int(point) for point, scenario in sweep.arms["scenario"].items()}
    last = ENDS + AFTER
    none = path[points["none"]]
    if none.shape[1] <= last:
        raise ValueError(f"{sweep.folder}: runs end with step {none.shape[1] - 1}, {last} is needed")
    gap = {name: path[points[name]] - none for name in SHOCKS}
    effect = paired(gap["loss20"][:, last])
    secondary = []
    for name, text in SHOCKS.items():
        for when, step in (("when it ends", ENDS), ("10 years later", last)):
            secondary.append(
                Estimate.of(
                    paired(gap[name][:, step]),
                    f"{text}, {when}",
                    "urban share less no shock",
                    "points",
                    PER_CENT,
                )
            )
    cut = path[points["loss20 cut"]] - path[points["none cut"]]
    mechanism = [
        Estimate.of(paired(gap["loss20"][:, last]), "all feedbacks", "total effect", "points", PER_CENT),
        Estimate.of(paired(cut[:, last]), "feedbacks cut", "direct effect", "points", PER_CENT),
        Estimate.of(
            paired(gap["loss20"][:, last] - cut[:, last]), "what feedbacks add", "", "points", PER_CENT
        ),
    ]
    at_end = {point: values[:, last] for point, values in path.items()}
    values = {k: sweep.arms.loc[p, sweep.varied].to_dict() for k, p in points.items()}
    made = Found(
        effect=effect,
        sesoi=SESOI,
        scale=PER_CENT,
        plain=_plain(gap["loss20"], last),
        replicates=sweep.replicates,
        luck_shared=shared_luck(at_end[points["loss20"]], at_end[points["none"]]),
        arms=arms_of(points, at_end, values, PER_CENT),
        secondary=secondary,
        mechanism=mechanism,
        robust=robustness(sweeps, last),
    )
    loops = h5_ladder.read_loops(sweep.folder)
    if loops:
        made.parts.append(h5_ladder.ladder_part(loops))

    def draw(facts: Facts) -> list[Figure]:
        w = facts.words
        drawn = pictures.paths(
            sweep.folder,
            "h5",
            w.t(
                "Do people come back? Urban share after a shock, against the same history without",
                "Người dân có quay về không? Tỷ lệ dân đô thị sau một cú sốc, so với cùng lịch sử khi không có cú sốc",
            ),
            w.t(
                "Urban jobs are lost, or farm income falls, for the two years in grey; then all is as before.",
                "Việc làm đô thị mất đi, hoặc thu nhập nông nghiệp giảm, trong hai năm tô xám; sau đó mọi thứ trở lại "
                "như trước.",
            ),
            {stored.said(w, text): gap[name] * PER_CENT for name, text in SHOCKS.items()},
            (BEGINS - 1, ENDS),
            stored.said(w, "urban share, points"),
            facts,
            sweep.replicates,
        )
        return [drawn, *([h5_ladder.draw(sweep.folder, loops, facts)] if loops else [])]

    made.draw = draw
    return made


def robustness(sweeps: Mapping[str, FinishedSweep], last: int) -> list[Robust]:
    """The urban share ten years after urban jobs came back: over sizes, without feedbacks, and over the ensemble."""
    outcome = Outcome(
        "urban share", Text("the urban share ten years later", "tỷ lệ dân đô thị mười năm sau"), "points", PER_CENT,
        lambda s: {point: values[:, last] for point, values in shares(s).items()},
    )  # fmt: skip
    reader = Reader(sweeps["h5"], outcome)
    lost = Text("urban jobs lost for two years", "mất việc làm đô thị trong hai năm")
    rows = [
        Contrast("loss10", "none", Text("-10 %", "-10 %")),
        Contrast("loss20", "none", Text("-20 %", "-20 %")),
        Contrast("loss40", "none", Text("-40 %", "-40 %")),
        Contrast("loss20 cut", "none cut", Text("-20 %, feedbacks cut", "-20 %, cắt phản hồi")),
    ]
    table = grid(
        Text("Sizes and feedbacks", "Mức và phản hồi"), lost, [c.text for c in rows],
        [Text("ten years later", "mười năm sau")], lambda r, c: reader.tile(rows[r]),
    )  # fmt: skip
    over = []
    if FITTED in sweeps:
        over.append(members(Reader(sweeps[FITTED], outcome).members(rows[1]), rows[1].text))
    return [
        judge(outcome, [table], over, of_grid(table, Text("size and feedbacks", "mức và phản hồi"), lost)[:1])
    ]


def _plain(gap: NDArray[np.float64], last: int) -> Text:
    first, later = (paired(gap[:, k]) for k in (ENDS, last))
    then, now, low, high = (x * PER_CENT for x in (first.mean, later.mean, later.low, later.high))
    within = f"({low:+.2f} to {high:+.2f})", f"(từ {low:+.2f} đến {high:+.2f})"
    if later.known and later.low <= 0 <= later.high:
        en = f"ten years after the jobs are back it cannot be told from none: {now:+.2f} points {within[0]}"
        vi = f"mười năm sau khi việc làm trở lại, chưa phân biệt được với không lệch: {now:+.2f} điểm {within[1]}"
    else:
        back = 1 - now / then if then else 0.0
        grown = f"the change has grown by {-back:.0%}", f"thay đổi đã tăng thêm {-back:.0%}"
        undone = f"{back:.0%} of the change is undone", f"{back:.0%} thay đổi đã được bù lại"
        told = grown if back < 0 else undone
        en = f"ten years after the jobs are back it is {now:+.2f} points away {within[0]}: {told[0]}"
        vi = f"mười năm sau khi việc làm trở lại, mức lệch là {now:+.2f} điểm {within[1]}: {told[1]}"
    return Text(
        en=f"When a fifth of urban jobs is gone for two years, the urban share ends {then:+.2f} points from what it "
        f"would have been; {en}.",
        vi=f"Khi một phần năm việc làm đô thị mất đi trong hai năm, tỷ lệ dân đô thị lệch {then:+.2f} điểm; {vi}.",
    )

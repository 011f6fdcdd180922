"""H3, reinvestment: does reinvesting the savings make up for what the merger costs in access?

(reinvested - merged) / (none - merged): 0 nothing is made up for, 1 all of it. The interval is Fieller's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu_analysis.effects import paired
from dicu_analysis.experiments import merger, pictures, stored
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.assemble import Facts, Found, Spec, arms_of
from dicu_analysis.experiments.merger import access, after, leaving, units
from dicu_analysis.experiments.result import Estimate, Figure
from dicu_analysis.experiments.statistics import Ratio, fieller, shared_luck
from dicu_analysis.language import Text

SPEC: Final = Spec(
    id="h3",
    question="Does reinvesting the savings make up for what the merger costs?",
    estimand="(reinvested - merged) / (none - merged) in the mean access of rural residents over five services, five "
    "years after the merger",
    design="paired arms none, merged (no saving reinvested), half and all of the savings reinvested",
    unit="ratio",
    held_fixed=(
        "the starting population (one synthesis for all replicates)",
        "the reform's date and borders",
        "what a post costs and who is cut: savings follow from the official staffing rule",
    ),
    caveats=(
        merger.ROWS,
        "until five years after the merger severance takes most of what is saved, so the share in the fifth year is "
        "that of the rest",
    ),
)
SWEEPS: Final = ("h3", *merger.SWEEPS)
ARMS: Final = ("none", "merged", "half", "full")
ROBUST: Final = ("access, rural", "access, mountain rural", "access, island rural")
"""Outcomes whose signs against no merger are followed over assumptions: whether reinvesting makes up for it all."""
GIVEN_BACK: Final = Text(
    "access of rural people where savings are reinvested (against none of them)",
    "mức tiếp cận của dân nông thôn khi tái đầu tư khoản tiết kiệm (so với không tái đầu tư)",
)
LATER: Final = (7, 10)
"""Years after the merger at which the share is told besides: until the fifth severance takes most of what is saved."""
SESOI: Final = 0.1
SESOI_POINTS: Final = 1.0
PER_CENT: Final = 100.0


def made_up(found: Mapping[int, NDArray[np.float64]], points: Mapping[str, int], arm: str) -> Ratio:
    """Share of the loss that an arm makes up for, of outcomes (n,) by point, paired by replicate."""
    merged = found[points["merged"]]
    return fieller(found[points[arm]] - merged, found[points["none"]] - merged)


def estimate(sweeps: Mapping[str, FinishedSweep], facts: Facts) -> Found:
    """Everything H3 says."""
    sweep = sweeps["h3"]
    points = {arm: sweep.arm(arm) for arm in ARMS}
    per_year = facts.scenario.calendar.steps_per_year
    steps = after(facts)
    found = access(sweep, "area", "rural", steps[1])
    gain, loss = (
        found[points["full"]] - found[points["merged"]],
        found[points["none"]] - found[points["merged"]],
    )
    ratio = made_up(found, points, "full")
    cost = paired(loss)
    size = cost.mean
    has_loss = cost.low > 0
    tested = paired(gain).times(1 / size) if has_loss else paired(gain)
    secondary = [
        Estimate.of(
            paired(loss), "none - merged", "what the merger costs in access", "points of access", PER_CENT
        ),
        Estimate.of(
            paired(gain), "reinvested - merged", "what reinvesting brings", "points of access", PER_CENT
        ),
        Estimate.ratio(
            made_up(found, points, "half"), "half reinvested", "the same with half of the savings"
        ),
    ]
    last = facts.scenario.calendar.n_steps
    at = {years: steps[0] - 1 + years * per_year for years in LATER}
    later = {
        years: made_up(access(sweep, "area", "rural", step), points, "full")
        for years, step in at.items()
        if has_loss and step <= last
    }
    secondary += [
        Estimate.ratio(share, f"after {years} years", f"the same {years} years after the merger")
        for years, share in later.items()
    ]
    leave = leaving(sweep, "area", "rural", steps, per_year)
    for arm in ("merged", "full"):
        secondary.append(
            Estimate.of(
                paired(leave[points[arm]] - leave[points["none"]]),
                f"leaving, {arm} - none",
                "rate at which rural residents leave their place",
                "points a year",
                PER_CENT,
            )
        )
    by_terrain = []
    for unit in units(sweep):
        here = access(sweep, "terrain_area", unit, steps[1])
        secondary.append(Estimate.ratio(made_up(here, points, "full"), f"made up for, {unit}", "by terrain"))
        for arm in ("merged", "half", "full"):
            change = paired(here[points[arm]] - here[points["none"]])
            by_terrain.append(
                Estimate.of(change, f"{unit}, {arm}", "access against none", "points of access", PER_CENT)
            )
    shown = Estimate.ratio(ratio, "made up for", SPEC.estimand).model_copy(update={"mc_error": tested.error})
    secondary.append(
        shown.model_copy(update={"name": "ratio (reinvested - merged) / (none - merged)", "mc_error": None})
    )
    values = {arm: sweep.arms.loc[point, sweep.varied].to_dict() for arm, point in points.items()}
    made = Found(
        effect=tested,
        sesoi=SESOI if has_loss else SESOI_POINTS,
        scale=1.0 if has_loss else PER_CENT,
        unit="" if has_loss else "points of access",
        plain=_plain(ratio, size, float(np.mean(gain)), later, facts.scenario.government.need),
        replicates=sweep.replicates,
        luck_shared=shared_luck(found[points["full"]], found[points["merged"]]),
        arms=arms_of(points, found, values, PER_CENT),
        secondary=[*secondary, *by_terrain],
        robust=[
            *merger.robustness(sweeps, facts, ("access, rural",), merger.against_merged(), said=GIVEN_BACK),
            *merger.robustness(sweeps, facts, ROBUST, merger.against_none()),
        ],
        shown=shown if has_loss else None,
        caveats=[]
        if has_loss
        else [
            "the merger does not lower the mean access of rural residents here (none - merged is not above 0), so "
            "there is no loss to make up for and the ratio has no meaning; the result is what reinvesting brings, "
            f"reinvested - merged, in points of access (smallest of interest: {SESOI_POINTS:g})"
        ],
    )

    def draw(facts: Facts) -> list[Figure]:
        w = facts.words
        return [
            pictures.effects(
                sweep.folder,
                "h3",
                w.t("What reinvesting the savings gives back", "Tái đầu tư khoản tiết kiệm bù lại được gì"),
                w.t(
                    "Mean access of rural residents over five services, five years after the merger, against no "
                    "merger; merged: nothing reinvested.",
                    "Mức tiếp cận trung bình của dân nông thôn đối với năm dịch vụ, năm năm sau sáp nhập, so với không "
                    "sáp nhập.",
                ),
                [(stored.said(w, "points of access against no merger"), by_terrain, None)],
                facts,
                sweep.replicates,
            ),
            *merger.tornado(
                sweep.folder,
                "h3_tornado",
                Text(
                    "How far each assumption moves what reinvesting all savings gives back",
                    "Mỗi giả định làm mức bù lại khi tái đầu tư toàn bộ khoản tiết kiệm thay đổi bao nhiêu",
                ),
                made.robust[:1],
                merger.against_merged(),
                sweeps,
                facts,
            ),
        ]

    made.draw = draw
    return made


def _plain(ratio: Ratio, loss: float, gain: float, later: Mapping[int, Ratio], need: str) -> Text:
    lost = loss * PER_CENT
    given = merger.IF_NEED[need]
    if lost <= 0:
        return Text(
            en=f"Rural access does not fall by the merger in this model (it changes by {-lost:+.2f} points of 100), so "
            f"there is nothing to make up for. Reinvesting all savings adds {gain * PER_CENT:+.2f} points. {given.en}",
            vi=f"Trong mô hình này, sáp nhập không làm giảm mức tiếp cận dịch vụ ở nông thôn (thay đổi {-lost:+.2f} "
            f"điểm trên thang 100), nên không có gì phải bù đắp. Tái đầu tư toàn bộ khoản tiết kiệm đem lại "
            f"{gain * PER_CENT:+.2f} điểm. {given.vi}",
        )
    on = [(years, share.estimate) for years, share in later.items()]
    on_en = "".join(f", {share:.0%} after {years} years" for years, share in on)
    on_vi = "".join(f", {share:.0%} sau {years} năm" for years, share in on)
    return Text(
        en=f"Five years after the merger rural access to services is {lost:.2f} points of 100 lower than without it. "
        f"Reinvesting all savings makes up for {ratio.estimate:.0%} of that{on_en}. {given.en}",
        vi=f"Năm năm sau sáp nhập, mức tiếp cận dịch vụ ở nông thôn thấp hơn {lost:.2f} điểm (thang 100) so với không "
        f"sáp nhập. Tái đầu tư toàn bộ khoản tiết kiệm bù lại được {ratio.estimate:.0%} phần đó{on_vi}. {given.vi}",
    )

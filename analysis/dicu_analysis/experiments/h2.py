"""H2, merger and access: what does the merger do to access and to leaving, by terrain?

Truth: the same country with the same luck, with and without the merger. Beside it, what studies of the same data would
say: a difference in differences with event study where only half of the provinces were reformed, and a panel on the
dose (the change of access in each province) where all were.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dicu.scenario.vocabulary import SERVICES
from dicu_analysis.effects import paired
from dicu_analysis.experiments import merger, pictures, stored, study
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.assemble import Facts, Found, Spec, arms_of
from dicu_analysis.experiments.households import COLUMNS, Which, groups, movers
from dicu_analysis.experiments.merger import access, after, leaving, rural_leaving, units
from dicu_analysis.experiments.result import Estimate, Figure, Group
from dicu_analysis.experiments.statistics import shared_luck
from dicu_analysis.language import Text

SPEC: Final = Spec(
    id="h2",
    question="What does the merger do to access and to leaving, by terrain?",
    estimand="yearly rate at which residents of rural places leave their place in the five years after the merger, "
    "`actual` less `none`",
    design="paired arms `actual` and `none`, three years before and five after 1 July 2025",
    unit="points a year",
    held_fixed=(
        "the starting population (one synthesis for all replicates)",
        "where schools, clinics and hospitals stand",
        "weights of services in utility (beta_s) and in the hazard of considering (theta_S): no data before 2025 "
        "identify them, so the size of the effect on leaving rests on assumptions",
    ),
    caveats=(merger.ROWS,),
)
SWEEPS: Final = ("h2", *merger.SWEEPS)
ROBUST: Final = ("leaving, rural", "access, plain rural", "access, mountain rural", "access, island rural")
"""Outcomes whose signs are followed over assumptions; the first is the estimand."""
SESOI: Final = 0.1
PER_CENT: Final = 100.0


def _household_groups(
    sweep: FinishedSweep, treated: int, untreated: int, steps: tuple[int, int], most: int = 4
) -> list[Group]:
    """Rural households that moved (anywhere) in one arm only."""
    which = Which(*steps, to_urban=False)
    pairs = [
        tuple(movers(sweep.kept(p, r, "moves", list(COLUMNS)), which) for p in (treated, untreated))
        for r in range(min(most, sweep.replicates))
    ]
    return groups(pairs, "total")  # type: ignore[arg-type]


def estimate(sweeps: Mapping[str, FinishedSweep], facts: Facts) -> Found:
    """Everything H2 says."""
    sweep = sweeps["h2"]
    per_year = facts.scenario.calendar.steps_per_year
    steps = after(facts)
    none, actual = sweep.arm("none"), sweep.arm("actual")
    rural = rural_leaving(sweep, steps, per_year)
    effect = paired(rural[actual] - rural[none])
    by_terrain: list[Estimate] = []
    on_access: list[Estimate] = []
    first_access: list[Estimate] = []
    for unit in units(sweep):
        found = leaving(sweep, "terrain_area", unit, steps, per_year)
        by_terrain.append(
            Estimate.of(
                paired(found[actual] - found[none]), unit, f"leaving, {unit}", "points a year", PER_CENT
            )
        )
        for when, step, into in (
            ("at once", steps[0], first_access),
            ("after five years", steps[1], on_access),
        ):
            found = access(sweep, "terrain_area", unit, step)
            text = f"mean access over five services, {unit}, {when}"
            into.append(
                Estimate.of(
                    paired(found[actual] - found[none]), f"{unit}, {when}", text, "points of access", PER_CENT
                )
            )
    for service in SERVICES:
        found = access(sweep, "area", "rural", steps[0], (service,)) if _has(sweep, "area") else {}
        if found:
            first_access.append(
                Estimate.of(
                    paired(found[actual] - found[none]),
                    f"{service}, rural, at once",
                    service,
                    "points of access",
                    PER_CENT,
                )
            )
    points = {"none": none, "actual": actual}
    made = Found(
        effect=effect,
        sesoi=SESOI,
        scale=PER_CENT,
        plain=_plain(effect.mean, by_terrain, on_access, facts.scenario.government.need),
        luck_shared=shared_luck(rural[actual], rural[none]),
        replicates=sweep.replicates,
        arms=arms_of(
            points, rural, {k: sweep.arms.loc[p, sweep.varied].to_dict() for k, p in points.items()}, PER_CENT
        ),
        secondary=[*by_terrain, *first_access, *on_access],
        robust=merger.robustness(sweeps, facts, ROBUST, merger.against_none()),
        second_opinion=study.opinions(sweep, facts, steps),
        groups=_household_groups(sweep, actual, none, steps) if sweep.keeps("moves") else [],
    )
    shown = [e for e in (*first_access, *on_access) if "rural, a" in e.name]

    def draw(facts: Facts) -> list[Figure]:
        w = facts.words
        return [
            pictures.effects(
                sweep.folder,
                "h2",
                w.t(
                    "What the merger does to access and to leaving, by terrain",
                    "Sáp nhập tác động thế nào đến mức tiếp cận và việc rời đi, theo địa hình",
                ),
                w.t(
                    "Effect of `actual` against `none`, rural residents. Left: mean access over five services, 0-100. "
                    "Right: rate at which people leave their place.",
                    "Tác động của sáp nhập so với không sắp xếp, dân nông thôn. Trái: mức tiếp cận trung bình của năm "
                    "dịch vụ, 0-100. Phải: tỷ lệ người rời nơi ở.",
                ),
                [
                    (stored.said(w, "points of access"), shown, None),
                    (stored.said(w, "points a year"), by_terrain, SESOI),
                ],
                facts,
                sweep.replicates,
            ),
            *merger.tornado(
                sweep.folder,
                "h2_tornado",
                Text(
                    "How far each assumption moves what the merger does",
                    "Mỗi giả định làm tác động của sáp nhập thay đổi bao nhiêu",
                ),
                made.robust,
                merger.against_none(),
                sweeps,
                facts,
            ),
        ]

    made.draw = draw
    return made


def _has(sweep: FinishedSweep, level: str) -> bool:
    return level in sweep.manifest["results"]["levels"]


def _plain(effect: float, by_terrain: list[Estimate], on_access: list[Estimate], need: str) -> Text:
    moves = ", ".join(f"{e.name} {e.effect or 0:+.2f}" for e in by_terrain)
    reach = ", ".join(f"{e.name.split(',')[0]} {e.effect or 0:+.1f}" for e in on_access)
    vi = {"plain rural": "đồng bằng", "mountain rural": "miền núi", "island rural": "hải đảo"}

    def in_vi(text: str) -> str:
        for word, said in vi.items():
            text = text.replace(word, said)
        return text

    points = effect * PER_CENT
    return Text(
        en=f"In the five years after the merger, of 100 rural people {abs(points):.2f} "
        f"{'more' if points > 0 else 'fewer'} a year leave their place than without it ({moves}). "
        f"Access to services, out of 100, changes after five years by: {reach}. {merger.IF_NEED[need].en}",
        vi=f"Trong năm năm sau sáp nhập, cứ 100 người nông thôn mỗi năm có {'thêm' if points > 0 else 'ít hơn'} "
        f"{abs(points):.2f} người rời nơi ở so với không sáp nhập ({in_vi(moves)}). Mức tiếp cận dịch vụ (thang 100) "
        f"sau năm năm thay đổi: {in_vi(reach)}. {merger.IF_NEED[need].vi}",
    )

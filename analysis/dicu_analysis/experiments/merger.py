"""What H2 and H3 share: access and leaving by terrain after the merger, and whether their signs survive.

Beside the sweeps of each experiment stand five of the merger alone, with rows of 250 households: options (what is
done with the savings) times what offices need, assumptions one at a time, and the ensemble, the latter two under both
needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.scenario.vocabulary import SERVICES, TERRAINS
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.assemble import Facts
from dicu_analysis.experiments.result import Figure, Members, Robust, Tile
from dicu_analysis.experiments.robust import (
    Case,
    Contrast,
    Outcome,
    Reader,
    Swing,
    grid,
    judge,
    members,
    of_cases,
    of_grid,
)
from dicu_analysis.experiments.tornado import CASES_GRID, picture
from dicu_analysis.language import Text
from dicu_analysis.scalars import as_int

Floats = NDArray[np.float64]

YEARS: Final = 5
PER_CENT: Final = 100.0
OPTIONS: Final = "merger_options"
ASSUMED: Final = {"work": "merger_assumptions", "dispatch": "merger_assumptions_dispatch"}
FITTED: Final = {"work": "merger_ensemble", "dispatch": "merger_ensemble_dispatch"}
SWEEPS: Final = (OPTIONS, *ASSUMED.values(), *FITTED.values())
THOROUGH: Final = (*ASSUMED.values(), FITTED["dispatch"])
"""What a quick run leaves out."""
NEEDS: Final = {
    "work": Text("need by work", "nhu cầu theo khối lượng việc"),
    "dispatch": Text("need by dispatch", "nhu cầu theo công văn"),
}
"""What an office made by a merger needs: the posts that did the same work before, or those of the official rule."""
REINVESTED: Final = {
    "merged": Text("no saving reinvested", "không tái đầu tư"),
    "half": Text("half of the savings reinvested", "tái đầu tư một nửa"),
    "full": Text("all savings reinvested", "tái đầu tư toàn bộ"),
}
ROWS: Final = (
    "options, assumptions and ensemble are run with rows of 250 households, this experiment with finer ones: levels "
    "differ a little between the two (compare the cells that say the same), and no interval has that in it"
)
"""What to beware of in pages that hold sweeps of both sizes."""
IF_NEED: Final = {
    "work": Text(
        "All this if the work of offices stays what it was (`need: work`); where the official rule also says what is "
        "needed (`dispatch`), see below.",
        "Tất cả là khi khối lượng công việc của cơ quan giữ nguyên (`need: work`); nếu quy định cũng là nhu cầu "
        "(`dispatch`), xem bên dưới.",
    ),
    "dispatch": Text(
        "All this if the official rule also says what offices need (`need: dispatch`); where their work stays what it "
        "was (`work`), see below.",
        "Tất cả là khi quy định cũng là nhu cầu của cơ quan (`need: dispatch`); nếu khối lượng công việc giữ nguyên "
        "(`work`), xem bên dưới.",
    ),
}
"""What an answer about access hangs on most, by ``government.need``."""
ROBUST_ARMS: Final = ("merged", "full")
"""Those of the above in the sweeps of the assumptions and of the ensemble."""
_THETA = Text("poor services make people think of leaving", "dịch vụ kém khiến người dân nghĩ đến rời đi")
_WEIGHTS = Text("services weigh in where people go", "trọng số dịch vụ khi chọn nơi đến")
_SEVERANCE = Text("severance is paid over", "chi chế độ nghỉ việc trong")
_DISRUPTION = Text("quality lost at once by a large merger", "chất lượng mất ngay khi sáp nhập lớn")
_STAFF = Text("weight of staff in quality", "trọng số biên chế trong chất lượng")
_PROVINCE = Text("work of districts done by the province", "phần việc cấp huyện chuyển lên tỉnh")
_SAVED = Text("work left after merging", "khối lượng việc còn lại sau sáp nhập")
CASES: Final = (
    Case("theta 0", _THETA, "0"),
    Case("theta 1", _THETA, "1"),
    Case("weights 0", _WEIGHTS, "0"),
    Case("weights 2", _WEIGHTS, "0.6"),
    Case("severance 4", _SEVERANCE, "4 q"),
    Case("severance 40", _SEVERANCE, "40 q"),
    Case("disruption 0", _DISRUPTION, "0 %"),
    Case("disruption 50", _DISRUPTION, "50 %"),
    Case("staff 40", _STAFF, "0.4"),
    Case("staff 80", _STAFF, "0.8"),
    Case("province 0", _PROVINCE, "0 %"),
    Case("province 60", _PROVINCE, "60 %"),
    Case("saved 80", _SAVED, "80 %"),
)
"""Assumptions at the ends of their declared ranges (assumption A140); labels are those of the sweeps."""


# ------------------------------------------------------------------ outcomes


def after(facts: Facts) -> tuple[int, int]:
    """First and last step of the record after the reform."""
    return _after_in(facts.scenario.calendar, facts.scenario.reform.date)


def _after_in(calendar: Any, date: str) -> tuple[int, int]:
    """The same of any calendar."""
    first = calendar.step_of(date) + 1
    return first, min(first + YEARS * calendar.steps_per_year - 1, calendar.n_steps)


def leaving(
    sweep: FinishedSweep, level: str, unit: str, steps: tuple[int, int], per_year: int
) -> dict[int, Floats]:
    """Persons who left their place per person-year, by point: moves from the unit's places, over its mean residents."""

    def rate(run: pd.DataFrame) -> float:
        some = run[run["step"].between(*steps)]
        moved = float((some["out_persons"] + some["within_persons"]).sum())
        residents = float(run[run["step"].between(steps[0] - 1, steps[1])]["persons"].dropna().mean())
        return moved / (residents * (steps[1] - steps[0] + 1) / per_year)

    return sweep.outcomes(level, ["persons", "out_persons", "within_persons"], rate, unit)


def access(
    sweep: FinishedSweep, level: str, unit: str, step: int, services: tuple[str, ...] = SERVICES
) -> dict[int, Floats]:
    """Mean access of residents over the services at the end of a step, by point."""
    columns = [f"access_{s}" for s in services]

    def mean(run: pd.DataFrame) -> float:
        return float(run.loc[run["step"] == step, columns].to_numpy(dtype=np.float64).mean())

    return sweep.outcomes(level, columns, mean, unit)


def units(sweep: FinishedSweep) -> list[str]:
    """Rural parts of terrains in which anybody lives."""
    rows = sweep.rows("terrain_area", ["persons"]).dropna()
    lived = rows.groupby("unit")["persons"].max() > 0
    return [f"{t} rural" for t in TERRAINS if lived.get(f"{t} rural", False)]


# ------------------------------------------------------------------ robustness

UNIT_NAMES: Final = {
    "plain rural": Text("access in rural plains", "mức tiếp cận ở nông thôn đồng bằng"),
    "mountain rural": Text("access in rural mountains", "mức tiếp cận ở nông thôn miền núi"),
    "island rural": Text("access on rural islands", "mức tiếp cận ở nông thôn hải đảo"),
}


def outcomes(sweep: FinishedSweep, facts: Facts) -> dict[str, Outcome]:
    """Leaving of rural people; access by terrain and of all rural people, five years after the merger."""
    steps, per_year = _facts_of(sweep, facts)

    def reach(level: str, unit: str, text: Text) -> Outcome:
        return Outcome(
            f"access, {unit}", text, "points of access", PER_CENT,
            lambda s: access(s, level, unit, steps[1]),
        )  # fmt: skip

    made = [
        Outcome(
            "leaving, rural", Text("leaving by rural people", "tỷ lệ dân nông thôn rời đi"), "points a year", PER_CENT,
            lambda s: leaving(s, "area", "rural", steps, per_year),
        ),
        *(reach("terrain_area", unit, UNIT_NAMES[unit]) for unit in units(sweep)),
        reach("area", "rural", Text("access of rural people", "mức tiếp cận của dân nông thôn")),
    ]  # fmt: skip
    return {o.name: o for o in made}


def _facts_of(sweep: FinishedSweep, facts: Facts) -> tuple[tuple[int, int], int]:
    """Steps after the reform in the runs of a sweep, whose time need not be that of the experiment; steps per year."""
    from dicu.scenario.scenario import with_values

    time = sweep.config["time"]
    scenario = with_values(facts.scenario, {"time.start": time["start"], "time.end": time["end"]})
    return _after_in(scenario.calendar, scenario.reform.date), scenario.calendar.steps_per_year


def robustness(
    sweeps: Mapping[str, FinishedSweep],
    facts: Facts,
    names: Sequence[str],
    contrasts: Sequence[Contrast],
    *,
    said: Text | None = None,
) -> list[Robust]:
    """Verdicts on some outcomes over all sweeps of the merger that were run; none without that of the options.

    Parameters
    ----------
    names : sequence of str
        Of `outcomes`; what the world does not have (islands) is left out.
    contrasts : sequence of Contrast
        Rows of the table of options. Cases and the ensemble are told of the first and the last.
    said : Text or None
        What an outcome is called where it is compared with something else than no merger.
    """
    if OPTIONS not in sweeps:
        return []
    known = outcomes(sweeps[OPTIONS], facts)
    told = known if said is None else {name: replace(one, text=said) for name, one in known.items()}
    return [_robust(told[name], sweeps, contrasts) for name in names if name in told]


def _robust(outcome: Outcome, sweeps: Mapping[str, FinishedSweep], contrasts: Sequence[Contrast]) -> Robust:
    options = Reader(sweeps[OPTIONS], outcome)
    needs = [str(n) for n in options.sweep.arms["government.need"].unique()]
    table = grid(
        Text("Options by what offices need", "Phương án theo nhu cầu của cơ quan"),
        Text("five years after the merger", "năm năm sau sáp nhập"),
        [c.text for c in contrasts],
        [NEEDS[n] for n in needs],
        lambda r, c: options.tile(contrasts[r], government_need=needs[c]),
    )
    tables = [table]
    swings: list[Swing] = of_grid(
        table,
        Text("what is done with the savings", "cách dùng khoản tiết kiệm"),
        Text("what offices need", "nhu cầu của cơ quan"),
    )
    ends = ends_of(contrasts)
    columns = [(c, n) for n in needs for c in ends]
    texts = [_both(c.text, NEEDS[n]) for c, n in columns]
    assumed = {n: Reader(sweeps[s], outcome) for n, s in ASSUMED.items() if s in sweeps}
    if assumed:

        def cell(r: int, c: int) -> Tile | None:
            contrast, need = columns[c]
            if r == 0:
                return options.tile(contrast, government_need=need)
            case = CASES[r - 1]
            here = assumed.get(need)
            there = here is not None and f"{case.label} {contrast.base}" in set(here.sweep.arms["scenario"])
            return here.tile(contrast, case.label) if here is not None and there else None

        rows = [Text("as declared", "như đã khai báo"), *(c.text for c in CASES)]
        cases = grid(
            Text("Assumptions at the ends of their ranges, one at a time", "Từng giả định ở hai đầu khoảng"),
            Text("assumption", "giả định"), rows, texts, cell,
        )  # fmt: skip
        tables.append(cases)
        swings += of_cases(cases, CASES)
    return judge(outcome, tables, _members(outcome, sweeps, columns, texts), swings)


def _members(
    outcome: Outcome,
    sweeps: Mapping[str, FinishedSweep],
    columns: Sequence[tuple[Contrast, str]],
    texts: Sequence[Text],
) -> list[Members]:
    fitted = {n: Reader(sweeps[s], outcome) for n, s in FITTED.items() if s in sweeps}
    return [
        members(fitted[need].members(contrast), text)
        for (contrast, need), text in zip(columns, texts, strict=True)
        if need in fitted
    ]


def _both(a: Text, b: Text) -> Text:
    return Text(f"{a.en}, {b.en}", f"{a.vi}, {b.vi}")


def ends_of(contrasts: Sequence[Contrast]) -> list[Contrast]:
    """The first and the last of those whose arm the sweeps of the assumptions and of the ensemble have."""
    some = [c for c in contrasts if c.treated in ROBUST_ARMS]
    return list(dict.fromkeys((some[0], some[-1])))


def tornado(
    folder: Path,
    name: str,
    title: Text,
    robust: Sequence[Robust],
    contrasts: Sequence[Contrast],
    sweeps: Mapping[str, FinishedSweep],
    facts: Facts,
) -> list[Figure]:
    """How far each assumption moves some outcomes of the first contrast, by need; nothing where no case was run.

    Parameters
    ----------
    robust : sequence of Robust
        From `robustness`, all with these contrasts.
    """
    of_cases_run = [sweeps[s] for s in ASSUMED.values() if s in sweeps]
    if not of_cases_run or not robust or len(robust[0].grids) <= CASES_GRID:
        return []
    apart = len(ends_of(contrasts))
    columns = range(0, len(robust[0].grids[CASES_GRID].columns), apart)
    w, of = facts.words, of_cases_run[0]
    made = picture(folder, name, w.say(title), robust, list(columns), of, facts.model_version, w)
    return [] if made is None else [made]


def against_none() -> list[Contrast]:
    """The merger with none, half and all of its savings reinvested, against no merger."""
    return [Contrast(arm, "none", text) for arm, text in REINVESTED.items()]


def against_merged() -> list[Contrast]:
    """Half and all of the savings reinvested, against the merger that reinvests nothing."""
    return [Contrast(arm, "merged", text) for arm, text in REINVESTED.items() if arm != "merged"]


def rural_leaving(sweep: FinishedSweep, steps: tuple[int, int], per_year: int) -> dict[int, Floats]:
    """Persons who left their place per person-year, of all rural places together, by point."""
    rows = sweep.rows("terrain_area", ["persons", "out_persons", "within_persons"])
    rows = rows[rows["unit"].str.endswith(" rural")]
    rows = rows.groupby(["point", "replicate", "step"])[["persons", "out_persons", "within_persons"]].sum(
        min_count=1
    )
    made: dict[int, list[float]] = {}
    for (point, _), run in rows.reset_index().groupby(["point", "replicate"]):
        some = run[run["step"].between(*steps)]
        residents = run[run["step"].between(steps[0] - 1, steps[1])]["persons"].dropna().mean()
        years = (steps[1] - steps[0] + 1) / per_year
        made.setdefault(as_int(point), []).append(
            float((some["out_persons"] + some["within_persons"]).sum() / (residents * years))
        )
    return {point: np.array(values) for point, values in made.items()}


__all__ = ["SWEEPS", "access", "after", "against_merged", "against_none", "leaving", "outcomes", "robustness",
           "rural_leaving", "tornado", "units"]  # fmt: skip

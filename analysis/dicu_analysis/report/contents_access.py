"""What the sections on access to administration, ways to it and who wins or loses show, for one language."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from dicu_analysis import seed_spread
from dicu_analysis.figures.province_map import plain_name
from dicu_analysis.language import OFFICE, SERVICES, TERRAINS, Words, listed
from dicu_analysis.report import charts, saying, ways
from dicu_analysis.report.arms import Arms
from dicu_analysis.report.contents_people import cell, one_run, pairs_note
from dicu_analysis.report.measures import ADMINISTRATION, above_one, administration, residents_by_province
from dicu_analysis.report.subject import policy
from dicu_analysis.services import alike

SHOWN_PROVINCES: Final = 5
"""Provinces at each end of a list."""


def change_sd(arms: Arms, service: str) -> pd.Series[float]:
    """Standard deviation over seeds of the mean change of access by province of before."""
    people = residents_by_province(arms.sheet)
    sd = seed_spread.of_means(f"access_change.{service}", people, int(arms.run.manifest["weight"]))
    return pd.Series(sd / np.sqrt(max(arms.n, 1)), index=people.index)


def access(w: Words, arms: Arms) -> dict[str, Any]:
    """Access to administration over time, and its difference from the other arm by terrain."""
    drawings = []
    for s in administration(arms.run):
        drawing = charts.access(w.plain, arms.sheet, arms.twin, s, arms.other(w))
        drawings.append(replace(drawing, note=f"{drawing.note} {one_run(w, arms)}"))
    rows = []
    effects = None
    if arms.pairs:
        for s in administration(arms.run):
            for t in (*arms.terrains, "all"):
                cells = []
                for moment in ("soon", "end"):
                    e = arms.difference.get(f"access.{s}.{t}.{moment}")
                    cells.append(None if e is None else cell(w, e, 3))
                rows.append((s, w.of(TERRAINS, t), cells))
        names = {
            "commune_administration": w.t("commune office", "trụ sở xã"),
            "district_administration": w.t("district business", "thủ tục trước đây do cấp huyện giải quyết"),
        }
        points = [
            (f"{names[s]}, {w.of(TERRAINS, t)}", arms.difference[f"access.{s}.{t}.end"])
            for s in administration(arms.run)
            for t in arms.terrains
            if f"access.{s}.{t}.end" in arms.difference
        ]
        end = w.period(arms.run.labels[arms.sheet.moments.end])
        effects = charts.effects(
            w.plain,
            w.t(f"Difference in access, {end}, index", f"Chênh lệch mức tiếp cận, {end}, điểm chỉ số"),
            points,
            digits=2,
            unit=w.t("difference of the index", "chênh lệch điểm chỉ số"),
            note=pairs_note(w, arms),
        )
    soon, end = (w.period(arms.run.labels[s]) for s in (arms.sheet.moments.soon, arms.sheet.moments.end))
    return {
        "drawings": drawings,
        "rows": rows,
        "effects": effects,
        "soon": soon,
        "end": end,
        "desks": _desks(w, arms),
        "merges": _merged(arms),
        "alike": _alike(w, arms),
        "best": _best(w, arms),
        "districts": arms.run.districts_govern,
    }


def _desks(w: Words, arms: Arms) -> str | None:
    """How many have a longer way to the commune office, and a shorter one to district business, desks counted."""
    keys = [f"way.{c}.end" for c in ("commune_office_farther", "district_office_nearer")]
    if any(k not in arms.level for k in keys) or policy(arms.run) == "none":
        return None
    farther, nearer = (saying.percent(w, arms.level[k], sign=False) for k in keys)
    if not arms.run.districts_govern:
        return w.t(
            f"With desks counted, {farther} of the residents of the end have a way to the {OFFICE.en} that is longer by "
            "more than a minute than at the start of the run.",
            f"Nếu tính cả các điểm phục vụ hành chính công, {farther} dân cư cuối kỳ có thời gian đến {OFFICE.vi} dài hơn "
            "lúc đầu kỳ mô phỏng quá một phút.",
        )
    return w.t(
        f"With desks counted, {farther} of the residents of the end have a way to the {OFFICE.en} that is longer by more "
        f"than a minute than at the start of the run, and {nearer} one to what the district did that is shorter by as much.",
        f"Nếu tính cả các điểm phục vụ hành chính công, {farther} dân cư cuối kỳ có thời gian đến {OFFICE.vi} dài hơn lúc "
        f"đầu kỳ mô phỏng quá một phút, và {nearer} có thời gian đến nơi giải quyết thủ tục trước đây do cấp huyện giải "
        "quyết ngắn hơn quá một phút.",
    )


def _merged(arms: Arms) -> bool:
    """Whether there are fewer communes after the reform than before, by the run's lineage."""
    run = arms.run
    if not run.has_rows("lineage"):
        return False
    lineage = run.table("lineage", ["step", "level", "predecessor", "successor"])
    mine = lineage[(lineage["level"].astype(str) == "commune") & (lineage["step"] == arms.sheet.reform)]
    return bool(mine["successor"].nunique() < mine["predecessor"].nunique())


def _alike(w: Words, arms: Arms) -> list[str]:
    """What is the same for two services in every row of the run, said once."""
    made = []
    groups = alike(arms.run)
    absent = set(ADMINISTRATION) - set(administration(arms.run))
    for group in groups:
        if absent & set(group):
            continue
        if len(group) > 1:
            names = listed(w, [w.of(SERVICES, s) for s in group])
            made.append(
                w.t(
                    f"{names}: the same access in every row of this run, so they are one result, not two.",
                    f"{names}: mức tiếp cận bằng nhau ở mọi dòng của lần mô phỏng này, nên là một kết quả, không phải hai.",
                )
            )
    made = [text[0].upper() + text[1:] for text in made]
    after = alike(arms.run, arms.sheet.reform)
    if set(ADMINISTRATION) in [set(g) for g in after] and set(ADMINISTRATION) not in [set(g) for g in groups]:
        day = w.day_of(arms.run.labels[arms.sheet.reform])
        made.append(
            w.t(
                f"From {day} on access to the commune office and to former district business is the same by assumption: "
                "both are done at the same seat, by the same staff. They differ only in what they are compared with.",
                f"Từ {day}, mức tiếp cận trụ sở xã và mức tiếp cận thủ tục trước đây do cấp huyện giải quyết bằng nhau "
                "theo giả định: cả hai thực hiện tại cùng một trụ sở, do cùng bộ máy. Chúng chỉ khác nhau ở mốc so sánh.",
            )
        )
    return made


def _best(w: Words, arms: Arms) -> str | None:
    """How far access goes beyond 1, and for how many people, where it does."""
    part, highest = above_one(arms.sheet)
    if not part:
        return None
    said = w.pct(part, key="above_one:end.persons|value|1")
    high = w.num(highest, 2, key="above_one:end.highest|value|1")
    if not arms.run.districts_govern:
        return w.t(
            f"The highest access at the end is {high}, and {said} of people have access above 1.",
            f"Cuối kỳ, mức tiếp cận cao nhất là {high}, và {said} dân số có mức tiếp cận trên 1.",
        )
    return w.t(
        f"The highest access at the end is {high}, and {said} of people have access above 1 to one of the two.",
        f"Cuối kỳ, mức tiếp cận cao nhất là {high}, và {said} dân số có mức tiếp cận trên 1 ở ít nhất một trong hai việc.",
    )


def travel(w: Words, arms: Arms) -> list[tuple[str, list[str]]] | None:
    """Ways to seats by terrain, as texts of a table; None unless offices are the seats of the world's two maps."""
    if not ways.applies(arms.run):
        return None
    table = ways.by_terrain(arms.sheet)
    both = arms.run.districts_govern
    seats = ("old_commune", "new_commune", "district")[: 3 if both else 2]
    changes = ("office_farther", "office_nearer", "district_nearer", "district_farther")[: 4 if both else 2]
    return [
        (
            w.of(TERRAINS, str(t)),
            [w.num(r[c], key=f"travel:{t}.{c}|value|1") for c in seats]
            + [w.pct(r[c], key=f"travel:{t}.{c}|value|1") for c in changes],
        )
        for t, r in table.iterrows()
    ]


def winners(w: Words, arms: Arms) -> dict[str, Any] | None:
    """For how many access became better or worse, and where most; None without another arm."""
    if arms.twin is None:
        return None
    drawings = []
    for moment in ("soon", "end"):
        when = w.period(arms.run.labels[arms.sheet.moments.named()[moment]])
        title = w.t(
            f"What became of people's access to administration, {when}",
            f"Mức tiếp cận hành chính của người dân thay đổi ra sao, {when}",
        )
        drawings.append(
            charts.outcome_bars(
                w.plain, arms.outcomes(moment), title, arms.other(w), both=arms.run.districts_govern
            )
        )
    return {"drawings": drawings, "provinces": _province_changes(w, arms), "luck": saying.luck(w, arms.run)}


def _province_changes(w: Words, arms: Arms) -> dict[str, list[tuple[str, ...]]]:
    """Former provinces at both ends of the order by the mean change of both services, those beyond luck alone."""
    names = arms.run.names("province", "legacy")
    each = {s: arms.changes(s, "end") for s in administration(arms.run)}
    total = pd.concat(each, axis=1).mean(axis=1)
    spread = {s: change_sd(arms, s) for s in administration(arms.run)}
    sd = pd.concat(spread, axis=1).mean(axis=1)
    ordered = total.dropna().sort_values()
    sure = ordered[ordered.abs() > seed_spread.TIMES * sd[ordered.index]]

    def told(codes: list[str]) -> list[tuple[str, ...]]:
        return [
            (
                plain_name(names[c]),
                *(
                    w.num(
                        float(each[s][c]),
                        seed_spread.digits(spread[s][c], 2),
                        sign=True,
                        key=f"province:{s}.{c}|value|1",
                    )
                    for s in administration(arms.run)
                ),
            )
            for c in codes
        ]

    gain, lose = list(sure.index[sure > 0][::-1]), list(sure.index[sure < 0])
    return {"gain": told(gain[:SHOWN_PROVINCES]), "lose": told(lose[:SHOWN_PROVINCES])}

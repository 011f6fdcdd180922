"""What each section of the page shows, for one language."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from dicu_analysis import seed_spread
from dicu_analysis.figures import palette
from dicu_analysis.figures.net_migration_map import EDGES, panels
from dicu_analysis.language import DISTRICT_SEAT, NEW_SEAT, OLD_SEAT, Words
from dicu_analysis.report import (
    assumptions,
    charts_people,
    country,
    fit,
    maps,
    provenance,
    saying,
    sweep_contents,
)
from dicu_analysis.report.answer import answer
from dicu_analysis.report.arms import Arms
from dicu_analysis.report.comparison import Comparison
from dicu_analysis.report.contents_access import access, change_sd, travel, winners
from dicu_analysis.report.contents_people import flows, money, one_run, people, reasons
from dicu_analysis.report.experiments import Found, page
from dicu_analysis.report.hangs import hangs
from dicu_analysis.report.measures import administration
from dicu_analysis.report.svg import Drawing

ACCESS_EDGES: Final = np.array([-0.5, -0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2, 0.5])
"""Edges of the classes of a map of access, index points: the same in every report."""


def contents(w: Words, arms: Arms | None, found: Found, comparison: Comparison | None) -> dict[str, Any]:
    """Everything that the template of the body asks for."""
    made: dict[str, Any] = {
        "arms": arms,
        "sweep": None if comparison is None else sweep_contents.contents(w, comparison),
        "experiments": [page(w, e) for e in found.experiments],
        "hangs": hangs(w, found, found.folder),
        "unreadable": found.unreadable,
    }
    if arms is not None:
        made |= {
            "answer": answer(w, arms),
            "world": fit.world_note(w, arms.run),
            "country": country.said(w, arms.run.terms),
            "few": saying.few(w, arms.n) if arms.pairs else "",
            "difference_head": saying.difference_head(w, max(arms.n, 1)),
            "reform_source": arms.reform_name.source(w),
            "reform": arms.reform(w),
            "span": (w.period(arms.run.labels[arms.sheet.reform]), w.period(arms.run.labels[-1])),
            "names": arms.names(w),
            "maps": _maps(w, arms),
            "access": access(w, arms),
            "travel": travel(w, arms),
            "seats": (OLD_SEAT, NEW_SEAT, DISTRICT_SEAT),
            "winners": winners(w, arms),
            "people": people(w, arms),
            "flows": flows(w, arms),
            "reasons": reasons(w, arms),
            "money": money(w, arms),
            "fit": _fit(w, arms),
            "assumptions": assumptions.most(w, arms.run),
            "changed": assumptions.changed(arms.run),
            "provenance": [provenance.table(w, r) for r in _provenance_runs(arms)],
            "warnings": provenance.warnings(w, arms.subject),
            "seeds": [str(a.run.config.get("seed")) for a, _ in arms.pairs],
        }
    return made


def _provenance_runs(arms: Arms) -> list[Any]:
    return [arms.run] + ([arms.subject.twin] if arms.subject.twin is not None else [])


def _maps(w: Words, arms: Arms) -> dict[str, list[Drawing]]:
    """Net migration before and after; what the reform did to access by province."""
    run = arms.run
    unit = w.t("per 1,000 residents a year", "trên 1.000 dân mỗi năm")
    made = []
    for panel in panels(run, [a.run for a, _ in arms.pairs[1:]]):
        first, last = (w.period(label) for label in panel.period)
        title = w.t(
            f"Net migration, {len(panel.table)} provinces, {first} to {last}, {unit}",
            f"Di cư thuần, {len(panel.table)} tỉnh, thành phố, {first} đến {last}, {unit}",
        )
        made.append(
            maps.provinces(
                w.plain,
                run,
                panel.net,
                panel.borders,
                EDGES,
                colours=palette.gains,
                within=panel.within,
                title=title,
                unit=unit,
                digits=0,
                note=w.t(
                    "Simulated. The two maps differ in period and borders: their difference is not the effect of the "
                    "reform.",
                    "Kết quả mô phỏng. Hai bản đồ khác nhau cả về thời kỳ và địa giới: chênh lệch giữa chúng không phải "
                    "là tác động của việc sắp xếp.",
                )
                + " "
                + (
                    w.t(f"Mean over {arms.n} runs.", f"Trung bình của {arms.n} lần mô phỏng.")
                    if arms.n > 1
                    else one_run(w, arms)
                ),
                more=w.t("gains people", "tăng do di cư"),
                less=w.t("loses people", "giảm do di cư"),
            )
        )
    effect = []
    if arms.twin is not None:
        values = {s: arms.changes(s, "end") for s in administration(run)}
        when = w.period(run.labels[arms.sheet.moments.end])
        words = {
            "commune_administration": w.t("the commune office", "trụ sở xã"),
            "district_administration": w.t(
                "former district business", "thủ tục trước đây do cấp huyện giải quyết"
            ),
        }
        for s in administration(run):
            effect.append(
                maps.provinces(
                    w.plain,
                    run,
                    values[s],
                    "legacy",
                    ACCESS_EDGES,
                    colours=palette.changes,
                    within=values[s].abs() <= seed_spread.TIMES * change_sd(arms, s),
                    unit=w.t("index", "điểm chỉ số"),
                    digits=2,
                    title=w.t(
                        f"Change of access to {words[s]}, {when}, index",
                        f"Thay đổi mức tiếp cận {words[s]}, {when}, điểm chỉ số",
                    ),
                    note=w.t(
                        f"Paired difference from {arms.other(w)}; mean over the people of the eve, former provinces. "
                        f"Mean over {_pairs_of(w, arms.n)}. {saying.luck(w, run)}",
                        f"Chênh lệch theo cặp so với {arms.other(w)}; trung bình theo dân số ngay trước khi sắp xếp, theo tỉnh cũ. "
                        f"Trung bình của {_pairs_of(w, arms.n)}. {saying.luck(w, run)}",
                    ),
                    more=w.t("better", "tốt hơn"),
                    less=w.t("worse", "kém đi"),
                )
            )
    return {"migration": made, "effect": effect}


def _pairs_of(w: Words, n: int) -> str:
    """So many pairs, in words."""
    return w.t("one pair" if n == 1 else f"{n} pairs", "một cặp" if n == 1 else f"{n} cặp")


def _fit(w: Words, arms: Arms) -> dict[str, Any] | None:
    if not arms.run.is_real:
        return None
    simulated = fit.five_year(arms.run)
    return {
        "rows": [
            {
                "what": r.what,
                "when": r.when,
                "unit": r.unit,
                "published": w.num(r.published, r.digits, key=f"fit:{r.key}|published|1"),
                "simulated": w.num(r.simulated, r.digits, key=f"fit:{r.key}|simulated|1"),
                "deviation": w.pct(r.deviation, 0, sign=True, key=f"fit:{r.key}|deviation|1"),
                "far": r.far,
                "role": r.role,
                "source": r.source.split(": http")[0],
            }
            for r in fit.table(w, arms.run)
        ],
        "chart": None if simulated is None else charts_people.five_year(w.plain, fit.surveys(), simulated),
        "far": w.pct(fit.FAR_PERCENT),
        "provinces": _fit_provinces(w, arms),
        "informality": [
            (str(year), w.num(r, 2, key=f"fit:informality_r.{year}|value|1"))
            for year, r in fit.informality_by_province(arms.run)
        ],
    }


def _fit_provinces(w: Words, arms: Arms) -> tuple[str, str, str] | None:
    """Latest official year, and how far the residents of provinces are off."""
    found = fit.provinces(arms.run)
    if found is None:
        return None
    year, median, largest = found
    return (
        str(year),
        w.pct(median, 1, key="fit:provinces|median|1"),
        w.pct(largest, 1, key="fit:provinces|largest|1"),
    )

"""What each section of the page shows, for one language."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from analysis.figures.net_migration_map import class_edges, panels, plain_name
from analysis.report import assumptions, charts, charts_people, fit, maps, provenance, travel
from analysis.report.answer import SMALLEST_RATE, answer
from analysis.report.arms import Arms
from analysis.report.compare import Estimate
from analysis.report.experiments import Experiment, page
from analysis.report.language import REASONS, REGIONS, TERRAINS, Words
from analysis.report.measures import ADMINISTRATION, changes_by_province, outcomes
from analysis.report.svg import Drawing

SHOWN_PROVINCES: Final = 5
"""Provinces at each end of a list."""
CLASSES: Final = 6
"""Classes of a map of access on each side of 0."""


def contents(w: Words, arms: Arms | None, experiments: list[Experiment], sweep: Any) -> dict[str, Any]:
    """Everything that the template of the body asks for."""
    made: dict[str, Any] = {
        "arms": arms,
        "sweep": sweep,
        "experiments": [page(w, e) for e in experiments],
    }
    if arms is not None:
        made |= {
            "answer": answer(w, arms),
            "names": arms.names(w),
            "maps": _maps(w, arms),
            "access": _access(w, arms),
            "travel": _travel(w, arms),
            "winners": _winners(w, arms),
            "people": _people(w, arms),
            "flows": _flows(w, arms),
            "reasons": _reasons(w, arms),
            "money": _money(w, arms),
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
    before, after = panels(run)
    edges = class_edges(np.r_[before.net.to_numpy(), after.net.to_numpy()])
    unit = w.t("per 1,000 residents a year", "trên 1.000 dân mỗi năm")
    made = []
    for panel in (before, after):
        title = w.t(
            f"Net migration, {len(panel.table)} provinces, {panel.period[0]} to {panel.period[1]}, {unit}",
            f"Di cư thuần, {len(panel.table)} tỉnh, thành phố, {panel.period[0]} đến {panel.period[1]}, {unit}",
        )
        made.append(
            maps.provinces(
                w,
                run,
                panel.net,
                panel.generation,
                edges,
                title=title,
                unit=unit,
                digits=_digits(edges),
                note=w.t(
                    "Simulated, this run. The two maps differ in period and borders: their difference is not the effect "
                    "of the reform.",
                    "Kết quả mô phỏng của lần chạy này. Hai bản đồ khác nhau cả về thời kỳ và địa giới: chênh lệch giữa "
                    "chúng không phải là tác động của cải cách.",
                ),
                more=w.t("gains people", "thêm người"),
                less=w.t("loses people", "mất người"),
            )
        )
    effect = []
    if arms.twin is not None:
        values = {s: changes_by_province(arms.sheet, arms.twin, s, "end") for s in ADMINISTRATION}
        shared = np.concatenate([v.to_numpy() for v in values.values()])
        reach = float(np.quantile(np.abs(shared[np.isfinite(shared)]), 0.95)) or 0.01
        width = next((s for s in (0.01, 0.02, 0.05, 0.1, 0.2) if s * CLASSES >= reach), reach / CLASSES)
        steps = np.arange(-CLASSES, CLASSES + 1) * np.float64(width)
        when = w.period(run.labels[arms.sheet.moments.end])
        words = {
            "commune_administration": w.t("the commune office", "trụ sở xã"),
            "district_administration": w.t("former district business", "việc trước đây thuộc cấp huyện"),
        }
        for s in ADMINISTRATION:
            effect.append(
                maps.provinces(
                    w,
                    run,
                    values[s],
                    "legacy",
                    steps,
                    unit=w.t("index", "điểm chỉ số"),
                    digits=2,
                    title=w.t(
                        f"Change of access to {words[s]}, {when}, index",
                        f"Thay đổi mức tiếp cận {words[s]}, {when}, điểm chỉ số",
                    ),
                    note=w.t(
                        f"Paired difference from {arms.other(w)}; mean over the people of the eve, provinces of before. "
                        "First pair of runs.",
                        f"Chênh lệch theo cặp so với {arms.other(w)}; trung bình theo dân số trước cải cách, theo tỉnh cũ. "
                        "Cặp lần chạy thứ nhất.",
                    ),
                    more=w.t("better", "tốt hơn"),
                    less=w.t("worse", "kém đi"),
                )
            )
    return {"migration": made, "effect": effect}


def _digits(edges: Any) -> int:
    return 0 if all(float(e).is_integer() for e in edges) else 1


def _access(w: Words, arms: Arms) -> dict[str, Any]:
    drawings = [charts.access(w, arms.sheet, arms.twin, s, arms.other(w)) for s in ADMINISTRATION]
    rows = []
    effects = None
    if arms.pairs:
        for s in ADMINISTRATION:
            for t in (*arms.terrains, "all"):
                cells = []
                for moment in ("soon", "end"):
                    e = arms.difference.get(f"access.{s}.{t}.{moment}")
                    cells.append(None if e is None else _cell(w, e, 3))
                rows.append((s, w.of(TERRAINS, t), cells))
        names = {
            "commune_administration": w.t("commune office", "trụ sở xã"),
            "district_administration": w.t("district business", "việc cấp huyện"),
        }
        points = [
            (f"{names[s]}, {w.of(TERRAINS, t)}", arms.difference[f"access.{s}.{t}.end"])
            for s in ADMINISTRATION
            for t in arms.terrains
            if f"access.{s}.{t}.end" in arms.difference
        ]
        end = w.period(arms.run.labels[arms.sheet.moments.end])
        effects = charts.effects(
            w,
            w.t(f"Difference in access, {end}, index", f"Chênh lệch mức tiếp cận, {end}, điểm chỉ số"),
            points,
            digits=2,
            unit=w.t("difference of the index", "chênh lệch điểm chỉ số"),
            note=_pairs_note(w, arms),
        )
    soon, end = (w.period(arms.run.labels[s]) for s in (arms.sheet.moments.soon, arms.sheet.moments.end))
    return {"drawings": drawings, "rows": rows, "effects": effects, "soon": soon, "end": end}


def _cell(w: Words, e: Estimate, digits: int) -> dict[str, str]:
    return {"value": w.num(e.value, digits, sign=True), "interval": charts.interval(w, e, digits)}


def _pairs_note(w: Words, arms: Arms) -> str:
    if arms.n == 1:
        return w.t(
            "One pair of runs: hollow points, no interval.",
            "Một cặp lần chạy: chấm rỗng, không có khoảng tin cậy.",
        )
    return w.t(
        f"Mean of {arms.n} pairs; bars: 95% t interval over pairs.",
        f"Trung bình của {arms.n} cặp; thanh ngang: khoảng tin cậy t 95% qua các cặp.",
    )


def _travel(w: Words, arms: Arms) -> list[tuple[str, list[str]]] | None:
    if not travel.applies(arms.run):
        return None
    table = travel.by_terrain(arms.sheet)
    return [
        (
            w.of(TERRAINS, str(t)),
            [w.num(r[c]) for c in ("old_commune", "new_commune", "district")]
            + [
                w.pct(r[c])
                for c in ("office_farther", "office_nearer", "district_nearer", "district_farther")
            ],
        )
        for t, r in table.iterrows()
    ]


def _winners(w: Words, arms: Arms) -> dict[str, Any] | None:
    if arms.twin is None:
        return None
    drawings = []
    for moment in ("soon", "end"):
        when = w.period(arms.run.labels[arms.sheet.moments.named()[moment]])
        title = w.t(
            f"What became of people's access to administration, {when}",
            f"Mức tiếp cận hành chính của người dân thay đổi ra sao, {when}",
        )
        drawings.append(charts.outcome_bars(w, outcomes(arms.sheet, arms.twin, moment), title, arms.other(w)))
    return {"drawings": drawings, "provinces": _province_changes(w, arms)}


def _province_changes(w: Words, arms: Arms) -> dict[str, list[tuple[str, str, str]]]:
    """Provinces of before that gain and lose most access to the commune office and to district business."""
    assert arms.twin is not None
    names = arms.run.names("province", "legacy")
    total = sum(changes_by_province(arms.sheet, arms.twin, s, "end") for s in ADMINISTRATION) / len(
        ADMINISTRATION
    )
    assert isinstance(total, pd.Series)
    each = {s: changes_by_province(arms.sheet, arms.twin, s, "end") for s in ADMINISTRATION}
    ordered = total.dropna().sort_values()

    def told(codes: list[str]) -> list[tuple[str, str, str]]:
        return [
            (plain_name(names[c]), *(w.num(float(each[s][c]), 2, sign=True) for s in ADMINISTRATION))  # type: ignore[misc]
            for c in codes
        ]

    few = min(SHOWN_PROVINCES, len(ordered) // 2)
    return {"gain": told(list(ordered.index[::-1][:few])), "lose": told(list(ordered.index[:few]))}


def _people(w: Words, arms: Arms) -> dict[str, Any]:
    rows: list[tuple[str, str, str, dict[str, str] | None]] = []

    def row(name: str, key: str, digits: int, factor: float = 1.0) -> None:
        if key not in arms.level:
            return
        own = w.num(arms.level[key].value * factor, digits)
        other = w.num(arms.base_level[key].value * factor, digits) if key in arms.base_level else ""
        e = arms.difference.get(key)
        rows.append((name, own, other, None if e is None else _cell(w, e.times(factor), digits)))

    end = w.period(arms.run.labels[-1])
    row(
        w.t(f"people in towns, {end}, thousand", f"dân số thành thị, {end}, nghìn người"),
        "persons.urban.end",
        0,
        1e-3,
    )
    row(
        w.t(f"people in rural areas, {end}, thousand", f"dân số nông thôn, {end}, nghìn người"),
        "persons.rural.end",
        0,
        1e-3,
    )
    for t in arms.terrains:
        row(
            f"{w.of(TERRAINS, t)}, {end}, {w.t('thousand people', 'nghìn người')}",
            f"persons.{t}.end",
            0,
            1e-3,
        )
    row(
        w.t("persons who move in a year, thousand", "số người chuyển chỗ ở mỗi năm, nghìn người"),
        "moves.persons",
        0,
        1e-3,
    )
    points = []
    for key, name in (
        ("rural_to_urban", w.t("rural areas to towns", "nông thôn ra thành thị")),
        ("urban_to_rural", w.t("towns to rural areas", "thành thị về nông thôn")),
        *(
            (t, w.t(f"out of the district, {w.of(TERRAINS, t)}", f"ra khỏi huyện, {w.of(TERRAINS, t)}"))
            for t in arms.terrains
        ),
    ):
        row(
            w.t(f"leaving: {name}, per 1,000 a year", f"rời đi: {name}, trên 1.000 dân mỗi năm"),
            f"leaving.{key}.rate",
            2,
        )
        if f"leaving.{key}.rate" in arms.difference:
            points.append((name, arms.difference[f"leaving.{key}.rate"]))
    effects = None
    if points:
        effects = charts.effects(
            w,
            w.t(
                "Difference in leaving, per 1,000 residents a year",
                "Chênh lệch số người rời đi, trên 1.000 dân mỗi năm",
            ),
            points,
            digits=2,
            unit=w.t("per 1,000 residents a year", "trên 1.000 dân mỗi năm"),
            smallest=SMALLEST_RATE,
            note=_pairs_note(w, arms)
            + " "
            + w.t(
                f"Grey band: smaller than the smallest change of interest ({w.num(SMALLEST_RATE)} per 1,000 a year).",
                f"Dải xám: nhỏ hơn mức thay đổi nhỏ nhất đáng quan tâm ({w.num(SMALLEST_RATE)} trên 1.000 mỗi năm).",
            ),
        )
    drawings = [charts_people.population(w, arms.sheet)]
    outflow = charts_people.rural_outflow(w, arms.pairs, arms.sheet, arms.names(w))
    return {"drawings": drawings + ([outflow] if outflow else []), "rows": rows, "effects": effects}


def _flows(w: Words, arms: Arms) -> dict[str, Any] | None:
    """Moves between regions a year after the reform, thousand persons, with shades; net, and its paired difference."""
    regions = arms.sheet.regions
    if f"flow.{regions[0]}.{regions[0]}" not in arms.level or len(regions) < 2:
        return None
    n = len(regions)
    flow = np.array([[arms.level[f"flow.{a}.{b}"].value for b in regions] for a in regions])
    between = np.where(np.eye(n, dtype=bool), 0, flow)
    scale, unit = (1e3, w.t("thousand persons a year", "nghìn người mỗi năm"))
    if between.max() < 1e3:
        scale, unit = 1.0, w.t("persons a year", "người mỗi năm")
    digits = 0 if between.max() / scale >= 100 else 1
    largest = max(float(between.max()), 1e-9)
    cells = [
        [
            {
                "text": w.num(flow[i, j] / scale, digits),
                "shade": 0 if i == j else round(float((flow[i, j] / largest) ** 0.6), 2),
                "own": i == j,
            }
            for j in range(n)
        ]
        for i in range(n)
    ]
    net = between.sum(axis=0) - between.sum(axis=1)
    effect = []
    for r in regions:
        if not arms.pairs:
            break
        from analysis.report.compare import estimate

        e = estimate(
            [_net(a, r, regions) - _net(b, r, regions) for a, b in zip(arms.treated, arms.base, strict=True)]
        )
        effect.append(_cell(w, e.times(1 / scale), 1))
    i, j = np.unravel_index(int(between.argmax()), between.shape)
    return {
        "regions": [(r, w.of(REGIONS, r)) for r in regions],
        "cells": cells,
        "unit": unit,
        "net": [w.num(v / scale, digits, sign=True) for v in net],
        "effect": effect,
        "largest": (
            w.of(REGIONS, regions[i]),
            w.of(REGIONS, regions[j]),
            w.num(between[i, j] / scale, digits),
        ),
    }


def _net(figures: dict[str, float], region: str, regions: list[str]) -> float:
    """Net gain of a region by moves, persons a year."""
    others = [r for r in regions if r != region]
    return sum(figures[f"flow.{r}.{region}"] - figures[f"flow.{region}.{r}"] for r in others)


def _reasons(w: Words, arms: Arms) -> list[tuple[str, str, str]]:
    keys = sorted((k for k in arms.level if k.startswith("reason.")), key=lambda k: -arms.level[k].value)
    return [
        (
            w.of(REASONS, k.removeprefix("reason.")),
            w.pct(arms.level[k].value, 1),
            w.num(arms.difference[k].value, 1, sign=True) if k in arms.difference else "",
        )
        for k in keys
    ]


def _money(w: Words, arms: Arms) -> dict[str, Any]:
    own, other = arms.names(w)
    columns = [(own, arms.level)] + ([(other, arms.base_level)] if arms.pairs else [])
    when = w.period(arms.run.labels[arms.sheet.moments.end])
    chart = charts_people.budget(w, columns, "end", when)
    words = {
        "revenue_local": w.t("local revenue", "thu địa phương"),
        "transfer": w.t("transfer from the nation", "bổ sung từ ngân sách trung ương"),
        "wages": w.t("wages", "tiền lương"),
        "running": w.t("running costs", "chi hoạt động"),
        "investment": w.t("public investment", "đầu tư công"),
        "severance": w.t("severance", "chi trả thôi việc"),
        "balance": w.t("balance (negative: the nation pays)", "cân đối (âm: trung ương bù)"),
    }
    rows = []
    for moment in ("soon", "end"):
        label = w.period(arms.run.labels[arms.sheet.moments.named()[moment]])
        for column, name in (("posts", w.t("posts, thousand", "biên chế, nghìn")), *words.items()):
            key, factor = (
                (f"posts.{moment}", 1e-3) if column == "posts" else (f"budget.{column}.{moment}", 1.0)
            )
            if key not in arms.level:
                continue
            e = arms.difference.get(key)
            rows.append(
                (
                    label,
                    name,
                    w.num(arms.level[key].value * factor, 1),
                    w.num(arms.base_level[key].value * factor, 1) if key in arms.base_level else "",
                    None if e is None else _cell(w, e.times(factor), 1),
                )
            )
    return {"chart": chart, "rows": rows}


def _fit(w: Words, arms: Arms) -> dict[str, Any] | None:
    if not fit.is_real(arms.run):
        return None
    simulated = fit.five_year(arms.run)
    return {
        "rows": [
            {
                "what": r.what,
                "when": r.when,
                "unit": r.unit,
                "published": w.num(r.published, r.digits),
                "simulated": w.num(r.simulated, r.digits),
                "deviation": w.pct(r.deviation, 0, sign=True),
                "far": r.far,
                "used": r.used,
                "source": r.source.split(": http")[0],
            }
            for r in fit.table(w, arms.run)
        ],
        "chart": None if simulated is None else charts_people.five_year(w, fit.surveys(), simulated),
        "provinces": fit.provinces(arms.run),
    }

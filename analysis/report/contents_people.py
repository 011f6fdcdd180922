"""What the sections on people, flows and money show, for one language."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from analysis.report import charts, charts_people
from analysis.report.answer import SMALLEST_RATE
from analysis.report.arms import Arms
from analysis.report.compare import Estimate, estimate
from analysis.report.language import REASONS, REGIONS, TERRAINS, Words

ACCOUNTS: Final = {
    "posts": ("posts, thousand", "biên chế, nghìn", 1, 1e-3),
    "satellites": ("satellite desks", "điểm giao dịch vệ tinh", 0, 1.0),
    "mobile_desks": ("mobile desks", "điểm giao dịch lưu động", 0, 1.0),
    "budget.revenue_local": ("local revenue", "thu địa phương", 1, 1.0),
    "budget.transfer": ("transfer from the nation", "bổ sung từ ngân sách trung ương", 1, 1.0),
    "budget.reinvested": ("savings that stay here", "tiền tiết kiệm để lại địa phương", 1, 1.0),
    "budget.wages": ("wages", "tiền lương", 1, 1.0),
    "budget.running": ("running costs", "chi hoạt động", 1, 1.0),
    "budget.desks": ("satellite and mobile desks", "điểm giao dịch vệ tinh và lưu động", 1, 1.0),
    "budget.severance": ("severance paid here", "chi thôi việc tại địa phương", 1, 1.0),
    "budget.investment": ("public investment", "đầu tư công", 1, 1.0),
    "budget.balance": ("balance (negative: the nation pays)", "cân đối (âm: trung ương bù)", 1, 1.0),
    "budget.severance_nation": ("severance paid by the nation", "chi thôi việc do trung ương trả", 1, 1.0),
    "budget.savings": ("wages of all posts cut", "tiền lương của mọi biên chế đã cắt", 1, 1.0),
    "payback": (
        "years until severance is paid back (follows from assumptions)", "số năm hoàn lại tiền thôi việc (do giả định quyết định)", 1, 1.0,
    ),
}  # fmt: skip
"""Accounts in the order of the table: name in both languages, decimals, factor."""


def cell(w: Words, e: Estimate, digits: int) -> dict[str, str]:
    """A difference and its interval as a table shows them."""
    return {"value": w.num(e.value, digits, sign=True), "interval": charts.interval(w, e, digits)}


def pairs_note(w: Words, arms: Arms) -> str:
    """How many pairs a difference is the mean of."""
    if arms.n == 1:
        return w.t(
            "One pair of runs: hollow points, no interval.",
            "Một cặp lần chạy: chấm rỗng, không có khoảng tin cậy.",
        )
    return w.t(
        f"Mean of {arms.n} pairs; bars: 95% t interval over pairs.",
        f"Trung bình của {arms.n} cặp; thanh ngang: khoảng tin cậy t 95% qua các cặp.",
    )


def people(w: Words, arms: Arms) -> dict[str, Any]:
    """Urban and rural population, leaving, and both as a table."""
    rows: list[tuple[str, str, str, dict[str, str] | None]] = []

    def row(name: str, key: str, digits: int, factor: float = 1.0) -> None:
        if key not in arms.level:
            return
        own = w.num(arms.level[key].value * factor, digits)
        other = w.num(arms.base_level[key].value * factor, digits) if key in arms.base_level else ""
        e = arms.difference.get(key)
        rows.append((name, own, other, None if e is None else cell(w, e.times(factor), digits)))

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
            note=pairs_note(w, arms)
            + " "
            + w.t(
                f"Grey band: smaller than the smallest change of interest ({w.num(SMALLEST_RATE)} per 1,000 a year).",
                f"Dải xám: nhỏ hơn mức thay đổi nhỏ nhất đáng quan tâm ({w.num(SMALLEST_RATE)} trên 1.000 mỗi năm).",
            ),
        )
    drawings = [charts_people.population(w, arms.sheet)]
    outflow = charts_people.rural_outflow(w, arms.pairs, arms.sheet, arms.names(w))
    return {"drawings": drawings + ([outflow] if outflow else []), "rows": rows, "effects": effects}


def flows(w: Words, arms: Arms) -> dict[str, Any] | None:
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
        e = estimate(
            [_net(a, r, regions) - _net(b, r, regions) for a, b in zip(arms.treated, arms.base, strict=True)]
        )
        effect.append(cell(w, e.times(1 / scale), 1))
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


def reasons(w: Words, arms: Arms) -> list[tuple[str, str, str]]:
    """Reasons of moves: share, and paired difference in points."""
    keys = sorted((k for k in arms.level if k.startswith("reason.")), key=lambda k: -arms.level[k].value)
    return [
        (
            w.of(REASONS, k.removeprefix("reason.")),
            w.pct(arms.level[k].value, 1),
            w.num(arms.difference[k].value, 1, sign=True) if k in arms.difference else "",
        )
        for k in keys
    ]


def money(w: Words, arms: Arms) -> dict[str, Any]:
    """Budgets as a chart and a table."""
    own, other = arms.names(w)
    columns = [(own, arms.level)] + ([(other, arms.base_level)] if arms.pairs else [])
    when = w.period(arms.run.labels[arms.sheet.moments.end])
    chart = charts_people.budget(w, columns, "end", when)
    rows = []
    for moment in ("soon", "end"):
        label = w.period(arms.run.labels[arms.sheet.moments.named()[moment]])
        for column, (en, vi, digits, factor) in ACCOUNTS.items():
            key = f"{column}.{moment}"
            if key not in arms.level:
                continue
            e = arms.difference.get(key)
            rows.append(
                (
                    label,
                    w.t(en, vi),
                    w.num(arms.level[key].value * factor, digits),
                    w.num(arms.base_level[key].value * factor, digits) if key in arms.base_level else "",
                    None if e is None else cell(w, e.times(factor), digits),
                )
            )
    return {"chart": chart, "rows": rows}

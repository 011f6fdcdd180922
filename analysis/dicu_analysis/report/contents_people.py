"""What the sections on people, flows and money show, for one language."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np

from dicu_analysis import seed_spread
from dicu_analysis.effects import FEWEST, Effect, estimate
from dicu_analysis.language import REASONS, RUNNING, TERRAINS, WAGES, Text, Words
from dicu_analysis.report import charts, charts_people, saying
from dicu_analysis.report.arms import Arms
from dicu_analysis.report.leaving import SMALLEST_RATE
from dicu_analysis.report.subject import policy

ACCOUNTS: Final = {
    "posts": (Text("posts, thousand", "biên chế, nghìn"), 1, 1e-3),
    "satellites": (Text("satellite desks", "điểm phục vụ hành chính công vệ tinh"), 0, 1.0),
    "mobile_desks": (Text("mobile desks", "điểm phục vụ hành chính công lưu động"), 0, 1.0),
    "budget.revenue_local": (Text("local revenue", "thu địa phương"), 1, 1.0),
    "budget.transfer": (Text("transfer from the nation", "bổ sung từ ngân sách trung ương"), 1, 1.0),
    "budget.reinvested": (Text("savings that stay here", "tiền tiết kiệm để lại địa phương"), 1, 1.0),
    "budget.wages": (WAGES, 1, 1.0),
    "budget.running": (RUNNING, 1, 1.0),
    "budget.desks": (Text("satellite and mobile desks", "điểm phục vụ hành chính công vệ tinh và lưu động"), 1, 1.0),
    "budget.severance": (Text("severance paid here", "chi chế độ nghỉ việc do tinh giản biên chế, phần địa phương trả"), 1, 1.0),
    "budget.investment": (Text("public investment", "đầu tư công"), 1, 1.0),
    "budget.balance": (Text("balance (negative: the nation pays)", "cân đối (âm: trung ương bù)"), 1, 1.0),
    "budget.severance_nation": (Text("severance paid by the nation", "chi chế độ nghỉ việc do tinh giản biên chế, phần trung ương trả"), 1, 1.0),
    "budget.savings": (Text("wages of all posts cut", "tiền lương của mọi biên chế đã cắt"), 1, 1.0),
}  # fmt: skip
"""Accounts in the order of the table: name in both languages, decimals, factor."""


def cell(w: Words, e: Effect, digits: int) -> dict[str, str]:
    """A difference and its interval as a table shows them."""
    return {"value": saying.value(w, e, digits), "interval": saying.interval(w, e, digits)}


def pairs_note(w: Words, arms: Arms) -> str:
    """How many pairs a difference is the mean of."""
    if arms.n == 1:
        return w.t(
            "One pair of runs: hollow points, no interval.",
            "Một cặp lần mô phỏng: chấm rỗng, không có khoảng tin cậy.",
        )
    if arms.n < FEWEST:
        return w.t(
            f"Mean of {arms.n} pairs: hollow points, too few for an interval.",
            f"Trung bình của {arms.n} cặp: chấm rỗng, quá ít để tính khoảng tin cậy.",
        )
    return w.t(
        f"Mean of {arms.n} pairs; bars: 95% t interval over pairs.",
        f"Trung bình của {arms.n} cặp; thanh ngang: khoảng tin cậy t 95% qua các cặp.",
    )


def one_run(w: Words, arms: Arms) -> str:
    """Which run a picture is of, where it is not the mean of all."""
    seed = arms.run.config.get("seed")
    if seed is None:
        return ""
    if arms.n < 2:
        return w.t(f"One run, seed {seed}.", f"Một lần mô phỏng, hạt giống ngẫu nhiên (seed) {seed}.")
    return w.t(
        f"The run with seed {seed} only, not the mean of the {arms.n} pairs.",
        f"Chỉ lần mô phỏng có hạt giống ngẫu nhiên (seed) {seed}, không phải trung bình của {arms.n} cặp.",
    )


def levels_of(w: Words, arms: Arms, key: str, digits: int, factor: float) -> tuple[str, str]:
    """Level of both arms; that of the other empty where it has none."""
    own = saying.value(w, arms.level[key].times(factor), digits, sign=False)
    if key not in arms.base_level:
        return own, ""
    return own, saying.value(w, arms.base_level[key].times(factor), digits, sign=False)


def people(w: Words, arms: Arms) -> dict[str, Any]:
    """Urban and rural population, leaving, and both as a table."""
    rows: list[tuple[str, str, str, dict[str, str] | None]] = []

    def row(name: str, key: str, digits: int, factor: float = 1.0) -> None:
        if key not in arms.level:
            return
        own, other = levels_of(w, arms, key, digits, factor)
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
            w.plain,
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
    population = charts_people.population(w.plain, arms.sheet)
    drawings = [replace(population, note=f"{population.note} {one_run(w, arms)}")]
    outflow = charts_people.rural_outflow(w.plain, arms.pairs, arms.sheet, arms.names(w))
    return {"drawings": drawings + ([outflow] if outflow else []), "rows": rows, "effects": effects}


def flows(w: Words, arms: Arms) -> dict[str, Any] | None:
    """Moves between regions a year after the reform, thousand persons, with shades; net, and its paired difference."""
    regions = arms.sheet.regions
    if f"flow.{regions[0]}.{regions[0]}" not in arms.level or len(regions) < 2:
        return None
    n = len(regions)
    places = arms.run.world_places
    sheet_residents = places["residents"].groupby(places["region"].astype(str)).sum()
    flow = np.array([[arms.level[f"flow.{a}.{b}"].mean for b in regions] for a in regions])
    between = np.where(np.eye(n, dtype=bool), 0, flow)
    scale, unit = (1e3, w.t("thousand persons a year", "nghìn người mỗi năm"))
    if between.max() < 1e3:
        scale, unit = 1.0, w.t("persons a year", "người mỗi năm")
    digits = 0 if between.max() / scale >= 100 else 1
    weight, years, runs = int(arms.run.manifest["weight"]), arms.sheet.years_after, max(len(arms.treated), 1)
    sd = seed_spread.of_streams(between * years, weight) / years / np.sqrt(runs)
    digits = seed_spread.digits(float(sd.max()) / scale, digits)
    largest = max(float(between.max()), 1e-9)
    cells = [
        [
            {
                "text": saying.value(
                    w, arms.level[f"flow.{regions[i]}.{regions[j]}"].times(1 / scale), digits, sign=False
                ),
                "shade": 0 if i == j else round(float((flow[i, j] / largest) ** 0.6), 2),
                "own": i == j,
            }
            for j in range(n)
        ]
        for i in range(n)
    ]
    net = between.sum(axis=0) - between.sum(axis=1)
    residents = np.array([float(sheet_residents[r]) for r in regions])
    net_sd = seed_spread.of_rates(residents, weight, years, level="region") * residents / 1e3 / np.sqrt(runs)
    effect = []
    for r in regions:
        if not arms.pairs:
            break
        e = estimate(
            [_net(a, r, regions) - _net(b, r, regions) for a, b in zip(arms.treated, arms.base, strict=True)],
            f"difference:net.{r}",
        )
        effect.append(cell(w, e.times(1 / scale), digits))
    i, j = np.unravel_index(int(between.argmax()), between.shape)
    return {
        "regions": [(r, arms.run.terms.region(r, w.code)) for r in regions],
        "cells": cells,
        "unit": unit,
        "net": [
            w.num(v / scale, digits, sign=True, key=f"level:net.{r}|value|{1 / scale:g}")
            for r, v in zip(regions, net, strict=True)
        ],
        "effect": effect,
        "largest": (
            arms.run.terms.region(regions[i], w.code),
            arms.run.terms.region(regions[j], w.code),
            saying.value(
                w, arms.level[f"flow.{regions[i]}.{regions[j]}"].times(1 / scale), digits, sign=False
            ),
        ),
        "sure": [bool(abs(v) > seed_spread.TIMES * s) for v, s in zip(net, net_sd, strict=True)],
        "luck": saying.luck(w, arms.run),
        "always": _largest_everywhere(arms, regions),
        "runs": len(arms.treated),
    }


def _largest_everywhere(arms: Arms, regions: list[str]) -> bool:
    """Whether the same stream is the largest in every run, and there are enough of them to say so."""
    pairs = [(a, b) for a in regions for b in regions if a != b]
    largest = {max(pairs, key=lambda p: m[f"flow.{p[0]}.{p[1]}"]) for m in arms.treated}
    return len(largest) == 1 and len(arms.treated) >= FEWEST


def _net(figures: dict[str, float], region: str, regions: list[str]) -> float:
    """Net gain of a region by moves, persons a year."""
    others = [r for r in regions if r != region]
    return sum(figures[f"flow.{r}.{region}"] - figures[f"flow.{region}.{r}"] for r in others)


def reasons(w: Words, arms: Arms) -> list[tuple[str, str, dict[str, str] | None]]:
    """Reasons of moves: share, and paired difference in points."""
    keys = sorted((k for k in arms.level if k.startswith("reason.")), key=lambda k: -arms.level[k].mean)
    return [
        (
            w.of(REASONS, k.removeprefix("reason.")),
            saying.percent(w, arms.level[k], 1, sign=False),
            cell(w, arms.difference[k], 1) if k in arms.difference else None,
        )
        for k in keys
    ]


def money(w: Words, arms: Arms) -> dict[str, Any]:
    """Budgets as a chart and a table."""
    own, other = arms.names(w)
    columns = [(own, arms.level)] + ([(other, arms.base_level)] if arms.pairs else [])
    when = w.period(arms.run.labels[arms.sheet.moments.end])
    chart = charts_people.budget(w.plain, columns, "end", when)
    rows = []
    for moment in ("soon", "end"):
        label = w.period(arms.run.labels[arms.sheet.moments.named()[moment]])
        for column, (name, digits, factor) in ACCOUNTS.items():
            key = f"{column}.{moment}"
            if key not in arms.level:
                continue
            e = arms.difference.get(key)
            rows.append(
                (
                    label,
                    w.say(name),
                    *levels_of(w, arms, key, digits, factor),
                    None if e is None else cell(w, e.times(factor), digits),
                )
            )
    return {"chart": chart, "rows": rows, "payback": _payback(w, arms)}


def _payback(w: Words, arms: Arms) -> str | None:
    """How long the severance takes to pay back, by the ages of those who go."""
    years = arms.level.get("payback.end")
    if years is None or policy(arms.run) == "none":
        return None
    said = w.num(years.mean, 1, key="level:payback.end|value|1")
    return w.t(
        f"Severance is paid back in {said} years by the wages of the posts cut. Its months of pay follow from the "
        "law on who retires early and who quits, and from the ages of officials.",
        f"Chi chế độ nghỉ việc do tinh giản biên chế được bù lại sau {said} năm nhờ tiền lương của biên chế đã cắt. Số "
        "tháng lương tính theo quy định cho người nghỉ hưu trước tuổi và thôi việc, và theo độ tuổi cán bộ.",
    )

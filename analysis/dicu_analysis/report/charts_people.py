"""Charts of people and money: urban and rural population, streams, budgets, five-year migration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from dicu_analysis.effects import Effect
from dicu_analysis.figures import palette, style
from dicu_analysis.figures.five_year import shade
from dicu_analysis.figures.urban_rural import official
from dicu_analysis.language import AREAS, RUNNING, WAGES, Text, Words
from dicu_analysis.report import svg
from dicu_analysis.report.charts import reform_line, told, years
from dicu_analysis.report.measures import Sheet
from dicu_analysis.report.svg import Drawing
from dicu_analysis.scalars import as_float

MILLION: Final = 1e6


def population(w: Words, sheet: Sheet) -> Drawing:
    """Residents of towns and of the countryside over time; circles: official figures."""
    run = sheet.run
    table = run.national
    at = run.year_at_end(table.index.to_numpy())
    real = run.is_real
    scale, unit = (MILLION, w.t("million persons", "triệu người"))
    if table["persons"].max() < MILLION:
        scale, unit = 1e3, w.t("thousand persons", "nghìn người")
    names = {key: w.say(text) for key, text in AREAS.items()}
    title = w.t(f"Urban and rural population, {unit}", f"Dân số thành thị và nông thôn, {unit}")
    with svg.styled():
        fig = svg.canvas(2.9)
        ax = fig.subplots()
        ends = []
        for key, colour, dash in (
            ("urban", palette.URBAN, palette.SOLID),
            ("rural", palette.RURAL, palette.DASHED),
        ):
            values = table[f"{key}_persons"].to_numpy() / scale
            ax.plot(at, values, color=colour, linestyle=dash)
            ends.append((float(at[-1]), float(values[-1]), names[key], colour))
            if real:
                points = official()
                ax.plot(
                    points["year"] + 0.5, points[key] / scale, "o", mfc="white", mec=colour, mew=1.3, ms=4.5
                )
        ax.set_ylim(0, 1.14 * float(table[["urban_persons", "rural_persons"]].to_numpy().max()) / scale)
        years(ax, float(at[0]), float(at[-1]))
        svg.numbers(ax, w.num)
        reform_line(ax, w, run, sheet.reform)
        style.label_ends(ax, ends)
        head = (
            w.t("when", "thời điểm"),
            names["urban"],
            names["rural"],
            w.t("urban share", "tỷ lệ đô thị hóa"),
        )
        rows = []
        for step in (0, *sheet.moments.named().values()):
            u, r = (as_float(table.loc[step, f"{k}_persons"]) for k in ("urban", "rural"))
            rows.append(
                (
                    w.period(run.labels[step]),
                    w.num(u / scale, 1),
                    w.num(r / scale, 1),
                    w.pct(100 * u / (u + r), 1),
                )
            )
        picture = svg.to_svg(fig, title, told(head, rows))
    note = w.t(
        "Urban: the place was a ward or township at the start, for ever. ",
        "Thành thị: nơi là phường hoặc thị trấn khi bắt đầu mô phỏng, giữ cố định. ",
    )
    if run.terms.own:
        note = w.t(
            "Urban: the place was urban at the start, for ever.",
            "Thành thị: nơi là thành thị khi bắt đầu mô phỏng, giữ cố định.",
        )
    if real:
        note += w.t(
            "Circles: official mid-year residents (National Statistics Office), which also rise when places are "
            "declared urban.",
            "Chấm tròn: dân số trung bình chính thức (Cục Thống kê), vốn tăng cả khi có nơi được nâng lên đô thị.",
        )
    return Drawing(picture, title, note, tuple(head), tuple(rows))


def _yearly_rate(sheet: Sheet) -> pd.Series[float] | None:
    """Rural residents who moved to towns per 1,000 rural residents, by calendar year; None without flows by place."""
    moves = sheet.moves
    if moves is None:
        return None
    run, urban = sheet.run, sheet.urban
    o, d = moves["o"].to_numpy(), moves["d"].to_numpy()
    counted = moves[~urban[o] & urban[d]].groupby("step")["persons"].sum()
    steps = np.arange(1, len(run.labels))
    year = np.floor(run.year_at_end(steps) - 1e-9).astype(int)
    persons = counted.reindex(steps, fill_value=0).to_numpy(dtype=np.float64)
    stock = run.national.loc[steps, "rural_persons"].to_numpy(dtype=np.float64)
    frame = pd.DataFrame({"year": year, "persons": persons, "stock": stock})
    grouped = frame.groupby("year")
    whole = grouped.size() == run.steps_per_year
    rate: pd.Series[float] = 1000 * grouped["persons"].sum() / grouped["stock"].mean()
    return rate[whole]


def rural_outflow(
    w: Words, pairs: Sequence[tuple[Sheet, Sheet]], alone: Sheet, names: tuple[str, str]
) -> Drawing | None:
    """Rural residents who move to towns, per 1,000 and year, with and without the reform (mean over replicates)."""
    arms: list[tuple[str, list[Sheet], str, Any]] = [
        (names[0], [a for a, _ in pairs] or [alone], palette.WITH, palette.SOLID)
    ]
    if pairs:
        arms.append((names[1], [b for _, b in pairs], palette.WITHOUT, (0, (2, 2))))
    title = w.t(
        "Rural residents who move to towns, per 1,000 a year",
        "Số người chuyển từ nông thôn ra thành thị, trên 1.000 dân nông thôn mỗi năm",
    )
    found: list[tuple[str, pd.Series[float]]] = []
    with svg.styled():
        fig = svg.canvas(2.7)
        ax = fig.subplots()
        for name, sheets, colour, dash in arms:
            rates = [r for s in sheets if (r := _yearly_rate(s)) is not None]
            if not rates or rates[0].empty:
                return None
            each = pd.concat(rates, axis=1)
            mean = each.mean(axis=1)
            found.append((name, mean))
            if len(rates) > 1:
                ax.fill_between(
                    mean.index + 0.5,
                    each.min(axis=1),
                    each.max(axis=1),
                    color=colour,
                    alpha=0.16,
                    linewidth=0,
                )
            ax.plot(mean.index + 0.5, mean, color=colour, linestyle=dash, label=name)
        ax.set_ylim(0, None)
        first = found[0][1]
        years(ax, float(first.index[0]), float(first.index[-1] + 1))
        svg.numbers(ax, w.num)
        reform_line(ax, w, alone.run, alone.reform)
        ax.legend(frameon=False, loc="lower left", handlelength=2.4)
        head = (w.t("year", "năm"), *(n for n, _ in found))
        rows = tuple((str(y), *(w.num(float(s[y]), 2) for _, s in found)) for y in first.index)
        picture = svg.to_svg(fig, title, told(head, rows))
    note = w.t(
        f"Whole calendar years only. Mean over {len(pairs)} runs per arm."
        if len(pairs) > 1
        else "Whole calendar years only. One run per arm.",
        f"Chỉ tính các năm đủ bốn quý. Trung bình của {len(pairs)} lần mô phỏng mỗi kịch bản."
        if len(pairs) > 1
        else "Chỉ tính các năm đủ bốn quý. Mỗi kịch bản một lần mô phỏng.",
    )
    if len(pairs) > 1:
        note += " " + w.t("Bands: from the lowest to the highest of them.", "Dải: từ thấp nhất đến cao nhất.")
    return Drawing(picture, title, note, head, rows)


MONEY: Final = {
    "wages": (WAGES, palette.MONEY[0], ""),
    "running": (RUNNING, palette.MONEY[2], "----"),
    "investment": (Text("public investment", "đầu tư công"), palette.MONEY[1], "////"),
    "desks": (Text("desks", "điểm phục vụ\nhành chính công"), palette.MONEY[3], "||||"),
    "severance": (Text("severance", "chi chế độ nghỉ việc\ndo tinh giản biên chế"), palette.MONEY[4], "xxxx"),
}


def budget(
    w: Words, columns: Sequence[tuple[str, dict[str, Effect]]], moment: str, when: str
) -> Drawing | None:
    """Spending of communes, districts and provinces by purpose, a bar an arm, trillion dong a year."""
    kinds = [k for k in MONEY if all(f"budget.{k}.{moment}" in levels for _, levels in columns)]
    if not kinds:
        return None
    title = w.t(
        f"Spending of local governments, trillion dong a year, {when}",
        f"Chi của chính quyền địa phương, nghìn tỷ đồng một năm, {when}",
    )
    with svg.styled():
        fig = svg.canvas(1.25 + 0.5 * len(columns))
        ax = fig.subplots()
        for k, (_, levels) in enumerate(columns):
            left = 0.0
            for kind in kinds:
                value = levels[f"budget.{kind}.{moment}"].mean
                _, colour, hatch = MONEY[kind]
                ax.barh(
                    -k,
                    value,
                    0.6,
                    left=left,
                    color=colour,
                    hatch=hatch,
                    edgecolor="white",
                    linewidth=0.6,
                    label=w.say(MONEY[kind][0]) if k == 0 else None,
                )
                if value > 2:
                    ax.text(
                        left + value / 2,
                        -k,
                        w.num(value, 1),
                        ha="center",
                        va="center",
                        fontsize=svg.SMALL,
                        bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.88},
                    )
                left += value
        ax.set_yticks([-k for k in range(len(columns))], [name for name, _ in columns])
        ax.grid(visible=False)
        ax.spines["left"].set_visible(False)
        svg.numbers(ax, w.num, "x")
        fig.legend(loc="outside lower left", frameon=False, ncols=2, fontsize=svg.SMALL, handlelength=1.6)
        head = (w.t("arm", "kịch bản"), *(w.say(MONEY[k][0]) for k in kinds))
        rows = tuple(
            (name, *(w.num(levels[f"budget.{k}.{moment}"].mean, 1) for k in kinds))
            for name, levels in columns
        )
        picture = svg.to_svg(fig, title, told(head, rows))
    note = w.t(
        "Model's accounts, derived from posts and an assumed cost a post; not the state budget. The last step of the "
        "year, times the steps in a year.",
        "Số liệu tài chính của mô hình, suy từ số biên chế và chi phí giả định cho mỗi biên chế; không phải ngân sách nhà "
        "nước. Bước cuối năm nhân với số bước trong năm.",
    )
    return Drawing(picture, title, note, head, rows)


def five_year(w: Words, surveys: pd.DataFrame, simulated: pd.DataFrame) -> Drawing:
    """Percent who lived elsewhere five years before: official surveys beside the simulated periods."""
    words = {
        "within a district": w.t("inside the\ndistrict", "trong\nhuyện"),
        "between districts": w.t("between\ndistricts", "giữa các\nhuyện"),
        "between provinces": w.t("between\nprovinces", "giữa các\ntỉnh"),
    }
    title = w.t(
        "Lived elsewhere five years before, percent of persons aged 5 and over",
        "Sống ở nơi khác năm năm trước, phần trăm dân số từ 5 tuổi",
    )
    bars = [
        (w.t("census", "tổng điều tra") if y == 2019 else w.t("survey", "điều tra"), str(y), row, f, "////")
        for (y, row), f in zip(surveys.iterrows(), (palette.WITHOUT, palette.FAINT), strict=False)
    ] + [
        (w.t("simulated", "mô phỏng"), str(p), row, shade(k, len(simulated)), "")
        for k, (p, row) in enumerate(simulated.iterrows())
    ]
    with svg.styled():
        fig = svg.canvas(3.0)
        ax = fig.subplots()
        width = 0.84 / len(bars)
        for k, (name, when, row, face, hatch) in enumerate(bars):
            x = np.arange(len(words)) + (k - (len(bars) - 1) / 2) * width
            ax.bar(
                x,
                [row[s] for s in words],
                0.92 * width,
                color=face,
                hatch=hatch,
                edgecolor="white",
                linewidth=0.5,
                label=f"{name} {when}",
            )
            for xx, s in zip(x, words, strict=True):
                ax.text(
                    xx,
                    row[s],
                    w.num(float(row[s]), 1),
                    ha="center",
                    va="bottom",
                    fontsize=svg.SMALL,
                    rotation=90,
                )
        ax.set_xticks(range(len(words)), list(words.values()))
        ax.margins(y=0.16)  # the numbers above the bars stay below the title
        from matplotlib.ticker import MaxNLocator

        ax.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
        svg.numbers(ax, w.num)
        fig.legend(loc="outside lower left", frameon=False, ncols=2, fontsize=svg.SMALL)
        head = (w.t("source", "nguồn"), *(v.replace("\n", " ") for v in words.values()))
        rows = tuple((f"{n} {y}", *(w.pct(float(r[s]), 1) for s in words)) for n, y, r, _, _ in bars)
        picture = svg.to_svg(fig, title, told(head, rows))
    note = w.t(
        "Fitted to the census of 2019; the years of the survey of 2024 held the epidemic, which is not simulated.",
        "Đã khớp theo tổng điều tra 2019; giai đoạn của điều tra 2024 có đại dịch, không được mô phỏng.",
    )
    return Drawing(picture, title, note, head, rows)

"""Ages of those who move, beside the standard model migration schedule of Rogers and Castro."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis import official, seed_spread
from dicu_analysis.figures import names, palette, style
from dicu_analysis.load import Run
from dicu_analysis.scalars import floats

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROGERS_CASTRO: Final = {
    "a1": 0.02,
    "alpha1": 0.10,
    "a2": 0.06,
    "alpha2": 0.10,
    "mu2": 20.0,
    "lambda2": 0.40,
    "c": 0.003,
}
"""Fundamental parameters of the simplified basic standard schedule: A. Rogers and L. J. Castro (1981), Model Migration
Schedules, IIASA RR-81-30; read as reproduced in the R package migest (data set rc_model_fund), not in the report."""

OLDEST: Final = 80
LEAST_AGE: Final = 5
SCOPES: Final = {
    **dict(zip(names.SCOPES, palette.REACH, strict=True)),
}


def rogers_castro(age: NDArray[np.float64]) -> NDArray[np.float64]:
    """Migration rate by age (n,), a1 e^(-alpha1 x) + a2 e^(-alpha2 (x - mu2) - e^(-lambda2 (x - mu2))) + c.

    Childhood, labour force and a constant, without the peaks of retirement. The labour component peaks at
    mu2 + ln(lambda2 / alpha2) / lambda2 = 23.5 years.
    """
    p = ROGERS_CASTRO
    past = age - p["mu2"]
    childhood = p["a1"] * np.exp(-p["alpha1"] * age)
    labour = p["a2"] * np.exp(-p["alpha2"] * past - np.exp(-p["lambda2"] * past))
    return np.asarray(childhood + labour + p["c"], dtype=np.float64)


def movers(run: Run) -> pd.DataFrame:
    """Persons who moved in the whole run, by single age 0 to 80 and over (index) and scope (columns), int64.

    Raises
    ------
    style.NothingToDraw
        When nobody moved, or the ages of movers were not recorded.
    """
    if not run.has_rows("movers"):
        raise style.NothingToDraw(f"{run.folder}: no ages of movers were recorded")
    table = run.table("movers")
    age = table["age"].clip(0, OLDEST).rename("age")
    wide = table.groupby([age, table["scope"].astype(str)])["persons"].sum().unstack(fill_value=0)
    made: pd.DataFrame = wide.reindex(index=range(OLDEST + 1), columns=list(SCOPES), fill_value=0)
    return made.astype(np.int64)


def share_of_ages(counts: NDArray[np.int64], first: int, last: int) -> float:
    """Percent of movers aged 5 and over who are of these ages, both included; ``counts`` (n,) by single age from 0."""
    return 100.0 * float(counts[first : last + 1].sum()) / float(counts[LEAST_AGE:].sum())


def draw(run: Run) -> Figure:
    """Left: percent of movers by age beside the standard schedule. Right: the same by reach, in five-year groups."""
    counts = movers(run)
    total = counts.sum(axis=1).to_numpy()
    ages = np.arange(OLDEST)
    seen = 100.0 * total[:OLDEST] / total.sum()
    schedule = rogers_castro(floats(np.arange(OLDEST + 1) + 0.5))
    schedule = 100.0 * schedule[:OLDEST] / schedule.sum()
    share = share_of_ages(total, 20, 39)
    groups = total[:OLDEST].reshape(-1, 5).sum(axis=1)
    peak = 5 * int(groups.argmax())
    w, real = run.words, run.is_real
    census = w.num(official.value("movers", "aged 20-39", 2019), 1)
    beside = w.t(f" (census 2019: {census}\u00a0%)", f" (tổng điều tra 2019: {census}%)") if real else ""
    of_them, young = (
        w.num(value, seed_spread.digits_of(f"movers.{key}", run, 1))
        for key, value in (("20-39", share), ("children", children(total)))
    )
    title = w.t(
        f"{of_them}\u00a0% of movers are aged 20\u201339{beside}; most are {peak}\u2013{peak + 4}, and "
        f"{young}\u00a0% are children under 15",
        f"{of_them}% người di chuyển ở tuổi 20\u201339{beside}; nhóm tuổi đông nhất là {peak}\u2013{peak + 4}, và "
        f"{young}% là trẻ em dưới 15 tuổi",
    )
    equal = w.t(" = ", "\u00a0=\u00a0")
    values = w.t(", ", "; ").join(f"{k}{equal}{w.signs(f'{v:g}')}" for k, v in ROGERS_CASTRO.items())
    foot = [
        w.t(
            "Simulated: everybody who moved in the run, at the age of the move (year less year of birth), by share of "
            "ages; 80 and over not drawn. Shares in the title: of movers aged 5 and over (children: of all).",
            "Mô phỏng: mọi người đã di chuyển trong lần mô phỏng, ở tuổi khi chuyển đi (năm trừ năm sinh), theo tỷ "
            "trọng từng tuổi; không vẽ từ 80 tuổi. Tỷ lệ ở tiêu đề: trên số người di chuyển từ 5 tuổi (trẻ em: trên "
            "tất cả).",
        ),
        w.t(
            "Standard schedule: Rogers and Castro (1981), IIASA RR-81-30, basic standard without retirement: "
            f"{values}; rates of equal numbers of people at each age, scaled to the same total.",
            f"Mô hình chuẩn: Rogers và Castro (1981), IIASA RR-81-30, dạng cơ bản không có phần nghỉ hưu: {values}; tỷ "
            "suất khi số người ở mỗi tuổi bằng nhau, quy về cùng tổng.",
        ),
    ]
    if real:
        cited = names.sources(official.cited("movers"), w)
        foot.append(
            w.t(
                f"Official: {cited}: of those who had moved within five years, at their age at the census, on average "
                "half the interval older than at the move.",
                f"Số liệu chính thức: {cited}: trong số người đã di chuyển trong vòng 5 năm, theo tuổi tại thời điểm "
                "tổng điều tra, trung bình lớn hơn tuổi khi chuyển đi nửa khoảng đó.",
            )
        )
    foot.append(style.run_line(run))
    fig, (bottom, top) = style.sheet(
        6.4,
        title,
        w.t("Percent of all movers, by age in years", "Phần trăm tổng số người di chuyển, theo tuổi"),
        foot,
    )
    grid = fig.add_gridspec(
        1,
        2,
        left=0.055,
        right=0.975,
        bottom=bottom + 0.09,
        top=top - 0.06,
        wspace=0.16,
        width_ratios=(1.2, 1),
    )
    left, right = fig.add_subplot(grid[0]), fig.add_subplot(grid[1])
    left.axvspan(20, 40, color=palette.UNKNOWN, zorder=0)
    left.plot(
        ages + 0.5, seen, color=palette.WITH, label=w.t("simulated, all moves", "mô phỏng, mọi di chuyển")
    )
    left.plot(
        ages + 0.5,
        schedule,
        color=palette.SOFT,
        linestyle=(0, (5, 1.6)),
        label=w.t("standard schedule (Rogers\u2013Castro)", "mô hình chuẩn (Rogers\u2013Castro)"),
    )
    left.set_title(w.t("By single year of age; grey: 20\u201339", "Theo từng tuổi; nền xám: 20\u201339"))
    by_reach = counts.to_numpy()[:OLDEST].reshape(-1, 5, len(SCOPES)).sum(axis=1)
    middle = np.arange(0, OLDEST, 5) + 2.5
    for k, (name, (colour, dash)) in enumerate(SCOPES.items()):
        if by_reach[:, k].sum():
            right.plot(
                middle,
                100.0 * by_reach[:, k] / counts.to_numpy()[:, k].sum(),
                color=colour,
                linestyle=dash,
                label=run.told(w.say(names.SCOPES[name])),
            )
    right.set_title(w.t("By reach of the move, five-year groups", "Theo phạm vi di chuyển, nhóm 5 tuổi"))
    for ax in (left, right):
        ax.set_xlim(0, OLDEST)
        ax.set_ylim(0, None)
        ax.set_xlabel(w.t("Age", "Tuổi"))
        ax.legend(frameon=False, loc="upper right", fontsize=9.5, handlelength=2.6)
    return fig


def children(total: NDArray[np.int64]) -> float:
    """Percent of all movers, (n,) by single age from 0, who are under 15."""
    return 100.0 * float(total[:15].sum()) / float(total.sum())

"""Budgets of all governments and the services they pay for, over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from dicu_analysis import seed_spread
from dicu_analysis.figures import bands, palette, style
from dicu_analysis.language import DISTRICT_WORK, INVESTMENT, OFFICE, RUNNING, WAGES, Text
from dicu_analysis.load import Run
from dicu_analysis.moments import moments
from dicu_analysis.replicates import Lines as Over
from dicu_analysis.replicates import over
from dicu_analysis.scalars import as_float

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Lines = dict[str, tuple[Text, str, palette.Dash]]

SPENT: Final[Lines] = {
    "wages_mvnd": (WAGES, palette.MONEY[0], palette.SOLID),
    "running_mvnd": (RUNNING, palette.MONEY[2], palette.DASHED),
    "investment_mvnd": (INVESTMENT, palette.MONEY[1], palette.SOLID),
    "severance_all_mvnd": (Text("severance", "chi nghỉ việc"), palette.MONEY[2], palette.DOTTED),
    "desks_mvnd": (Text("desks", "điểm phục vụ"), palette.MONEY[3], palette.MIXED),
}
RAISED: Final[Lines] = {
    "revenue_local_mvnd": (Text("raised locally", "thu địa phương"), palette.MONEY[1], palette.SOLID),
    "transfer_mvnd": (Text("nation's grant", "trung ương cấp"), palette.MONEY[0], palette.SOLID),
    "reinvested_mvnd": (Text("savings kept", "tiết kiệm để lại"), palette.MONEY[2], palette.DOTTED),
    "deficit_mvnd": (Text("deficits", "thâm hụt"), palette.MONEY[3], palette.MIXED),
}
WAYS: Final[Lines] = {
    "travel_minutes": (Text("commune office", "trụ sở xã"), palette.WAYS[5], palette.SOLID),
    "district_minutes": (Text("district's work", "việc của huyện"), palette.WAYS[3], palette.SOLID),
    "clinic_minutes": (Text("clinic", "trạm y tế"), palette.WAYS[3], palette.DOTTED),
    "hospital_minutes": (Text("hospital", "bệnh viện"), palette.WAYS[4], palette.DASHED),
}


def _of_the_nation(run: Run) -> pd.DataFrame:
    """The row of the nation by step, from the first that has spent anything; amounts per year, as sums are told."""
    table = run.governments
    nation = table[(table["level"] == "nation") & (table["step"] > 0)].set_index("step").sort_index()
    if len(nation) < 2:
        raise style.NothingToDraw("the nation's books were not recorded, or once only")
    nation = nation.assign(
        severance_all_mvnd=nation["severance_mvnd"] + nation["severance_nation_mvnd"],
        deficit_mvnd=-nation["balance_mvnd"],
    )
    amounts = [*SPENT, *RAISED]
    return nation.assign(**{name: nation[name] * run.steps_per_year / run.terms.per_sum for name in amounts})


def draw(run: Run) -> Figure:
    """Three panels: what is spent, where it comes from, and how far people are from services."""
    over_runs = over(run, _of_the_nation)
    nation = over_runs.middle
    w, say = run.words, run.told
    foot = [*_foot(run), *bands.foot(run), style.run_line(run)]
    money = w.t(
        "Money in trillion VND per year, ways in minutes",
        "Tiền: nghìn tỷ đồng mỗi năm; thời gian đi lại: phút",
    )
    fig, (bottom, top) = style.sheet(
        6.4, say(_finding(run, nation)), say(money), [say(text) for text in foot]
    )
    # Vietnamese names of lines are longer
    room, right = (0.72, 0.875) if w.vi else (0.6, 0.885)
    grid = fig.add_gridspec(1, 3, left=0.05, right=right, bottom=bottom + 0.08, top=top - 0.08, wspace=room)
    for k, (title, lines) in enumerate(
        (
            (Text("Spent", "Chi"), SPENT),
            (Text("Where it comes from", "Nguồn tiền"), RAISED),
            (Text("Way to services, minutes", "Thời gian đi lại, phút"), _ways(run)),
        )
    ):
        ax = fig.add_subplot(grid[k])
        _lines(ax, run, over_runs, lines)
        ax.set_title(w.say(title))
        style.mark_reform(ax, run, label=k == 0)
    return fig


def _foot(run: Run) -> list[str]:
    """What the amounts and the ways are."""
    w, districts = run.words, run.districts_govern
    tiers = w.t("commune, district and province", "xã, huyện và tỉnh")
    if not districts:
        tiers = w.t("commune and province", "xã và tỉnh")
    amounts = w.t(
        f"All {tiers} offices together; amounts at the prices of the start. Severance is that "
        "of posts cut, whoever pays it (governments and the nation). Each step is shown at its end.",
        f"Gộp mọi cơ quan cấp {tiers}; theo giá lúc đầu kỳ. Chi nghỉ việc: chi chế độ nghỉ việc do tinh giản biên chế, "
        "phần địa phương và phần trung ương trả. Trung ương cấp: bổ sung từ ngân sách trung ương. Mỗi bước được vẽ ở "
        "cuối bước.",
    )
    work = w.t(
        "; the district's work is what was done at its seat, and at the commune's once a reform moves it there",
        "; việc của huyện: thủ tục trước đây do cấp huyện giải quyết tại trụ sở huyện, và tại trụ sở xã khi việc sắp "
        "xếp chuyển về đó",
    )
    ways = w.t(
        "Ways are travel times of residents to the office (or its nearest desk), means by where people live that day"
        f"{work if districts else ''}. Cost of "
        "a post, speeds and shares are parameters with stated ranges: see config.yaml and the table of parameters.",
        "Thời gian đi lại: của người dân đến trụ sở (hoặc điểm phục vụ gần nhất), trung bình theo nơi họ sống khi đó"
        f"{work if districts else ''}. Chi phí một biên chế, tốc độ và các tỷ lệ là tham số có nêu khoảng giá trị: xem "
        "config.yaml và bảng tham số.",
    )
    return [amounts, ways]


def _ways(run: Run) -> Lines:
    """Ways to the offices that the country has."""
    return {name: look for name, look in WAYS.items() if name != "district_minutes" or run.districts_govern}


def _lines(ax: Axes, run: Run, over_runs: Over, lines: Lines) -> None:
    nation = over_runs.middle
    at = run.year_at_end(nation.index.to_numpy())
    shown = {name: look for name, look in lines.items() if nation[name].abs().max() > 0}
    ends = []
    for name, (label, colour, dash) in shown.items():
        bands.fill(ax, at, over_runs, name, colour)
        ax.plot(at, nation[name], color=colour, linestyle=dash)
        ends.append((float(at[-1]), float(nation[name].iloc[-1]), run.told(run.words.say(label)), colour))
    values = nation[list(shown)].to_numpy()
    low, high = (float(values.min()), float(values.max())) if shown else (0.0, 1.0)
    ax.set_ylim(min(0.0, low), max(1.16 * high, 1e-9))
    style.years(ax, float(at[0]), float(at[-1]), 4, next_panel=True, w=run.words)
    style.label_ends(ax, ends)


def _finding(run: Run, nation: pd.DataFrame) -> str:
    """Wages and investment before the reform and a year after; without one, at the start and the end."""
    steps = nation.index.to_numpy()
    at = moments(run, steps)
    before, after = at.eve, at.soon
    if run.reform_step is None:
        before, after = steps[0], steps[-1]
    one, two = nation.loc[before], nation.loc[after]
    w, made = run.words, run.reform_step is not None
    head = w.t("Reform" if made else "No reform", "Sắp xếp" if made else "Không sắp xếp")

    def pair(name: str) -> str:
        digits = seed_spread.digits_of(f"budget.{name.removesuffix('_mvnd')}.soon", run, 1)
        was, now = (w.num(as_float(row[name]), digits) for row in (one, two))
        return w.t(f"{was} to {now}", f"{was} \u2192 {now}")

    def way(name: str) -> str:
        digits = seed_spread.digits_of(f"{name}.soon", run, 0)
        was, now = (w.num(as_float(row[name]), digits) for row in (one, two))
        return w.t(f"from {was} to {now}", f"{was} \u2192 {now}")

    office, work = way("travel_minutes"), way("district_minutes")
    ways = w.t(f"way to the {OFFICE.en} {office} minutes", f"thời gian đến {OFFICE.vi} {office} phút")
    if run.districts_govern:
        ways += w.t(f", to the {DISTRICT_WORK.en} {work}", f", đến {DISTRICT_WORK.vi} {work} phút")
    wages, investment, size = pair("wages_mvnd"), pair("investment_mvnd"), _size(run)
    early, late = w.step(run.labels[before]), w.step(run.labels[after])
    return w.t(
        f"{head}, {early} to {late}: wages {wages}, investment {investment} {size}a year; {ways}",
        f"{head}, {early} đến {late}: tiền lương {wages}, đầu tư {investment} {size}mỗi năm; {ways}",
    )


def _size(run: Run) -> str:
    """What sums are told in, between a number and "a year"."""
    size = run.terms.size(run.words.code)
    return f"{size} " if size else ""

"""Ways to offices, posts and public capital of each province, before and after the reform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from dicu.world.ways import FARTHER_MINUTES
from dicu_analysis import seed_spread
from dicu_analysis.figures import palette, style
from dicu_analysis.figures.province_map import plain_name
from dicu_analysis.language import Text
from dicu_analysis.load import Run
from dicu_analysis.moments import moments

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN: Final = {
    "travel_minutes": Text(
        "Way to the commune office\nor its nearest desk, minutes",
        "Đến trụ sở xã hoặc điểm\nphục vụ gần nhất, phút",
    ),
    "district_minutes": Text(
        "Way to the district's work\nor its nearest desk, minutes",
        "Đến nơi làm việc của huyện\nhoặc điểm phục vụ, phút",
    ),
    "posts_10k": Text("Posts for 10,000\nresidents", "Biên chế trên\n10.000 dân"),
    "investment_head": Text("Investment per head,\nM VND per year", "Đầu tư đầu người,\ntriệu đồng mỗi năm"),
}
PER_PEOPLE: Final = 10_000.0


def by_province(run: Run) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, str]]:
    """Figures of the provinces of 2025 at the last record before the reform and a year after it.

    Those of before are means of the members of each new province, weighted by residents, and sums.

    Raises
    ------
    style.NothingToDraw
        When no reform was made, so that there is nothing to compare.
    """
    if run.reform_step is None:
        raise style.NothingToDraw("no reform in this run")
    table = run.governments
    if not (table["level"] == "nation").any():
        raise style.NothingToDraw("a run of before governments were recorded in full")
    table = table[table["level"] == "province"]
    steps = np.unique(table["step"])
    at = moments(run, steps)
    before, after = at.eve, at.soon
    if before >= run.reform_step:
        raise style.NothingToDraw("governments were not recorded before the reform")
    now = table[table["step"] == after]
    generation = str(now["generation"].iloc[0])
    of_place = run.world_places
    new_of_old = None
    if generation == "2025":
        pairs = (
            of_place.groupby(["legacy_province", "new_province"], observed=True).size().reset_index(name="n")
        )
        largest = pairs.sort_values("n").groupby("legacy_province", observed=True).last()["new_province"]
        new_of_old = {str(k): str(v) for k, v in largest.items()}
    made = []
    for frame in (table[table["step"] == before], now):
        code = frame["code"].astype(str)
        if frame is not now and new_of_old is not None:
            code = code.map(new_of_old)
        people = frame["residents"].astype(np.float64)
        weighed = pd.DataFrame(
            {
                "code": code,
                "residents": people,
                **{n: frame[n] * people for n in ("travel_minutes", "district_minutes")},
                "posts": frame["posts"].astype(np.float64),
                "investment": frame["investment_mvnd"].astype(np.float64),
            }
        )
        total = weighed.groupby("code").sum()
        for n in ("travel_minutes", "district_minutes"):
            total[n] /= total["residents"]
        total["posts_10k"] = PER_PEOPLE * total["posts"] / total["residents"]
        total["investment_head"] = run.steps_per_year * total["investment"] / total["residents"]
        made.append(total)
    both = made[0].index.intersection(made[1].index)
    names = dict(zip(now["code"].astype(str), now["name"].astype(str), strict=True))
    one, two = (frame.loc[both].rename(index=names) for frame in made)
    order = two["travel_minutes"].sort_values().index
    return one.loc[order], two.loc[order], (run.labels[before], run.labels[after])


def draw(run: Run) -> Figure:
    """One row a province: where it stood before and where it stands after, in four panels."""
    one, two, (early, late) = by_province(run)
    n, w, districts = len(one), run.words, run.districts_govern
    early, late = w.step(early), w.step(late)
    tiers = w.t("those of communes and districts", "của cấp xã và cấp huyện")
    if not districts:
        tiers = w.t("those of communes", "của cấp xã")
    foot = [
        w.t(
            f"Hollow: {early}, members of the province together. Filled: {late}. Ways are means of residents, to the "
            f"office or its nearest desk; posts are {tiers}, which are all that the model has.",
            f"Rỗng: {early}, gộp các tỉnh hợp thành. Đặc: {late}. Thời gian đi lại là trung bình của người dân, đến "
            f"trụ sở hoặc điểm phục vụ gần nhất; biên chế là {tiers}, mô hình không có biên chế khác.",
        ),
        w.t(
            "Provinces are ordered by the way to the commune office after the reform. Farther, nearer: by over a "
            "minute.",
            "Tỉnh xếp theo thời gian đến trụ sở xã sau khi sắp xếp. Xa hơn, gần hơn: trên một phút.",
        ),
        style.run_line(run),
    ]
    nearer = counted(
        run, "district_minutes", one["district_minutes"] - two["district_minutes"], two["residents"]
    )
    farther = counted(run, "travel_minutes", two["travel_minutes"] - one["travel_minutes"], two["residents"])
    digits = seed_spread.digits_of("posts_10k.soon", run, 0)
    work = w.t(
        f", the district's work came nearer in {nearer}",
        f", nơi làm thủ tục trước đây của cấp huyện gần hơn ở {nearer}",
    )
    was, now = (w.num(_mean(frame), digits) for frame in (one, two))
    title = w.t(
        f"Commune offices moved farther away in {farther} of {n} provinces{work if districts else ''}; posts for "
        f"10,000 people went from {was} to {now}",
        f"Trụ sở xã xa hơn ở {farther} trong {n} tỉnh, thành phố{work if districts else ''}; biên chế trên 10.000 "
        f"dân: {was} \u2192 {now}",
    )
    shown = dict(SHOWN)
    if not districts:
        del shown["district_minutes"]
    height = 2.6 + 0.2 * n
    say = run.told
    subtitle = w.t(f"The {n} provinces, {early} and {late}", f"{n} tỉnh, thành phố, {early} và {late}")
    fig, (bottom, top) = style.sheet(height, say(title), say(subtitle), [say(text) for text in foot])
    inch = 1.0 / height
    names = [plain_name(name) for name in one.index]
    left = max(0.115, 0.0075 * max(map(len, names), default=0))  # room for the longest
    grid = fig.add_gridspec(
        1, len(shown), left=left, right=0.985, bottom=bottom + 0.45 * inch, top=top - 0.5 * inch, wspace=0.1
    )
    rows = np.arange(n)
    for k, (name, label) in enumerate(shown.items()):
        ax = fig.add_subplot(grid[k])
        a, b = one[name].to_numpy(np.float64), two[name].to_numpy(np.float64)
        ax.hlines(rows, np.minimum(a, b), np.maximum(a, b), color=palette.FAINT, linewidth=2.2, zorder=1)
        ax.scatter(a, rows, s=24, facecolors="white", edgecolors=palette.SOFT, linewidths=1.2, zorder=2)
        ax.scatter(b, rows, s=26, color=palette.WITH, zorder=3)
        ax.set_title(say(w.say(label)), fontsize=9.5)
        ax.set_xlim(0, 1.06 * float(np.nanmax([a, b])))
        ax.set_ylim(-0.7, n - 0.3)
        ax.grid(axis="x", color=palette.GRID)
        ax.grid(axis="y", visible=False)
        ax.set_yticks(rows, names if k == 0 else [""] * n, fontsize=9)
    return fig


def counted(run: Run, way: str, change: pd.Series[float], residents: pd.Series[float]) -> str:
    """In how many provinces a way changes by more than a minute; a range where another seed can change the count."""
    sd = seed_spread.of_means(way, residents, int(run.manifest["weight"]))
    beyond = seed_spread.TIMES * np.sqrt(2.0) * sd
    low, high = (int((change > FARTHER_MINUTES + shift).sum()) for shift in (beyond, -beyond))
    return str(low) if low == high else run.words.t(f"{low} to {high}", f"{low} đến {high}")


def _mean(frame: pd.DataFrame) -> float:
    return PER_PEOPLE * float(frame["posts"].sum() / frame["residents"].sum())

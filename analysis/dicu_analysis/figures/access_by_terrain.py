"""Access to services by terrain around the reform."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dicu_analysis import seed_spread
from dicu_analysis.figures import bands, palette, style
from dicu_analysis.figures.names import heading
from dicu_analysis.language import ENGLISH, SERVICES, TERRAINS, Text, Words
from dicu_analysis.load import Run
from dicu_analysis.replicates import over

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PANELS = {
    "commune_administration": "Commune office",
    "district_administration": "What the district office did",
    "health": "Health care",
    "education": "Schools",
}
"""Services that are shown, as English heads of panels; in Vietnamese they are called as everywhere."""
HEAD = 26
"""Letters in a line of a Vietnamese head."""
YEARS_BEFORE = 2.0
"""Years shown before the reform; after it, all of the run."""
SPARSE = 14
"""Records up to which each is marked."""


def mean_access(run: Run) -> pd.DataFrame:
    """Mean access a person, by step and terrain; one column a service."""
    places = run.places
    services = [c for c in places.columns if c.startswith("access_")]
    n = len(run.world_places)
    terrain = pd.Categorical(run.world_places["terrain"])
    steps = places["step"].to_numpy()[::n]
    persons = places["persons"].to_numpy().reshape(-1, n).astype(np.float64)
    rows = []
    for code, name in enumerate(terrain.categories):
        mine = np.flatnonzero(terrain.codes == code)
        people = persons[:, mine].sum(axis=1)
        frame = {"step": steps, "terrain": str(name)}
        for c in services:
            access = places[c].to_numpy().reshape(-1, n)[:, mine].astype(np.float64)
            total = (persons[:, mine] * access).sum(axis=1)
            mean = np.full(len(steps), np.nan)
            frame[c.removeprefix("access_")] = np.divide(total, people, out=mean, where=people > 0)
        rows.append(pd.DataFrame(frame))
    return pd.concat(rows, ignore_index=True)


def draw(run: Run) -> Figure:
    """Small multiples, one a service: lines by terrain, from two years before the reform to the end of the run."""
    w = run.words
    lines = over(run, lambda r: mean_access(r).set_index(["step", "terrain"]))
    table = lines.middle.reset_index()
    reform = run.comparison_step
    per_year = run.steps_per_year
    steps = np.unique(table["step"])
    shown = steps[steps >= reform - 1 - YEARS_BEFORE * per_year]
    if len(shown) < 2:
        shown = steps
    window = table[table["step"].isin(shown)]
    seen = window[window["commune_administration"].notna()]
    terrains = [t for t in palette.TERRAIN if t in set(seen["terrain"])]
    if not terrains:
        raise style.NothingToDraw(f"{run.folder}: nobody lives here")
    names = distinct(window, run.districts_govern, w)
    early, late = (w.step(run.labels[int(shown[k])]) for k in (0, -1))
    foot = [
        w.t(
            "Access = quality of the office (staff, equipment, less what a merger disrupts) times what distance "
            "leaves of it (half at 30 minutes by default); 1.0 = at the door of an office with all it needs (more "
            "staff than it needs gives more).",
            "Mức tiếp cận = chất lượng cơ quan (nhân sự, trang bị, trừ phần xáo trộn do sáp nhập) nhân với phần còn "
            "lại sau khi trừ tác động của khoảng cách (mặc định: còn một nửa ở 30 phút); 1,0 = ngay cạnh một cơ quan "
            "đủ mọi thứ cần thiết (nhân sự nhiều hơn mức cần thì trên 1,0).",
        ),
        w.t(
            f"Mean over persons where they live that day, {early} to {late}. "
            "Travel speeds, disruption and the share done on line are assumptions: see the parameters in config.yaml.",
            f"Trung bình theo người dân tại nơi họ sống khi đó, {early} đến {late}. Tốc độ đi lại, mức xáo trộn và tỷ "
            "lệ thủ tục làm trực tuyến là giả định: xem các tham số trong config.yaml.",
        ),
        *([w.say(_SAME_OFFICE)] if _one_office(run, window) else []),
        *bands.foot(run),
        style.run_line(run),
    ]
    fig, (bottom, top) = style.sheet(
        6.3,
        run.told(_finding(run, table, terrains)),
        w.t(
            "Access to services, mean of persons by terrain (index, 1.0 = at the door)",
            "Mức tiếp cận dịch vụ, trung bình theo người dân và địa hình (chỉ số, 1,0 = ngay cạnh cơ quan)",
        ),
        [run.told(text) for text in foot],
    )
    grid = fig.add_gridspec(
        1,
        len(names),
        left=0.05,
        right=0.91 if w.vi else 0.92,
        bottom=bottom + 0.08,
        top=top - 0.08,
        wspace=0.24,
    )
    recorded = lines.high[lines.high.index.get_level_values("step").isin(shown)]
    high = max(1.14, 1.14 * float(np.nanmax(recorded[list(names)].to_numpy())))
    for k, (service, name) in enumerate(names.items()):
        ax = fig.add_subplot(grid[k])
        ends = []
        for terrain in terrains:
            line = window[window["terrain"] == terrain].sort_values("step")
            colour, dash = palette.TERRAIN[terrain]
            at = run.year_at_end(line["step"].to_numpy())
            of_terrain = lines.of(terrain, "terrain").map(lambda frame: frame.loc[shown])
            bands.fill(ax, at, of_terrain, service, colour)
            sparse = len(line) <= SPARSE
            ax.plot(at, line[service], color=colour, linestyle=dash, marker="o" if sparse else "", ms=4)
            label = w.t(terrain, TERRAINS[terrain].vi)
            ends.append((float(at[-1]), float(line[service].iloc[-1]), label, colour))
        ax.set_ylim(0, high)
        ax.axhline(1.0, color=palette.SOFT, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
        ax.set_title(run.told(name))
        if k == 1:
            door = w.t("at the door", "ngay cạnh cơ quan")
            ax.annotate(door, (run.year_at_end(shown[-1]), 1.0), ha="right", va="bottom", fontsize=8.5)
        times = run.year_at_end(shown)
        style.years(ax, float(times[0]) - 0.1, float(times[-1]), 4, next_panel=True, w=w)
        style.mark_reform(ax, run, label=k == 0)
        if k:
            ax.tick_params(labelleft=False)
        if k == len(names) - 1:
            style.label_ends(ax, ends)
    return fig


_SAME_OFFICE = Text(
    "Since the reform what districts did is done at the commune office, so both panels of administration show the same "
    "from then on, by assumption.",
    "Từ khi sắp xếp, thủ tục trước đây do cấp huyện giải quyết được làm tại trụ sở xã, nên theo giả định, hai ô về "
    "hành chính giống nhau từ đó.",
)


def _one_office(run: Run, window: pd.DataFrame) -> bool:
    """Whether both kinds of administration are equal from the reform on."""
    after = window[window["step"] >= run.comparison_step]
    same = after["commune_administration"].equals(after["district_administration"])
    return run.districts_govern and run.reform_step is not None and len(after) > 0 and same


def distinct(window: pd.DataFrame, districts: bool = True, w: Words = ENGLISH) -> dict[str, str]:
    """Titles of the panels by service; services that are equal throughout share one, those of no office have none."""
    made: dict[str, str] = {}
    for service, name in PANELS.items():
        if service == "district_administration" and not districts:
            continue
        same = next((s for s in made if window[s].equals(window[service])), None)
        if same is None:
            made[service] = w.t(name, heading(SERVICES[service].vi))
        else:
            made[same] += w.t(f" = {name[0].lower()}{name[1:]}", f" = {SERVICES[service].vi}")
    return {service: "\n".join(textwrap.wrap(name, HEAD)) if w.vi else name for service, name in made.items()}


def _finding(run: Run, table: pd.DataFrame, terrains: list[str]) -> str:
    """What changed from the last record before the reform to the first a year after it (or the last one)."""
    w, reform = run.words, run.comparison_step
    steps = np.unique(table["step"])
    before = steps[steps < reform][-1] if (steps < reform).any() else steps[0]
    later = steps[steps >= reform + run.steps_per_year]
    after = later[0] if len(later) else steps[-1]
    value = table.set_index(["step", "terrain"])

    def told(service: str, *, named: bool) -> str:
        parts = []
        for t in terrains:
            was, now = (float(value.loc[(step, t), service]) for step in (before, after))
            change = 100 * (now / was - 1) if was > 0 else np.nan
            sd = change_sd(run, service, t, was)
            said = style.percent(change, seed_spread.digits(sd, 0), w, sign=True)
            if np.isnan(change):
                said = w.t("unknown", "không rõ")
            elif sd is not None and abs(change) <= seed_spread.TIMES * sd:
                said = w.t("no change beyond luck", "không đổi ngoài phạm vi ngẫu nhiên")
            elif abs(change) < UNCHANGED:
                said = w.t(f"within {UNCHANGED:g} %", f"thay đổi chưa đến {w.num(UNCHANGED, 1)}%")
            parts.append(f"{said} ({w.say(TERRAINS[t])})" if named else said)
        return ", ".join(parts)

    made = run.reform_step is not None
    head = w.t("Reform" if made else "No reform", "Sắp xếp" if made else "Không sắp xếp")
    early, late = w.step(run.labels[before]), w.step(run.labels[after])
    communes, districts = (
        told(f"{level}_administration", named=level == "commune") for level in ("commune", "district")
    )
    if not run.districts_govern:
        return w.t(
            f"{head}, {early} to {late}: access to commune offices {communes}",
            f"{head}, {early} đến {late}: mức tiếp cận trụ sở xã {communes}",
        )
    return w.t(
        f"{head}, {early} to {late}: access to commune offices {communes}; to what districts did {districts}",
        f"{head}, {early} đến {late}: mức tiếp cận trụ sở xã {communes}; thủ tục trước đây do cấp huyện giải quyết "
        f"{districts}",
    )


UNCHANGED = 0.5
"""Percent below which a change is not told by its sign."""


def change_sd(run: Run, service: str, terrain: str, was: float) -> float | None:
    """Standard deviation over seeds of the change in percent of the mean access before the reform, None if unknown."""
    each = [seed_spread.sd_of(f"access.{service}.{terrain}.{moment}", run) for moment in ("eve", "soon")]
    one, other = each
    if was <= 0 or one is None or other is None:
        return None
    return float(100 * np.hypot(one, other) / was / np.sqrt(1 + len(run.replicates)))

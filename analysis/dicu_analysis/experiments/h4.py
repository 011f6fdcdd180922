"""H4, central city: does a designation create growth, or move it from elsewhere?

People cannot be created by it, so its gain in residents comes from somewhere: from the towns of other provinces
(displacement), from its own countryside, or from that of others. Jobs can be created; what other provinces lose is
displacement too. Beside the truth (on against off), what an observer of the history with the designation would say who
compares the city with all others that were eligible.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu_analysis.effects import paired
from dicu_analysis.experiments import pictures, stored
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.assemble import Facts, Found, Spec, arms_of, opinion
from dicu_analysis.experiments.h4_panel import Panel, Shift, panel_of, shift, with_placebos
from dicu_analysis.experiments.result import (
    Estimate,
    Figure,
    Members,
    Opinion,
    Part,
    Robust,
    SignGrid,
)
from dicu_analysis.experiments.robust import (
    Contrast,
    Outcome,
    Reader,
    Swing,
    from_default,
    grid,
    judge,
    members,
)
from dicu_analysis.experiments.statistics import Ratio, fieller, shared_luck
from dicu_analysis.language import Text

SPEC: Final = Spec(
    id="h4",
    question="Does a central-city designation create growth or move it?",
    estimand="displacement: residents that the towns of all other provinces lose, over those that the designated city "
    "gains, seven years after the designation of Huế",
    design="paired arms with the package for Huế and for nobody, with rows of so few households that the gain is many "
    "rows; the same package for each of three other candidates, in fewer replicates, which decides nothing",
    unit="ratio",
    held_fixed=(
        "the starting population (one synthesis for all replicates)",
        "borders and governments (no reform)",
        "what the package is: assumed, not estimated (20 % more own revenue, 0.25 points more job growth a quarter, "
        "half as much again may be built)",
    ),
    caveats=(
        "jobs that the package brings are put in by assumption: that they are there is no finding",
        "the test is that of the numerator (what the towns of other provinces lose), over the mean gain",
        "rows of fewer households and the number of replicates were chosen after 6 replicates of rows of 100 had left "
        "the question undecided (a gain of 0.4 thousand with an error of 0.2), by the spread of 4 replicates of rows "
        "of 5 (run since with rows of 10); arms, outcome and smallest effect are those stated before",
        "members of the ensemble are one run each, with rows of 50 households: luck moves what towns elsewhere lose by "
        "some three thousand there, so a member with the other sign may be luck",
        "couples are found in their own place more often where rows are small (decision 15), so levels of moves differ "
        "from those of pages with larger rows",
    ),
)
PACKAGE, FITTED = "h4_package", "h4_ensemble"
SWEEPS: Final = ("h4", "h4_placebos", PACKAGE, FITTED)
HUE: Final = "Huế"
PLACEBOS: Final = {"Khanh Hoa": "Khánh Hòa", "Bac Ninh": "Bắc Ninh", "Quang Ninh": "Quảng Ninh"}
MUNICIPALITIES: Final = ("Hà Nội", "Hồ Chí Minh", "Hải Phòng", "Đà Nẵng", "Cần Thơ")
"""Centrally governed before 2025: no candidates, hence no placebo."""
SESOI: Final = 0.1
PER_CENT: Final = 100.0


def observer(panel: Panel, on: int, off: int, city: str) -> Opinion:
    """Growth of the city after the designation less that of all other candidates, with placebos in space.

    Each other candidate stands in for the city once; the spread of these placebos gives the interval.
    """
    c = panel.index(city)
    names = [n for n in panel.names if not any(n.endswith(m) for m in MUNICIPALITIES)]
    candidates = np.array([panel.names.index(n) for n in names])
    persons = np.log(panel.values["persons"])
    before = 1  # the end of 2024
    growth = persons[on, 0, -1] - persons[on, 0, before]
    truth = float((persons[on, :, -1, c] - persons[off, :, -1, c]).mean()) * PER_CENT

    def gap(k: int) -> float:
        rest = candidates[(candidates != k) & (candidates != c)]
        return float(growth[k] - growth[rest].mean()) * PER_CENT

    placebo = np.array([gap(k) for k in candidates if k != c])
    here = gap(c)
    rank = int((np.abs(placebo) >= abs(here)).sum()) + 1
    low, high = np.quantile(placebo, [0.025, 0.975])
    return opinion(
        "difference in differences with placebos in space",
        f"one history with the designation: growth of residents of {city} against {len(placebo)} other provinces",
        here,
        float(placebo.std(ddof=1)),
        (here - float(high), here - float(low)),
        truth,
        "% of residents",
        f"placebo p = {rank / (len(placebo) + 1):.2f}: {rank - 1} of {len(placebo)} placebo cities differ as much",
    )


def estimates(s: Shift, city: str) -> list[Estimate]:
    """Who gains and who loses by the designation of one city."""
    made = [
        Estimate.of(paired(s.relative), f"residents, {city}", "gain in residents", "% of residents", PER_CENT)
    ]
    for label, values in (
        ("gain in residents", s.gain),
        ("its own countryside", s.own_rural),
        ("towns elsewhere", s.other_towns),
        ("countryside elsewhere", s.other_rural),
        ("jobs", s.jobs),
        ("jobs elsewhere", s.other_jobs),
    ):
        made.append(Estimate.of(paired(values), f"{label}, {city}", "on less off", "thousands", 1e-3))
    made.append(
        Estimate.ratio(
            fieller(s.gain, s.jobs), f"residents per job, {city}", "gain in residents over gain in jobs"
        ).model_copy(update={"unit": "persons per job"})
    )
    for label, lost, gained in (("residents", s.other_towns, s.gain), ("jobs", s.other_jobs, s.jobs)):
        made.append(
            Estimate.ratio(fieller(-lost, gained), f"displacement, {label}, {city}", f"{label} elsewhere")
        )
    return made


def estimate(sweeps: Mapping[str, FinishedSweep], facts: Facts) -> Found:
    """Everything H4 says."""
    sweep = sweeps["h4"]
    panel = panel_of(sweep)
    order = sorted(sweep.arms.index)
    off, on = (order.index(sweep.arm(name)) for name in ("nobody", "Hue"))
    hue = shift(panel, on, off, HUE)
    ratio = fieller(-hue.other_towns, hue.gain)
    size = float(np.mean(hue.gain))
    tested = paired(-hue.other_towns).times(1 / size) if size else paired(-hue.other_towns)
    secondary = estimates(hue, HUE)
    shown = [
        e.model_copy(update={"name": e.name.removesuffix(f", {HUE}")})
        for e in secondary
        if e.unit == "thousands"
    ]
    persons = {k: panel.values["persons"][k, :, -1, panel.index(HUE)] for k in (off, on)}
    points = {"nobody": off, "Hue": on}
    values = {name: sweep.arms.loc[order[k], sweep.varied].to_dict() for name, k in points.items()}
    made = Found(
        effect=tested,
        sesoi=SESOI,
        plain=_plain(hue, ratio),
        replicates=sweep.replicates,
        luck_shared=shared_luck(persons[on], persons[off]),
        arms=arms_of(points, persons, values, 1e-3),
        secondary=secondary,
        second_opinion=[observer(panel, on, off, HUE)],
        shown=Estimate.ratio(ratio, "displacement", SPEC.estimand).model_copy(
            update={"mc_error": tested.error}
        ),
    )
    made.robust = robustness(sweeps)
    if "h4_placebos" in sweeps:
        part, opinions = placebos(panel, off, sweeps["h4_placebos"])
        made.parts.append(part)
        made.second_opinion += opinions

    def draw(facts: Facts) -> list[Figure]:
        w = facts.words
        title = w.t(
            "A centrally governed Huế: who gains and who loses",
            "Huế trực thuộc trung ương: ai được và ai mất",
        )
        subtitle = w.t(
            "Residents and jobs seven years after the designation, against the same history without it.",
            "Số dân và việc làm bảy năm sau khi trực thuộc trung ương, so với cùng lịch sử khi không có việc đó.",
        )
        panels = [
            (stored.said(w, "thousands of residents"), shown[:4], None),
            (stored.said(w, "thousands of jobs"), shown[4:], None),
        ]
        return [pictures.effects(sweep.folder, "h4", title, subtitle, panels, facts, sweep.replicates)]

    made.draw = draw
    return made


def _change(row: str, own: bool) -> Outcome:
    """Residents of the city, or of the towns of all other provinces, at the end."""
    text = {
        True: Text("the number of residents of Huế", "dân số Huế"),
        False: Text("the number of people in towns of other provinces", "dân số đô thị các tỉnh khác"),
    }[own]

    def of(sweep: FinishedSweep) -> dict[int, NDArray[np.float64]]:
        panel = panel_of(sweep)
        c = panel.index(HUE)
        others = np.arange(len(panel.names)) != c
        order = sorted(int(p) for p in sweep.arms.index)
        values = panel.values["persons" if own else "urban_persons"][:, :, -1]
        return {p: values[k][:, c] if own else values[k][:, others].sum(axis=1) for k, p in enumerate(order)}

    return Outcome(row, text, "thousands", 1e-3, of)


PARTS: Final = {
    "package": Text("the whole package", "cả gói chính sách"),
    "jobs": Text("its jobs alone", "chỉ việc làm"),
    "revenue": Text("its revenue alone", "chỉ nguồn thu"),
    "building": Text("its building alone", "chỉ xây dựng"),
}
"""What the designation is made of, by arm of `PACKAGE`."""


def _by_part(reader: Reader) -> SignGrid:
    """Signs by part of the package, where jobs are offered to people elsewhere and where they are not."""
    parts = [Contrast(arm, "nobody", text) for arm, text in PARTS.items()]
    offers = {
        True: Text("jobs offered afar", "có chào việc ở xa"),
        False: Text("no offers", "không chào việc"),
    }
    return grid(
        Text("Parts of the package", "Các phần của gói"),
        Text("seven years on", "sau bảy năm"),
        list(PARTS.values()),
        list(offers.values()),
        lambda r, c: reader.tile(parts[r], feedback_offers=list(offers)[c]),
    )


def robustness(sweeps: Mapping[str, FinishedSweep]) -> list[Robust]:
    """Towns elsewhere and Huế itself: with and without offers, and over the ensemble.

    Parts of the package are other treatments, not assumptions about this one: their signs are shown and decide nothing.
    """
    made = []
    for outcome in (_change("towns elsewhere", own=False), _change("residents", own=True)):
        judged: list[SignGrid] = []
        parts: list[SignGrid] = []
        over: list[Members] = []
        swings: list[Swing] = []
        if PACKAGE in sweeps:
            table = _by_part(Reader(sweeps[PACKAGE], outcome))
            whole = table.model_copy(update={"rows": table.rows[:1], "tiles": table.tiles[:1]})
            judged.append(whole)
            parts.append(table.model_copy(update={"rows": table.rows[1:], "tiles": table.tiles[1:]}))
            text = Text(
                "whether jobs are offered to people elsewhere",
                "việc làm có được chào cho người ở nơi khác không",
            )
            swings.append(from_default(text, whole.tiles[0][0], whole.tiles[0][1:]))
        if FITTED in sweeps:
            contrast = Contrast(
                "Hue", "nobody", Text("a centrally governed Huế", "Huế trực thuộc trung ương")
            )
            over.append(members(Reader(sweeps[FITTED], outcome).members(contrast), contrast.text))
        if judged or over:
            found = judge(outcome, judged, over, swings)
            made.append(found.model_copy(update={"grids": [*found.grids, *parts]}))
    return made


def placebos(core: Panel, off: int, sweep: FinishedSweep) -> tuple[Part, list[Opinion]]:
    """The same package for other candidates, each alone, against nobody of the first sweep with the same luck."""
    panel = with_placebos(core, panel_of(sweep))
    first, order = len(core.values["persons"]), sorted(sweep.arms.index)
    found, opinions, said_en, said_vi = [], [], [], []
    for name, city in PLACEBOS.items():
        on = first + order.index(sweep.arm(name))
        s = shift(panel, on, off, city)
        found += estimates(s, city)
        opinions.append(observer(panel, on, off, city))
        ratio, gain = fieller(-s.other_towns, s.gain), float(np.mean(s.gain)) / 1000
        clear = ratio.kind == "bounded"
        said_en.append(
            f"{city} {gain:+.1f} thousand, {f'{ratio.estimate:.0%}' if clear else 'share not told'}"
        )
        said_vi.append(f"{city} {gain:+.1f} nghìn, {f'{ratio.estimate:.0%}' if clear else 'chưa rõ tỷ lệ'}")
    n = panel.values["persons"].shape[1]
    return Part(
        title=Text(en="The same package for other candidates", vi="Cùng chính sách cho các ứng viên khác"),
        words=Text(
            en=f"Gain in residents, and the share of it that the towns of other provinces lose, {n} replicates: "
            f"{'; '.join(said_en)}. They show whether Huế stands for others, and decide nothing.",
            vi=f"Dân số tăng thêm và tỷ lệ lấy từ đô thị các tỉnh khác, {n} lần lặp: {'; '.join(said_vi)}. Các số này "
            "cho thấy Huế có đại diện cho nơi khác không, và không quyết định kết luận.",
        ),
        estimates=found,
    ), opinions


def _plain(s: Shift, ratio: Ratio) -> Text:
    if not np.mean(s.gain) > 0:
        return Text(
            en="Seven years after its designation Huế has not gained residents by it, so nothing has been moved from "
            f"elsewhere; it has {float(np.mean(s.jobs)) / 1000:+.1f} thousand jobs.",
            vi="Bảy năm sau khi trở thành thành phố trực thuộc trung ương, Huế không tăng thêm dân nhờ việc này, nên "
            f"không có dịch chuyển từ nơi khác; việc làm thay đổi {float(np.mean(s.jobs)) / 1000:+.1f} nghìn.",
        )
    gain, towns, own = (float(np.mean(x)) / 1000 for x in (s.gain, s.other_towns, s.own_rural))
    en = f"Seven years after its designation Huế has {gain:+.1f} thousand residents more than without it"
    vi = f"Bảy năm sau khi trở thành thành phố trực thuộc trung ương, Huế có thêm {gain:+.1f} nghìn dân"
    share = f"{ratio.estimate:.0%}"
    if ratio.kind != "bounded":
        return Text(
            en=f"{en}: so few that how many of them were moved from other towns cannot be told from luck.",
            vi=f"{vi}: quá ít để phân biệt với ngẫu nhiên bao nhiêu trong số đó là dịch chuyển từ các đô thị khác.",
        )
    return Text(
        en=f"{en}; the towns of other provinces have {towns:+.1f} thousand: {share} of the gain is moved from "
        f"other towns. Its own countryside changes by {own:+.1f} thousand.",
        vi=f"{vi}; đô thị các tỉnh khác thay đổi {towns:+.1f} nghìn: {share} phần tăng là dịch chuyển từ các đô "
        f"thị khác. Nông thôn của Huế thay đổi {own:+.1f} nghìn.",
    )


__all__ = ["SPEC", "SWEEPS", "Panel", "estimate", "observer", "panel_of", "shift", "with_placebos"]

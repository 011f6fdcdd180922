"""Parts of an experiment's page: estimates, signs over what was tried, what stands beside the primary test, arms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from dicu_analysis.experiments import stored
from dicu_analysis.experiments.numbers import interval, table, value
from dicu_analysis.experiments.result import Arm, Cell, Estimate, Part, Robust, Tile
from dicu_analysis.language import Text, Words

MARKS: Final[dict[str, str]] = {"up": "▲", "down": "▼", "unclear": "·", "unknown": "?", "none": "0"}
"""Signs of cells: told apart from 0 above or below, not told apart, too few replicates, exactly 0."""
FEEDBACKS: Final = {
    "total": Text("on (total)", "bật (tác động tổng)"),
    "direct": Text("cut (direct)", "cắt (tác động trực tiếp)"),
}
CONTROLS: Final = {
    "negative, to the bit": Text("mechanism off: identical to the bit", "tắt cơ chế: giống hệt đến từng bit"),
    "negative, placebos": Text(
        "placebos: share that is called an effect",
        "giả dược: tỷ lệ bị coi là có tác động",
    ),
    "positive": Text(
        "a known effect put in: share that is found", "đưa vào tác động biết trước: tỷ lệ tìm ra"
    ),
    "reverse": Text(
        "the opposite cause alone: must not be read as this one",
        "chỉ nguyên nhân ngược lại: không được đọc nhầm",
    ),
}
"""What kinds of controls there are, in a few words."""
_NEITHER, _NO_SHOCK = "không tác động nào", "không có cú sốc"
ARMS: Final[Mapping[str, Mapping[str, str]]] = {
    "h1": {
        "neither": _NEITHER,
        "urban": "việc làm đô thị tăng nhanh",
        "rural_1": "giảm thu nhập nông nghiệp, nửa thứ nhất",
        "rural_2": "giảm thu nhập nông nghiệp, nửa thứ hai",
        "both_1": "cả hai, nửa thứ nhất",
        "both_2": "cả hai, nửa thứ hai",
    },
    "h3": {
        "none": "không sáp nhập",
        "merged": "sáp nhập, không tái đầu tư",
        "half": "tái đầu tư một nửa",
        "full": "tái đầu tư toàn bộ",
    },
    "h4": {"nobody": "không thành phố nào", "Hue": "Huế"},
    "h5": {
        "none": _NO_SHOCK,
        "loss10": "việc làm đô thị -10%",
        "loss20": "việc làm đô thị -20%",
        "loss40": "việc làm đô thị -40%",
        "push20": "thu nhập nông nghiệp -20%",
        "none cut": f"{_NO_SHOCK}, cắt phản hồi",
        "loss20 cut": "việc làm đô thị -20%, cắt phản hồi",
    },
}
"""What arms are called in Vietnamese; those of H2 and H6 are policies and programmes."""


def arm_name(w: Words, experiment: str, arm: Arm) -> str:
    """Name of an arm; in Vietnamese what it is, with the name that its sweep has for it."""
    if not w.vi:
        return arm.name
    told = ARMS.get(experiment, {}).get(arm.name) or stored.said(w, arm.name)
    return told if told == arm.name else f"{told} (`{arm.name}`)"


def estimates_table(w: Words, estimates: Sequence[Estimate]) -> list[str]:
    """Estimates with intervals, one a row."""
    heads = (
        "", w.t("effect", "tác động"), w.t("Monte Carlo error", "sai số Monte Carlo"),
        w.t("95 % interval", "khoảng tin cậy 95%"), w.t("unit", "đơn vị"), w.t("note", "ghi chú"),
    )  # fmt: skip
    return table(
        heads,
        (
            (
                stored.said(w, e.name),
                value(w, e.effect),
                value(w, e.mc_error),
                interval(w, e.interval),
                stored.said(w, e.unit),
                stored.note(w, e.note),
            )
            for e in estimates
        ),
    )


def signs(w: Words, robust: Sequence[Robust], verdicts: Mapping[str, str]) -> list[str]:
    """Sign and interval in each cell; ``verdicts``: what may be said of a sign."""
    made = [
        w.t(
            "## Signs over options, assumptions and parameter sets\n",
            "## Dấu qua các phương án, giả định và bộ tham số\n",
        ),
        w.t(
            "▲ and ▼: the 95 % interval leaves out 0; ·: it holds 0; ?: fewer than three replicates; 0: exactly "
            "nothing.\n",
            "▲ và ▼: khoảng tin cậy 95% không chứa 0; ·: có chứa 0; ?: dưới ba lần lặp; 0: hoàn toàn không có.\n",
        ),
    ]
    for x in robust:
        outcome, unit = stored.say(w, x.outcome), stored.said(w, x.unit)
        words = stored.policies(w, stored.say(w, x.words))
        outcome = outcome.rstrip(",")
        made.append(f"**{_capital(outcome)}**, {unit}: *{verdicts[x.verdict]}*. {_capital(words)}\n")
        if x.decides:
            most = "; ".join(stored.say(w, text) for text in x.decides)
            made.append(w.t(f"Decided by: {most}.\n", f"Do điều sau quyết định: {most}.\n"))
        for g in x.grids:
            made += [f"<details><summary>{stored.say(w, g.title)}</summary>\n"]
            made += table(
                (stored.say(w, g.corner), *(stored.say(w, c) for c in g.columns)),
                (
                    (stored.say(w, name), *("" if t is None else _tile(w, t) for t in tiles))
                    for name, tiles in zip(g.rows, g.tiles, strict=True)
                ),
            )
            made.append("\n</details>\n")
        if x.members:
            made += _members(w, x)
    return made


def _members(w: Words, x: Robust) -> list[str]:
    heads = (
        w.t("sets of parameters that fit about equally", "các bộ tham số khớp số liệu ngang nhau"),
        w.t("up", "tăng"), w.t("down", "giảm"), w.t("of", "trong"), w.t("10 %", "10%"),
        w.t("middle", "trung vị"), w.t("90 %", "90%"),
    )  # fmt: skip
    return table(
        heads,
        (
            (
                stored.say(w, m.case),
                str(m.up),
                str(m.down),
                str(m.n),
                *(value(w, end) for end in (m.low, m.middle, m.high)),
            )
            for m in x.members
        ),
    )


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _tile(w: Words, t: Tile) -> str:
    if t.sign == "none":
        return MARKS[t.sign]
    around = "" if None in t.interval else f" ({interval(w, t.interval)})"
    return f"{MARKS[t.sign]} {value(w, t.effect)}{around}"


def part(w: Words, one: Part) -> list[str]:
    """A part beside the primary test."""
    made = [f"## {stored.say(w, one.title)}\n", f"{stored.say(w, one.words)}\n"]
    for t in one.tables:
        made.append(f"{stored.say(w, t.title)}\n")
        made += table(
            (stored.say(w, t.corner), *(stored.said(w, c) for c in t.columns)),
            ((stored.said(w, row.name), *(_cell(w, cell) for cell in row.cells)) for row in t.rows),
        )
        if t.note.en:
            made.append(f"{stored.say(w, t.note)}\n")
    return made + (estimates_table(w, one.estimates) if one.estimates else [])


def _cell(w: Words, cell: Cell) -> str:
    if cell.error is None:
        return value(w, cell.value)
    return f"{value(w, cell.value)} ± {value(w, cell.error)}"


__all__ = ["ARMS", "CONTROLS", "FEEDBACKS", "MARKS", "arm_name", "estimates_table", "part", "signs"]

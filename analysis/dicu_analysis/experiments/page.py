"""The one-page result of an experiment, as Markdown: what a reader needs to believe it or not.

``experiment.md`` is in English; ``experiment.vi.md`` stands beside it where Vietnamese was asked for, with figures in
``figures/vi``. Both say what the same ``experiment.json`` holds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from dicu_analysis.effects import VERDICT_WORDS
from dicu_analysis.experiments import stored
from dicu_analysis.experiments.numbers import count, interval, p_value, table, value
from dicu_analysis.experiments.page_parts import CONTROLS, FEEDBACKS, arm_name, estimates_table, part, signs
from dicu_analysis.experiments.pictures import folder_of
from dicu_analysis.experiments.result import Figure, Result, read_result
from dicu_analysis.language import ENGLISH, Text, Words

PAGE: Final = "experiment.md"
CAPTIONS: Final = "captions.json"
"""Titles and texts of figures in another language than that of the result, beside them."""
VERDICTS: Final = {
    "holds": Text("holds", "giữ dấu"),
    "flips": Text("flips", "đổi dấu"),
    "open": Text("open", "chưa rõ"),
}
"""What may be said of a sign over all that was tried."""


def name_of(w: Words, stem: str = "experiment") -> str:
    """Name of a page in a language."""
    return f"{stem}.{w.code}.md" if w.vi else f"{stem}.md"


def write_captions(figures: Sequence[Figure], folder: Path, w: Words) -> Path:
    """Write what figures in another language than English are called beside them."""
    from dicu.record.folder import write_bytes

    text = json.dumps([f.model_dump(mode="json") for f in figures], indent=1, ensure_ascii=False)
    (folder / folder_of(w)).mkdir(exist_ok=True, parents=True)
    path: Path = write_bytes(folder / folder_of(w) / CAPTIONS, (text + "\n").encode())
    return path


def drawn_in(folder: Path, w: Words) -> bool:
    """Whether an experiment has figures in a language, besides English."""
    return (folder / folder_of(w) / CAPTIONS).is_file()


def figures_in(folder: Path, w: Words) -> list[Figure]:
    """The figures of an experiment in a language besides English, with what they are called in it.

    Raises
    ------
    OSError, ValueError
        When there are none, or what names them cannot be read.
    """
    found = json.loads((folder / folder_of(w) / CAPTIONS).read_text(encoding="utf-8"))
    return [Figure.model_validate(f) for f in found]


def write_page(result: Result, folder: Path, w: Words = ENGLISH) -> Path:
    """Write the page of a language beside the result.

    Raises
    ------
    FileNotFoundError
        When its figures were not drawn in this language.
    """
    from dicu.record.folder import write_bytes

    text = page(result, w, result.figures if not w.vi else figures_in(folder, w))
    path: Path = write_bytes(folder / name_of(w), text.encode())
    return path


def copy_page(folder: Path, to: Path, name: str, w: Words = ENGLISH) -> Path:
    """Copy page and figures (PNG) of an experiment to ``to``, as ``<name>.md`` and ``figures/``: a worked example."""
    from dicu.record.folder import write_bytes

    result = read_result(folder)
    (to / folder_of(w)).mkdir(parents=True, exist_ok=True)
    figures = result.figures if not w.vi else figures_in(folder, w)
    text = page(result, w, figures)
    for figure in figures:
        write_bytes(to / figure.png, (folder / figure.png).read_bytes())
        text = text.replace(f"]({figure.svg})", f"]({figure.png})")
    return Path(write_bytes(to / name_of(w, name), text.encode()))


def page(result: Result, w: Words = ENGLISH, figures: Sequence[Figure] | None = None) -> str:
    """The page as text; ``figures`` are those of the result unless it is in another language."""
    r = result
    parts = [f"# {r.id.upper()}: {stored.said(w, r.question)}\n"]
    if r.quick:
        parts.append(
            w.t(
                "**Quick run: few replicates of coarse rows, for trying out. Not for citing.**\n",
                "**Chạy nhanh: ít lần lặp với dòng thô, chỉ để thử. Không trích dẫn.**\n",
            )
        )
    parts += _answer(r, w)
    parts += [f"![{f.alt}]({f.svg})\n" for f in (r.figures if figures is None else figures)]
    parts += [
        *_how_sure(r, w),
        w.t("## What it hangs on\n", "## Câu trả lời phụ thuộc vào đâu\n"),
        *_hangs(r, w),
        w.t(
            "<details><summary>Design, all numbers, controls, what to beware of</summary>\n",
            "<details><summary>Thiết kế, mọi con số, kiểm chứng, lưu ý</summary>\n",
        ),
        *_design(r, w),
    ]
    if r.arms:
        parts.append(w.t("## Arms\n", "## Các kịch bản\n"))
        parts += table(
            (w.t("arm", "kịch bản"), w.t("outcome", "kết quả"), w.t("values", "giá trị")),
            (
                (
                    arm_name(w, r.id, a),
                    value(w, a.outcome),
                    ", ".join(f"{k} = {v}" for k, v in a.values.items()),
                )
                for a in r.arms
            ),
        )
    for title, estimates in (
        (w.t("What else it says", "Các ước lượng khác"), r.secondary),
        (w.t("Which mechanism carries it", "Cơ chế nào tạo ra nó"), r.mechanism),
    ):
        if estimates:
            parts += [f"## {title}\n", *estimates_table(w, estimates)]
    if r.robust:
        parts += signs(w, r.robust, {key: w.say(text) for key, text in VERDICTS.items()})
    for one in r.parts:
        parts += part(w, one)
    parts += [*_opinions(r, w), *_groups(r, w), *_controls(r, w)]
    parts.append(w.t("## Held fixed, and what to beware of\n", "## Điều giữ cố định và lưu ý\n"))
    parts += [f"- {w.t('Held fixed', 'Giữ cố định')}: {stored.said(w, text)}." for text in r.held_fixed]
    parts += [f"- {text[0].upper()}{text[1:]}." for text in (stored.said(w, c) for c in r.caveats)]
    parts.append("\n</details>")
    return "\n".join(parts) + "\n"


def _answer(r: Result, w: Words) -> list[str]:
    """The answer in plain words, in English with the Vietnamese below, and the verdict."""
    if w.vi:
        words = [f"{stored.policies(w, stored.say(w, r.plain_words))}\n"]
    else:
        words = [f"{r.plain_words.en}\n", f"*{r.plain_words.vi}*\n"]
    verdict = w.say(VERDICT_WORDS[r.verdict]) if w.vi else r.verdict
    return [*words, f"**{verdict}**: {stored.said(w, r.verdict_text)}.\n"]


def _how_sure(r: Result, w: Words) -> list[str]:
    unit, known = stored.said(w, r.unit), ", ".join(r.holm_family)
    effect, error, around = value(w, r.effect), value(w, r.mc_error), interval(w, r.interval)
    least, p, holm = value(w, r.sesoi), p_value(w, r.p), p_value(w, r.p_holm)
    return [
        w.t("## How sure\n", "## Chắc chắn đến đâu\n"),
        "| | |\n|---|---|",
        w.t(
            f"| effect | {effect} {unit}, 95 % interval {around} |",
            f"| tác động | {effect} {unit}, khoảng tin cậy 95% {around} |",
        ),
        w.t(
            f"| Monte Carlo error | {error} over {r.replicates} replicates |",
            f"| sai số Monte Carlo | {error} qua {r.replicates} lần lặp |",
        ),
        w.t(
            f"| p, adjusted by Holm | {p}, {holm} (known to it: {known}; any other of the six counts as larger, which "
            "is cautious) |",
            f"| p, hiệu chỉnh theo Holm | {p}, {holm} (đã biết: {known}; giá trị p của mọi thí nghiệm khác trong sáu "
            "thí nghiệm được coi là lớn hơn, tức là thận trọng) |",
        ),
        w.t(
            f"| smallest effect of interest | {least} {unit}: {_same(r, w)} |",
            f"| tác động nhỏ nhất đáng quan tâm | {least} {unit}: {_same(r, w)} |",
        ),
        w.t(f"| power | {_power(r, w)} |", f"| độ mạnh kiểm định | {_power(r, w)} |"),
        "",
    ]


def _same(r: Result, w: Words) -> str:
    p = p_value(w, r.equivalence.p)
    told = f"p {p}" if p.startswith("<") else f"p = {p}"
    if r.equivalence.equivalent:
        return w.t(
            f"the effect is shown to be smaller (p = {p})", f"đã chứng tỏ tác động nhỏ hơn mức này ({told})"
        )
    return w.t(
        f"the effect is not shown to be smaller (p = {p})",
        f"chưa chứng tỏ được tác động nhỏ hơn mức này ({told})",
    )


def _power(r: Result, w: Words) -> str:
    p = r.power
    more = w.t("more than can be run", "nhiều hơn mức có thể mô phỏng")
    needed = more if p.needed is None else count(w, p.needed)
    promised = w.t(f"{p.promised:.0%}", w.pct(100 * p.promised))
    reached = "-" if p.reached is None else w.t(f"{p.reached:.0%}", w.pct(100 * p.reached))
    luck = ""
    if p.luck_shared is not None:
        luck = w.t(
            f"; shared luck cut the variance {p.luck_shared:.0f}-fold",
            f"; chịu cùng các yếu tố ngẫu nhiên làm phương sai nhỏ đi {w.num(p.luck_shared)} lần",
        )
    found, unit = value(w, p.detectable), stored.said(w, r.unit)
    return (
        w.t(
            f"{promised} promised at the smallest effect of interest: {needed} replicates needed, {r.replicates} "
            f"there, {reached} reached; found with {promised}: {found} {unit}",
            f"mục tiêu {promised} với tác động nhỏ nhất đáng quan tâm: cần {needed} lần lặp, có {r.replicates}, đạt "
            f"{reached}; tìm ra được với {promised}: {found} {unit}",
        )
        + luck
        + _decides(r, w)
    )


def _decides(r: Result, w: Words) -> str:
    """How many replicates would decide what is undecided."""
    if r.verdict != "undecided":
        return ""
    more = w.t("more than can be run", "nhiều hơn mức có thể mô phỏng")
    found, needed = (more if n is None else count(w, n) for n in (r.power.as_found, r.power.needed))
    return w.t(
        f". **What would decide it**: {found} replicates if the effect is as large as the one found, {needed} if it is "
        "the smallest of interest, both going by the spread between the replicates there are",
        f". **Điều gì đủ để kết luận**: {found} lần lặp nếu tác động lớn như đã thấy, {needed} nếu là tác động nhỏ "
        "nhất đáng quan tâm, cả hai tính theo độ phân tán giữa các lần lặp hiện có",
    )


def _hangs(r: Result, w: Words) -> list[str]:
    """In a few lines: which signs survive what was tried, and what decides the others."""
    if not r.robust:
        return [
            w.t(
                "One set of parameters and one set of assumptions: the interval says how far luck moves the number, "
                "not how far assumptions do.\n",
                "Một bộ tham số và một bộ giả định: khoảng tin cậy cho biết yếu tố ngẫu nhiên làm con số thay đổi bao "
                "nhiêu, không cho biết giả định làm thay đổi bao nhiêu.\n",
            )
        ]
    made = []
    for x in r.robust:
        most = "; ".join(stored.say(w, text) for text in x.decides)
        decided = w.t(f" Most is moved by {most}.", f" Thay đổi nhiều nhất: {most}.") if x.decides else ""
        made.append(
            f"- **{w.say(VERDICTS[x.verdict])}**: {stored.policies(w, stored.say(w, x.words))}{decided}"
        )
    return [*made, ""]


def _design(r: Result, w: Words) -> list[str]:
    said = stored.said
    where, when = stored.world(w, r.world), stored.period(w, r.period)
    return [
        "| | |\n|---|---|",
        w.t(f"| estimand | {r.estimand} |", f"| đại lượng ước lượng | {said(w, r.estimand)} |"),
        w.t(f"| design | {r.design} |", f"| thiết kế | {said(w, r.design)} |"),
        w.t(
            f"| runs | {where}, {when}, one row for {r.weight:,} households, dicu {r.model_version} |",
            f"| lần mô phỏng | {where}, {when}, mỗi dòng đại diện {w.num(r.weight)} hộ, dicu {r.model_version} |",
        ),
        "",
    ]


def _opinions(r: Result, w: Words) -> list[str]:
    """What standard estimators say of the same output."""
    if not r.second_opinion:
        return []
    heads = (
        w.t("estimator", "phương pháp"), w.t("data", "dữ liệu"), w.t("estimate", "ước lượng"),
        w.t("its 95 % interval", "khoảng tin cậy 95% của nó"), w.t("truth", "giá trị thật"),
        w.t("off by", "sai lệch"), w.t("covers", "khoảng chứa giá trị thật"), w.t("note", "ghi chú"),
    )  # fmt: skip
    rows = (
        (
            stored.said(w, o.estimator),
            stored.said(w, o.data),
            f"{value(w, o.estimate)} {stored.said(w, o.unit)}",
            interval(w, o.interval),
            value(w, o.truth),
            value(w, o.error),
            w.t("yes", "có") if o.covers else w.t("no", "không"),
            stored.said(w, o.note),
        )
        for o in r.second_opinion
    )
    title = w.t(
        "## Second opinion: standard estimators on the same output\n",
        "## Các ước lượng chuẩn nói gì về cùng kết quả\n",
    )
    return [title, *table(heads, rows)]


def _groups(r: Result, w: Words) -> list[str]:
    """Households that moved in one arm only."""
    if not r.groups:
        return []
    heads = (
        w.t("by", "theo"), w.t("group", "nhóm"), w.t("feedbacks", "phản hồi"),
        w.t("only treated", "chỉ khi có"), w.t("only untreated", "chỉ khi không"), w.t("net", "chênh lệch"),
        w.t("Monte Carlo error", "sai số Monte Carlo"),
    )  # fmt: skip
    rows = (
        (
            stored.said(w, g.by),
            stored.said(w, g.group),
            w.say(FEEDBACKS[g.kind]),
            *(count(w, n) for n in (g.only_treated, g.only_untreated, g.net, g.mc_error)),
        )
        for g in r.groups
    )
    title = w.t(
        "## Who: households that moved in one arm only\n", "## Ai: các hộ chỉ di chuyển ở một kịch bản\n"
    )
    return [title, *table(heads, rows)]


def _controls(r: Result, w: Words) -> list[str]:
    """The tests of the test."""
    if not r.controls:
        return []
    heads = (
        w.t("control", "kiểm chứng"), w.t("what", "nội dung"), w.t("world", "thế giới mô phỏng"),
        w.t("tests", "số phép thử"), w.t("found", "kết quả"), w.t("allowed", "khoảng giá trị"),
        w.t("passed", "đạt"),
    )  # fmt: skip
    rows = (
        (
            CONTROLS[c.kind].vi if w.vi else c.kind,
            stored.said(w, c.text),
            stored.said(w, c.world),
            count(w, c.tests),
            value(w, c.found),
            interval(w, (c.low, c.high)),
            w.t("yes", "có") if c.passed else w.t("**no**", "**không**"),
        )
        for c in r.controls
    )
    return [w.t("## Controls: the test, tested\n", "## Kiểm chứng phép thử\n"), *table(heads, rows)]


__all__ = ["PAGE", "copy_page", "drawn_in", "figures_in", "name_of", "page", "write_captions", "write_page"]

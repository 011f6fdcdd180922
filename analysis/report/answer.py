"""The first screen: what the reform did, to whom, and how sure that is, in sentences made from the figures.

No sentence claims more than its numbers: a change is called better, worse or hardly any by its size, and "cannot be
told from chance" where the replicates do not agree on its sign.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from analysis.report.arms import Arms
from analysis.report.compare import Estimate
from analysis.report.language import TERRAINS, Words
from analysis.report.subject import policy

HARDLY_PERCENT: Final = 2.0
"""Changes of access smaller than this are called hardly any."""
SMALLEST_RATE: Final = 1.0
"""Smallest effect of interest on leaving, per 1,000 residents and year (0.1 points a year, as in experiment H1)."""


@dataclass
class Card:
    """One number of the first screen, or one a terrain."""

    label: str
    values: list[tuple[str, str]]
    unit: str
    range: str = ""


@dataclass
class Answer:
    """What the first screen says."""

    question: str
    lead: list[str] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    sure: list[str] = field(default_factory=list)
    alone: list[str] = field(default_factory=list)
    command: str = ""


def listed(w: Words, parts: list[str]) -> str:
    """ "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + w.t(" and ", " và ") + parts[-1]


def span(w: Words, e: Estimate, digits: int) -> str:
    """Interval for a sentence, empty for a single pair."""
    if e.low is None or e.high is None:
        return ""
    low, high = (w.num(v, digits, sign=True) for v in (e.low, e.high))
    return w.t(f"{low} to {high}", f"{low} đến {high}")


def _access_sentence(w: Words, arms: Arms, service: str, subject: str) -> str | None:
    groups: dict[str, list[str]] = {"worse": [], "better": [], "same": [], "unclear": []}
    for terrain in arms.terrains:
        e = arms.relative(f"access.{service}.{terrain}.end")
        if e is None:
            continue
        if e.verdict == "unclear" and not e.within(HARDLY_PERCENT):
            kind = "unclear"
        elif abs(e.value) < HARDLY_PERCENT:
            kind = "same"
        else:
            kind = "better" if e.value > 0 else "worse"
        where = w.t(f"in the {w.of(TERRAINS, terrain)}", f"ở {w.of(TERRAINS, terrain)}")
        if not w.vi and terrain != "mountain":
            where = f"on the {w.of(TERRAINS, terrain)}"
        groups[kind].append(f"{where} ({w.pct(e.value, sign=True)})")
    said = []
    for kind, en, vi in (
        ("worse", "gets worse", "kém đi"),
        ("better", "gets better", "tốt hơn"),
        ("same", "hardly changes", "hầu như không đổi"),
        ("unclear", "changes by no more than chance", "thay đổi không phân biệt được với ngẫu nhiên"),
    ):
        if groups[kind]:
            said.append(f"{w.t(en, vi)} {listed(w, groups[kind])}")
    if not said:
        return None
    text = f"{subject} {'; '.join(said)}."
    return text[0].upper() + text[1:]


def leaving(w: Words, e: Estimate, level: Estimate) -> str:
    """What the reform does to leaving the countryside for towns, by what the replicates allow to say."""
    rate = w.num(e.value, 2, sign=True)
    of = w.t(
        f"of {w.num(level.value, 1)} per 1,000 rural residents who move to towns in a year",
        f"so với mức {w.num(level.value, 1)} trên 1.000 dân nông thôn chuyển ra thành thị mỗi năm",
    )
    if e.verdict == "unknown":
        return w.t(
            f"Whether more people leave the countryside cannot be said from one pair of runs: it differs by {rate} {of}, "
            "which may be luck.",
            f"Chưa thể nói có thêm người rời nông thôn hay không từ một cặp lần chạy: chênh lệch {rate} {of}, có thể chỉ "
            "là ngẫu nhiên.",
        )
    around = w.t(f"{rate} (95% interval {span(w, e, 2)})", f"{rate} (khoảng tin cậy 95%: {span(w, e, 2)})")
    if e.within(SMALLEST_RATE):
        return w.t(
            f"Leaving the countryside for towns hardly changes: {around} {of}. All of the interval is smaller "
            f"than the smallest change of interest ({w.num(SMALLEST_RATE)} per 1,000).",
            f"Việc rời nông thôn ra thành thị hầu như không đổi: {around} {of}. Toàn bộ khoảng tin cậy nhỏ hơn "
            f"mức thay đổi nhỏ nhất đáng quan tâm ({w.num(SMALLEST_RATE)} trên 1.000).",
        )
    if e.verdict in ("up", "down"):
        more = e.verdict == "up"
        return w.t(
            f"{'More' if more else 'Fewer'} people leave the countryside for towns: {around} {of}.",
            f"{'Nhiều' if more else 'Ít'} người rời nông thôn ra thành thị hơn: {around} {of}.",
        )
    return w.t(
        f"A change in leaving the countryside for towns cannot be told from chance: {around} {of}.",
        f"Không phân biệt được với ngẫu nhiên thay đổi trong việc rời nông thôn ra thành thị: {around} {of}.",
    )


def _question(w: Words, arms: Arms) -> str:
    """The heading: the question that this pair of runs is about."""
    name = policy(arms.run)
    if arms.subject.twin is not None and not arms.subject.about_the_reform:
        return w.t("How do two simulated countries differ?", "Hai đất nước mô phỏng khác nhau thế nào?")
    if name in ("actual", "none"):
        return w.t(
            "What did the merger of communes, districts and provinces do to people's access to government, and to "
            "where they live?",
            "Việc sáp nhập xã, bỏ cấp huyện và sáp nhập tỉnh tác động thế nào đến mức tiếp cận chính quyền của người "
            "dân và nơi họ sinh sống?",
        )
    reform = arms.reform(w)
    return w.t(
        f"What would {reform} do to people's access to government, and to where they live?",
        f"Phương án «{reform}» tác động thế nào đến mức tiếp cận chính quyền của người dân và nơi họ sinh sống?",
    )


def answer(w: Words, arms: Arms) -> Answer:
    """The first screen of a report on a run."""
    made = Answer(_question(w, arms))
    if arms.subject.twin is None:
        _alone(w, arms, made)
        return made
    end = w.period(arms.run.labels[-1])
    if arms.subject.about_the_reform:
        made.lead.append(
            w.t(
                f"In the simulation, by the {end}, {arms.reform(w)} compared with the same country without it:",
                f"Trong mô phỏng, đến {end}, {arms.reform(w)}, so với cùng đất nước đó nếu không cải cách:",
            )
        )
    else:
        keys = ", ".join(arms.subject.differs) or w.t("the reform", "phương án cải cách")
        made.lead.append(
            w.t(
                f"By the {end}, this run less the run it is compared with. They differ in: {keys}. All that follows is "
                "the effect of these together:",
                f"Đến {end}, lần chạy này trừ lần chạy đối chứng. Hai lần chạy khác nhau ở: {keys}. Mọi kết quả dưới "
                "đây là tác động của tất cả các điểm khác nhau đó:",
            )
        )
    texts = [
        _access_sentence(
            w, arms, "commune_administration", w.t("access to the commune office", "mức tiếp cận trụ sở xã")
        ),
        _access_sentence(
            w,
            arms,
            "district_administration",
            w.t(
                "access to what the district office used to do",
                "mức tiếp cận các việc trước đây thuộc cấp huyện",
            ),
        ),
    ]
    shares = arms.outcomes("end").loc["all"]
    texts.append(
        w.t(
            f"Of all people, {w.pct(shares['both_better'])} are better served and worse in neither, "
            f"{w.pct(shares['both_worse'])} are worse served and better in neither; "
            f"{w.pct(shares['office_worse_district_better'] + shares['office_better_district_worse'])} win in one "
            "and lose in the other.",
            f"Trong toàn dân, {w.pct(shares['both_better'])} được phục vụ tốt hơn mà không kém đi ở việc nào, "
            f"{w.pct(shares['both_worse'])} bị phục vụ kém hơn mà không tốt hơn ở việc nào; "
            f"{w.pct(shares['office_worse_district_better'] + shares['office_better_district_worse'])} được ở mặt này, "
            "mất ở mặt kia.",
        )
    )
    texts.append(_first_years(w, arms))
    key = "leaving.rural_to_urban.rate"
    if key in arms.difference:
        texts.append(leaving(w, arms.difference[key], arms.base_level[key]))
    if "budget.wages.end" in arms.difference and "posts.end" in arms.difference:
        wages, posts = arms.difference["budget.wages.end"], arms.difference["posts.end"]
        if posts.value:
            fewer = posts.value < 0
            texts.append(
                w.t(
                    f"Local governments have {w.num(abs(posts.value) / 1e3)} thousand posts "
                    f"{'fewer' if fewer else 'more'}, {w.num(abs(wages.value), 1)} trillion dong a year in wages "
                    "(assumed posts a district, assumed cost a post).",
                    f"Chính quyền địa phương {'giảm' if fewer else 'tăng'} {w.num(abs(posts.value) / 1e3)} nghìn biên "
                    f"chế, tương đương {w.num(abs(wages.value), 1)} nghìn tỷ đồng tiền lương mỗi năm (số biên chế "
                    "mỗi huyện và chi phí mỗi biên chế là giả định).",
                )
            )
    texts.append(_responses(w, arms))
    made.lead += [t for t in texts if t]
    _cards(w, arms, made)
    _sure(w, arms, made)
    return made


def _first_years(w: Words, arms: Arms) -> str | None:
    """How it was a year and more after the reform, where that is another moment than the end."""
    moments = arms.sheet.moments
    if moments.soon == moments.end:
        return None
    when = w.period(arms.run.labels[moments.soon])
    share = float(arms.outcomes("soon").loc["all", "both_worse"])
    return w.t(
        f"On the way there, at the {when}, {w.pct(share)} were worse served in one or both and better in neither.",
        f"Trên đường đến đó, vào {when}, {w.pct(share)} người dân bị phục vụ kém hơn ở một hoặc cả hai việc mà không "
        "tốt hơn ở việc nào.",
    )


def _responses(w: Words, arms: Arms) -> str | None:
    """What local governments did with the savings in the run, without which the answer would be another."""
    share = float(arms.run.config.get("government", {}).get("reinvest_share", 0.0))
    desks = [arms.difference[k].value for k in ("satellites.end", "mobile_desks.end") if k in arms.difference]
    if not share or len(desks) < 2 or not any(desks):
        return None
    fixed, mobile = (w.num(d, 0, sign=True) for d in desks)
    return w.t(
        f"Part of this is what the model assumes is done with the savings: {w.pct(100 * share)} of the wages saved stays "
        f"with local governments, which invest it and run satellite desks ({fixed}) and mobile desks ({mobile}). "
        "The merger without it is another run (government.reinvest_share=0).",
        f"Một phần kết quả đến từ giả định về cách dùng tiền tiết kiệm: {w.pct(100 * share)} tiền lương tiết kiệm được để "
        f"lại cho địa phương đầu tư và mở điểm giao dịch vệ tinh ({fixed}) và điểm lưu động ({mobile}). Sáp nhập "
        "mà không có khoản này là một lần chạy khác (government.reinvest_share=0).",
    )


def _cards(w: Words, arms: Arms, made: Answer) -> None:
    for service, label in (
        ("commune_administration", w.t("Access to the commune office", "Tiếp cận trụ sở xã")),
        (
            "district_administration",
            w.t("Access to former district business", "Tiếp cận việc trước đây thuộc cấp huyện"),
        ),
    ):
        values, ranges = [], []
        for t in arms.terrains:
            e = arms.relative(f"access.{service}.{t}.end")
            if e is not None:
                values.append((w.of(TERRAINS, t), w.pct(e.value, sign=True)))
                if e.low is not None:
                    ranges.append(f"{w.of(TERRAINS, t)} {span(w, e, 0)}")
        if values:
            made.cards.append(
                Card(label, values, w.t("change of the index", "thay đổi chỉ số"), "; ".join(ranges))
            )
    key = "leaving.rural_to_urban.rate"
    if key in arms.difference:
        e = arms.difference[key]
        made.cards.append(
            Card(
                w.t("Leaving the countryside for towns", "Rời nông thôn ra thành thị"),
                [("", w.num(e.value, 2, sign=True))],
                w.t("per 1,000 rural residents a year, of ", "trên 1.000 dân nông thôn mỗi năm, so với ")
                + w.num(arms.base_level[key].value, 1),
                span(w, e, 2),
            )
        )
    if "persons.urban.end" in arms.difference:
        e = arms.difference["persons.urban.end"].times(1e-3)
        made.cards.append(
            Card(
                w.t(
                    f"People in towns, {w.period(arms.run.labels[-1])}",
                    f"Dân số thành thị, {w.period(arms.run.labels[-1])}",
                ),
                [("", w.num(e.value, 0, sign=True))],
                w.t("thousand, of ", "nghìn, trong ") + w.people(arms.base_level["persons.urban.end"].value),
                span(w, e, 0),
            )
        )


def _sure(w: Words, arms: Arms, made: Answer) -> None:
    if not arms.subject.same_luck:
        made.sure.append(
            w.t(
                "The two runs have different seeds, so their households did not meet the same luck: differences "
                "contain the luck of both.",
                "Hai lần chạy có hạt giống ngẫu nhiên khác nhau nên các hộ không gặp cùng một may rủi: chênh lệch chứa "
                "cả phần ngẫu nhiên của hai bên.",
            )
        )
    if arms.n == 1:
        made.sure.append(
            w.t(
                "One pair of runs only. How much of a difference is luck is therefore unknown, and small differences in "
                "who moves should not be read. More pairs with other seeds in the same folder give intervals.",
                "Chỉ có một cặp lần chạy, nên không biết chênh lệch có bao nhiêu phần là ngẫu nhiên; không nên diễn giải "
                "các chênh lệch nhỏ về di cư. Thêm các cặp với hạt giống khác trong cùng thư mục sẽ cho khoảng tin cậy.",
            )
        )
    else:
        made.sure.append(
            w.t(
                f"{arms.n} pairs of simulated countries; within a pair the same households meet the same luck. Intervals "
                "(95%) show how far luck alone could move the mean. They say nothing about whether the assumptions are "
                "right. Of many intervals, about one in twenty leaves out the truth by chance.",
                f"{arms.n} cặp đất nước mô phỏng; trong mỗi cặp, các hộ gặp cùng một may rủi. Khoảng tin cậy 95% cho biết "
                "riêng ngẫu nhiên có thể làm lệch trung bình bao nhiêu; không nói gì về việc giả định đúng hay sai. "
                "Trong nhiều khoảng, khoảng một phần hai mươi không chứa giá trị đúng chỉ do ngẫu nhiên.",
            )
        )


def _alone(w: Words, arms: Arms, made: Answer) -> None:
    run = arms.run
    name = policy(run)
    if name == "none":
        made.alone.append(
            w.t(
                "This run has no reform. It is the arm that others are compared with, and says nothing about what the "
                "merger did.",
                "Lần chạy này không có cải cách. Đây là kịch bản đối chứng và không nói gì về tác động của việc sáp nhập.",
            )
        )
    else:
        made.alone.append(
            w.t(
                "This run alone cannot say what the reform did. Before and after differ for many reasons at once: "
                "growth, ageing, what people expect. Only a run of the same country with the same luck and without "
                "the reform tells them apart.",
                "Riêng lần chạy này không thể cho biết cải cách đã làm gì. Trước và sau khác nhau vì nhiều lý do cùng "
                "lúc: tăng trưởng, già hóa, kỳ vọng của người dân. Chỉ khi có lần chạy cùng đất nước, cùng may rủi mà "
                "không có cải cách mới tách được các lý do đó.",
            )
        )
        made.command = (
            f"dicu run {run.folder}/config.yaml reform.policy=none name=none --out {run.folder.parent.parent}"
        )
    eve, end = (run.labels[s] for s in (arms.sheet.moments.eve, arms.sheet.moments.end))
    level = arms.level
    made.lead.append(
        w.t(
            f"In this simulated country {w.pct(level['share.urban.end'].value, 1)} of people live in towns by the "
            f"{w.period(end)}, and {w.people(level['moves.persons'].value)} move in a mean year after the "
            f"{w.period(eve)}.",
            f"Trong đất nước mô phỏng này, {w.pct(level['share.urban.end'].value, 1)} dân số sống ở thành thị vào "
            f"{w.period(end)}, và trung bình mỗi năm sau {w.period(eve)} có {w.people(level['moves.persons'].value)} "
            "chuyển chỗ ở.",
        )
    )
    made.sure.append(
        w.t(
            "Levels of an uncalibrated model: to be compared with statistics only in the section on fit.",
            "Đây là mức tuyệt đối của một mô hình chưa hiệu chỉnh: chỉ so với thống kê ở phần đối chiếu số liệu.",
        )
    )

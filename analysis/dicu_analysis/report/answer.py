"""The first screen: what the reform did, to whom, and how sure that is, in sentences made from the figures.

No sentence claims more than its numbers: a word for the size of a change is used only where the whole interval lies
beyond the threshold of that word, and the threshold stands beside it (`dicu_analysis.effects.Effect.size`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from dicu_analysis.effects import FEWEST, Size
from dicu_analysis.language import TERRAINS, Text, Words, listed
from dicu_analysis.report import saying
from dicu_analysis.report.arms import Arms
from dicu_analysis.report.leaving import leaving
from dicu_analysis.report.measures import NEAR
from dicu_analysis.report.subject import policy
from dicu_analysis.scalars import as_float

HARDLY_PERCENT: Final = 2.0
"""Changes of access smaller than this are called hardly any."""
ADVANCED: Final[dict[Size, Text]] = {
    "less": Text("gets worse by more than {cut}", "kém đi hơn {cut}"),
    "more": Text("gets better by more than {cut}", "tốt hơn trên {cut}"),
    "same": Text("changes by less than {cut}", "thay đổi chưa đến {cut}"),
    "some_less": Text(
        "gets worse, but whether by more than {cut} is not decided",
        "kém đi, nhưng chưa rõ có quá {cut} hay không",
    ),
    "some_more": Text(
        "gets better, but whether by more than {cut} is not decided",
        "tốt hơn, nhưng chưa rõ có quá {cut} hay không",
    ),
    "unclear": Text("changes by no more than chance", "thay đổi không phân biệt được với ngẫu nhiên"),
    "none": Text("does not change at all", "hoàn toàn không đổi"),
    "unknown": Text("differs", "chênh lệch"),
}
"""What is said of access by what its interval allows, in the order of the sentence."""


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
    intervals: str = ""


def _where(w: Words, terrain: str) -> str:
    name = w.of(TERRAINS, terrain)
    return w.t(f"in the {name}" if terrain == "mountain" else f"on the {name}", f"ở {name}")


def _access_sentence(w: Words, arms: Arms, service: str, subject: str) -> str | None:
    groups: dict[Size, list[str]] = {kind: [] for kind in ADVANCED}
    for terrain in arms.terrains:
        e = arms.relative(f"access.{service}.{terrain}.end")
        if e is not None:
            size = e.size(HARDLY_PERCENT)
            digits = 1 if size in ("some_more", "some_less", "unclear") else 0
            text = saying.percent(w, e, digits)
            around = saying.interval(w, e, digits)
            groups[size].append(f"{_where(w, terrain)} ({text}{f'; {around}' if around else ''})")
    said = [
        f"{w.say(ADVANCED[kind]).format(cut=w.pct(HARDLY_PERCENT))} {listed(w, places)}"
        for kind, places in groups.items()
        if places
    ]
    if not said:
        return None
    text = f"{subject} {'; '.join(said)}."
    return text[0].upper() + text[1:]


def _question(w: Words, arms: Arms) -> str:
    """The heading: the question that this pair of runs is about."""
    name = arms.reform_name
    if arms.subject.twin is not None and not arms.subject.about_the_reform:
        return w.t("How do two simulated countries differ?", "Hai đất nước mô phỏng khác nhau thế nào?")
    if name.policy == "none":
        return w.t(
            "What does a simulated country without a reform look like?",
            "Đất nước mô phỏng không sắp xếp đơn vị hành chính trông ra sao?",
        )
    if name.historical:
        return w.t(
            "What did the merger of communes, districts and provinces do to people's access to government, and to "
            "where they live?",
            "Việc sắp xếp đơn vị hành chính (sáp nhập xã, bỏ cấp huyện, sáp nhập tỉnh) tác động thế nào đến mức tiếp cận "
            "chính quyền của người dân và nơi họ sinh sống?",
        )
    reform = arms.reform(w)
    return w.t(
        f"What would {reform} do to people's access to government, and to where they live?",
        f"Phương án sắp xếp đơn vị hành chính «{reform}» tác động thế nào đến mức tiếp cận chính quyền của người dân và "
        "nơi họ sinh sống?",
    )


def answer(w: Words, arms: Arms) -> Answer:
    """The first screen of a report on a run."""
    made = Answer(_question(w, arms), intervals=saying.interval_head(w, arms.n))
    if arms.subject.twin is None:
        _alone(w, arms, made)
        return made
    end = w.period(arms.run.labels[-1])
    if arms.subject.about_the_reform:
        made.lead.append(
            w.t(
                f"In the simulation, by the {end}, {arms.reform(w)} compared with the same country without it:",
                f"Trong mô phỏng, đến {end}, {arms.reform(w)}, so với cùng đất nước đó nếu không sắp xếp:",
            )
        )
    else:
        keys = ", ".join(arms.subject.differs) or w.t("the reform", "phương án sắp xếp")
        made.lead.append(
            w.t(
                f"By the {end}, this run less the run it is compared with. They differ in: {keys}. All that follows is "
                "the effect of these together:",
                f"Đến {end}, lần mô phỏng này trừ lần mô phỏng đối chứng. Hai lần mô phỏng khác nhau ở: {keys}. Mọi kết "
                "quả dưới đây là tác động của tất cả các điểm khác nhau đó:",
            )
        )
    office = w.t("access to the commune office", "mức tiếp cận trụ sở xã")
    district = w.t(
        "access to what the district office used to do",
        "mức tiếp cận thủ tục trước đây do cấp huyện giải quyết",
    )
    texts = [
        _access_sentence(w, arms, "commune_administration", office),
        _access_sentence(w, arms, "district_administration", district) if arms.run.districts_govern else None,
        _people(w, arms),
        _first_years(w, arms),
    ]
    key = "leaving.rural_to_urban.rate"
    if key in arms.difference:
        texts.append(leaving(w, arms.difference[key], arms.base_level[key]))
    texts += [_posts(w, arms), _responses(w, arms)]
    made.lead += [t for t in texts if t]
    _cards(w, arms, made)
    _sure(w, arms, made)
    return made


def share(w: Words, arms: Arms, moment: str, *kinds: str) -> str:
    """Percent of all people with one of some outcomes."""
    row = arms.outcomes(moment).loc["all"]
    key = f"outcomes:{moment}.all.{'+'.join(kinds)}|value|1"
    return w.pct(sum(as_float(row[k]) for k in kinds), key=key)


def _people(w: Words, arms: Arms) -> str:
    """What share of people gains and loses access, and by how much at least."""
    mixed = ("office_worse_district_better", "office_better_district_worse")
    better, worse, both = (share(w, arms, "end", *k) for k in (("both_better",), ("both_worse",), mixed))
    cut = w.num(NEAR, 2)
    alone = w.t(
        f"Of all people, {better} are better served, {worse} are worse served (by more than {cut} of the index).",
        f"Trong toàn dân, {better} được phục vụ tốt hơn, {worse} được phục vụ kém hơn (hơn {cut} điểm chỉ số).",
    )
    text = w.t(
        f"Of all people, {better} are better served and worse in neither, {worse} are worse served and better in "
        f"neither; {both} win in one and lose in the other (better, worse: by more than {cut} of the index).",
        f"Trong toàn dân, {better} được phục vụ tốt hơn mà không kém đi ở việc nào, {worse} được phục vụ kém hơn mà không "
        f"tốt hơn ở việc nào; {both} thuận lợi hơn ở việc này, khó hơn ở việc kia (tốt hơn, kém đi: hơn {cut} điểm "
        "chỉ số).",
    )
    text = text if arms.run.districts_govern else alone
    if as_float(arms.outcomes("end").loc["all", "undecided"]) > 0:
        unsure = share(w, arms, "end", "undecided")
        text += w.t(
            f" For {unsure} the interval of their place holds that threshold, so neither is said; more pairs decide more of "
            "them.",
            f" Với {unsure}, khoảng tin cậy tại nơi họ ở chứa ngưỡng này nên chưa kết luận; càng nhiều cặp thì càng kết luận "
            "được nhiều hơn.",
        )
    return text


def _first_years(w: Words, arms: Arms) -> str | None:
    """How it was a year and more after the reform, where that is another moment than the end."""
    moments = arms.sheet.moments
    if moments.soon == moments.end:
        return None
    when = w.period(arms.run.labels[moments.soon])
    worse = share(w, arms, "soon", "both_worse")
    if not arms.run.districts_govern:
        return w.t(
            f"On the way there, at the {when}, {worse} were worse served.",
            f"Trong giai đoạn chuyển tiếp, vào {when}, {worse} người dân được phục vụ kém hơn.",
        )
    return w.t(
        f"On the way there, at the {when}, {worse} were worse served in one or both and better in neither.",
        f"Trong giai đoạn chuyển tiếp, vào {when}, {worse} người dân được phục vụ kém hơn ở một hoặc cả hai việc mà không "
        "tốt hơn ở việc nào.",
    )


def _posts(w: Words, arms: Arms) -> str | None:
    if "budget.wages.end" not in arms.difference or "posts.end" not in arms.difference:
        return None
    posts, wages = arms.difference["posts.end"].times(1e-3), arms.difference["budget.wages.end"]
    if not posts.mean:
        return None
    cut, pay = saying.value(w, posts, 0), saying.value(w, wages, 1)
    if not arms.run.districts_govern:
        return w.t(
            f"Posts of local governments: {cut} thousand; their wages: {pay} trillion dong a year (assumed cost of a "
            "post).",
            f"Biên chế của chính quyền địa phương: {cut} nghìn; quỹ lương: {pay} nghìn tỷ đồng mỗi năm (chi phí mỗi biên "
            "chế là giả định).",
        )
    return w.t(
        f"Posts of local governments: {cut} thousand; their wages: {pay} trillion dong a year (assumed posts of a "
        "district, assumed cost of a post).",
        f"Biên chế của chính quyền địa phương: {cut} nghìn; quỹ lương: {pay} nghìn tỷ đồng mỗi năm (số biên chế mỗi "
        "huyện và chi phí mỗi biên chế là giả định).",
    )


def _responses(w: Words, arms: Arms) -> str | None:
    """What local governments did with the savings in the run, without which the answer would be another."""
    kept = float(arms.run.config.get("government", {}).get("reinvest_share", 0.0))
    names = {
        "satellites.end": w.t("satellite desks", "điểm phục vụ hành chính công vệ tinh"),
        "mobile_desks.end": w.t("mobile desks", "điểm phục vụ hành chính công lưu động"),
    }
    desks = {k: arms.difference[k] for k in names if k in arms.difference and arms.difference[k].mean}
    savings, stays = (arms.difference.get(f"budget.{k}.end") for k in ("savings", "reinvested"))
    if not kept or savings is None or stays is None or not stays.mean:
        return None
    part = w.pct(100 * kept, key="config:government.reinvest_share|value|100")
    gross, own = saying.value(w, savings, 1, sign=False), saying.value(w, stays, 1, sign=False)
    text = w.t(
        f"Part of this is what the model assumes is done with the savings: of the wages of all posts cut ({gross} trillion "
        f"dong a year), {part} ({own}) stays with local governments, which bear as much of the severance, run desks and "
        "invest the rest.",
        f"Một phần kết quả đến từ giả định về cách dùng tiền tiết kiệm: trong tiền lương của mọi biên chế đã cắt ({gross} "
        f"nghìn tỷ đồng mỗi năm), {part} ({own}) để lại cho địa phương; địa phương chịu phần tương ứng của chi chế độ "
        "nghỉ việc do tinh giản biên chế, mở các điểm phục vụ và đầu tư phần còn lại.",
    )
    for more, en, vi in ((True, "More: ", "Tăng: "), (False, "Fewer: ", "Giảm: ")):
        mine = [f"{names[k]} ({saying.value(w, e, 0)})" for k, e in desks.items() if (e.mean > 0) == more]
        if mine:
            text += f" {w.t(en, vi)}{listed(w, mine)}."
    return text + w.t(
        " The same reform without it is another run (government.reinvest_share=0).",
        " Cùng phương án mà không có khoản này là một lần mô phỏng khác (government.reinvest_share=0).",
    )


def _cards(w: Words, arms: Arms, made: Answer) -> None:
    for service, label in (
        ("commune_administration", w.t("Access to the commune office", "Tiếp cận trụ sở xã")),
        (
            "district_administration",
            w.t("Access to former district business", "Tiếp cận thủ tục trước đây do cấp huyện giải quyết"),
        ),
    )[: 2 if arms.run.districts_govern else 1]:
        values, ranges = [], []
        for t in arms.terrains:
            e = arms.relative(f"access.{service}.{t}.end")
            if e is not None:
                values.append((w.of(TERRAINS, t), saying.percent(w, e)))
                around = saying.interval(w, e, 1)
                if around:
                    ranges.append(f"{w.of(TERRAINS, t)} {around}")
        if values:
            unit = w.t("change of the index", "thay đổi chỉ số")
            made.cards.append(Card(label, values, unit, "; ".join(ranges)))
    key = "leaving.rural_to_urban.rate"
    if key in arms.difference:
        e = arms.difference[key]
        made.cards.append(
            Card(
                w.t("Leaving the countryside for towns", "Rời nông thôn ra thành thị"),
                [("", saying.value(w, e, 2))],
                w.t("per 1,000 rural residents a year, of ", "trên 1.000 dân nông thôn mỗi năm, so với ")
                + saying.value(w, arms.base_level[key], 1, sign=False),
                saying.interval(w, e, 2),
            )
        )
    key = "persons.urban.end"
    if key in arms.difference:
        e = arms.difference[key].times(1e-3)
        when = w.period(arms.run.labels[-1])
        base = arms.base_level[key]
        made.cards.append(
            Card(
                w.t(f"People in towns, {when}", f"Dân số thành thị, {when}"),
                [("", saying.value(w, e, 0))],
                w.t("thousand, of ", "nghìn, trong ") + w.people(base.mean, key=base.key),
                saying.interval(w, e, 0),
            )
        )


def _sure(w: Words, arms: Arms, made: Answer) -> None:
    if not arms.subject.same_luck:
        made.sure.append(
            w.t(
                "The two runs have different seeds, so their households did not meet the same luck: differences "
                "contain the luck of both.",
                "Hai lần mô phỏng có hạt giống ngẫu nhiên (seed) khác nhau nên các hộ không chịu cùng các yếu tố ngẫu "
                "nhiên: chênh lệch chứa cả phần ngẫu nhiên của hai bên.",
            )
        )
    if arms.n < FEWEST:
        made.sure.append(saying.few(w, arms.n))
        made.sure.append(
            w.t(
                "Small differences in who moves should not be read. More pairs with other seeds in the same folder give "
                "intervals.",
                "Không nên diễn giải các chênh lệch nhỏ về di cư. Thêm các cặp với hạt giống ngẫu nhiên (seed) khác "
                "trong cùng thư mục sẽ cho khoảng tin cậy.",
            )
        )
    else:
        made.sure.append(
            w.t(
                f"{arms.n} pairs of simulated countries; within a pair the same households meet the same luck. Intervals "
                "(95%) show how far luck alone could move the mean. They say nothing about whether the assumptions are "
                "right. Of many intervals, about one in twenty leaves out the truth by chance.",
                f"{arms.n} cặp đất nước mô phỏng; trong mỗi cặp, các hộ chịu cùng các yếu tố ngẫu nhiên. Khoảng tin cậy 95% "
                "cho biết riêng yếu tố ngẫu nhiên có thể làm lệch trung bình bao nhiêu; không nói gì về việc giả định "
                "đúng hay sai. Trong nhiều khoảng, khoảng một phần hai mươi không chứa giá trị đúng chỉ do ngẫu nhiên.",
            )
        )


def _alone(w: Words, arms: Arms, made: Answer) -> None:
    run = arms.run
    if policy(run) == "none":
        made.alone.append(
            w.t(
                "This run has no reform. It is the arm that others are compared with, and says nothing about what a "
                "merger does.",
                "Lần mô phỏng này không sắp xếp đơn vị hành chính. Đây là kịch bản đối chứng và không nói gì về tác động "
                "của việc sáp nhập.",
            )
        )
    else:
        made.alone.append(
            w.t(
                "This run alone cannot say what the reform did. Before and after differ for many reasons at once: "
                "growth, ageing, what people expect. Only a run of the same country with the same luck and without "
                "the reform tells them apart.",
                "Riêng lần mô phỏng này không thể cho biết việc sắp xếp đã tác động ra sao. Trước và sau khác nhau vì "
                "nhiều lý do cùng lúc: tăng trưởng, già hóa, kỳ vọng của người dân. Chỉ khi có lần mô phỏng cùng đất "
                "nước, chịu cùng các yếu tố ngẫu nhiên mà không sắp xếp mới tách được các lý do đó.",
            )
        )
        made.command = (
            f"dicu run {run.folder}/config.yaml reform.policy=none name=none --out {run.folder.parent.parent}"
        )
    eve, end = (w.period(run.labels[s]) for s in (arms.sheet.moments.eve, arms.sheet.moments.end))
    urban, moved = arms.level["share.urban.end"], arms.level["moves.persons"]
    towns, moves = saying.percent(w, urban, 1, sign=False), w.people(moved.mean, key=moved.key)
    made.lead.append(
        w.t(
            f"In this simulated country {towns} of people live in towns by the {end}, and {moves} move in a mean year "
            f"after the {eve}.",
            f"Trong đất nước mô phỏng này, {towns} dân số sống ở thành thị vào {end}, và trung bình mỗi năm sau {eve} có "
            f"{moves} chuyển chỗ ở.",
        )
    )
    if run.terms.own:
        made.sure.append(
            w.t(
                "Levels of a simulation: not to be compared with statistics.",
                "Đây là mức tuyệt đối của một mô phỏng: không so với thống kê.",
            )
        )
        return
    made.sure.append(
        w.t(
            "Levels are to be compared with statistics only in the section on fit.",
            "Đây là mức tuyệt đối: chỉ so với thống kê ở phần đối chiếu số liệu.",
        )
    )

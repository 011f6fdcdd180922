"""What the page shows of the options of a sweep by criteria, for one language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from dicu.world.viet_nam import NAME
from dicu_analysis.effects import FEWEST, Effect
from dicu_analysis.language import Text, Words
from dicu_analysis.report import saying
from dicu_analysis.report.comparison import POINTS, Comparison
from dicu_analysis.report.criteria import CRITERIA, GROUPS, LEVELS, Options, Regret, Standing

STANDINGS: Final[dict[Standing, Text]] = {
    "best": Text("best", "tốt nhất"),
    "worst": Text("worst", "kém nhất"),
    "highest": Text("highest", "cao nhất"),
    "lowest": Text("lowest", "thấp nhất"),
}
GOOD: Final = {
    "more": Text("more is better", "càng cao càng tốt"),
    "less": Text("less is better", "càng thấp càng tốt"),
}


def options(w: Words, comparison: Comparison, names: dict[str, str]) -> dict[str, Any] | None:
    """What the template shows; None where there is no baseline to subtract.

    Parameters
    ----------
    names : dict of str
        What each scenario is called on the page.
    """
    found = Options(comparison)
    if not any(found.effects.values()):
        return None
    return {
        "tables": [t for g in GROUPS if (t := _table(w, found, *g, names))],
        "marks": _marks(w, found),
        "regrets": [t for g in GROUPS if (t := _regret_table(w, found, *g, names))],
        "members": found.members,
        # the ensemble was fitted to the country of the package
        "ensemble": (comparison.sweep.manifest.get("config") or {}).get("world", {}).get("name", NAME)
        == NAME,
        "replicates": w.num(int(comparison.sweep.manifest["replications"])),
    }


def _marks(w: Words, found: Options) -> str:
    """What best and worst rest on, or why nothing is marked."""
    if len(found.labels) < 2:
        return w.t(
            "There is one option only, so none is called best or worst.",
            "Chỉ có một phương án nên không phương án nào được gọi là tốt nhất hay kém nhất.",
        )
    if max(e.n for row in found.effects.values() for e in row.values()) < FEWEST:
        return w.t(
            f"Too few replicates to call an option best or worst: that needs {FEWEST} or more.",
            f"Quá ít lần lặp để gọi phương án nào là tốt nhất hay kém nhất: cần từ {FEWEST} lần lặp trở lên.",
        )
    return w.t(
        "An option is called best or worst among the options shown only where the 95% interval of its paired difference "
        "from each other option leaves out 0 and their numbers differ in the decimals shown. Best does not "
        "mean better than the scenario compared with: that is in the number. Where the good direction is a matter of "
        "opinion, highest and lowest are marked instead.",
        "Một phương án chỉ được gọi là tốt nhất hay kém nhất trong các phương án được nêu khi khoảng tin cậy 95% của chênh "
        "lệch theo cặp với từng phương án khác không chứa 0 và hai con số được ghi khác nhau. "
        "Tốt nhất không có nghĩa là tốt hơn kịch bản đối chứng: điều đó xem ở con số. Khi hướng nào tốt là vấn đề quan "
        "điểm, bảng chỉ ghi cao nhất và thấp nhất.",
    )


def _heads(w: Words, criteria: Sequence[str], *, regret: bool = False) -> list[dict[str, str]]:
    made = []
    for c in criteria:
        o = CRITERIA[c]
        level = c in LEVELS and not regret
        unit = "%" if level and o.unit == POINTS else w.say(o.unit)
        notes = [] if o.better is None else [w.say(GOOD[o.better])]
        if level:
            notes.append(w.t("as it is, not a difference", "giá trị tuyệt đối, không phải chênh lệch"))
        made.append({"name": w.say(o.name), "unit": unit, "note": "; ".join(notes)})
    return made


def _table(
    w: Words, found: Options, key: str, caption: Text, criteria: Sequence[str], names: dict[str, str]
) -> dict[str, Any] | None:
    shown = [c for c in criteria if any(c in row for row in found.effects.values())]
    if not shown:
        return None
    return {
        "key": key,
        "caption": w.say(caption),
        "heads": _heads(w, shown),
        "rows": [
            (names[o], [_cell(w, found, o, c, row[c]) if c in row else None for c in shown])
            for o, row in found.effects.items()
        ],
    }


def _cell(w: Words, found: Options, option: str, criterion: str, e: Effect) -> dict[str, Any]:
    digits, sign = CRITERIA[criterion].digits, criterion not in LEVELS
    seen = round(e.mean, digits) != 0
    standing = found.standing(option, criterion)
    return {
        "key": f"{option}.{criterion}",
        "value": saying.value(w, e, digits, sign=sign),
        "interval": saying.interval(w, e, digits, sign=sign),
        "sure": sign and seen and e.sign in ("up", "down"),
        "standing": standing or "",
        "said": "" if standing is None else w.say(STANDINGS[standing]),
    }


def _regret_table(
    w: Words, found: Options, key: str, caption: Text, criteria: Sequence[str], names: dict[str, str]
) -> dict[str, Any] | None:
    shown = [c for c in criteria if any(c in row for row in found.regrets.values())]
    if not shown:
        return None
    return {
        "key": key,
        "caption": w.say(caption),
        "heads": _heads(w, shown, regret=True),
        "rows": [
            (names[s], [_regret(w, s, c, row[c]) if c in row else None for c in shown])
            for s, row in found.regrets.items()
        ],
    }


def _regret(w: Words, scenario: str, criterion: str, r: Regret) -> dict[str, str]:
    digits, key = CRITERIA[criterion].digits, f"regret:{scenario}.{criterion}"
    largest = w.num(r.largest, digits, key=f"{key}|largest|1")
    best, sets = w.num(r.best, key=f"{key}|best|1"), w.num(r.sets, key=f"{key}|sets|1")
    return {
        "mean": w.num(r.mean, digits, key=f"{key}|mean|1"),
        "largest": w.t(f"largest {largest}", f"lớn nhất {largest}"),
        "best": w.t(f"best in {best} of {sets}", f"tốt nhất ở {best} trên {sets}"),
    }


__all__ = ["options"]

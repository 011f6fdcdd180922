"""What the page shows of a sweep, for one language."""

from __future__ import annotations

from typing import Any, Final

from dicu_analysis.effects import FEWEST, Effect
from dicu_analysis.language import MINUS, Words
from dicu_analysis.load import REAL
from dicu_analysis.report import charts, country, fit, saying
from dicu_analysis.report.comparison import NAMES, POINTS, Comparison, Dependence
from dicu_analysis.report.criteria_contents import options
from dicu_analysis.sweep import Sweep

MOST_SCENARIOS: Final = 6
"""Scenarios whose differences are told one by one on the first screen."""
STRONG: Final = 0.5
"""Rank correlation from which a dependence is marked."""


def scenario_name(w: Words, sweep: Sweep, label: str) -> str:
    """A scenario by its policy where the sweep sets one, with its label where that says more."""
    name = sweep.reform_of(label)
    if name is None:
        return label
    text = name.label(w)
    return text if label == name.policy else f"{label} ({text})"


def contents(w: Words, comparison: Comparison) -> dict[str, Any]:
    """Everything that the template asks for."""
    sweep = comparison.sweep
    m = sweep.manifest
    failed = m.get("failed", {})
    return {
        "name": sweep.name,
        "world": _world(w, sweep),
        "few": saying.few(w, replicates(comparison), pairs=False),
        "interval_head": saying.interval_head(w, replicates(comparison)),
        "years": saying.between(w, *(str(y) for y in comparison.years_of_moves)).removeprefix("từ "),
        "runs": w.num(int(m["runs"])),
        "finished": w.num(int(m["finished"])),
        "distinct": w.num(int(m["distinct"])),
        "complete": bool(m["complete"]),
        "failed": [(k, str(v)) for k, v in failed.items()],
        "replications": int(m["replications"]),
        "scenarios": [scenario_name(w, sweep, s) for s in sweep.scenarios if s],
        "baseline": None if sweep.baseline is None else scenario_name(w, sweep, sweep.baseline),
        "varied": sweep.free,
        "period": w.period(sweep.period),
        "sentences": _sentences(w, comparison),
        "options": options(w, comparison, {s: scenario_name(w, sweep, s) for s in sweep.scenarios}),
        "effects": [_effects(w, comparison, s) for s in comparison.effects],
        "levels": _levels(w, comparison),
        "dependences": _dependences(w, comparison),
        "provenance": _provenance(w, sweep),
    }


def name_of(w: Words, outcome: str) -> str:
    """An outcome in words."""
    return w.say(NAMES[outcome].name)


def unit_of(w: Words, outcome: str) -> str:
    """Its unit in words."""
    return w.say(NAMES[outcome].unit)


def _sentences(w: Words, comparison: Comparison) -> list[dict[str, Any]]:
    """The outcomes that a scenario changes for certain, and those that it does not, scenario by scenario."""
    made: list[dict[str, Any]] = []
    for scenario, effects in list(comparison.effects.items())[:MOST_SCENARIOS]:
        sure, few, unsure = [], [], []
        for outcome, e in effects.items():
            digits = NAMES[outcome].digits
            said = f"{name_of(w, outcome)}: {saying.value(w, e, digits)} {unit_of(w, outcome)}"
            if e.sign in ("up", "down"):
                sure.append(f"{said} ({saying.interval(w, e, digits)})")
            elif e.sign == "unknown":
                few.append(said)
            else:
                unsure.append(name_of(w, outcome))
        rest = []
        if few:
            words = w.t("Too few replicates to say more: ", "Quá ít lần lặp để kết luận: ")
            rest.append(f"{words}{'; '.join(few)}.")
        if unsure:
            words = w.t("Not told from chance: ", "Không phân biệt được với ngẫu nhiên: ")
            rest.append(f"{words}{'; '.join(unsure)}.")
        made.append({"label": scenario_name(w, comparison.sweep, scenario), "sure": sure, "rest": rest})
    return made


def replicates(comparison: Comparison) -> int:
    """Replicates that the differences (or levels) with the fewest of them rest on."""
    found = [e.n for each in (comparison.effects or comparison.levels).values() for e in each.values()]
    return min(found, default=int(comparison.sweep.manifest["replications"]))


def level_unit(w: Words, outcome: str) -> str:
    """Unit of a level: a share is in percent, and only the difference of two shares in percentage points."""
    return "%" if NAMES[outcome].unit == POINTS else unit_of(w, outcome)


def _rows(w: Words, effects: dict[str, Effect], *, sign: bool) -> list[tuple[str, str, str, str, str]]:
    return [
        (
            name_of(w, k),
            unit_of(w, k) if sign else level_unit(w, k),
            saying.value(w, e, NAMES[k].digits, sign=sign),
            saying.interval(w, e, NAMES[k].digits, sign=sign),
            w.num(e.n),
        )
        for k, e in effects.items()
    ]


def _world(w: Words, sweep: Sweep) -> tuple[str, str] | None:
    """What must be known of worlds that are not Viet Nam."""
    if sweep.terms.own:
        short, full = fit.own_world(w, sweep.terms)
        said = country.said(w, sweep.terms)
        return short, f"{full} {said['borrowed']}".strip() if said is not None else full
    places = sweep.config.get("world", {}).get("places")
    others = [name for name in sweep.worlds if name != REAL or places is not None]
    return fit.other_world(w, others[0], places) if others else None


def _effects(w: Words, comparison: Comparison, scenario: str) -> dict[str, Any]:
    sweep = comparison.sweep
    effects = comparison.effects[scenario]
    access = [(name_of(w, k).split(", ", 1), k, e) for k, e in effects.items() if "administration." in k]
    label = scenario_name(w, sweep, scenario)
    drawings = []
    if access:
        points = [(_short(w, k), e) for _, k, e in access]
        drawings.append(
            charts.effects(
                w,
                w.t(
                    f"Difference in access, {w.period(sweep.period)}, index",
                    f"Chênh lệch mức tiếp cận, {w.period(sweep.period)}, điểm chỉ số",
                ),
                points,
                digits=2,
                unit=w.t("difference of the index", "chênh lệch điểm chỉ số"),
                note=_note(w, comparison),
            )
        )
    moves = [(name_of(w, k), effects[k]) for k in ("rural_to_urban", "urban_to_rural") if k in effects]
    if moves:
        drawings.append(
            charts.effects(
                w,
                w.t(
                    "Difference in moves, per 1,000 residents a year",
                    "Chênh lệch di chuyển, trên 1.000 dân mỗi năm",
                ),
                moves,
                digits=2,
                unit=w.t("per 1,000 residents a year", "trên 1.000 dân mỗi năm"),
                note=_note(w, comparison),
            )
        )
    return {"label": label, "drawings": drawings, "rows": _rows(w, effects, sign=True)}


def _short(w: Words, outcome: str) -> str:
    """A service and terrain as a chart has room for."""
    from dicu_analysis.language import TERRAINS

    service, terrain = outcome.split(".")
    office = service == "commune_administration"
    what = (
        w.t("commune office", "trụ sở xã")
        if office
        else w.t("district business", "thủ tục trước đây do cấp huyện giải quyết")
    )
    return f"{what}, {w.of(TERRAINS, terrain)}"


def _note(w: Words, comparison: Comparison) -> str:
    note = w.t("Paired within replicates", "Ghép cặp trong từng lần lặp")
    if replicates(comparison) < FEWEST:
        note += w.t(
            "; hollow points: too few for an interval.", "; chấm rỗng: quá ít để tính khoảng tin cậy."
        )
    else:
        note += w.t(
            "; bars: 95% t interval over replicates.", "; thanh ngang: khoảng tin cậy t 95% qua các lần lặp."
        )
    if comparison.sweep.free:
        note += " " + w.t("Mean over the varied values.", "Trung bình qua các giá trị được thay đổi.")
    return note


def _levels(w: Words, comparison: Comparison) -> list[tuple[str, list[tuple[str, str, str, str, str]]]]:
    sweep = comparison.sweep
    return [
        (scenario_name(w, sweep, s) if s else sweep.name, _rows(w, levels, sign=False))
        for s, levels in comparison.levels.items()
    ]


def _dependences(w: Words, comparison: Comparison) -> list[dict[str, Any]]:
    """A table a scenario (or one for the levels): outcomes down, varied keys across."""
    sweep = comparison.sweep
    made = []
    shown: list[str | None] = [*comparison.effects]
    for scenario in shown or [None]:
        found = comparison.dependences(scenario)
        if not found:
            continue
        paths = list(dict.fromkeys(d.path for d in found))
        outcomes = list(dict.fromkeys(d.outcome for d in found))
        at = {(d.path, d.outcome): d for d in found}
        made.append(
            {
                "label": None if scenario is None else scenario_name(w, sweep, scenario),
                "paths": [
                    [(path, _varied(w, sweep, path)) for path in next(g for g in sweep.tied if g[0] == p)]
                    for p in paths
                ],
                "tied": [path for g in sweep.tied if not sweep.aligned(g) for path in g],
                "rows": [
                    (name_of(w, o), unit_of(w, o), [_told(w, at[p, o]) for p in paths]) for o in outcomes
                ],
                "ranks": any(d.rank is not None for d in found),
                "ends": any(d.change is not None for d in found),
                "points": w.num(max(d.points for d in found)),
            }
        )
    return made


def _varied(w: Words, sweep: Sweep, path: str) -> str:
    """The values between which a key was varied."""
    values = sweep.runs[path].dropna()
    return saying.between(w, _value(w, float(values.min())), _value(w, float(values.max())))


def _value(w: Words, value: float) -> str:
    text = f"{value:g}".replace("-", MINUS)
    return w.signs(text)


def _told(w: Words, d: Dependence) -> dict[str, Any]:
    if d.rank is not None:
        return {
            "text": w.num(d.rank, 2, sign=True, key=f"{d.key}|rank|1"),
            "strong": abs(d.rank) >= STRONG,
            "small": "",
        }
    if d.change is None:
        return {"text": w.t("unknown", "không rõ"), "strong": False, "small": ""}
    digits = NAMES[d.outcome].digits
    return {
        "text": saying.value(w, d.change, digits),
        "strong": d.change.sign in ("up", "down"),
        "small": saying.interval(w, d.change, digits),
    }


def _provenance(w: Words, sweep: Sweep) -> list[tuple[str, str]]:
    m = sweep.manifest
    git = m.get("git") or {}
    dirty = w.t(" with uncommitted changes", " có thay đổi chưa lưu") if git.get("dirty") else ""
    return [
        (w.t("sweep", "nhóm kịch bản mô phỏng"), sweep.name),
        (w.t("runs finished, planned", "số lần mô phỏng xong, dự định"), f"{m['finished']}, {m['distinct']}"),
        (w.t("first seed", "hạt giống ngẫu nhiên (seed) đầu tiên"), str(m["seed"])),
        (w.t("keys varied", "tham số thay đổi"), ", ".join(sweep.varied) or "-"),
        (w.t("model version", "phiên bản mô hình"), f"{m['model_version']}, commit {git.get('sha')}{dirty}"),
        (
            w.t("Python, packages", "Python, gói"),
            ", ".join(f"{k} {v}" for k, v in m.get("versions", {}).items()),
        ),
        (w.t("machine", "máy"), ", ".join(str(v) for v in m.get("machine", {}).values())),
        (w.t("command", "lệnh"), " ".join(str(a) for a in m.get("argv", []))),
        (w.t("SHA-256 of the plan", "SHA-256 của kế hoạch"), str(m["plan_sha256"])),
        *((f"SHA-256: {k}", str(v)) for k, v in m.get("inputs_sha256", {}).items()),
        *((f"SHA-256: {k}", str(v["sha256"])) for k, v in m.get("outputs", {}).items()),
    ]

"""Pages of the experiments, read from the `experiment.json` that each wrote; what it does not state is not shown."""

from __future__ import annotations

import base64
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from analysis.report.language import Words

FILE: Final = "experiment.json"
NEEDED: Final = ("id", "question", "effect", "unit")
LARGEST_FIGURE: Final = 400_000
"""Bytes of a figure that is still put into the page."""
VERDICTS: Final = {
    "effect": ("an effect", "có tác động"),
    "equivalent": ("no effect that matters", "không có tác động đáng kể"),
    "negligible": ("no effect that matters", "không có tác động đáng kể"),
    "inconclusive": ("not decided", "chưa kết luận được"),
    "undecided": ("not decided", "chưa kết luận được"),
}


class BadExperiment(ValueError):
    """An `experiment.json` that cannot be read; the message names the file and what is wrong."""


@dataclass(frozen=True)
class Experiment:
    """One experiment as its file states it."""

    path: Path
    stated: dict[str, Any]

    @property
    def key(self) -> str:
        """H1, H2, ..."""
        return str(self.stated["id"]).upper()


def find(folders: list[Path]) -> list[Experiment]:
    """Experiments in the folders given and one or two levels below them, by identity; the newest file of each.

    Raises
    ------
    BadExperiment
        When a file is not readable or lacks what every experiment states.
    """
    found: dict[str, Experiment] = {}
    for folder in folders:
        paths = [p for pattern in (FILE, f"*/{FILE}", f"*/*/{FILE}") for p in folder.glob(pattern)]
        for path in sorted(paths, key=lambda p: p.stat().st_mtime):
            if not any(part.startswith(".tmp-") for part in path.parts):
                read = _read(path)
                found[read.key] = read
    return [found[k] for k in sorted(found)]


def _read(path: Path) -> Experiment:
    try:
        stated = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadExperiment(f"{path}: cannot be read ({error})") from error
    missing = [k for k in NEEDED if not isinstance(stated, dict) or k not in stated]
    if missing:
        raise BadExperiment(f"{path}: lacks {', '.join(missing)}, which every experiment states")
    return Experiment(path, stated)


def text(w: Words, value: Any) -> str:
    """A stated text, in the language asked for where it is given in both."""
    if isinstance(value, dict) and {"en", "vi"} & value.keys():
        return str(value.get(w.code, value.get("en", "")))
    if isinstance(value, list):
        return "; ".join(text(w, v) for v in value)
    if isinstance(value, dict):
        return "; ".join(f"{_plain(k)}: {text(w, v)}" for k, v in value.items())
    if isinstance(value, bool):
        return w.t("yes", "có") if value else w.t("no", "không")
    if isinstance(value, int | float):
        return number(w, float(value))
    return "" if value is None else str(value)


def _plain(key: Any) -> str:
    return str(key).replace("_", " ")


def number(w: Words, value: float, *, sign: bool = False) -> str:
    """An effect with three figures."""
    if not math.isfinite(value):
        return w.num(value)
    if value == 0:
        return "0"
    return w.num(value, max(0, 2 - math.floor(math.log10(abs(value)))), sign=sign)


def page(w: Words, experiment: Experiment) -> dict[str, Any]:
    """What the template shows of an experiment: plain words, a table of statements, its figures."""
    s = experiment.stated
    lines: list[tuple[str, str]] = []

    def line(en: str, vi: str, value: str) -> None:
        if value:
            lines.append((w.t(en, vi), value))

    unit = text(w, s["unit"])
    effect, bounds = s.get("effect"), s.get("interval")
    if isinstance(effect, int | float):
        line("effect", "tác động", f"{number(w, float(effect), sign=True)} {unit}")
    else:
        line("effect", "tác động", text(w, effect))
    if isinstance(bounds, list) and len(bounds) == 2 and all(isinstance(b, int | float) for b in bounds):
        low, high = (number(w, float(b), sign=True) for b in bounds)
        line("95% interval", "khoảng tin cậy 95%", f"{low} {w.t('to', 'đến')} {high} {unit}")
    if isinstance(s.get("mc_error"), int | float):
        line("Monte Carlo error", "sai số Monte Carlo", number(w, float(s["mc_error"])))
    if isinstance(s.get("sesoi"), int | float):
        line(
            "smallest effect of interest",
            "tác động nhỏ nhất đáng quan tâm",
            f"{number(w, float(s['sesoi']))} {unit}",
        )
    for name, en, vi in (
        ("p", "p value", "trị số p"),
        ("p_holm", "p value, Holm over the experiments", "trị số p, hiệu chỉnh Holm"),
    ):
        if isinstance(s.get(name), int | float):
            line(en, vi, _p(w, float(s[name])))
    line("replicates", "số lần lặp", text(w, s.get("replicates")))
    for name, en, vi in (
        ("estimand", "what is estimated", "đại lượng ước lượng"), ("design", "design", "thiết kế"),
        ("arms", "arms", "các kịch bản"), ("held_fixed", "held fixed", "giữ cố định"),
        ("second_opinion", "second opinion by standard estimators", "đối chiếu bằng các ước lượng chuẩn"),
        ("controls", "controls", "kiểm chứng"),
    ):  # fmt: skip
        line(en, vi, text(w, s.get(name)))
    verdict = s.get("verdict")
    return {
        "id": experiment.key,
        "question": text(w, s["question"]),
        "words": text(w, s.get("plain_words", "")),
        "verdict": w.of(VERDICTS, verdict) if isinstance(verdict, str) else text(w, verdict),
        "lines": lines,
        "figures": [f for f in (_figure(w, experiment, name) for name in _names(s.get("figures"))) if f],
        "from": str(experiment.path),
    }


def _p(w: Words, p: float) -> str:
    return w.t("below 0.001", "dưới 0,001") if p < 0.001 else w.num(p, 3)


def _names(figures: Any) -> list[tuple[str, Any]]:
    """File names of figures with what they show."""
    if isinstance(figures, dict):
        return [(str(k), v) for k, v in figures.items()]
    made: list[tuple[str, Any]] = []
    for f in figures if isinstance(figures, list) else []:
        if isinstance(f, dict):
            made.append((str(f.get("file", f.get("path", ""))), f.get("caption", f.get("alt", ""))))
        else:
            made.append((str(f), ""))
    return made


def _figure(w: Words, experiment: Experiment, named: tuple[str, Any]) -> dict[str, str] | None:
    """A figure as a data address, so that its identities cannot meet those of the page; None if too large or absent."""
    name, caption = named
    path = experiment.path.parent / name
    if not path.suffix:
        path = path.with_suffix(".svg")
    kinds = {".svg": "image/svg+xml", ".png": "image/png"}
    if path.suffix not in kinds or not path.is_file():
        return None
    data = path.read_bytes()
    if len(data) > LARGEST_FIGURE:
        return None
    label = text(w, caption) or w.t(
        f"Figure of experiment {experiment.key}: {re.sub('[_-]', ' ', path.stem)}",
        f"Hình của thí nghiệm {experiment.key}: {re.sub('[_-]', ' ', path.stem)}",
    )
    return {"src": f"data:{kinds[path.suffix]};base64,{base64.b64encode(data).decode('ascii')}", "alt": label}

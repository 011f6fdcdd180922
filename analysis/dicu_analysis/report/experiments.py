"""Pages of the experiments, read from the `experiment.json` that each wrote; what it does not state is not shown."""

from __future__ import annotations

import base64
import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dicu.record.reading import inside
from dicu_analysis.effects import VERDICT_WORDS
from dicu_analysis.experiments import stored
from dicu_analysis.experiments.page import CAPTIONS, figures_in
from dicu_analysis.experiments.page_parts import CONTROLS, arm_name
from dicu_analysis.experiments.pictures import FOLDER, folder_of
from dicu_analysis.experiments.result import (
    FILE,
    Cell,
    Control,
    Estimate,
    Figure,
    Group,
    Number,
    Opinion,
    Part,
    Result,
    Table,
    read_result,
)
from dicu_analysis.language import VIETNAMESE, Words
from dicu_analysis.report.drawings import png_size, svg_size
from dicu_analysis.report.saying import between

LARGEST_FIGURES: Final = 1_400_000
"""Bytes that all figures of experiments may add to the page; those beyond are named, not shown."""
LARGEST_CAPTIONS: Final = 200_000
LONGEST_CAPTION: Final = 2_000
MOST_PIXELS: Final = 10_000_000
COLOURS: Final = 256


class BadExperiment(ValueError):
    """An `experiment.json` that cannot be read; the message names the file and what is wrong."""


@dataclass(frozen=True)
class Picture:
    """A figure as the style sheet holds it, in the language that it is drawn in."""

    key: str
    src: str
    wide: float
    high: float
    title: str
    alt: str
    of: int
    lang: str = "en"


@dataclass(frozen=True)
class Experiment:
    """One experiment with its figures.

    Attributes
    ----------
    path : Path
        Its file.
    result : Result
        What it states.
    pictures : tuple of Picture
    in_vietnamese : tuple of Picture
        The same figures where they were drawn in Vietnamese and have room, else those in English.
    """

    path: Path
    result: Result
    pictures: tuple[Picture, ...]
    in_vietnamese: tuple[Picture, ...] = ()

    def shown(self, w: Words) -> tuple[Picture, ...]:
        """The figures for a reader of a language."""
        return self.in_vietnamese if w.vi else self.pictures

    def left_out(self, w: Words) -> list[str]:
        """Figures that are missing, too large, or no pictures of this folder."""
        there = {picture.of for picture in self.shown(w)}
        return [figure.svg for k, figure in enumerate(self.result.figures) if k not in there]


@dataclass(frozen=True)
class Found:
    """Experiments by identity, and the files that could not be read, each with the reason."""

    experiments: tuple[Experiment, ...] = ()
    unreadable: tuple[str, ...] = ()
    folder: Path | None = None
    """Where they were looked for."""


def find(folder: Path, *, strict: bool = False) -> Found:
    """Experiments in a folder and one or two levels below it, by identity.

    Of several files of one experiment the whole one is taken rather than a quick one, then the newest. Those of
    another schema are named on the page; with ``strict``, for a folder that was asked for, they are an error.

    Raises
    ------
    BadExperiment
        With ``strict``, when a file cannot be read.
    """
    found: dict[str, tuple[tuple[bool, float], Path, Result]] = {}
    unreadable = []
    for path in (p for pattern in (FILE, f"*/{FILE}", f"*/*/{FILE}") for p in sorted(folder.glob(pattern))):
        if any(part.startswith(".tmp-") for part in path.parts):
            continue
        if any(p.is_symlink() for p in (path, *path.parents[: len(path.relative_to(folder).parts) - 1])):
            unreadable.append(f"{path}: not read (a symbolic link)")
            continue
        try:
            result = read_result(path)
        except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
            unreadable.append(f"{path}: cannot be read ({_short(error)})")
            continue
        rank = (not result.quick, path.stat().st_mtime)
        if result.id not in found or rank > found[result.id][0]:
            found[result.id] = (rank, path, result)
    if strict and unreadable:
        raise BadExperiment(unreadable[0])
    chosen = [found[k][1:] for k in sorted(found)]
    room = LARGEST_FIGURES
    english: list[dict[int, Picture]] = []
    for path, result in chosen:
        english.append({})
        for k, figure in enumerate(result.figures):
            picture = _picture(path.parent, f"{result.id}-{k}", figure, k)
            if picture is not None and len(picture.src) <= room:
                room -= len(picture.src)
                english[-1][k] = picture
    made: list[Experiment] = []
    for (path, result), pictures in zip(chosen, english, strict=True):
        translated = dict(pictures)
        for k, figure in _in_vietnamese(path.parent, result).items():
            picture = _picture(path.parent, f"{result.id}-{k}-vi", figure, k, "vi")
            if picture is not None and len(picture.src) <= room:
                room -= len(picture.src)
                translated[k] = picture
        own = tuple(translated[k] for k in sorted(translated))
        made.append(Experiment(path, result, tuple(pictures.values()), own))
    return Found(tuple(made), tuple(unreadable), folder)


def _in_vietnamese(folder: Path, result: Result) -> dict[int, Figure]:
    """Figures that ``dicu experiment --language vi`` drew, by the number of the English one, whose name they have below
    their own folder; none of a page made by hand or of a broken file.
    """
    below = folder_of(VIETNAMESE)
    try:
        file = inside(folder, f"{below}/{CAPTIONS}")
        drawn = figures_in(folder, VIETNAMESE) if file.stat().st_size <= LARGEST_CAPTIONS else []
        drawn = [f for f in drawn if len((f.title + f.alt).encode()) <= LONGEST_CAPTION]
    except (OSError, ValueError, TypeError, RecursionError):
        return {}
    names = {f.svg or f.png: f for f in drawn}
    made = {}
    for k, figure in enumerate(result.figures):
        rest = (figure.svg or figure.png).removeprefix(f"{FOLDER}/")
        if rest and f"{below}/{rest}" in names:
            made[k] = names[f"{below}/{rest}"]
    return made


def _short(error: Exception) -> str:
    """The first lines of an error; pydantic's name every field."""
    return " ".join(str(error).split())[:400]


def _picture(folder: Path, key: str, figure: Figure, of: int, lang: str = "en") -> Picture | None:
    """The smaller of both files as a data address, with the proportions that it has; None when neither is there."""
    best: tuple[int, str, bytes, tuple[float, float]] | None = None
    for name, kind, size_of in (
        (figure.svg, "image/svg+xml", svg_size),
        (figure.png, "image/png", png_size),
    ):
        try:
            path = inside(folder, name) if name else None
            if path is None or not path.is_file() or path.stat().st_size > LARGEST_FIGURES:
                continue
            data = path.read_bytes()
        except (OSError, ValueError):  # out of the folder, over a symbolic link, no name of a file
            continue
        size = size_of(data)
        if size is not None and kind == "image/png":
            data = _fewer_colours(data, size)
        if size is not None and (best is None or len(data) < best[0]):
            best = (len(data), kind, data, size)
    if best is None:
        return None
    _, kind, data, (wide, high) = best
    src = f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
    return Picture(f"figure-{key}", src, wide, high, figure.title, figure.alt, of, lang)


def _fewer_colours(data: bytes, size: tuple[float, float]) -> bytes:
    """A PNG in as few bytes as `COLOURS` colours take, which is all that a drawing has; as it is where that is no less."""
    from PIL import Image, UnidentifiedImageError

    if size[0] * size[1] > MOST_PIXELS:
        return data
    made = io.BytesIO()
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            opaque = image.mode == "RGB" or (
                image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255)
            )
            if not opaque or "transparency" in image.info:
                return data  # what shines through, or has finer greys, is left as it is
            few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(made, format="PNG", optimize=True)
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError):
        return data
    return min(data, made.getvalue(), key=len)


def number(w: Words, value: Number, *, sign: bool = False, like: Number = None) -> str:
    """A number to three figures, or with the decimals of ``like``."""
    if value is None:
        return w.t("unknown", "không rõ")
    import math

    size = abs(like if like else value)
    if not size:
        return "0"
    return w.num(value, min(6, max(0, 2 - math.floor(math.log10(size)))), sign=sign)


def _p(w: Words, p: Number) -> str:
    if p is None:
        return w.t("unknown", "không rõ")
    return w.t("below 0.001", "dưới 0,001") if p < 0.001 else w.num(p, 3)


def _interval(w: Words, bounds: tuple[Number, Number], like: Number) -> str:
    if bounds[0] is None or bounds[1] is None:
        return w.t("none", "không có")
    low, high = (number(w, bound, sign=True, like=like) for bound in bounds)
    return between(w, low, high)


def _estimates(w: Words, estimates: Sequence[Estimate]) -> list[dict[str, str]]:
    """Rows of a table: each by what it says, and where several say the same by its name besides."""
    times = Counter(e.text for e in estimates)
    return [
        {
            "name": _row_name(w, e, alone=times[e.text] == 1),
            "effect": number(w, e.effect, sign=True),
            "unit": stored.said(w, e.unit),
            "interval": _interval(w, e.interval, e.effect),
            "note": stored.note(w, e.note),
        }
        for e in estimates
    ]


def _row_name(w: Words, e: Estimate, *, alone: bool) -> str:
    """What an estimate says; its name before that where it is not alone in saying it."""
    name, text = stored.said(w, e.name), stored.said(w, e.text)
    return name if not text else text if alone else f"{name}: {text}"


def _opinion(w: Words, o: Opinion) -> dict[str, str]:
    covers = {True: w.t("yes", "có"), False: w.t("no", "không"), None: w.t("unknown", "không rõ")}[o.covers]
    return {
        "name": stored.said(w, o.estimator),
        "data": stored.said(w, o.data),
        "estimate": number(w, o.estimate, sign=True),
        "truth": number(w, o.truth, sign=True, like=o.estimate),
        "error": number(w, o.error, sign=True, like=o.estimate),
        "covers": covers,
        "unit": stored.said(w, o.unit),
        "note": stored.said(w, o.note),
    }


def _control(w: Words, c: Control) -> dict[str, Any]:
    bounds = ""
    if c.low is not None and c.high is not None:
        bounds = between(w, number(w, c.low), number(w, c.high))
    return {
        "kind": w.of(CONTROLS, c.kind),
        "text": stored.said(w, c.text),
        "tests": w.num(c.tests),
        "world": stored.said(w, c.world),
        "found": "" if c.found is None else number(w, c.found),
        "bounds": bounds,
        "passed": c.passed,
        "verdict": w.t("passed", "đạt") if c.passed else w.t("FAILED", "KHÔNG ĐẠT"),
    }


def _group(w: Words, g: Group) -> dict[str, str]:
    return {
        "by": stored.said(w, g.by),
        "group": stored.said(w, g.group),
        "kind": w.t("total", "tổng") if g.kind == "total" else w.t("direct", "trực tiếp"),
        "only": number(w, g.only_treated),
        "instead": number(w, g.only_untreated),
        "net": number(w, g.net, sign=True),
        "error": number(w, g.mc_error),
    }


def _cell(w: Words, cell: Cell) -> str:
    if cell.error is None:
        return number(w, cell.value)
    return f"{number(w, cell.value, sign=True)} ± {number(w, cell.error, like=cell.value)}"


def _sizes(w: Words, name: str) -> str:
    """A name of a row or column; one that is a number, as the language writes it."""
    if w.vi:
        return stored.said(w, name)
    return w.signs(name) if re.fullmatch(r"[+−-]?\d+\.\d+", name) else name


def _table(w: Words, table: Table) -> dict[str, Any]:
    return {
        "title": w.say(table.title),
        "heads": [w.say(table.corner), *(_sizes(w, name) for name in table.columns)],
        "rows": [(_sizes(w, row.name), *(_cell(w, cell) for cell in row.cells)) for row in table.rows],
        "note": w.say(table.note),
    }


def _part(w: Words, part: Part) -> dict[str, Any]:
    return {
        "title": w.say(part.title),
        "words": w.say(part.words),
        "tables": [_table(w, table) for table in part.tables],
        "estimates": _estimates(w, part.estimates),
    }


def page(w: Words, experiment: Experiment) -> dict[str, Any]:
    """What the template shows of an experiment."""
    r = experiment.result
    return {
        "id": r.id.upper(),
        "question": stored.said(w, r.question),
        "words": stored.policies(w, r.plain_words.vi) if w.vi else r.plain_words.en,
        "verdict": w.of(VERDICT_WORDS, r.verdict),
        "effect": f"{number(w, r.effect, sign=True)} {stored.said(w, r.unit)}",
        "interval": _interval(w, r.interval, r.effect),
        "error": number(w, r.mc_error),
        "sesoi": number(w, r.sesoi),
        "unit": stored.said(w, r.unit),
        "p": _p(w, r.p),
        "p_holm": _p(w, r.p_holm),
        "family": len(r.holm_family),
        "replicates": w.num(r.replicates),
        "needed": None if r.power.needed is None else w.num(r.power.needed),
        "promised": w.pct(100 * r.power.promised),
        "reached": None if r.power.reached is None else w.pct(100 * r.power.reached),
        "decides": w.num(r.power.as_found) if r.verdict == "undecided" and r.power.as_found else None,
        "short": r.power.needed is not None and r.replicates < r.power.needed,
        "quick": r.quick,
        "weight": w.num(r.weight),
        "world": stored.world(w, r.world),
        "period": stored.period(w, r.period),
        "version": r.model_version,
        "estimand": stored.said(w, r.estimand),
        "design": stored.said(w, r.design),
        "arms": [(a.text or arm_name(w, r.id, a).replace("`", ""), _outcome(w, a.outcome)) for a in r.arms],
        "parts": [_part(w, part) for part in r.parts],
        "mechanism": _estimates(w, r.mechanism),
        "secondary": _estimates(w, r.secondary),
        "opinions": [_opinion(w, o) for o in r.second_opinion],
        "controls": [_control(w, c) for c in r.controls],
        "failed": [stored.said(w, c.text) for c in r.controls if not c.passed],
        "groups": [_group(w, g) for g in r.groups],
        "held": [stored.said(w, text) for text in r.held_fixed],
        "caveats": [stored.said(w, text) for text in r.caveats],
        "pictures": experiment.shown(w),
        "left_out": experiment.left_out(w),
        "from": json.dumps(str(experiment.path))[1:-1],
    }


def _outcome(w: Words, outcome: Number) -> str:
    return "" if outcome is None else number(w, outcome)


def sheet(experiments: tuple[Experiment, ...], languages: Sequence[str]) -> str:
    """Style rules that hold the figures which a page in these languages shows, each once."""
    readers = [Words(code) for code in languages]
    return "\n".join(
        f'.{p.key} {{ aspect-ratio: {p.wide:g} / {p.high:g}; background-image: url("{p.src}"); }}'
        for e in experiments
        for p in dict.fromkeys(p for w in readers for p in e.shown(w))
    )

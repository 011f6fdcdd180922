"""The file: both languages, every page, the script and what it reads, in one document that opens no address."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from dicu.scenario.languages import name_of
from dicu_analysis.language import Words
from dicu_analysis.report import page as report_page
from dicu_analysis.report import svg, sweep_contents
from dicu_analysis.report.comparison import Comparison
from dicu_analysis.report.contents import contents
from dicu_analysis.report.experiments import Found, sheet
from dicu_analysis.terms import GUARD
from dicu_analysis.view.compare import compared
from dicu_analysis.view.emulators import emulators
from dicu_analysis.view.options import Options
from dicu_analysis.view.payload import payload
from dicu_analysis.view.plot import figure_item, scripts

TEMPLATES: Final = Path(__file__).parent / "templates"
PARTS: Final = (
    "core.js",
    "values.js",
    "search.js",
    "map.js",
    "place.js",
    "tables.js",
    "sliders.js",
    "start.js",
)
"""The script, in the order in which it is read."""
LARGEST: Final = 6_000_000
"""Bytes that a view may have."""
PAGES: Final = ("answer", "compare", "map", "place", "who", "money", "assumptions", "data")


def render(
    options: Options,
    found: Found,
    *,
    language: str | None = None,
    report: str | None = None,
    tell: Callable[[str], None] | None = None,
) -> str:
    """The whole file as HTML.

    Parameters
    ----------
    options : Options
    found : Found
        Experiments that the report of the same runs would show.
    language : str, optional
        Language shown until the reader switches; that of the country by default.
    report : str, optional
        Address of the report, relative to the view.

    Raises
    ------
    dicu_analysis.report.page.TooLarge
        When the file exceeds `LARGEST`.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([TEMPLATES, report_page.TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    svg.restart()
    arms = options.first
    terms = arms.run.terms
    comparison = None if options.sweep is None else Comparison(options.sweep)
    codes = report_page.languages(terms)
    if language is not None and language not in codes:
        raise report_page.NoSuchLanguage(
            f"--language: not a language of this view (got {language!r}, allowed {', '.join(codes)})"
        )
    words: dict[str, Words] = {code: Words(code, None, terms) for code in codes}
    sliders = emulators(options, words)
    bodies: dict[str, dict[str, str]] = {}
    for code, w in words.items():
        if tell is not None:
            tell(name_of(code))
        made = _contents(w, options, found, comparison, sliders is not None)
        bodies[code] = {
            page: environment.get_template(f"view_{page}.html.j2").render(
                w=w, t=w.t, c=code, report=report, **made
            )
            for page in PAGES
        }
    if tell is not None:
        tell("areas and values of communes")
    told = payload(arms, words) | {"emulators": sliders}
    html = environment.get_template("view.html.j2").render(
        bodies=bodies,
        pages=PAGES,
        words=words,
        language=language or codes[0],
        names={code: name_of(code) for code in codes},
        report=report,
        style=(report_page.TEMPLATES / "style.css").read_text(encoding="utf-8")
        + sheet(found.experiments, codes)
        + (TEMPLATES / "view.css").read_text(encoding="utf-8")
        + "".join(f"html:not([lang={code}]) .in-{code} {{ display: none; }}\n" for code in codes),
        payload=_in_script(told),
        item=_in_script(figure_item()),
        bokeh=scripts(),
        script="\n".join((TEMPLATES / part).read_text(encoding="utf-8") for part in PARTS),
    )
    html = html.replace(GUARD, "")
    size = len(html.encode("utf-8"))
    if size > LARGEST:
        raise report_page.TooLarge(
            f"the view has {size:,} bytes, more than the {LARGEST:,} that one may have"
        )
    return html


def _contents(
    w: Words, options: Options, found: Found, comparison: Comparison | None, emulated: bool
) -> dict[str, Any]:
    """What the templates of the pages ask for, those of the report included."""
    arms = options.first
    made = contents(w, arms, found, None)
    return made | {
        "rows": compared(w, options) if arms.pairs else [],
        "options": [_name(w, options, k) for k in range(len(options.arms))],
        "sweep": None if comparison is None else sweep_contents.contents(w, comparison),
        "point": options.point or {},
        "emulated": emulated,
    }


def _name(w: Words, options: Options, k: int) -> str:
    label = options.labels[k]
    if options.sweep is not None:
        return sweep_contents.scenario_name(w, options.sweep, label)
    return options.arms[k].names(w)[0]


def _in_script(value: Any) -> str:
    """JSON that can stand in a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")

"""The page: both languages from one set of templates, one file, no address that a browser would open."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Final

from dicu_analysis.language import CLOSE, LANGUAGES, MIDDLE, OPEN, Code, Mark, Words
from dicu_analysis.report import svg
from dicu_analysis.report.arms import Arms
from dicu_analysis.report.comparison import Comparison
from dicu_analysis.report.contents import contents
from dicu_analysis.report.experiments import Found, sheet
from dicu_analysis.terms import DECLARED, GUARD, Terms

TEMPLATES: Final = Path(__file__).parent / "templates"
LARGEST: Final = 3_000_000
"""Bytes that a report may have."""


_TAG: Final = re.compile(r"<[^>]*>")
_MARK: Final = re.compile(f"{OPEN}(\\d+){MIDDLE}([^{CLOSE}]*){CLOSE}")


class TooLarge(ValueError):
    """The page would be larger than a report may be."""


def marked(body: str, marks: list[Mark]) -> str:
    """A body whose marks became ``<data value="..." data-key="...">`` around their numbers; in attributes plain text."""
    body = _TAG.sub(lambda tag: _MARK.sub(r"\2", tag[0]), body)

    def data(found: re.Match[str]) -> str:
        mark = marks[int(found[1])]
        return f'<data value="{mark.value!r}" data-key="{escape(mark.key)}">{found[2]}</data>'

    return _MARK.sub(data, body)


def first_language(terms: Terms) -> Code:
    """The language in which a page opens: the first of the country's that pages have."""
    if not terms.own:
        return "vi"
    return next((code for code in terms.languages if code in LANGUAGES), "en")


def render(
    arms: Arms | None,
    found: Found,
    comparison: Comparison | None = None,
    *,
    language: Code | None = None,
    view: str | None = None,
    tell: Callable[[str], None] | None = None,
) -> str:
    """The whole page as HTML.

    Parameters
    ----------
    arms : Arms or None
        A run with its twin and replicates; None in a report on a sweep.
    found : Found
        Experiments.
    comparison : Comparison or None
        The scenarios of a sweep.
    language : {"vi", "en"}, optional
        Language shown until the reader switches; that of the country by default.
    view : str, optional
        Address of a view of the same runs.

    Raises
    ------
    TooLarge
        When the page exceeds `LARGEST`.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    svg.restart()
    terms = DECLARED if comparison is None else comparison.sweep.terms
    terms = terms if arms is None else arms.run.terms
    bodies = []
    for code in LANGUAGES:
        if tell is not None:
            tell({"vi": "Vietnamese", "en": "English"}[code])
        w = Words(code, [], terms)
        template = environment.get_template("body.html.j2")
        body = template.render(w=w, t=w.t, view=view, **contents(w, arms, found, comparison))
        bodies.append((code, marked(body, w.marks or [])))
    html = environment.get_template("page.html.j2").render(
        bodies=bodies,
        language=language or first_language(terms),
        style=(TEMPLATES / "style.css").read_text(encoding="utf-8") + sheet(found.experiments),
    )
    html = html.replace(GUARD, "")
    size = len(html.encode("utf-8"))
    if size > LARGEST:
        raise TooLarge(f"the page has {size:,} bytes, more than the {LARGEST:,} that a report may have")
    return html

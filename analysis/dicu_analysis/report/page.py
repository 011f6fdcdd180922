"""The page: all its languages from one set of templates, one file, no address that a browser would open."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Final

from dicu.scenario.languages import name_of
from dicu_analysis.language import CLOSE, LANGUAGES, MIDDLE, OPEN, Mark, Words
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


class NoSuchLanguage(ValueError):
    """A page is asked to open in a language that it does not have."""


class TooLarge(ValueError):
    """The page would be larger than a report may be."""


def marked(body: str, marks: list[Mark]) -> str:
    """A body whose marks became ``<data value="..." data-key="...">`` around their numbers; in attributes plain text."""
    body = _TAG.sub(lambda tag: _MARK.sub(r"\2", tag[0]), body)

    def data(found: re.Match[str]) -> str:
        mark = marks[int(found[1])]
        return f'<data value="{mark.value!r}" data-key="{escape(mark.key)}">{found[2]}</data>'

    return _MARK.sub(data, body)


def languages(terms: Terms) -> tuple[str, ...]:
    """Languages of a page, that in which it opens first: those that the country names."""
    return (terms.languages or ("en",)) if terms.own else LANGUAGES


def _choice(codes: tuple[str, ...]) -> str:
    """The rules by which one body is shown at a time, and the label of its language stands out."""
    checked = ", ".join(f"#choose-{c}:checked ~ .switch label[for=choose-{c}]" for c in codes)
    focused = checked.replace(":checked", ":focus-visible")
    hidden = ", ".join(
        f"body:has(#choose-{c}:checked) .in-{other}" for c in codes for other in codes if c != other
    )
    return (
        f"\n{checked} {{ color: var(--deep); background: #fff; font-weight: 600; }}"
        f"\n{focused} {{ outline: 3px solid #ffbf47; outline-offset: 2px; }}"
        + (f"\n{hidden} {{ display: none; }}" if hidden else "")
    )


def render(
    arms: Arms | None,
    found: Found,
    comparison: Comparison | None = None,
    *,
    language: str | None = None,
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
    language : str, optional
        Code of the language shown until the reader switches, one of `languages`; the first of them by default.
    view : str, optional
        Address of a view of the same runs.

    Raises
    ------
    NoSuchLanguage
        When the page does not have that language.
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
    codes = languages(terms)
    if language is not None and language not in codes:
        raise NoSuchLanguage(
            f"--language: not a language of this page (got {language!r}, allowed {', '.join(codes)})"
        )
    bodies = []
    for code in codes:
        if tell is not None:
            tell(name_of(code))
        w = Words(code, [], terms)
        template = environment.get_template("body.html.j2")
        body = template.render(w=w, t=w.t, view=view, **contents(w, arms, found, comparison))
        bodies.append((code, marked(body, w.marks or []), name_of(code)))
    html = environment.get_template("page.html.j2").render(
        bodies=bodies,
        title=" / ".join(Words(code).t("simulation report", "báo cáo mô phỏng") for code in codes),
        language=language or codes[0],
        style=(TEMPLATES / "style.css").read_text(encoding="utf-8")
        + _choice(codes)
        + sheet(found.experiments, codes),
    )
    html = html.replace(GUARD, "")
    size = len(html.encode("utf-8"))
    if size > LARGEST:
        raise TooLarge(f"the page has {size:,} bytes, more than the {LARGEST:,} that a report may have")
    return html

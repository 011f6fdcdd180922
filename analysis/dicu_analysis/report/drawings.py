"""Which drawings may enter a page: those that draw and do nothing else."""

from __future__ import annotations

import re
import struct
from typing import Any, Final
from xml.parsers import expat

MOST_PIXELS: Final = 100_000
_SVG: Final = "http://www.w3.org/2000/svg "
_METADATA: Final = (
    "http://www.w3.org/1999/02/22-rdf-syntax-ns# ",
    "http://creativecommons.org/ns# ",
    "http://purl.org/dc/elements/1.1/ ",
)
"""Namespaces of what matplotlib says of a drawing; they draw nothing."""
_DRAWS: Final = frozenset(
    [
        "svg",
        "g",
        "defs",
        "path",
        "use",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "title",
        "desc",
        "metadata",
        "style",
        "clipPath",
        "mask",
        "pattern",
        "linearGradient",
        "radialGradient",
        "stop",
        "symbol",
        "image",
        "marker",
        "filter",
        "feColorMatrix",
    ]
)
_RASTER: Final = ("data:image/png", "data:image/jpeg")


class _Refused(ValueError):
    """The drawing does more than draw, or asks for something outside itself."""


def _refuse(*_: Any) -> None:
    raise _Refused


def _check_css(text: str) -> None:
    """Refuse escapes, rules, scripts, and addresses other than of a part of the drawing."""
    plain = text.lower()
    addresses = re.findall(r"url\(\s*['\"]?\s*(.?)", plain)
    if "\\" in plain or "@" in plain or "javascript:" in plain or any(first != "#" for first in addresses):
        raise _Refused


def png_size(data: bytes) -> tuple[float, float] | None:
    """Width and height of a PNG by its first bytes; None for anything else."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n") or data[12:16] != b"IHDR" or len(data) < 33:
        return None
    wide, high = struct.unpack(">II", data[16:24])
    return (float(wide), float(high)) if 0 < wide < MOST_PIXELS and 0 < high < MOST_PIXELS else None


def svg_size(data: bytes) -> tuple[float, float] | None:
    """Width and height of an SVG of known elements; None for anything else.

    Without entities, processing instructions, scripts, foreign elements, event handlers, and references to anything outside
    the file, whatever the encoding: told by the parser, not by searching bytes. A document type without entities, as
    matplotlib writes it, is of no effect, since nothing outside is read.
    """
    found: list[tuple[float, float]] = []
    styles = [0]
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.startswith(_METADATA):
            return
        plain = name.removeprefix(_SVG)
        if not name.startswith(_SVG) or plain not in _DRAWS or (not found and plain != "svg"):
            raise _Refused
        styles[0] += plain == "style"
        for key, value in attributes.items():
            local = key.rpartition(" ")[2].lower()
            if local.startswith("on") or (local in ("href", "src") and not value.startswith(("#", *_RASTER))):
                raise _Refused
            if local not in ("href", "src"):
                _check_css(value)
        if not found:
            box = attributes.get("viewBox", "").replace(",", " ").split()
            found.append((float(box[2]), float(box[3])))

    def end(name: str) -> None:
        styles[0] -= name == f"{_SVG}style"

    def text(content: str) -> None:
        if styles[0]:
            _check_css(content)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.buffer_text = True
    parser.EntityDeclHandler = parser.ProcessingInstructionHandler = _refuse
    try:
        parser.Parse(data, True)
        wide, high = found[0]
    except (expat.ExpatError, ValueError, IndexError, LookupError, RecursionError):
        return None
    return (wide, high) if 0 < wide < MOST_PIXELS and 0 < high < MOST_PIXELS else None

"""The text of a report as a reader sees it, each piece with where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "input", "img", "br", "path", "use", "rect", "col", "link", "hr"}


@dataclass
class Piece:
    """A run of text: its elements from the outermost, the section, table and row, and the mark around it."""

    text: str
    tags: tuple[str, ...]
    section: str
    caption: str
    row: str
    column: int
    mark: dict[str, str] | None


@dataclass
class Cells:
    """One table: caption, heads and rows as plain text; whether it belongs to a drawing."""

    caption: str
    drawn: bool
    rows: list[list[str]] = field(default_factory=list)


class Page(HTMLParser):
    """Pieces and tables of one language of a page."""

    def __init__(self, html: str, code: str) -> None:
        super().__init__()
        self.pieces: list[Piece] = []
        self.tables: list[Cells] = []
        self.stack: list[tuple[str, dict[str, str]]] = []
        self.section = "answer"
        self.in_caption = False
        begin = html.index(f'<div class="body in-{code}"')
        end = html.find('<div class="body in-', begin + 1)
        self.feed(html[begin : end if end > 0 else None])

    def handle_starttag(self, tag, attrs) -> None:
        given = {k: v or "" for k, v in attrs}
        if tag in VOID:
            return
        self.stack.append((tag, given))
        if tag == "h2" and "id" in given:
            self.section = given["id"].rsplit("-", 1)[0]
        if tag == "table":
            self.tables.append(Cells("", any(t == "details" for t, _ in self.stack)))
        if tag == "tr":
            self.tables[-1].rows.append([])
        if tag in ("td", "th") and self.tables:
            self.tables[-1].rows[-1].append("")

    def handle_startendtag(self, tag, attrs) -> None:
        pass

    def handle_endtag(self, tag) -> None:
        if tag not in VOID and self.stack:  # the page itself is closed after the last body
            self.stack.pop()

    def handle_data(self, text) -> None:
        tags = tuple(t for t, _ in self.stack)
        if "svg" in tags or "style" in tags or not text.strip():
            return
        inside = "table" in tags and bool(self.tables)
        table = self.tables[-1] if inside else None
        if table is not None:
            if "caption" in tags:
                table.caption += text
            elif ("td" in tags or "th" in tags) and table.rows:
                table.rows[-1][-1] += text
        mark = next((a for t, a in reversed(self.stack) if t == "data"), None)
        row = table.rows[-1] if table is not None and table.rows else [""]
        self.pieces.append(
            Piece(text, tags, self.section, table.caption if table else "", row[0], len(row) - 1, mark)
        )

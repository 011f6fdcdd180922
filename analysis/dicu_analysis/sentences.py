"""Every sentence that a page can say, read from the source: what a table of another language has to translate.

Sentences are written as pairs, English and Vietnamese, where they are said. What is filled in is told by its number:
``f"{w.num(n)} of {name}"`` is the sentence ``{1} of {2}``, whose translation may turn them round.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

from dicu.scenario import vocabulary

HERE: Final = Path(__file__).parent
NOT_SAID: Final = ("experiments", "estimators", "work", "figures", "measure_spread.py")
"""Rooms and modules whose texts stand in no page of another country: experiments are Viet Nam's, and figures of runs
are drawn in English and Vietnamese alone (`dicu figures --language`), so that no other table has to translate them.
What experiments store in English alone is `of_experiments`."""
PAGES: Final = ("report", "view")
"""Rooms with templates of pages."""
_VIETNAMESE: Final = re.compile(
    "[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE
)
_WORD: Final = re.compile(r"[^\W\d_]")
_WORDS: Final = re.compile(r"[A-Za-z]{2,}[,:)]? \(?[A-Za-z]{2,}")


def _template(node: ast.expr) -> list[str]:
    """The sentences that an expression can be, what is filled in as ``{}``; [] where it is no sentence."""
    if isinstance(node, ast.Constant):
        return [node.value.replace("{", "{{").replace("}", "}}")] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        parts = [_template(v)[0] if isinstance(v, ast.Constant) else "{}" for v in node.values]
        return ["".join(parts)]
    if isinstance(node, ast.IfExp):
        return _template(node.body) + _template(node.orelse)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _template(node.left) or ["{}"], _template(node.right) or ["{}"]
        return [a + b for a in left for b in right]
    return []


def numbered(template: str) -> str:
    """``{}`` becomes ``{1}``, ``{2}``, ... in turn."""
    parts = template.split("{}")
    return parts[0] + "".join(f"{{{n}}}{part}" for n, part in enumerate(parts[1:], start=1))


def _pairs(tree: ast.Module) -> Iterator[ast.expr]:
    """English halves: of calls and sequences that hold an English and a Vietnamese text side by side."""
    for node in ast.walk(tree):
        row: list[ast.expr] = []
        if isinstance(node, ast.Call):
            row = node.args
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("t", "Text") and len(row) == 2:
                yield row[0]
        elif isinstance(node, ast.Tuple | ast.List):
            row = node.elts
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if node.targets[0].id in ("en", "english"):
                yield node.value
            if isinstance(node.value, ast.Tuple) and isinstance(node.targets[0], ast.Tuple):
                row = node.value.elts
        for first, second in pairwise(row):
            said = "".join(_template(second))
            if _VIETNAMESE.search(said) and not _VIETNAMESE.search("".join(_template(first))):
                yield first


def _of_templates() -> Iterator[str]:
    """What the pages themselves say."""
    from jinja2 import Environment, nodes

    for path in sorted(path for room in PAGES for path in (HERE / room / "templates").glob("*.j2")):
        if path.name in ("experiments.html.j2",):
            continue
        tree = Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            row = [a.value if isinstance(a, nodes.Const) else None for a in call.args]
            for first, second in pairwise(row):
                if (
                    isinstance(first, str)
                    and isinstance(second, str)
                    and (_VIETNAMESE.search(second) or getattr(call.node, "name", "") == "t")
                ):
                    yield first.replace("{", "{{").replace("}", "}}")


def english() -> list[str]:
    """Every sentence in English, sorted, each once."""
    found = set(_of_templates())
    for path in sorted(HERE.rglob("*.py")):
        if path.relative_to(HERE).parts[0] in NOT_SAID or path.name == "experiments.py":
            continue
        for node in _pairs(ast.parse(path.read_text(encoding="utf-8"))):
            found |= set(_template(node))
    for words in vars(vocabulary).values():
        if isinstance(words, dict):
            found |= {w.en for w in words.values() if isinstance(w, vocabulary.Word)}
    return sorted(numbered(text) for text in found if _WORD.search(text.replace("{}", "")))


class _Stored(ast.NodeVisitor):
    """Texts of a module that stand in English alone: not in a pair, an error, a docstring, or the name of a key."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_Constant(self, node: ast.Constant) -> None:
        """A text."""
        self.found |= set(_template(node))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """A text into which something is filled."""
        self.found |= set(_template(node))

    def visit_Expr(self, node: ast.Expr) -> None:
        """A docstring, or what is done."""
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """A pair is said in both languages, and what is told while it works is in English alone."""
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in ("t", "Text", "tell", "Field", "compile"):
            self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        """An error."""

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """A type, a column or a key."""

    def visit_Compare(self, node: ast.Compare) -> None:
        """A key."""

    def visit_Assign(self, node: ast.Assign) -> None:
        """The English half of a pair, by its name."""
        name = node.targets[0].id if isinstance(node.targets[0], ast.Name) else ""
        if name not in ("en", "vi") and not name.endswith(("_en", "_vi")):
            self.generic_visit(node)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        """Not an English and a Vietnamese text side by side."""
        if not any(_VIETNAMESE.search("".join(_template(each))) for each in node.elts):
            self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        """Keys are no texts."""
        for value in node.values:
            self.visit(value)


def of_experiments() -> list[str]:
    """Every text of two words or more that experiments store in English alone: what their Vietnamese has to have."""
    found: set[str] = set()
    for path in sorted((HERE / "experiments").rglob("*.py")):
        reader = _Stored()
        reader.visit(ast.parse(path.read_text(encoding="utf-8")))
        found |= reader.found
    return sorted(numbered(text) for text in found if _WORDS.search(text) and not _VIETNAMESE.search(text))

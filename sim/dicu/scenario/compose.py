"""YAML 1.2 text to nodes within bounds: whatever the library raises is a message with line and column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import Node

MOST_BYTES: Final = 256 * 1024
"""Of one file. A whole scenario with all its comments has 25 kB; reading takes a second for 50 kB of short values."""
MOST_VALUES: Final = 20_000
"""Keys and values of one file."""
MOST_DEPTH: Final = 20
"""Of values in each other; a sweep needs five."""
_VERSION: Final = re.compile(r"%YAML\s+1\.2\s*(#.*)?")
_UNPRINTABLE: Final = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What YAML does not allow in a file, and the byte order mark anywhere but at its beginning."""


@dataclass(frozen=True)
class SyntaxProblem(Exception):
    """What keeps a text from being YAML 1.2; line and column count from 1."""

    line: int
    column: int
    text: str


class _Bounded(Composer):
    """Stops at too many values or too deep ones, and says where the library failed on a text."""

    values = 0

    def get_single_node(self) -> Any:
        self.warn_double_anchors = False  # anchors are refused later, each at its place
        try:
            return super().get_single_node()
        except MarkedYAMLError as error:
            if error.problem_mark is not None or error.context_mark is not None:
                raise
            raise self._here(", ".join(part for part in (error.context, error.problem) if part)) from error
        except (MemoryError, KeyboardInterrupt):
            raise
        except Exception as error:  # ruamel.yaml lets chr(), asserts and look-ups of its own out
            raise self._here(f"not readable ({str(error) or type(error).__name__})") from error

    def compose_node(self, parent: Any, index: Any) -> Any:
        self.values += 1
        if self.values > MOST_VALUES:
            raise self._next(f"too many keys and values (allowed {MOST_VALUES:,} in a file)")
        if self.depth >= MOST_DEPTH:
            raise self._next(f"nested too deeply (allowed {MOST_DEPTH} levels)")
        return super().compose_node(parent, index)

    def _next(self, problem: str) -> MarkedYAMLError:
        return MarkedYAMLError(problem=problem, problem_mark=self.parser.peek_event().start_mark)

    def _here(self, problem: str) -> MarkedYAMLError:
        return MarkedYAMLError(problem=problem, problem_mark=self.loader.reader.get_mark())


def compose(text: str) -> Node | None:
    """The node of one YAML 1.2 document, None for an empty one.

    Raises
    ------
    SyntaxProblem
        Whatever is wrong with the text, with its place; nothing else is raised.
    """
    if len(text) > MOST_BYTES:
        raise SyntaxProblem(1, 1, f"too large (got {len(text):,} signs, allowed {MOST_BYTES:,})")
    if bad := _UNPRINTABLE.search(text):
        line, column = text.count("\n", 0, bad.start()) + 1, bad.start() - text.rfind("\n", 0, bad.start())
        raise SyntaxProblem(line, column, f"YAML syntax: character U+{ord(bad[0]):04X} is not allowed")
    for number, line_text in enumerate(text.split("\n"), start=1):
        told = line_text.strip()
        if told and told[0] not in "#%":
            break  # directives stand before the document
        if line_text.startswith("%YAML") and not _VERSION.fullmatch(told):
            raise SyntaxProblem(number, 1, f"only YAML 1.2 is read (got {told[:40]})")
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _Bounded
    try:
        node: Node | None = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = ", ".join(part for part in (error.context, error.problem) if part)
        raise SyntaxProblem(mark.line + 1, mark.column + 1, f"YAML syntax: {problem}") from error
    return node

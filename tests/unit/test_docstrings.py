"""Public docstrings say what ruff's D1 cannot see: the shape of every array, and that an error is raised.

Rooms that hold kernels are left out: their arrays stand in named tuples, whose fields have shapes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("sim/dicu", "analysis/dicu_analysis")
LEFT_OUT = ("sim/dicu/population/", "sim/dicu/commit/", "sim/dicu/behaviour/")
SHAPE = re.compile(r"\((?:\w[\w ]*(?:[,+-] *)?)+\)|\b1-D\b|[Ss]hape|by name|[Ss]ee `|^`\w")
"""(P,), (n, 2 T), (3 scopes, 2 sexes, ages); or whose docstring says it."""

Found = tuple[str, ast.FunctionDef, str]


def functions(tree: ast.Module) -> Iterator[Found]:
    """Public functions and methods: name, node, docstring together with that of the class."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, node, ast.get_docstring(node) or ""
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            about = ast.get_docstring(node) or ""
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                    doc = ast.get_docstring(method) or ""
                    yield f"{node.name}.{method.name}", method, f"{doc}\n{about}" if doc else ""


def of_arrays(node: ast.FunctionDef) -> bool:
    """Whether a function takes or returns an array, not only within something else."""
    hints = [a.annotation for a in (*node.args.args, *node.args.kwonlyargs)] + [node.returns]
    return any(
        isinstance(hint, ast.Subscript) and isinstance(hint.value, ast.Name) and hint.value.id == "NDArray"
        for hint in hints
    )


def raised(node: ast.FunctionDef) -> set[str]:
    """Names of the errors that a function raises by itself."""
    found = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Raise) and isinstance(inner.exc, ast.Call):
            name = getattr(inner.exc.func, "id", "")
            if name[:1].isupper():
                found.add(name)
    return found


def missing(source: str) -> Iterator[str]:
    """What docstrings of a module leave out."""
    for name, node, doc in functions(ast.parse(source)):
        if of_arrays(node) and not SHAPE.search(doc):
            yield f"{node.lineno}: {name}: arrays without a shape, such as (P,)"
        if raised(node) and "Raises\n" not in doc and "raise" not in doc.lower():
            unsaid = [error for error in raised(node) if error not in doc]
            if unsaid:
                yield f"{node.lineno}: {name}: raises {', '.join(sorted(unsaid))} without saying so"


def test_docstrings_give_shapes_and_errors() -> None:
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(LEFT_OUT):
                found += [f"{name}:{text}" for text in missing(path.read_text(encoding="utf-8"))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('def f(x: NDArray[np.int64]) -> None:\n    """Of places."""', "arrays without a shape"),
        ('def f(x: NDArray[np.int64]) -> None:\n    """Of places (P,)."""', ""),
        ('def f(x: int) -> NDArray[np.int64]:\n    """Numbers."""', "arrays without a shape"),
        ('def f(x: int) -> NDArray[np.int64]:\n    """Numbers, (n, 2 T) int64."""', ""),
        ('def _f(x: int) -> NDArray[np.int64]:\n    """Numbers."""', ""),
        (
            'def f() -> None:\n    """Do."""\n    raise ValueError("no")',
            "raises ValueError without saying so",
        ),
        ('def f() -> None:\n    """Do; ValueError if not."""\n    raise ValueError("no")', ""),
        (
            'class A:\n    """A."""\n    def f(self) -> None:\n        """Do."""\n        raise B("no")',
            "raises B",
        ),
    ],
)
def test_what_is_left_out_is_found(source: str, told: str) -> None:
    said = list(missing(source))
    assert [told in text for text in said] == ([True] if told else [])

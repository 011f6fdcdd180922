"""Kernels take few arguments: columns and tables go in as named tuples, not one by one.

Pinned: no compiled function of the package has more than eight arguments, but for those listed here with a reason.
Positions of a long list of arrays are interchanged without an error, and whoever reads the call cannot tell.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from dicu.compute.kernel_cache import _COMPILES, ROOT

MOST = 8
MOST_LISTED = 10

WITH_MORE: dict[str, str] = {}
"""File and name of each kernel with more arguments, and why; the reason stands in a comment above the kernel too."""


def compiled(decorator: ast.expr) -> bool:
    """Whether a decorator compiles, whatever module it is taken from."""
    names = {part.id for part in ast.walk(decorator) if isinstance(part, ast.Name)}
    names |= {part.attr for part in ast.walk(decorator) if isinstance(part, ast.Attribute)}
    return bool(names & _COMPILES)


def arguments(source: str) -> Iterator[tuple[str, int, int]]:
    """Name, line and number of arguments of each compiled function, nested ones and methods included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and any(map(compiled, node.decorator_list)):
            a = node.args
            several = [part for part in (a.vararg, a.kwarg) if part is not None]
            yield node.name, node.lineno, len([*a.posonlyargs, *a.args, *a.kwonlyargs, *several])


def kernels() -> dict[str, int]:
    """Arguments of every kernel of the package, by file and name."""
    return {
        f"{path.relative_to(ROOT).as_posix()}:{name}": n
        for path in sorted(ROOT.rglob("*.py"))
        for name, _, n in arguments(path.read_text(encoding="utf-8"))
    }


def test_kernels_take_few_arguments() -> None:
    found = kernels()
    assert len(found) > 100, "the source is no longer read"
    more = {name: n for name, n in found.items() if n > MOST}
    assert set(more) == set(WITH_MORE), f"more than {MOST} arguments: {more}; listed: {sorted(WITH_MORE)}"
    assert len(WITH_MORE) <= MOST_LISTED
    assert all(len(reason) > len("because") for reason in WITH_MORE.values()), "each with its reason"


@pytest.mark.parametrize(
    "decorator",
    [
        "@njit",
        "@njit(cache=True)",
        "@numba.njit(cache=True, nogil=True)",
        '@njit(inline="always")',
        "@kernel",
    ],
)
@pytest.mark.parametrize(
    ("signature", "n"),
    [("a, b", 2), ("a, b, c, d, e, f, g, h, i", 9), ("a, b, /, c, *, d", 4), ("a, *rest", 2)],
)
def test_arguments_of_every_form_are_counted(decorator: str, signature: str, n: int) -> None:
    source = f"{decorator}\ndef f({signature}):\n    return a\n\n\ndef plain({'x, ' * 20}y):\n    return y\n"
    source = source.replace("x, " * 20, ", ".join(f"x{k}" for k in range(20)) + ", ")
    assert [(name, found) for name, _, found in arguments(source)] == [("f", n)]
    inside = "class C:\n" + "\n".join("    " + line for line in source.splitlines())
    assert [(name, found) for name, _, found in arguments(inside)] == [("f", n)]

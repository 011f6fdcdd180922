"""Where a compiled kernel of `sim` is kept: in a folder named by all the source it was compiled from.

A kernel contains the functions it calls and the constants it names, and those of theirs. So a file's kernels depend on
its own source and on that of every file from which a kernel of it, or a constant, takes a name, and so on. A change
anywhere in this closure makes another folder; kernels that do not see the changed file are found where they were.

numba loads this class by its name, see `dicu.compute.compiled`; files outside `sim` go to numba's own locators.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from numba import config

from dicu.compute.kernel_store import claim, seal, tell_once, unseal, write_whole

ROOT: Final = Path(__file__).parents[1]
KEPT: Final = 4
"""Versions kept of each file's kernels; older ones are removed."""
KEPT_TREES: Final = 16
"""Versions of all sources together whose checksums are kept."""

_COMPILES: Final = frozenset({"njit", "jit", "vectorize", "guvectorize", "stencil", "cfunc", "kernel"})
_IN_KERNELS: Final = frozenset({"NamedTuple", "Enum", "IntEnum", "IntFlag"})
"""Classes that kernels can be handed; they know no others."""


def _names(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id


def _is_kernel(node: ast.AST) -> bool:
    """Whether a definition has a decorator that compiles."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    return any(name in _COMPILES for decorator in node.decorator_list for name in _names(decorator))


class _File:
    """What one source file takes from others.

    Attributes
    ----------
    taken : dict
        Name here: (file, name there), of everything that is imported from within the package.
    seen : set
        Names that kernels and constants of the file use; all imports where that cannot be told.
    whole : bool
        A constant is computed by a call, so that plain functions count as well, here and in the files they are from.
    """

    def __init__(self, path: Path, root: Path) -> None:
        self.source = path.read_bytes()
        tree = ast.parse(self.source)
        self.taken: dict[str, tuple[Path, str]] = {}
        self.seen: set[str] = set()
        self.whole = False
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom | ast.Import):
                self._take(node, path, root)
        local = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        for node in tree.body:
            if isinstance(node, ast.ImportFrom | ast.Import):
                continue
            if _is_kernel(node):
                self.seen.update(_names(node))
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = [part for part in ast.walk(node) if part is not node]
                if any(_is_kernel(part) for part in inner) or _COMPILES & set(_names(node)):
                    self.whole = True  # a kernel within a function may take anything of it
                if isinstance(node, ast.ClassDef) and _IN_KERNELS & {
                    n for b in node.bases for n in _names(b)
                }:
                    fields = [part for part in node.body if isinstance(part, ast.AnnAssign | ast.Assign)]
                    self.seen.update(name for part in fields for name in _names(part))
            else:
                self.seen.update(_names(node))
                called = {n for c in ast.walk(node) if isinstance(c, ast.Call) for n in _names(c.func)}
                if called & (local | set(self.taken)) or called & _COMPILES:
                    self.whole = True

    def _take(self, node: ast.ImportFrom | ast.Import, path: Path, root: Path) -> None:
        package = root.name
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == package:
                    there = _module(alias.name.split(".")[1:], root)
                    if there is not None:
                        self.taken[alias.asname or package] = (there, "*")
                        self.whole = self.whole or alias.asname is None  # dicu.x.y: told apart by nobody
            return
        if node.level:
            above = path.parent
            for _ in range(node.level - 1):
                above = above.parent
            parts = [*above.relative_to(root).parts, *(node.module or "").split(".")]
        else:
            parts = (node.module or "").split(".")
            if parts[0] != package:
                return
            parts = parts[1:]
        parts = [part for part in parts if part]
        for alias in node.names:
            inner = _module([*parts, alias.name], root)
            there = inner if inner is not None else _module(parts, root)
            if there is not None:
                self.taken[alias.asname or alias.name] = (there, "*" if inner is not None else alias.name)


def _module(parts: list[str], root: Path) -> Path | None:
    path = root.joinpath(*parts)
    if parts and path.with_suffix(".py").is_file():
        return path.with_suffix(".py")
    return path / "__init__.py" if (path / "__init__.py").is_file() else None


@cache
def _read(path: Path, root: Path, stamp: tuple[int, int]) -> _File:
    return _File(path, root)


def _file(path: Path, root: Path) -> _File:
    state = path.stat()
    return _read(path, root, (state.st_mtime_ns, state.st_size))


def closure(path: Path, root: Path = ROOT) -> list[Path]:
    """Files whose source is compiled into the kernels of a file, itself included, in the order of their paths.

    Parameters
    ----------
    path : Path
        A file within ``root``.
    root : Path
        Folder of the package; its name is that of the package.
    """
    done: dict[Path, bool] = {}
    left: list[tuple[Path, bool]] = [(path, False)]
    while left:
        at, whole = left.pop()
        if at in done and done[at] >= whole:
            continue
        here = _file(at, root)
        whole = whole or here.whole
        done[at] = whole
        for name, (there, what) in here.taken.items():
            if whole or name in here.seen:
                left.append((there, whole))
                left.extend((further, whole) for further in _passed_on(there, what, root))
    return sorted(done)


def _passed_on(path: Path, name: str, root: Path) -> Iterator[Path]:
    """Files from which a module itself took a name that is taken from it; all of them when it is taken as a whole."""
    here, seen = path, {path}
    if name == "*":
        yield from (there for there, _ in _file(path, root).taken.values())
        return
    while name in _file(here, root).taken:
        here, name = _file(here, root).taken[name]
        yield here
        if here in seen or name == "*":
            return
        seen.add(here)


def closure_sha256(path: Path, root: Path = ROOT) -> str:
    """Checksum of the sources of `closure`, with their names."""
    digest = hashlib.sha256()
    for file in closure(path, root):
        digest.update(file.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(_file(file, root).source).digest())
    return digest.hexdigest()


@cache
def _checksums(base: Path) -> dict[str, str]:
    """`closure_sha256` of every file with kernels, by its name below `ROOT`; found out once a version of them all.

    Parsing the sources takes longer than all else that a process does to find its kernels. What is kept is named by the
    checksum of every source file, so it cannot outlive a change.
    """
    tree, with_kernels = hashlib.sha256(), []
    for path in sorted(ROOT.rglob("*.py")):
        name, source = path.relative_to(ROOT).as_posix(), path.read_bytes()
        tree.update(name.encode() + hashlib.sha256(source).digest())
        if any(word in source for word in (b"@njit", b"@kernel")):
            with_kernels.append((name, path))
    kept = base / "closures" / f"{tree.hexdigest()[:32]}.json"
    try:
        whole = unseal(kept.read_bytes())
        if whole is not None:
            os.utime(kept)
            found: dict[str, str] = json.loads(whole)
            return found
    except OSError:
        pass  # none yet, or not readable
    found = {name: closure_sha256(path) for name, path in with_kernels}
    with contextlib.suppress(OSError):  # nowhere to write: found out again by the next process
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, seal(json.dumps(found).encode()))
        _keep_newest(kept.parent, KEPT_TREES)
    return found


def _keep_newest(folder: Path, number: int) -> None:
    for old in sorted(folder.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True)[number:]:
        if old.is_dir():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.unlink(missing_ok=True)


@cache
def _folder(path: Path, base: Path) -> tuple[Path, str]:
    """Folder and checksum of a file's kernels; older versions beyond `KEPT` are removed."""
    sha = _checksums(base).get(path.relative_to(ROOT).as_posix()) or closure_sha256(path)
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    folder = base / name / sha[:20]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
        _keep_newest(folder.parent, KEPT)
    except OSError:
        pass  # removed by another process, or nowhere to write: then numba compiles in memory
    return folder, sha


class ClosureLocator:
    """Answers numba's questions about where to keep the compiled functions of one file of `sim`."""

    def __init__(self, py_func: Any, py_file: str) -> None:
        self._line = py_func.__code__.co_firstlineno
        self._path, self._sha = _folder(Path(py_file), Path(config.CACHE_DIR))  # type: ignore[attr-defined]
        claim(str(self._path))

    @classmethod
    def from_function(cls, py_func: Any, py_file: str) -> ClosureLocator | None:
        """A locator, or None for files outside the package, for which numba has its own."""
        return cls(py_func, py_file) if Path(py_file).is_relative_to(ROOT) else None

    def ensure_cache_path(self) -> None:
        """Make the folder; where that cannot be, kernels stay in memory, never in a cache that can go stale."""
        try:
            self._path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            tell_once(str(self._path), error.strerror or error)

    def get_cache_path(self) -> str:
        """The folder."""
        return str(self._path)

    def get_source_stamp(self) -> str:
        """What a compiled function must have been made from to be used."""
        return self._sha

    def get_disambiguator(self) -> str:
        """Line of the function, for those of one name."""
        return str(self._line)

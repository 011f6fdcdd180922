"""The documents say what the source says: parameters, numbered assumptions, links, commands."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from dicu_analysis.forecasts.frozen import read

ROOT = Path(__file__).parents[3]
MARKDOWN = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "sim/**/*.md")
    for path in ROOT.glob(pattern)
    if not path.name.startswith(".")
)
SOURCES = [
    path
    for room in ("sim", "analysis", "configs")
    for kind in ("*.py", "*.csv", "*.md", "*.yaml")
    for path in sorted((ROOT / room).rglob(kind))
]
ASSUMPTION = re.compile(r"\bassumptions?\s+A(\d+)\b", re.IGNORECASE)


def stated() -> dict[int, str]:
    """Numbered assumptions of docs/assumptions.md and what each says."""
    text = (ROOT / "docs/assumptions.md").read_text(encoding="utf-8")
    parts = re.split(r"^## A(\d+): .+$", text, flags=re.MULTILINE)[1:]
    assert len(parts) // 2 == len({int(n) for n in parts[::2]}), "a number stands twice"
    return {int(n): body.strip() for n, body in zip(parts[::2], parts[1::2], strict=True)}


def test_generated_documents_are_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("update", ROOT / "docs/update.py")
    assert spec is not None
    assert spec.loader is not None
    update = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(update)
    for path, text in update.documents().items():
        assert path.read_text(encoding="utf-8") == text, f"{path}: old; run `uv run python docs/update.py`"


def test_every_numbered_assumption_is_explained_and_used() -> None:
    used: dict[int, str] = {}
    for path in SOURCES:
        for number in ASSUMPTION.findall(path.read_text(encoding="utf-8")):
            used.setdefault(int(number), str(path.relative_to(ROOT)))
    assert used, "no assumption found: the pattern is wrong"
    dangling = {f"A{n}": where for n, where in used.items() if n not in stated()}
    assert not dangling, f"not in docs/assumptions.md: {dangling}"
    unused = sorted(set(stated()) - set(used))
    assert not unused, f"in docs/assumptions.md, and nothing in the source rests on them: {unused}"
    assert all(len(body) > 80 for body in stated().values()), "an assumption without a paragraph"


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (path.parent / target.split("#")[0]).exists(), f"{path}: no such file: {target}"


def test_decisions_are_numbered_once_and_listed() -> None:
    folder = ROOT / "docs/decisions"
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert len({name[:4] for name in records}) == len(records)
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert [name for name in records if f"({name})" not in index] == []


def test_forecasts_are_unchanged_and_their_seals_are_published() -> None:
    page = (ROOT / "docs/forecasts.md").read_text(encoding="utf-8")
    folders = sorted(path.parent for path in (ROOT / "docs/forecasts").glob("*/forecast.json"))
    rows = [line for line in page.splitlines() if line.startswith("| [")]
    assert len(rows) == len(folders), "docs/forecasts.md has one line a forecast"
    for folder, row in zip(folders, rows, strict=True):
        frozen = read(folder)
        assert f"({folder.relative_to(ROOT / 'docs').as_posix()}/README.md)" in row
        assert frozen.seal in row
        assert frozen.told["made"] in row


def test_the_readme_gives_the_two_commands_of_ci() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    ci = (ROOT / ".ci/run").read_text(encoding="utf-8")
    for command in (
        "pip install uv && uv run dicu run configs/scenarios/actual.yaml",
        "pip install uv && uv run pytest",
    ):
        assert readme.count(command) == 1, f"README.md must give {command!r} on a line of its own"
    assert "TEST_COMMAND='pip install uv && uv run pytest'" in ci

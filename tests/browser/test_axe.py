"""Accessibility of both reports by the rules of axe-core: no violation, in both languages, at both widths."""

from __future__ import annotations

import importlib.resources
import json
from pathlib import Path
from typing import Any

import pytest

DESK, PHONE = 1280, 390
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def violations(page: Any, path: Path, width: int, code: str) -> list[str]:
    """What axe-core finds on a page in one language: rule, element, and what to mend."""
    page.open(path.as_uri(), width)
    page.click(f"label[for=choose-{code}]")
    page.ask((importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text() + "; 1")
    options = json.dumps({"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]})
    answer = page.send(
        "Runtime.evaluate",
        expression=f"axe.run(document, {options}).then(r => JSON.stringify(r))",
        awaitPromise=True,
        returnByValue=True,
    )
    assert "exceptionDetails" not in answer, answer
    found = json.loads(answer["result"]["value"])
    assert found["testEngine"]["name"] == "axe-core"
    return [
        f"{rule['id']}: {node['html'][:160]}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("code", ["vi", "en"])
@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("which", ["report", "sweep"])
def test_axe_finds_nothing(page, report, sweep, which: str, width: int, code: str) -> None:
    assert violations(page, {"report": report, "sweep": sweep}[which], width, code) == []


def test_axe_does_find_what_is_wrong(page, tmp_path: Path) -> None:
    """Else an axe that ran on nothing would pass."""
    bad = tmp_path / "bad.html"
    bad.write_text(
        '<html><body><input class="choice" type="radio"><label for=choose-vi>x</label><img src="data:,"></body></html>'
    )
    page.open(bad.as_uri(), DESK)
    found = violations(page, bad, DESK, "vi")
    assert any(text.startswith("image-alt") for text in found)
    assert any(text.startswith("html-has-lang") for text in found)

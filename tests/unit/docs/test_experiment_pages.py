"""Pages of the experiments as they stand in docs: nothing that follows a folded block is folded away with it."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.mark.parametrize("page", sorted(Path("docs/experiments").glob("h?.md")), ids=lambda p: p.stem)
def test_a_page_of_an_experiment_folds_away_no_more_than_it_says(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.count("<details>") == text.count("</details>") > 0
    assert "## Controls: the test, tested" in text

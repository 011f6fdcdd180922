from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dicu_analysis.figures import style
from dicu_analysis.language import ENGLISH, VIETNAMESE
from dicu_analysis.load import Run

ENGLISH_WORDS = re.compile(
    r"\b(?:the|of|and|are|is|with|without|from|for|people|persons|year|month|quarter|reform|moves|urban|rural|share|"
    r"percent|start|Simulated|Mean|Official|unknown|thousand|million|trillion|districts?|communes?|provinces?)\b",
    re.IGNORECASE,
)
SAYS_NOTHING = re.compile(r"[^\W\d_]{2,}")
"""A word: what has none (numbers, signs, "m\u00b2") is the same in every language."""
DECIMAL_POINT = re.compile(r"(?<![\w./])\d+\.\d{1,2}(?![\d.])")


@pytest.fixture(scope="session")
def synthetic() -> ModuleType:
    """The maker of made-up run folders, tests/unit/record/synthetic.py."""
    path = Path(__file__).parents[1] / "record" / "synthetic.py"
    spec = importlib.util.spec_from_file_location("synthetic_runs", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["synthetic_runs"] = module
    spec.loader.exec_module(module)
    return module


def said(figure: Any, run: Run) -> list[str]:
    """Every text of a figure of a run, in the order in which they stand in it, ticks of the axes among them."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    with style.styled():
        fig = style.finish(figure.draw(run), run.words)
        FigureCanvasAgg(fig).draw()  # ticks are written then
        texts = [t.get_text() for t in fig.findobj(Text)]
    return [" ".join(t.replace("\u00a0", " ").split()) for t in texts if t.strip()]


@pytest.fixture(scope="session")
def vietnamese() -> Callable[[Any, Run], str]:
    """Draw a figure in both languages: all of the Vietnamese one as one text, which holds no English and no points."""

    def both(figure: Any, run: Run) -> str:
        english = set(said(figure, run))
        run.words = VIETNAMESE
        try:
            texts = said(figure, run)
        finally:
            run.words = ENGLISH
        names = {str(name) for name in run.world_units["name"]} | set(run.world_places["region"].astype(str))
        name = re.compile("|".join(re.escape(n) for n in sorted(names, key=len, reverse=True)))
        folder = f"{run.manifest['name']}/{run.manifest['run_id']}"
        for text in texts:
            bare = name.sub("", text.replace(folder, ""))
            for file in ("data/seed_spread.csv", "config.yaml", "(seed)"):
                bare = bare.replace(file, "")
            assert not ENGLISH_WORDS.search(bare), text
            assert not DECIMAL_POINT.search(bare), text
            assert text not in english or not SAYS_NOTHING.search(bare), f"the same in English: {text}"
        return " ".join(texts)

    return both

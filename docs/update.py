"""Write the documents that are generated: `uv run python docs/update.py`. A test compares them with the source."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from dicu.lab.any_world import explanation
from dicu.scenario.table import markdown_table, parameter_table

HEAD = """# Parameters

Generated from the declarations in `sim/dicu/scenario`; do not edit (`uv run python docs/update.py`). `dicu parameters`
prints the same as one table. Each can be set in a YAML file or on the command line by the name given here:
`dicu run configs/scenarios/actual.yaml choose.theta=0.5`.

**Status**: V a source was read; C computed from data; A assumption; L literature from memory, check before citing;
fit to be calibrated; policy a lever; design a choice of how to run, not a claim about the world. "Model
specification" means the project's founding specification, whose content is in [model.md](model.md); numbered
assumptions are in [assumptions.md](assumptions.md).
"""


def parameters() -> str:
    """The document of parameters: one table a section, in the order of declaration."""
    text = HEAD
    for section, rows in groupby(parameter_table(), key=lambda row: row.path.rpartition(".")[0]):
        text += f"\n## {section or 'scenario'}\n\n{markdown_table(list(rows))}"
    return text


MARK = "<!-- generated: uv run python docs/update.py -->\n"


def world(path: Path) -> str:
    """The page on worlds: what stands there above the mark, and every table as it is declared."""
    told, mark, _ = path.read_text(encoding="utf-8").partition(MARK)
    assert mark, f"{path}: no line {MARK!r}"
    return f"{told}{mark}\n## Every table and column\n\n{explanation()}"


def documents() -> dict[Path, str]:
    """Every generated document by its path."""
    here = Path(__file__).parent
    return {
        here / "parameters.md": parameters(),
        here / "world.md": world(here / "world.md"),
    }


if __name__ == "__main__":
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")
        print(path)

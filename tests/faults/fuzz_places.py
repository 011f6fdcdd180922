"""Tables of places damaged at random: each is read to the very values it shows, or refused in words.

``PYTHONPATH=tests python -m faults.fuzz_places 300`` prints what became of each kind of damage.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from dicu.scenario.vocabulary import TERRAINS
from dicu.world.own_places import replace_places
from dicu.world.small import monocentric
from dicu.world.table_checks import TableError
from dicu.world.world import World

COLUMNS = ("residents", "area_km2", "terrain", "urban", "longitude", "latitude")
CELLS = (
    "", "NA", "n/a", "..", "nan", "inf", "-inf", "-5", "1e400", "1_000", "0b11", "0x1f", "٣٤٥", "１２", "1'941",
    "1 941", "1\u202f941", "1,941", "1.941", "0,68", "007", "+7", "12.0", "9" * 400, "yes", "Urban", "TRUE", "hill",
    "Mountain", "spaceport", "\u0000", "\ud7ff", "a\nb", '"', ";", "=1+1", "Huế", "None", "True", "1e3", " 77 ",
)  # fmt: skip


def cases(n: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """``n`` damaged tables of `monocentric`: the kind of damage and the bytes of a CSV file."""
    luck = np.random.default_rng(seed)
    world = monocentric()
    for _ in range(n):
        chosen = luck.choice(world.n_places, size=int(luck.integers(1, 6)), replace=False)
        columns = luck.permutation(COLUMNS)[: int(luck.integers(1, 5))].tolist()
        rows = [["place_key", *columns]]
        for place in chosen.tolist():
            rows.append([str(int(world.place_key[place])), *(_cell(world, place, c) for c in columns)])
        kind = str(luck.choice(["cell", "header", "shape", "key", "bytes", "layout", "sense", "none"]))
        row, column = int(luck.integers(1, len(rows))), int(luck.integers(0, len(rows[0])))
        separator = ","
        if kind == "cell":
            rows[row][column] = str(luck.choice(CELLS))
        elif kind == "header":
            rows[0][column] = str(luck.choice([*CELLS, "Residents", "AREA_KM2", "residants", "place_key"]))
        elif kind == "shape":
            rows[row] = rows[row][:-1] if luck.random() < 0.5 else [*rows[row], "1"]
        elif kind == "key":
            rows[row][0] = str(luck.choice([rows[1][0], "1", "-1", str(2**64), str(2**64 - 1), "1.5", "x"]))
        elif kind == "layout":
            separator = str(luck.choice([";", "\t", "|"]))
        elif kind == "sense":
            rows = [["place_key", "residents"], *([str(int(k)), "0"] for k in world.place_key)]
        text = "\n".join(separator.join(_quoted(cell) for cell in line) for line in rows) + "\n"
        raw = bytearray(text.encode("utf-8", "surrogatepass"))
        if kind == "bytes":
            for at in luck.integers(0, len(raw), size=int(luck.integers(1, 4))).tolist():
                raw[at] = int(luck.integers(0, 256))
            raw = raw[: int(luck.integers(1, len(raw) + 1))]
        yield kind, bytes(raw)


def _cell(world: World, place: int, column: str) -> str:
    value = getattr(world, column)[place]
    if column == "terrain":
        return str(TERRAINS[value])
    return str(bool(value)).lower() if column == "urban" else repr(value.item())


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(c in cell for c in ',"\n\r') else cell


def outcome(raw: bytes, folder: Path) -> str:
    """What becomes of one table: "read" or "refused"; whatever else it raises is the error looked for.

    Raises
    ------
    AssertionError
        It was read, and the world holds something else than the cells say, or a refusal names no file.
    """
    path = folder / "mine.csv"
    path.write_bytes(raw)
    world = monocentric()
    try:
        made = replace_places(world, path)
    except TableError as error:
        said = str(error)
    else:
        said = ""
    if said:
        assert str(path) in said, said
        assert len(said) < 20_000, "a message of this length is read by nobody"
        return "refused"
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    first = text.lstrip("\r\n").splitlines()[0]
    sign = next((s for s in ";\t|" if s in first and "," not in first), ",")
    lines = [line.split(sign) for line in text.splitlines() if line]
    header = [name.strip().lower() for name in lines[0]]
    for line in lines[1:]:
        cells = dict(zip(header, (cell.strip().strip('"') for cell in line), strict=True))
        place = int(np.flatnonzero(made.place_key == np.uint64(int(cells.pop("place_key"))))[0])
        for column, cell in cells.items():
            value = getattr(made, column)[place]
            if column == "terrain":
                assert TERRAINS[value] == cell
            elif column == "urban":
                assert bool(value) == (cell.lower() in ("true", "yes", "1")), cell
            else:
                assert set(cell) <= set("0123456789.+-eE"), f"{column}: {cell!r} was read as {value}"
                assert float(cell) == value, f"{column}: {cell!r} was read as {value}"
    return "read"


def main(n: int, seed: int = 1) -> Counter[tuple[str, str]]:
    """Outcomes of ``n`` tables by kind of damage."""
    with tempfile.TemporaryDirectory() as folder:
        return Counter((kind, outcome(raw, Path(folder))) for kind, raw in cases(n, seed))


if __name__ == "__main__":
    for (kind, what), count in sorted(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300).items()):
        print(f"{kind:8s} {what:8s} {count}")

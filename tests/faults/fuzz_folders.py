"""Damaged folders of a country: each is read to the values it shows and runs, or is refused in words.

``PYTHONPATH=tests python -m faults.fuzz_folders 300`` prints what became of each kind of damage.
"""

from __future__ import annotations

import csv
import io
import shutil
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np

from dicu.execution.fits import check_settings
from dicu.execution.starting import first_model
from dicu.reform.border_checks import ReformWarning
from dicu.reform.opening import load_folder
from dicu.scenario.loader import ConfigurationErrors, load
from dicu.scenario.scenario import UnfitScenario
from dicu.scenario.shipped import configs
from dicu.world.country import SHIPPED, shipped_table
from dicu.world.table_checks import TableError
from dicu.world.world import World
from faults.fuzzing import WORDS, damage_bytes, damage_lines

MORE = {
    "migration_rates": "province,in_migration\n01,12\n02,8.5\n",
    "age_sex_province": "province,age_from,male,female\n"
    + "".join(f"02,{age},{100 - age},{100 - age}\n" for age in range(0, 85, 5)),
    "region_flows": "origin,destination,persons\nW,E,300\nE,W,250\n",
    "labour": "province,year,employed,informal_share\n01,2019,45000,0.2\n01,2021,46000,0.19\n,2019,60000,0.22\n"
    ",2021,61000,0.21\n",
    "standards": "resolution,role,persons,area_km2\nR1,commune,2000,30\nR1,ward,5000,5\nR1,mountain commune,500,100\n"
    "R1,island,100,1\n",
    "travel": "from,to,minutes\n102,101,25\n103,101,40\n",
    "repairs": "kind,unit,detail\nmended,0101,by hand\n",
}
"""Tables that the template has not."""
NUMBERS = {
    "places": ("residents", "area_km2", "longitude", "latitude"),
    "rates": ("value",),
    "labour": ("employed",),
}
"""Columns whose cells are compared with what was read."""
SETTINGS = (
    "  seed: 3", "  choose: {kapa: 1}", "  labour: {informal_share: 40}", "  reform: {policy: actual}",
    "  reform: {date: 2024Q1}", "  world: {name: ring}", "  time: {start: 1980Q1}", "  money: {move_cost: -1}",
    "  population: {household_size_urban: 9}", "  cities: {central: [Nowhere]}", "  choose: []", "  record: null",
)  # fmt: skip
"""Lines for `parameters` that are wrong there."""


@dataclass(frozen=True)
class Folder:
    """Files by name, and what was done to them."""

    kind: str
    files: dict[str, bytes]


def whole() -> dict[str, bytes]:
    """The template with every optional table, of which none is wrong."""
    files = {p.name: p.read_bytes() for p in sorted((configs() / "world").iterdir())}
    files |= {f"{stem}.csv": text.encode() for stem, text in MORE.items()}
    for stem in ("age_sex", "household_size"):
        files[f"{stem}.csv"] = (SHIPPED / f"{stem}.csv").read_bytes()
    rates = shipped_table("rates")
    own = rates[rates["province"] == ""].drop(columns=["province"])
    files["rates.csv"] = own.to_csv(index=False).encode()
    return files


def folders(n: int, seed: int) -> Iterator[Folder]:
    """``n`` damaged folders, the same for the same seed: one to three damages of one kind each."""
    rng = Random(seed)
    for _ in range(n):
        files = whole()
        kind = rng.choice(
            ["cell", "cell", "cell", "rows", "column", "bytes", "file", "country", "settings", "none"]
        )
        for _ in range(0 if kind == "none" else rng.choice((1, 1, 2, 3))):
            _damage(files, kind, rng)
        yield Folder(kind, files)


def _damage(files: dict[str, bytes], kind: str, rng: Random) -> None:
    tables = [name for name in files if name.endswith(".csv")]
    name = rng.choice(tables)
    if kind == "country":
        files["country.yaml"] = damage_lines(files["country.yaml"].decode(errors="replace"), rng).encode(
            "utf-8", "surrogatepass"
        )
        return
    if kind == "settings":
        files["country.yaml"] = files["country.yaml"].replace(
            b"parameters:\n", b"parameters:\n" + rng.choice(SETTINGS).encode() + b"\n"
        )
        return
    if kind == "bytes":
        name = rng.choice(list(files))
        files[name] = damage_bytes(files[name], rng)
        return
    if kind == "file":
        match rng.randrange(4):
            case 0:
                del files[name]
            case 1:
                files[name] = b""
            case 2:
                files[name.replace(".csv", rng.choice((".parquet", ".CSV", ".tsv", "s.csv")))] = files.pop(
                    name
                )
            case _:
                files[name] = files[name].split(b"\n")[0] + b"\n"
        return
    rows = list(csv.reader(io.StringIO(files[name].decode(errors="replace"))))
    if len(rows) < 2 or not rows[0]:
        return
    at = rng.randrange(1, len(rows))
    if kind == "cell":
        other = rng.choice(rng.choice(rows[1:])) if rng.random() < 0.3 and all(rows) else rng.choice(WORDS)
        rows[at][rng.randrange(len(rows[at]))] = other
    elif kind == "rows":
        match rng.randrange(3):
            case 0:
                del rows[at]
            case 1:
                rows.insert(at, list(rows[rng.randrange(1, len(rows))]))
            case _:
                rows[at] = rows[at][:-1]
    else:
        column = rng.randrange(len(rows[0]))
        match rng.randrange(3):
            case 0:
                rows[0][column] = rng.choice(WORDS)
            case 1:
                rows = [row[:column] + row[column + 1 :] for row in rows]
            case _:
                rows = [[*row, "extra" if i == 0 else "1"] for i, row in enumerate(rows)]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    files[name] = out.getvalue().encode("utf-8", "surrogatepass")


def accepts(folder: Folder, where: Path) -> bool:
    """Whether a folder is taken by the reader, by the check of its settings and by a run of one step.

    Raises
    ------
    AssertionError
        It holds something else than its cells say, or a refusal is no text for a person.
    """
    path = where / "country"
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    for name, raw in folder.files.items():
        (path / name).write_bytes(raw)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", ReformWarning)
            world = load_folder(path)
            check_settings(path, world)
            policy = "none" if world.country.file.reform is None else "actual"
            order = [f'world.tables="{path}"', f"reform.policy={policy}", "population.weight=100"]
            model, _ = first_model(load("none", order).scenario, world)
            model.step()
    except (TableError, ConfigurationErrors, UnfitScenario) as error:
        said = str(error)
        for word in ("np.", "Traceback", "put should", "NoneType", "dtype"):
            assert word not in said, said
        assert 0 < len(said) < 30_000, "a message of this length is read by nobody"
        return False
    _same(folder, world)
    assert np.isfinite(model.markets.expected).all()
    return True


def _same(folder: Folder, world: World) -> None:
    """Every number that was taken is the plain number in its cell."""
    for stem, columns in NUMBERS.items():
        raw = folder.files.get(f"{stem}.csv")
        if raw is None:
            continue
        rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
        for row in rows:
            for column in columns:
                cell = (row.get(column) or row.get(column.upper()) or "").strip()
                assert cell == "" or set(cell) <= set("0123456789.+-eE"), (
                    f"{stem}: {column}: {cell!r} was taken"
                )
    places = list(csv.DictReader(io.StringIO(folder.files["places.csv"].decode("utf-8-sig"))))
    if all("residents" in row for row in places):
        assert int(world.residents.sum()) == sum(int(float(row["residents"])) for row in places)


def main(n: int, seed: int = 1) -> Counter[tuple[str, bool]]:
    """What became of ``n`` folders by kind of damage."""
    with tempfile.TemporaryDirectory() as where:
        return Counter((f.kind, accepts(f, Path(where))) for f in folders(n, seed))


if __name__ == "__main__":
    for (kind, taken), count in sorted(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300).items()):
        print(f"{kind:9s} {'taken' if taken else 'refused':8s} {count}")

"""Damaged configurations and overrides, and what reading them must keep: no traceback, no silent acceptance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from ruamel.yaml import YAML

from dicu.scenario.dump import canonical_json, dump, scalar
from dicu.scenario.fields import Leaf, leaves
from dicu.scenario.loader import load
from dicu.scenario.reading import MOST_MESSAGES, ConfigurationErrors
from dicu.scenario.scenario import Scenario
from dicu.scenario.suggest import canonical
from faults.fuzzing import WORDS, damage_bytes, damage_lines

BASE = "seed: 5\ntime:\n  start: 2020Q1\n  end: 2030Q4\nworld: {name: monocentric, size: 20}\n"
VALID = (
    BASE,
    dump(Scenario(name="whole")),
    "extends: base.yaml\nreform:\n  policy: actual\n  date: 2025-07\n  levers: relabel+cut_staff\n",
    "extends: base.yaml\nname: Điện Biên\nconsider: {lambda0: 1e-2}\nchoose: {kappa: null, theta: 0.5}\n",
    "world:\n  name: viet_nam\ncities:\n  central: [Huế, 'Thành phố Vinh']\n  central_end: 2030Q1\n"
    "programme:\n  industrial_zones:\n    - 2026Q1 Bắc Ninh\n    - 2027Q1 Huyện Yên Phong, Bắc Ninh\n",
    "# a month as a step\ntime: {start: 2019-04, end: 2026-12, step: month}\nrecord:\n  flows: place\n",
)


@dataclass(frozen=True)
class Configuration:
    """The bytes of a file, and overrides."""

    raw: bytes
    overrides: tuple[str, ...] = ()


def configurations(n: int, seed: int) -> Iterator[Configuration]:
    """``n`` damaged configurations, the same for the same seed: each a valid one after one to three damages."""
    rng = Random(seed)
    for _ in range(n):
        text = rng.choice(VALID)
        overrides: list[str] = []
        raw: bytes | None = None
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            match rng.randrange(7):
                case 0 | 1:
                    text = _another_value(text, rng)
                case 2:
                    text = _another_token(text, rng)
                case 3:
                    text = damage_lines(text, rng)
                case 4:
                    text += _section(rng)
                case 5:
                    overrides.append(_override(rng))
                case _:
                    raw = damage_bytes(text.encode("utf-8", "surrogatepass") if raw is None else raw, rng)
        yield Configuration(text.encode("utf-8", "surrogatepass") if raw is None else raw, tuple(overrides))


def _value(leaf: Leaf, rng: Random) -> str:
    """A value for a parameter: at, within or beyond its bounds, or something else altogether."""
    if rng.random() < 0.4:
        return rng.choice(WORDS)
    if leaf.choices:
        return rng.choice((*leaf.choices, rng.choice(leaf.choices)[:-1]))
    if leaf.lo is not None and leaf.hi is not None:
        value = rng.choice((leaf.lo, leaf.hi, leaf.lo - 1, leaf.hi * 2 + 1, rng.uniform(leaf.lo, leaf.hi)))
        return scalar(int(value) if leaf.kind == "integer" and rng.random() < 0.8 else float(value))
    return scalar(leaf.default)


def _another_value(text: str, rng: Random) -> str:
    """Another value after one of the colons of a text."""
    found = list(re.finditer(r"(?m)^( *)([a-z_0-9]+): ([^#\n]+)", text))
    if not found:
        return text
    where = rng.choice(found)
    same_key = [leaf for leaf in leaves() if leaf.path.rpartition(".")[2] == where[2]]
    word = _value(same_key[0], rng) if same_key else rng.choice(WORDS)
    return text[: where.start(3)] + word + text[where.end(3) :]


def _another_token(text: str, rng: Random) -> str:
    found = list(re.finditer(r"\w+|[^\w\s]", text))
    if not found:
        return text
    one, other = rng.choice(found), rng.choice(found)
    word = rng.choice((other[0], rng.choice(WORDS), "", one[0] * 2))
    return text[: one.start()] + word + text[one.end() :]


def _section(rng: Random) -> str:
    """A section written once more, nested, with aliases, or as another document."""
    leaf = rng.choice(leaves())
    section, _, key = leaf.path.rpartition(".")
    line = f"{section}:\n  {key}: {_value(leaf, rng)}\n" if section else f"{key}: {_value(leaf, rng)}\n"
    return rng.choice(
        (line, line, f"---\n{line}", f"<<: {{{key}: 1}}\n", f"{section or key}: &x\n  {key}: *x\n",
         f"{section or key}: [{{{key}: 1}}]\n", f"? {{{key}: 1}}\n: 2\n", "extends: base.yaml\n", "extends: .\n",
         f"{leaf.path}: 1\n", "...\n", "a: " + "[" * rng.randrange(60) + "\n", f"{'x' * 3000}: 1\n",
         "".join(f"key{i}: {i}\n" for i in range(300)), f"sweep: {{grid: {{{leaf.path}: [1, 2]}}}}\n")
    )  # fmt: skip


def _override(rng: Random) -> str:
    leaf = rng.choice(leaves())
    text, section = f"{leaf.path}={_value(leaf, rng)}", leaf.path.partition(".")[0]
    return rng.choice((text, text, text, text[1:], text.replace("=", ""), f"{text}=1", f"{section}=1"))


class Reader:
    """Reads configurations in a folder, and checks what came of it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "fuzzed.yaml"
        self.again = folder / "again.yaml"
        (folder / "base.yaml").write_text(BASE, encoding="utf-8")

    def accepts(self, given: Configuration) -> bool:
        """Whether a configuration is taken; AssertionError where it is taken or refused wrongly."""
        self.path.write_bytes(given.raw)
        try:
            loaded = load(self.path, given.overrides)
        except ConfigurationErrors as errors:
            told = errors.messages
        else:
            told = []
        if told:
            _well_told(told)
            return False
        scenario = loaded.scenario
        self.again.write_text(loaded.text, encoding="utf-8")
        back = load(self.again).scenario
        assert back == scenario, "written down and read back, it is another scenario"
        assert canonical_json(back) == canonical_json(scenario)
        _nothing_ignored(given, scenario)
        return True


def _well_told(messages: list[str]) -> None:
    """Messages are not too many, each on one line that begins with a place."""
    assert len(messages) <= MOST_MESSAGES + 1
    for message in messages:
        assert message.isprintable(), f"not one line: {message!r}"
        assert re.match(r".*\.yaml:\d+:\d+: |command line: |\.\.\. and [\d,]+ more$", message), (
            f"no place: {message}"
        )
        assert len(message) < 2000


def _nothing_ignored(given: Configuration, scenario: Scenario) -> None:
    """Every value that another reader of YAML finds in the file stands in the scenario, unless overridden."""
    tree = YAML(typ="safe", pure=True).load(given.raw.decode("utf-8-sig"))
    overridden = {text.partition("=")[0].strip() for text in given.overrides}
    made = scenario.model_dump()
    for path, value in _flat(tree, ""):
        if (
            path in overridden
            or path in ("extends", "reform.table", "world.places")
            or (path, value) == ("name", "")
        ):
            continue
        read: Any = made
        for part in path.split("."):
            assert isinstance(read, dict), f"{path} was ignored"
            assert part in read, f"{path} was ignored"
            read = read[part]
        if isinstance(read, str) and not isinstance(value, str):
            continue  # `name: 007` and days are text here
        if isinstance(read, tuple):
            value = tuple(canonical(str(item)) for item in value)
        assert read == value, f"{path}: {value!r} was read as {read!r}"


def _flat(tree: Any, path: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(tree, dict):
        yield path, tree
        return
    for key, below in tree.items():
        yield from _flat(below, f"{path}.{key}" if path else str(key))

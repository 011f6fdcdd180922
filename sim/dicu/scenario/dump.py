"""A scenario written out: the resolved file of a run, and the text that its id is computed from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from dicu.scenario.country import CountryFile
from dicu.scenario.fields import Leaf, leaf_at, sections
from dicu.scenario.layer_of_country import country_of, in_local_money, local_keys, outside
from dicu.scenario.plugin_use import identity, used
from dicu.scenario.scenario import Scenario
from dicu.scenario.table_files import is_input, stem

NOT_SET: Final = "not set, and nothing in this run acts by it (the default is one of another country)"
"""Stands instead of a value in what a run of another country writes; reading it back leaves the default."""
PLUGINS: Final = "plugins"


def dump(scenario: Scenario) -> str:
    """The whole scenario as YAML 1.2, one comment a key with its meaning, unit, range and status.

    Parameters
    ----------
    scenario : Scenario
        With a name: an empty one would become the name of the file that is read back.

    Returns
    -------
    str
        Text that `dicu.scenario.loader.load` reads back to an equal scenario.
    """
    country = country_of(scenario)
    unset = idle(scenario)
    lines = ["# Resolved configuration: every parameter, with its unit, range and status."]
    acting = used(scenario)
    for name, value in scenario.model_dump().items():
        if name == PLUGINS:  # the file of a run can be read where others are not installed
            value = {key: own for key, own in value.items() if key in acting}
            if not value:
                continue
        if name not in sections():
            lines.append(_line(name, value, leaf_at()[name], "", country))
            continue
        doc = (sections()[name].__doc__ or "").splitlines()[0]
        lines += ["", f"# {doc}", f"{name}:"]
        lines += _section(name, value, "  ", unset, country)
    return "\n".join(lines) + "\n"


def _section(
    path: str, values: dict[str, Any], indent: str, unset: frozenset[str], country: CountryFile | None
) -> list[str]:
    """Lines of the keys of a section, and of sections within it."""
    lines = []
    for key, value in values.items():
        here = f"{path}.{key}"
        if isinstance(value, dict):
            lines += [f"{indent}{key}:", *_section(here, value, f"{indent}  ", unset, country)]
        elif here in unset:
            lines.append(f"{indent}# {key}: {NOT_SET}")
        else:
            lines.append(_line(key, value, leaf_at()[here], indent, country))
    return lines


def acting(scenario: Scenario) -> dict[str, Any]:
    """The configuration as a manifest holds it: without what is said to be `NOT_SET`, in the model's money.

    Returns
    -------
    dict
        Of sections, as JSON holds them.
    """
    tree: dict[str, Any] = json.loads(canonical_json(scenario))
    for path in idle(scenario):
        section, _, key = path.partition(".")
        tree[section].pop(key, None)
    return tree


def idle(scenario: Scenario) -> frozenset[str]:
    """Settings at a default that is a law or a date of the package's own country, where nothing acts by them.

    Returns
    -------
    frozenset of str
        Dotted keys; none of them for a world of the package.
    """
    country = country_of(scenario)
    if country is None:
        return frozenset()
    folder = Path(str(scenario.world.tables))
    there = {stem(path) for path in folder.iterdir() if is_input(path)}
    cities, programme, reform = scenario.cities, scenario.programme, scenario.reform
    acts = {
        "reform.standard": "standards" in there,
        "reform.date": reform.policy != "none" or country.reform is not None,
        "government.digital_start": scenario.government.digital_per_year > 0,
        "government.first_wave": "earlier_waves" in there,
        "government.second_wave": "earlier_waves" in there,
        "cities.urban_status": bool(there & {"urban_changes", "urban_standard"}),
        "cities.urban_quota": "urban_standard" in there,
        "cities.central_date": bool(country.central_cities if cities.central is None else cities.central),
    }
    for key in type(programme).model_fields:
        size = key.removesuffix("_start")
        if size != key:
            acts[f"programme.{key}"] = getattr(programme, size) != 0
    values = scenario.model_dump()

    def given(path: str) -> bool:
        section, _, key = path.partition(".")
        return bool(values[section][key] != leaf_at()[path].default)

    return frozenset(path for path, acting in acts.items() if not acting and not given(path))


def _line(key: str, value: Any, leaf: Leaf, indent: str, country: CountryFile | None) -> str:
    if country is not None and leaf.path in local_keys() and value is not None:
        value, leaf = outside(value, country.money), in_local_money(leaf, country)
    if country is not None and leaf.kind not in ("integer", "number", "flag"):
        leaf = replace(leaf, choices=(), allowed="")  # examples and names of the package's own country
    about = "; ".join(part for part in (f"unit {leaf.unit}", leaf.range, leaf.status) if part)
    return f"{indent}{key}: {scalar(value)}  # {leaf.text} [{about}]"


def scalar(value: Any) -> str:
    """One value in YAML: shortest decimal that reads back to the same float, text always in double quotes."""
    if value is None:
        return "null"
    if isinstance(value, tuple | list):
        return f"[{', '.join(scalar(item) for item in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        quoted = json.dumps(value, ensure_ascii=False)
        return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)
    # by the class, for a value of numpy prints as one: np.float64(0.5)
    return float.__repr__(value) if isinstance(value, float) else int.__repr__(value)


def canonical_json(scenario: Scenario) -> str:
    """What of a scenario decides its results, as one line of JSON that never differs for equal values.

    Keys are sorted, floats shortest, -0.0 written as 0.0. Left out: the name, and the path of a user's table
    of places (its contents are an input with a checksum of its own; only whether there is one is kept). A user's table
    of reforms stands here by its checksum, not by its path; plug-ins that act by their settings, version and source.

    Returns
    -------
    str
        ASCII JSON without spaces.
    """
    tree = scenario.model_dump()
    del tree["name"], tree[PLUGINS]
    if acting := identity(scenario):
        tree[PLUGINS] = acting
    tree["world"]["places"] = None if scenario.world.places is None else "given"
    if (folder := scenario.world.tables) is not None:
        tree["world"]["tables"] = f"sha256 {tables_sha256(Path(folder))}"
    for section in ("reform", "world"):  # what nobody ignores was always so
        if tree[section]["ignore"] is None:
            del tree[section]["ignore"]
    if (table := scenario.reform.table) is not None:
        tree["reform"]["table"] = f"sha256 {hashlib.sha256(Path(table).read_bytes()).hexdigest()}"
    return json.dumps(_plus_zero(tree), sort_keys=True, separators=(",", ":"), allow_nan=False)


def tables_sha256(folder: Path) -> str:
    """Checksum of every file of a folder of tables but prose, by name and content.

    Raises
    ------
    OSError
        When the folder cannot be read.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file() and is_input(path):
            digest.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _plus_zero(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plus_zero(below) for key, below in value.items()}
    return value + 0.0 if isinstance(value, float) else value


def run_id(scenario: Scenario, inputs_sha256: str, version: str, after: str = "") -> str:
    """Identity of a run: equal for equal configuration, inputs and version, whatever its name or folder.

    Parameters
    ----------
    scenario : Scenario
        The validated configuration; its seed is part of it.
    inputs_sha256 : str
        Checksum over every input file that was read, a user's table of places among them.
    version : str
        Version of the model.
    after : str
        The saved state of another run that it begins with, "" for a run from the start.

    Returns
    -------
    str
        The first 16 hexadecimal digits of a sha256.
    """
    parts = {"configuration": canonical_json(scenario), "inputs": inputs_sha256, "version": version}
    if after:
        parts["after"] = after
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:16]

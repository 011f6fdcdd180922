"""Plug-ins: policies, figures, worlds, observers and terms that other installed packages bring, found by entry point.

A package names them in its ``pyproject.toml`` under the groups ``dicu.policies``, ``dicu.figures``, ``dicu.worlds``,
``dicu.observers`` and ``dicu.terms``, and their parameters (a subclass of `PluginSettings` each) under
``dicu.settings``, with the same name. Nothing acts by being installed: a policy acts where ``reform.policy`` names it,
a term or an observer where ``plugins.<name>.use`` is true. What is used enters the identity of a run with its settings,
its version and the checksum of its source. See `dicu.plugins` for what a plug-in is written against.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from pathlib import Path
from typing import Any, Final, Literal, cast, get_args

from pydantic import Field, create_model

from dicu.scenario.declare import Section, parameter
from dicu.scenario.suggest import suggest
from dicu.scenario.vocabulary import POLICY_WORDS

Group = Literal["policies", "figures", "worlds", "observers", "terms", "settings"]
GROUPS: Final[tuple[Group, ...]] = get_args(Group)
WITH_SETTINGS: Final[tuple[Group, ...]] = ("policies", "observers", "terms", "settings")
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
NO_SOURCE: Final = (".pyc", ".pyo")


class PluginWarning(UserWarning):
    """A plug-in that cannot be taken: its name is not one, or another one has it."""


class BadPlugin(ValueError):
    """A plug-in that is not there, or is not what its group needs; the message names it and what is allowed."""


class PluginSettings(Section):
    """Settings of a plug-in; its own are declared in a subclass with `dicu.plugins.parameter`."""

    use: bool = parameter(
        False,
        "whether the plug-in acts in this run (a policy acts where reform.policy names it)",
        unit="flag",
        status="design",
        source="the user's own",
    )


@dataclass(frozen=True)
class Plugin:
    """One entry point of an installed package."""

    group: Group
    name: str
    distribution: str
    version: str
    entry: EntryPoint

    def load(self) -> Any:
        """What the entry point names.

        Raises
        ------
        BadPlugin
            When its package cannot be imported.
        """
        try:
            return self.entry.load()
        except Exception as error:
            raise BadPlugin(
                f"plug-in {self.name} of {self.distribution} ({self.entry.value}): cannot be imported "
                f"({type(error).__name__}: {error})"
            ) from error


def asked(what: str, call: Callable[..., Any], *given: Any) -> Any:
    """What a plug-in's own code answers; whatever goes wrong there is told as the plug-in's.

    Parameters
    ----------
    what : str
        Whose it is, for the message: ``plug-in term tidy: hazard``.

    Raises
    ------
    BadPlugin
        With the error and the line of what was called at which it happened or from which it came.
    """
    try:
        return call(*given)
    except BadPlugin:
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)[1:]
        at = f", {frames[0].filename}:{frames[0].lineno}" if frames else ""
        raise BadPlugin(f"{what}: failed ({type(error).__name__}: {error}{at})") from error


def method_of(what: str, made: object, name: str) -> Callable[..., Any]:
    """A method that a plug-in has to have.

    Raises
    ------
    BadPlugin
        When it has none.
    """
    method = getattr(made, name, None)
    if not callable(method):
        raise BadPlugin(f"{what}: {type(made).__name__} has no method {name}; see dicu.plugins")
    return cast("Callable[..., Any]", method)


@cache
def _entries() -> EntryPoints:
    """Of every installed package: to find those of one group, the files of all packages are read."""
    return entry_points()


@cache
def installed(group: Group) -> dict[str, Plugin]:
    """Plug-ins of a group by name, in the order of the names; of two with one name neither is taken, with a warning."""
    found: dict[str, list[Plugin]] = {}
    for entry in _entries().select(group=f"dicu.{group}"):
        dist = entry.dist
        made = Plugin(group, entry.name, dist.name if dist else "?", dist.version if dist else "?", entry)
        found.setdefault(entry.name, []).append(made)
    kept = {}
    for name, several in sorted(found.items()):
        owners = ", ".join(sorted({p.distribution for p in several}))
        if not NAME.fullmatch(name):
            _warn(f"{group} {name!r} of {owners}: not a name (allowed small letters, digits and _)")
        elif group == "policies" and name in POLICY_WORDS:
            _warn(f"policy {name!r} of {owners}: the program has a policy of that name")
        elif len({p.entry.value for p in several}) > 1:
            _warn(f"{group} {name!r}: brought by {owners}; none is taken, uninstall one")
        else:
            kept[name] = several[0]
    return kept


def _warn(text: str) -> None:
    warnings.warn(f"plug-in {text}", PluginWarning, stacklevel=3)


def plugin(group: Group, name: str) -> Plugin:
    """A plug-in by name.

    Raises
    ------
    BadPlugin
        When there is none; the message lists those that are installed.
    """
    known = installed(group)
    if name not in known:
        near = suggest(name, known)
        hint = f"; did you mean {near}?" if near else ""
        raise BadPlugin(
            f"no such plug-in in dicu.{group} (got {name!r}, installed: {', '.join(known) or 'none'}{hint})"
        )
    return known[name]


def policy_names() -> tuple[str, ...]:
    """Names of policies: those of the program, then those of plug-ins."""
    return (*POLICY_WORDS, *installed("policies"))


def plugin_sections() -> type[Section]:
    """The section ``plugins`` of a scenario: one section for each plug-in that has settings or can be used.

    One whose settings cannot be read is left out with a warning: runs that do not use it are none the worse.
    """
    names = sorted({name for group in WITH_SETTINGS for name in installed(group)})
    fields: dict[str, Any] = {}
    for name in names:
        own = installed("settings")
        try:
            settings = own[name].load() if name in own else PluginSettings
        except BadPlugin as error:
            _warn(f"{name} cannot be used: {error}")
            continue
        if not (isinstance(settings, type) and issubclass(settings, PluginSettings)):
            _warn(
                f"{name} cannot be used: its settings are {settings!r}, allowed a subclass of PluginSettings"
            )
            continue
        fields[name] = (settings, Field(default_factory=settings))
    made: type[Section] = create_model(
        "Plugins",
        __base__=Section,
        __module__="dicu.scenario.scenario",
        __doc__="What installed plug-ins may be told, by their name.",
        **fields,
    )
    return made


@cache
def code_of(name: str) -> str:
    """What a plug-in is known by in the identity of a run: distribution, version, checksum of its package's files."""
    parts = []
    for group in WITH_SETTINGS:
        found = installed(group).get(name)
        if found is not None:
            digest = _package_sha256(found.entry.module.partition(".")[0])
            parts.append(f"{found.distribution} {found.version} {digest}")
    return "; ".join(sorted(set(parts)))


def _package_sha256(package: str) -> str:
    """Checksum of every file of a package but compiled ones, by name and content.

    Raises
    ------
    BadPlugin
        When there is no source to be read.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise BadPlugin(f"plug-in package {package}: no source, so that its runs could not be known again")
    origin = Path(spec.origin)
    root = origin.parent
    files = sorted(root.rglob("*")) if spec.submodule_search_locations else [origin]
    digest = hashlib.sha256()
    for path in files:
        if path.is_file() and path.suffix not in NO_SOURCE:
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def world_folder(name: str) -> Path | None:
    """The folder of tables that a world of that name has; None where no plug-in brings one.

    Raises
    ------
    BadPlugin
        When its entry point is neither a path nor gives one.
    """
    if name not in installed("worlds"):
        return None
    made = installed("worlds")[name].load()
    folder = made() if callable(made) else made
    if not isinstance(folder, str | Path):
        raise BadPlugin(f"plug-in world {name}: gives {folder!r}, allowed the path of a folder of tables")
    return Path(folder)

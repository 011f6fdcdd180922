"""Which plug-ins act in a run, and what they are told."""

from __future__ import annotations

from typing import Any

from dicu.scenario.plugins import Group, asked, code_of, installed
from dicu.scenario.scenario import Plugins, Scenario


def used(scenario: Scenario) -> tuple[str, ...]:
    """Names of the plug-ins that act in a run, in the order of the names."""
    names = Plugins.model_fields
    policies = installed("policies")
    return tuple(
        name
        for name in names
        if getattr(scenario.plugins, name).use or (name in policies and scenario.reform.policy == name)
    )


def settings_of(scenario: Scenario, name: str) -> Any:
    """The settings of a plug-in in a scenario."""
    return getattr(scenario.plugins, name)


def instances(scenario: Scenario, group: Group) -> list[tuple[str, Any]]:
    """The plug-ins of a group that a scenario uses, each made of its settings, in the order of the names."""
    known = installed(group)
    return [
        (name, asked(f"plug-in {name}", known[name].load(), settings_of(scenario, name)))
        for name in used(scenario)
        if name in known
    ]


def identity(scenario: Scenario) -> dict[str, Any]:
    """What of plug-ins decides results: settings and code of those that act, by name; empty where none does."""
    return {
        name: {**settings_of(scenario, name).model_dump(), "code": code_of(name)} for name in used(scenario)
    }

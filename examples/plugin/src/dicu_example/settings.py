"""Parameters of the plug-ins; read while a scenario is, so that nothing but `dicu.plugins` is imported here."""

from __future__ import annotations

from dicu.plugins import PluginSettings, parameter


class DistrictsAsCommunes(PluginSettings):
    """The policy that makes every district one commune."""

    fewest: int = parameter(
        2,
        "a district with fewer communes than this keeps them as they are",
        unit="1",
        status="design",
        source="an example",
        ge=1,
        le=100,
    )


class SettledChildren(PluginSettings):
    """Households with children move less."""

    weight: float = parameter(
        0.5,
        "logarithm by which the hazard of considering a move is lower for households with children",
        unit="1",
        status="A",
        source="an example, not estimated",
        ge=0.0,
        le=5.0,
    )


class LargeHouseholds(PluginSettings):
    """Counts households of many members."""

    members: int = parameter(
        5,
        "members from which a household counts as large",
        unit="persons",
        status="design",
        source="an example",
        ge=1,
        le=6,
    )

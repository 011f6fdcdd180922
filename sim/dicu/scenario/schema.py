"""JSON schema of a configuration file, for completion and hints in an editor."""

from __future__ import annotations

from typing import Any

from dicu.scenario.scenario import Scenario


def json_schema() -> dict[str, Any]:
    """JSON schema (draft 2020-12) of a configuration file: every key with its range, default and meaning.

    The key ``extends`` is added, which belongs to a file and not to a scenario. Contradictions between values
    are beyond a schema: `dicu.scenario.loader.load` finds those.

    Returns
    -------
    dict
        For ``json.dumps``.
    """
    schema = Scenario.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    extends = {
        "type": "string",
        "description": "the file that this one extends, relative to it, or the name of a shipped scenario",
    }
    schema["properties"] = {"extends": extends, **schema["properties"]}
    return schema

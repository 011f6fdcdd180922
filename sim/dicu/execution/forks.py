"""What may follow on a saved state: the same run, or a fork of it with other values."""

from __future__ import annotations

from typing import Any, Final

from dicu.execution.identity import model_version
from dicu.execution.saved import CannotContinue, Saved
from dicu.scenario.dump import canonical_json
from dicu.scenario.scenario import Scenario

FIXED: Final = (
    *("world.", "population.", "time.start", "time.step", "time.history", "income.", "ties.", "record."),
    *(
        f"labour.{name}"
        for name in ("commuting_minutes", "centre_residents", "informal_share", "farm_informal")
    ),
    *(f"labour.{name}" for name in ("skill_odds", "vacant", "premium", "accepted")),
)
"""Keys that shaped the start or the tables of a state, so a run from it cannot have others (`time.end` may differ)."""


def continued(saved: Saved, scenario: Scenario, inputs: dict[str, str]) -> dict[str, str] | None:
    """What a run of this scenario from a saved state has been forked from; None for a run that only goes on.

    Parameters
    ----------
    inputs : dict of str to str
        Of the run that is to follow, as `inputs_of` gives them: what lies in the state was made of the same.

    Raises
    ------
    CannotContinue
        When the state is one of another program or of other inputs, or the scenario cannot follow on it.
    """
    if saved.version != model_version():
        raise CannotContinue(
            f"{saved.folder}: saved by another version of the program ({saved.version}, this is {model_version()})"
        )
    same = canonical_json(scenario) == canonical_json(saved.scenario)
    if not same and (wrong := check_fork(saved, scenario)):
        raise CannotContinue("\n".join(wrong))
    if not saved.made_of("".join(inputs.values())):
        raise CannotContinue(f"{saved.folder}: the inputs of this run have changed since the state was saved")
    return saved.after if same else {"run_id": saved.run_id, "at": saved.label}


def check_fork(saved: Saved, scenario: Scenario) -> list[str]:
    """What of a scenario cannot follow on a saved state, in words; nothing when all can."""
    old, new = _flat(saved.scenario.model_dump()), _flat(scenario.model_dump())
    wrong = []
    for key in new:
        if new[key] != old.get(key) and key.startswith(FIXED):
            wrong.append(
                f"{key}: it shaped the state, so it stays (got {new[key]!r}, allowed {old.get(key)!r})"
            )
    if scenario.calendar.n_steps <= saved.step:
        wrong.append(f"time.end: the state is that of {saved.label} already (got {scenario.time.end!r})")
    if any(new[key] != old.get(key) for key in new if key.startswith("reform.")):
        for which, one in (("the run had", saved.scenario), ("it would have", scenario)):
            if one.reform.policy != "none" and one.calendar.step_of(one.reform.date) < saved.step:
                wrong.append(
                    f"reform: {which} a reform in {one.reform.date}, before the state of {saved.label}, which cannot "
                    "be changed (allowed a reform after it)"
                )
    return wrong


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            made |= _flat(value, f"{prefix}{key}.")
        else:
            made[f"{prefix}{key}"] = value
    return made

"""What an experiment states, made up: every part of its file with a value."""

from __future__ import annotations

from typing import Any

from dicu_analysis.experiments.result import SCHEMA_VERSION


def experiment(**changes: Any) -> dict[str, Any]:
    """What an experiment states, as its file holds it."""
    estimate = {
        "name": "n",
        "text": "with networks off",
        "unit": "points",
        "effect": 0.5,
        "mc_error": 0.1,
        "interval": [0.3, 0.7],
        "p": 0.01,
        "replicates": 42,
    }
    return {
        "schema_version": SCHEMA_VERSION, "id": "h2", "question": "Does it?", "estimand": "e", "design": "d",
        "quick": False,
        "model_version": "0.1.0", "weight": 100, "world": "viet_nam", "period": "2019-2035",
        "arms": [{"name": "none", "text": "no reform", "values": {}, "outcome": None}], "replicates": 12,
        "unit": "index", "effect": -0.0123, "mc_error": 0.003, "interval": [-0.02, -0.004], "p": 0.0001,
        "p_holm": 0.02, "holm_family": ["h2"], "sesoi": 0.01,
        "equivalence": {"sesoi": 0.01, "unit": "index", "p": None, "equivalent": False}, "verdict": "undecided",
        "verdict_text": "", "power": {"promised": 0.9, "needed": 42, "reached": 0.5, "detectable": None,
                                      "as_found": 17, "luck_shared": None},
        "secondary": [estimate | {"name": k, "text": "with these on"} for k in ("jobs", "services")],
        "mechanism": [estimate],
        "second_opinion": [{"estimator": "event study", "data": "panel", "estimate": 0.1, "se": 0.1,
                            "interval": [None, None], "truth": 0.2, "error": -0.1, "covers": False, "unit": "u"}],
        "groups": [],
        "controls": [{"kind": "positive", "text": "known effect", "world": "ring", "tests": 400, "found": 0.5,
                      "low": 0.86, "high": 0.94, "passed": False}],
        "held_fixed": ["roads", "prices"], "caveats": [], "figures": [],
        "plain_words": {"en": "A little.", "vi": "Một chút."},
        "parts": [{
            "title": {"en": "A grid", "vi": "Một lưới"},
            "words": {"en": "It decides nothing.", "vi": "Không quyết định."},
            "estimates": [estimate | {"text": "over the grid"}],
            "tables": [{"title": {"en": "Rates", "vi": "Tỷ lệ"}, "corner": {"en": "by size", "vi": "theo mức"},
                        "columns": ["+0.5"], "note": {"en": "Errors by cell.", "vi": "Sai số từng ô."},
                        "rows": [{"name": "-20", "cells": [{"value": 0.0123, "error": 0.0021}]}]}],
        }],
    } | changes  # fmt: skip

"""How borders change: policies, the dated table place -> government, lineage, conservation."""

from dicu.reform.engine import Applied, apply, check_conservation
from dicu.reform.lineages import Lineage, lineage
from dicu.reform.of_2025 import to_2025
from dicu.reform.policies import POLICIES, policy

__all__ = ["POLICIES", "Applied", "Lineage", "apply", "check_conservation", "lineage", "policy", "to_2025"]

"""Identities under a hash of four bits, where nearly every child collides: none is ever given twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicu.commit import identity

KEY = np.uint64(77)


def narrow(key: np.uint64, parents: np.ndarray, ordinal: np.ndarray) -> np.ndarray:
    """A poor hash, in the top bits as the filter wants them: 32 values."""
    return ((parents * np.uint64(7) + ordinal.astype(np.uint64) * np.uint64(5)) % np.uint64(32)) << np.uint64(
        59
    )


def in_plain_python(existing: set[int], parents: list[int]) -> list[int]:
    """All take their hash; who finds it taken, or wanted by the child of a smaller parent, tries the next ordinal."""
    ordinal = [0] * len(parents)
    while True:
        uid = [((p * 7 + k * 5) % 32) << 59 for p, k in zip(parents, ordinal, strict=True)]
        again = [
            u in existing or any(v == u and q < p for v, q in zip(uid, parents, strict=True))
            for u, p in zip(uid, parents, strict=True)
        ]
        if not any(again):
            return uid
        ordinal = [k + a for k, a in zip(ordinal, again, strict=True)]


@given(
    parents=st.lists(st.integers(1, 500), min_size=1, max_size=8, unique=True),
    taken=st.lists(st.integers(0, 31), max_size=14, unique=True),
)
@settings(max_examples=40, deadline=None)
def test_children_of_a_poor_hash_are_told_apart(parents: list[int], taken: list[int]) -> None:
    existing = {t << 59 for t in taken}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity, "_children", narrow)
        found = identity.new_uids(
            np.array(sorted(existing), dtype=np.uint64), np.array(parents, dtype=np.uint64), KEY
        )
    assert found.tolist() == in_plain_python(existing, parents)
    assert len({*found.tolist(), *existing}) == len(parents) + len(existing)

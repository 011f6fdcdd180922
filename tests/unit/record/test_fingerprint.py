from __future__ import annotations

import numpy as np
import pytest

from dicu.population.columns import COLUMNS, Households
from dicu.record import fingerprint
from dicu.record.fingerprint import state_sha256


def households(n: int, seed: int = 1, spare: int = 5) -> Households:
    rng = np.random.default_rng(seed)
    h = Households.empty(n, n + spare)
    for name, dtype, _ in COLUMNS:
        a = getattr(h, name)
        a[:] = rng.integers(0, np.iinfo(dtype).max, a.shape, dtype=dtype, endpoint=True)
    return h


def test_row_order_and_capacity_do_not_matter() -> None:
    h = households(3000)
    rows = np.random.default_rng(2).permutation(3000)
    assert state_sha256(h) == state_sha256(h.take(rows))


@pytest.mark.parametrize("block", [1, 7, 100, 4096])
def test_size_of_blocks_does_not_matter(monkeypatch, block) -> None:
    h = households(500)
    want = state_sha256(h)
    monkeypatch.setattr(fingerprint, "BLOCK", block)
    assert state_sha256(h) == want


@pytest.mark.parametrize("name", [name for name, _, _ in COLUMNS])
def test_one_bit_in_any_column_matters(name) -> None:
    h = households(200)
    before = state_sha256(h)
    getattr(h, name).reshape(h.capacity, -1)[137, -1] ^= 1
    assert state_sha256(h) != before


def test_rows_swapped_between_households_matter() -> None:
    h = households(50)
    before = state_sha256(h)
    h.place[[3, 4]] = h.place[[4, 3]]
    assert state_sha256(h) != before


@pytest.mark.parametrize(
    "uid", [np.arange(300), np.uint64(2**63) + np.arange(300, dtype=np.uint64), np.arange(300) << 40]
)
def test_identities_close_together_are_ordered_too(uid, monkeypatch) -> None:
    monkeypatch.setattr(fingerprint, "BLOCK", 64)
    h = households(300)
    h.uid[:300] = np.asarray(uid, dtype=np.uint64)
    rows = np.random.default_rng(5).permutation(300)
    assert state_sha256(h) == state_sha256(h.take(rows))
    inside, by_uid = fingerprint._sorted_rows(h.take(rows).uid, 0, 2**64)
    order = inside[by_uid]
    assert (np.diff(h.take(rows).uid[order].astype(object)) > 0).all()


def test_a_uid_twice_is_an_error() -> None:
    h = households(100)
    h.uid[7] = h.uid[90]
    with pytest.raises(ValueError, match=f"uid {int(h.uid[7])} is carried by more than one"):
        state_sha256(h)


def test_extra_arrays_count_by_name_shape_dtype_and_value() -> None:
    h = households(10)
    base = {"a": np.arange(6.0), "b": np.arange(3)}
    seen = {
        state_sha256(h, extra)
        for extra in (
            {},
            base,
            base | {"a": np.arange(6.0).reshape(2, 3)},
            base | {"a": np.arange(6.0, dtype=np.float32)},
            base | {"b": np.array([0, 1, 3])},
            {"c": base["a"], "b": base["b"]},
        )
    }
    assert len(seen) == 6
    assert state_sha256(h, base) == state_sha256(h, dict(reversed(base.items())))
    assert state_sha256(h, base) == state_sha256(
        h, {k: v.astype(v.dtype.newbyteorder(">")) for k, v in base.items()}
    )
    with pytest.raises(TypeError, match="holds objects"):
        state_sha256(h, {"o": np.array([object()])})


def test_no_households() -> None:
    assert len(state_sha256(households(0))) == 64


def test_known_value() -> None:
    """A change of this number means that no state hash can be compared with those of earlier versions."""
    h = Households.empty(2, 2)
    for name, _, _ in COLUMNS:
        getattr(h, name)[...] = 1
    h.uid[:] = [9, 4]
    assert state_sha256(h, {"x": np.array([1, 2], dtype=np.int32)}) == KNOWN


KNOWN = "5f618fe7e221d8f04de636d2013f36386c9e0a2fc1de8159ff4447caf7b7a2cd"

"""The gate between the model's arrays and the files: a table is what the codebook declares, or an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dicu.record.declare import DTYPES, Column, Table


def conform(table: Table, data: Mapping[str, Any]) -> pa.Table:
    """Arrow table of ``data`` in the declared columns and dtypes.

    Parameters
    ----------
    data : mapping of column name to values
        (N,) arrays, lists or Arrow arrays; for "code" text or a dictionary array.

    Raises
    ------
    ValueError
        For undeclared or missing columns and for columns of unequal length.
    TypeError
        For a column whose values are not of the declared kind (integers may widen, nothing is rounded).
    """
    declared = [c.name for c in table.columns]
    extra = sorted(set(data) - set(declared))
    missing = [n for n in declared if n not in data]
    if extra or missing:
        raise ValueError(
            f"table {table.name!r}: undeclared columns {extra}, missing columns {missing}; "
            f"declared are {declared}"
        )
    arrays = [_conform_column(table.name, c, data[c.name]) for c in table.columns]
    lengths = {c.name: len(a) for c, a in zip(table.columns, arrays, strict=True)}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"table {table.name!r}: columns of unequal length {lengths}")
    return pa.Table.from_arrays(arrays, schema=table.schema())


def _conform_column(table: str, column: Column, values: Any) -> pa.Array:
    want = DTYPES[column.dtype]
    where = f"table {table!r}, column {column.name!r}"
    if isinstance(values, pa.Array):
        if values.type != want:
            raise TypeError(f"{where}: declared {column.dtype}, got {values.type}")
        array = values
    else:
        hidden = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
        a = np.ma.getdata(values) if hidden is not None else np.asarray(values)
        kinds = {"i": "iu", "u": "iu", "f": "f", "b": "b"}
        if column.dtype in ("text", "code"):
            if a.dtype.kind != "U" and not all(isinstance(v, str) for v in a.tolist()):
                raise TypeError(f"{where}: declared {column.dtype}, got {a.dtype}")
            array = pa.array(a.tolist(), type=pa.string())
            array = array if column.dtype == "text" else array.dictionary_encode().cast(want)
        else:
            target = np.dtype(column.dtype)
            if a.dtype.kind not in kinds[target.kind]:
                raise TypeError(f"{where}: declared {column.dtype}, got {a.dtype}")
            if target.kind in "iu" and a.size:
                lo, hi, box = int(a.min()), int(a.max()), np.iinfo(target)
                if lo < box.min or hi > box.max:
                    raise TypeError(f"{where}: {lo if lo < box.min else hi} does not fit {column.dtype}")
            array = pa.array(np.ascontiguousarray(a, dtype=target), mask=hidden)
    if array.null_count and not column.flow:
        raise TypeError(f"{where}: {array.null_count} missing values")
    return array


def coded(codes: NDArray[np.str_] | tuple[str, ...], index: NDArray[Any]) -> Any:
    """Text column ``codes[index]``, dictionary-encoded without repeats (two units may share a label).

    Parameters
    ----------
    codes : (k,) str
    index : (N,) integers
        0 to k - 1.
    """
    labels, inverse = np.unique(np.asarray(codes, dtype=str), return_inverse=True)
    array = pa.DictionaryArray.from_arrays(
        pa.array(inverse[index].astype(np.int32)), pa.array(labels.tolist(), type=pa.string())
    )
    return array.cast(DTYPES["code"])

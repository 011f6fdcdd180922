"""Every member of every pass of a calibration with its figures: what its sensitivity is told from, years later too."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dicu.lab.calibrate.space import Axis
from dicu.record.folder import replacing
from dicu_analysis.targets.table import Figure

Floats = NDArray[np.float64]
PASSES: Final = "passes.parquet"
AXIS, FIGURE = "z:", "f:"
"""Before the key of a parameter, whose value is in standard deviations from its prior, and before that of a figure."""


def write_passes(
    folder: Path, axes: Sequence[Axis], figures: Sequence[Figure], passes: Sequence[tuple[Floats, Floats]]
) -> Path:
    """Write one row a member and pass: ``pass`` (0 is the prior), ``member``, parameters, figures.

    Parameters
    ----------
    passes : sequence of ((axes, members), (figures, members))
    """
    columns: dict[str, Floats | NDArray[np.int64]] = {
        "pass": np.concatenate([np.full(z.shape[1], k) for k, (z, _) in enumerate(passes)]),
        "member": np.concatenate([np.arange(z.shape[1]) for z, _ in passes]),
    }
    z, made = (np.concatenate([both[i] for both in passes], axis=1) for i in (0, 1))
    columns |= {f"{AXIS}{axis.key}": z[k].astype(np.float32) for k, axis in enumerate(axes)}
    columns |= {f"{FIGURE}{figure.key}": made[k].astype(np.float32) for k, figure in enumerate(figures)}
    with replacing(folder / PASSES) as tmp:
        pq.write_table(
            pa.Table.from_pandas(pd.DataFrame(columns), preserve_index=False), tmp, compression="zstd"
        )
    return folder / PASSES


__all__ = ["AXIS", "FIGURE", "PASSES", "write_passes"]

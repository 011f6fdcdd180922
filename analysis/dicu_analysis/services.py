"""Which services of a run have the same access in every row, so that what is one result is not told as two."""

from __future__ import annotations

import numpy as np

from dicu_analysis.load import Run

PREFIX = "access_"


def alike(run: Run, since: int = 0) -> list[tuple[str, ...]]:
    """The services of a run in groups with equal access in every row of its table of places.

    Parameters
    ----------
    run : Run
        A finished run.
    since : int
        First step that counts.

    Returns
    -------
    list of tuple of str
        Every service once, in the order of the table; a group of one differs from all others.
    """
    table = run.places
    rows = table[table["step"] >= since]
    groups: list[list[str]] = []
    for column in (c for c in table.columns if c.startswith(PREFIX)):
        values = rows[column].to_numpy()
        same = (g for g in groups if np.array_equal(values, rows[PREFIX + g[0]].to_numpy(), equal_nan=True))
        group = next(same, None)
        service = column.removeprefix(PREFIX)
        if group is None:
            groups.append([service])
        else:
            group.append(service)
    return [tuple(g) for g in groups]

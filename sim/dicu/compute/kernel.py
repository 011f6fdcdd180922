"""`@kernel`: how the loops over households are compiled.

Without numba's reference counts: by default every view of an array, such as the members of one row, is counted up and
down by an atomic instruction, and threads that read the same tables wait for one another's counts. That was more than
half of the time of the choice. A kernel borrows its arrays from the caller, who holds them; it can therefore make none.
"""

from __future__ import annotations

from collections.abc import Callable

from numba import njit


def kernel[F: Callable[..., object]](function: F) -> F:
    """Compile a function, to be kept on disk, that releases the interpreter's lock and counts no references.

    Arrays that it works in are handed to it; numba refuses to compile one that would make an array of its own.
    """
    return njit(cache=True, nogil=True, _nrt=False)(function)  # type: ignore[call-overload, no-any-return]

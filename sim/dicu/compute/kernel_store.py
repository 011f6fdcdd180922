"""How a compiled kernel is written and read back: sealed by a checksum, and never trusted without it.

Loading a compiled kernel means unpickling it and jumping into its code, so a damaged byte ends the process or, worse,
computes something else. Each file of the cache therefore begins with a sha256 of what follows, which is compared before
anything is unpickled. What does not match is removed and compiled again. Files are written beside, synced and
renamed, so that processes can share a cache. Where nothing can be written, kernels are compiled in memory, and that is
said once.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import sys
import uuid
from pathlib import Path
from typing import Any, Final

from numba.core import caching as _caching

caching: Any = _caching  # numba's stubs know less of it than we use

MAGIC: Final = b"dicu kernel 1\n"
_HEAD: Final = len(MAGIC) + hashlib.sha256().digest_size
_NUMBAS: Final = caching.IndexDataCacheFile
_ours: set[str] = set()
_told: list[str] = []


def tell_once(folder: str, error: object) -> None:
    """Say that kernels cannot be kept; once in a process."""
    if not _told:
        _told.append(folder)
        print(
            f"dicu: compiled kernels cannot be kept in {folder} ({error}); every command compiles them again. "
            "Set DICU_CACHE to a folder that can be written to",
            file=sys.stderr,
        )


def seal(data: bytes) -> bytes:
    """Data behind its checksum."""
    return MAGIC + hashlib.sha256(data).digest() + data


def unseal(data: bytes) -> bytes | None:
    """What was sealed, or None when it is not what was written."""
    body = data[_HEAD:]
    whole = data.startswith(MAGIC) and hashlib.sha256(body).digest() == data[len(MAGIC) : _HEAD]
    return body if whole else None


def write_whole(path: Path, data: bytes) -> None:
    """Write a file beside and rename it, so that nobody reads half of it."""
    tmp = Path(f"{path}.tmp.{uuid.uuid4().hex[:16]}")
    try:
        with open(tmp, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(tmp, path)
    finally:
        with contextlib.suppress(OSError):
            tmp.unlink(missing_ok=True)


class SealedFiles(caching.IndexDataCacheFile):  # type: ignore[misc]
    """Numba's index and data files of one function, each sealed.

    A data file also says under which name and for which source it was compiled, so that an index and a data file of two
    different writers are never taken together.
    """

    def save(self, key: Any, data: Any) -> None:
        """Keep a compiled function, if there is room for it."""
        try:
            super().save(key, data)
        except OSError as error:
            tell_once(self._cache_path, error.strerror or error)

    def _load_index(self) -> dict[Any, str]:
        told = self._read(self._index_path, 3)
        if told is None or told[:2] != (self._version, self._source_stamp):
            return {}
        overloads: dict[Any, str] = told[2]
        return overloads

    def _save_index(self, overloads: dict[Any, str]) -> None:
        self._write(self._index_path, (self._version, self._source_stamp, overloads))

    def _load_data(self, name: str) -> Any:
        told = self._read(self._data_path(name), 4)
        return told[3] if told is not None and told[:3] == (self._version, self._source_stamp, name) else None

    def _save_data(self, name: str, data: Any) -> None:
        self._write(self._data_path(name), (self._version, self._source_stamp, name, data))

    def _data_name(self, number: int) -> str:
        # not the next number: two processes that compile two signatures at a time would share one file
        return str(self._data_name_pattern.format(number=uuid.uuid4().int >> 64))

    def _read(self, path: str, parts: int) -> tuple[Any, ...] | None:
        """What a file says, or None when there is none that is whole; a damaged one is removed."""
        try:
            body = unseal(Path(path).read_bytes())
            told = None if body is None else pickle.loads(body)
        except OSError:
            return None  # none yet, removed by another process, or not readable: compile
        except Exception:  # whole, but of another version of what is pickled
            told = None
        if isinstance(told, tuple) and len(told) == parts:
            return told
        with contextlib.suppress(OSError):
            os.unlink(path)
        return None

    def _write(self, path: str, told: tuple[Any, ...]) -> None:
        write_whole(Path(path), seal(self._dump(told)))


def claim(folder: str) -> None:
    """From now on numba keeps what it compiles for this folder in sealed files; other folders are its own business."""
    _ours.add(folder)
    caching.IndexDataCacheFile = _files


def claimed() -> list[Path]:
    """Folders whose kernels this process keeps sealed, in the order of their paths."""
    return sorted(Path(folder) for folder in _ours)


def cold() -> bool:
    """Whether more than half of the files with kernels that this process knows have none compiled yet.

    Half, because a few are needed by no run and stay without.
    """
    folders = claimed()
    without = sum(not any(folder.glob("*.nbi")) for folder in folders)
    return 2 * without > len(folders)


def _files(cache_path: str, filename_base: str, source_stamp: Any) -> Any:
    kind = SealedFiles if cache_path in _ours else _NUMBAS
    return kind(cache_path=cache_path, filename_base=filename_base, source_stamp=source_stamp)

"""Archives of arrays and tables with checksums: the files of saved states.

A zip file without compression: ``arrays/<name>.npy`` (numpy's own format, no objects and so no pickle),
``tables/<number>.arrows`` (one Arrow stream a table), and last ``header.json`` with the sha256 of every member.
Written beside, fsynced and renamed. The file as a whole is known by the sha256 that `write_archive` returns.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import numpy as np
import pyarrow as pa
from numpy.lib import format as npy
from numpy.typing import NDArray

from dicu.record.folder import replacing
from dicu.record.manifest import file_sha256

FORMAT: Final = 1
_HEADER: Final = "header.json"


class DamagedFile(ValueError):
    """A file that is not what was written; the message names it."""


@dataclass(frozen=True)
class Archive:
    """What an archive holds."""

    header: dict[str, Any]
    arrays: dict[str, NDArray[Any]]
    tables: list[tuple[str, Any]]


class _Hashing(io.RawIOBase):
    """Passes bytes on to a member of an archive and hashes them on the way."""

    def __init__(self, to: Any) -> None:
        self._to = to
        self.digest = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.digest.update(data)
        self._to.write(data)
        return len(memoryview(data).cast("B"))


def write_archive(
    path: Path,
    *,
    header: Mapping[str, Any] | None = None,
    arrays: Mapping[str, NDArray[Any]] | None = None,
    tables: Sequence[tuple[str, bytes]] = (),
) -> str:
    """Write arrays of any shape and tables (`table_bytes`) to one file, whole or not at all; returns its sha256.

    Raises
    ------
    TypeError
        For an array of objects.
    """
    members: dict[str, str] = {}
    with replacing(path) as tmp:
        with zipfile.ZipFile(tmp, "w", zipfile.ZIP_STORED) as archive:

            def member(name: str, write: Any) -> None:
                # the same moment for every member: equal states are equal files
                with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as file:
                    out = _Hashing(file)
                    write(out)
                    members[name] = out.digest.hexdigest()

            for name, array in (arrays or {}).items():
                values = np.asarray(array)
                if values.dtype.hasobject:
                    raise TypeError(f"array {name!r} holds objects and cannot be saved")
                plain = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
                member(
                    f"arrays/{name}.npy",
                    lambda out, plain=plain: npy.write_array(cast(BinaryIO, out), plain, allow_pickle=False),
                )
            for number, (_, table) in enumerate(tables):
                member(f"tables/{number:06d}.arrows", lambda out, table=table: out.write(table))
            told = {
                "format": FORMAT,
                "header": dict(header or {}),
                "tables": [name for name, _ in tables],
                "sha256": members,
            }
            archive.writestr(zipfile.ZipInfo(_HEADER), json.dumps(told))
        digest = file_sha256(tmp)
    return digest


def table_bytes(table: Any) -> bytes:
    """One table as an Arrow stream of one batch, so that it is written to Parquet again as it was.

    The bytes are a copy: Arrow's own arrays may be views of memory that a model goes on to change.
    """
    whole = table.combine_chunks()
    columns = [
        column.chunk(0) if column.num_chunks else pa.array([], type=column.type) for column in whole.columns
    ]
    batch = pa.RecordBatch.from_arrays(columns, schema=whole.schema)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return cast(bytes, sink.getvalue().to_pybytes())


def read_archive(path: Path, sha256: str) -> Archive:
    """Read what `write_archive` wrote.

    Raises
    ------
    DamagedFile
        When the file is missing, or is not the one with this checksum; or a member is not what it was.
    """
    if not path.is_file():
        raise DamagedFile(f"{path}: no such file, but a saved state needs it")
    found = file_sha256(path)
    if found != sha256:
        raise DamagedFile(f"{path}: damaged (sha256 {found[:16]}..., written was {sha256[:16]}...)")
    try:
        with zipfile.ZipFile(path) as archive:
            told = json.loads(archive.read(_HEADER))
            if told["format"] != FORMAT:
                raise DamagedFile(f"{path}: format {told['format']}, this program reads {FORMAT}")
            arrays, tables = {}, []
            for member, digest in told["sha256"].items():
                data = archive.read(member)
                if hashlib.sha256(data).hexdigest() != digest:
                    raise DamagedFile(f"{path}: {member} is damaged")
                if member.startswith("arrays/"):
                    name = member.removeprefix("arrays/").removesuffix(".npy")
                    arrays[name] = npy.read_array(io.BytesIO(data), allow_pickle=False)
                else:
                    with pa.ipc.open_stream(pa.py_buffer(data)) as stream:
                        tables.append(stream.read_all())
    except (zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        if isinstance(error, DamagedFile):
            raise
        raise DamagedFile(f"{path}: cannot be read as a saved state ({error})") from error
    return Archive(told["header"], arrays, list(zip(told["tables"], tables, strict=True)))

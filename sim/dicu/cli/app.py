"""The application that commands register with, how a command refuses, and the edge where nothing is lost or unsaid."""

from __future__ import annotations

import errno
import io
import os
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer

app = typer.Typer(
    name="dicu",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="How households and local governments respond when a country redraws its administrative map.",
    epilog="Start here: `dicu run actual` (in a checkout: `uv run dicu run actual`), then open the figures in the "
    "folder it prints.",
)

INTERRUPTED: Final = 130
"""Exit status after Ctrl-C, as shells have it."""
_INTERRUPTED: Final = "interrupted; finished work is kept"
_MACHINE: Final = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EMFILE,
    errno.ENFILE,
    errno.EIO,
    errno.ENOMEM,
)
"""Errors of the system that are no fault of what the user wrote."""


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"dicu {version('dicu')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    pass


def fail(text: str, status: int) -> NoReturn:
    """Say why on standard error and end with ``status`` (2: wrong input, 1: anything else)."""
    typer.echo(text, err=True)
    raise typer.Exit(status)


def main() -> None:
    """The command `dicu`: run one, and end in words whatever happens.

    What a user can mend ends with status 2, what the machine did with 1, each in one sentence. For what nobody thought
    of, a file with the traceback is written and named.
    """
    _open_streams()
    warnings.formatwarning = _on_one_line
    sys.argv[1:] = map(_expanded, sys.argv[1:])
    status = _guarded(app)
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what could not be written is not tried again
        status = status or _told(f"standard output: {error.strerror or error}", 1)
    sys.exit(status)


def _expanded(word: str) -> str:
    """A word with the home that a shell leaves as it is behind ``--option=``; an empty word is refused."""
    option, sign, value = word.partition("=")
    if not word or (sign and not value and option.startswith("--")):
        typer.echo(f"{option or 'an argument'}: empty (a variable of the shell that is not set?)", err=True)
        sys.exit(2)
    if option.startswith("--") and value.startswith("~"):
        return f"{option}={os.path.expanduser(value)}"
    return word


_WITH_PLACE: Final = warnings.formatwarning


def _on_one_line(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    """A warning for a user: what it says, not where in the source it was said."""
    if not issubclass(category, UserWarning):
        return _WITH_PLACE(message, category, filename, lineno, line)
    return f"warning: {message}\n"


class _Patient(io.RawIOBase):
    """A stream of the process whose reader may go away (`dicu parameters | head -1`): nothing is wrong then.

    The command goes on with its work, and what it says goes nowhere.
    """

    def __init__(self, stream: Any) -> None:
        self._raw: io.FileIO = stream.buffer.raw
        self._stream = stream  # which would close what it writes to if nobody held it

    def write(self, data: Any) -> int:
        """Write as the stream does."""
        try:
            return self._raw.write(data) or 0
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._raw.fileno())
            return memoryview(data).nbytes

    def writable(self) -> bool:
        """Yes."""
        return True

    def fileno(self) -> int:
        """Of the stream."""
        return self._raw.fileno()

    def isatty(self) -> bool:
        """Whether a person reads it."""
        return self._raw.isatty()


def _open_streams() -> None:
    """Make both streams such that writing to them ends no command.

    One that is closed swallows what is said. What its encoding cannot hold is escaped, names of places for example.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
            continue
        raw = getattr(getattr(stream, "buffer", None), "raw", None)
        if isinstance(raw, io.FileIO):
            made = io.TextIOWrapper(
                io.BufferedWriter(_Patient(stream)),
                encoding=stream.encoding,
                errors="backslashreplace",
                line_buffering=stream.line_buffering or name == "stderr",
            )
            setattr(sys, name, made)
        elif hasattr(stream, "reconfigure"):  # somebody has put another stream there
            stream.reconfigure(errors="backslashreplace")


def _guarded(command: Callable[[], Any]) -> int:
    """Exit status of a command."""
    try:
        _with_causes(command)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        # typer makes this status of an interrupt, and says nothing
        return _told(_INTERRUPTED, status) if status == INTERRUPTED else status
    except KeyboardInterrupt:
        return _told(_INTERRUPTED, INTERRUPTED)
    except MemoryError:
        return _told("not enough memory: a larger population.weight needs less of it", 1)
    except OSError as error:
        known = error.errno in _MACHINE or error.filename is not None
        status = 2 if error.errno == errno.ENAMETOOLONG else 1
        return (
            _told(f"{error.filename or 'the system'}: {error.strerror or error}", status)
            if known
            else _crash(error)
        )
    except ImportError as error:
        few = os.strerror(errno.EMFILE)
        return _told(f"{error.name or 'the system'}: {few}", 1) if few in str(error) else _crash(error)
    except Exception as error:
        from dicu.scenario.plugins import BadPlugin

        return _told(str(error), 2) if isinstance(error, BadPlugin) else _crash(error)
    return 0


def _with_causes(command: Callable[[], Any]) -> None:
    """Run a command; what came while a compiled kernel ran (Ctrl-C, no memory) is raised as what it is."""
    try:
        command()
    except SystemError as error:
        raise error.__cause__ or error from None


def _told(text: str, status: int) -> int:
    typer.echo(text, err=True)
    return status


def _crash(error: BaseException) -> int:
    """Write what happened to a file and name it."""
    told = [f"dicu {' '.join(sys.argv[1:])}", f"at {datetime.now(UTC).isoformat(timespec='seconds')}"]
    try:
        from dicu.record.manifest import versions

        told += [f"{name} {version}" for name, version in versions().items()]
    except Exception as also:
        told.append(f"versions unknown: {also}")
    text = "\n".join([*told, "", *traceback.format_exception(error)])
    kind = f"{type(error).__name__}: {error}".splitlines()[0][:300]
    try:
        descriptor, name = tempfile.mkstemp(prefix="dicu-crash-", suffix=".txt", dir=_writable())
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        typer.echo(text, err=True)
        return _told(f"this should not have happened ({kind})", 1)
    return _told(f"this should not have happened ({kind}); {name} says more: please report it", 1)


def _writable() -> str:
    """Where a crash file goes: here if one can write here, else the system's folder for temporary files."""
    here = Path.cwd()
    return str(here) if os.access(here, os.W_OK) else tempfile.gettempdir()

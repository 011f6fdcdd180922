"""The edge of the command line: whatever the machine or the user does, one sentence and a status, never a traceback."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dicu.cli.app import main
from dicu.compute.compiled import cache_folder
from dicu.execution.execute import Saving, execute
from dicu.record.manifest import sealed
from dicu.record.reading import Files, read_manifest
from dicu.scenario.loader import load
from made_up_sweeps import make_sweep

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")

ROOT = Path(__file__).parents[2]
CONFIG = """
name: tiny
time: {start: 2025Q2, end: 2025Q4}
world: {name: monocentric, size: 10}
population: {weight: 200}
reform: {policy: actual}
"""
DICU = "from dicu.cli import main; main()"
LIMITED = (
    "import resource, signal, sys\n"
    "sys.dont_write_bytecode = True\n"  # Python keeps bytecode cut short, which no later process can read
    "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    "what, most = getattr(resource, sys.argv.pop(1)), int(sys.argv.pop(1))\n"
    "from dicu.cli import main\n"
    "resource.setrlimit(what, (most, most))\n"
    "main()\n"
)
NO_TRACEBACK = re.compile(r"Traceback|Exception ignored|File \"")


def dicu(
    *words: object, script: str = DICU, env: Mapping[str, str] | None = None, **more: Any
) -> subprocess.CompletedProcess[str]:
    """One real process; whatever it is asked, it says no traceback."""
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, words)],
        check=False,
        timeout=300,
        **{"cwd": ROOT, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8", **more},
        env=None if env is None else {"PYTHONPATH": str(ROOT), "DICU_CACHE": str(cache_folder()), **env},
    )
    assert not NO_TRACEBACK.search(str(done.stderr)), done.stderr
    return done


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run with all its states; copied, not changed."""
    folder = tmp_path_factory.mktemp("edge")
    (folder / "tiny.yaml").write_text(CONFIG, encoding="utf-8")
    return execute(load(folder / "tiny.yaml").scenario, out=folder / "runs", saving=Saving(1, keep=True))


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    """The same in a folder of the test's own, beside its states."""
    shutil.copytree(made.parent, tmp_path / "runs" / "tiny")
    return tmp_path / "runs" / "tiny" / made.name


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@pytest.fixture
def edge(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str, str]]:
    """`main` in this process, from a folder of the test's own: status, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def call(*words: object) -> tuple[int, str, str]:
        streams = sys.stdout, sys.stderr
        monkeypatch.setattr(sys, "argv", ["dicu", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        sys.stdout, sys.stderr = streams
        told = capfd.readouterr()
        assert not NO_TRACEBACK.search(told.err), told.err
        assert isinstance(end.value.code, int)
        return end.value.code, told.out, told.err

    return call


# ------------------------------------------------------------------ standard output


def test_a_reader_that_goes_away_is_no_error() -> None:
    """`dicu parameters | head -1`: the pipe is closed long before all is said."""
    process = subprocess.Popen(
        [sys.executable, "-c", DICU, "parameters"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=60), said) == (0, b"")


def test_a_closed_standard_output_is_no_error() -> None:
    done = dicu("parameters", preexec_fn=lambda: os.close(1), stdout=None)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_standard_output_that_is_full_is_said() -> None:
    for words in (("parameters", "--markdown"), ("--help",)):  # more than a buffer holds, and less
        with open("/dev/full", "w") as full:
            done = dicu(*words, stdout=full)
        assert done.returncode == 1
        assert re.fullmatch(rf"(the system|standard output): {os.strerror(28)}\n", done.stderr), done.stderr


@pytest.mark.parametrize("env", [{"PYTHONIOENCODING": "cp1252"}, {"PYTHONIOENCODING": "ascii", "LANG": "C"}])
def test_an_output_that_is_not_utf8_holds_all_that_was_said(env: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "parameters.txt"
    with path.open("wb") as file:
        done = dicu("parameters", env=env, stdout=file)
    assert done.returncode == 0
    written = path.read_bytes().decode(env["PYTHONIOENCODING"])
    assert "cities.central" in written
    assert r"Hu\u1ebf" in written, "what the encoding cannot hold is escaped, not dropped"


@pytest.mark.parametrize("encoding", ["ascii", pytest.param("cp1252", marks=pytest.mark.slow)])
def test_a_run_of_any_name_prints_its_folder(encoding: str, config: Path, tmp_path: Path) -> None:
    """In an encoding that lacks its letters they are escaped; ascii counts as UTF-8 that was not stated."""
    words = ["run", config, "name=Điện Biên", "--out", tmp_path / "r", "--no-figures", "time.end=2025Q2"]
    words += ["reform.policy=none"]
    done = dicu(*words, env={"PYTHONIOENCODING": encoding, "LANG": "C"}, encoding=None)
    assert done.returncode == 0, done.stderr
    (folder,) = (p for p in (tmp_path / "r" / "Điện_Biên").iterdir() if p.is_dir())
    as_written = "utf-8" if encoding == "ascii" else encoding
    assert done.stdout.strip() == str(folder).encode(as_written, "backslashreplace")


def test_off_a_terminal_progress_is_plain_lines(config: Path, tmp_path: Path) -> None:
    done = dicu("run", config, "--out", tmp_path / "r", "--no-figures")
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert all(line.isprintable() for line in lines), lines
    assert lines[0] == "building the world"
    assert any(re.fullmatch(r"2025Q4: step 3 of 3, .*", line) for line in lines)
    again = dicu("run", config, "--out", tmp_path / "r", "--no-figures")
    assert again.stdout == done.stdout
    assert "stands already" in again.stderr


# ------------------------------------------------------------------ the machine


@pytest.mark.slow
def test_without_a_home_or_an_entry_in_passwd(config: Path, tmp_path: Path) -> None:
    """As in a container that runs as any user: neither HOME nor a name for the user."""
    script = (
        "import os, pwd\n"
        "def nobody(*_): raise KeyError('getpwuid(): uid not found')\n"
        "pwd.getpwuid = pwd.getpwnam = nobody\n"
        "assert 'HOME' not in os.environ\n" + DICU
    )
    done = dicu("run", config, "--out", tmp_path / "r", script=script, env={})
    assert done.returncode == 0, done.stderr
    assert (Path(done.stdout.strip()) / "figures").is_dir()
    # and with no cache named, so that a place for it must be found without a home
    done = dicu("parameters", script=script, env={"DICU_CACHE": ""})
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("most", [8, pytest.param(16, marks=pytest.mark.slow)])
def test_too_few_file_handles(most: int, config: Path, tmp_path: Path) -> None:
    """Enough of them for the run, or one sentence; never half a run."""
    words = ("RLIMIT_NOFILE", most, "run", config, "--out", tmp_path / "r", "--no-figures")
    done = dicu(*words, script=LIMITED)
    if done.returncode == 0:
        folder = Path(done.stdout.strip())
        assert Files(folder, read_manifest(folder)["outputs"]).faults() == []
    else:
        assert done.returncode == 1
        assert os.strerror(24) in done.stderr.splitlines()[-1]
        assert not list(tmp_path.rglob("manifest.json"))


def test_memory_that_is_not_there(
    edge: Callable[..., tuple[int, str, str]], config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def much(*_: object, **__: object) -> None:
        np.empty(1 << 60, dtype=np.uint8)

    monkeypatch.setattr("dicu.execution.starting.make_start", much)
    code, out, err = edge("run", config, "--out", "r", "--no-figures")
    assert (code, out) == (1, "")
    assert err.splitlines()[-1] == "not enough memory: a larger population.weight needs less of it"
    assert not list(Path("r").rglob("*.parquet")), "nothing of the run is left"


@pytest.mark.parametrize(("cause", "status"), [(KeyboardInterrupt(), 130), (MemoryError(), 1), (None, 1)])
def test_what_comes_while_a_kernel_runs_is_taken_for_what_it_is(
    cause: BaseException | None,
    status: int,
    edge: Callable[..., tuple[int, str, str]],
    config: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Numba passes on a signal's exception as the cause of a SystemError."""

    def kernel(*_: object, **__: object) -> None:
        raise SystemError("returned a result with an exception set") from cause

    monkeypatch.setattr("dicu.execution.starting.make_start", kernel)
    code, _, err = edge("run", config, "--out", "r", "--no-figures")
    assert code == status
    assert ("this should not have happened" in err) == (cause is None)


def test_what_nobody_thought_of_names_a_file_that_says_more(
    edge: Callable[..., tuple[int, str, str]], config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def odd(*_: object, **__: object) -> None:
        raise ZeroDivisionError("nobody in Huế")

    monkeypatch.setattr("dicu.execution.starting.make_start", odd)
    code, out, err = edge("run", config, "--out", "r", "--no-figures")
    assert (code, out) == (1, "")
    said = err.splitlines()[-1]
    found = re.fullmatch(
        r"this should not have happened \(ZeroDivisionError: nobody in Huế\); (.*) says more: please report it",
        said,
    )
    assert found, said
    text = Path(found[1]).read_text(encoding="utf-8")
    assert Path(found[1]).parent == Path.cwd()
    for part in (f"dicu run {config}", "Traceback", "ZeroDivisionError: nobody in Huế", "numba "):
        assert part in text


def test_ctrl_c_says_one_line(config: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", DICU, "run", str(config), "time.end=2035Q4", "population.weight=2", "--out",
         str(tmp_path / "r"), "--checkpoint-every", "1"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
    )  # fmt: skip
    states = tmp_path / "r" / "tiny" / "saved"
    while not list(states.rglob("saved-*.json")):
        assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert not NO_TRACEBACK.search(err), err
    assert err.splitlines()[-1] == "interrupted; finished work is kept"
    assert list(states.rglob("saved-*.json")), "the saved state is finished work"
    assert [p.name for p in states.parent.iterdir()] == ["saved"], "nothing half made is left"


@pytest.mark.parametrize("command", ["figures", "fork"])
def test_a_full_disk(command: str, run: Path) -> None:
    """The run that was there stays as it was, and no file is left half written."""
    before = {p: p.read_bytes() for p in run.parent.rglob("*") if p.is_file()}
    more = ("--at", "2025Q3", "seed=9", "--no-figures") if command == "fork" else ()
    done = dicu("RLIMIT_FSIZE", 2000, command, run, *more, script=LIMITED)
    assert done.returncode == 1
    assert os.strerror(27) in done.stderr
    assert done.stdout == ""
    assert {p: p.read_bytes() for p in before} == before
    left = [p for p in run.parents[1].rglob("*") if p.is_file() and p not in before]
    assert left == []


# ------------------------------------------------------------------ words of a shell


def test_a_home_behind_an_option_is_the_home(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edge: Callable[..., tuple[int, str, str]]
) -> None:
    """A shell leaves ~ as it is behind ``--out=``; pyarrow and pathlib would read it differently."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    code, out, err = edge(
        "run", config, "--out=~/runs", "--no-figures", "time.end=2025Q2", "reform.policy=none"
    )
    assert code == 0, err
    assert out.startswith(str(tmp_path / "home" / "runs" / "tiny"))
    assert not (tmp_path / "~").exists()


@pytest.mark.parametrize("words", [("run", "{}", "--out", ""), ("run", "{}", "--out="), ("show", "")])
def test_an_empty_word_is_refused(
    words: tuple[str, ...], config: Path, tmp_path: Path, edge: Callable[..., tuple[int, str, str]]
) -> None:
    before = sorted(tmp_path.rglob("*"))
    code, out, err = edge(*(word.format(config) for word in words))
    assert (code, out) == (2, "")
    assert "empty (a variable of the shell that is not set?)" in err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_value_is_not_cut_where_yaml_would_see_a_comment(
    config: Path, edge: Callable[..., tuple[int, str, str]]
) -> None:
    code, out, err = edge("run", config, "name=A #1", "--no-figures")
    assert (code, out) == (2, "")
    assert "a sign # behind a space begins a comment of YAML (quote text that holds it)" in err


def test_a_word_that_no_file_can_have_is_wrong_input(edge: Callable[..., tuple[int, str, str]]) -> None:
    for command in ("run", "show"):
        code, out, _ = edge(command, "x" * 300)
        assert (code, out) == (2, "")


# ------------------------------------------------------------------ folders that are no runs


def test_show_of_a_run_whose_table_is_cut(run: Path, edge: Callable[..., tuple[int, str, str]]) -> None:
    table = run / "national.parquet"
    table.write_bytes(table.read_bytes()[:100])
    code, out, err = edge("show", run)
    assert (code, out) == (2, "")
    assert "national.parquet" in err


def test_a_damaged_saved_state_names_the_one_before(
    run: Path, edge: Callable[..., tuple[int, str, str]]
) -> None:
    states = sorted((run.parent / "saved" / run.name).glob("saved-*.json"))
    states[-1].write_bytes(states[-1].read_bytes()[:50])
    shutil.rmtree(run)
    code, out, err = edge("resume", run)
    assert (code, out) == (2, "")
    assert f"remove it, and the run goes on from {states[-2].name}" in err
    states[-1].unlink()
    assert edge("resume", run, "--no-figures")[0] == 0


def test_fork_of_what_is_not_there(edge: Callable[..., tuple[int, str, str]]) -> None:
    assert edge("fork", "nope", "--at", "2025Q2") == (2, "", "nope: no such run folder\n")
    for shallow in ("/", "/tmp"):
        code, out, err = edge("fork", shallow, "--at", "2025Q2")
        assert (code, out) == (2, "")
        assert err.startswith(f"{shallow}: not the folder of a run (allowed runs/NAME/ID")


def test_resume_and_fork_from_beside_the_run(
    run: Path, edge: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named by its identity alone, from the folder that holds it, a run goes on to where it stood."""
    before = (run / "national.parquet").read_bytes()
    shutil.rmtree(run)
    monkeypatch.chdir(run.parent)
    code, out, err = edge("resume", run.name, "--no-figures")
    assert (code, out) == (0, f"{run}\n"), err
    assert (run / "national.parquet").read_bytes() == before
    code, out, err = edge("fork", run.name, "--at", "2025Q3", "seed=9", "--no-figures")
    assert code == 0, err
    assert Path(out.strip()).parent == run.parents[1] / "tiny-fork"


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    """The folder of a sweep as `dicu sweep` leaves it, made up."""
    folder = tmp_path / "sweeps" / "h0"
    return make_sweep(folder, [("none", {})], 2, lambda *_: [{"level": "nation", "unit": "VN", "step": 0}])


COMMANDS = {
    "report": ("report", "{}"),
    "trace": ("trace", "{}", "--household", "any"),
    "fork": ("fork", "{}", "--at", "2025Q3"),
}


@pytest.mark.parametrize("level", ["nation", "province"])
def test_a_sweep_without_outcomes_says_what_it_lacks(
    level: str, tmp_path: Path, edge: Callable[..., tuple[int, str, str]]
) -> None:
    row = {"level": level, "unit": "VN", "step": 0, "period": "2025Q1", "end": "2025-03-31"}
    folder = make_sweep(tmp_path / "sweeps" / "h0", [("none", {})], 2, lambda *_: [row], (level,))
    code, out, err = edge("figures", folder)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert f"{folder}: nothing to draw" in err


@pytest.mark.parametrize("command", ["trace", "fork"])
def test_a_sweep_is_no_run(command: str, sweep: Path, edge: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = edge(*(word.format(sweep) for word in COMMANDS[command]))
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert str(sweep) in err


def changed(manifest: bytes) -> dict[str, bytes]:
    """Manifests that are not what was written."""
    whole = json.loads(manifest)
    lacking = {key: value for key, value in whole.items() if key not in ("outputs", "config")}
    odd = {**whole, "outputs": [1], "config": "x", "seconds": None}
    flipped = bytearray(manifest)
    flipped[len(flipped) // 2] ^= 4
    return {
        "a list": b"[]", "a number": b"3", "a string": b'"run"', "null": b"null", "an empty object": b"{}",
        "keys missing": json.dumps(lacking).encode(), "keys missing, sealed": json.dumps(sealed(lacking)).encode(),
        "other kinds": json.dumps(odd).encode(), "other kinds, sealed": json.dumps(sealed(odd)).encode(),
        "cut short": manifest[: len(manifest) // 2], "empty": b"", "a bit": bytes(flipped), "not text": b"\xff\xfe\x00",
        "deep": b"[" * 100_000,
    }  # fmt: skip


KINDS = tuple(changed(b'{"outputs": {}, "config": {}}'))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_manifest_that_is_none(
    command: str, kind: str, run: Path, edge: Callable[..., tuple[int, str, str]]
) -> None:
    """JSON that is no object, lacks keys, holds other kinds, or no JSON at all: refused by name, nothing written."""
    shutil.rmtree(run.parent / "saved")
    path = run / "manifest.json"
    path.write_bytes(changed(path.read_bytes())[kind])
    before = sorted(run.rglob("*"))
    code, out, err = edge(*(word.format(run) for word in COMMANDS[command]))
    assert (code, out) == (2, ""), err
    assert len(err.splitlines()) == 1, err
    assert str(path) in err
    assert sorted(run.rglob("*")) == before


@pytest.mark.parametrize("command", COMMANDS)
def test_a_table_that_is_damaged(command: str, run: Path, edge: Callable[..., tuple[int, str, str]]) -> None:
    """One bit of the tables that a command reads: it says which file; a fork reads only the configuration."""
    shutil.rmtree(run.parent / "saved")
    read = "config.yaml" if command == "fork" else "national.parquet"
    data = bytearray((run / read).read_bytes())
    data[len(data) // 2] ^= 1
    (run / read).write_bytes(data)
    code, _, err = edge(*(word.format(run) for word in COMMANDS[command]))
    assert code == (1 if command == "figures" else 2), err  # the other figures are drawn
    assert str(run / read) in err
    assert "damaged" in err


def test_governments_check_of_a_missing_file(edge: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = edge("governments", "check", "nowhere.yaml")
    assert (code, out) == (2, "")
    assert err == "command line: nowhere.yaml: no such file (got nowhere.yaml)\n"

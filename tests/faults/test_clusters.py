"""Schedulers of others: a sweep goes through one with TLS, and what is wrong with ``--cluster`` is said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from dicu.sweeps.drive import run_sweep
from dicu.sweeps.executors import serial
from dicu.sweeps.plan import make_plan
from sweeps import write_files


def test_a_sweep_goes_through_a_scheduler_that_asks_for_tls(tmp_path: Path) -> None:
    """With the three files of its owner --cluster gives the bytes of a serial sweep."""
    from distributed import LocalCluster
    from distributed.security import Security
    from typer.testing import CliRunner

    from dicu.cli import app

    secret = Security.temporary()
    files = {"ca-file": secret.tls_ca_file, "cert": secret.tls_client_cert, "key": secret.tls_client_key}
    options: list[str] = []
    for what, pem in files.items():
        (tmp_path / what).write_text(pem, encoding="ascii")
        options += [f"--tls-{what}", str(tmp_path / what)]
    path = write_files(tmp_path)
    few = ["sweep.replications=1"]
    with LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
        processes=False,  # its worker is a thread here, but all that it hears comes over TLS
        protocol="tls",
        security=secret,
    ) as cluster:
        address = cluster.scheduler_address
        assert address.startswith("tls://")
        command = ["sweep", str(path), *few, "--out", str(tmp_path / "there"), "--cluster"]
        done = CliRunner().invoke(app, [*command, address, *options])
    assert done.exit_code == 0, done.output
    plan = make_plan(path, few)
    here = run_sweep(plan, tmp_path / "here", executor=serial)
    assert here.complete
    assert here.total == 4
    results = (tmp_path / "there" / plan.name / "results.parquet").read_bytes()
    assert results == (here.folder / "results.parquet").read_bytes()


@pytest.mark.parametrize(
    ("address", "with_files", "says"),
    [
        ("tls://127.0.0.1:9", False, "asks for TLS (give --tls-ca-file, --tls-cert and --tls-key)"),
        ("tcp://127.0.0.1:9", True, "does not speak TLS"),
        ("tls://127.0.0.1:9", True, "not an authority, a certificate and its key"),
        ("127.0.0.1", False, "missing port number"),
        ("carrier://pigeon:1", False, "unknown address scheme"),
        ("FILE {}", False, "not the file of a scheduler"),
        ("FILE [1]", False, "not the file of a scheduler"),
        ("FILE \x00", False, "not the file of a scheduler"),
        ('FILE {"address": "tls://127.0.0.1:9"}', False, "asks for TLS"),
    ],
)
def test_a_scheduler_that_is_asked_wrongly_is_told_so(
    tmp_path: Path, address: str, with_files: bool, says: str
) -> None:
    """What the user can mend about ``--cluster`` is one line and status 2, before any run."""
    from typer.testing import CliRunner

    from dicu.cli import app

    if address.startswith("FILE "):
        file = tmp_path / "scheduler.json"
        file.write_text(address.removeprefix("FILE "), encoding="utf-8")
        address = str(file)
    options: list[str] = []
    if with_files:
        (tmp_path / "junk.pem").write_text("no certificate", encoding="ascii")
        options = [v for o in ("ca-file", "cert", "key") for v in (f"--tls-{o}", str(tmp_path / "junk.pem"))]
    command = ["sweep", str(write_files(tmp_path)), "--out", str(tmp_path / "runs"), "--cluster", address]
    done = CliRunner().invoke(app, [*command, *options])
    assert done.exit_code == 2, done.output
    (line,) = [line for line in done.stderr.splitlines() if "runs to do" not in line]
    assert line.startswith(f"--cluster {address}: ")
    assert says in line

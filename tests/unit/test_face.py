"""The Python face: every example of a docstring runs as it is printed, and few names say all."""

from __future__ import annotations

import doctest
import inspect
from pathlib import Path

import pytest

import dicu
import dicu.api

EXAMPLES = {
    name: getattr(dicu, name) for name in ("compare", "load", "open", "run", "runs", "start", "sweep")
}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples: a run that one of them made is found by the next."""
    return tmp_path_factory.mktemp("face")


@pytest.mark.parametrize("name", ["dicu", *EXAMPLES])
def test_each_example_runs_as_it_is_printed(name: str, room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(room)
    text = inspect.getdoc(dicu if name == "dicu" else EXAMPLES[name])
    assert text is not None
    example = doctest.DocTestParser().get_doctest(text, {"dicu": dicu}, name, None, 0)
    assert example.examples, f"{name} shows no example"
    told: list[str] = []
    failed = doctest.DocTestRunner(verbose=False).run(example, out=told.append)
    assert failed.failed == 0, "".join(told)


def test_the_face_is_small_and_documented() -> None:
    assert len(dicu.__all__) <= 12
    for name in dicu.__all__:
        if name != "__version__":
            assert len(inspect.getdoc(getattr(dicu, name)) or "") > 40, name

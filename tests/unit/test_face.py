"""The Python face: every example of a docstring runs as it is printed, and few names say all."""

from __future__ import annotations

import doctest
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dicu
import dicu.api
from dicu.scenario.reading import ConfigurationErrors

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


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: dicu.load(None), "config: got None (NoneType), allowed a YAML file"),
        (lambda: dicu.run(["actual"]), "config: got ['actual'] (list), allowed a YAML file"),
        (lambda: dicu.sweep({}), "config: got {} (dict), allowed a sweep's YAML file"),
        (lambda: dicu.open(3), "config: got 3 (int), allowed a run's folder"),
        (lambda: dicu.load("monocentric", ["seed=7"]), "values: got ['seed=7'], allowed a mapping"),
    ],
)
def test_what_cannot_be_a_configuration_is_named(call: Callable[[], object], told: str) -> None:
    with pytest.raises(TypeError, match=re.escape(told)):
        call()


@pytest.mark.parametrize("threads", ["2", 1.0, True, 0])
def test_threads_are_a_whole_number(threads: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=re.escape(f"threads: got {threads!r}, allowed 1 to ")):
        dicu.run("monocentric", {"time.end": "2025Q4"}, weight=2000, threads=threads, out=tmp_path)


def test_a_number_beyond_the_range_is_not_suggested() -> None:
    with pytest.raises(ConfigurationErrors) as found:
        dicu.load("monocentric", weight=1e9)
    assert "did you mean" not in str(found.value)
    with pytest.raises(ConfigurationErrors, match="did you mean 200"):
        dicu.load("monocentric", weight=200.0)

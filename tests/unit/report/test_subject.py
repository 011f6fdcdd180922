from __future__ import annotations

import pytest

from dicu_analysis.load import UnfinishedRun
from dicu_analysis.report.subject import CannotCompare, gather, seed
from sealing import reseal


def test_the_twin_of_the_same_seed_is_found_and_pairs_of_other_seeds_are_its_replicates(
    made, tmp_path
) -> None:
    run = made(tmp_path, "actual")
    made(tmp_path, "none", 43)
    assert gather(run).how == "none"  # another seed is no twin
    twin = made(tmp_path, "none")
    made(tmp_path, "actual", 43)
    made(tmp_path, "actual", 44)  # has no twin, so it is no pair
    subject = gather(run)
    assert subject.how == "found"
    assert subject.about_the_reform
    assert subject.same_luck
    assert subject.twin.folder == twin.resolve()
    assert [(seed(a), seed(b)) for a, b in subject.pairs] == [(42, 42), (43, 43)]


def test_a_run_of_another_configuration_is_no_twin(made, tmp_path) -> None:
    run = made(tmp_path, "actual")
    made(tmp_path, "none", 42, ties={"growth": 0.5})
    assert gather(run).twin is None


def test_a_run_without_reform_is_compared_with_nothing(made, tmp_path) -> None:
    run = made(tmp_path, "none")
    made(tmp_path, "actual")
    assert gather(run).twin is None


def test_against_names_what_differs(made, tmp_path) -> None:
    run = made(tmp_path, "actual")
    other = made(tmp_path, "none", 43, ties={"growth": 0.5})
    subject = gather(run, other)
    assert subject.how == "against"
    assert subject.differs == ("ties.growth",)
    assert not subject.about_the_reform
    assert not subject.same_luck


def test_what_cannot_be_compared_is_refused_with_the_reason(made, tmp_path) -> None:
    run = made(tmp_path, "actual")
    with pytest.raises(CannotCompare, match="is the run itself"):
        gather(run, run)
    other = made(tmp_path, "none")
    reseal(other, weight=7)
    with pytest.raises(CannotCompare, match=r"population\.weight 10.* 7"):
        gather(run, other)
    with pytest.raises(UnfinishedRun, match="nothing"):
        gather(run, tmp_path / "nothing")


def test_a_damaged_neighbour_is_no_reason_to_fail(made, tmp_path) -> None:
    run = made(tmp_path, "actual")
    bad = made(tmp_path, "none")
    (bad / "manifest.json").write_text("{")
    assert gather(run).twin is None
    with pytest.raises(UnfinishedRun):
        gather(run, bad)

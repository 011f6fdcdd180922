"""Objects that are rows of columns: whoever holds one sees and changes the same number as a rule on whole columns."""

from __future__ import annotations

import numpy as np
import pytest

from dicu.government.budget import Budget
from dicu.government.rows import Structure, lay, where
from dicu.government.state import export
from dicu.reform import apply, policy

SETTINGS = {
    "reinvest_share": 1.0, "satellite_most": 3, "satellite_minutes": 10.0, "pool_share": 0.3,
    "mobile_desk_loss": 0.005, "mobile_desk_upkeep": 0.0,
}  # fmt: skip


def people(world, step):
    wave = 1 + 0.02 * step * np.sin(np.arange(36)) - 0.01 * step * (np.arange(36) % 5 == 0)
    return np.round(world.residents * wave).astype(np.int64)


def share_a_budget(g):
    """Let one budget pay for offices of three communes, of which one has its turn before the one that keeps it."""
    first, *others = (g.offices[i] for i in (4, 2, 8))
    for office in others:
        first.budget.posts += office.budget.posts
        first.budget.transfer += office.budget.transfer
        first.budget.transfer_fall += office.budget.transfer_fall
        office.budget = first.budget
    g.seat()
    return first.budget


@pytest.mark.parametrize("shared", [False, True])
def test_a_run_steps_all_governments_as_each_of_them_steps_itself(govern, world, shared, monkeypatch):
    """Columns at once, or agent by agent in their order: the same bytes, also where a budget pays across borders."""
    at_once, one_by_one = govern(**SETTINGS), govern(**SETTINGS)

    def each(step):
        one_by_one.communes.do("step", step)
        one_by_one.provinces.do("step", step)

    monkeypatch.setattr(one_by_one, "_work", each)
    overlay = policy("actual", world, 3)[0]
    if shared:
        for g in (at_once, one_by_one):
            assert share_a_budget(g) in g.network.laid().budgets
            assert len(g.network.laid().budgets) == len(g.offices) - 2
    for step in range(8):
        for g in (at_once, one_by_one):
            if step == 3:
                apply(g, overlay, step, people(world, step))
            g.step(people(world, step), step, 5.0 + np.cos(np.arange(36) + step))
        mine, theirs = export(at_once), export(one_by_one)
        for name, values in mine.items():
            assert np.array_equal(values, theirs[name]), (step, name)
    assert any(office.mobile for office in at_once.offices), "else mobile desks are not tested"
    assert at_once.network.laid().budget["pool_next"].any(), "else pools are not tested"


def test_objects_keep_their_numbers_wherever_they_are_laid_out():
    budgets = [Budget(posts, 0, 0, 0, posts**3, 0, 0) for posts in range(5)]
    before = Structure.number
    columns = lay(budgets[::-1], Budget)
    assert Structure.number > before
    assert columns["posts"].tolist() == [4, 3, 2, 1, 0]
    assert [b.transfer for b in budgets] == [0, 1, 8, 27, 64]
    budgets[1].transfer += 5
    assert columns["transfer"].tolist() == [64, 27, 8, 6, 0]
    columns["posts"][4] = 99
    assert budgets[0].posts == 99
    now = Structure.number
    assert lay(budgets[::-1], Budget) is columns, "they stand so already"
    assert Structure.number == now
    some, at = where([budgets[3], budgets[0], budgets[3]], Budget)
    assert some is columns
    assert at.tolist() == [1, 4, 1]


def test_a_network_notices_that_an_office_got_another_budget(govern):
    g = govern()
    laid = g.network.laid()
    assert g.network.laid() is laid
    g.offices[7].budget = g.offices[3].budget
    again = g.network.laid()
    assert len(again.budgets) == len(laid.budgets) - 1
    assert again.pays[7] == again.pays[3]
    g.network.count_posts()
    assert g.offices[3].budget.posts == g.offices[3].staff + g.offices[7].staff

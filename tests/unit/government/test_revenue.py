from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicu.government import books
from dicu.government.revenue import ONE, Revenue, income_level, index_of, scaled


def test_tax_follows_residents_and_income_and_land_follows_rents():
    start = np.array([4.0, 6.0])
    revenue = Revenue(np.array([1000, 2000]), 0.2, start)
    people = np.array([100, 100])
    revenue.raise_from(people, start, np.array([2.0, 3.0]))
    assert revenue.tax.tolist() == [80_000, 160_000]
    assert revenue.land.tolist() == [20_000, 40_000]
    revenue.raise_from(2 * people, np.array([6.0, 6.0]), np.array([2.0, 4.5]))
    assert revenue.tax.tolist() == [240_000, 320_000]
    assert revenue.land.tolist() == [40_000, 120_000]
    revenue.raise_from(people, None)
    assert (revenue.tax + revenue.land).tolist() == [100_000, 200_000]


def test_income_level_is_the_mean_over_workers():
    income = income_level(np.array([[2.0, 8.0], [3.0, 5.0]]), np.array([[3, 1], [0, 0]]))
    assert income.tolist() == [3.5, 0.0]
    assert index_of(income, np.array([3.5, 1.0]), 2).tolist() == [ONE, ONE], (
        "where nobody works nothing is known"
    )


@given(st.integers(0, 10**14), st.integers(0, 20 * ONE))
def test_scaling_is_exact(amount, index):
    assert scaled(np.array([amount]), np.array([index]))[0] == amount * index // ONE


def test_income_in_the_country_moves_the_tax(govern, world):
    income = np.full(36, 5.0)
    g = govern()
    assert g.revenue.income_at_start is None
    from dicu.government import Governments

    richer = Governments(g.model, world, g.parameters, g._access_parameters, world.residents, income=income)
    richer.step(world.residents, 0, 1.5 * income)
    books.check(richer)
    columns, before = books.columns(richer), books.columns(g)
    assert columns["revenue_tax_mvnd"][-1] == pytest.approx(1.5 * before["revenue_tax_mvnd"][-1], rel=1e-6)
    assert columns["revenue_land_mvnd"][-1] == before["revenue_land_mvnd"][-1]
    assert columns["investment_mvnd"][-1] > before["investment_mvnd"][-1]

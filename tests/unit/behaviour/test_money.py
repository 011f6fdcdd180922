from __future__ import annotations

import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from dicu.behaviour.follow import can_follow, follow, follow_rule
from dicu.behaviour.remit import RICHEST_PARENT, RemitRule, remit, remit_rule, remittance
from dicu.behaviour.wealth import (
    MOST_WEALTH,
    consume,
    draw_65536,
    floor_units,
    income_of,
    luck_factors,
    rounded,
    saving_65536,
    to_units,
    wealth_after,
)
from dicu.compute.draws import Purpose
from dicu.compute.hashing import hash32, hash64, key64
from dicu.compute.numeric import exp64
from dicu.population.columns import SHOCK_SHIFT, Households
from dicu.population.links import Links
from dicu.scenario.parameters_household import Money
from states import permuted

MONEY = Money()
UNIT = st.integers(0, MOST_WEALTH)


# ------------------------------------------------------------------ wealth


@given(UNIT, UNIT, UNIT, st.integers(0, 65_536), st.integers(0, 65_536))
def test_what_comes_in_is_kept_or_consumed(wealth, income, floor, saving, draw):
    after, consumed = consume(wealth, income, floor, saving, draw)
    assert after + consumed == wealth + income
    assert 0 <= after <= MOST_WEALTH
    spent = max(floor, income - (income * saving + 32_768 >> 16) + (wealth * draw + 32_768 >> 16))
    spent = min(spent, wealth + income)
    assert after == min(wealth + income - spent, MOST_WEALTH)
    if wealth + income - spent <= MOST_WEALTH:
        assert consumed == spent


@njit
def _loop(wealth, income, floor, keep, draw, out):
    for i in range(len(wealth)):
        out[i] = wealth_after(wealth[i], income[i], floor[i], keep, draw)


def test_the_loop_over_columns_is_the_scalar_rule():
    rng = np.random.default_rng(1)
    n = 5000
    edge = np.array([0, 1, 32_767, 32_768, 65_534, 65_535])
    wealth, income, floor = (
        np.concatenate([rng.integers(0, 65_536, n), np.tile(np.repeat(edge, 6**k), 6 ** (2 - k))])
        for k in range(3)
    )
    for keep, draw in (
        (0, 0),
        (1, 1),
        (saving_65536(MONEY), draw_65536(MONEY, 1.0)),
        (65_535, 1),
        (65_536, 65_536),
    ):
        for kinds in ((np.uint16, np.uint32, np.uint16), (np.uint32, np.uint32, np.uint32)):
            columns = [c.astype(k) for c, k in zip((wealth, income, floor), kinds, strict=True)]
            out = np.empty(len(wealth), dtype=np.uint16)
            _loop(*columns, np.uint32(keep), np.uint32(draw), out)
            expected = [
                consume(w, y, f, keep, draw)[0] for w, y, f in zip(wealth, income, floor, strict=True)
            ]
            assert out.tolist() == expected


def test_known_cases_of_saving():
    # 30 M a quarter, 4 people at 1.2 M a month: 25.5 consumed, 4.5 saved
    assert saving_65536(MONEY) == 9830
    assert floor_units(MONEY, 3) == 36
    assert consume(100, 300, 4 * 36, 9830, 0) == (145, 255)
    # 12 M a quarter: the floor of 14.4 binds and 2.4 are eaten up
    assert consume(100, 120, 4 * 36, 9830, 0) == (76, 144)
    # nearly destitute: never beyond the resources
    assert consume(3, 20, 4 * 36, 9830, 0) == (0, 23)
    # a full purse: what does not fit is consumed
    assert consume(65_530, 1000, 0, 65_536, 0) == (65_535, 995)


@pytest.mark.parametrize("years", [0.5, 1.1, 4.0])
@pytest.mark.parametrize(("first", "step"), [(0, 3.0), (20_000, 3.0), (0, 1.0)])
def test_wealth_comes_to_rest_at_its_target(years, first, step):
    """A steady income of 100 M a quarter, from nothing and from far above, in quarters and months.

    It goes there at s / T a year: after thirty years within a tenth of the way left by the closed form.
    """
    money = Money(target_years=years)
    draw = draw_65536(money, step / 3)
    income = round(1000 * step / 3)
    wealth, target = first, 4000 * years
    for _ in range(round(30 * 12 / step)):
        wealth, _ = consume(wealth, income, 0, saving_65536(money), draw)
    left = math.exp(-30 * money.saving_rate / years) * abs(first - target)
    assert abs(wealth - target) == pytest.approx(left, rel=0.1, abs=0.02 * target)
    at_rest, consumed = consume(round(target), income, 0, saving_65536(money), draw)
    assert abs(consumed - income) <= 2 + 0.001 * income, f"at its target it consumes what it earns: {at_rest}"


def test_rounding_is_right_on_average_over_all_draws():
    """Over equally spaced draws the mean is the amount itself, to the spacing."""
    n = 1 << 12
    draws = [(i << 20) + (1 << 19) for i in range(n)]
    for amount in (0.0, 0.05, 0.1, 1.23, 7.0, 41.999):
        values = [to_units(amount, np.uint32(b)) for b in draws]
        assert set(values) <= {math.floor(10 * amount), math.floor(10 * amount) + 1}
        assert np.mean(values) == pytest.approx(10 * amount, abs=1 / n)
    # exact where the rest is a number of 2^-32: as many draws round up as it says
    rest = 3 / 2.0**32
    assert [rounded(5 + rest, np.uint32(b)) for b in (0, 1, 2, 3, 2**32 - 1)] == [6, 6, 6, 5, 5]
    assert rounded(5.0, np.uint32(0)) == 5


@pytest.mark.parametrize("spread", [0.0, 0.3, 0.6, 1.5])
def test_luck_has_mean_one_and_the_spread_asked_for(spread):
    factor = luck_factors(spread)
    assert factor.shape == (256,)
    assert math.fsum(factor) / 256 == pytest.approx(1.0, abs=1e-15)
    assert (np.diff(factor) >= 0).all()
    # 256 mid-points cut the tails a little: the spread is up to 1 % short
    assert 0.985 * spread <= np.log(factor).std() <= spread
    # the factors of ranks k and 255 - k are as far above as below the middle one
    middle = np.log(factor[127]) + np.log(factor[128])
    assert np.log(factor) + np.log(factor[::-1]) == pytest.approx(np.full(256, middle), abs=1e-12)


def test_a_negative_spread_of_luck_is_refused():
    with pytest.raises(ValueError, match=r"spread of luck -0\.1"):
        luck_factors(-0.1)


def test_the_shares_of_luck_are_portable_numbers():
    """The first factor by hand: z at 1/512 is -2.8856349124267573 (tables of the normal)."""
    sigma = 0.6
    ratio = luck_factors(sigma)[0] / luck_factors(sigma)[255]
    assert ratio == pytest.approx(exp64(2 * sigma * -2.8856349124267573), rel=1e-12)


# ------------------------------------------------------------------ remittances

N_PLACES = 12
DISTRICT = np.repeat(np.arange(4), 3).astype(np.int32)
WORD = np.zeros(256, dtype=np.uint32)
WORD[100:220] = (1 << 26) | (1 << 29) | 12_345
LUCK = luck_factors(0.6)


def people(n, seed, rich=3000):
    rng = np.random.default_rng(seed)
    h = Households.empty(n, n + 5)
    h.uid[:n] = [hash64(seed, i) for i in range(n)]
    h.place[:n] = rng.integers(0, N_PLACES, n)
    h.home_place[:n] = h.place[:n]
    h.wealth[:n] = rng.integers(0, rich, n)
    h.member[:n] = np.where(np.arange(6) < rng.integers(1, 7, n)[:, None], rng.integers(2, 256, (n, 6)), 0)
    h.attributes[:n] = 0
    h.income_quantile[:n] = rng.integers(0, 256, n)
    h.ties[:n] = 0
    h.flags[:n] = rng.integers(0, 16, n) | (rng.integers(0, 3, n) << SHOCK_SHIFT)
    return h


def family(n, seed, parents=None):
    rng = np.random.default_rng(seed + 99)
    child = rng.permutation(n)[: 2 * n // 3]
    parent = rng.integers(0, n - 1 if parents is None else parents, len(child))
    parent = np.where(parent >= child, parent + 1, parent) if parents is None else parent
    keep = child != parent
    links = Links.empty()
    links.add(child[keep], parent[keep])
    return links


INCOME = np.random.default_rng(5).uniform(20, 900, (N_PLACES, 16))
OTHER = np.random.default_rng(6).uniform(0, 50, N_PLACES)


def remit_in_plain_python(links, h, rule, income=INCOME, other=OTHER):
    """What the rule says, household by household."""
    before = {i: int(h.wealth[i]) for i in range(h.n)}
    offers = []
    for c, p in zip(links.child.tolist(), links.parent[: links.n].tolist(), strict=True):
        u = hash32(h.uid[c], rule.key) / 2**32
        shock = int(h.flags[p]) >> 4 & 7
        if u >= (rule.chance_after_shock if shock else rule.chance):
            continue
        if DISTRICT[h.place[c]] == DISTRICT[h.place[p]] or before[p] > RICHEST_PARENT:
            continue
        workers = sum(100 <= b < 220 for b in h.member[c].tolist())
        persons = sum(b > 0 for b in h.member[c].tolist())
        y = float(income[h.place[c], h.flags[c] & 15]) * float(LUCK[h.income_quantile[c]]) * workers
        amount = rule.share * (y + float(other[h.place[c]]) * persons)
        units = math.floor(amount)
        units += hash32(h.uid[c], rule.rounding_key) / 2**32 < amount - units
        offers.append((c, p, min(units, before[c])))
    received: dict[int, int] = {}
    for _, p, a in offers:
        received[p] = received.get(p, 0) + a
    paid = [(c, p, a) for c, p, a in offers if before[p] + received[p] <= MOST_WEALTH and a]
    after = dict(before)
    for c, p, a in paid:
        after[c] -= a
        after[p] += a
    refused = sum(a > 0 for _, _, a in offers) - len(paid)
    return list(after.values()), (sum(a for _, _, a in paid), len(paid)), refused


def send(links, h, rule, income=INCOME):
    return remit(links, h, rule, income, LUCK, WORD, DISTRICT, OTHER)


@pytest.mark.parametrize("seed", range(4))
def test_remittances_are_those_of_plain_python_and_sum_to_zero(seed):
    h, links = people(3000, seed), family(3000, seed)
    rule = remit_rule(MONEY, seed, 7, 1.0)
    expected, sent, refused = remit_in_plain_python(links, h, rule)
    total = int(h.wealth[: h.n].sum(dtype=np.int64))
    got = send(links, h, rule)
    assert got == sent
    assert got.senders > 50
    assert refused == 0
    assert h.wealth[: h.n].tolist() == expected
    assert int(h.wealth[: h.n].sum(dtype=np.int64)) == total


@pytest.mark.parametrize(("parents", "some_are_paid"), [(2, False), (60, True), (300, True)])
def test_no_purse_overflows_when_everybody_sends_to_few(parents, some_are_paid):
    """Many rich children a parent: who would overflow gets nothing from anybody, whoever comes first."""
    rule = RemitRule(1.0, 1.0, 0.5, np.uint64(key64(1, 1, 1)), np.uint64(key64(1, 2, 1)))
    h, links = people(4000, parents, 65_536), family(4000, parents, parents)
    h.wealth[:parents] = np.linspace(20_000, 60_003, parents).astype(np.uint16)
    total = int(h.wealth[: h.n].sum(dtype=np.int64))
    expected, sent, refused = remit_in_plain_python(links, h, rule)
    got = send(links, h, rule)
    assert refused > 0
    assert (got.senders > 0) == some_are_paid
    assert got == sent
    assert h.wealth[: h.n].tolist() == expected
    assert sum(expected) == total


def test_parents_richer_than_the_bound_receive_nothing():
    always = RemitRule(1.0, 1.0, 0.1, np.uint64(1), np.uint64(2))
    for wealth, pays in ((RICHEST_PARENT, True), (RICHEST_PARENT + 1, False)):
        h, links = people(2, 1), Links.empty()
        h.place[:2], h.wealth[:2] = [0, 11], [5000, wealth]
        h.member[0] = [100, 101, 0, 0, 0, 0]
        links.add(np.array([0]), np.array([1]))
        assert (send(links, h, always).units > 0) == pays


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 60), st.integers(0, 10_000), st.sampled_from([3000, 65_536]), st.randoms())
def test_the_order_of_rows_does_not_matter_and_nothing_is_lost(n, seed, rich, random):
    rule = RemitRule(0.7, 0.9, 0.4, np.uint64(key64(seed, 1, 1)), np.uint64(key64(seed, 2, 1)))
    h, links = people(n, seed, rich), family(n, seed)
    order = list(range(n))
    random.shuffle(order)
    order = np.array(order)
    new_row = np.empty(n, dtype=np.int64)
    new_row[order] = np.arange(n)
    shuffled, renamed = h.take(order), permuted(links, new_row)
    total = int(h.wealth[:n].sum(dtype=np.int64))
    a, b = send(links, h, rule, INCOME * 40), send(renamed, shuffled, rule, INCOME * 40)
    assert a == b
    assert shuffled.wealth.tolist() == h.wealth[order].tolist()
    assert int(h.wealth[:n].sum(dtype=np.int64)) == total


def test_threads_do_not_matter():
    results = []
    before = numba.get_num_threads()
    try:
        for threads in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
            numba.set_num_threads(threads)
            h, links = people(40_000, 3), family(40_000, 3)
            sent = send(links, h, remit_rule(MONEY, 1, 1, 1.0))
            none = np.empty(0, dtype=np.int64)
            moves = follow(links, h, follow_rule(MONEY, 1, 1, 1.0), DISTRICT, none)
            gone = np.arange(0, 40_000, 7)
            dropped = links.remap(gone, none, none)
            results.append(
                (sent, h.wealth[: h.n].tobytes(), moves.child.tolist(), dropped, links.child.tobytes())
            )
    finally:
        numba.set_num_threads(before)
    assert results[0] == results[1]


def test_a_shock_only_adds_senders_and_the_step_sets_the_chance():
    rule = remit_rule(MONEY, 1, 1, 1.0)
    assert rule.chance == pytest.approx(0.08, abs=1e-15)
    assert rule.chance_after_shock == pytest.approx(0.24, abs=1e-15)
    month = remit_rule(MONEY, 1, 1, 1 / 3)
    assert (1 - month.chance) ** 3 == pytest.approx(0.92, abs=1e-14)
    assert remit_rule(Money(remit_chance=0.5, remit_after_shock=3.0), 1, 1, 1.0).chance_after_shock == 1.0
    assert remit_rule(Money(remit_chance=0.0), 1, 1, 1.0).chance == 0.0

    n = 20_000
    base, links = people(n, 8), family(n, 8)
    base.wealth[:n] = 5000
    who = []
    for shock in (0, 7):
        h = base.take(np.arange(n))
        h.flags &= np.uint8(0x0F)
        h.flags |= np.uint8(shock << SHOCK_SHIFT)
        # nobody's parents send as well: look at the children alone
        sent = send(links, h, rule)
        who.append(sent.senders)
    away = DISTRICT[base.place[links.child]] != DISTRICT[base.place[links.parent[: links.n]]]
    m = int(away.sum())
    for senders, q in zip(who, (0.08, 0.24), strict=True):
        # senders of nothing (no worker, hardly any other income) are few
        assert abs(senders - m * q) < 4 * np.sqrt(m * q * (1 - q)) + 0.01 * m * q
    assert who[1] > 2 * who[0]


def test_a_remittance_is_the_share_of_income_on_average_and_at_most_what_there_is():
    rule = remit_rule(MONEY, 1, 1, 1.0)
    income = income_of(123.4, 2, 1.5, 10.0, 4)
    assert income == 123.4 * 1.5 * 2 + 40
    sent = [remittance(np.uint64(hash64(1, i)), income, 60_000, rule) for i in range(4000)]
    share = MONEY.remit_share * income
    assert set(sent) == {math.floor(share), math.floor(share) + 1}
    assert np.mean(sent) == pytest.approx(share, abs=4 * 0.5 / np.sqrt(4000))
    assert remittance(np.uint64(5), income, 3, rule) == 3


def test_draws_of_the_money_rules_have_purposes_of_their_own():
    mine = {int(Purpose.REMIT), int(Purpose.REMIT_ROUNDING), int(Purpose.FOLLOW)}
    assert len(mine) == 3
    assert len({p.value for p in Purpose}) == len(Purpose.__members__)  # an alias would share its luck


# ------------------------------------------------------------------ families that follow


def follow_in_plain_python(links, h, rule, busy):
    ends = list(zip(links.child.tolist(), links.parent[: links.n].tolist(), strict=True))
    drawn = [
        (int(h.uid[c]), c, p)
        for c, p in ends
        if hash32(h.uid[c], rule.key) / 2**32 < rule.chance
        and DISTRICT[h.place[c]] != DISTRICT[h.place[p]]
        and c not in busy
        and p not in busy
    ]
    called: dict[int, int] = {}
    for _, c, p in sorted(drawn):
        called.setdefault(p, c)
    moves = [(p, c) for p, c in called.items() if c not in called]
    size = [int(np.count_nonzero(h.member[i])) for i in range(h.n)]
    return [(p, c, size[p] + size[c] <= 6) for p, c in sorted(moves, key=lambda m: int(h.uid[m[1]]))]


@pytest.mark.parametrize("seed", range(4))
def test_families_that_follow_are_those_of_plain_python(seed):
    h, links = people(2000, seed), family(2000, seed, 700 if seed % 2 else None)
    rule = follow_rule(Money(follow_chance=0.5), seed, 3, 1.0)
    busy = np.random.default_rng(seed).permutation(2000)[:200].astype(np.int64)
    moves = follow(links, h, rule, DISTRICT, busy)
    got = list(zip(moves.parent.tolist(), moves.child.tolist(), moves.joins.tolist(), strict=True))
    assert got == follow_in_plain_python(links, h, rule, set(busy.tolist()))
    assert len(moves) > 20
    assert 0 < moves.joins.sum() < len(moves)
    assert len(set(moves.parent.tolist()) | set(moves.child.tolist())) == 2 * len(moves)
    assert all(can_follow(h.uid[c], rule) for c in moves.child)
    # another order of rows and links: the same families
    order = np.random.default_rng(seed).permutation(2000)
    new_row = np.argsort(order)
    other = follow(permuted(links, new_row), h.take(order), rule, DISTRICT, new_row[busy])
    assert np.array_equal(h.uid[moves.parent], h.uid[order[other.parent]])
    assert np.array_equal(h.uid[moves.child], h.uid[order[other.child]])


def test_a_whole_chain_does_not_move_at_once():
    h = people(4, 1)
    h.place[:4] = [0, 3, 6, 9]
    links = Links.empty()
    links.add(np.array([0, 1, 2]), np.array([1, 2, 3]))
    always = follow_rule(Money(), 1, 1, 1.0)._replace(chance=1.0)
    none = np.empty(0, dtype=np.int64)
    moves = follow(links, h, always, DISTRICT, none)
    assert (moves.parent.tolist(), moves.child.tolist()) == ([1], [0])
    assert len(follow(links, h, always, DISTRICT, np.array([0], dtype=np.int64))) == 1  # now 2 follows 1
    assert len(follow(links, h, always._replace(chance=0.0), DISTRICT, none)) == 0
    assert len(follow(Links.empty(), h, always, DISTRICT, none)) == 0

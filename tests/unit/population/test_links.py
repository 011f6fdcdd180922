from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicu.compute.hashing import hash64, key64
from dicu.population import link_kernels as kernels
from dicu.population.links import _PURPOSE, Links, absent_member_share, first_links
from dicu.population.synthesis import synthesise
from dicu.reform.opening import load_viet_nam
from dicu.scenario.parameters import Income, Ties
from dicu.scenario.sections import Population
from dicu.world.small import monocentric
from states import permuted

YEAR = 2019
SEED = 2019


def rows(*values):
    return np.array(values, dtype=np.int64)


def made(pairs):
    links = Links.empty()
    links.add(rows(*(c for c, _ in pairs)), rows(*(p for _, p in pairs)))
    return links


def pairs_of(links):
    child, parent = links.child.tolist(), links.parent[: links.n].tolist()
    assert child == sorted(child)
    return list(zip(child, parent, strict=True))


SPREADS = (1, 21_851, 65_535, 65_536)
"""Rows are multiplied by one of these: few blocks of links, or many with few links each."""


@st.composite
def tables(draw, most=40):
    """A set of households, links among them, rows that vanish, and rows that move into the gaps."""
    n = draw(st.integers(3, most))
    children = draw(st.lists(st.integers(0, n - 1), unique=True, max_size=n))
    parents = [draw(st.integers(0, n - 2)) for _ in children]
    pairs = [(c, p if p < c else p + 1) for c, p in zip(children, parents, strict=True)]
    gone = draw(st.lists(st.integers(0, n - 1), unique=True, max_size=n - 1))
    left = n - len(gone)
    target = sorted(g for g in gone if g < left)
    source = [r for r in range(left, n) if r not in gone]
    return n, pairs, gone, source, target


def spread_out(by, *lists):
    return [[tuple(by * v for v in r) if isinstance(r, tuple) else by * r for r in rows] for rows in lists]


@settings(max_examples=200, deadline=None)
@given(tables(), st.sampled_from(SPREADS))
def test_a_compaction_renames_what_is_left_and_drops_what_is_gone(table, by):
    n, *lists = table
    pairs, gone, source, target = spread_out(by, *lists)
    links = made(pairs)
    dropped = links.remap(rows(*gone), rows(*source), rows(*target))
    name = {**{by * r: by * r for r in range(n)}, **dict(zip(source, target, strict=True))}
    expected = [(name[c], name[p]) for c, p in pairs if c not in gone and p not in gone]
    assert pairs_of(links) == sorted(expected)
    assert dropped == len(pairs) - len(expected)
    links.check(by * (n - len(gone) - 1) + 1)


@settings(max_examples=200, deadline=None)
@given(tables(), st.sampled_from(SPREADS), st.integers(0, 40), st.randoms(use_true_random=False))
def test_a_step_changes_links_as_a_dictionary_would(table, by, batches, random):
    """Children come in batches; then, on what is found once, merges and the compaction; parents are looked up."""
    n, *lists = table
    pairs, gone, source, target = spread_out(by, *lists)
    links, oracle = Links.empty(), {}
    cuts = sorted(random.randint(0, len(pairs)) for _ in range(batches % 5))
    for a, b in zip([0, *cuts], [*cuts, len(pairs)], strict=True):
        links.add(rows(*(c for c, _ in pairs[a:b])), rows(*(p for _, p in pairs[a:b])))
        oracle.update(pairs[a:b])
        assert pairs_of(links) == sorted(oracle.items())
    old = random.sample(gone, random.randint(0, len(gone)))
    stays = [by * r for r in range(n) if by * r not in gone]
    new = [random.choice(stays) for _ in old]

    few = links.touching(rows(*random.sample(gone + source, len(gone + source))))
    ends = {*gone, *source}
    assert list(zip(few.child.tolist(), few.parent.tolist(), strict=True)) == [
        (c, p) for c, p in sorted(oracle.items()) if c in ends or p in ends
    ]
    dropped = few.merge_into(rows(*old), rows(*new))
    dropped += few.remap(rows(*gone), rows(*source), rows(*target))
    links.put_back(few)
    home, name = dict(zip(old, new, strict=True)), dict(zip(source, target, strict=True))
    merged = {c: home.get(p, p) for c, p in oracle.items() if home.get(p, p) != c}
    after = {name.get(c, c): name.get(p, p) for c, p in merged.items() if c not in gone and p not in gone}
    assert pairs_of(links) == sorted(after.items())
    assert dropped == len(oracle) - len(after)
    links.check(by * (n - len(gone) - 1) + 1)

    asked = random.sample(range(n), n)
    assert links.parents_of(by * rows(*asked)).tolist() == [after.get(by * r, -1) for r in asked]
    if by > 1:  # rows between have none
        assert (links.parents_of(by * rows(*asked) + 1) == -1).all()
    some = [by * r for r in asked[: n // 3]]
    of_them = links.of_parents(rows(*some))
    assert sorted(zip(of_them.child.tolist(), of_them.parent.tolist(), strict=True)) == sorted(
        (c, p) for c, p in after.items() if p in some
    )
    assert links.nbytes == 6 * links.n + 8 * len(links.start)


@settings(max_examples=100, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_identities_outlive_compactions_shuffles_and_any_order_of_links(table, random):
    n, pairs, gone, _, _ = table
    uid = np.array([hash64(7, r) for r in range(n)], dtype=np.uint64)
    expected = sorted((int(uid[c]), int(uid[p])) for c, p in pairs if c not in gone and p not in gone)
    shuffled = list(pairs)
    random.shuffle(shuffled)
    new_row = list(range(n))
    random.shuffle(new_row)
    new_row = rows(*new_row)
    new_uid = np.empty_like(uid)
    new_uid[new_row] = uid
    links = permuted(made(shuffled), new_row)
    uids_before = links.canonical(new_uid)
    assert [a.tolist() for a in uids_before] == [a.tolist() for a in made(pairs).canonical(uid)]
    gone_now = new_row[gone] if gone else rows()
    left = n - len(gone)
    target_now = np.sort(gone_now[gone_now < left])
    source_now = np.setdiff1d(np.arange(left, n), gone_now)
    links.remap(gone_now, source_now, target_now)
    new_uid[target_now] = new_uid[source_now]
    child, parent = links.canonical(new_uid[:left])
    assert list(zip(child.tolist(), parent.tolist(), strict=True)) == expected
    assert child.dtype == parent.dtype == np.uint64


def test_blocks_close_up_across_their_edges():
    """Full blocks; the first and the last of each are gone, and one link goes far beyond."""
    n = 3 * kernels.BLOCK + 17
    links = Links.empty()
    links.add(np.arange(n), np.arange(n) + n)
    edges = np.arange(0, n, kernels.BLOCK)
    gone = np.unique(np.concatenate([edges, edges[1:] - 1, [n - 1]]))
    moved = rows(5, n + 70_000)
    to = rows(5_000_000, 6_000_000)
    assert links.remap(gone, moved, to) == len(gone)
    child = np.setdiff1d(np.arange(n), gone)
    parent = child + n
    child[child == 5] = 5_000_000
    parent[parent == n + 70_000] = 6_000_000
    order = np.argsort(child)
    assert np.array_equal(links.child, child[order])
    assert np.array_equal(links.parent[: links.n], parent[order])
    assert links.parents_of(rows(5, 6, 70_000, 5_000_000, 2**32 - 2)).tolist() == [
        *(-1, 6 + n, 6_000_000, 5 + n, -1)
    ]


def test_children_beyond_all_others_are_appended_and_others_put_between():
    links = Links.empty(4)
    room = links.low
    links.add(rows(3, 70_000), rows(0, 1))
    links.add(rows(70_002, 140_000), rows(2, 3))
    assert links.low is room
    links.add(rows(70_001, 1), rows(4, 5))
    assert pairs_of(links) == [(1, 5), (3, 0), (70_000, 1), (70_001, 4), (70_002, 2), (140_000, 3)]
    assert links.start.tolist() == [0, 2, 5, 6]
    links.add(rows(), rows())
    assert links.n == 6
    alone = links.copy()
    alone.remap(rows(3), rows(), rows())
    assert (alone.n, links.n) == (4, 6)  # 3 had a link and was a parent


def test_nothing_to_do_changes_nothing():
    links = made([(3, 1), (2, 0)])
    assert links.remap(rows(), rows(), rows()) == 0
    assert links.remap(rows(7), rows(9), rows(7)) == 0
    assert pairs_of(links) == [(2, 0), (3, 1)]
    assert Links.empty().remap(rows(1), rows(), rows()) == 0
    assert Links.empty().parents_of(rows(0, 1)).tolist() == [-1, -1]


def test_parents_that_join_a_household_are_found_there():
    links = made([(1, 10), (2, 10), (3, 11), (4, 12), (10, 20), (5, 30)])
    # 10 joins 11, which joins 12; 30 joins its own child
    assert links.merge_into(rows(30, 10, 11), rows(5, 11, 12)) == 1
    assert pairs_of(links) == [(1, 12), (2, 12), (3, 12), (4, 12), (10, 20)]
    assert links.remap(rows(10, 11, 30), rows(), rows()) == 1  # what 10 had of its own goes with its row
    assert pairs_of(links) == [(1, 12), (2, 12), (3, 12), (4, 12)]


@settings(max_examples=100, deadline=None)
@given(tables(), st.sampled_from(SPREADS))
def test_merging_keeps_every_link_but_those_to_oneself(table, by):
    n, *lists = table
    pairs, gone, _, _ = spread_out(by, *lists)
    stays = [by * r for r in range(n) if by * r not in gone]
    into = [stays[r % len(stays)] for r in gone]
    links = made(pairs)
    dropped = links.merge_into(rows(*gone), rows(*into))
    home = dict(zip(gone, into, strict=True))
    expected = [(c, home.get(p, p)) for c, p in pairs if home.get(p, p) != c]
    assert pairs_of(links) == sorted(expected)
    assert dropped == len(pairs) - len(expected)


def test_what_makes_no_sense_is_refused():
    links = made([(1, 2)])
    with pytest.raises(ValueError, match="row 4 would be its own parent"):
        links.add(rows(3, 4), rows(2, 4))
    with pytest.raises(ValueError, match="2 children and 1 parents"):
        links.add(rows(3, 4), rows(2))
    with pytest.raises(ValueError, match="rows from -1 to 3"):
        links.add(rows(3, -1), rows(2, 2))
    with pytest.raises(ValueError, match="row 5 stands there twice"):
        links.remap(rows(5), rows(5), rows(1))
    with pytest.raises(ValueError, match="1 source rows and 2 target rows"):
        links.remap(rows(5), rows(6), rows(1, 2))
    with pytest.raises(ValueError, match="row 1 stands there twice"):
        links.merge_into(rows(1, 1), rows(2, 3))
    with pytest.raises(ValueError, match="circle"):
        links.merge_into(rows(1, 2, 9), rows(2, 1, 2))
    with pytest.raises(ValueError, match="circle"):
        links.merge_into(rows(1, 2), rows(2, 1))
    assert pairs_of(links) == [(1, 2)]


def test_the_check_names_the_offender():
    made([(1, 2), (3, 2)]).check(4)
    with pytest.raises(RuntimeError, match="link 1: child row 3, but 3 households"):
        made([(1, 2), (3, 2)]).check(3)
    with pytest.raises(RuntimeError, match="link 0: parent row 9"):
        made([(1, 9)]).check(4)
    with pytest.raises(RuntimeError, match="row 3 has more than one link"):
        made([(3, 1), (2, 1), (3, 2)]).check(4)
    disordered = made([(1, 2), (3, 2)])
    disordered.low[:] = [3, 1]
    with pytest.raises(RuntimeError, match="link 1: before one of a smaller child row"):
        disordered.check(4)


@pytest.fixture(scope="module", params=["monocentric", "viet_nam"])
def start(request):
    world = monocentric() if request.param == "monocentric" else load_viet_nam(2019)
    weight = 20 if request.param == "monocentric" else 1000
    households, _ = synthesise(
        world, Population(weight=weight), start_year=YEAR, income=Income(), ties=Ties()
    )
    return world, households, first_links(households, world, SEED)


def test_every_migrant_household_has_its_parents_where_it_came_from(start):
    world, h, links = start
    n = h.n
    child, parent = links.child, links.parent[: links.n]
    links.check(n)
    migrant = h.place[:n] != h.home_place[:n]
    assert links.n > 0
    assert migrant[child].all()
    assert not migrant[parent].any()
    assert (h.place[parent] == h.home_place[child]).all()
    province = world.province
    assert (province[h.place[parent]] != province[h.place[child]]).all()
    without = np.setdiff1d(np.flatnonzero(migrant), child)
    natives = np.bincount(h.place[:n][~migrant], minlength=world.n_places)
    assert (natives[h.home_place[without]] == 0).all()


def test_the_parents_are_the_kth_natives_by_uid(start):
    _, h, links = start
    key = np.uint64(key64(SEED, _PURPOSE, 0))
    native = h.place[: h.n] == h.home_place[: h.n]
    children = links.child
    for k in range(0, links.n, max(1, links.n // 200)):
        child, parent = int(children[k]), int(links.parent[k])
        here = np.sort(h.uid[: h.n][native & (h.place[: h.n] == h.home_place[child])])
        assert h.uid[parent] == here[int(hash64(key, h.uid[child])) % len(here)]


def test_first_links_do_not_depend_on_rows_but_on_the_seed(start):
    world, h, links = start
    order = np.random.default_rng(3).permutation(h.n)
    shuffled = h.take(order)
    again = first_links(shuffled, world, SEED)
    for a, b in zip(links.canonical(h.uid), again.canonical(shuffled.uid), strict=True):
        assert np.array_equal(a, b)
    other = first_links(h, world, SEED + 1).canonical(h.uid)
    assert np.array_equal(links.canonical(h.uid)[0], other[0])
    assert not np.array_equal(links.canonical(h.uid)[1], other[1])


def test_the_share_of_rural_households_with_an_absent_member(start):
    world, h, links = start
    parents = set(links.parent[: links.n].tolist())
    rural = [i for i in range(h.n) if not world.urban[h.place[i]]]
    share = sum(i in parents for i in rural) / len(rural)
    assert absent_member_share(links, h, world.urban) == pytest.approx(share, abs=1e-15)
    assert 0 < share < 0.5

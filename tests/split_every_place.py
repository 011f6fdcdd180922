"""How much it matters that the nest of the own district leaves out the own place, in the real country at its start.

Each place is thought cut into two equal halves, one at a time: a native of it finds the other half in the nest of the
own district. Printed are the changes of two chances of those who consider, can pay and have no home elsewhere: to move
within the own district, and to move at all; by place, weighted by residents. The income gap changes too
and is not in it.

    uv run python tests/split_every_place.py [weight]
"""

from __future__ import annotations

import sys

import numpy as np

from dicu.behaviour.staying import _leaving_weight
from dicu.commit.stocks import by_kind_and_ties
from dicu.execution.starting import make_start
from dicu.lab.controls import open_world
from dicu.model import Model
from dicu.scenario.scenario import Scenario, with_values


def main(weight: int) -> None:
    scenario = with_values(Scenario(), {"population.weight": weight})
    world = open_world(scenario)
    start = make_start(scenario, world)
    rows = start.households
    # kinds are added up: a formal job is taken for none
    kinds = by_kind_and_ties(rows.n, rows.rows, world.n_places)
    count = kinds[:, :16] + kinds[:, 16:]
    model = Model(scenario, world, rows, start.links)
    c, g = model.choosing, model.choosing.geography
    weighed = c.weigh(model.markets, model.access(), model.network, model.housing.homes)
    nests, networks = weighed.nests, weighed.networks
    e = nests.place_weight.T
    summed = np.zeros((len(g.province), e.shape[1]))
    np.add.at(summed, g.district, e)
    whole = summed[g.district]
    d, q = g.district, g.province[g.district]
    reach = (g.near_district[d, d] * networks[0][q, d])[:, None]
    theta = scenario.choose.theta
    own = reach * np.maximum(whole - e, 0.0) ** theta
    cut = reach * (whole - e / 2) ** theta
    alone = np.bincount(d, minlength=len(g.province))[d] == 1
    np.testing.assert_allclose(
        own[~alone], (nests.own_nest * reach / g.near_district[d, d][:, None])[~alone], rtol=1e-6
    )
    alike = np.ones_like(nests.relative)
    leaving = _leaving_weight(nests, g, *networks, alike, model.commuting.area)[:, :16]
    ties = np.where(np.arange(16) == 15, 255, 16 * np.arange(16) + 8)
    stay = np.exp(nests.relative + model.kappa)[:, :, None] * c.tie_stay[ties]
    before, after = leaving[:, :, None], (leaving - own + cut)[:, :, None]
    people = count.sum(axis=(1, 2))

    def mean(chance: np.ndarray) -> np.ndarray:
        return (count * chance).sum(axis=(1, 2)) / np.maximum(people, 1)

    of = {
        "own district": (mean(own[:, :, None] / (before + stay)), mean(cut[:, :, None] / (after + stay))),
        "moving at all": (mean(before / (before + stay)), mean(after / (after + stay))),
    }
    w = np.where(people > 0, world.residents, 0).astype(float)
    print(
        f"{world.n_places} places, {(people > 0).sum()} with a row at weight {weight}, kappa {model.kappa:.3f}"
    )
    print(f"{alone.sum()} places alone in their district, {w[alone].sum() / w.sum():.3%} of people")
    for some, kept in (("all", w > 0), ("not alone in the district", (w > 0) & ~alone)):
        for name, (a, b) in of.items():
            change = (b - a)[kept]
            order = np.argsort(change)
            share = np.cumsum(w[kept][order]) / w[kept].sum()
            p95 = change[order][np.searchsorted(share, 0.95)]
            print(
                f"{some}, {name}: {np.average(a[kept], weights=w[kept]):.5f} -> "
                f"{np.average(b[kept], weights=w[kept]):.5f}; "
                f"change mean {np.average(change, weights=w[kept]):.5f}, "
                f"95th percentile {p95:.5f}, worst {change.max():.5f}"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)

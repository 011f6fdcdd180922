"""Number 8: nothing is lost. Counted here from the rows and the recorded tables, not by the accounts themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dicu.commit.accounts import NotConserved
from dicu.execution.execute import execute
from dicu.model import Model
from dicu.population.links import Links
from dicu.scenario.scenario import Scenario, with_values
from dicu_analysis.flows import flows_between, net_migration
from dicu_analysis.load import Run
from states import assert_sound, first_model

LIVELY = {
    "consider.lambda0": 0.3,
    "population.weight": 40,
    "money.remit_chance": 0.5,
    "time.start": "2024Q4",
    "time.end": "2026Q2",
}


@pytest.mark.parametrize("policy", ["none", "actual", "relabel"])
@pytest.mark.parametrize("world", ["monocentric", "ring", "two_places", "one_place"])
def test_every_step_keeps_persons_households_and_wealth(
    world: str, policy: str, small_scenario: Callable[..., Any]
) -> None:
    """P' = P + births - deaths by place and move; W' = W + income - consumption - fares - estates to nobody."""
    weight = 40 if world in ("monocentric", "ring") else 8
    model = first_model(
        small_scenario(world, {**LIVELY, "population.weight": weight, "reform.policy": policy})
    )
    h, n_places = model.households, model.world.n_places
    assert_sound(model)
    totals = dict.fromkeys(("births", "deaths", "splits", "whole", "couples", "remitted", "freed_rows"), 0)
    for _ in range(model.calendar.n_steps):
        rows, place = h.n, h.place[: h.n].astype(np.int64)
        persons = int((h.member[: h.n] != 0).sum())
        wealth = int(h.wealth[: h.n].astype(np.int64).sum())
        by_place = model.stocks.persons.copy()
        model.step()
        changes, events = model.changes, model.events
        totals = {name: count + getattr(changes, name) for name, count in totals.items()}
        assert int((h.member[: h.n] != 0).sum()) == persons + changes.births - changes.deaths
        spent = changes.consumption + changes.move_costs + changes.estates
        assert int(h.wealth[: h.n].astype(np.int64).sum()) == wealth + changes.income - spent
        assert h.n == rows + changes.new_rows - changes.freed_rows
        assert changes.new_rows >= changes.splits
        assert (changes.origin != changes.destination).all(), "a move to where one is"
        assert changes.persons.sum() == changes.movers_by_age.sum()
        assert len(changes) == sum(changes.by_reason.values())
        # places gain what the lists of moves, births and deaths say
        net = np.zeros(n_places, dtype=np.int64)
        np.add.at(net, changes.destination, changes.persons)
        np.add.at(net, changes.origin, -changes.persons)
        np.add.at(net, changes.exchanged[1], 1)
        np.add.at(net, changes.exchanged[0], -1)
        born, died = (
            sum(((events.life_mask >> (first + m)) & 1).astype(np.int64) for m in range(6))
            for first in (6, 0)
        )
        np.add.at(net, place[events.life_row], born - died)
        assert np.array_equal(model.stocks.persons - by_place, net)
        assert (int(born.sum()), int(died.sum())) == (changes.births, changes.deaths)
        assert_sound(model)
    alone = ("splits", "whole", "remitted") if world == "one_place" else ()
    for name, count in totals.items():
        assert (count == 0) if name in alone else (count > 0), f"{name}: {count}"


def corrupt(model: Model, what: str) -> None:
    """Break one thing of the state behind the model's back."""
    h, stocks = model.households, model.stocks
    if what == "carried persons":
        stocks.persons[3] += 2
    elif what == "carried households":
        stocks.households[5] -= 1
    elif what == "carried network":
        stocks.network[1, 2] += 7
    elif what == "carried wealth":
        stocks.wealth += 11
    elif what == "lost household":
        model.links = Links.empty()
        h.place[h.n - 1] = 4
        stocks.households[:] = np.bincount(h.place[: h.n], minlength=model.world.n_places)
        h.n -= 1
    elif what == "lost member":
        row = int(np.flatnonzero((h.member[: h.n] != 0).sum(axis=1) > 1)[0])
        h.member[row, int((h.member[row] != 0).sum()) - 1] = 0
    elif what == "household elsewhere":
        h.place[0] = (h.place[0] + 1) % model.world.n_places
    elif what == "another home":
        province = model.world.province
        h.home_place[0] = int(np.flatnonzero(province != province[h.home_place[0]])[0])
    elif what == "found money":
        h.wealth[9] += 13
    else:
        raise AssertionError(what)


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("carried persons", r"persons at \(3,\): carried \d+, counted \d+ \(1 cells differ, -2 in all\)"),
        (
            "carried households",
            r"households at \(5,\): carried \d+, counted \d+ \(1 cells differ, \+1 in all",
        ),
        ("carried network", r"network at \(1, 2\): carried \d+, counted \d+ \(1 cells differ, -7 in all\)"),
        ("carried wealth", r"wealth: \d+ expected, \d+ counted, -11"),
        ("lost household", r"households at \(4,\): carried \d+, counted \d+ \(1 cells differ, -1 in all\)"),
        ("lost member", r"persons at \(\d+,\): carried \d+, counted \d+ \(1 cells differ, -1 in all\)"),
        (
            "household elsewhere",
            r"households at \(\d+,\): carried \d+, counted \d+ \(2 cells differ, \+0 in all\)",
        ),
        ("another home", r"network at \(\d+, \d+\): carried \d+, counted \d+ \(2 cells differ, \+0 in all\)"),
        ("found money", r"wealth: \d+ expected, \d+ counted, \+13"),
    ],
)
def test_the_accounts_stop_the_run_and_name_the_difference(
    what: str, message: str, small_scenario: Callable[..., Any]
) -> None:
    """Something of the state is broken between two steps of one year."""
    model = first_model(small_scenario("monocentric", {**LIVELY, "time.start": "2025Q1"}))
    model.step()
    corrupt(model, what)
    with pytest.raises(NotConserved, match=message):
        model.step()


LOSSES = {
    "a household": r"households at \(\d+,\): carried \d+, counted \d+ \(1 cells differ, -1 in all\)",
    "its members": r"persons at \(\d+,\)",
    "a mover": r"households at \(\d+,\): carried \d+, counted \d+ \(2 cells differ, \+0 in all\)",
    "a birth": r"persons: \d+ expected, \d+ counted, -1",
    "a row": r"rows: \d+ expected, \d+ counted, \+1",
    "a fare": r"wealth: \d+ expected, \d+ counted, -3",
}


@pytest.mark.parametrize("lost", list(LOSSES))
def test_what_is_lost_within_a_step_is_found_at_its_end(
    lost: str, small_scenario: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit that forgets: a row or its members dropped, a mover left elsewhere, or a count not told."""
    import dicu.model as module

    real = module.commit
    model = first_model(small_scenario("monocentric", {**LIVELY, "money.remit_chance": 0.0}))

    def forgetful(households: Any, *rest: Any, **more: Any) -> Any:
        changes = real(households, *rest, **more)
        if lost == "a household":
            households.n -= 1
        elif lost == "its members":
            households.member[7] = 0
        elif lost == "a mover":
            households.place[7] = (households.place[7] + 1) % model.world.n_places
        elif lost == "a birth":
            changes.births += 1
        elif lost == "a row":
            changes.freed_rows += 1
        else:
            changes.move_costs -= 3
        return changes

    monkeypatch.setattr(module, "commit", forgetful)
    with pytest.raises(NotConserved, match=LOSSES[lost]):
        model.step()


def test_a_budget_that_does_not_close_stops_the_run(small_scenario: Callable[..., Any]) -> None:
    from dicu.government.books import NotConserved as BooksNotConserved

    model = first_model(small_scenario("monocentric", LIVELY))
    model.step()
    real = model.governments.step

    def spends_twice(*args: Any, **more: Any) -> None:
        real(*args, **more)
        model.governments.network.budgets[0].wages += 5

    model.governments.step = spends_twice  # type: ignore[method-assign]
    with pytest.raises(BooksNotConserved, match=r"does not close: -5 dong"):
        model.step()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Run:
    values = {
        "world.name": "monocentric",
        **LIVELY,
        "reform.policy": "actual",
        "record.places": "step",
        "record.governments": "step",
    }
    return Run(
        execute(with_values(Scenario(), {"name": "kept", **values}), out=tmp_path_factory.mktemp("runs"))
    )


def test_tables_of_a_run_are_one_bookkeeping(recorded: Run) -> None:
    """Nation = places = governments of either map, step by step; stocks change by flows, births and deaths."""
    run, national = recorded, recorded.national
    places = run.places.set_index(["step", "place_key"])
    keys = run.world_places["place_key"]
    urban = run.world_places["urban"].to_numpy()
    for step in national.index:
        row, here = national.loc[step], places.loc[step].loc[keys]
        assert here["persons"].sum() == row["persons"]
        assert here["households"].sum() == row["households"]
        assert here["persons"].to_numpy()[urban].sum() == row["urban_persons"]
        assert row["urban_persons"] + row["rural_persons"] == row["persons"]
        assert row["urban_households"] + row["rural_households"] == row["households"]
        governed = run.table("governments").query("step == @step").groupby("level")["residents"].sum()
        # governments know the people of the beginning of the step
        known = national.loc[max(step - 1, 0), "persons"]
        assert (governed == known).all()
        if step == 0:
            continue
        before = places.loc[step - 1].loc[keys]
        flows = run.flow_table[run.flow_table["step"] == step]
        into = flows.groupby("destination_place")["persons"].sum().reindex(keys, fill_value=0)
        out = flows.groupby("origin_place")["persons"].sum().reindex(keys, fill_value=0)
        natural = here["persons"].to_numpy() - before["persons"].to_numpy() - (into - out).to_numpy()
        assert natural.sum() == row["births"] - row["deaths"]
        assert row["births"] > 0
        assert row["deaths"] > 0
        assert flows["households"].sum() == row["moves"]
        assert flows["persons"].sum() == row["moved_persons"]
        assert row["moves"] >= row["moves_whole"] + row["moves_split"]
        assert sum(row[c] for c in national.columns if c.startswith("reason_")) == row["moves"]
        kinds = ("within_district", "between_districts", "between_provinces")
        assert sum(row[f"moves_{k}"] for k in kinds) == row["moves"]
        assert row["considered"] >= row["moves_whole"] + row["moves_split"]
        now, before = (tenths(national.loc[s]) for s in (step, step - 1))
        spent = now["consumption"] + now["move_costs"] + now["estates"]
        assert now["wealth"] == before["wealth"] + now["income"] - spent


def tenths(row: pd.Series) -> dict[str, int]:
    """Money of a row of the national table as the model counts it: whole 0.1 M VND, come back by rounding."""
    made = {}
    for name, value in row.filter(like="_mvnd").fillna(0.0).items():
        made[str(name).removesuffix("_mvnd")] = round(10 * value)
        assert value == made[str(name).removesuffix("_mvnd")] / 10
    return made


def test_movers_by_age_are_the_people_of_the_flows(recorded: Run) -> None:
    movers = (
        pd.read_parquet(recorded.folder / "movers.parquet").groupby("scope", observed=False)["persons"].sum()
    )
    inner, outer = (recorded.flow_table, flows_between(recorded, "province"))
    assert movers.sum() == inner["persons"].sum()
    assert movers["between provinces"] == outer["persons"].sum()
    assert (
        movers["within a district"]
        == inner["persons"].sum() - flows_between(recorded, "district")["persons"].sum()
    )


def test_moves_by_kind_are_those_of_the_flows(recorded: Run) -> None:
    across = flows_between(recorded, "province").groupby("step")["households"].sum()
    districts = flows_between(recorded, "district").groupby("step")["households"].sum()
    national = recorded.national.iloc[1:]
    assert (national["moves_between_provinces"] == across).all()
    assert (national["moves_between_districts"] == districts - across).all()
    assert (across > 0).all()


@pytest.mark.parametrize("generation", ["legacy", "2025"])
def test_net_migration_sums_to_zero_and_fragments_to_their_wholes(recorded: Run, generation: Any) -> None:
    for level in ("commune", "province"):
        net = net_migration(recorded, level, generation)
        assert net["net_persons"].sum() == 0
        assert net["in_persons"].sum() == net["out_persons"].sum() > 0
    communes = net_migration(recorded, "commune", generation)["net_persons"]
    provinces = net_migration(recorded, "province", generation)["net_persons"]
    column = {"legacy": ("legacy_commune", "legacy_province"), "2025": ("new_commune", "new_province")}[
        generation
    ]
    above = recorded.world_places.drop_duplicates(column[0]).set_index(column[0])[column[1]].astype(str)
    # places of one commune lie in one province, so what communes gain adds up to what provinces gain
    summed = communes.groupby(above[communes.index].to_numpy()).sum()
    assert (summed == provinces[summed.index]).all()


def test_weight_multiplies_every_count(tmp_path: Path) -> None:
    """What a table states is households and persons, not rows."""
    values = {"world.name": "ring", "population.weight": 50, "time.start": "2025Q1", "time.end": "2025Q2"}
    scenario = with_values(Scenario(), {"name": "weighted", **values})
    run = Run(execute(scenario, out=tmp_path))
    model = first_model(scenario)
    assert run.national.loc[0, "persons"] == int(model.stocks.persons.sum()) * 50
    assert run.national.loc[0, "households"] == model.households.n * 50
    model.run()
    assert run.manifest["persons"] == int(model.residents.sum()) == run.national["persons"].iloc[-1]
    assert run.manifest["households"] == model.households.n * 50
    held = run.manifest["bytes_per_household"]
    assert (held["columns"], held["five_years_ago"]) == (24, 2)
    bytes_of_links = 6 * model.links.n + 8 * len(model.links.start)
    assert held["links"] == pytest.approx(bytes_of_links / model.households.n, abs=0.005)
    for table, column in (("flows", "persons"), ("places", "persons"), ("governments", "residents")):
        assert (run.table(table)[column] % 50 == 0).all()

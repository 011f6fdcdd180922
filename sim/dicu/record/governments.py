"""Declaration of table `governments`, and of the services that tables of places and governments may hold."""

from __future__ import annotations

from dicu.record.declare import STEP, Column, Table
from dicu.scenario.vocabulary import SERVICE_WORDS


def governments_table() -> Table:
    """Table `governments`: one row per step and government."""
    office, books, served = (
        "sim/dicu/government, offices",
        "sim/dicu/government, budgets",
        "mean of the people served",
    )
    money = (
        ("revenue_local", "raised locally: tax and land"),
        ("revenue_tax", "of it, tax: follows residents and their income"),
        ("revenue_land", "of it, from land: follows residents and rents"),
        ("transfer", "grant of the nation (negative: paid to it)"),
        ("reinvested", "savings of posts cut that stay here, besides the transfer"),
        (
            "pool",
            "given by the other communes of the province (negative: given to them); moved for the next step",
        ),
        ("wages", "wages"),
        ("running", "running costs"),
        ("desks", "running costs of satellite desks, and mobile desks"),
        ("severance", "severance paid from here"),
        ("severance_nation", "severance paid by the nation besides, in no balance of a government"),
        ("savings", "wages of all posts that reforms have cut"),
        ("investment", "spent on public capital"),
        (
            "balance",
            "revenue, transfer, reinvested and pool less all spending; negative where the nation pays a deficit",
        ),
    )
    ways = (
        ("travel_minutes", "way to the commune office that serves, or its nearest desk"),
        (
            "district_minutes",
            "way to what does the work of the district; once there is none, the part of communes",
        ),
        ("clinic_minutes", "way to the clinic"),
        ("school_minutes", "way to the primary school"),
        ("hospital_minutes", "way to the hospital, beside which stands an upper school"),
        ("seat_minutes", "way to this government's seat by law"),
    )
    return Table(
        "governments", "governments.parquet",
        "one row per step and government in office, and one for the nation; posts and money of a province include "
        "its communes'; revenue and spending are those of the step",
        (
            *STEP,
            Column("level", "code", "label", "commune, province or nation", "sim/dicu/government"),
            Column("generation", "code", "label", "legacy, 2025 or a policy: whose borders it has", "sim/dicu/reform"),
            Column("code", "code", "id", "code within its level and generation", "world_units.parquet"),
            Column("name", "code", "label", "name", "world_units.parquet"),
            Column("kind", "code", "label", "commune, ward, province, ...", "world_units.parquet"),
            Column("residents", "int64", "persons", "persons within its borders, already weighted", office),
            Column("posts", "int64", "posts", "posts", office),
            Column("posts_cut", "int64", "posts", "posts cut by the last reform (negative: added)", office),
            Column("posts_needed", "float64", "posts", "posts needed: those that did the same work before (or, as the "
                   "scenario says, those of the official rule)", "rule `need`"),
            Column("satellites", "int64", "desks", "satellite desks open", office),
            Column("mobile_desks", "int64", "desks", "mobile desks that go round", office),
            Column("quality", "float64", "index", f"quality of commune offices, 0 to 1.2; {served}",
                   "rule `quality`"),
            Column("disruption", "float64", "share", f"lost to the merger; {served}", "rule `quality`"),
            *(Column(n, "float64", "min", f"{t}; mean of residents", "rule `access`") for n, t in ways),
            Column("commune_office_farther", "float64", "share", "of residents whose way to the commune office or "
                   "its nearest desk is longer than at the start, by more than a minute", "rule `access`"),
            Column("district_office_nearer", "float64", "share", "of residents whose way to the work of the former "
                   "district is shorter than at the start, by more than a minute", "rule `access`"),
            *(Column(f"access_{s}", "float64", "index", f"access to {t.text}; mean of residents", "rule `access`")
              for s, t in SERVICE_WORDS.items()),
            *(Column(f"{n}_mvnd", "float64", "M VND", t, books, flow=True) for n, t in money),
            Column("capital_mvnd", "float64", "M VND", "public capital at the end of the step", books),
            Column("capital_ratio", "float64", "ratio", "capital over that at which quality is 1", books),
            Column("severance_left_mvnd", "float64", "M VND", "severance still to be paid, by all payers", books),
            Column("payback_years", "float64", "years", "severance of all posts cut over their wages of a year; nan "
                   "where none were cut, which a mean leaves out", books),
        ),
    )  # fmt: skip

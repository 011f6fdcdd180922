"""Declaration of table `governments`, and of the services that tables of places and governments may hold."""

from __future__ import annotations

from typing import Final

from dicu.record.declare import STEP, Column, Table

SERVICES: Final[dict[str, str]] = {
    "commune_administration": "the commune's own administration, at the commune seat",
    "district_administration": "what the district used to do: at its seat before, at the commune seat after",
    "health": "health care",
    "education": "schools",
    "water": "clean water",
}
"""Services that may be recorded, by the name the model gives them."""


def governments_table() -> Table:
    """Table `governments`: one row a step and government."""
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
        ("district_minutes", "way to what does the work of the former district, or its nearest desk"),
        ("clinic_minutes", "way to the clinic"),
        ("school_minutes", "way to the primary school"),
        ("hospital_minutes", "way to the hospital, beside which stands an upper school"),
        ("seat_minutes", "way to this government's seat by law"),
    )
    return Table(
        "governments", "governments.parquet",
        "one row a step and government in office, and one for the nation; posts and money of a province include "
        "its communes'",
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
            Column("posts_needed", "float64", "posts", "posts needed", "rule `staff`, Dispatch 09/CV-BCD"),
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
            *(Column(f"access_{s}", "float64", "index", f"access to {t}; mean of residents", "rule `access`")
              for s, t in SERVICES.items()),
            *(Column(n, "float64", "M VND/step", t, books) for n, t in money),
            Column("capital", "float64", "M VND", "public capital at the end of the step", books),
            Column("capital_ratio", "float64", "ratio", "capital over that at which quality is 1", books),
            Column("severance_left", "float64", "M VND", "severance still to be paid, by all payers", books),
            Column("payback_years", "float64", "years", "severance of all posts cut over their wages of a year; nan "
                   "where none were cut", books),
        ),
    )  # fmt: skip

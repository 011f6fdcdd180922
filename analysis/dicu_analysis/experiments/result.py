"""What an experiment found, as a machine reads it: `runs/<sweep>/experiment.json`, with a frozen schema.

`dicu schema experiment` prints the schema (JSON Schema 2020-12), made from the classes below. A
change of meaning raises `SCHEMA_VERSION`.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dicu_analysis.effects import Effect, Sign, Verdict
from dicu_analysis.experiments.statistics import Ratio
from dicu_analysis.language import Text

SCHEMA_VERSION: Final = 2
FILE: Final = "experiment.json"
EXPERIMENTS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")

Number = float | None
"""JSON knows neither infinity nor not-a-number: both are null."""


def finite(value: float) -> Number:
    """A number for JSON."""
    return float(value) if math.isfinite(value) else None


class Record(BaseModel):
    """Base of all parts: unknown keys are refused, so the schema cannot drift."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_written(text: Text) -> Text:
    en, vi = (re.sub(r"[-−+](0[.,]0+)(?!\d)", r"\1", t) for t in (text.en, text.vi))
    return Text(en, re.sub(r"(?<=\d)\.(?=\d)", ",", vi))


Sentences = Annotated[Text, AfterValidator(_as_written)]
"""A text with numbers: what writes them knows one notation, so a record gives the Vietnamese its decimal comma."""
TEXT: Final = (
    "A sentence or two for readers in both languages: a decimal comma in Vietnamese, "
    "and no sign before nothing."
)
"""What the schema says of every text."""


class Estimate(Record):
    """One number with its error.

    ``interval`` is the 95 % interval over replicates; ``p`` against no effect; ``replicates`` are the unit of error.
    """

    name: str
    text: str
    unit: str
    effect: Number
    mc_error: Number
    interval: tuple[Number, Number]
    p: Number
    replicates: int
    note: str = ""

    @classmethod
    def of(
        cls, effect: Effect, name: str, text: str, unit: str, scale: float = 1.0, note: str = ""
    ) -> Estimate:
        """From an effect, times ``scale`` (100 for points)."""
        low, high = effect.low * scale, effect.high * scale
        return cls(
            name=name,
            text=text,
            unit=unit,
            effect=finite(effect.mean * scale),
            mc_error=finite(effect.error * abs(scale)),
            interval=(finite(low), finite(high)),
            p=finite(effect.p),
            replicates=effect.n,
            note=note,
        )

    @classmethod
    def ratio(cls, ratio: Ratio, name: str, text: str, note: str = "") -> Estimate:
        """From a ratio; an unbounded Fieller set has no interval and says so in the note."""
        said = {
            "bounded": "",
            "outside": f"Fieller's set is everything but {ratio.low:.3g} to {ratio.high:.3g}: the denominator is "
            "not distinguishable from zero",
            "all": "Fieller's set is every number: the denominator is not distinguishable from zero",
        }[ratio.kind]
        interval = (finite(ratio.low), finite(ratio.high)) if ratio.kind == "bounded" else (None, None)
        return cls(
            name=name,
            text=text,
            unit="ratio",
            effect=finite(ratio.estimate),
            mc_error=None,
            interval=interval,
            p=None,
            replicates=ratio.n,
            note="; ".join(s for s in (said, note) if s),
        )


class Arm(Record):
    """One arm: what was set in it, and the mean of the outcome."""

    name: str
    text: str
    values: dict[str, Any]
    outcome: Number


class Opinion(Record):
    """What another estimator said of the same output, and how far it lands from the truth of the simulator.

    ``error`` = estimate - truth, in the unit; ``covers``: whether its own 95 % interval holds the truth.
    """

    estimator: str
    data: str
    estimate: Number
    se: Number
    interval: tuple[Number, Number]
    truth: Number
    error: Number
    covers: bool | None
    unit: str
    note: str = ""


class Equivalent(Record):
    """Test against the smallest effect of interest."""

    sesoi: float
    unit: str
    p: Number
    equivalent: bool


class Power(Record):
    """What was promised and what was reached.

    ``needed``: replicates for the promised power at the smallest effect of interest, given the standard deviation
    found; ``detectable``: smallest effect that the replicates there are find with the promised power.
    """

    promised: float
    needed: int | None
    reached: Number
    detectable: Number
    as_found: int | None = Field(
        default=None,
        description="replicates that tell an effect as large as the one found apart from none",
    )
    luck_shared: Number = Field(description="how many times shared luck cut the variance of the difference")


class Group(Record):
    """Household-level counterfactual of one group: moves made in one arm only, per replicate, scaled to the country."""

    by: str
    group: str
    kind: Literal["total", "direct"]
    only_treated: Number = Field(description="households that moved in the treated arm only")
    only_untreated: Number = Field(description="households that moved in the untreated arm only")
    both: Number
    net: Number = Field(description="only_treated - only_untreated")
    mc_error: Number


class Control(Record):
    """One test of the test."""

    kind: Literal["negative, to the bit", "negative, placebos", "positive", "reverse"]
    text: str
    world: str
    tests: int
    found: Number
    low: Number
    high: Number
    passed: bool


class Figure(Record):
    """A figure beside the result; paths relative to its folder."""

    svg: str
    png: str
    title: str
    alt: str


class Cell(Record):
    """One number of a table with its Monte Carlo error; null where there is none to have."""

    value: Number
    error: Number = None


class Row(Record):
    """One row of a table."""

    name: str
    cells: list[Cell]


class Table(Record):
    """Numbers over two factors: ``corner`` says what rows and columns are."""

    title: Sentences
    corner: Sentences
    columns: list[str]
    rows: list[Row]
    note: Sentences


class Part(Record):
    """A part of the design beside the primary test, which it never decides: what it is, what it says, its numbers."""

    title: Sentences
    words: Sentences
    estimates: list[Estimate] = []
    tables: list[Table] = []


class Tile(Record):
    """One cell of a `SignGrid`: a difference between two arms under the same assumptions."""

    effect: Number
    interval: tuple[Number, Number]
    sign: Sign = Field(
        description="up, down: the 95 % interval leaves out 0; unclear: it holds 0; unknown: fewer than three "
        "replicates; none: exactly 0 in all"
    )
    replicates: int


class SignGrid(Record):
    """Sign and interval of one outcome over two factors; null where no such pair of arms was run."""

    title: Sentences
    corner: Sentences
    columns: list[Sentences]
    rows: list[Sentences]
    tiles: list[list[Tile | None]]


class Members(Record):
    """One pair of arms over the members of the ensemble of fitted parameter sets, one number each."""

    case: Sentences
    n: int
    up: int
    down: int
    low: Number = Field(description="10 % of the members lie below")
    middle: Number
    high: Number = Field(description="10 % of the members lie above")


class Robust(Record):
    """Whether the sign of one outcome survives every assumption and parameter set that was tried.

    ``holds``: every cell is told apart from 0 on the same side, and so are nearly all members; ``flips``: two cells are
    told apart on different sides, or members disagree; ``open``: neither, some cells are not told apart from 0.
    """

    name: str
    outcome: Sentences
    unit: str
    verdict: Literal["holds", "flips", "open"]
    sign: Literal["up", "down"] | None = Field(description="of all cells, where the verdict is holds")
    words: Sentences
    decides: list[Sentences] = Field(description="what turns or moves the sign, the most first")
    grids: list[SignGrid]
    members: list[Members] = []


class Result(Record):
    """One experiment from question to answer."""

    schema_version: int = SCHEMA_VERSION
    id: Literal["h1", "h2", "h3", "h4", "h5", "h6"]
    question: str
    estimand: str
    design: str
    quick: bool
    model_version: str
    weight: int
    world: str
    period: str
    arms: list[Arm]
    replicates: int
    unit: str
    effect: Number
    mc_error: Number
    interval: tuple[Number, Number]
    p: Number
    p_holm: Number = Field(description="adjusted for the six primary tests; while some are missing, 6 p")
    holm_family: list[str] = Field(description="primary tests that p_holm knows")
    sesoi: float
    equivalence: Equivalent
    verdict: Verdict
    verdict_text: str
    power: Power
    secondary: list[Estimate]
    mechanism: list[Estimate]
    parts: list[Part] = []
    robust: list[Robust] = []
    second_opinion: list[Opinion]
    groups: list[Group]
    controls: list[Control]
    held_fixed: list[str]
    caveats: list[str]
    figures: list[Figure]
    plain_words: Sentences


def schema() -> dict[str, Any]:
    """JSON schema of a result."""
    made = Result.model_json_schema()
    made["$defs"]["Text"]["description"] = TEXT
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def write_result(result: Result, folder: Path) -> Path:
    """Write ``experiment.json`` into the folder of a sweep, whole or not at all."""
    from dicu.record.folder import write_bytes

    text = json.dumps(result.model_dump(mode="json"), indent=1, ensure_ascii=False, allow_nan=False)
    path: Path = write_bytes(folder / FILE, (text + "\n").encode())
    return path


def read_result(path: Path) -> Result:
    """Read a result; ``path`` is the file or its folder.

    Raises
    ------
    FileNotFoundError, ValueError
        When there is none, or it is of another schema.
    """
    file = path / FILE if path.is_dir() else path
    if not file.is_file():
        raise FileNotFoundError(f"{file}: no result of an experiment; `dicu experiment` writes it")
    data = json.loads(file.read_bytes())
    if not isinstance(data, dict):
        raise ValueError(f"{file}: not a result of an experiment (a JSON object is needed)")
    if data.get("schema_version") != SCHEMA_VERSION:
        raise ValueError(
            f"{file}: schema {data.get('schema_version')}, this version reads {SCHEMA_VERSION}; run it again"
        )
    json.dumps(data, ensure_ascii=False).encode()  # half of a pair of surrogates is no text
    return Result.model_validate(data)

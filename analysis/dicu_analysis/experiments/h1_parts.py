"""What stands beside H1's verdict: a grid of both shocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis.effects import paired
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.result import Cell, Estimate, Part, Row, Table
from dicu_analysis.experiments.statistics import second_difference
from dicu_analysis.language import Text
from dicu_analysis.scalars import as_int

PER_CENT: Final = 100.0
GROWTH: Final = "programme.urban_job_growth"
LOSS: Final = "programme.farm_income_loss"

Rates = dict[str, NDArray[np.float64]]
Read = Callable[[FinishedSweep], Mapping[int, NDArray[np.float64]]]
"""From a sweep to the rural outflow rate a year by point, one a replicate."""


@dataclass(frozen=True)
class Surface:
    """Rural outflow over both shocks.

    Attributes
    ----------
    growth, loss : list of float
        Points a quarter more of urban job growth (U of them), % of farm income lost (R of them); the first is 0.
    rate : (R, U, n) float
        Yearly rate at which rural residents move to urban places, by cell and replicate.
    """

    growth: list[float]
    loss: list[float]
    rate: NDArray[np.float64]

    @property
    def log_interaction(self) -> NDArray[np.float64]:
        """(R - 1, U - 1, n) second difference of ln(rate) of each cell with both shocks against its two margins."""
        return _crossed(np.log(self.rate))

    @property
    def additive(self) -> NDArray[np.float64]:
        """(R - 1, U - 1, n) second difference of the rate itself."""
        return _crossed(self.rate)

    @property
    def arithmetic(self) -> NDArray[np.float64]:
        """(R - 1, U - 1, n) what multiplication of both margins alone gives in rates."""
        none = self.rate[:1, :1]
        made: NDArray[np.float64] = _crossed(self.rate[:, :1] * self.rate[:1] / none)
        return made

    @property
    def bilinear(self) -> NDArray[np.float64]:
        """(n,) coefficient of growth x loss in ln(rate) by least squares over all cells, at the size of the corner."""
        u, r = (np.array(x) / x[-1] for x in (self.growth, self.loss))
        product = np.outer(r - r.mean(), u - u.mean())
        made: NDArray[np.float64] = np.einsum("ru,run->n", product, np.log(self.rate)) / (product**2).sum()
        return made


def _crossed(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return second_difference(x[1:, 1:], x[:1, 1:], x[1:, :1], x[:1, :1])


def surface(sweep: FinishedSweep, read: Read) -> Surface:
    """The surface of a finished grid.

    Raises
    ------
    ValueError
        When the grid is not whole, or has no cell without either shock.
    """
    found, arms = read(sweep), sweep.arms
    growth, loss = (sorted(arms[key].astype(float).unique()) for key in (GROWTH, LOSS))
    point = {(row[LOSS], row[GROWTH]): p for p, row in arms.iterrows()}
    if (
        len(point) != len(growth) * len(loss)
        or growth[0] != 0
        or loss[0] != 0
        or min(len(growth), len(loss)) < 2
    ):
        raise ValueError(
            f"{sweep.folder}: a whole grid over {GROWTH} and {LOSS} that begins with 0 is needed"
        )
    rate = np.array([[found[as_int(point[r, u])] for u in growth] for r in loss])
    return Surface([u * PER_CENT for u in growth], [r * PER_CENT for r in loss], rate)


def _cells(x: NDArray[np.float64], scale: float = 1.0) -> list[list[Cell]]:
    made = []
    for line in x:
        effects = [paired(values) for values in line]
        made.append([Cell(value=e.mean * scale, error=e.error * scale) for e in effects])
    return made


CORNER: Final = Text(
    en="farm income, % / urban job growth, points a quarter",
    vi="thu nhập nông nghiệp, % / tăng việc làm đô thị, điểm mỗi quý",
)
ERRORS: Final = Text(
    en="± is the Monte Carlo error over replicates, cell by cell; cells share their luck and their margins, so they "
    "are not independent of one another.",
    vi="± là sai số Monte Carlo qua các lần lặp, từng ô; các ô chịu cùng các yếu tố ngẫu nhiên và chung các biên nên "
    "không độc lập.",
)


def _table(title: Text, s: Surface, cells: list[list[Cell]], first: int, note: Text) -> Table:
    rows = [
        Row(name=f"−{r:g}" if r else "0", cells=line) for r, line in zip(s.loss[first:], cells, strict=True)
    ]
    return Table(
        title=title,
        corner=CORNER,
        columns=[f"{u:+g}" if u else "0" for u in s.growth[first:]],
        rows=rows,
        note=note,
    )


def grid_part(s: Surface) -> Part:
    """Rates and interactions of all cells, on both scales."""
    n = s.rate.shape[2]
    rates = [[Cell(value=float(x.mean()) * PER_CENT) for x in line] for line in s.rate]
    logs, beyond = s.log_interaction, s.additive - s.arithmetic
    apart = sum(paired(x).p < 0.05 for line in logs for x in line)
    cells = logs.shape[0] * logs.shape[1]
    lowest, highest = (float(f(s.rate.mean(axis=2))) * PER_CENT for f in (np.min, np.max))
    largest = float(np.abs(logs.mean(axis=2)).max()) * PER_CENT
    bilinear = Estimate.of(
        paired(s.bilinear),
        "product of both shocks over the grid",
        "coefficient of growth x loss in ln(rate) by least squares over all cells, at the size of the corner",
        "log points",
    )
    return Part(
        title=Text(en="The response over a grid of both shocks", vi="Phản ứng trên lưới của hai cú sốc"),
        words=Text(
            en=f"Over {len(s.loss)} x {len(s.growth)} sizes of both shocks, all feedbacks on, {n} replicates a cell, "
            f"the rate lies between {lowest:.3f} and {highest:.3f} % of rural residents a year. No cell's interaction "
            f"is larger than {largest:.2f} % of its rate; {apart} of {cells} are distinguishable from zero at 5 % "
            f"each, where {0.05 * cells:.1f} would be by luck if cells were independent. The grid shows the shape and "
            "decides nothing.",
            vi=f"Trên {len(s.loss)} x {len(s.growth)} mức của hai cú sốc, bật mọi phản hồi, {n} lần lặp mỗi ô, tỷ lệ "
            f"nằm giữa {lowest:.3f} và {highest:.3f} % dân nông thôn mỗi năm. Không ô nào có tương tác lớn hơn "
            f"{largest:.2f} % tỷ lệ của ô; {apart} trên {cells} ô khác không ở mức 5 %, trong khi riêng yếu tố ngẫu "
            f"nhiên cho khoảng {0.05 * cells:.1f} ô nếu các ô độc lập. Lưới cho thấy hình dạng, không quyết định "
            "kết luận.",
        ),
        estimates=[bilinear],
        tables=[
            _table(
                Text(en="Rural residents who move to towns, % a year", vi="Dân nông thôn ra đô thị, % mỗi năm"), s,
                rates, 0, Text(en="Without errors: cells share their luck, and only differences are told apart by it.",
                               vi="Không ghi sai số: các ô chịu cùng các yếu tố ngẫu nhiên, chỉ chênh lệch mới "
                               "có sai số."),
            ),
            _table(
                Text(en="Interaction, log points", vi="Tương tác, điểm log"), s, _cells(logs), 1, ERRORS,
            ),
            _table(
                Text(en="Interaction, points a year: all of it", vi="Tương tác, điểm mỗi năm: toàn bộ"), s,
                _cells(s.additive, PER_CENT), 1,
                Text(en="Partly arithmetic: two factors that multiply a rate never add in points.",
                     vi="Một phần là số học: hai hệ số nhân vào một tỷ lệ không bao giờ cộng lại theo điểm."),
            ),
            _table(
                Text(en="Interaction, points a year: beyond the arithmetic",
                     vi="Tương tác, điểm mỗi năm: ngoài phần số học"),
                s, _cells(beyond, PER_CENT), 1, ERRORS,
            ),
        ],
    )  # fmt: skip


def values_of(sweep: FinishedSweep, key: str) -> list[float]:
    """Values of a key over the arms of a sweep, each once, rising."""
    return sorted(pd.unique(sweep.arms[key]).astype(float).tolist())


__all__ = ["GROWTH", "LOSS", "Surface", "grid_part", "surface", "values_of"]

"""What a reform is called, in both languages: by the policy, date, standards and levers that the run was made with.

Nothing here knows when a reform was made but the configuration of the run and its table of lineage: a run with
``reform.date: 2024Q3`` is one of a merger of 1 July 2024. Reports and figures take every such name from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dicu.scenario.calendar import parse_period
from dicu.scenario.vocabulary import LEVER_WORDS, POLICY_WORDS
from dicu_analysis.language import Text, Words, listed
from dicu_analysis.load import REAL
from dicu_analysis.terms import DECLARED, Terms

if TYPE_CHECKING:
    from dicu_analysis.load import Run

LEVERS: Final = {key: Text(*names) for key, names in LEVER_WORDS.items()}
NO_REFORM: Final = "none"
HISTORY: Final = "2025Q3"
"""When the real country changed its map: a run with the map of 2025 at another date says so."""
HISTORICAL: Final = ("actual", "actual_with_satellites", "actual_except_sparse_mountains")
"""Policies with the borders of 2025 and offices that move."""
DESIGNS: Final = ("random", "standard", "optimised")
MEASURED: Final = ("standard", "optimised")
"""Policies that are made by the standards of a resolution."""


@dataclass(frozen=True)
class ReformName:
    """What names the reform of a run.

    Attributes
    ----------
    policy : str
        ``reform.policy``.
    dates : tuple of str
        Labels of the periods at whose beginning borders change; empty where none do.
    world : str
        ``world.name``.
    settings : mapping
        The section ``reform`` of the configuration.
    terms : Terms
        Those of the country, which has a name for its own reform.
    """

    policy: str
    dates: tuple[str, ...] = ()
    world: str = REAL
    settings: Mapping[str, Any] = field(default_factory=dict)
    terms: Terms = DECLARED

    @classmethod
    def of(
        cls, config: Mapping[str, Any], dates: tuple[str, ...] | None = None, terms: Terms = DECLARED
    ) -> ReformName:
        """From a resolved configuration; ``dates`` are those on which borders did change, where they are known."""
        settings = config.get("reform", {})
        policy = str(settings.get("policy", NO_REFORM))
        if policy == NO_REFORM:
            dates = ()
        elif dates is None:
            dates = (str(settings["date"]),) if "date" in settings else ()
        world = config.get("world", {})
        places = world.get("places")
        name = str(world.get("name", REAL)) if places is None else Path(places).name
        return cls(policy, dates, name, settings, terms)

    @classmethod
    def of_run(cls, run: Run) -> ReformName:
        """From the manifest of a run and its lineage, whose steps are the dates of a user's table."""
        dates = None
        if run.has_rows("lineage"):
            steps = sorted(set(run.table("lineage", ["step"])["step"].tolist()))
            dates = tuple(run.labels[s] for s in steps)
        return cls.of(run.config, dates, run.terms)

    @property
    def historical(self) -> bool:
        """Whether this is what was done in Viet Nam, on the day on which it was done."""
        return self.policy == "actual" and self.world == REAL and self.dates == (HISTORY,)

    def when(self, w: Words) -> str:
        """The days on which borders change: "1 July 2025"."""
        return listed(w, [w.day_of(d) for d in self.dates])

    @property
    def _own(self) -> Mapping[str, Any]:
        """What another country says of its reform, where this is a run of that reform; empty otherwise."""
        said = self.terms.block.get("reform") if self.terms.own else None
        return said if said is not None and self.policy in (*HISTORICAL, "relabel") else {}

    def _named(self, w: Words) -> str:
        """The name that the country has for its reform, in this language."""
        return str(self._own.get("name", {}).get(w.code, "")) if self.policy in HISTORICAL else ""

    def _map(self, w: Words) -> str:
        """That the map of the country's reform is put in force on another day than it was."""
        if self._own and self.dates and [_month(d) for d in self.dates] != [_month(self._own["date"])]:
            return w.t(f"put in force on {self.when(w)}", f"có hiệu lực từ {self.when(w)}")
        if (
            self.policy not in (*HISTORICAL, "relabel")
            or self.world != REAL
            or self.dates in ((), (HISTORY,))
        ):
            return ""
        return w.t("the map of 2025, put in force on that day", "bản đồ năm 2025, có hiệu lực từ ngày đó")

    def _made_by(self, w: Words) -> str:
        """The standards or the table that the borders come from."""
        if self.policy in MEASURED and "standard" in self.settings:
            number = self.settings["standard"]
            if self.terms.own:
                return w.t(f"standards {number}", f"tiêu chuẩn {number}")
            return w.t(f"Resolution {number}", f"Nghị quyết {number}")
        if self.policy == "table" and self.settings.get("table"):
            return Path(str(self.settings["table"])).name
        return ""

    def _levers(self, w: Words) -> str:
        """The levers, where the run does not pull those of the policy."""
        given = self.settings.get("levers")
        if given is None or self.policy == NO_REFORM:
            return ""
        if given == "none":
            return w.t("with no lever pulled", "không kích hoạt thay đổi nào")
        names = listed(w, [w.of(LEVERS, lever.strip()) for lever in str(given).split("+")])
        return w.t(f"levers: {names}", f"chỉ gồm: {names}")

    def name(self, w: Words) -> str:
        """In a sentence: "the merger of 1 July 2025", with what sets it apart in brackets."""
        en, vi, *_ = POLICY_WORDS.get(self.policy, (self.policy,) * 4)
        named = self._named(w)
        if named:
            en, vi = en.replace("the merger", named, 1), vi.replace("việc sáp nhập", named, 1)
        elif self.dates and self.policy in HISTORICAL:
            en = en.replace("the merger", f"the merger of {self.when(w)}", 1)
            vi = vi.replace("việc sáp nhập", f"việc sáp nhập {self.when(w)}", 1)
        elif self.dates:
            en, vi = f"{en} on {self.when(w)}", f"{vi}, {self.when(w)}"
        more = [x for x in (self._map(w), self._made_by(w), self._levers(w)) if x]
        return w.t(en, vi) + (f" ({'; '.join(more)})" if more else "")

    def label(self, w: Words) -> str:
        """For legends and heads of tables: "Merger from 1 July 2025", "No reform"."""
        *_, en, vi = POLICY_WORDS.get(self.policy, (self.policy,) * 4)
        if not self.dates:
            return w.t(en, vi)
        if self.policy == "actual" and (named := self._named(w)) and not self._levers(w):
            return named[0].upper() + named[1:]
        first = w.day_of(self.dates[0])
        if self.policy == "actual":
            text = w.t(f"{en} from {first}", f"{vi} từ {first.removeprefix('ngày ')}")
        else:
            text = w.t(f"{en}, {first}", f"{vi}, từ {first.removeprefix('ngày ')}")
        levers = self._levers(w)
        return f"{text} ({levers})" if levers else text

    def source(self, w: Words) -> str:
        """Where the borders come from."""
        if self.policy == NO_REFORM:
            return w.t("no borders change", "địa giới không đổi")
        if self.policy == "table":
            name = self._made_by(w) or "reform.table"
            return w.t(f"the user's own table, {name}", f"bảng của người dùng, {name}")
        if self.policy in DESIGNS:
            text = w.t("made by the model", "do mô hình lập")
            if self.policy != "standard" and "seed" in self.settings:
                text += w.t(
                    f", reform.seed {self.settings['seed']}", f", reform.seed {self.settings['seed']}"
                )
            by = self._made_by(w)
            return f"{text}, {by}" if by else text
        if self.terms.own:
            source = str(self._own.get("source", ""))
            return w.t("borders of the country's own table", "địa giới theo bảng của đất nước này") + (
                f" ({source})" if source else ""
            )
        if self.world == REAL:
            return w.t(
                "borders of 1 July 2025 as in vietnamadminunits 1.0.4, repaired by rule",
                "địa giới ngày 1/7/2025 theo vietnamadminunits 1.0.4, sửa theo quy tắc",
            )
        return w.t(f"borders of the world {self.world}", f"địa giới của thế giới {self.world}")


def _month(date: str) -> int:
    return parse_period(date)[0]


def policy_labels(w: Words, settings: Mapping[str, Any], world: str = REAL) -> dict[str, str]:
    """Every policy as a label, as one section ``reform`` dates it (a table's own dates are not known there)."""
    made = {}
    for policy in POLICY_WORDS:
        name = ReformName.of(
            {"reform": {**settings, "policy": policy}, "world": {"name": world}}, terms=w.terms
        )
        if policy == "table":
            name = ReformName(policy, (), world, {k: v for k, v in settings.items() if k == "table"}, w.terms)
        made[policy] = name.label(w)
    return made

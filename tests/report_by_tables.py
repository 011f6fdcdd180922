"""What a report states, computed again from the Parquet files by other code than the report's.

Nothing of `analysis` is imported here: the tables are read with pandas, joined by key and grouped.
"""

from __future__ import annotations

import json
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import t as student

OFFICES = ["access_commune_administration", "access_district_administration"]
CUT = 0.05


class Tables:
    """One run by its files, compared from step ``first`` on at the steps that ``other`` recorded too."""

    def __init__(self, folder: Path, other: Path | None = None, first: int | None = None) -> None:
        self.folder = folder
        self.manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        self.config = self.manifest["config"]
        self.national = self.read("national")
        self.world = self.read("world_places").astype({"terrain": str, "region": str})
        places = self.read("places").copy()
        access = list(places.filter(like="access_"))
        places[access] = places[access].astype("float64")
        self.places = places.merge(self.world, on="place_key", validate="m:1")
        labels = self.national["period"].astype(str).tolist()
        self.first = labels.index(self.config["reform"]["date"]) if first is None else first
        self.last = int(self.national["step"].max())
        steps = set(self.places["step"])
        recorded = sorted(steps & set(pd.read_parquet((other or folder) / "places.parquet")["step"]))
        self.places = self.places[self.places["step"].isin(recorded)]
        after = [s for s in recorded if s >= self.first + 4]
        self.moments = {
            "eve": max(s for s in recorded if s < self.first),
            "soon": after[0] if after else recorded[-1],
            "end": recorded[-1],
        }
        self.years = (self.last - self.first + 1) / 4

    @cache  # noqa: B019
    def read(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.folder / f"{name}.parquet")

    @cached_property
    def eve(self) -> pd.Series:
        return self.places[self.places["step"] == self.moments["eve"]].set_index("place_key")["persons"]

    def at(self, moment: str) -> pd.DataFrame:
        return self.places[self.places["step"] == self.moments[moment]].set_index("place_key")

    def group(self, table: pd.DataFrame, name: str) -> pd.DataFrame:
        return table if name == "all" else table[table["terrain"] == name]

    @cached_property
    def flows(self) -> pd.DataFrame:
        moved = self.read("flows")
        moved = moved[moved["step"] >= self.first]
        ends = self.world.set_index("place_key")[["urban", "region", "terrain", "district"]]
        ends["district"] = ends["district"].astype(str)
        for end in ("origin", "destination"):
            moved = moved.join(ends.add_prefix(f"{end[0]}_"), on=f"{end}_place")
        return moved

    @cached_property
    def residents_after(self) -> pd.DataFrame:
        late = self.places[self.places["step"] >= self.moments["eve"]]
        mean = late.groupby("place_key")["persons"].mean().rename("mean")
        return self.world.set_index("place_key").join(mean)

    @cache  # noqa: B019
    def measure(self, key: str) -> float:
        """A measure by its name, "access.health.all.end"."""
        kind, *rest = key.split(".")
        return float(getattr(self, f"_{kind}")(*rest))

    def _access(self, service: str, terrain: str, moment: str) -> float:
        mine = self.group(self.at(moment), terrain)
        return np.average(mine[f"access_{service}"], weights=self.eve.reindex(mine.index))

    def _persons(self, group: str, *rest: str) -> float:
        end = self.at("end")
        if group in ("urban", "rural"):
            return end.loc[end["urban"] == (group == "urban"), "persons"].sum()
        return self.group(end, group)["persons"].sum()

    def _share(self, _: str, __: str) -> float:
        return 100 * self._persons("urban") / self._persons("all")

    def _moves(self, _: str) -> float:
        return self.national.loc[self.national["step"] >= self.first, "moved_persons"].sum() / self.years

    def _reason(self, name: str) -> float:
        late = self.national[self.national["step"] >= self.first].filter(like="reason_").sum()
        return 100 * late[f"reason_{name}"] / late.sum()

    def _leaving(self, stream: str, _: str) -> float:
        f, stock = self.flows, self.residents_after
        if stream == "rural_to_urban":
            who, of = f[~f["o_urban"] & f["d_urban"]], stock[~stock["urban"]]
        elif stream == "urban_to_rural":
            who, of = f[f["o_urban"] & ~f["d_urban"]], stock[stock["urban"]]
        else:
            who = f[(f["o_terrain"] == stream) & (f["o_district"] != f["d_district"])]
            of = stock[stock["terrain"] == stream]
        return 1000 * who["persons"].sum() / self.years / of["mean"].sum()

    def _flow(self, origin: str, destination: str) -> float:
        f = self.flows
        mine = f[(f["o_region"] == origin) & (f["d_region"] == destination)]
        return mine["persons"].sum() / self.years

    def _net(self, region: str) -> float:
        f = self.flows[self.flows["o_region"] != self.flows["d_region"]]
        come, go = f[f["d_region"] == region], f[f["o_region"] == region]
        return (come["persons"].sum() - go["persons"].sum()) / self.years

    def _government(self, level: str, column: str, moment: str) -> float:
        table = self.read("governments")
        mine = table[(table["level"].astype(str) == level) & (table["step"] == self.moments[moment])]
        return mine[column].sum()

    def _budget(self, column: str, moment: str) -> float:
        level = "nation" if column == "severance_nation" else "province"
        return self._government(level, f"{column}_mvnd", moment) * 4 / 1e6

    def _posts(self, moment: str) -> float:
        return self._government("province", "posts", moment)

    def _satellites(self, moment: str) -> float:
        return self._government("province", "satellites", moment)

    def _mobile_desks(self, moment: str) -> float:
        return self._government("province", "mobile_desks", moment)

    def _payback(self, moment: str) -> float:
        return self._government("nation", "payback_years", moment)

    def _way(self, column: str, moment: str) -> float:
        return 100 * self._government("nation", column, moment)


def interval(values: np.ndarray, axis: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % t interval of a mean; the mean twice for fewer than three values."""
    n = values.shape[axis]
    mean = values.mean(axis=axis)
    reach = student.ppf(0.975, n - 1) * values.std(axis=axis, ddof=1) / n**0.5 if n > 2 else 0.0
    return mean - reach, mean + reach


class Pairs:
    """Pairs of runs, and the value that each key of the page stands for."""

    def __init__(self, pairs: list[tuple[Path, Path]]) -> None:
        self.own = [Tables(a, b) for a, b in pairs]
        self.other = [Tables(b, a, self.own[0].first) for a, b in pairs]

    @cache  # noqa: B019
    def value(self, key: str) -> float:
        """The number that stands under a key "difference:posts.end|low|0.001"."""
        name, part, factor = key.rsplit("|", 2)
        kind, name = name.split(":", 1)
        if kind in ("difference", "relative", "level", "base"):
            return float(factor) * self._part(self._values(kind, name), part)
        return float(factor) * float(getattr(self, f"_{kind}")(name, part))

    def _values(self, kind: str, name: str) -> np.ndarray:
        a = np.array([r.measure(name) for r in self.own])
        if kind == "level":
            return a
        b = np.array([r.measure(name) for r in self.other])
        if kind == "base":
            return b
        return a - b if kind == "difference" else 100 * (a / b - 1)

    @staticmethod
    def _part(values: np.ndarray, part: str) -> float:
        if part.startswith("value "):
            return values[int(part.removeprefix("value "))]
        if part == "value":
            return values.mean()
        assert len(values) > 2, "an interval from fewer than three replicates"
        return interval(values)[part == "high"]

    @cache  # noqa: B019
    def kinds(self, moment: str) -> tuple[pd.DataFrame, pd.Series]:
        """What became of each place, a column a kind; and the people of the eve there."""
        low, high = {}, {}
        for c in OFFICES:
            difference = [
                a.at(moment)[c] - b.at(moment)[c] for a, b in zip(self.own, self.other, strict=True)
            ]
            low[c], high[c] = interval(np.array(difference))
        office, district = (
            np.select(
                [low[c] > CUT, high[c] < -CUT, (low[c] >= -CUT) & (high[c] <= CUT)], ["+", "-", "0"], "?"
            )
            for c in OFFICES
        )
        both = pd.Series(office).str.cat(pd.Series(district))
        names = {
            "++": "both_better",
            "+0": "both_better",
            "0+": "both_better",
            "--": "both_worse",
            "-0": "both_worse",
            "0-": "both_worse",
            "-+": "office_worse_district_better",
            "+-": "office_better_district_worse",
            "00": "little",
        }
        kind = both.map(names).fillna("undecided")
        index = self.own[0].at(moment).index
        people = pd.concat([r.eve for r in self.own], axis=1).mean(axis=1).reindex(index)
        return pd.get_dummies(kind.to_numpy()).set_index(index), people

    def _outcomes(self, name: str, _: str) -> float:
        moment, terrain, wanted = name.split(".", 2)
        kinds, people = self.kinds(moment)
        mine = self.own[0].group(self.own[0].at(moment), terrain).index
        chosen = kinds.reindex(columns=wanted.split("+"), fill_value=False).any(axis=1).loc[mine]
        return 100 * people.loc[mine][chosen].sum() / people.loc[mine].sum()

    def _config(self, path: str, _: str) -> float:
        value = self.own[0].config
        for word in path.split("."):
            value = value[word]
        return value

    def _above_one(self, name: str, _: str) -> float:
        end = self.own[0].at("end")
        best = end[OFFICES].max(axis=1)
        if name == "end.highest":
            return best[end["persons"] > 0].max()
        return 100 * end.loc[best > 1, "persons"].sum() / end["persons"].sum()

    def _province(self, name: str, _: str) -> float:
        service, code = name.split(".")
        made = []
        for a, b in zip(self.own, self.other, strict=True):
            change = a.at("end")[f"access_{service}"] - b.at("end")[f"access_{service}"]
            mine = a.world[a.world["legacy_province"].astype(str) == code]["place_key"]
            made.append(np.average(change.loc[mine], weights=a.eve.loc[mine]))
        return float(np.mean(made))

    @cached_property
    def minutes(self) -> pd.DataFrame:
        """Minutes one way from each place to its seats, with the speeds and detours of the configuration."""
        run = self.own[0]
        access = run.config["access"]
        world = run.world.set_index("place_key")
        units = run.read("world_units").astype({"level": str, "generation": str, "code": str})

        def point(longitude: pd.Series, latitude: pd.Series) -> np.ndarray:
            lon, lat = np.radians(np.asarray(longitude, float)), np.radians(np.asarray(latitude, float))
            xyz = [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
            return np.round(6371.0 * np.stack(xyz, axis=1), 3)  # to the metre, as the model has it

        here = point(world["longitude"], world["latitude"])
        made = world[["terrain"]].copy()
        for name, level, generation, column in (
            ("old_commune", "commune", "legacy", "legacy_commune"),
            ("new_commune", "commune", "2025", "new_commune"),
            ("district", "district", "legacy", "district"),
        ):
            seats = units[(units["level"] == level) & (units["generation"] == generation)].set_index("code")
            mine = seats.loc[world[column].astype(str)]
            straight = np.linalg.norm(here - point(mine["seat_longitude"], mine["seat_latitude"]), axis=1)
            km = np.hypot(0.3826 * np.sqrt(world["area_km2"].to_numpy(float)), straight)
            speed = world["terrain"].map(lambda t: access[f"speed_{t}_kmh"]).to_numpy(float)
            detour = world["terrain"].map(lambda t: access[f"detour_{t}"]).to_numpy(float)
            made[name] = 60 * detour * km / speed
        return made

    def _travel(self, name: str, _: str) -> float:
        terrain, column = name.split(".")
        way = self.own[0].group(self.minutes, terrain)
        people = self.own[0].eve.loc[way.index]
        if column in way:
            return np.average(way[column], weights=people)
        what, direction = column.split("_")
        change = way["new_commune"] - way["old_commune" if what == "office" else "district"]
        chosen = change > 1 if direction == "farther" else change < -1
        return 100 * people[chosen].sum() / people.sum()

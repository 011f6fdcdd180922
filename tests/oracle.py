"""A household's step in plain Python, written from the specification: what the compiled rules must say.

Nothing of `dicu.behaviour` or `dicu.engine` is called; numbers of rules stand here a second time, as the specification
and docs/assumptions.md state them. Given are the world, the scenario's parameters, the rows, and what markets,
governments and the life tables (which have oracles of their own) hold in the step. Luck is in `oracle_luck`.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from oracle_luck import (
    APART,
    LODGING,
    NEWLY_WED,
    PURPOSE,
    TWO_32,
    Law,
    age_of,
    apart,
    chance,
    code_number,
    exponential,
    hash32,
    hash64,
    hash64_2,
    key64,
    life_of,
    partners,
    race,
    stable_id,
    stage_of,
)
from oracle_work import FORMAL, Market, Work, relative


@dataclass
class Sight:
    """What is given in the step: rows (lists by column) and what markets, governments and life tables hold."""

    rows: dict[str, list[Any]]
    potential: np.ndarray
    expected: np.ndarray
    earnings: np.ndarray
    other_income_head: np.ndarray
    struck: np.ndarray
    access: np.ndarray
    dwellings: np.ndarray
    rent: np.ndarray
    death: np.ndarray
    birth: np.ndarray
    later: np.ndarray
    seek: np.ndarray
    part: np.ndarray
    luck: np.ndarray
    kappa: float
    market: Market
    step: int
    year: int
    law: Law


class Country:
    """Section 3 of the specification over all places, types and nests of one step."""

    def __init__(self, scenario: Any, world: Any, seen: Sight) -> None:
        self.scenario, self.world, self.seen = scenario, world, seen
        self.dt = scenario.calendar.dt_quarters
        self.key = {name: key64(scenario.seed, number, seen.step) for name, number in PURPOSE.items()}
        self.district = [int(d) for d in world.district]
        self.province = [int(q) for q in world.districts.parent]
        self.places = {
            d: [j for j, e in enumerate(self.district) if e == d] for d in range(len(self.province))
        }
        self.districts = {
            q: [d for d, e in enumerate(self.province) if e == q] for q in range(len(world.legacy_provinces))
        }
        self._ways()
        self._utilities()
        self._networks()
        self._needs()
        self._hazards()
        self.work = Work(self, seen.market)

    def _ways(self) -> None:
        """Nearness (1 + tau / tau0)^-beta and km between the dwelling-weighted centres of districts."""
        world, access, choose = self.world, self.scenario.access, self.scenario.choose
        calendar = self.scenario.calendar
        size = self.scenario.population
        years = calendar.age_year(calendar.first_step) - size.household_size_year
        grown = (1.0 + size.household_size_trend) ** years
        rural, urban = size.household_size_rural * grown, size.household_size_urban * grown
        per_dwelling = np.where(world.urban, urban, rural)
        self.dwellings = np.rint(world.residents / per_dwelling)
        pace = {0: "plain", 1: "mountain", 2: "island"}
        slow = np.array(
            [
                60.0 * getattr(access, f"detour_{pace[k]}") / getattr(access, f"speed_{pace[k]}_kmh")
                for k in range(3)
            ]
        )[world.terrain]
        n, r = len(self.province), len(self.districts)
        mean = lambda x, d: np.average(x[self.places[d]], axis=0, weights=self.dwellings[self.places[d]])  # noqa: E731
        centre = [mean(world.position_km, d) for d in range(n)]
        pace_of = [mean(slow, d) for d in range(n)]
        km, hours = np.empty((n, n)), np.empty((n, n))
        for d, b in itertools.product(range(n), range(n)):
            within = 0.3826 * math.sqrt(world.area_km2[self.places[d]].sum())
            km[d, b] = within if d == b else math.dist(centre[d], centre[b])
            hours[d, b] = km[d, b] * (pace_of[d] + pace_of[b]) / 2.0 / 60.0
        stock = [self.dwellings[self.places[d]].sum() for d in range(n)]
        to_province = lambda x, d, q: np.average(  # noqa: E731
            x[d, self.districts[q]], weights=[stock[b] for b in self.districts[q]]
        )
        near = lambda h: (1.0 + h / choose.tau0_hours) ** -choose.beta_distance  # noqa: E731
        self.near_district = near(hours)
        self.near_province = np.array([[near(to_province(hours, d, q)) for q in range(r)] for d in range(n)])
        self.km_district = km
        self.km_province = np.array([[to_province(km, d, q) for q in range(r)] for d in range(n)])
        high = [
            [self.dwellings[j] for j in self.places[d] if world.terrain[j] == kind]
            for d in range(n)
            for kind in range(3)
        ]
        total = [sum(part) for part in high]
        self.from_mountains = [total[3 * d + 1] > max(total[3 * d], total[3 * d + 2]) for d in range(n)]

    def _utilities(self) -> None:
        """v = beta_y ln y + sum beta_s A; e = H exp(v / theta) / sum H; (sum e)^theta; relative to the best place."""
        choose = self.scenario.choose
        services = ("commune_administration", "district_administration", "health", "education", "water")
        beta = np.array([getattr(choose, f"beta_{s}") for s in services])
        rent = np.log(self.seen.rent)[self.district, None]
        net = np.log(self.seen.potential) - self.scenario.money.rent_share * rent
        self.income_term = choose.beta_income * net
        self.service_term = self.seen.access @ beta
        self.v = self.income_term + self.service_term[:, None]
        self.relative = self.v - self.v.max(axis=0)
        share = self.seen.dwellings / self.seen.dwellings.sum()
        self.e = share[:, None] * np.exp(self.relative / choose.theta)

    def _networks(self) -> None:
        """(1 + N)^nu, N = households of the same origin province who live in the nest."""
        rows, weight = self.seen.rows, self.scenario.population.weight
        r, n = len(self.districts), len(self.province)
        count = np.zeros((r, n))
        for home, place in zip(rows["home_place"], rows["place"], strict=True):
            count[self.province[self.district[home]], self.district[place]] += weight
        count = self.relative_stock = relative(count, self.seen.market.network_start * weight, self.province)
        by_province = np.array([[count[h, self.districts[q]].sum() for q in range(r)] for h in range(r)])
        nu = self.scenario.choose.network
        self.net_district, self.net_province = (1.0 + count) ** nu, (1.0 + by_province) ** nu

    def _needs(self) -> None:
        """Wealth without which a nest is closed, in 0.1 M VND."""
        money, rent = self.scenario.money, self.seen.rent
        stock = np.array([self.seen.dwellings[places].sum() for places in self.places.values()])

        def units(km: float, rent: float, d: int) -> int:
            cost = money.move_cost + money.move_cost_per_km * km
            cost += money.rent_months * rent
            cost *= money.mountain_factor if self.from_mountains[d] else 1.0
            return min(65_535, math.ceil(cost * 10))

        n = len(self.province)
        self.need_district = [[units(self.km_district[d, b], rent[b], d) for b in range(n)] for d in range(n)]
        mean = [float((rent[ls] * stock[ls]).sum() / stock[ls].sum()) for ls in self.districts.values()]
        self.need_province = [
            [units(self.km_province[d, q], mean[q], d) for q in self.districts] for d in range(n)
        ]

    def nests(self, place: int, kind: int) -> dict[tuple[str, int], tuple[float, float]]:
        """Weight of each nest without networks, and the mean income that beckons there, for who lives in a place."""
        choose, y = self.scenario.choose, self.seen.potential
        d = self.district[place]
        q0 = self.province[d]
        out = {}

        def put(name: tuple[str, int], places: list[int], near: float, cost: float) -> None:
            e = self.e[places, kind]
            if len(places) and e.sum() > 0:
                weight = math.exp(choose.theta * math.log(e.sum()) - cost) * near
                out[name] = (weight, float((e * y[places, kind]).sum() / e.sum()))

        for b in self.districts[q0]:
            if b == d:
                put(("own", d), [j for j in self.places[d] if j != place], self.near_district[d, d], 0.0)
            else:
                put(("district", b), self.places[b], self.near_district[d, b], choose.cost_other_district)
        for q in self.districts:
            if q != q0:
                every = [j for b in self.districts[q] for j in self.places[b]]
                put(("province", q), every, self.near_province[d, q], choose.cost_other_province)
        return out

    def _hazards(self) -> None:
        """lambda0 exp(theta_G G + theta_S (1 - A)) a step of an adult of readiness 1, without ties and shocks.

        G = ln destinations' / own.
        """
        consider = self.scenario.consider
        poor = 1.0 - self.seen.access.mean(axis=1)
        n = len(self.district)
        self.gap, self.hazard = np.zeros((n, 16)), np.zeros((n, 32))
        self.status = np.log(self.seen.expected[:, 16:] / self.seen.expected[:, :16])
        for j, t in itertools.product(range(n), range(16)):
            around = self.nests(j, t).values()
            total = sum(w for w, _ in around)
            if total > 0:
                mean = sum(w * y for w, y in around) / total
                self.gap[j, t] = math.log(mean / self.seen.potential[j, t])
            shift = consider.theta_gap * self.gap[j, t] + consider.theta_services * poor[j]
            self.hazard[j, t] = consider.lambda0 * self.dt * math.exp(shift)
            self.hazard[j, 16 + t] = self.hazard[j, t] * math.exp(-consider.theta_gap * self.status[j, t])

    def workers(self, member: list[int]) -> int:
        """Members of 15 to 64."""
        return sum(1 for b in member if b and 15 <= age_of(b, self.seen.year) <= 64)

    # ------------------------------------------------------------ one household

    def income(self, i: int, kind: int) -> float:
        """Income of the step in 0.1 M VND, before rounding."""
        rows, seen = self.seen.rows, self.seen
        place, months = rows["place"][i], self.scenario.calendar.months_per_step
        people = [b for b in rows["member"][i] if b]
        earned = seen.earnings[place, kind] * self.workers(people) * seen.luck[rows["income_quantile"][i]]
        return float((earned + seen.other_income_head[place] * len(people)) * months * 10.0)

    def consumed(self, wealth: int, income: int, persons: int) -> int:
        """c = max(floor x members, (1 - s) y + m W), m = s / T a year, never beyond the resources; whole units."""
        money, months = self.scenario.money, self.scenario.calendar.months_per_step
        floor = round(money.consumption_floor * months * 10) * persons
        saved = math.floor(income * round(money.saving_rate * 65_536) / 65_536 + 0.5)
        draw = min(round(money.saving_rate / money.target_years * months / 12 * 65_536), 65_536)
        drawn = math.floor(wealth * draw / 65_536 + 0.5)
        kept = wealth + income - max(floor, income - saved + drawn)
        return wealth + income - min(max(kept, 0), 65_535)

    def readiness(self, byte: int, partnered: bool = False) -> float:
        """Of one member: Rogers and Castro's labour component, 1 at its peak, above a floor; none of minors."""
        c, age = self.scenario.consider, age_of(byte, self.seen.year)
        if age < self.seen.law.majority:
            return 0.0
        x = age - c.peak_age
        schedule = math.exp(-c.fall * x - c.fall / c.rise * (math.exp(-c.rise * x) - 1.0))
        r = c.floor + (1.0 - c.floor) * schedule
        return r * (c.women_readiness if byte & 1 else 1.0) * (c.partnered_readiness if partnered else 1.0)

    def consider_chance(
        self, place: int, kind: int, ties: int, shock: int, people: list[int], attributes: int
    ) -> float:
        """Chance that any of the adults thinks of moving in the step."""
        consider = self.scenario.consider
        pairs = partners(people, self.seen.year, attributes, self.seen.law)
        ready = sum(self.readiness(b, m in pairs) for m, b in enumerate(people))
        change = consider.theta_shock * shock / 7.0 - consider.theta_ties * ties / 255.0
        return chance(self.hazard[place, kind] * ready * math.exp(change))

    def options(
        self, place: int, home: int, kind: int, ties: int, wealth: int, formal: bool = False
    ) -> dict[tuple[str, int], tuple[int, float]]:
        """Alternatives of the first race: identity and weight."""
        choose, world = self.scenario.choose, self.world
        d, origin = self.district[place], self.province[self.district[home]]
        stays = self.seen.kappa + choose.kappa_ties * ties / 255.0
        keeps = math.exp(choose.beta_income * self.status[place, kind]) if formal else 1.0
        out = {("stay", place): (stable_id("own", 1), math.exp(self.relative[place, kind] + stays) * keeps)}
        if home != place:
            dh = self.district[home]
            same = self.province[dh] == self.province[d]
            cost = 0.0 if dh == d else choose.cost_other_district if same else choose.cost_other_province
            need = self.need_district[d][dh] if same else self.need_province[d][self.province[dh]]
            if wealth >= need:
                w = math.exp(self.relative[home, kind] + choose.home - cost) * self.near_district[d, dh]
                out["home", home] = (stable_id("own", 2), w)
        if not world.urban[place]:
            other = self.v[place, kind ^ 1] - self.v[:, kind].max()
            w = math.exp(other + stays - self.scenario.work.switch_cost)
            out["work", place] = (stable_id("own", 3), w)
        for (what, where), (weight, _) in self.nests(place, kind).items():
            if what == "province":
                if wealth >= self.need_province[d][where]:
                    code = code_number(str(world.legacy_provinces.code[where]))
                    out[what, where] = (stable_id("prov", code), weight * self.net_province[origin, where])
            elif wealth >= self.need_district[d][where]:
                code = code_number(str(world.districts.code[where]))
                weight *= self.net_district[origin, where]
                area = self.seen.market.area
                out[what, where] = (
                    stable_id("dist", code),
                    weight * (keeps if area[where] == area[d] else 1.0),
                )
        return out

    def choice(
        self, uid: int, place: int, home: int, kind: int, ties: int, wealth: int, formal: bool
    ) -> tuple[str, int, str]:
        """What wins, the place it leads to, and the term that tipped it."""
        options = self.options(place, home, kind, ties, wealth, formal)
        key = hash64(self.key["nest"], uid)
        winner = race(key, options)
        what, where = winner
        if what in ("stay", "work"):
            return what, place, ""
        to, reason, terms = where, "chance", {}
        origin, d = self.province[self.district[home]], self.district[place]
        if what == "home":
            reason = "home"
        else:
            inside = (
                [j for b in self.districts[where] for j in self.places[b]]
                if what == "province"
                else self.places[where]
            )
            to = race(
                hash64(self.key["place"], uid),
                {
                    j: (stable_id("place", int(self.world.place_key[j])), float(self.e[j, kind]))
                    for j in inside
                    if j != place
                },
            )
            if what == "province":
                others = [q for q in self.districts if q != origin]
                net = math.log(self.net_province[origin, where])
                terms["network"] = net - float(np.log(self.net_province[origin, others]).mean())
            else:
                own = self.districts[origin]
                net = math.log(self.net_district[origin, where])
                terms["network"] = net - float(np.log(self.net_district[origin, own]).mean())
        terms["income"] = float(self.income_term[to, kind] - self.income_term[place, kind])
        area = self.seen.market.area
        if formal and area[self.district[to]] != area[d]:
            terms["income"] -= self.scenario.choose.beta_income * self.status[place, kind]
        terms["services"] = float(self.service_term[to] - self.service_term[place])
        value = {name: math.log(w / exponential(key, a)) for name, (a, w) in options.items() if w > 0}
        margin = value[winner] - value["stay", place]
        decisive = {name: term for name, term in terms.items() if term > 0 and term > margin}
        assert self.district[place] == d
        return what, to, max(decisive, key=lambda name: decisive[name]) if decisive else reason

    def leaver(self, uid: int, people: list[int], attributes: int, job: bool = False) -> int:
        """Slot of the one adult who leaves, -1 when everybody does."""
        adults = [m for m, b in enumerate(people) if age_of(b, self.seen.year) >= self.seen.law.majority]
        taken = partners(people, self.seen.year, attributes, self.seen.law)

        def time(m: int) -> float:
            bits = hash64_2(self.key["leaver"], uid, m) >> 32
            return -math.log((TWO_32 - 0.5 - bits) / TWO_32) / self.readiness(people[m], m in taken)

        who = min(adults, key=time)
        move, labour = self.scenario.move, self.scenario.labour
        alone = 1.0 if job else move.alone
        if who in taken:  # seldom leaves alone then (assumption A71)
            alone *= labour.leaves_partner if job else move.alone_partnered
        if attributes & LODGING == LODGING:
            alone = 2.0  # always
        leaves = len(adults) > 1 and hash64(self.key["split"], uid) >> 32 < alone * TWO_32
        return who if leaves else -1

    def step(self, i: int) -> dict[str, Any]:
        """Everything that household i does and becomes in the household pass."""
        rows, seen = self.seen.rows, self.seen
        uid, place, home = rows["uid"][i], rows["place"][i], rows["home_place"][i]
        people = [b for b in rows["member"][i] if b]
        attributes, year = rows["attributes"][i], seen.year
        kind, shock = rows["flags"][i] & 15, rows["flags"][i] >> 4 & 7

        growth = round((1.0 - (1.0 - self.scenario.ties.growth) ** self.dt) * 256)
        ties = rows["ties"][i] + math.ceil((255 - rows["ties"][i]) * growth / 256)
        shock = max(shock - 1, 0)
        if seen.struck[place] and attributes >> 1 & 3 == 0:
            shock = 7

        work, changed = self.workers(people), 0
        if work and self.work.changes(uid, place, kind, bool(attributes & FORMAL)):
            attributes ^= FORMAL
            changed = work if attributes & FORMAL else -work
            if kind % 2 == 0:  # farmed
                attributes, kind = attributes | 2 << 1, kind | 1
        status = 16 if attributes & FORMAL else 0
        amount = self.income(i, kind + status)
        luck = (hash32(uid, self.key["money"]) >> 8) / 2**24
        income = min(math.floor(amount + luck), 65_535)
        # 32-bit floats decide a draw within a millionth of the amount: there both neighbours are right
        either = abs(amount + luck - round(amount + luck)) < 1e-6 * (1.0 + amount)

        area = 1 if self.world.urban[place] else 0
        life = life_of(
            people, uid, year, seen.death[area], seen.birth[area], seen.later[area], seen.seek,
            seen.part, self.key["life"], self.key["detail"],
            attributes, seen.law,
        )  # fmt: skip
        considers, choice, to, leaver, reason, gone = False, "stay", -1, -1, "", 0
        if life:
            dead = [r for r in life if r < 6]
            born = []
            for r in (r - 6 for r in life if 6 <= r < 12):
                boys = self.scenario.life_course.boys_per_100_girls
                boy = hash64_2(self.key["newborn"], uid, 32 + r) >> 32 < boys / (100.0 + boys) * TWO_32
                born.append((year - 1910) << 1 | (not boy))
            gone = self.workers([people[m] for m in dead])
            shock = 7 if gone else shock
            if attributes & NEWLY_WED and any(
                age_of(people[m], year) < 35 and m in partners(people, year, NEWLY_WED, seen.law)
                for m in dead
            ):
                attributes &= ~32
            meant = apart(people, year, attributes, seen.law)
            if attributes & LODGING != LODGING and len(meant) == 1 and meant[0] in dead:
                attributes &= ~APART
            people = sorted([b for m, b in enumerate(people) if m not in dead] + born)
            if dead or born:
                kind = stage_of(people, year) * 4 + kind % 4
        else:
            bits = hash32(uid, self.key["consider"])
            considers = (
                bits < self.consider_chance(place, kind + status, ties, shock, people, attributes) * TWO_32
            )
        return {
            "uid": uid, "ties": ties, "shock": shock, "income": income, "either": either, "life": life,
            "member": people + [0] * (6 - len(people)), "kind": kind, "attributes": attributes, "considers": considers,
            "choice": choice, "to": to, "leaver": leaver, "reason": reason, "home": home, "place": place,
            "gone": gone, "changed": changed,
        }  # fmt: skip

    def decide(self, i: int, done: dict[str, Any], wealth: int) -> None:
        """What a household that considers decides with this wealth (that of after income and consumption)."""
        uid, place, home, kind = done["uid"], done["place"], done["home"], done["kind"]
        people = [b for b in done["member"] if b]
        formal = bool(done["attributes"] & FORMAL)
        what, to, reason = self.choice(uid, place, home, kind, done["ties"], wealth, formal)
        done["choice"] = what
        if what == "work":
            farms = done["attributes"] >> 1 & 3 == 0
            done["attributes"] = done["attributes"] & ~(6 | FORMAL) | (2 if farms else 0) << 1
            done["kind"] = kind ^ 1
        elif what != "stay" and any(age_of(b, self.seen.year) >= self.seen.law.majority for b in people):
            done["to"] = to
            bits = done["attributes"]
            calm = self.consider_chance(place, kind + 16 * formal, done["ties"], 0, people, bits)
            if done["shock"] and not hash32(uid, self.key["consider"]) < calm * TWO_32:
                reason = "shock"
            done["reason"] = reason
            lodges = bits & LODGING == LODGING
            done["leaver"] = -1 if to == home and not lodges else self.leaver(uid, people, bits)

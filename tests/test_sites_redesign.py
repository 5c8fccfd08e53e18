"""Redesigns: closing, opening, moving and merging outlets, against every way there is.

``python tests/test_sites_redesign.py 3000`` tries so many worlds.
"""

import json
import sys
from dataclasses import replace
from itertools import combinations
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

import worlds
from gdcoverage.assessment import assess
from gdcoverage.emap._changed import change_rows
from gdcoverage.emap._planner import layer_styles, planner_block
from gdcoverage.findings import StreetlessCoverage
from gdcoverage.gaps import find_gaps
from gdcoverage.policy import Standard
from gdcoverage.problems import InputError
from gdcoverage.report import Report, json_text, redesign_lines, siting_lines, write_workbook
from gdcoverage.sites import Terms, make_siting, redesign
from gdcoverage.sites._moves import Moves
from gdcoverage.sites._openings import moves_of
from gdcoverage.sites._question import ask, question_on
from gdcoverage.sites._rearrange import rearranged
from test_sites import STEP, along, at_crossings, street

__all__ = ["street"]

NAMED = "213"
BANKS = np.array(["甲", "乙", ""], object)


def frame(spots, **columns):
    return gpd.GeoDataFrame(columns, geometry=worlds.points(spots).to_numpy(), crs="EPSG:4326")


def drawn(random, counties=2):
    """A small world on a line: outlets, candidates, who is in whose reach, and terms."""
    n, m, people = (int(random.integers(1, top)) for top in (6, 6, 12))
    weights = [
        random.integers(0, 10, people).astype(float),
        random.integers(0, 5_000, people).astype(float),
        np.round(random.lognormal(5, 2, people), 3),
        1e6 + random.integers(0, 3, people).astype(float),
        10.0 ** random.integers(-2, 6, people),
    ][random.integers(5)]
    here, there = (100.0 * random.integers(0, 15, k) for k in (n, m))
    home = random.integers(0, counties, people)
    outlets = frame(
        [(x, 0) for x in here],
        outlet_id=[f"W{i}" for i in range(n)],
        bank=BANKS[random.integers(0, 3, n)],
        county=[NAMED[c] for c in random.integers(0, counties, n)],
        counts=np.ones(n, bool),
        status=["active"] * n,
    )
    candidates = frame(
        [(x, 0) for x in there],
        candidate_id=[f"K{i}" for i in range(m)],
        name=[""] * m,
        bank=BANKS[random.integers(0, 3, m)],
        county=[NAMED[c] for c in random.integers(0, counties, m)],
        kind=[""] * m,
        address=[""] * m,
    )
    covers = random.random((people, n)) < random.uniform(0.1, 0.4)
    reach = random.random((people, m)) < random.uniform(0.2, 0.6)
    demand = frame(
        [(0, 0)] * people,
        demand_id=[f"D{i:02d}" for i in range(people)],
        county=[NAMED[c] for c in home],
        population=weights,
        settlement=["urban"] * people,
        covered=covers.any(axis=1),
        covering_outlets=covers.sum(axis=1),
    )
    metres = [None, 300.0, 800.0]

    def some(share, choices):
        return choices[random.integers(len(choices))] if random.random() < share else choices[0]

    costly: dict[str, Any] = {"budget": 4.0, "costs": {"K0": 2.5}} if random.random() < 0.2 else {}
    terms = Terms(
        add=int(random.integers(0, 4) or random.integers(0, 4)),
        close=int(random.integers(1, 4)),
        close_of=tuple(some(0.2, [(), ("甲",), ("W0",), ("1",)])),
        keep=("W0",) if random.random() < 0.1 else (),
        move_most_m=some(0.6, metres),
        merge_most_m=some(0.4, metres),
        bank_apart_m=some(0.4, metres),
        bank_caps={"甲": 1} if random.random() < 0.2 else {},
        county_least=some(0.2, [0, 1]),
        rate_least={"1": float(random.choice([0.3, 0.6, 0.9]))} if random.random() < 0.15 else 0.0,
        fixed=("K0",) if random.random() < 0.15 else (),
        forbidden=(f"K{m - 1}",) if random.random() < 0.15 and m > 1 else (),
        frontier=int(random.integers(0, 4)),
        **costly,
    )
    word = ["1", "甲", "2", "W0"][random.integers(4)]
    if (outlets[["outlet_id", "bank", "county"]] == word).any(axis=None):
        most = int(random.integers(0, 2))
        terms = replace(terms, close_most=some(0.3, [None, most, {word: most}]))
    coverage = StreetlessCoverage(Standard(), demand, outlets, csr_array(covers), None)
    return coverage, candidates, csr_array(reach), terms, here, there


class Ways:
    """Every way to close and open, and what is covered then: obvious, and slow."""

    def __init__(self, coverage, candidates, reach, terms, here, there):
        self.covers, self.reach = coverage.covers.toarray(), reach.toarray()
        self.demand, self.terms = coverage.demand, terms
        self.people = self.demand["population"].to_numpy(float)
        self.bank = coverage.outlets["bank"].to_numpy(object)
        self.own = candidates["bank"].to_numpy(object)
        self.at, self.to = here, there
        self.counties = candidates["county"].to_numpy(object)
        ids = coverage.outlets["outlet_id"].to_numpy(object)
        named = [ids, self.bank, coverage.outlets["county"].to_numpy(object)]
        # Those asked about: of which there are people, or which are told.
        known = () if coverage.counties is None else coverage.counties["adcode"]
        self.asked = sorted({*self.demand["county"], *known})
        may = np.isin(coverage.outlets["county"], self.asked)
        if terms.close_of:
            may &= np.any([np.isin(each, terms.close_of) for each in named], axis=0)
        self.may = np.flatnonzero(may & ~np.any([np.isin(e, terms.keep) for e in named], axis=0))
        self.named = named
        self.close = min(terms.close, len(self.may))
        self.more = max(terms.add - terms.close, -self.close)
        self.names = candidates["candidate_id"].to_numpy(object)

    def best(self):
        """Most people covered, and fewest openings with which; None where there is no way."""
        found = []
        for k in range(self.close + 1):
            for gone in combinations(self.may, k):
                for size in range(min(self.terms.add, self.more + k) + 1):
                    for new in combinations(range(len(self.to)), size):
                        if self.kept(gone, list(new)):
                            found.append((self.covered(gone, new), -size))
        return max(found, default=None)

    def covered(self, gone, new):
        stay = np.setdiff1d(np.arange(len(self.at)), gone)
        who = self.covers[:, stay].any(axis=1) | self.reach[:, list(new)].any(axis=1)
        return round(float(self.people[who].sum()), 6)

    def kept(self, gone, new):  # noqa: PLR0911 - a line a condition
        terms, names = self.terms, self.names[new]
        if np.isin(names, terms.forbidden).any() or not np.isin(terms.fixed, names).all():
            return False
        if (self.own[new] == "甲").sum() > terms.bank_caps.get("甲", 9):
            return False
        for county in self.asked:
            least = min(terms.county_least, (self.counties == county).sum())
            if (self.counties[new] == county).sum() < least:
                return False
        if sum(terms.costs.get(name, 1.0) for name in names) > (terms.budget or np.inf):
            return False
        if not self.may_close(list(gone)):
            return False
        stay = np.setdiff1d(np.arange(len(self.at)), gone)
        who = self.covers[:, stay].any(axis=1) | self.reach[:, new].any(axis=1)
        for county, rate in (terms.rate_least or {}).items():
            home = (self.demand["county"] == county).to_numpy()
            if self.people[home & who].sum() < rate * self.people[home].sum() - 2e-6:
                return False
        return any(self.fits(gone, new, whose) for whose in self.owners(gone, new))

    def may_close(self, gone):
        most, county = self.terms.close_most, self.named[2]
        if not isinstance(most, dict):
            most = {} if most is None else dict.fromkeys(county, most)
        calls = {word: np.any([own == word for own in self.named], axis=0) for word in most}
        return all(calls[word][gone].sum() <= limit for word, limit in most.items())

    def owners(self, gone, new):
        """Ways to say whose each site is: moved by which outlet that closes, or by none."""
        choices: list[tuple[Any, ...]] = [()]
        for site in new:
            fresh: list[tuple[Any, ...]] = []
            for way in choices:
                if self.terms.move_most_m is not None:
                    for i in gone:
                        near = abs(self.at[i] - self.to[site]) <= self.terms.move_most_m
                        fits = self.own[site] in ("", self.bank[i])
                        if near and fits and i not in [a for a, _ in way]:
                            fresh.append((*way, (i, self.bank[i])))
                    if sum(a is None for a, _ in way) >= max(self.more, 0):
                        continue
                if self.own[site]:
                    fresh.append((*way, (None, self.own[site])))
                else:
                    fresh += [(*way, (None, bank)) for bank in ("甲", "乙", "")]
            choices = fresh
        return choices

    def fits(self, gone, new, whose):
        stay = [i for i in range(len(self.at)) if i not in gone]
        at = np.append(self.at[stay], self.to[new])
        bank = np.append(self.bank[stay], np.array([b for _, b in whose], object))
        if self.terms.merge_most_m is not None:
            for i in gone:
                near = abs(at - self.at[i]) <= self.terms.merge_most_m
                if not (near & (bank == self.bank[i])).any():
                    return False
        if self.terms.bank_apart_m is not None:
            # A place of no bank is free of spacing, unless an outlet moves there.
            strict = bank.copy()
            for k, (site, (mover, _)) in enumerate(zip(new, whose, strict=True), len(stay)):
                if mover is None and not self.own[site] and self.terms.merge_most_m is None:
                    strict[k] = ""
            for k in range(len(stay), len(at)):
                for j in range(k):
                    alike = strict[k] == strict[j] != ""
                    if alike and abs(at[k] - at[j]) < self.terms.bank_apart_m - 0.001:
                        return False
        return True


def fault(number):  # noqa: PLR0911 - a line a fault
    """What is wrong with the answer to a world: empty where nothing is."""
    random = np.random.default_rng(number)
    world = drawn(random)
    coverage, candidates, reach, terms, *_ = world
    if terms.close_of and not (
        coverage.outlets[["outlet_id", "bank", "county"]].isin(terms.close_of).any(axis=None)
    ):
        return ""
    try:
        question = question_on(coverage, candidates, reach, terms, False)
    except InputError:
        return ""  # terms that contradict one another
    ways = Ways(*world)
    best = ways.best()
    try:
        *_, answer = rearranged(moves := moves_of(question))
    except InputError as error:
        if best is not None:
            return f"no plan, but {best}: {error}"
        return ""
    if best is None:
        return "a plan where there is none"
    covered = round(answer.people + moves.kept, 6)
    if covered != pytest.approx(best[0], rel=1e-9, abs=1e-6) or answer.gap:
        return f"{covered} of {best[0]}, gap {answer.gap}"
    if answer.bound + moves.kept < best[0] * (1 - 1e-9):
        return f"bound {answer.bound + moves.kept} below {best[0]}"
    opened = int((moves.site[answer.plan] >= 0).sum())
    if terms.budget is None and opened != -best[1]:
        return f"opens {opened}, not {-best[1]}"
    return ""


def test_no_way_to_close_and_open_covers_more():
    # The last ones were answered wrongly once.
    numbers = [*range(40), 293, 1945, 2005, 2581]
    assert {n: found for n in numbers if (found := fault(n))} == {}


# People  100  40  20   0   0   0  90       W0 and W1 side by side, nobody serves the last 90.
#          W0--W1---+---+---+---+---+       An outlet covers its crossing and the next ones.
PEOPLE = [100, 40, 20, 0, 0, 0, 90]


def town(street, outlets=(0, 1), banks=("甲", "甲")):
    coverage = along(street, PEOPLE, outlets)
    coverage.outlets["bank"] = list(banks)
    coverage.demand["elderly"] = [10.0, 4.0, 2.0, 0.0, 0.0, 0.0, 9.0]
    return coverage


def test_of_two_outlets_the_one_that_nobody_misses_moves(street):
    """W1 covers all three crossings; W0 goes to where the 90 live."""
    found = redesign(town(street), at_crossings(7), Terms(add=1, close=1))
    assert found.closed["outlet_id"].tolist() == ["W0"]
    assert found.closed.loc[0, ["change", "population", "lost"]].tolist() == ["move", 140, 0]
    assert found.opened["candidate_id"].tolist() == ["K5"]
    assert (found.won, found.lost, found.population, found.bound) == (90, 0, 90, 90)
    assert found.rate_before == pytest.approx(160 / 250)
    assert found.rate_after == 1
    assert (found.status, found.gap) == ("optimal", 0)
    assert found.steps[["closings", "closed", "opened", "population"]].to_numpy().tolist() == [
        [0, 0, 0, 0],
        [1, 1, 1, 90],
    ]
    county = found.counties.iloc[0]
    assert county[["closed", "opened", "won", "lost", "net"]].tolist() == [1, 1, 90, 0, 90]
    assert county[["elderly_won", "elderly_lost"]].tolist() == [9, 0]


def test_who_loses_is_told_apart_from_who_wins(street):
    """Only W1 may close: 20 lose at the third crossing, 90 win at the last."""
    found = redesign(town(street), at_crossings(7), Terms(add=1, close=1, keep=["W0"]))
    assert found.closed["outlet_id"].tolist() == ["W1"]
    assert (found.won, found.lost, found.population) == (90, 20, 70)
    assert found.counties.iloc[0][["elderly_won", "elderly_lost"]].tolist() == [9, 2]
    # Where the candidates are few, nothing is worth what it costs.
    poor = redesign(town(street), at_crossings(1), Terms(add=1, close=1))
    assert poor.closed.empty
    assert poor.opened.empty
    assert "现有网点不动就是最好的" in redesign_lines(poor)[0]
    # Whom a closing leaves across the border is not known here, and that is said.
    assert any("邻县" in line for line in redesign_lines(found))
    assert not any("邻县" in line for line in redesign_lines(poor))


def test_a_move_is_bounded_and_keeps_the_bank(street):
    coverage = town(street)
    near = Terms(add=1, close=1, move_most_m=5 * STEP + 1)
    moved = redesign(coverage, at_crossings(7), near).closed.iloc[0]
    assert moved[["outlet_id", "change", "to"]].tolist() == ["W0", "move", "K5"]
    assert moved["to_m"] == pytest.approx(5 * STEP, abs=0.01)
    # A step less, and only W1 could go there.
    short = redesign(coverage, at_crossings(7), replace(near, move_most_m=4 * STEP + 1))
    assert short.closed["outlet_id"].tolist() == ["W1"]
    assert short.population == 70
    # Nor does it move to what another bank's premises are.
    foreign = redesign(coverage, at_crossings(7, "乙乙乙乙乙乙乙"), near)
    assert foreign.closed.empty


def test_two_outlets_of_one_bank_merge_and_others_do_not(street):
    merged = redesign(town(street), at_crossings(7), Terms(add=0, close=1, merge_most_m=STEP + 1))
    row = merged.closed.iloc[0]
    assert row[["outlet_id", "change", "to"]].tolist() == ["W0", "merge", "W1"]
    assert merged.lost == 0
    with pytest.raises(InputError, match=r"放宽其中一项即可.*合并距离"):
        redesign(
            town(street, banks=("甲", "乙")),
            at_crossings(7),
            Terms(add=0, close=1, merge_most_m=STEP + 1),
        )


def test_generated_candidates_serve_those_too_whose_outlet_closes(street):
    """All are covered, by two outlets that one in the middle can do for."""
    demand = worlds.demand([(i * STEP, 0) for i in range(3)], [10, 20, 30])
    coverage = assess(worlds.outlets([(0, 0), (2 * STEP, 0)]), demand, street)
    found = redesign(coverage, None, Terms(add=1, close=2, apart_m=100))
    assert len(found.closed) == 2
    assert found.opened["candidate_id"].str.startswith("M").all()
    assert found.lost == 0


def test_what_may_close_is_named_by_id_bank_or_code(street):
    coverage = town(street, banks=("甲", "乙"))

    def closed(**terms):
        asked = Terms(**{"add": 1, "close": 1} | terms)
        return redesign(coverage, at_crossings(7), asked).closed["outlet_id"].tolist()

    assert closed(close_of=["乙"]) == closed(keep=["甲"]) == closed(close_of=["W1"]) == ["W1"]
    with pytest.raises(InputError, match="丙"):
        closed(close_of=["丙"])
    with pytest.raises(ValueError, match="add"):
        Terms(target=0.5, close=1)
    with pytest.raises(ValueError, match="close"):
        redesign(coverage, at_crossings(7), Terms(add=1))


def test_a_redesign_is_told_in_text_workbook_and_json(street, tmp_path):
    coverage = town(street)
    terms = Terms(add=1, close=1, keep=["W0"], frontier=2, alternatives=0)
    siting = make_siting(coverage, terms, at_crossings(7))
    text = "\n".join(siting_lines(siting))
    assert "90 人新达标，20 人失去达标" in text
    assert "迁移 第1支行：迁往 K5" in text
    assert "已证明：在所给候选点和条件下没有使更多人达标的调整方案。" in text
    assert "最多关闭 0 个，净增 0 人；最多关闭 1 个，净增 70 人" in text
    report = Report("调整", coverage, find_gaps(coverage), (), (), "0", "2024-06-14", siting=siting)
    write_workbook(report, tmp_path / "报告.xlsx")
    sheets = pd.read_excel(tmp_path / "报告.xlsx", sheet_name=None, header=None, engine="openpyxl")
    assert "W1" in sheets["网点调整"].to_numpy()
    assert "K5" in sheets["调整新设网点"].to_numpy()
    assert {"调整影响", "逐步调整"} <= set(sheets)
    data = json.loads(json_text(report))["siting"]["redesign"]
    assert (data["won"], data["lost"], data["bound"]) == (90, 20, 70)
    assert data["closed"][0]["to"] == data["opened"][0]["candidate_id"] == "K5"


def test_the_map_shows_what_goes_where_and_what_opens_off_at_first(street):
    coverage = town(street)
    coverage.outlets["name"] = ["<b>西</b>", ""]
    terms = Terms(add=1, close=1, frontier=0, alternatives=0)
    siting = make_siting(coverage, terms, at_crossings(7))
    styles = layer_styles(coverage, siting)
    assert [(s["key"], s["on"]) for s in styles if s["key"].startswith("change_")] == [
        ("change_move", False),
        ("change_open", False),
    ]
    moved, opened = planner_block(coverage, find_gaps(coverage), False, siting)["changes"]
    assert (moved["style"], moved["name"]) == ("change_move", "<b>西</b>")
    assert moved["to"] == [opened["lat"], opened["lon"]]
    assert dict(moved["facts"])["怎样调整"] == "迁移"
    assert dict(moved["facts"])["其中失去达标"] == "0 人"
    assert opened["name"] == "新设网点 K5"
    merged = make_siting(
        coverage, replace(terms, add=0, merge_most_m=STEP + 1), at_crossings(7)
    ).redesign
    assert [row["style"] for row in change_rows(merged)] == ["change_merge"]
    # The only one of its bank closes: nowhere to draw a line to.
    alone = redesign(town(street, banks=("甲", "乙")), at_crossings(7), replace(terms, add=0))
    (closed,) = change_rows(alone)
    assert (closed["style"], closed["to"]) == ("change_close", None)
    assert dict(closed["facts"])["迁往或由谁承接"] == "本行再无网点"


def test_how_many_close_is_limited_by_county_bank_and_city(street):
    coverage = town(street, banks=("甲", "乙"))

    def closed(**terms):
        asked = Terms(**{"add": 2, "close": 2} | terms)
        return redesign(coverage, at_crossings(7), asked).closed["outlet_id"].tolist()

    assert closed(close_most={"乙": 0}) == ["W0"]
    assert closed(close_most={"甲": 0, "W1": 0}) == []
    with pytest.raises(InputError, match="丙"):
        closed(close_most={"丙": 1})
    with pytest.raises(ValueError, match="close_most"):
        Terms(add=1, close=1, close_most=-1)
    nobody = redesign(coverage, at_crossings(7), Terms(add=1, close=1, keep=["甲", "乙"]))
    assert "没有可以关闭的网点" in "".join(redesign_lines(nobody))


def test_no_county_and_no_bank_are_not_one_name(street):
    """An outlet outside all counties, and one of the county whose bank nobody wrote."""
    coverage = town(street, banks=("甲", ""))
    coverage.outlets["county"] = ["", "990101"]
    question = ask(coverage, at_crossings(7), Terms(add=2, close=2, close_most=1))
    moves = Moves(
        question, np.array([0, 1]), np.zeros(0, int), np.zeros(0, int), np.zeros(0, object)
    )
    assert [(own.tolist(), most) for own, most in moves._closings()] == [([0], 1), ([1], 1)]


if __name__ == "__main__":
    wrong = {n: found for n in range(int(sys.argv[1])) if (found := fault(n))}
    print(len(wrong), wrong)

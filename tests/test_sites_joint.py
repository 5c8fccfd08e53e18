"""One budget over many counties, with what each must have; and what binds where nothing will do.

``python tests/test_sites_joint.py 200`` asks so many questions without an answer what binds.
"""

import itertools
import sys
import zipfile
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import xlsxwriter
from scipy.sparse import csr_array

import worlds
from gdcoverage import locate
from gdcoverage.findings import StreetlessCoverage
from gdcoverage.policy import Standard
from gdcoverage.problems import InputError
from gdcoverage.report._joint import joint_data, joint_lines, joint_sheets
from gdcoverage.report._sheet import SheetWriter
from gdcoverage.sites import Terms, kind_of_services
from gdcoverage.sites._binding import binding
from gdcoverage.sites._joint import plan_jointly, shared
from gdcoverage.sites._limits import most_key
from gdcoverage.sites._question import question_on
from gdcoverage.sites._reached import Reached, joined
from gdcoverage.sites._sizes import Won, people_by_sizes
from gdcoverage.sites._solve import most_people
from known import known

WEST, EAST = "440001", "440002"


def question(reach, people, home, where, terms, covered=None, banks=None, kinds="", rural=()):
    """A question of these cover sets; people live in `home`, candidates lie in `where`."""
    people, count = np.asarray(people, float), len(where)
    covered = np.zeros(len(people), bool) if covered is None else np.asarray(covered)
    demand = worlds.demand([(10.0 * i, 0) for i in range(len(people))], people)
    demand = demand.assign(county=home, covered=covered, covering_outlets=covered.astype(int))
    demand.loc[list(rural), "settlement"] = "rural"
    candidates = gpd.GeoDataFrame(
        {
            "candidate_id": [f"C{j}" for j in range(count)],
            "kind": kinds,
            "address": "",
            "name": "",
            "bank": banks if banks is not None else "",
            "county": where,
        },
        geometry=worlds.points([(10.0 * j, 50) for j in range(count)]).to_numpy(),
        crs="EPSG:4326",
    ).astype({"candidate_id": "str", "county": "str"})
    outlets = worlds.outlets([(0, 900)]).assign(counts=True, county=WEST)
    nobody = csr_array((len(people), 1), dtype=bool)
    named = {"adcode": [WEST, EAST], "name": ["西县", "东县"], "city": "甲市"}
    counties = gpd.GeoDataFrame(named, geometry=[None] * 2, crs="EPSG:4326")
    coverage = StreetlessCoverage(Standard(), demand, outlets, nobody, counties)
    return question_on(coverage, candidates, csr_array(np.asarray(reach, bool)), terms, False)


def parts_of(asked, *counties):
    """The counties' parts of a question."""
    demand, reach = asked.coverage.demand, asked.reach
    for county in counties:
        rows = np.flatnonzero(demand["county"] == county)
        near = np.flatnonzero(reach[rows].sum(axis=0) > 0)
        near = np.union1d(near, np.flatnonzero(asked.candidates["county"] == county))
        gaps = [{"gap_id": f"{county}-1", "name": county}]
        yield Reached(
            asked.candidates.iloc[near].reset_index(drop=True),
            csr_array(reach[rows][:, near]),
            demand.iloc[rows].reset_index(drop=True),
            asked.coverage.outlets,
            asked.coverage.covers[rows],
            gpd.pd.DataFrame(gaps),
        )


def on_the_border(**terms):
    """West has 100 and 60 people, east 50, 5 and 8; C2 at the border serves 60 and 50."""
    reach = [[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]]
    home, where = [WEST, WEST, EAST, EAST, EAST], [WEST, EAST, WEST, EAST]
    return question(reach, [100, 60, 50, 5, 8], home, where, Terms(**terms))


def jointly(asked):
    gaps = list(parts_of(asked, WEST, EAST))
    return plan_jointly(gaps, Standard(), asked.terms, False, asked.coverage.counties)


def test_a_candidate_near_a_border_serves_both_counties_and_splits_lose_what_they_lose():
    plan = jointly(on_the_border(add=2))
    assert plan.plan.sites["candidate_id"].tolist() == ["C2", "C0"]
    assert plan.plan.population == 210
    counties = plan.counties.set_index("county")
    assert counties["sites"].to_dict() == {WEST: 2, EAST: 0}
    assert counties["won"].to_dict() == {WEST: 160, EAST: 50}
    ways = plan.ways.set_index("way")
    # One each: C2 in the west, C3 in the east; by people (160 : 63) the same.
    assert ways["population"].to_dict() == {"joint": 210, "equal": 118, "by_people": 118}
    assert ways["below_joint"].to_dict() == {"joint": 0, "equal": 92, "by_people": 92}
    assert ways["counties_without"].to_dict() == {"joint": 1, "equal": 0, "by_people": 0}
    assert ways.loc["joint", "least_county"] == EAST
    assert ways.loc["joint", "least_rate"] == pytest.approx(50 / 63)


def test_what_is_asked_at_least_is_kept_and_has_its_price():
    plan = jointly(on_the_border(add=2, county_least=1))
    assert sorted(plan.plan.sites["candidate_id"]) == ["C2", "C3"]
    ways = plan.ways.set_index("way")
    assert ways.loc["without_floors", "population"] == 210
    assert ways.loc["without_floors", "below_joint"] == 118 - 210
    assert "即下限的代价" in "".join(joint_lines(plan, {WEST: "西县", EAST: "东县"}))
    # 95 % of 63 people need all three sites that the east lives by.
    plan = jointly(on_the_border(add=3, rate_least={EAST: 0.95}))
    assert sorted(plan.plan.sites["candidate_id"]) == ["C1", "C2", "C3"]
    capped = on_the_border(add=4, county_most={WEST: 1}, city_most=2)
    assert len(jointly(capped).plan.sites) == 2


def test_money_is_kept_to_the_last_cent():
    costs = {"C0": 2.5, "C2": 2.0, "C3": 0.5}
    plan = jointly(on_the_border(add=4, costs=costs, budget=3.0))
    assert (plan.plan.population, plan.plan.cost) == (118, 2.5)
    assert "费用合计 2.5。" in joint_lines(plan, {})
    with pytest.raises(ValueError, match="budget"):
        Terms(add=1, costs=costs)
    with pytest.raises(ValueError, match="budget"):
        Terms(target=0.5, budget=1)


def test_the_frontier_of_all_counties_is_the_best_of_each_size_with_and_without_floors():
    random = np.random.default_rng(11)
    answered = floored = 0
    while answered < 40:
        asked = made_up(random)
        most = asked.terms.add
        terms = replace(asked.terms, frontier=int(random.integers(1, 6)))
        asked = replace(asked, terms=terms)
        if not most or next(plans(asked), None) is None:
            continue
        answered += 1
        free = asked.without_floors()
        table = people_by_sizes(asked, free, most, {}, {}).set_index("sites")
        assert table.index[-1] == most
        assert len(table) <= terms.frontier

        def best(question, size, terms=terms):
            sized = replace(question, terms=replace(terms, add=size))
            return max(map(question.population_of, plans(sized)), default=np.nan)

        for size, row in table.iterrows():
            assert row["population"] == row["bound"] == best(free, size)
            if asked.is_two_sided:
                floored += 1
                exact = best(asked, size)
                held = row[["floors_population", "floors_bound", "floors_population"]]
                assert held.tolist() == pytest.approx([exact] * 3, nan_ok=True)
                assert row["price"] == pytest.approx(row["population"] - exact, nan_ok=True)
    assert floored > 20


def test_a_size_that_time_does_not_do_better_keeps_the_plan_of_fewer_sites():
    asked = on_the_border(add=3, frontier=3, county_least=1)
    free = asked.without_floors()
    three = np.array([0, 1, 2])
    poor = {2: Won(np.array([3]), 8.0, 215.0), 3: Won(three, 215.0, 216.0)}
    table = people_by_sizes(asked, free, 3, {}, poor)
    # Two sites do what one did at least; a bound of three is one of two.
    assert table["population"].tolist() == [110, 110, 215]
    assert table["bound"].tolist() == [110, 215, 216]
    assert table["gap"].tolist() == pytest.approx([0, 105 / 215, 1 / 216])
    assert table["floors_population"].isna().tolist() == [True, False, False]


def test_alternatives_of_the_joint_plan_are_told_with_their_counties(tmp_path):
    plan = jointly(on_the_border(add=2, frontier=2, alternatives=2, within=0.6, differ_m=5))
    others = known(plan.alternatives)
    assert others.plans["population"].tolist() == [210, 118, 115]
    assert set(others.sites["county"]) == {WEST, EAST}
    names = {WEST: "西县", EAST: "东县"}
    said = "\n".join(joint_lines(plan, names))
    assert "全省曲线（新增网点数与新增达标人口）：1 个 110 人；2 个 210 人。" in said
    assert "备选方案 1：新增达标 118 人（比最优少 43.8%）" in said
    data = joint_data(plan)
    assert [row["population"] for row in data["frontier"]] == [110, 210]
    assert [len(each["sites"]) for each in data["alternatives"]] == [2, 2, 2]
    with xlsxwriter.Workbook(tmp_path / "r.xlsx") as book:
        joint_sheets(plan, names, SheetWriter(book))
    sheets = gpd.pd.read_excel(tmp_path / "r.xlsx", sheet_name=None, header=None, engine="openpyxl")
    assert {"全省曲线", "备选方案", "备选方案网点"} <= set(sheets)
    assert "东县" in sheets["备选方案网点"].to_numpy().ravel()
    with zipfile.ZipFile(tmp_path / "r.xlsx") as parts:
        assert any(name.startswith("xl/charts/") for name in parts.namelist())


def test_joining_the_counties_parts_gives_the_question_asked_of_all_at_once():
    random = np.random.default_rng(5)
    for _ in range(20):
        reach = random.random((12, 7)) < 0.3
        home, where = random.choice([WEST, EAST], 12), random.choice([WEST, EAST], 7)
        people = random.integers(0, 50, 12)
        asked = question(reach, people, home, where, Terms(add=3, county_least=1))
        parts = list(parts_of(asked, WEST, EAST))
        together = joined(parts, Standard(), asked.terms, False)
        assert together.people.sum() == asked.people.sum()
        one, other = (
            {
                c: q.people[q.by_site[[j]].indices].sum()
                for j, c in enumerate(q.candidates.candidate_id)
            }
            for q in (asked, together)
        )
        assert {c: one[c] for c in other} == other
        assert most_people(asked, 3).objective == most_people(together, 3).objective


def test_a_budget_is_shared_whole():
    assert shared(10, np.array([1.0, 1.0, 1.0]), np.array([5.0, 9.0, 7.0])).tolist() == [3, 4, 3]
    assert shared(2, np.array([1.0, 1.0, 1.0]), np.array([5.0, 9.0, 7.0])).tolist() == [0, 1, 1]
    assert shared(7, np.array([60.0, 30.0, 10.0]), np.zeros(3)).tolist() == [4, 2, 1]
    assert shared(3, np.zeros(2), np.zeros(2)).tolist() == [0, 0]


# What binds -----------------------------------------------------------------------------------


def made_up(random):
    """A small question with everything that may bind."""
    demand, sites = int(random.integers(2, 9)), int(random.integers(2, 8))
    home, where = random.choice([WEST, EAST], demand), random.choice([WEST, EAST], sites)
    flags = random.random(sites)
    ids = [f"C{j}" for j in range(sites)]
    home[0] = where[0] = WEST
    money = random.random() < 0.4
    capped = random.random() < 0.5
    terms = Terms(
        add=int(random.integers(0, 4)),
        county_least=0 if capped else int(random.integers(0, 3)),
        city_most=int(random.integers(0, 3)) if random.random() < 0.3 else None,
        county_most={WEST: int(random.integers(0, 2))} if capped else None,
        bank_caps={"甲": int(random.integers(0, 3))} if random.random() < 0.5 else {},
        rate_least=float(random.choice([0, 0.4, 0.8, 1.0])),
        budget=float(random.integers(1, 8)) if money else None,
        costs={c: float(random.integers(0, 4)) for c in ids} if money else {},
        forbidden=[c for c, flag in zip(ids, flags, strict=True) if flag < 0.2],
        kind_least={"自助点": int(random.integers(0, 2))} if random.random() < 0.3 else {},
        kind_most={"网点": int(random.integers(0, 2))} if random.random() < 0.3 else {},
        class_least={"乡村": int(random.integers(0, 2))} if random.random() < 0.3 else {},
        class_most={"城区": int(random.integers(0, 2))} if random.random() < 0.3 else {},
        people_least={"乡村": float(random.integers(0, 40))} if random.random() < 0.3 else {},
    )
    kinds = random.choice(["网点", "自助点"], sites)
    kinds[:2] = "网点", "自助点"
    banks = np.where(random.random(sites) < 0.5, "甲", "乙")
    banks[0] = "甲"
    reach = random.random((demand, sites)) < random.uniform(0.2, 0.6)
    rural = np.flatnonzero(random.random(demand) < 0.4)
    people = random.integers(0, 20, demand)
    asked = question(reach, people, home, where, terms, None, banks, kinds, rural)
    return replace(asked, excluded=(flags > 0.85))


def plans(asked, lifted=()):
    """Every plan that keeps what is not lifted."""
    count = len(asked.candidates)
    shut = asked.barred & ("forbidden" not in lifted) | asked.excluded & ("excluded" not in lifted)
    free = [j for j in range(count) if not shut[j]]
    most = count if "add" in lifted else asked.terms.add
    floors = asked.rate_floors if "rate_least" not in lifted else ()
    floors += asked.people_floors if "people_least" not in lifted else ()
    for size in range(min(most, len(free)) + 1):
        for plan in itertools.combinations(free, size):
            sites = np.array(plan, int)
            counts = [(limit, limit.sites[sites].sum()) for limit in asked.limits]
            if any(n > limit.most and most_key(limit.kind) not in lifted for limit, n in counts):
                continue
            if any(n < limit.least and f"{limit.kind}_least" not in lifted for limit, n in counts):
                continue
            if "budget" not in lifted and asked.costs[sites].sum() > asked.budget + 1e-9:
                continue
            won = asked.times(sites) > 0
            if all(asked.people[rows][won[rows]].sum() >= needed for _, rows, needed in floors):
                yield sites


def exists(asked, lifted):
    """Whether some plan keeps what is not lifted, by trying every one."""
    return next(plans(asked, lifted), None) is not None


def test_limits_of_kinds_classes_and_people_are_kept_by_the_best_plan_that_keeps_them():
    random = np.random.default_rng(7)
    answered = 0
    while answered < 60:
        asked = made_up(random)
        people = [asked.population_of(plan) for plan in plans(asked)]
        if not people:
            continue
        answered += 1
        found = most_people(asked, asked.terms.add)
        assert found.objective == pytest.approx(max(people))
        assert (found.gap, asked.keeps_floors(found.sites)) == (0, True)
        assert all(limit.sites[found.sites].sum() <= limit.most for limit in asked.limits)


def test_a_candidate_is_of_the_class_of_the_nearest_people_and_of_the_kind_that_its_table_tells():
    asked = question(
        [[1, 0], [0, 1]], [9, 5], [WEST, WEST], [WEST, WEST], Terms(class_most={"rural": 0}),
        rural=[1],
    )  # fmt: skip
    (limit,) = asked.limits
    assert (limit.kind, limit.name, limit.sites.tolist()) == ("class", "rural", [False, True])
    assert most_people(asked, 2).objective == 9
    offered = worlds.outlets([(0, 0), (10, 0), (20, 0)])
    offered = offered.assign(window=[True, False, False], self_service=[True, True, False])
    assert kind_of_services(offered).tolist() == ["网点", "自助点", ""]


def test_people_asked_for_are_told_by_name_where_they_cannot_be_won():
    with pytest.raises(InputError, match=r"新增达标人口下限（东县（440002）最高 63 人）"):
        most_people(on_the_border(people_least={EAST: 64}), 4)
    with pytest.raises(InputError, match="甲市（4400）最高 223 人"):
        most_people(on_the_border(people_least={"4400": 500}), 4)
    with pytest.raises(InputError, match="没有这类候选点") as caught:
        on_the_border(kind_least={"自助点": 1})
    assert caught.value.problem.value == "自助点"
    for wrong in ({"城": 1}, {"44000": 1}, {"乡村": -1}):
        with pytest.raises(ValueError, match="people_least"):
            Terms(people_least=wrong)
    with pytest.raises(ValueError, match="城区、乡村"):
        Terms(class_least={"镇区": 1})


RESTRAINTS = {
    *("add", "budget", "forbidden", "excluded"),
    *("bank_caps", "county_most", "city_most", "kind_most", "class_most"),
}
DEMANDS = {"county_least", "kind_least", "class_least", "rate_least", "people_least"}


def wrongly_bound(count):
    """Of so many questions without an answer those of which it is not said rightly why."""
    random = np.random.default_rng(16)
    seen, wrong, kinds = 0, [], set()
    while seen < count:
        asked = made_up(random)
        if exists(asked, ()):
            continue
        seen += 1
        found = binding(asked, asked.terms.add)
        terms = RESTRAINTS | DEMANDS
        alone = {term for term in terms if exists(asked, {term})}
        right = set(found.alone) == alone and found.short == (not exists(asked, RESTRAINTS))
        if found.together:
            right &= exists(asked, set(found.together)) and not alone & RESTRAINTS
            right &= not any(exists(asked, set(found.together) - {t}) for t in found.together)
        else:
            right &= found.short or bool(alone & RESTRAINTS)
        if found.sites is not None:
            enough = replace(asked, terms=replace(asked.terms, add=found.sites))
            fewer = replace(asked, terms=replace(asked.terms, add=found.sites - 1))
            right &= exists(enough, {"budget"}) and not exists(fewer, {"budget"})
        kinds |= set(found.alone) | ({"short"} if found.short else set())
        if not right:
            wrong.append((seen, found, alone))
    return wrong, kinds


def test_what_binds_is_named_right():
    wrong, kinds = wrongly_bound(40)
    assert wrong == []
    # These caps and a budget bind seldom; among two hundred questions they do.
    seldom = {f"{kind}_most" for kind in ("kind", "class", "city")} | {"bank_caps", "budget"}
    assert kinds >= (RESTRAINTS | DEMANDS | {"short"}) - seldom


def test_a_question_without_an_answer_says_what_to_do():
    with pytest.raises(InputError, match="新增网点至少须 2 个") as caught:
        jointly(on_the_border(add=1, county_least=1))
    assert "放宽其中一项即可：新增网点数、各县区下限" in str(caught.value)
    alone = on_the_border(add=3, rate_least={EAST: 0.95}, forbidden=["C1", "C3"])
    with pytest.raises(InputError, match="放宽其中一项即可：禁选候选点、县区最低覆盖率"):
        jointly(alone)
    with pytest.raises(InputError, match=r"东县（440002）最高 0\.0%"):
        reach = [[1, 0], [0, 0]]
        most_people(question(reach, [9, 9], [WEST, EAST], [WEST, EAST], Terms(rate_least=0.5)), 2)


def test_a_plan_that_time_does_not_find_is_not_called_impossible(monkeypatch):
    def late(*_, **__):
        raise locate.NoPlanError(proven=False)

    asked = on_the_border(add=2, county_least=1)
    monkeypatch.setattr(locate, "maximal_covering", late)
    with pytest.raises(InputError, match="没有证明没有"):
        most_people(asked, 2)


if __name__ == "__main__":
    wrong, kinds = wrongly_bound(int(sys.argv[1]))
    print(f"{sys.argv[1]} questions without an answer, bound by {kinds}: {len(wrong)} wrong", wrong)

"""Two days beside each other: everybody who changed has one cause, and the sums are exact."""

import datetime as dt
from dataclasses import replace

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import worlds
from gdcoverage.changes import (
    CAUSES,
    LEFT,
    MOVED,
    OPENED,
    OTHERWISE,
    PEOPLE,
    RESUMED,
    STREETS,
    SUSPENDED,
    beside,
    causes,
    changes,
    totals,
)
from gdcoverage.cli import app
from gdcoverage.compare.comparison import compare_plan
from gdcoverage.compare.sheets import change_table
from gdcoverage.problems import InputError
from gdcoverage.register import Draft, Register
from gdcoverage.run import How, load_plan, run_plan
from test_run_again import from_register, happened, text
from three_counties import write_plan

STATUS = ("active", "planned", "suspended", "exited", "unknown", "absent")
RADIUS_M = 400.0


def outlets(status, places):
    """Outlets of a line; those that are absent left out."""
    there = [i for i, s in enumerate(status) if s != "absent"]
    frame = worlds.outlets([(places[i], 0) for i in there], [status[i] for i in there])
    return frame.assign(outlet_id=[f"W{i}" for i in there])


def assessed(people, frame):
    """Who is covered on a line, by brute force."""
    active = frame[frame["status"] == "active"]
    at = np.array([worlds.metres(p.x, p.y)[0] for p in active.geometry])
    points = [worlds.metres(p.x, p.y)[0] for p in people.geometry]
    far = [np.abs(at - x) if len(at) else np.array([np.inf]) for x in points]
    nearest = [active["outlet_id"].iloc[int(d.argmin())] if len(at) else "" for d in far]
    covered = np.array([d.min() <= RADIUS_M for d in far])
    return people.assign(covered=covered, outlet_id=nearest)


LINES = st.lists(st.integers(0, 3000), min_size=1, max_size=6, unique=True)


@settings(max_examples=50)
@given(st.data(), LINES)
def test_everybody_who_changed_has_one_cause_that_a_changed_outlet_tells(data, places):
    statuses = st.lists(st.sampled_from(STATUS), min_size=len(places), max_size=len(places))
    was, is_now = data.draw(statuses), data.draw(statuses)
    shifts = st.lists(st.sampled_from([0, 0, 20, 700]), min_size=len(places), max_size=len(places))
    there = [x + shift for x, shift in zip(places, data.draw(shifts), strict=True)]
    spots = [(x, 0) for x in data.draw(st.lists(st.integers(0, 3000), min_size=1, max_size=12))]
    amount = st.lists(st.integers(0, 10**6), min_size=len(spots), max_size=len(spots))
    classes = st.lists(
        st.sampled_from(["urban", "rural"]), min_size=len(spots), max_size=len(spots)
    )
    people = worlds.demand(spots, data.draw(amount), data.draw(classes))
    people["county"] = np.array(["1", "2"])[np.arange(len(spots)) % 2]
    first, second = outlets(was, places), outlets(is_now, there)
    before, after = assessed(people, first), assessed(people, second)
    come, gone = causes(first, second, {})
    found = changes(before, after, come, gone)
    # The sums, of every county and class, to the last person.
    both = beside(totals(before), totals(after)).set_index(["county", "settlement"])
    net = found.groupby(["county", "settlement"])[["gained", "lost"]].sum().reindex(both.index)
    change = net["gained"].fillna(0) - net["lost"].fillna(0)
    assert (both["covered_before"] + change == both["covered_after"]).all()
    # And whoever changed did so because an outlet did.
    for row in found.to_dict("records"):
        why = come if row["gained"] else gone if row["lost"] else come | gone
        assert row["cause"] == why[row["outlet_id"]]
        number = int(row["outlet_id"][1:])
        stayed = was[number] == is_now[number] == "active"
        assert not stayed or places[number] != there[number]


@pytest.mark.parametrize(
    ("before", "after", "come", "gone"),
    [
        ("absent", "active", OPENED, None),
        ("planned", "active", OPENED, None),
        ("exited", "active", OPENED, None),
        ("suspended", "active", RESUMED, None),
        ("unknown", "active", OTHERWISE, None),
        ("active", "exited", None, LEFT),
        ("active", "absent", None, LEFT),
        ("active", "suspended", None, SUSPENDED),
        ("active", "unknown", None, OTHERWISE),
        ("active", "active", None, None),
        ("planned", "exited", None, None),
    ],
)
def test_what_became_of_an_outlet_is_its_cause(before, after, come, gone):
    found = causes(outlets([before], [0]), outlets([after], [0]), {})
    assert (found[0].get("W0"), found[1].get("W0")) == (come, gone)


def test_a_new_point_of_an_outlet_that_moved_is_no_new_outlet():
    first = outlets(["active", "absent"], [0, 900])
    second = outlets(["exited", "active"], [0, 900])
    assert causes(first, second, {"W1": "W0"}) == ({"W1": MOVED}, {"W0": MOVED})
    assert causes(outlets(["active"], [0]), outlets(["active"], [900]), {})[0] == {"W0": MOVED}
    assert causes(outlets(["active"], [0]), outlets(["active"], [20]), {})[0] == {"W0": OTHERWISE}


# --- a plan with a register

FROM, TO = dt.date(2025, 12, 31), dt.date(2026, 6, 30)


def history(register: Register) -> None:
    """One leaves, one opens, one resumes, one moves to the other end of the row."""
    place = [dict(zip(("lon", "lat"), worlds.degrees(*s), strict=True))
             for s in ((4500, 1500), (8800, 200))]  # fmt: skip
    told = {"name": "新支行", "bank": "=丙银行", "modes": ["window"]}
    items = {"items": ["工伤保险"]}
    day = dt.date
    happened(
        Draft("W1", "exit_applied", day(2026, 1, 5), {"reason": "merger"}),
        Draft("W1", "exit_approved", day(2026, 2, 1)),
        Draft("W9", "registered", day(2026, 3, 3), told | place[0]),
        Draft("W9", "signed", day(2026, 3, 3), items),
        Draft("W9", "authorised", day(2026, 3, 10), items),
        Draft("W4", "resumed", day(2026, 4, 1)),
        Draft("W2", "moved", day(2026, 5, 5), {"to": "W2-2"}),
        Draft("W2-2", "registered", day(2026, 5, 5), told | place[1] | {"moved_from": "W2"}),
        Draft("W2-2", "signed", day(2026, 5, 5), items),
        Draft("W2-2", "authorised", day(2026, 5, 5), items),
    )(register)


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compared")
    path = write_plan(folder / "plan", sites=False, people=60)
    from_register(history)(path.parent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GDCOVERAGE_CACHE", str(folder / "cache"))
        yield path


def test_a_comparison_says_what_the_runs_of_both_days_say(plan):
    found = compare_plan(load_plan(plan), FROM, TO, how=How(workers=1))
    sums = found.totals.sum(numeric_only=True)
    for on, column in ((FROM, "before"), (TO, "after")):
        loaded = load_plan(plan)
        asked = replace(loaded, outlets=replace(loaded.outlets, as_of=on))
        total = run_plan(asked, "2026-07-01", How(workers=1, only_numbers=True)).report.total
        assert sums[f"covered_{column}"] == total["covered_population"]
        assert sums[f"population_{column}"] == total["population"]
        month = found.months[found.months["on"] == on].iloc[0]
        assert (month["outlets"], month["rate"]) == (total["outlets"], total["rate"])
    _require_exact(found)
    assert set(found.changes["cause"]) == {OPENED, LEFT, MOVED, RESUMED}
    told = found.outlets.set_index("outlet_id")
    assert told[["come", "gone"]].T.to_dict("list") == {
        "W1": ["", LEFT], "W2": ["", MOVED], "W2-2": [MOVED, ""], "W4": [RESUMED, ""],
        "W9": [OPENED, ""],
    }  # fmt: skip
    assert (
        told.loc["W1", "what"]
        == "2026-01-05 自愿退出申请（原因=网点合并）；2026-02-01 自愿退出核准"
    )
    assert told["gained"].sum() == found.changes["gained"].sum()
    assert told["lost"].sum() == found.changes["lost"].sum()
    assert [on.isoformat() for on in found.months["on"]] == [
        "2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31",
        "2026-06-30",
    ]  # fmt: skip
    assert list(found.months["outlets"]) == [4, 4, 3, 4, 5, 5, 5]


def _require_exact(found):
    both = found.totals.set_index(["county", "settlement"])
    net = found.changes.groupby(["county", "settlement"])[["gained", "lost"]].sum()
    change = (net["gained"] - net["lost"]).reindex(both.index).fillna(0)
    assert (both["covered_before"] + change == both["covered_after"]).all()
    sheet = change_table(found)
    for _, own in sheet[sheet["代码"] != ""].groupby(["代码", "城乡"]):
        whole, parts = own[own["原因"] == "合计"].iloc[0], own[own["原因"] != "合计"]
        assert parts["得到达标（人）"].sum() == whole["得到达标（人）"]
        assert parts["失去达标（人）"].sum() == whole["失去达标（人）"]


def test_people_and_streets_that_differ_are_causes_of_their_own(plan, tmp_path):
    """A year later more people live there, and streets are closed; the sums are exact still."""
    folder = plan.parent
    people = pd.read_csv(folder / "people.csv", dtype=str)
    people["常住人口"] = people["常住人口"].astype(int) + 7
    people.drop(index=[7, 8]).to_csv(folder / "people2.csv", index=False)
    osm = (folder / "streets.osm").read_text(encoding="utf-8")
    closed = osm.replace("v='residential'", "v='motorway'", 20)
    (folder / "streets2.osm").write_text(closed, encoding="utf-8")
    (folder / "plan2.toml").write_text(plan.read_text(encoding="utf-8"), encoding="utf-8")
    for old, new in (("people.csv", "people2.csv"), ("streets.osm", "streets2.osm")):
        text("plan2.toml", f'"{old}"', f'"{new}"')(folder)
    later = load_plan(folder / "plan2.toml")
    first = load_plan(plan)
    found = compare_plan(first, FROM, TO, later, monthly=False, how=How(workers=1))
    _require_exact(found)
    assert {STREETS, PEOPLE} < set(found.changes["cause"]) <= set(CAUSES)
    asked = replace(later, outlets=replace(later.outlets, as_of=TO))
    total = run_plan(asked, "2026-07-01", How(workers=1, only_numbers=True)).report.total
    assert found.totals["covered_after"].sum() == total["covered_population"]
    slower = replace(later, standard=replace(later.standard, minutes=10))
    with pytest.raises(InputError, match="标准不同"):
        compare_plan(first, FROM, TO, slower)
    with pytest.raises(InputError, match="不晚于起日"):
        compare_plan(first, TO, FROM)


def test_towns_of_the_people_are_those_of_the_outlets_on_every_day(tmp_path, monkeypatch):
    monkeypatch.setenv("GDCOVERAGE_CACHE", str(tmp_path / "cache"))
    path = write_plan(tmp_path / "plan", sites=False, people=20)
    from_register(history)(path.parent)
    people = path.parent / "people.csv"
    pd.read_csv(people, dtype=str).assign(镇街="西镇").to_csv(people, index=False)
    found = compare_plan(load_plan(path), FROM, TO, how=How(workers=1))
    _require_exact(found)
    assert len(found.months) == 7


def test_a_plan_with_a_table_is_told_that_one_table_tells_of_no_change(tmp_path, monkeypatch):
    monkeypatch.setenv("GDCOVERAGE_CACHE", str(tmp_path / "cache"))
    path = write_plan(tmp_path / "plan", sites=False, people=20)
    days = ["--from", "2025-12-31", "--to", "2026-06-30", "--no-months", "--workers", "1"]
    done = CliRunner().invoke(app, ["compare", str(path), *days])
    assert done.exit_code == 0, done.output
    assert "不是台账" in done.stderr
    assert "register import" in done.stderr

    layers = [*days, "--output", str(tmp_path / "变化.gpkg")]
    refused = CliRunner().invoke(app, ["compare", str(path), *layers])
    assert refused.exit_code == 2
    assert "后缀应为 .xlsx" in refused.stderr


def test_the_command_prints_it_and_writes_a_workbook_with_a_chart(plan, tmp_path):
    book = tmp_path / "变化.xlsx"
    # Kept from the comparison before.
    words = ["compare", str(plan), "--from", str(FROM), "--to", str(TO), "--workers", "1"]
    done = CliRunner().invoke(app, [*words, "--output", str(book)])
    assert done.exit_code == 0, done.output
    for word in ("三县：2025-12-31 与 2026-06-30 比较", "退出：得 0、失", "2026-02-28　在营 3 个"):
        assert word in done.output
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames == ["变化", "网点变化", "逐月"]
    layer = book.with_suffix(".gpkg")
    places = gpd.read_file(layer, layer="达标变化")
    whole = [cell.value for cell in sheets["变化"][sheets["变化"].max_row]]
    assert [places["gained"].sum(), places["lost"].sum()] == whole[4:6]
    assert set(places["outlet_id"]) <= set(gpd.read_file(layer, layer="网点变化")["outlet_id"])
    (chart,) = sheets["逐月"]._charts
    scale, rates = chart.y_axis.scaling, [row[4].value for row in sheets["逐月"].iter_rows(2)]
    # Changes of a point or two are to be seen.
    assert scale.min <= min(rates) <= max(rates) <= scale.max
    assert scale.max - scale.min < max(rates) - min(rates) + 0.15
    assert not [c for s in sheets for row in s.iter_rows() for c in row if c.data_type == "f"]
    whole = [c.value for c in list(sheets["变化"].iter_rows())[-1]]
    assert whole[1] == "全部"
    assert whole[7] + whole[4] - whole[5] == whole[9]
    wrong = CliRunner().invoke(app, ["compare", str(plan), "--from", "去年", "--to", str(TO)])
    assert wrong.exit_code == 2

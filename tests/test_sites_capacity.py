"""How many people outlets have room for, and which sites relieve them: on a street, and told."""

import json

import numpy as np
import pandas as pd
import pytest

from gdcoverage.gaps import find_gaps
from gdcoverage.report import Report, json_text, siting_lines, write_workbook
from gdcoverage.sites import Terms, make_siting
from known import known
from test_sites import along, at_crossings, street

__all__ = ["street"]

# People  100  40  20   0   0   0  30       W0 at the first crossing has room for 60 of the 140
#          W0---+---+---+---+---+---+       whom it covers.
PEOPLE = [100, 40, 20, 0, 0, 0, 30]


def asked(street, candidates=True, **terms):
    coverage = along(street, PEOPLE, [0])
    every = {"add": 1, "capacity": 60, "frontier": 0, "alternatives": 0} | terms
    return make_siting(coverage, Terms(**every), at_crossings(7) if candidates else None)


def test_a_site_goes_where_room_is_lacking_and_not_only_where_nobody_is_covered(street):
    """The plain plan wins the last 30; beside W0 another 60 find room."""
    siting = asked(street)
    found = known(siting.capacity)
    assert siting.plan.population == 30
    assert (found.covered_now, found.served_now) == (140, 60)
    assert (found.covered_planned, found.served_planned) == (170, 90)
    # K0 serves 60 of the 140; K1 60 of 160.
    assert (found.served, found.bound, found.gap) == (120, 120, 0)
    loads = found.loads.set_index("outlet_id")
    assert loads.loc["W0", ["reach", "load_now", "load", "full_now"]].tolist() == [
        140,
        60,
        60,
        True,
    ]
    assert loads["is_new"].sum() == 1
    county = found.counties.iloc[0]
    assert county[["covered_now", "over_now", "strained_now"]].tolist() == [140, 80, 140]


def test_with_room_enough_nobody_is_over_and_the_sites_are_those_of_covering(street):
    siting = asked(street, capacity=1000)
    found = known(siting.capacity)
    assert (found.served_now, found.covered_now) == (140, 140)
    assert found.served == found.covered == 140 + siting.plan.population
    assert not found.loads["full"].any()


def test_terms_are_kept(street):
    kept = known(asked(street, forbidden=["K0", "K1", "K2"]).capacity)
    assert set(kept.sites["candidate_id"]) <= {"K5", "K6"}
    assert kept.served == 90
    fixed = known(asked(street, fixed=["K4"]).capacity)
    assert fixed.sites["candidate_id"].tolist() == ["K4"]


def test_generated_candidates_relieve_outlets_too(street):
    found = known(asked(street, candidates=False, apart_m=100).capacity)
    assert found.served == 120
    assert found.sites["candidate_id"].iloc[0][0] in "GL"


def test_rooms_are_told_in_text_workbook_and_json(street, tmp_path):
    siting = asked(street)
    text = "\n".join(siting_lines(siting))
    assert "每个网点最多服务 60 人：现在达标的 140 人中有 80 人超出容量，1 个网点不够。" in text
    assert "达标且在容量之内的有 120 人（布点建议 90 人，现在 60 人）" in text
    coverage = along(street, PEOPLE, [0])
    report = Report("示例", coverage, find_gaps(coverage), (), (), "0", "2024-06-14", siting=siting)
    write_workbook(report, tmp_path / "报告.xlsx")
    sheets = pd.read_excel(tmp_path / "报告.xlsx", sheet_name=None, header=None, engine="openpyxl")
    assert {"网点负荷", "容量与县区", "按容量布点"} <= set(sheets)
    assert "W0" in sheets["网点负荷"].to_numpy()
    data = json.loads(json_text(report))["siting"]["capacity"]
    assert (data["served"], data["bound"], data["room"]) == (120, 120, 60)
    assert data["loads"][0]["load"] == 60
    assert np.isnan(known(siting.capacity).loads["load_now"].iloc[-1])
    assert data["loads"][-1]["load_now"] is None


def test_a_capacity_is_a_number_of_people():
    with pytest.raises(ValueError, match="capacity"):
        Terms(add=1, capacity=0)

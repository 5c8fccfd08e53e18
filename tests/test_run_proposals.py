"""Outlets without coordinates: proposed places to look at, counted only once they are accepted."""

import openpyxl
import pandas as pd
import pytest

import worlds
from gdcoverage.run import How, load_plan, run_plan
from gdcoverage.run.proposals import PROPOSALS
from three_counties import write_plan

HERE = How(workers=1)


@pytest.fixture
def plan(tmp_path):
    path = write_plan(tmp_path, sites=False)
    outlets = pd.read_csv(tmp_path / "outlets.csv", dtype=str).fillna("")
    lacking = outlets.iloc[0].copy()
    lacking[["网点编号", "网点名称", "经度", "纬度"]] = ["W99", "东镇服务点", "", ""]
    outlets.loc[len(outlets)] = lacking
    outlets.to_csv(tmp_path / "outlets.csv", index=False)
    people = pd.read_csv(tmp_path / "people.csv", dtype=str).fillna("")
    people["村名"] = ""
    people.loc[len(people)] = people.iloc[0].copy()
    people.loc[len(people) - 1, ["编号", "村名", "经度", "纬度"]] = ["D999", "西镇", "", ""]
    people.to_csv(tmp_path / "people.csv", index=False)
    return path


def test_a_proposal_is_written_and_nothing_of_it_counts(plan, tmp_path):
    ran = run_plan(load_plan(plan), "2026-01-01", HERE)
    path = tmp_path / "results" / PROPOSALS
    assert path in ran.written.files
    header, *rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    told = [dict(zip(header, row, strict=True)) for row in rows]
    assert [row["名称"] for row in told] == ["东镇服务点", "西镇"]
    assert [row["用途"] for row in told] == ["网点", "人口"]
    assert told[1]["依据的地名"] == "西镇"
    lon, lat = worlds.degrees(7500.0, 1500.0)
    assert (told[0]["经度"], told[0]["纬度"]) == pytest.approx((lon, lat), abs=2e-6)
    assert (told[0]["依据的地名"], told[0]["坐标系"]) == ("东镇", "WGS-84")
    assert "W99" not in set(ran.report.coverage.outlets["outlet_id"])


def test_accepted_it_counts_and_the_table_is_put_aside(plan, tmp_path):
    run_plan(load_plan(plan), "2026-01-01", HERE)
    outlets = pd.read_csv(tmp_path / "outlets.csv", dtype=str).fillna("")
    outlets.loc[len(outlets) - 1, ["经度", "纬度"]] = outlets.loc[1, ["经度", "纬度"]]
    outlets.to_csv(tmp_path / "outlets.csv", index=False)
    ran = run_plan(load_plan(plan), "2026-01-01", HERE)
    assert "W99" in set(ran.report.coverage.outlets["outlet_id"])
    people = pd.read_csv(tmp_path / "people.csv", dtype=str).fillna("")
    people.iloc[:-1].to_csv(tmp_path / "people.csv", index=False)
    run_plan(load_plan(plan), "2026-01-01", HERE)
    assert not (tmp_path / "results" / PROPOSALS).exists()
    assert list((tmp_path / "results" / "旧结果").rglob(PROPOSALS))

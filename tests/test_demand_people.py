"""How people are written: units, words, sexes, registers; and tables of something else."""

from pathlib import Path

import pandas as pd
import pytest

from gdcoverage import InputError, read_demand


def frame(**columns: object) -> pd.DataFrame:
    known: dict[str, object] = {"村名": ["甲村", "乙村"], "经度": [113.1, 113.2], "纬度": 23.1}
    return pd.DataFrame(known | {"城乡分类代码": "220", **columns})


def people(**columns: object) -> list[float]:
    return read_demand(frame(**columns)).frame["population"].tolist()


def kinds(**columns: object) -> list[str]:
    return [p.kind for p in read_demand(frame(**columns)).problems if p.kind != "columns_unused"]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("735人", 735),
        ("1.2万", 12_000),
        ("1.2 万人", 12_000),
        ("０．５万人", 5_000),
        ("1,735人", 1_735),
        ("3千人", 3_000),
    ],
)
def test_people_in_words(cell: str, number: float):
    assert people(人口=[cell, 1]) == [pytest.approx(number), 1]
    assert kinds(人口=[cell, 1]) == []


@pytest.mark.parametrize("cell", ["约800", "800余人", "800左右", "800人以上", "大约800人"])
def test_about_so_many_people_are_told(cell: str):
    assert people(人口=[cell, 1]) == [800, 1]
    assert kinds(人口=[cell, 1]) == ["population_about"]


@pytest.mark.parametrize("cell", ["735户", "800-900", "若干", "1.2.3", "735人/户"])
def test_what_is_no_number_of_people_is_left_out(cell: str):
    assert people(人口=[cell, 1]) == [1]
    assert "population_unreadable" in kinds(人口=[cell, 1])


def test_a_cell_that_names_its_unit_is_believed_before_the_heading():
    assert people(**{"人口（万人）": ["735人", "0.07"]}) == [735, pytest.approx(700)]


@pytest.mark.parametrize("line", ["单位：万人", "（单位: 万人）", "单位：万人、平方公里"])
def test_the_unit_above_a_table_counts(tmp_path: Path, line: str):
    text = f"{line}\n" + frame(人口=[0.5, 0.07]).to_csv(index=False)
    (tmp_path / "p.csv").write_text(text, encoding="utf-8")
    assert read_demand(tmp_path / "p.csv").frame["population"].tolist() == [5_000, 700]


def test_a_unit_above_that_cannot_be_meant_is_told(tmp_path: Path):
    text = "单位：万人\n" + frame(人口=[735, 0.07]).to_csv(index=False)
    (tmp_path / "p.csv").write_text(text, encoding="utf-8")
    reading = read_demand(tmp_path / "p.csv")
    told = [("unit_above", None), ("population_impossible", 3)]
    assert [(p.kind, p.row) for p in reading.problems] == told


def test_residents_come_before_the_registered_who_are_told():
    assert people(户籍人口=[9, 9], 人口=[8, 8], 常住人口=[1, 2]) == [1, 2]
    assert kinds(户籍人口=[9, 9], 常住人口=[1, 2]) == ["people_columns"]
    assert people(户籍人口=[9, 8]) == [9, 8]
    assert kinds(户籍人口=[9, 8]) == ["people_registered"]


def test_of_columns_of_years_the_latest_counts_and_is_told():
    columns = {"2020年人口": [9, 9], "2023年人口": [1, 2]}
    assert people(**columns) == [1, 2]
    [told] = [p for p in read_demand(frame(**columns)).problems if p.kind == "people_columns"]
    assert "“2023年人口”" in told.what
    assert "“2020年人口”" in told.what


def test_men_and_women_are_people_together(tmp_path: Path):
    frame(男=[3, 5], 女=[4, 6]).to_csv(tmp_path / "p.csv", index=False)
    reading = read_demand(tmp_path / "p.csv")
    assert reading.frame["population"].tolist() == [7, 11]
    assert [p.kind for p in reading.problems] == ["people_by_sex"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"人口（户）": [1, 2]}, "户数"),
        ({"户数": [1, 2]}, "人口"),
        ({"60岁以上|男": [1, 2], "60岁以上|女": [1, 2]}, "人口"),
    ],
)
def test_households_and_age_groups_are_not_people(tmp_path: Path, columns: dict, said: str):
    frame(**columns).to_csv(tmp_path / "p.csv", index=False)
    with pytest.raises(InputError, match=said):
        read_demand(tmp_path / "p.csv", settlement="rural")


@pytest.mark.parametrize("of", [{"人数": [12, 9]}, {"营业时间": "9:00-17:00"}])
def test_a_table_of_outlets_is_refused_in_words(tmp_path: Path, of: dict):
    table = frame(**of, 所属银行="农行").rename(columns={"村名": "网点名称"})
    table.to_csv(tmp_path / "p.csv", index=False)
    with pytest.raises(InputError, match=r"不是人口表.*网点名称"):
        read_demand(tmp_path / "p.csv", settlement="rural")


def test_a_village_table_may_name_the_nearest_bank():
    assert people(人口=[1, 2], 最近网点="农行", 网点名称="农行龙门支行") == [1, 2]


@pytest.mark.parametrize(
    ("cell", "code"),
    [("111主城区", "111"), ("主城区111", "111"), ("111（主城区）", "111"), ("220-村庄", "220")],
)
def test_code_and_word_together(cell: str, code: str):
    read = read_demand(frame(人口=[1, 2], 城乡分类代码=[cell, "220"])).frame
    assert read["settlement_code"].tolist() == [code, "220"]


@pytest.mark.parametrize("cell", ["111村庄", "居委会", "村委会", "社区"])
def test_code_against_word_and_kinds_of_committee_are_no_class(cell: str):
    reading = read_demand(frame(人口=[1, 2], 城乡分类代码=[cell, "220"]))
    assert len(reading.frame) == 1
    assert reading.problems[-1].kind == "settlement_unknown"


def test_class_behind_a_villages_code():
    columns = {"统计用区划代码": ["441324101201111", "441324101202220"], "人口": [1, 2]}
    reading = read_demand(frame(**columns).drop(columns="城乡分类代码"))
    assert reading.frame["settlement_code"].tolist() == ["111", "220"]
    assert [p.kind for p in reading.problems] == ["settlement_in_code"]


def test_the_number_of_a_census_block_is_no_class():
    columns = {"统计用区划代码": ["441324101201111", "441324101202001"], "人口": [1, 2]}
    with pytest.raises(InputError, match="城乡"):
        read_demand(frame(**columns).drop(columns="城乡分类代码"))


def test_people_of_a_year_to_come_are_refused():
    with pytest.raises(InputError, match="将来"):
        people(**{"2099年人口": [1, 2]})


def test_the_account_says_what_columns_mean(tmp_path: Path):
    text = "龙门县2024年各村人口\n" + frame(户数=[1, 1], 人口=[5, 7]).to_csv(index=False)
    (tmp_path / "p.csv").write_text(text, encoding="utf-8")
    account = read_demand(tmp_path / "p.csv").account
    [table] = account.tables
    assert (table.first_row, table.last_row, table.rows, table.used) == (2, 4, 2, True)
    assert ("人口", "人口") in table.columns
    assert ("村名", "名称") in table.columns
    assert table.unused == ("户数",)
    assert (account.people, account.data_date, account.date_from) == (12, "2024", "表内说明")

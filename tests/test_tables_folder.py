"""A folder of tables, one from each county or bank, read as the sheets of one file."""

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdcoverage.demand import read_demand
from gdcoverage.files import files_of, passed_over, sha256
from gdcoverage.outlets import read_outlets
from gdcoverage.problems import InputError
from gdcoverage.run import How, load_plan, read_inputs, run_plan
from offices._book import Sheet, write
from offices._office import FULL, some, table
from offices.corpus import OUTLETS
from three_counties import write_plan

COLUMNS = ["name", "bank", "status", "window", "pension", "geometry"]
SEVERAL = [o for o in OUTLETS if len(o.sheets) > 1 and not o.encoding]


def saved(folder, **files):
    """A folder with a workbook of one sheet for each name."""
    folder.mkdir(exist_ok=True)
    for name, rows in files.items():
        write([Sheet("Sheet1", rows)], folder / f"{name}.xlsx")
    return folder


def outlets(path):
    return read_outlets(path, datum="gcj02")


def kinds(reading):
    return [(p.kind, p.sheet) for p in reading.problems]


@pytest.mark.parametrize("office", OUTLETS[::9], ids=lambda office: office.name)
def test_a_folder_of_one_file_is_that_file(tmp_path, office):
    suffix = office.suffix
    alone = write(office.sheets, tmp_path / f"{office.stem}{suffix}", office.encoding)
    folder = tmp_path / "各县区"
    folder.mkdir()
    shutil.copy(alone, folder)
    if not files_of(folder):
        pytest.skip(f"{suffix} is no table by its name")
    try:
        one = read_outlets(alone, datum=office.datum)
    except InputError:
        with pytest.raises(InputError):
            read_outlets(folder, datum=office.datum)
        return
    other = read_outlets(folder, datum=office.datum)
    pd.testing.assert_frame_equal(one.frame[COLUMNS], other.frame[COLUMNS])
    assert [(p.kind, p.row) for p in one.problems] == [(p.kind, p.row) for p in other.problems]


@pytest.mark.parametrize("office", SEVERAL[::2], ids=lambda office: office.name)
def test_files_are_as_the_sheets_of_one_file(tmp_path, office):
    whole = write(office.sheets, tmp_path / "网点.xlsx")
    folder = tmp_path / "各县区"
    folder.mkdir()
    for sheet in office.sheets:
        if not sheet.hidden:
            write([replace(sheet)], folder / f"{sheet.name}.xlsx")
    try:
        one, other = (read_outlets(path, datum=office.datum) for path in (whole, folder))
    except InputError:
        # A sheet without a table is passed over, a file without one is refused.
        return
    for name, status in zip(one.frame["name"], one.frame["status"], strict=True):
        there = other.frame.loc[other.frame["name"] == name, "status"]
        assert set(there) <= {status, "unknown"} or any(s.hidden for s in office.sheets)


def test_each_county_counts_from_one_and_all_are_there(tmp_path):
    parts = {"龙门县": some(4), "惠东县": some(5, 4)}
    numbers = {o.name: i for rows in parts.values() for i, o in enumerate(rows, 1)}
    columns = {"编号": lambda o: numbers[o.name], **FULL}
    numbered = {name: table(rows, columns) for name, rows in parts.items()}
    reading = outlets(saved(tmp_path / "上报", **numbered))
    assert reading.frame["name"].nunique() == len(reading.frame) == 9
    assert set(reading.frame["status"]) == {"active"}
    assert set(reading.frame["outlet_id"]) >= {"龙门县-1", "惠东县-1", "惠东县-4"}
    assert set(reading.frame["source_file"]) == {"上报"}
    assert set(reading.frame["source_sheet"]) == {"龙门县.xlsx › Sheet1", "惠东县.xlsx › Sheet1"}
    assert {kind for kind, _ in kinds(reading)} == {"numbers_repeated"}
    assert reading.account.tables[0].sheet == "惠东县.xlsx › Sheet1"


def test_year_in_a_files_name_makes_only_what_it_repeats_doubtful(tmp_path):
    """龙门's list of last year is the only one there is; 惠东's has a newer one."""
    files = {"龙门2024": some(4), "惠东2024": some(5, 4), "惠东2025": some(4, 5)}
    reading = outlets(saved(tmp_path / "表", **{k: table(v) for k, v in files.items()}))
    status = reading.frame.set_index("name")["status"].to_dict()
    gone = files["惠东2024"][0].name
    assert {name for name, is_so in status.items() if is_so == "unknown"} == {gone}
    assert len(status) == 9


def test_an_older_list_in_another_datum_is_the_same_list_all_the_same(tmp_path):
    """None of its places is one of the newer list, half a kilometre away; its names are."""
    moved = [replace(o, lon=o.lon + 0.0051, lat=o.lat - 0.0027) for o in some(5)]
    reading = outlets(saved(tmp_path / "表", 龙门2024=table(moved), 龙门2025=table(some(4))))
    gone = reading.frame[reading.frame["name"] == some(5)[4].name]
    assert gone["status"].tolist() == ["unknown"]


def test_a_file_with_headings_alone_is_told(tmp_path):
    """It reads like a county without outlets."""
    folder = saved(tmp_path / "表", 甲=table(some(3)), 乙=table([]))
    (told,) = outlets(folder).problems
    assert (told.kind, told.sheet, told.severity) == ("no_rows", "乙.xlsx", "error")


def test_a_file_that_says_exited_is_of_exits(tmp_path):
    folder = saved(tmp_path / "表", 在营=table(some(3)), 已退出网点=table(some(2, 3)))
    found = outlets(folder).frame["status"].value_counts().to_dict()
    assert found == {"active": 3, "exited": 2}


def test_copies_open_workbooks_and_letters_are_told_or_ignored(tmp_path):
    folder = saved(tmp_path / "表", 甲=table(some(3)), 乙=table(some(2, 3)))
    shutil.copy(folder / "甲.xlsx", folder / "甲 - 副本.xlsx")
    (folder / "~$甲.xlsx").write_bytes(b"lock")
    (folder / "说明.docx").write_bytes(b"PK")
    (folder / "往年").mkdir()
    reading = outlets(folder)
    assert len(reading.frame) == 5
    told = {p.kind: p for p in reading.problems}
    assert set(told) == {"file_twice", "files_unused"}
    assert "说明.docx、往年" in told["files_unused"].what or "往年、说明.docx" in told[
        "files_unused"
    ].what  # fmt: skip
    assert "内容相同" in told["file_twice"].what


def test_files_that_cannot_be_read_are_refused_all_at_once(tmp_path):
    """A county whose file is passed over would be a county without outlets."""
    folder = saved(tmp_path / "表", 甲=table(some(3)))
    (folder / "乙.xlsx").write_bytes(b"")
    (folder / "丙.csv").write_text("姓名,工号\n张,1\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        outlets(folder)
    faults = caught.value.problems
    assert [(p.kind, p.sheet) for p in faults] == [
        ("header_missing", "丙.csv"),
        ("file_empty", "乙.xlsx"),
    ]
    assert all("移出文件夹" in p.action and p.file == "表" for p in faults)


def test_folder_without_tables_is_refused(tmp_path):
    (tmp_path / "空").mkdir()
    with pytest.raises(InputError, match="文件夹里没有表"):
        outlets(tmp_path / "空")


def test_people_of_each_town_in_a_file_of_its_own(tmp_path):
    folder = tmp_path / "人口"
    folder.mkdir()
    for n, town in enumerate(("龙华镇", "麻榨镇")):
        rows = [(f"{town[:2]}{i}村", 100 + i, 114.1 + n / 10 + i * 0.0113, 23.5013 + i * 0.0117,
                 220) for i in range(3)]  # fmt: skip
        frame = pd.DataFrame(rows, columns=["村名", "人口", "经度", "纬度", "城乡分类代码"])
        frame.to_csv(folder / f"{town}.csv", index=False)
    reading = read_demand(folder)
    assert reading.frame["population"].sum() == 606
    assert set(reading.frame["town_name"]) == {"龙华镇", "麻榨镇"}
    assert reading.frame["demand_id"].is_unique


@settings(max_examples=5, deadline=None)
@given(st.permutations([0, 1, 2, 3]), st.integers(1, 3))
def test_order_and_times_of_files_mean_nothing(tmp_path_factory, order, cut):
    first, second = (tmp_path_factory.mktemp("a") / "表", tmp_path_factory.mktemp("b") / "表")
    parts = {f"县{i}": table(some(2, 2 * i)) for i in range(cut + 1)}
    saved(first, **parts)
    saved(second, **{k: parts[k] for k in sorted(parts, key=lambda k: order[int(k[1:])])})
    # A workbook holds the time at which it was written.
    for path in files_of(first):
        shutil.copy(path, second / path.name)
    assert sha256(first) == sha256(second)
    one, other = outlets(first), outlets(second)
    pd.testing.assert_frame_equal(one.frame, other.frame)
    assert one.problems == other.problems


def test_digest_of_a_folder_follows_every_name_and_byte(tmp_path):
    folder = saved(tmp_path / "表", 甲=table(some(3)), 乙=table(some(2, 3)))
    seen = [sha256(folder)]
    (folder / "甲.xlsx").rename(folder / "丁.xlsx")
    seen.append(sha256(folder))
    Path(folder / "乙.xlsx").unlink()
    seen.append(sha256(folder))
    assert len(set(seen)) == 3
    assert passed_over(folder) == []


def test_a_run_takes_folders_and_follows_every_change_of_them(tmp_path, monkeypatch):
    """Split by county, the tables give the same numbers; a file more or less is noticed."""
    monkeypatch.setenv("GDCOVERAGE_CACHE", str(tmp_path / "cache"))
    path = write_plan(tmp_path / "plan", sites=False)
    here = How(workers=1)

    def covered():
        frame = run_plan(load_plan(path), "2026-06-14", here).report.coverage.demand
        return frame.set_index("demand_id")["covered"].sort_index()

    whole = covered()
    text = path.read_text(encoding="utf-8")
    for name in ("outlets", "people"):
        table = pd.read_csv(path.parent / f"{name}.csv", dtype=str)
        (path.parent / name).mkdir()
        for part in range(2):
            table[part::2].to_csv(path.parent / name / f"第{part}组.csv", index=False)
        text = text.replace(f'"{name}.csv"', f'"{name}"')
    path.write_text(text, encoding="utf-8")
    pd.testing.assert_series_equal(covered(), whole)
    last = path.parent / "outlets" / "第1组.csv"
    last.rename(tmp_path / "away.csv")
    fewer = covered()
    assert fewer.sum() < whole.sum()
    shutil.move(tmp_path / "away.csv", last)
    pd.testing.assert_series_equal(covered(), whole)
    (path.parent / "outlets" / "附件.pdf").write_bytes(b"%PDF")
    told = [p.kind for p in read_inputs(load_plan(path)).problems]
    assert "files_unused" in told


def villages(town, count, more=0):
    rows = [
        (town, f"{town[:2]}{i}村", 100 + i * 7 + more, 114.1 + len(town) / 100 + i * 0.0113,
         23.5013 + i * 0.0117, 220)
        for i in range(count)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["镇", "村名", "人口", "经度", "纬度", "城乡分类代码"])


def test_sums_and_earlier_years_in_other_files_are_not_counted_twice(tmp_path):
    towns = [villages("龙华镇", 4), villages("麻榨大镇", 5)]
    for town in towns:
        town.to_csv(tmp_path / f"{town['镇'].iloc[0]}2024.csv", index=False)
    people = sum(int(town["人口"].sum()) for town in towns)
    sums = pd.concat(
        town.head(1).assign(村名=town["镇"], 人口=town["人口"].sum()) for town in towns
    )
    sums.to_csv(tmp_path / "全县汇总.csv", index=False)
    assert read_demand(tmp_path).frame["population"].sum() == people
    villages("龙华镇", 4, more=50).to_csv(tmp_path / "龙华镇2020.csv", index=False)
    reading = read_demand(tmp_path)
    assert reading.frame["population"].sum() == people
    assert any("2020" in p.what and p.sheet == "龙华镇2020.csv" for p in reading.problems)


def test_two_files_of_the_same_villages_with_other_people_are_in_doubt(tmp_path):
    villages("龙华镇", 4).to_csv(tmp_path / "龙华镇.csv", index=False)
    villages("龙华镇", 4, more=1).to_csv(tmp_path / "龙华镇(1).csv", index=False)
    reading = read_demand(tmp_path)
    assert len(reading.frame) == 4
    assert sum(p.kind.startswith("doubt_") for p in reading.problems) == 4

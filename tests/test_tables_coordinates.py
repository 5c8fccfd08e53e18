import numpy as np
import pytest
import shapely

from gdcoverage.tables import Table
from gdcoverage.tables.coordinates import _degrees, locate_rows

EVERYWHERE = shapely.box(-180, -90, 180, 90)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("113.264", 113.264),
        ("１１３．２６４", 113.264),
        ("113.264E", 113.264),
        ("113.264°", 113.264),
        ("东经113.264度", 113.264),
        ("113°16′30″E", 113.275),
        ("113° 16' 30\"", 113.275),
        ("东经113度16分30秒", 113.275),
        ("113:16:30", 113.275),
        ("113°16.5′", 113.275),
        ("113°16′30″W", -113.275),
        ("-113°16′30″", -113.275),
        ("西经46.5", -46.5),
        ("23°07′48″S", -23.13),
        ("113º16'30''", 113.275),
        ("113°16’30”", 113.275),
        ("113 16 30", 113.275),
        ("113-16-30", 113.275),
        ("113.264 东", 113.264),
        ("113.264;", 113.264),
        ("113°75′00″", np.nan),
        ("不详", np.nan),
        ("", np.nan),
    ],
)
def test_what_people_write_for_degrees(text, degrees):
    (found,) = _degrees(np.array([text], object))
    assert found == pytest.approx(degrees, nan_ok=True)


@pytest.mark.parametrize(
    "text",
    ["113°16′3O″", "113°16′30″23", "113.5°16′", "113°16.5′30″", "113 26", "113,26", "1.2.3", "nan"],
)
def test_mistyped_degrees_are_unreadable_and_not_a_point_elsewhere(text):
    assert np.isnan(_degrees(np.array([text], object))[0])


def place(text):
    table = Table("t", "", {"lonlat": np.array([text], object)}, {"lonlat": "坐标"}, np.array([2]))
    return locate_rows(table, "wgs84", shapely.box(109, 20, 118, 26))


@pytest.mark.parametrize(
    "text",
    [
        "113° 16' 30\" E, 23° 7' 30\" N",
        "113° 16' 30\" E 23° 7' 30\" N",
        "23°07'30.0\"N 113°16'30.0\"E",
        "东经113度16分30秒北纬23度7分30秒",
        "北纬23.125 东经113.275",
        "113.275E23.125N",
        "E113.275N23.125",
        "lng:113.275 lat:23.125",
        "113.275/23.125",
        "113.275,23.125,12.5",
        "POINT (113.275 23.125)",
    ],
)
def test_both_in_one_cell_as_maps_and_offices_write_them(text):
    found = place(text)
    assert (found.lon[0], found.lat[0]) == (pytest.approx(113.275), pytest.approx(23.125))
    assert found.problems == ()


def test_both_in_one_cell_the_wrong_way_round_are_exchanged_and_told():
    found = place("23.125,113.275")
    assert (found.lon[0], found.lat[0]) == (113.275, 23.125)
    assert [p.kind for p in found.problems] == ["coordinate_swapped"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "coordinate_missing"),
        ("广州塔旁", "coordinate_unreadable"),
        ("113,26,23,13", "coordinate_unreadable"),
    ],
)
def test_cell_that_holds_no_two_coordinates_is_told_as_it_stands(text, kind):
    (problem,) = place(text).problems
    assert (problem.kind, problem.row, problem.value) == (kind, 2, text)


@pytest.mark.parametrize("separator", [",", "，", " ", "、", "|", " ; "])
def test_both_in_one_cell(separator):
    text = f"(113.26{separator}23.13)"
    table = Table("t", "", {"lonlat": np.array([text], object)}, {"lonlat": "坐标"}, np.array([2]))
    found = locate_rows(table, "wgs84", EVERYWHERE)
    assert (found.lon[0], found.lat[0]) == (113.26, 23.13)
    assert found.problems == ()


@pytest.mark.parametrize("heading", ["高德经度", "经度（高德）", "lng_gcj02"])
def test_heading_of_another_datum_is_told_to_every_reader(heading):
    """Outlets and people alike: read as WGS-84, Amap's coordinates are 500 m off."""
    columns = {"lon": np.array(["113.2"], object), "lat": np.array(["23.1"], object)}
    table = Table("t", "", columns, {"lon": heading, "lat": "纬度"}, np.array([2]))
    (problem,) = locate_rows(table, "wgs84", EVERYWHERE).problems
    assert (problem.kind, problem.column, problem.severity) == ("datum_differs", heading, "warning")
    assert not locate_rows(table, "gcj02", EVERYWHERE).problems

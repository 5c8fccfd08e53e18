import numpy as np
import pytest
import shapely

from gdcoverage.coordinates import _degrees, locate_rows
from gdcoverage.tables import Table

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
        ("113°75′00″", np.nan),
        ("不详", np.nan),
        ("", np.nan),
    ],
)
def test_what_people_write_for_degrees(text, degrees):
    (found,) = _degrees(np.array([text], object))
    assert found == pytest.approx(degrees, nan_ok=True)


@pytest.mark.parametrize("separator", [",", "，", " ", "、", "|", " ; "])
def test_both_in_one_cell(separator):
    text = f"(113.26{separator}23.13)"
    table = Table("t", "", {"lonlat": np.array([text], object)}, {"lonlat": "坐标"}, np.array([2]))
    found = locate_rows(table, "wgs84", EVERYWHERE)
    assert (found.lon[0], found.lat[0]) == (113.26, 23.13)
    assert found.problems == ()

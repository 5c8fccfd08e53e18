"""The map's scripts under Node: unit tests, syntax, and agreement with Python."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import re
import shutil
import subprocess
import sys
import urllib.parse
from pathlib import Path

import numpy as np
import pyproj
import pytest
import qrcode
import qrcode.util
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gdcoverage.emap._outlets import calendar_block, public_phones, schedule_block
from gdcoverage.emap._pinyin import pinyin_table
from gdcoverage.geo.datum import from_wgs84
from gdcoverage.outlets.hours import read_hours
from gdcoverage.outlets.phones import read_phones
from gdcoverage.outlets.when import WHEN, is_open_at
from known import known

HERE = Path(__file__).parent
ROOT = HERE.parent
TEMPLATES = ROOT / "coverage" / "gdcoverage" / "emap" / "templates"
SCRIPTS = ROOT / "coverage" / "gdcoverage" / "emap" / "scripts"
MODULES = sorted(path.name for path in SCRIPTS.glob("*.js"))
NODE = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node") or ""

pytestmark = pytest.mark.skipif(not NODE, reason="Node is not installed (make test installs it)")


class Script:
    """A running Node with some of the map's scripts, answering expressions."""

    def __init__(self, *names: str) -> None:
        command = [NODE, str(HERE / "js" / "answer.js"), *names]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.questions, self.answers = known(self.process.stdin), known(self.process.stdout)

    def __call__(self, expression: str, *values: object) -> object:
        """The value of a JavaScript function of the values."""
        self.questions.write(json.dumps([expression, values]) + "\n")
        self.questions.flush()
        answer = json.loads(self.answers.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer.get("value")


@pytest.fixture(scope="module")
def script():
    running = Script(
        *("inflate.js", "links.js", "qr.js", "clock.js", "pinyin.js", "search.js", "texts.js"),
        *("when.js", "extent.js", "saved.js"),
    )
    yield running
    running.questions.close()
    running.process.wait(timeout=10)


def test_unit_tests_pass():
    files = sorted(map(str, (HERE / "js").glob("*.test.js")))
    assert files
    done = subprocess.run([NODE, "--test", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("name", MODULES)
def test_module_says_what_it_is_for(name):
    first = (SCRIPTS / name).read_text(encoding="utf-8").splitlines()[0]
    assert re.fullmatch(r"// .+\.", first), first


def test_modules_keep_no_state():
    """What a module holds for all maps is a function, a class, a plain value, or frozen."""
    constant = r"\w+ = (?:\(|\w+ =>|[\w\" *-]+;|Object\.freeze\(|/\S+/\w*;)"
    for name in MODULES:
        for line in (SCRIPTS / name).read_text(encoding="utf-8").splitlines():
            assert not re.match(r"(?:export )?(?:let|var)\b", line), f"{name}: {line}"
            held = re.match(r"(?:export )?const (.+)", line)
            assert not held or re.match(constant, held[1]), f"{name}: {line}"


def test_every_export_is_imported_elsewhere():
    texts = {path: path.read_text(encoding="utf-8") for path in SCRIPTS.glob("*.js")}
    tests = "".join(path.read_text(encoding="utf-8") for path in (HERE / "js").glob("*.js"))
    for path, text in texts.items():
        others = "".join(other for at, other in texts.items() if at != path) + tests
        for name in re.findall(r"^export (?:async )?(?:function|const|class) (\w+)", text, re.M):
            page = "start(" if name == "start" else None
            used = page in (TEMPLATES / "map.html").read_text() if page else name in others
            assert used, f"{path.name} exports {name}, which nobody imports"


@pytest.mark.parametrize(
    ("script", "name"), [("build:map", "emap.bundle.js"), ("build:plain", "plain.bundle.js")]
)
def test_the_bundle_is_that_of_the_modules(tmp_path, script, name):
    """`make scripts` builds it anew."""
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    if not esbuild.exists():
        pytest.skip("esbuild is not installed (make test installs it)")
    build = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["scripts"][script]
    *words, outfile = build.split()
    assert words[0] == "esbuild"
    assert outfile == f"--outfile={(TEMPLATES / name).relative_to(ROOT)}"
    command = [str(esbuild), *words[1:], f"--outfile={tmp_path / 'bundle.js'}"]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    built = (tmp_path / "bundle.js").read_bytes()
    assert built == (TEMPLATES / name).read_bytes(), "make scripts builds it anew"


def test_every_word_has_its_english():
    paths = [*SCRIPTS.glob("*.js"), *TEMPLATES.glob("*.html")]
    whole = "".join(path.read_text(encoding="utf-8") for path in paths)
    table = (SCRIPTS / "words.js").read_text(encoding="utf-8")
    spoken = set(re.findall(r'data-t(?:-label|-placeholder)?="([^"{]+)"', whole))
    spoken |= set(re.findall(r'\bt\("([^"]+)"', whole))
    assert {word for word in spoken if f'"{word}"' not in table} == set()


# Against Python ---------------------------------------------------------------------------------


@given(st.floats(109.6, 117.4), st.floats(20.1, 25.6))
def test_gcj02_is_that_of_the_package(script, lon, lat):
    there = np.ravel(from_wgs84([lon], [lat], "gcj02"))
    assert script("gcj", lon, lat) == pytest.approx(there, abs=1e-9)


def test_gcj02_does_not_apply_abroad(script):
    assert script("gcj", -51.2, -30.0) == [-51.2, -30.0]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(113.0, 113.4), st.floats(22.0, 22.4)), min_size=2, max_size=5))
def test_what_is_measured_is_what_the_ellipsoid_says(script, corners):
    spots = [{"lat": lat, "lng": lon} for lon, lat in corners]
    lon, lat = np.array(corners).T
    geod = pyproj.Geod(ellps="WGS84")
    assert script("lengthOf", spots) == pytest.approx(
        geod.line_length(lon, lat), rel=1e-3, abs=0.01
    )
    ring = shapely.Polygon(corners) if len(corners) > 2 else shapely.Polygon()
    # Around a figure of eight nobody knows what is meant.
    if ring.is_valid and ring.area > 1e-6:
        # On the map a side is not quite the shortest way.
        area, around = geod.polygon_area_perimeter(lon, lat)
        assert script("areaOf", spots) == pytest.approx(abs(area), rel=1e-4, abs=2e-4 * around**2)


def test_the_area_of_a_square_kilometre_is_that_of_the_ellipsoid(script):
    square = np.array([(113.0, 23.0), (113.0098, 23.0), (113.0098, 23.009), (113.0, 23.009)])
    area = abs(pyproj.Geod(ellps="WGS84").polygon_area_perimeter(*square.T)[0])
    spots = [{"lat": lat, "lng": lon} for lon, lat in square.tolist()]
    assert script("areaOf", spots) == pytest.approx(area, rel=1e-5)


@given(st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=2), min_size=1, max_size=4))
def test_a_saved_table_is_read_as_it_was_and_no_cell_is_a_formula(script, rows):
    text = script("csvOf", rows)
    assert text.startswith("\ufeff")
    read = list(csv.reader(io.StringIO(text[1:], newline="")))
    assert [[cell.removeprefix("'") for cell in row] for row in read] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    assert not any(cell[:1] in "=+-@\t" for row in read for cell in row if cell)


@pytest.mark.parametrize(
    "cell",
    ["020-81234567", "0752-7780001-801", "+86 752 7780001", "400-123-4567", "值班手机13800138000"],
)
def test_what_is_dialled_follows_from_what_is_shown(script, cell):
    [phone] = read_phones(cell).public
    assert script("telephone", phone.text) == f"tel:{phone.dial}"


@pytest.mark.parametrize(
    ("cell", "links"),
    [
        ("0755-82345678", ["tel:075582345678"]),
        ("0755—8234 5678", ["tel:075582345678"]),
        ("（0755）82345678、82345679", ["tel:075582345678", "tel:82345679"]),
        ("0755-82345678/0755-82345679", ["tel:075582345678", "tel:075582345679"]),
        ("0755-82345678转801", ["tel:075582345678,801"]),
        ("+86-755-82345678 转 8001", ["tel:+8675582345678,8001"]),
        ("0755-82345678（工作日8:30-17:30）", ["tel:075582345678"]),
        ("400-123-4567；95588", ["tel:4001234567", "tel:95588"]),
        ("值班手机：13800138000", ["tel:13800138000"]),
        ("张经理13800138000", []),
        ("0755-8234567", []),
        ("见网点公告", []),
    ],
)
def test_everyday_telephones_and_what_a_tap_on_them_dials(script, cell, links):
    shown = public_phones(cell)
    assert script("(text) => text.split('、').filter(Boolean).map(telephone)", shown) == links


@settings(max_examples=60)
@given(
    st.text(min_size=1, max_size=200)
    | st.text("中国农业银行𠮷广东省,，(支)", min_size=34, max_size=200)
)
def test_no_name_is_too_long_for_its_code(script, name):
    address = script("codeLink", {"name": name, "lon": 113.2644, "lat": 23.1291})
    assert script("(text) => qr(text).length", address) <= 17 + 4 * 15
    [link, *_] = script("linksTo", {"name": name, "lon": 113.2644, "lat": 23.1291})
    place = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)["to"][0]
    whole = urllib.parse.parse_qs(urllib.parse.urlsplit(link["url"]).query)["to"][0]
    # The code leads to the same place, under the name or its beginning.
    assert whole.startswith(place)
    assert place == whole or len(place) > len("113.000000,23.000000,") + 20


@settings(max_examples=60)
@given(st.text(max_size=120))
def test_qr_codes_are_those_of_the_standard(script, text):
    if len(text.encode()) > 0:
        assert_same_code(script, text)


@pytest.mark.parametrize("length", [1, 14, 15, 62, 63, 180, 181, 213, 214, 331, 412])
def test_qr_codes_of_every_size(script, length):
    assert_same_code(script, ("https://uri.amap.com/navigation?to=113.5,23.1&" * 10)[:length])


def test_qr_code_of_too_long_a_text_is_refused(script):
    with pytest.raises(RuntimeError, match="too long"):
        script("qr", "x" * 413)


def assert_same_code(script, text):
    """Equal to another encoder's code, byte mode and level M, under one of the masks."""
    found = script("qr", text)
    codes = []
    for mask in range(8):
        code = qrcode.QRCode(
            error_correction=qrcode.constants.ERROR_CORRECT_M, mask_pattern=mask, border=0
        )
        code.add_data(qrcode.util.QRData(text.encode(), mode=qrcode.util.MODE_8BIT_BYTE))
        codes.append([[int(dark) for dark in row] for row in code.get_matrix()])
    assert found in codes


@given(st.binary(max_size=5000) | st.text(max_size=3000).map(str.encode), st.integers(0, 9))
def test_inflate_undoes_gzip(script, data, level):
    packed = gzip.compress(data, level, mtime=0)
    found = script("(bytes) => [...inflate(Uint8Array.from(bytes))]", list(packed))
    assert bytes(found) == data


@given(st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2060, 1, 1)))
def test_now_is_guangdongs_day_and_minute(script, utc):
    there = utc + dt.timedelta(hours=8)
    time = (utc - dt.datetime(1970, 1, 1)) // dt.timedelta(milliseconds=1)
    assert script("nowInGuangdong", time) == {
        "day": (there.date() - dt.date(1970, 1, 1)).days,
        "minute": there.weekday() * 1440 + there.hour * 60 + there.minute,
    }


# The clock, day by day --------------------------------------------------------------------------

# By hand: the notice of 2026 (国办发明电〔2025〕7号), then the days of the law.
PUBLISHED_OFF = (
    "0101-0103 0215-0223 0404-0406 0501-0505 0619-0621 0925-0927 1001-1007",
    "0104 0214 0228 0509 0920 1010",
)
LAW = {
    2027: "0101 0205-0208 0405 0501-0502 0609 0915 1001-1003",
    2028: "0101 0125-0128 0404 0501-0502 0528 1001-1003",
}


def named_days(year, text):
    found = set()
    for part in text.split():
        first, last = (dt.date(year, int(day[:2]), int(day[2:])) for day in (part[:4], part[-4:]))
        found |= {first + dt.timedelta(i) for i in range((last - first).days + 1)}
    return found


@pytest.mark.parametrize(
    ("text", "days", "on_holidays"),
    [
        ("周一至周五 9:00-17:00", range(5), None),
        ("工作日 9:00-17:00", range(5), False),
        ("周一至周日 9:00-17:00，节假日照常营业", range(7), True),
        ("9:00-17:00", (), None),
    ],
)
def test_no_day_of_three_years_is_told_wrongly(script, text, days, on_holidays):
    """Every day of 2026 to 2028 at eight times, against what may be said of it."""
    block = calendar_block()
    first = dt.date(2026, 1, 1)
    epoch = dt.date(1970, 1, 1)
    times = (0, 539, 540, 725, 1019, 1020, 1080, 1439)
    moments = [
        {"day": (day - epoch).days, "minute": day.weekday() * 1440 + time}
        for day in (first + dt.timedelta(i) for i in range(365 + 365 + 366))
        for time in times
    ]
    states = script(
        "(schedule, calendar, moments) => moments.map((now) => openState(schedule, calendar, now))",
        *(schedule_block(text), block, moments),
    )
    off, worked = (named_days(2026, days) for days in PUBLISHED_OFF)
    law = set[dt.date]().union(*(named_days(year, days) for year, days in LAW.items()))
    sure = 0
    for moment, told in zip(moments, states, strict=True):
        day, minute = epoch + dt.timedelta(moment["day"]), moment["minute"] % 1440
        state, hours = told["state"], 540 <= minute < 1020
        if 2026 < day.year <= int(block["until"][:4]):
            continue  # by a notice that the table does not have yet
        if day in law:
            assert (state, told["why"]) == ("unknown", "可能休息，请先致电"), day
        elif day in off:
            as_usual = "open" if hours else "closed"
            assert state == {None: "unknown", False: "closed", True: as_usual}[on_holidays], day
        elif state != "unknown":
            sure += 1
            # On a weekend that is worked only those are open that open at weekends anyway.
            assert day not in worked or (state, day.weekday() in days) == ("open", True), day
            assert state == ("open" if hours and (not days or day.weekday() in days) else "closed")
            assert days or state == "closed"
        # Nothing moved by a notice yet to come lies farther from a festival than this.
        if state == "unknown" and days and day.year > 2026:
            assert min(abs((day - festival).days) for festival in law | {dt.date(2029, 1, 1)}) <= 10
    # Caution has its bounds: of most days something is said.
    assert sure > len(moments) * (0.75 if days else 0.5)


@pytest.mark.parametrize(
    ("text", "letters", "at"),
    [
        ("番禺区", "panyu", 0),
        ("广州市番禺区", "panyu", 1),
        ("番禺区", "py", 0),
        ("番禺区", "panyuqu", 0),
        ("番禺区", "pany", 0),
        ("中国工商银行", "zggsyh", 0),
        ("中国工商银行", "yinhang", 1),
        ("中国工商银行", "yinxing", 1),
        ("大埔县", "dabu", 0),
        ("大埔县", "dapu", 0),
        ("涌口街", "chongkou", 0),
        ("东莞市", "dongguan", 0),
        ("ATM自助区", "atmzz", 0),
        ("番禺区", "fanyi", -1),
        ("番禺区", "quu", -1),
    ],
)
def test_letters_find_chinese(script, text, letters, at):
    found = script(
        """(table, text, letters) => {
            let where = -1;
            const texts = openTexts([plain(text)]);
            eachSpelt(texts, readings(table), letters, (_, at) => { where = Math.min(at, 1); });
            return where;
        }""",
        pinyin_table([text]),
        text,
        letters,
    )
    assert found == at


def test_the_public_asks_of_the_usual_week_by_the_rule_that_planners_count_by(script):
    """All hours that were worked out by hand: Saturday, Sunday, noon and evening."""
    lines = (HERE / "data/hours.tsv").read_text(encoding="utf-8").splitlines()
    texts = [line.partition("\t")[0].replace("↵", "\n") for line in lines if line[0] != "#"]
    verdicts = {True: "open", False: "closed", None: "unknown"}
    names = {"saturday": "sat", "sunday": "sun", "lunch": "noon", "evening": "late"}
    asked = [when for when in WHEN if when.key in names]
    assert len(texts) > 80
    for text in texts:
        found = script(
            "(s, all) => all.map((time) => inUsualWeek(s, [time]))",
            schedule_block(text),
            [names[when.key] for when in asked],
        )
        hours = read_hours(text)
        assert found == [verdicts[is_open_at(hours, when)] for when in asked], text

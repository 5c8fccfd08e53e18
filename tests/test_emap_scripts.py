"""The map's scripts under Node: unit tests, syntax, and agreement with Python."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
import qrcode
import qrcode.util
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright._impl._driver import compute_driver_executable

from gdcoverage.emap._map import _SCRIPTS
from gdcoverage.emap._pinyin import pinyin_table
from gdcoverage.geo.datum import from_wgs84

HERE = Path(__file__).parent
TEMPLATES = HERE.parent / "coverage" / "gdcoverage" / "emap" / "templates"
# Playwright's driver is a Node of its own.
NODE = compute_driver_executable()[0]


class Script:
    """A running Node with some of the map's scripts, answering expressions."""

    def __init__(self, *names: str) -> None:
        command = [NODE, str(HERE / "js" / "answer.js"), *(str(TEMPLATES / name) for name in names)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def __call__(self, expression: str, *values: object) -> object:
        """The value of a JavaScript function of the values."""
        self.process.stdin.write(json.dumps([expression, values]) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer.get("value")


@pytest.fixture(scope="module")
def script():
    running = Script(
        "words.js", "blocks.js", "links.js", "qr.js", "clock.js", "pinyin.js", "search.js"
    )
    yield running
    running.process.stdin.close()
    running.process.wait(timeout=10)


def test_unit_tests_pass():
    files = sorted(map(str, (HERE / "js").glob("*.test.js")))
    assert files
    done = subprocess.run([NODE, "--test", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("name", _SCRIPTS)
def test_script_parses_says_what_it_is_for_and_is_strict(name):
    done = subprocess.run([NODE, "--check", TEMPLATES / name], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    first, second = (TEMPLATES / name).read_text(encoding="utf-8").splitlines()[:2]
    assert first == '"use strict";'
    assert re.fullmatch(r"// .+\.", second), second


def test_everything_that_is_defined_is_used_and_the_other_way_round():
    texts = {name: (TEMPLATES / name).read_text(encoding="utf-8") for name in _SCRIPTS}
    whole = "\n".join(texts.values()) + (TEMPLATES / "map.html").read_text(encoding="utf-8")
    defined = set(re.findall(r"^EMap\.(\w+) = ", whole, re.MULTILINE))
    set_later = {"map", "layers", "look", "print", "ready", "language"}
    used = set(re.findall(r"EMap\.(\w+)", whole))
    for names in re.findall(r"const \{ ([\w, ]+) \} = EMap[,;]", whole):
        used |= set(names.split(", "))
    assert used - defined - set_later == set()
    for name in defined:
        assert len(re.findall(rf"\b{name}\b", whole)) > 1, f"EMap.{name} is never used"


def test_every_word_has_its_english():
    whole = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.*"))
    table = (TEMPLATES / "words.js").read_text(encoding="utf-8")
    spoken = set(re.findall(r'data-t(?:-label|-placeholder)?="([^"{]+)"', whole))
    spoken |= set(re.findall(r'\bt\("([^"]+)"', whole))
    assert {word for word in spoken if f'"{word}"' not in table} == set()


# Against Python ---------------------------------------------------------------------------------


@given(st.floats(109.6, 117.4), st.floats(20.1, 25.6))
def test_gcj02_is_that_of_the_package(script, lon, lat):
    there = np.ravel(from_wgs84([lon], [lat], "gcj02"))
    assert script("EMap.gcj", lon, lat) == pytest.approx(there, abs=1e-9)


def test_gcj02_does_not_apply_abroad(script):
    assert script("EMap.gcj", -51.2, -30.0) == [-51.2, -30.0]


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
        script("EMap.qr", "x" * 413)


def assert_same_code(script, text):
    """Equal to another encoder's code, byte mode and level M, under one of the masks."""
    found = script("EMap.qr", text)
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
    found = script("(bytes) => [...EMap.inflate(Uint8Array.from(bytes))]", list(packed))
    assert bytes(found) == data


@given(st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2060, 1, 1)))
def test_now_is_guangdongs_day_and_minute(script, utc):
    there = utc + dt.timedelta(hours=8)
    time = (utc - dt.datetime(1970, 1, 1)) // dt.timedelta(milliseconds=1)
    assert script("EMap.now", time) == {
        "day": (there.date() - dt.date(1970, 1, 1)).days,
        "minute": there.weekday() * 1440 + there.hour * 60 + there.minute,
    }


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
        "(table, text, letters) => EMap.pinyinAt(EMap.readings(table), EMap.plain(text), letters)",
        pinyin_table([text]),
        text,
        letters,
    )
    assert found == at

"""The map's scripts under Node: unit tests, syntax, and agreement with Python."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import qrcode
import qrcode.util
from hypothesis import given, settings
from hypothesis import strategies as st

from gdcoverage.emap._pinyin import pinyin_table
from gdcoverage.geo.datum import from_wgs84
from gdcoverage.outlets.phones import read_phones
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
        *("inflate.js", "links.js", "qr.js", "clock.js", "pinyin.js", "search.js", "texts.js")
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


def test_the_bundle_is_that_of_the_modules(tmp_path):
    """`make scripts` builds it anew."""
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    if not esbuild.exists():
        pytest.skip("esbuild is not installed (make test installs it)")
    build = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["scripts"]["build"]
    *words, outfile = build.split()
    assert words[0] == "esbuild"
    assert outfile == f"--outfile={(TEMPLATES / 'emap.bundle.js').relative_to(ROOT)}"
    command = [str(esbuild), *words[1:], f"--outfile={tmp_path / 'bundle.js'}"]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    built = (tmp_path / "bundle.js").read_bytes()
    assert built == (TEMPLATES / "emap.bundle.js").read_bytes(), "make scripts builds it anew"


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


@pytest.mark.parametrize(
    "cell",
    ["020-81234567", "0752-7780001-801", "+86 752 7780001", "400-123-4567", "值班手机13800138000"],
)
def test_what_is_dialled_follows_from_what_is_shown(script, cell):
    [phone] = read_phones(cell).public
    assert script("telephone", phone.text) == f"tel:{phone.dial}"


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

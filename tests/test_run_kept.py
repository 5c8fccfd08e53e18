"""What is kept is what was put there, or nothing; it is found by what it rests on."""

import math
import random
from dataclasses import dataclass, fields, replace
from importlib.metadata import version

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from gdcoverage.policy import Standard
from gdcoverage.run import identity
from gdcoverage.run.identity import digest
from gdcoverage.run.kept import Kept, _temporary, cache_folder, packed, unpacked
from gdcoverage.sites import Terms
from known import known


@dataclass(frozen=True, eq=False)
class Thing:
    """Something with every kind of part."""

    name: str
    numbers: tuple[float, ...]
    table: pd.DataFrame
    layer: gpd.GeoDataFrame
    matrix: csr_array
    array: np.ndarray
    told: dict[str, list[int | None]]


def thing(name="甲", seed=0) -> Thing:
    random = np.random.default_rng(seed)
    return Thing(
        name,
        (1.5, math.inf, -0.0),
        pd.DataFrame({"名": ["a", "", "丙"], "数": random.random(3), "是": [True, False, True]}),
        gpd.GeoDataFrame(
            {"n": [1, 2]}, geometry=gpd.points_from_xy([113.0, 113.1], [23.0, 23.1]), crs=4326
        ),
        csr_array(random.random((3, 4)) > 0.5),
        np.arange(5, dtype=np.int32),
        {"a": [1, None]},
    )


KINDS = {"Thing": Thing}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values)
def test_what_is_unpacked_is_what_was_packed(value):
    back = unpacked(packed(value), {})
    assert back == value
    assert digest(back) == digest(value)


def test_frames_arrays_and_matrices_come_back_whole():
    put = thing()
    back = unpacked(packed(put), KINDS)
    pd.testing.assert_frame_equal(back.table, put.table)
    assert back.layer.crs == put.layer.crs
    assert (back.matrix != put.matrix).nnz == 0
    assert back.array.dtype == np.int32
    assert digest(back) == digest(put)
    assert packed(back) == packed(put)


def test_only_known_kinds_come_out_and_only_data_goes_in():
    with pytest.raises(KeyError):
        unpacked(packed(thing()), {})
    for value in (object(), print, {1, 2}, np.array([object()])):
        with pytest.raises((TypeError, ValueError)):
            packed(value)


@given(values, values)
def test_equal_digests_mean_equal_values(one, other):
    same = packed(one) == packed(other)
    assert (digest(one) == digest(other)) == same or one == other


@pytest.mark.parametrize("name", [field.name for field in fields(Thing)])
def test_every_field_counts(name):
    one, other = thing(seed=1), thing("乙", seed=2)
    changed = {
        "numbers": (1.5, math.inf, 1.0),
        "layer": one.layer.translate(1e-9).to_frame("geometry").assign(n=[1, 2]),
        "array": np.arange(5, dtype=np.int64),
        "told": {"a": [1, 0]},
    }
    assert digest(replace(one, **{name: changed.get(name, getattr(other, name))})) != digest(one)


@pytest.mark.parametrize("terms", [Standard(), Terms()])
def test_no_field_of_the_standard_or_the_terms_is_forgotten(terms):
    """Named one by one by the dataclass itself, so one added later counts too."""
    before = digest(terms)
    for field in fields(terms):
        other = object.__new__(type(terms))
        for each in fields(terms):
            object.__setattr__(other, each.name, getattr(terms, each.name))
        object.__setattr__(other, field.name, "something else")
        assert digest(other) != before, field.name


def test_frames_are_known_by_what_they_hold():
    frame = thing().table
    assert digest(frame) == digest(frame.copy()) == digest(frame.astype({"名": object}))
    assert digest(frame) == digest(frame.set_axis([7, 8, 9]))
    assert digest(frame) != digest(frame.iloc[::-1])
    assert digest(frame) != digest(frame.rename(columns={"名": "名称"}))
    assert digest(frame) != digest(frame.assign(名=pd.Series(["a", None, "丙"], dtype="str")))
    shapes = thing().layer
    assert digest(shapes) != digest(shapes.set_crs(4490, allow_override=True))


def test_texts_cannot_run_into_one_another():
    assert digest(["ab", "c"]) != digest(["a", "bc"])
    assert digest([[1], [2]]) != digest([[1, 2], []])
    assert digest(pd.Series(["ab", "c"])) != digest(pd.Series(["a", "bc"]))
    assert digest(1) != digest(1.0) != digest(True) != digest("1")


@pytest.mark.parametrize("library", ["chinesecalendar", "highspy", "rasterio", "xlsxwriter"])
def test_another_release_of_any_library_is_another_program(monkeypatch, library):
    """New holidays, say, must come onto maps whose numbers did not change."""
    before = identity.program()

    def released(name: str) -> str:
        return "next" if name == library else version(name)

    monkeypatch.setattr("gdcoverage.run.identity.version", released)
    identity.program.cache_clear()
    after = identity.program()
    monkeypatch.undo()
    identity.program.cache_clear()
    assert after != before == identity.program()


def test_what_has_no_content_has_no_identity(tmp_path):
    for value in (tmp_path, object(), len):
        with pytest.raises(TypeError):
            digest(value)


def test_a_result_is_found_by_its_identity_alone(tmp_path):
    kept = Kept(tmp_path, (Thing,))
    one, other = digest("one"), digest("other")
    assert kept.get(one) is None
    kept.put(one, packed(thing()))
    assert known(kept.get(one)).name == "甲"
    assert kept.get(other) is None
    kept.path(other).parent.mkdir(exist_ok=True)
    kept.path(one).rename(kept.path(other))
    assert kept.get(other) is None


def test_damage_is_told_and_absence_is_not(tmp_path):
    said: list[str] = []
    kept, identity = Kept(tmp_path, (), said.append), digest("x")
    assert kept.body(identity) is None
    assert said == []
    kept.put(identity, packed(1))
    kept.path(identity).write_bytes(b"")
    assert kept.body(identity) is None
    assert "损坏" in said[0]


def test_no_flipped_bit_is_ever_taken(tmp_path):
    kept, identity = Kept(tmp_path, (Thing,)), digest("x")
    kept.put(identity, packed(thing()))
    path = kept.path(identity)
    whole = path.read_bytes()
    draw = random.Random(7)
    for _ in range(2_000):
        place = draw.randrange(len(whole) * 8)
        flipped = bytearray(whole)
        flipped[place // 8] ^= 1 << place % 8
        path.write_bytes(flipped)
        assert kept.get(identity) is None
    path.write_bytes(whole)
    assert known(kept.get(identity)).name == "甲"


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_what_is_cut_short_or_replaced_is_not_there(tmp_path_factory, data):
    kept, identity = Kept(tmp_path_factory.mktemp("k"), (Thing,)), digest("x")
    kept.put(identity, packed(thing()))
    path = kept.path(identity)
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole) - 1))
    path.write_bytes(data.draw(st.sampled_from([whole[:cut], whole + b"\0", b"\0" * cut, b""])))
    assert kept.get(identity) is None


def test_a_cache_that_cannot_be_written_is_replaced_by_a_folder_for_temporary_files(
    tmp_path, monkeypatch
):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("GDCOVERAGE_CACHE", str(blocked / "below"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    _temporary.cache_clear()
    assert cache_folder().is_relative_to(tmp_path / "t")
    _temporary.cache_clear()
    with pytest.raises(OSError, match="file"):
        cache_folder(blocked / "below")

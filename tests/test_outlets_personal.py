"""Persons are found in texts that would be published, and places are not taken for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdcoverage.outlets.personal import personal_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("龙门县龙城街道甘香路12号（找张经理）", ("张经理",)),
        ("联系人：李四，周一至周五", ("李四",)),
        ("网点负责人 欧阳小红", ("欧阳小红",)),
        ("王小明主任", ("王小明主任",)),
        ("大堂经理陈静", ("陈静",)),
        ("值班 138 0013-8000", ("138 0013-8000",)),
        ("１３８００１３８０００", ("13800138000",)),
        ("+86 13800138000", ("+86 13800138000",)),
        ("44132419900307123X", ("44132419900307123X",)),
    ],
)
def test_names_and_numbers_of_persons(text, found):
    assert personal_in(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "龙门县龙城街道黄埔路高新区金融中心3楼",
        "中国工商银行龙门支行营业部主任室旁",
        "0752-7780001转801",
        "周一至周五 9:00-12:00，14:00-17:00；夏令时另行通知",
        "惠州市惠城区江北文明一路9号",
        "W0001",
        "400-830-0001",
        "社保经办服务中心（经理部）",
        "",
    ],
)
def test_places_hours_and_office_numbers_are_none(text):
    assert personal_in(text) == ()


def test_a_name_alone_counts_only_where_there_are_no_other_words():
    assert personal_in("9:00-17:00（张三）") == ()
    assert personal_in("9:00-17:00（张三）", bare=True) == ("张三",)
    assert personal_in("周一、周五，夏季，全天，节假日", bare=True) == ()


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.integers(13_000_000_000, 19_999_999_999).map(str),
    st.text("路号楼，。、（）", max_size=8),
)
def test_a_mobile_number_is_found_in_whatever_stands_around_it(before, number, after):
    # Digits and signs that would make it part of a longer number are another's.
    before = "".join(c for c in before if not c.isnumeric() and c not in "+-. ")
    assert any(number in found for found in personal_in(f"{before}号{number}{after}"))

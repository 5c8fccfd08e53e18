"""Modes, items and status in people's own words: what counts, and what is told."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdcoverage.outlets import read_outlets
from gdcoverage.outlets._headings import ALL_ITEM_WORDS, ITEM_WORDS, MODE_WORDS, STATUS_WORDS
from gdcoverage.outlets._terms import Vocabulary
from gdcoverage.policy import ITEMS, OUTLET_STATUS

MODES = Vocabulary(MODE_WORDS)
BUSINESS = Vocabulary(ITEM_WORDS, ALL_ITEM_WORDS)
W, N, S, G, D, H = MODE_WORDS
P, J, U, C = ITEMS


@pytest.mark.parametrize(
    ("text", "meant", "told"),
    [
        ("柜台办理、自助", [W, S], ""),
        ("柜台办理", [W], ""),
        ("柜台服务", [W], ""),
        ("窗口业务", [W], ""),
        ("网点柜台办理业务", [W], ""),
        ("窗口(柜台)办;网办", [W, N], ""),
        ("自助服务区", [S], ""),
        ("自助机具", [S], ""),
        ("24小时自助区", [S], ""),
        ("粤智助终端", [S], ""),
        ("网上办事", [N], ""),
        ("线上办理、线下办理", [N, W], ""),
        ("导办服务、帮办代办", [G], ""),
        ("社保专窗", [D], ""),
        ("设有专窗,可上门", [D, H], ""),
        ("提供上门服务", [H], ""),
        # Between words.
        ("窗口\n网办", [W, N], ""),
        ("窗口/网办/自助", [W, N, S], ""),
        ("窗口、自助均可", [W, S], ""),
        ("仅窗口办", [W], ""),
        ("窗口+自助", [W, S], ""),
        ("窗口和自助及导办", [W, S, G], ""),
        ("窗口与网办以及上门", [W, N, H], ""),
        ("窗口办网办自助办导办", [W, N, S, G], ""),
        ("1.窗口办 2.网办", [W, N], ""),
        ("1窗口办2网办3自助办", [W, N, S], ""),  # ①窗口办②网办③自助办
        ("(1)窗口(2)自助", [W, S], ""),
        ("一、窗口办 二、网办", [W, N], ""),
        ("窗口2个、自助机1台", [W, S], ""),
        # A no is never a yes.
        ("无自助", [], ""),
        ("暂不提供上门", [], ""),
        ("窗口办,暂不提供上门", [W], ""),
        ("未开通网办", [], ""),
        ("拟设自助办", [], ""),
        ("自助办暂停", [], ""),
        ("上门除外", [], ""),
        ("窗口办(自助办暂停)", [W], ""),
        ("自助办(无)、窗口办", [W], ""),
        ("自助办:无,窗口办:有", [W], ""),
        ("自助机0台,窗口3个", [W], ""),
        ("窗口办√ 网办× 自助办√", [W, S], ""),
        ("☑窗口办 □网办 ☑自助办", [W, S], ""),
        ("自助办(筹备中)、窗口办", [W], ""),
        ("自助办,其他暂未开通", [S], ""),
        ("无", [], ""),
        ("暂无", [], ""),
        ("-", [], ""),
        # In doubt: told, not counted.
        ("魔法办、窗口", [W], "魔法办"),
        ("自助窗口", [], "自助窗口"),
        ("导办窗口", [], "导办窗口"),
        ("智能柜台", [], "智能柜台"),
        ("24小时自助银行", [], "24小时自助银行"),
        ("网点", [], "网点"),
        ("不提供上门、自助", [], "自助"),
        ("窗口、无自助、导办", [W], "导办"),
        ("窗口办√、网办、自助办√", [W, S], "网办"),
        ("柜台、自助、无自助", [W], "柜台、自助、无自助"),
        ("窗口办 暂停", [], "窗口办"),
        ("窗口办(目前暂停)、网办", [N], "窗口办、目前暂停"),
        ("窗口办(预约)", [W], "预约"),
    ],
)
def test_modes(text, meant, told):
    assert MODES.judge(text) == (frozenset(meant), told)


@pytest.mark.parametrize(
    ("text", "meant", "told"),
    [
        ("社保卡申领", [C], ""),
        ("第三代社保卡制卡", [C], ""),
        ("社会保障卡补换、挂失、激活", [C], ""),
        ("职工养老", [P], ""),
        ("城乡居保缴费", [P], ""),
        ("城乡居民基本养老保险待遇申领", [P], ""),
        ("养老保险参保登记", [P], ""),
        ("养老待遇资格认证", [P], ""),
        ("失业金申领", [U], ""),
        ("失业保险待遇", [U], ""),
        ("工伤认定", [J], ""),
        ("养老、工伤、失业、社保卡", [P, J, U, C], ""),
        ("工伤、失业保险", [J, U], ""),
        ("1、社保卡;2、养老", [P, C], ""),
        ("失业保险金申领;社保卡激活", [U, C], ""),
        ("全部", [P, J, U, C], ""),
        ("全部(工伤除外)", [P, U, C], ""),
        ("所有业务,不含失业保险", [P, J, C], ""),
        ("养老、社保卡(工伤除外)", [P, C], ""),
        ("养老保险(城乡居民)、社保卡", [P, C], ""),
        ("养老、失业(暂不办理工伤)", [P, U], ""),
        ("养老保险(除退休审批外)", [P], "除退休审批外"),
        ("不含工伤", [], ""),
        ("除工伤外", [], ""),
        ("不含工伤、失业", [], "失业"),
        ("养老、失业、工伤除外", [], "养老、失业"),
        ("失业登记", [], "失业登记"),
        ("个人养老金", [], "个人养老金"),
        ("养老金融", [], "养老金融"),
        ("医保", [], "医保"),
        ("缴费", [], "缴费"),
    ],
)
def test_items(text, meant, told):
    assert BUSINESS.judge(text) == (frozenset(meant), told)


def test_every_spelling_means_its_term():
    for vocabulary, spellings in ((MODES, MODE_WORDS), (BUSINESS, ITEM_WORDS)):
        for term, spelt in spellings.items():
            for word in spelt:
                assert vocabulary.judge(word) == (frozenset({term}), ""), word


TERMS = [word for spelt in MODE_WORDS.values() for word in spelt]
NO = ["不", "无", "没有", "未设", "暂不提供", "暂无", "不含", "拟设", "未开通", "尚未开通"]


@given(st.sampled_from(NO), st.sampled_from(TERMS), st.sampled_from(["", "服务", "办理", "区"]))
def test_a_term_with_a_no_is_never_a_yes(no, term, more):
    assert MODES.judge(f"{no}{term}{more}")[0] == frozenset()
    assert MODES.judge(f"{no}{term}、自助")[0] == frozenset()


PIECES = [*TERMS, *NO, *"、，,;/+ \n()①1.√×□和及:", "有", "办理", "魔法", "3台", "0台", "除外"]


@given(st.lists(st.sampled_from(PIECES), max_size=10).map("".join) | st.text())
def test_no_word_is_lost_in_silence(text):
    """Without a no in the cell, every term in it counts or stands in what is told."""
    found, told = MODES.judge(text)
    assert found <= set(MODE_WORDS)
    if not any(no in text for no in (*NO, "×", "□", "0台", "除外", "魔法")):
        official = {"窗口办": W, "网办": N, "导办": G}
        for word in filter(official.get, text.replace("\n", "、").split("、")):
            assert official[word] in found or word in told


def table(tmp_path, **columns):
    path = tmp_path / "t.csv"
    count = len(next(iter(columns.values())))
    base = {
        "名称": [f"第{i}支行" for i in range(count)],
        "经度": [113 + i / 10 for i in range(count)],
    }
    pd.DataFrame(base | {"纬度": 23.1} | columns).to_csv(path, index=False)
    return read_outlets(path, datum="wgs84")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        *(
            (w, "active")
            for w in ("在营", "试营业", "试运行", "正常运营", "已开业", "营业中", "Active")
        ),
        *(
            (w, "planned")
            for w in ("拟建", "拟新增", "筹备中", "筹建中", "规划中", "待开业", "未开业")
        ),
        *(
            (w, "suspended")
            for w in ("停业整顿", "暂停办理", "已停业", "歇业", "装修中", "临时停业")
        ),
        *(
            (w, "exited")
            for w in ("已撤销", "已撤点", "已撤并", "已注销", "终止合作", "永久停业", "强制退出")
        ),
        ("已退出（2024.6.30）", "exited"),
        ("在营。", "active"),
        # Moved: gone, or going on elsewhere? Run out: for good, or to be renewed?
        *(
            (w, "unknown")
            for w in ("已搬迁", "迁址", "协议到期", "申请中", "审批中", "未启用", "待定")
        ),
    ],
)
def test_status(tmp_path, word, status):
    reading = table(tmp_path, 状态=[word])
    assert reading.frame["status"].tolist() == [status]
    assert [p.kind for p in reading.problems] == ["status_unknown"] * (status == "unknown")


def test_no_status_word_has_two_sides():
    spelt = [word for words in STATUS_WORDS.values() for word in words]
    assert len(spelt) == len(set(spelt))
    assert set(STATUS_WORDS) == set(OUTLET_STATUS)


def test_what_is_not_understood_is_told_row_by_row(tmp_path):
    reading = table(
        tmp_path,
        服务方式=["魔法办、窗口", "窗口", "魔法办、窗口", "窗口、飞行办"],
        营业时间=["详询网点", "9:00-17:00", "工作日9:00-17:00", "9:00-17:00"],
        联系电话=["0752-7780001", "张三13800138000", "13900139000/12", "无"],
    )
    told = [(p.row, p.kind, p.value) for p in reading.problems]
    assert sorted(told) == [
        (2, "hours_unclear", "详询网点"),
        (2, "term_unknown", "魔法办、窗口"),
        (3, "hours_without_days", "9:00-17:00"),
        (3, "phone_personal", "张三13800138000"),
        (4, "phone_personal", "13900139000/12"),
        (4, "phone_unclear", "13900139000/12"),
        (4, "term_unknown", "魔法办、窗口"),
        (5, "hours_without_days", "9:00-17:00"),
        (5, "term_unknown", "窗口、飞行办"),
    ]
    by_kind = {p.kind: p for p in reversed(reading.problems)}
    assert all("星期" in by_kind[kind].action for kind in ("hours_unclear", "hours_without_days"))
    assert "先致电" in by_kind["hours_without_days"].what
    assert "138 0013 8000" in by_kind["phone_personal"].what
    assert "“12”" in by_kind["phone_unclear"].what
    assert {p.severity for p in reading.problems} == {"warning"}
    # The register keeps what the table says.
    assert reading.frame["phone"].tolist()[1] == "张三13800138000"


def test_rows_left_out_for_a_status_are_told_one_by_one(tmp_path):
    reading = table(tmp_path, 状态=["待定", "待定"])
    assert [(p.row, p.kind) for p in reading.problems] == [
        (2, "status_unknown"),
        (3, "status_unknown"),
    ]

"""Which bank a cell means, and what people call it."""

import pytest

from gdcoverage.outlets.banks import BANKS, bank_aliases, bank_called


@pytest.mark.parametrize(
    ("cell", "bank"),
    [
        ("中国工商银行", "中国工商银行"),
        ("中国工商银行股份有限公司", "中国工商银行"),
        ("中国工商银行股份有限公司广州天河支行", "中国工商银行"),
        ("中国工商银行 股份有限公司", "中国工商银行"),
        ("工行", "中国工商银行"),
        ("工商银行天河支行", "中国工商银行"),
        ("ＩＣＢＣ", "中国工商银行"),
        ("中国银行", "中国银行"),
        ("中国银行股份有限公司深圳分行", "中国银行"),
        ("邮储银行", "中国邮政储蓄银行"),
        ("交行", "交通银行"),
        ("平安银行股份有限公司", "平安银行"),
        ("广州农村商业银行股份有限公司", "广州农商银行"),
        ("顺德农商行", "顺德农商银行"),
        ("饶平县农村信用合作联社", "饶平县农信社"),
        ("农商银行", "农商银行"),
        ("渣打银行（中国）有限公司", "渣打银行"),
        # What the table does not know stays.
        ("示例银行", "示例银行"),
        ("中国银联", "中国银联"),
        ("", ""),
    ],
)
def test_a_cell_means_one_bank_however_it_is_written(cell, bank):
    assert bank_called(cell) == bank
    assert bank_called(bank) == bank


def test_an_alias_is_one_bank_alone():
    owners: dict[str, str] = {}
    for bank in BANKS:
        for alias in bank_aliases(bank):
            assert owners.setdefault(alias, bank) == bank
            assert bank_called(alias) == bank


def test_a_bank_is_called_by_its_own_name_first():
    assert bank_aliases("中国工商银行") == ["中国工商银行", "工商银行", "工行", "工商", "icbc"]
    # 银行 alone is every bank.
    assert "银行" not in bank_aliases("中国银行")
    assert bank_aliases("示例银行") == ["示例银行"]
    assert bank_aliases("") == []


def test_rural_banks_have_their_place_and_their_kind():
    aliases = bank_aliases("饶平县农信社")
    assert {"饶平农信社", "饶平农商行", "饶平县农村信用社", "农信社", "农商行"} <= set(aliases)
    assert "广州农商行" not in aliases

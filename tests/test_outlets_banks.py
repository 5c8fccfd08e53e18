"""Banks by the names of the law."""

import pandas as pd
import pytest

from gdcoverage.outlets.banks import ambiguous_banks, legal_name


@pytest.mark.parametrize(
    ("spelt", "name"),
    [
        ("工行", "中国工商银行"),
        ("中国工商银行股份有限公司", "中国工商银行"),
        ("工商银行龙门支行", "中国工商银行"),
        ("邮储银行", "中国邮政储蓄银行"),
        ("龙门农商行", "龙门农村商业银行"),
        ("广东龙门农村商业银行股份有限公司", "龙门农村商业银行"),
        ("龙门县农商银行", "龙门农村商业银行"),
        ("梅县农商银行", "梅县农村商业银行"),
        ("农商银行", "农村商业银行"),
        ("龙门县农村信用合作联社", "龙门农村信用社"),
        ("某某银行", "某某银行"),
    ],
)
def test_spellings_of_one_bank_are_one(spelt, name):
    assert legal_name(spelt) == name


def _ambiguous(banks, counties=None):
    series = pd.Series(banks)
    return ambiguous_banks(series, pd.Series(counties or ["441324"] * len(banks)))


def test_two_spellings_of_a_bank_are_told_together():
    assert _ambiguous(["工行", "中国工商银行", "农行", ""]) == [("工行", "中国工商银行")]


def test_a_kind_of_bank_is_one_bank_within_a_county_and_several_beyond():
    assert _ambiguous(["农商银行"] * 2) == []
    assert _ambiguous(["农商银行"] * 2, ["441324", "441322"]) == [("农商银行",)]
    assert _ambiguous(["农商银行", "博罗农商银行"]) == [("农商银行",)]

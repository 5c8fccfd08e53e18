"""Names of banks that would mislead readers, and those that would not."""

import pandas as pd

from gdcoverage.publish.banks import ambiguous_banks


def _ambiguous(banks, counties=None):
    return ambiguous_banks(pd.Series(banks), pd.Series(counties or ["441324"] * len(banks)))


def test_spellings_that_are_certainly_one_bank_are_in_order():
    assert _ambiguous(["工行", "中国工商银行", "中国工商银行股份有限公司", "农行", ""]) == []


def test_a_places_bank_with_and_without_its_rank_may_be_two():
    assert _ambiguous(["龙门农商行", "龙门县农村商业银行", "博罗农商银行"]) == [
        ("龙门农商行", "龙门县农村商业银行")
    ]
    assert _ambiguous(["广东龙门农村商业银行股份有限公司", "龙门农商行"]) == [
        ("广东龙门农村商业银行股份有限公司", "龙门农商行")
    ]
    # 梅县 is a name of two letters.
    assert _ambiguous(["梅县农商银行", "梅州农商银行"]) == []


def test_a_kind_of_bank_is_one_bank_within_a_county_and_several_beyond():
    assert _ambiguous(["农商银行"] * 2) == []
    assert _ambiguous(["农商银行", "农商行"], ["441324", "441322"]) == [("农商银行", "农商行")]
    assert _ambiguous(["农商银行", "博罗农商银行"]) == [("农商银行",)]
